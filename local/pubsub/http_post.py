"""One POST on a connection of its own, read as far as a push needs: to the status."""

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

_CONTINUE = 100
_EARLY_HINTS = 103


class BrokenAnswerError(Exception):
    """What came back is not an HTTP answer."""


async def post(url: str, *, headers: Mapping[str, str], body: bytes) -> int:
    """Return the status of the answer; raise OSError or BrokenAnswerError if there is none."""
    target = urlsplit(url)
    is_tls = target.scheme == "https"
    reader, writer = await asyncio.open_connection(
        target.hostname,
        target.port or (443 if is_tls else 80),
        ssl=ssl.create_default_context() if is_tls else None,
    )
    try:
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        lines = [
            f"POST {path} HTTP/1.1",
            f"Host: {target.netloc.rpartition('@')[2]}",
            *(f"{name}: {_one_line(value)}" for name, value in headers.items()),
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        return await _answer_status(reader)
    except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise BrokenAnswerError(str(error)) from error
    finally:
        writer.close()


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


async def _answer_status(reader: asyncio.StreamReader) -> int:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        status_line, *header_lines = head.decode("latin-1").split("\r\n")
        version, status = status_line.split(" ", 2)[:2]
        if not version.startswith("HTTP/"):
            raise BrokenAnswerError(status_line)
        # Interim answers are passed over, except 102, which Google takes for an acknowledgement.
        if int(status) not in {_CONTINUE, _EARLY_HINTS}:
            await _read_body(reader, header_lines)
            return int(status)


async def _read_body(reader: asyncio.StreamReader, header_lines: list[str]) -> None:
    # The endpoint is allowed to finish writing, or it would log a broken connection.
    for line in header_lines:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            await reader.readexactly(int(value))
