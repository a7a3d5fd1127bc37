"""Fetches attachments from Chatwoot: every hop checked, connected to the checked address, counted.

The standard library's http.client, because the address that was checked must be the address that
is connected to, and because one deadline must hold for headers and body alike.
"""

import hashlib
import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from handlers.clients.connection_deadline import cut_after
from handlers.domain.errors import (
    MediaReason,
    MediaRefusedError,
    RetryableError,
    RetryReason,
)
from handlers.domain.media_hosts import (
    MediaRules,
    MediaTarget,
    check_url,
    is_public_address,
    resolve_redirect,
)
from handlers.ports.clock import Clock
from handlers.ports.media import DownloadedFile

_MAX_REDIRECTS: Final = 5
_CHUNK_BYTES: Final = 64 * 1024
_SOCKET_TIMEOUT_SECONDS: Final = 10.0
# Chatwoot announces a message before its file is uploaded; it appears within seconds.
_NOT_READY_WAITS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 6.0)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_RETRYABLE: Final = frozenset({401, 403, 408, 425, 429})

Resolve = Callable[[str, int], list[str]]


class ChatwootMediaDownloads:
    """Downloads under one set of rules."""

    def __init__(
        self,
        rules: MediaRules,
        *,
        max_bytes: int,
        clock: Clock,
        tls: ssl.SSLContext,
        resolve: Resolve | None = None,
    ) -> None:
        self._rules = rules
        self._max_bytes = max_bytes
        self._clock = clock
        self._tls = tls
        self._resolve = resolve or resolve_addresses

    def fetch(self, url: str, into: BinaryIO, *, budget_seconds: float) -> DownloadedFile:
        """Stream a file into `into`; waits for one that is not there yet.

        Raises:
            MediaRefusedError: it may not or cannot be had.
            RetryableError: it may be had later.
        """
        deadline = self._clock.monotonic() + budget_seconds
        for wait_seconds in (*_NOT_READY_WAITS, None):
            found = self._follow(url, into, deadline)
            if found is not None:
                return found
            if wait_seconds is None or self._clock.monotonic() + wait_seconds >= deadline:
                break
            self._clock.wait(wait_seconds)
        raise RetryableError(RetryReason.MEDIA_NOT_READY)

    def _follow(self, url: str, into: BinaryIO, deadline: float) -> DownloadedFile | None:
        """Return the file, or None where it is not there yet."""
        target = check_url(url, self._rules, is_redirect=False)
        for _ in range(_MAX_REDIRECTS + 1):
            with self._get(target, deadline) as response:
                if response.status in _REDIRECTS:
                    location = response.getheader("Location") or ""
                    redirect = resolve_redirect(location, target)
                    target = check_url(redirect, self._rules, is_redirect=True)
                    continue
                if response.status == http.HTTPStatus.NOT_FOUND:
                    return None
                _check_status(response.status)
                return self._receive(response, into, deadline)
        raise MediaRefusedError(MediaReason.TOO_MANY_REDIRECTS)

    @contextmanager
    def _get(self, target: MediaTarget, deadline: float) -> Iterator[http.client.HTTPResponse]:
        remaining = deadline - self._clock.monotonic()
        if remaining <= 0:
            raise RetryableError(RetryReason.MEDIA_UNAVAILABLE)
        try:
            with self._connect(target, remaining) as connected, cut_after(connected, remaining):
                connection = http.client.HTTPConnection(target.host, target.port)
                connection.sock = connected
                # Identity, so that the bytes counted are the bytes that are kept.
                headers = {"Accept-Encoding": "identity", "User-Agent": "whatsapp-pipeline"}
                connection.request("GET", target.path, headers=headers)
                yield connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise RetryableError(RetryReason.MEDIA_UNAVAILABLE) from error

    def _connect(self, target: MediaTarget, remaining: float) -> socket.socket:
        address = self._checked_address(target)
        timeout = min(_SOCKET_TIMEOUT_SECONDS, remaining)
        plain = socket.create_connection((address, target.port), timeout=timeout)
        if target.scheme == "http":
            return plain
        try:
            # The name is Chatwoot's, the address the checked one: no second look-up between.
            return self._tls.wrap_socket(plain, server_hostname=target.host)
        except (OSError, ValueError):
            plain.close()
            raise

    def _checked_address(self, target: MediaTarget) -> str:
        addresses = self._resolve(target.host, target.port)
        is_excepted = self._rules.allow_insecure and target.is_named
        if not addresses:
            raise RetryableError(RetryReason.MEDIA_UNAVAILABLE)
        if not is_excepted and not all(is_public_address(address) for address in addresses):
            raise MediaRefusedError(MediaReason.ADDRESS_NOT_PUBLIC)
        return addresses[0]

    def _receive(
        self, response: http.client.HTTPResponse, into: BinaryIO, deadline: float
    ) -> DownloadedFile:
        announced = response.length
        if announced is not None and announced > self._max_bytes:
            raise MediaRefusedError(MediaReason.TOO_LARGE)
        into.seek(0)
        into.truncate()
        digest = hashlib.sha256()
        byte_count = 0
        while chunk := response.read1(_CHUNK_BYTES):
            byte_count += len(chunk)
            if byte_count > self._max_bytes:
                raise MediaRefusedError(MediaReason.TOO_LARGE)
            if self._clock.monotonic() > deadline:
                raise RetryableError(RetryReason.MEDIA_UNAVAILABLE)
            digest.update(chunk)
            into.write(chunk)
        is_late = self._clock.monotonic() >= deadline
        if is_late or (announced is not None and byte_count != announced):
            # http.client takes a connection that ends early, or is cut, for the end of the body.
            raise RetryableError(RetryReason.MEDIA_UNAVAILABLE)
        if byte_count == 0:
            raise MediaRefusedError(MediaReason.EMPTY)
        return DownloadedFile(byte_count=byte_count, sha256=digest.hexdigest())


def resolve_addresses(host: str, port: int) -> list[str]:
    """Return every address of a host.

    Raises:
        RetryableError: the name does not resolve now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RetryableError(RetryReason.MEDIA_UNAVAILABLE) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _check_status(status: int) -> None:
    if status == http.HTTPStatus.OK:
        return
    if status in _RETRYABLE or status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        # 401 and 403 too: a signed storage URL that ran out; the next attempt gets a new one.
        raise RetryableError(RetryReason.MEDIA_UNAVAILABLE)
    if status == http.HTTPStatus.GONE:
        raise MediaRefusedError(MediaReason.NOT_FOUND)
    raise MediaRefusedError(MediaReason.REFUSED)
