"""Parses single settings; an error says what is wanted and never quotes the value."""

import re
from typing import Final
from urllib.parse import urlsplit

from handlers.domain.notice_templates import NoticeTemplate, read_template
from handlers.domain.owners import is_bucket_prefix

_OWNER_HASH_KEY_BYTES: Final = 32
_LANGUAGE: Final = re.compile(r"[a-z]{2}", re.ASCII)
_INSTALLATION: Final = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_HOST: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+", re.ASCII)
_HOST_AND_PORT: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[0-9]{1,5})?", re.ASCII)
_PEM_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----\n.+\n-----END \1PRIVATE KEY-----\n", re.DOTALL
)


def as_private_key(written: str) -> str:
    """Return a PEM private key with real newlines."""
    # Dashboards keep the quotes of a pasted line and turn newlines into backslash-n.
    key = written.strip().strip("\"'").replace("\\n", "\n").strip() + "\n"
    if not _PEM_PRIVATE_KEY.fullmatch(key):
        raise ValueError("must be a PEM private key, from -----BEGIN to -----END")
    return key


def as_bucket_prefix(written: str) -> str:
    """Return a prefix that Google's rules allow."""
    if not is_bucket_prefix(written):
        raise ValueError("must be 2 to 37 small letters, digits or dashes, without 'google'")
    return written


def as_owner_hash_key(written: str) -> bytes:
    """Return the key as bytes."""
    key = written.encode()
    if len(key) < _OWNER_HASH_KEY_BYTES:
        raise ValueError(f"must have at least {_OWNER_HASH_KEY_BYTES} bytes")
    return key


def as_postgres_url(written: str) -> str:
    """Return a libpq URL."""
    try:
        parts = urlsplit(written)
        is_usable = parts.scheme in {"postgres", "postgresql"} and bool(parts.hostname)
        is_usable = is_usable and parts.port != 0 and "@" not in (parts.hostname or "")
    except ValueError:
        # Its text would quote a part of the password.
        is_usable = False
    if not is_usable:
        raise ValueError(
            "must look like postgresql://role:password@host:port/database,"
            " with @ : / ? # in the password percent-encoded"
        )
    return written


def as_base_url(written: str) -> tuple[str, str]:
    """Return scheme and host, with the port where it is not the scheme's own."""
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or parts.username:
        raise ValueError("must look like https://chat.example.com")
    default_port = 80 if parts.scheme == "http" else 443
    if parts.scheme == "https" and port not in {None, default_port}:
        raise ValueError("must not name a port other than 443: media is fetched from no other")
    return parts.scheme, host if port in {None, default_port} else f"{host}:{port}"


def as_media_hosts(written: str) -> tuple[str, ...]:
    """Return host names, with a port where it is not 443."""
    hosts = tuple(part.strip().lower() for part in written.split(",") if part.strip())
    if not all(_HOST_AND_PORT.fullmatch(host) for host in hosts):
        raise ValueError("must be host names alone, comma-separated, e.g. media.example.com")
    return hosts


def as_installation(written: str) -> str:
    """Return the name of an installation."""
    if not _INSTALLATION.fullmatch(written):
        raise ValueError("must be 1 to 32 small letters, digits or dashes")
    return written


def as_model(written: str) -> str | None:
    """Return a model's name, or None for `off`."""
    return None if written.lower() == "off" else written


def as_language(written: str) -> str:
    """Return a two-letter language code."""
    if not _LANGUAGE.fullmatch(written.lower()):
        raise ValueError("must be a two-letter ISO 639-1 code, e.g. pt")
    return written.lower()


def as_notice_templates(written: str) -> tuple[NoticeTemplate, ...]:
    """Return templates, the first of which is for people whose language has none."""
    try:
        parts = tuple(part.strip() for part in written.split(",") if part.strip())
        return tuple(read_template(part) for part in parts)
    except ValueError:
        raise ValueError(
            "must be name:language or name:language:UTILITY (or MARKETING), comma-separated,"
            " e.g. content_ready:en_US, conteudo_pronto:pt_BR"
        ) from None
