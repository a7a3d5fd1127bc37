"""What the server has been told to do wrong, and how often still."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import grpc

from local.pubsub.api_error import ApiError

UNTIL_CLEARED = -1

_FIELDS = frozenset({"method", "code", "times", "delay_seconds", "after"})


class FaultOrderError(Exception):
    """An order that cannot be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Answer a method slowly, or with an error, before or after its effect."""

    method: str
    code: grpc.StatusCode | None
    times: int
    delay_seconds: float
    after: bool

    @classmethod
    def from_order(cls, order: object, *, methods: frozenset[str]) -> "Fault":
        """Read the body of POST /faults; raise FaultOrderError if it says nothing doable."""
        if not isinstance(order, Mapping):
            raise FaultOrderError("the body must be a JSON object")
        if unknown := set(order) - _FIELDS:
            raise FaultOrderError(f"unknown fields: {', '.join(sorted(unknown))}")
        method = order.get("method")
        if method not in methods:
            raise FaultOrderError(f"method must be one of {', '.join(sorted(methods))}")
        code, times = order.get("code"), order.get("times", 1)
        delay, after = order.get("delay_seconds", 0.0), order.get("after", False)
        if code is not None and (code == "OK" or code not in grpc.StatusCode.__members__):
            raise FaultOrderError(f"code is not the name of a gRPC error: {code}")
        if type(times) is not int or (times < 1 and times != UNTIL_CLEARED):
            raise FaultOrderError("times must be a positive number, or -1 for until cleared")
        if type(delay) not in {int, float} or delay < 0:
            raise FaultOrderError("delay_seconds must be zero or more")
        if type(after) is not bool:
            raise FaultOrderError("after must be true or false")
        if code is None and delay == 0:
            raise FaultOrderError("a fault needs a code or delay_seconds")
        if after and method == "StreamingPull":
            raise FaultOrderError("after means nothing to a stream")
        return cls(
            method=method,
            code=None if code is None else grpc.StatusCode[code],
            times=times,
            delay_seconds=float(delay),
            after=after,
        )

    async def strike(self) -> None:
        """Wait if so told, then raise ApiError if so told."""
        await asyncio.sleep(self.delay_seconds)
        if self.code is not None:
            raise ApiError(self.code, f"{self.code.name} was ordered for {self.method}.")


@dataclass(slots=True)
class _Ordered:
    fault: Fault
    left: int


class FaultPlan:
    """The faults ordered and not used up; of several for one method the oldest comes first."""

    def __init__(self) -> None:
        self._ordered: list[_Ordered] = []

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._ordered.append(_Ordered(fault, fault.times))

    def clear(self) -> None:
        """Forget every order."""
        self._ordered.clear()

    def take(self, method: str) -> Fault | None:
        """Return the fault for this call of the method, if any, and count it."""
        for ordered in self._ordered:
            if ordered.fault.method == method:
                if ordered.left != UNTIL_CLEARED:
                    ordered.left -= 1
                    if ordered.left == 0:
                        self._ordered.remove(ordered)
                return ordered.fault
        return None
