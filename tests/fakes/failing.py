"""What every fake can be told to do wrong: fail, or have its effect and lose the answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    error: BaseException
    method: str | None
    is_after: bool


class FailingPort:
    """Keeps the names of its calls and the failures that were ordered, oldest first."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.on_effect: Callable[[], None] = lambda: None
        """Called once a call has had its effect; what it raises is what the caller gets."""
        self._orders: list[_Order] = []

    def fail_next(self, error: BaseException, *, method: str | None = None) -> None:
        """Raise `error` instead of the next call, or the next call of `method`."""
        self._orders.append(_Order(error=error, method=method, is_after=False))

    def fail_after_next(self, error: BaseException, *, method: str | None = None) -> None:
        """Raise `error` once the next call has had its effect: its answer is lost."""
        self._orders.append(_Order(error=error, method=method, is_after=True))

    @contextmanager
    def _call(self, method: str) -> Iterator[None]:
        self.calls.append(method)
        order = next((o for o in self._orders if o.method in {None, method}), None)
        if order is not None:
            self._orders.remove(order)
            if not order.is_after:
                raise order.error
        yield
        self.on_effect()
        if order is not None:
            raise order.error
