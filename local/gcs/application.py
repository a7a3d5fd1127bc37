"""From a request to what is sent back, with the failures that were ordered."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from local.gcs.batch import answer_batch
from local.gcs.control import ROOT, answer_control
from local.gcs.errors import StorageError
from local.gcs.messages import Answer, Request, error_answer
from local.gcs.routes import find_route
from local.gcs.state import State

_BATCH = ("batch", "storage", "v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An answer and how its way to the caller ends; no answer means a reset connection."""

    answer: Answer | None
    cut_after_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    kind: str
    perform: Callable[[], Answer]


def deliver(state: State, request: Request) -> Delivery:
    """Answer a request that came over a connection."""
    if request.segments[0] == ROOT:
        return Delivery(answer=_answer(lambda: answer_control(state, request)))
    task = _task(state, request)
    state.counts.add(task.kind)
    fault = state.faults.take(request.method, request.target)
    if fault is None:
        return Delivery(answer=_answer(task.perform))
    if fault.delay_seconds:
        time.sleep(fault.delay_seconds)
    if fault.cut_after_bytes is not None:
        request.body.break_after(fault.cut_after_bytes)
    failure = fault.error()
    answer = None if failure is None else error_answer(failure)
    if fault.after or not (failure or fault.reset_connection):
        effect = _answer(task.perform)
        answer = answer or effect
    if fault.reset_connection:
        answer = None
    return Delivery(answer=answer, cut_after_bytes=fault.cut_after_bytes)


def _task(state: State, request: Request) -> _Task:
    if request.method == "POST" and request.segments == _BATCH:
        return _Task(
            kind="batch",
            perform=lambda: answer_batch(request, lambda call: _task(state, call).perform()),
        )
    try:
        route = find_route(request)
    except StorageError as error:
        refusal = error_answer(error)
        return _Task(kind="unknown request", perform=lambda: refusal)
    return _Task(kind=route.kind, perform=lambda: route.handler(state, route.request))


def _answer(perform: Callable[[], Answer]) -> Answer:
    try:
        return perform()
    except StorageError as error:
        return error_answer(error)
