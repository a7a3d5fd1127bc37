"""A limit on a whole call to the store: the library bounds single socket operations only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

from handlers.domain.errors import RetryableError, RetryReason

T = TypeVar("T")


class TimeLimit:
    """Makes each call on a thread, so that a name look-up or a token that hangs holds nobody."""

    def __init__(self, *, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)

    def within(self, seconds: float, call: Callable[[], T]) -> T:
        """Return what a call returns, or leave it to itself when the time is over.

        Raises:
            RetryableError: it has not ended in time; it may still have its effect.
        """
        if seconds <= 0:
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)
        under_way = self._threads.submit(call)
        try:
            return under_way.result(timeout=seconds)
        except FutureTimeoutError as error:
            # One that waited for a thread in vain must not be in the way of those to come.
            under_way.cancel()
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE) from error
