"""Where a download may be led: to Chatwoot, to listed hosts, else only to public https."""

import io
from collections.abc import Iterator
from typing import Final

import pytest

from handlers.domain.errors import MediaRefusedError
from tests.contract.downloads_from_here import downloads_from, fetch_from
from tests.contract.media_server import MediaServer, file, media_server, status

_PUBLIC: Final = "93.184.215.14"


@pytest.fixture
def media() -> Iterator[MediaServer]:
    with media_server() as running:
        yield running


@pytest.fixture
def other() -> Iterator[MediaServer]:
    with media_server() as running:
        yield running


def test_redirects_are_followed_by_hand_and_only_five_times(media: MediaServer) -> None:
    media.answers["/end"] = file(b"found")
    for number in range(1, 7):
        to = "/end" if number == 1 else f"/{number - 1}"
        media.answers[f"/{number}"] = status(302, Location=to)

    assert fetch_from(media, "/5") == b"found"
    with pytest.raises(MediaRefusedError, match="too_many_redirects"):
        fetch_from(media, "/6")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://169.254.169.254/latest", "address_not_public"),
        ("https://[::ffff:127.0.0.1]/", "address_not_public"),
        ("https://[64:ff9b::a9fe:a9fe]/", "address_not_public"),
        ("https://localhost/", "address_not_public"),
        ("http://93.184.215.14/", "url_invalid"),
        ("https://93.184.215.14:8443/", "url_invalid"),
        ("https://user:pw@93.184.215.14/", "url_invalid"),
        ("file:///etc/passwd", "url_invalid"),
        ("gopher://93.184.215.14/", "url_invalid"),
        ("https://[::1", "url_invalid"),
    ],
)
def test_no_redirect_leads_into_the_network_or_out_of_https(
    media: MediaServer, location: str, reason: str
) -> None:
    media.answers["/x"] = status(302, Location=location)

    with pytest.raises(MediaRefusedError, match=f"^{reason}$"):
        fetch_from(media)


def test_a_redirect_to_another_port_of_this_machine_is_refused(
    media: MediaServer, other: MediaServer
) -> None:
    media.answers["/x"] = status(302, Location=f"{other.url}/secret")

    with pytest.raises(MediaRefusedError):
        fetch_from(media)
    assert other.asked == []


def test_listed_hosts_are_the_only_ones_a_redirect_may_lead_to(
    media: MediaServer, other: MediaServer
) -> None:
    media.answers["/listed"] = status(302, Location=f"{other.url}/y")
    media.answers["/stranger"] = status(302, Location="https://example.org/y")
    other.answers["/y"] = file(b"from storage")
    downloads = downloads_from(f"127.0.0.1:{media.port}", others=(f"127.0.0.1:{other.port}",))
    into = io.BytesIO()

    downloads.fetch(f"{media.url}/listed", into, budget_seconds=5)
    with pytest.raises(MediaRefusedError, match="host_not_allowed"):
        downloads.fetch(f"{media.url}/stranger", into, budget_seconds=5)

    assert into.getvalue() == b"from storage"


def test_every_address_of_a_name_must_be_public() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        return [_PUBLIC, "10.0.0.1"]

    downloads = downloads_from("chat.example.com", allow_insecure=False, resolve=resolve)

    with pytest.raises(MediaRefusedError, match="address_not_public"):
        downloads.fetch("https://chat.example.com/x", io.BytesIO(), budget_seconds=5)


def test_a_name_is_resolved_once_and_the_checked_address_connected_to(media: MediaServer) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    media.answers["/x"] = file(b"found")
    host = f"chat.example.com:{media.port}"
    into = io.BytesIO()

    downloads_from(host, resolve=resolve).fetch(f"http://{host}/x", into, budget_seconds=5)

    assert (into.getvalue(), asked) == (b"found", ["chat.example.com"])
    assert media.headers[0]["Host"] == host


def test_nothing_of_ours_is_sent_along(media: MediaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    media.answers["/x"] = file(b"found")

    assert fetch_from(media) == b"found"
    sent = {name.lower() for name in media.headers[0]}
    assert sent == {"host", "accept-encoding", "user-agent"}
    assert media.headers[0]["Accept-Encoding"] == "identity"
