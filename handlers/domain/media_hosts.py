"""Which address a media download may connect to: Chatwoot first, then only the public internet."""

import ipaddress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from handlers.domain.errors import MediaReason, MediaRefusedError

# The only part of IPv6 that is handed out as public; `is_global` takes most of the rest for it.
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
# The translation prefix of RFC 6052. The one for local use puts the inner address elsewhere, by a
# length that only its network knows, so it is refused with everything outside the above.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Protocol assignments; `is_global` makes exceptions inside it that no media host lives at.
_IETF_PROTOCOLS: Final = ipaddress.IPv4Network("192.0.0.0/24")


# What a request line may carry; a percent sign is taken for the escape that it most likely is.
_SENT: Final = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRules:
    """Where media may come from; hosts in lower case, with a port only where it is not 443."""

    chatwoot_host: str
    other_hosts: frozenset[str] = frozenset()
    """If any, redirects lead to these or to Chatwoot only; else to any public host."""
    allow_insecure: bool = False
    """Local stack: http and loopback are taken for exactly the hosts named above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTarget:
    """A checked URL, taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    """Path and query, as sent in the request line."""
    is_named: bool
    """Whether the operator named this host, so that the local stack's exception applies."""


def check_url(url: str, rules: MediaRules, *, is_redirect: bool) -> MediaTarget:
    """Return where `url` leads.

    Raises:
        MediaRefusedError: it is not https on 443 without user info, or its host is not allowed.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError as error:
        raise MediaRefusedError(MediaReason.URL_INVALID) from error
    if not host or parts.username is not None or parts.password is not None or "\\" in url:
        raise MediaRefusedError(MediaReason.URL_INVALID)
    if any(character.isspace() or not character.isprintable() for character in url):
        raise MediaRefusedError(MediaReason.URL_INVALID)
    default_port = 80 if parts.scheme == "http" else 443
    name = host if port in {None, default_port} else f"{host}:{port}"
    is_named = name == rules.chatwoot_host or name in rules.other_hosts
    if not _is_allowed(name, rules, is_redirect=is_redirect, is_named=is_named):
        raise MediaRefusedError(MediaReason.HOST_NOT_ALLOWED)
    if not host.isascii():
        # Look-alike letters and full stops; a real host can be written in ASCII.
        raise MediaRefusedError(MediaReason.URL_INVALID)
    is_excepted = rules.allow_insecure and is_named
    if not is_excepted and (parts.scheme != "https" or port not in {None, default_port}):
        raise MediaRefusedError(MediaReason.URL_INVALID)
    if parts.scheme not in {"http", "https"}:
        raise MediaRefusedError(MediaReason.URL_INVALID)
    return MediaTarget(
        scheme=parts.scheme,
        host=host,
        port=default_port if port is None else port,
        # As RFC 3987 turns a link with letters of other scripts into one that can be sent.
        path=quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_SENT),
        is_named=is_named,
    )


def resolve_redirect(location: str, target: MediaTarget) -> str:
    """Return the absolute URL that a Location header means."""
    try:
        return urljoin(
            f"{target.scheme}://{_bracketed(target.host)}:{target.port}{target.path}", location
        )
    except ValueError as error:
        raise MediaRefusedError(MediaReason.URL_INVALID) from error


def is_public_address(text: str) -> bool:
    """Return whether an address is one of the public internet, whatever it is wrapped in."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public_v4(address)
    embedded = _embedded_v4(address)
    if embedded:
        return all(_is_public_v4(inner) for inner in embedded)
    return address in _GLOBAL_UNICAST and address.is_global


def _is_allowed(name: str, rules: MediaRules, *, is_redirect: bool, is_named: bool) -> bool:
    if not is_redirect:
        return name == rules.chatwoot_host
    return is_named or not rules.other_hosts


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and address not in _IETF_PROTOCOLS


def _embedded_v4(address: IPv6Address) -> tuple[IPv4Address, ...]:
    # Translators and tunnels would connect to the inner address, which `is_global` never looks at.
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return ()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
