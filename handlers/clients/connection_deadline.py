"""Ends a connection at a deadline, however slowly its other end keeps sending."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cut_after(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Shut the connection down after so many seconds unless the block ends before.

    A socket's own timeout begins anew with every byte; this one does not. Whoever reads then sees
    the end of the stream or an OSError, and tells by the clock that it was the deadline.
    """
    timer = threading.Timer(seconds, _shut_down, [connected])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut_down(connected: socket.socket) -> None:
    try:
        # The plain method also for TLS, whose own takes the reader's state away under it.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        # Closed already, which is all that was wanted.
        return
