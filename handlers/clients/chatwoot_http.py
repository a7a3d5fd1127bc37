"""Calls Chatwoot's REST API: JSON in and out, one total deadline a call, errors in our own words.

The standard library's http.client, as for downloads, because a deadline must hold for connection,
headers and body together, and because a caller must learn whether a request can have arrived.
"""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from handlers.clients.connection_deadline import cut_after
from handlers.domain.errors import (
    ChatwootRefusedError,
    ChatwootUnsentError,
    InvalidPayloadError,
    RetryableError,
    RetryReason,
)
from handlers.domain.json_values import JsonObject, decode_object
from handlers.ports.clock import Clock

_CONNECT_SECONDS: Final = 5.0
_CHUNK_BYTES: Final = 64 * 1024
# A list of conversations comes without pages; this is some ten thousand of them.
_MAX_BODY_BYTES: Final = 64 * 1024 * 1024
_FORBIDDEN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_LATE: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


class ChatwootHttp:
    """Requests with one token; safe to use from several threads.

    `interval_seconds` is the least time between the beginnings of two calls, for those who read
    much: Chatwoot counts everything that comes from one address.
    """

    def __init__(  # noqa: PLR0913 - what a connection is made of
        self,
        base_url: str,
        token: str,
        *,
        clock: Clock,
        tls: ssl.SSLContext,
        interval_seconds: float = 0.0,
        max_body_bytes: int = _MAX_BODY_BYTES,
    ) -> None:
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = tls if parts.scheme == "https" else None
        # Proxies drop the header's documented form, with underscores; Rails reads both.
        self._headers = {
            "Host": parts.netloc,
            "Api-Access-Token": token,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "whatsapp-pipeline",
        }
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._max_body_bytes = max_body_bytes
        self._pace_lock = threading.Lock()
        self._next_start = 0.0
        # A stack shared by the threads; append and pop are atomic.
        self._idle: list[http.client.HTTPConnection] = []

    def get(
        self, path: str, params: Mapping[str, object] | None = None, *, budget_seconds: float
    ) -> JsonObject:
        """Return the object at a path; waiting for one's turn is not part of the budget.

        Raises:
            ChatwootRefusedError: what is asked for is not there, or makes no sense.
            RetryableError: throttled, forbidden, down, too slow, or unreadable.
        """
        target = quote(path) + (f"?{urlencode(params)}" if params else "")
        deadline = self._begin(budget_seconds)
        idle = self._take_idle()
        if idle is not None:
            try:
                return self._send(idle, "GET", target, None, deadline)
            except (OSError, http.client.HTTPException):
                # It was closed while it lay idle; asking again with a new one harms nothing.
                return self._send_anew("GET", target, None, deadline)
        return self._send_anew("GET", target, None, deadline)

    def post(
        self, path: str, document: Mapping[str, object], *, budget_seconds: float
    ) -> JsonObject:
        """Send an object, once and over a new connection, and return the answer.

        Raises:
            ChatwootUnsentError: it was surely not received.
            ChatwootRefusedError: refused; a 422 may hide that it was stored all the same.
            RetryableError: throttled or forbidden, which is before anything is stored, or
                unavailable, where it may have been stored.
        """
        body = json.dumps(document, ensure_ascii=True, allow_nan=False).encode()
        return self._send_anew("POST", quote(path), body, self._begin(budget_seconds))

    def close(self) -> None:
        """Close the connections that nobody is using."""
        while (idle := self._take_idle()) is not None:
            idle.close()

    def _take_idle(self) -> http.client.HTTPConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _begin(self, budget_seconds: float) -> float:
        with self._pace_lock:
            now = self._clock.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._interval_seconds
        if start > now:
            self._clock.wait(start - now)
        return self._clock.monotonic() + budget_seconds

    def _send_anew(
        self, method: str, target: str, body: bytes | None, deadline: float
    ) -> JsonObject:
        try:
            connection = self._connect(deadline)
        except OSError as error:
            raise ChatwootUnsentError from error
        try:
            return self._send(connection, method, target, body, deadline)
        except (OSError, http.client.HTTPException) as error:
            raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE) from error

    def _connect(self, deadline: float) -> http.client.HTTPConnection:
        failure: OSError | None = None
        for *_, address in self._addresses():
            remaining = deadline - self._clock.monotonic()
            if remaining <= 0:
                break
            try:
                return self._connect_to(str(address[0]), remaining)
            except OSError as error:
                failure = error
        raise failure or TimeoutError

    def _addresses(self) -> list[tuple[object, object, object, object, tuple[object, ...]]]:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise OSError from error
        return [(*each[:4], tuple(each[4])) for each in found]

    def _connect_to(self, address: str, remaining: float) -> http.client.HTTPConnection:
        timeout = min(_CONNECT_SECONDS, remaining)
        connected = socket.create_connection((address, self._port), timeout=timeout)
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                secured = self._tls.wrap_socket(
                    connected, server_hostname=self._host, do_handshake_on_connect=False
                )
                connected = secured
                with cut_after(secured, remaining):
                    secured.do_handshake()
        except (OSError, ValueError) as error:
            connected.close()
            raise OSError from error
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.sock = connected
        return connection

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: bytes | None,
        deadline: float,
    ) -> JsonObject:
        remaining = deadline - self._clock.monotonic()
        is_kept = False
        try:
            if remaining <= 0:
                raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
            connection.sock.settimeout(remaining)
            headers = self._headers | ({"Content-Type": "application/json"} if body else {})
            with cut_after(connection.sock, remaining):
                connection.request(method, target, body=body, headers=headers)
                response = connection.getresponse()
                _check_status(response)
                received = self._receive(response, deadline)
            answer = decode_object(received)
            is_kept = not response.will_close
        except InvalidPayloadError as error:
            raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE) from error
        finally:
            if is_kept:
                self._idle.append(connection)
            else:
                connection.close()
        return answer

    def _receive(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        announced = response.length
        body = bytearray()
        while chunk := response.read1(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._max_body_bytes or self._clock.monotonic() >= deadline:
                raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
        if announced is not None and len(body) != announced:
            # http.client takes a connection that ends early, or is cut, for the end of the body.
            raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
        # Read to its end, yet the library does not notice by itself; the connection stays.
        response.close()
        return bytes(body)


def _check_status(response: http.client.HTTPResponse) -> None:
    status = response.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RetryableError(RetryReason.CHATWOOT_THROTTLED, retry_after=_retry_after(response))
    if status in _FORBIDDEN:
        raise RetryableError(RetryReason.CHATWOOT_FORBIDDEN)
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if is_refusal and status not in _LATE:
        raise ChatwootRefusedError(status)
    raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE, retry_after=_retry_after(response))


def _retry_after(response: http.client.HTTPResponse) -> float | None:
    found = (response.getheader("Retry-After") or "").strip()
    return float(found) if found.isascii() and found.isdigit() else None
