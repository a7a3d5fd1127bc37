"""Which addresses are of the public internet, whatever they are wrapped in."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.media_hosts import is_public_address

PRIVATE_V4: Final = (
    "0.0.0.0",  # noqa: S104 - an address that is refused, nothing binds to it
    "0.0.0.1",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.0.170",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
)
PUBLIC_V4: Final = ("8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "34.117.1.1")


def words(address: str) -> tuple[str, str]:
    """Return an IPv4 address as two hexadecimal groups."""
    whole = f"{int(IPv4Address(address)):08x}"
    return whole[:4], whole[4:]


def wrapped(address: str) -> dict[str, str]:
    high, low = words(address)
    inverted = f"{int(IPv4Address(address)) ^ 0xFFFF_FFFF:08x}"
    return {
        "mapped": f"::ffff:{high}:{low}",
        "mapped-dotted": f"::ffff:{address}",
        "compatible": f"::{high}:{low}",
        "translated": f"::ffff:0:{high}:{low}",
        "nat64": f"64:ff9b::{high}:{low}",
        "6to4": f"2002:{high}:{low}::1",
        "teredo-client": f"2001:0:808:808:0:0:{inverted[:4]}:{inverted[4:]}",
        "teredo-server": f"2001:0:{high}:{low}:0:0:f7f7:f7f7",
    }


@pytest.mark.parametrize("address", PRIVATE_V4)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", PUBLIC_V4)
def test_a_public_address_is_taken(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize("wrapping", wrapped("127.0.0.1"))
@pytest.mark.parametrize("address", PRIVATE_V4)
def test_wrapping_makes_no_address_public(address: str, wrapping: str) -> None:
    assert not is_public_address(wrapped(address)[wrapping])


@pytest.mark.parametrize("wrapping", ["mapped", "nat64", "6to4"])
def test_a_wrapped_public_address_is_taken(wrapping: str) -> None:
    assert is_public_address(wrapped("8.8.8.8")[wrapping])


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9fe:a9:fe00:808:808",
        "64:ff9b:1:7f00:0:100:808:808",
        "64:ff9b:1::808:808",
    ],
    ids=["metadata", "metadata-with-suffix", "loopback-with-suffix", "prefix-96"],
)
def test_translation_of_local_use_is_refused_wherever_the_inner_address_stands(
    address: str,
) -> None:
    # RFC 8215: not globally reachable. RFC 6052 lets the inner address stand in six places.
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "feff::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "2001:2::1",
        "2001:10::1",
        "100::1",
        "5f00::1",
        "4000::1",
        "8000::1",
        "e000::1",
        "1::1",
        "200::1",
    ],
)
def test_what_is_not_allocated_to_the_internet_is_refused(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["2606:4700::1111", "2a00:1450:4001::200e", "2c0f:fb50::1"])
def test_an_address_of_the_internet_is_taken(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "%",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "8.8.8",
        "8.8.8.8.",
        "08.8.8.8",
        " 8.8.8.8",
        "8.8.8.8/32",
        "\u0668.\u0668.\u0668.\u0668",
        "[2606:4700::1111]",
        "2606:4700::1111::",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    assert not is_public_address(written)


@given(st.ip_addresses(v=4))
def test_every_v4_that_is_taken_is_unicast_and_global(address: IPv4Address) -> None:
    if is_public_address(str(address)):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=6) | st.ip_addresses(v=6, network="2000::/3"))
def test_every_v6_that_is_taken_is_global_unicast_or_a_public_v4(address: IPv6Address) -> None:
    if is_public_address(str(address)):
        wrappings = ("::ffff:0:0/96", "64:ff9b::/96", "::/96")
        is_wrapped = any(address in ip_network(wrapping) for wrapping in wrappings)
        assert is_wrapped or address in ip_network("2000::/3")


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_is_judged(written: str) -> None:
    if is_public_address(written):
        assert str(ip_address(written.partition("%")[0]))
