"""The control requests below /_control: failures to order, counts to read, foreign buckets."""

from dataclasses import asdict
from typing import get_args, get_type_hints

from local.gcs.bucket_rows import Access, find_bucket, save_bucket
from local.gcs.bucket_rules import check_bucket_name
from local.gcs.buckets import new_bucket
from local.gcs.errors import StorageError, invalid, required
from local.gcs.faults import FOREVER, Fault
from local.gcs.messages import Answer, JsonObject, Request, json_answer
from local.gcs.state import State

ROOT = "_control"
_FOREIGN_PROJECT_NUMBER = "999999999999"


def answer_control(state: State, request: Request) -> Answer:
    """Do what a test asks of the server itself; such requests are neither counted nor failed."""
    match (request.method, *request.segments[1:]):
        case ("POST", "faults"):
            state.faults.add(_fault(request))
        case ("DELETE", "faults"):
            state.faults.clear()
        case ("GET", "faults"):
            return json_answer(request, [asdict(fault) for fault in state.faults.pending()])
        case ("GET", "requests"):
            return json_answer(request, state.counts.snapshot())
        case ("DELETE", "requests"):
            state.counts.reset()
        case ("POST", "foreign-bucket"):
            _add_foreign_bucket(state, request)
        case ("POST", "projects"):
            order = request.json()
            state.projects.assign(_text(order, "project"), _text(order, "number"))
        case ("POST", "bucket-creation-limit"):
            state.creation_limit.set(_seconds(request.json(), "per_seconds"))
        case _:
            raise StorageError(status=404, message="No such control request.")
    return json_answer(request, {})


def _fault(request: Request) -> Fault:
    order = request.json()
    try:
        fault = Fault(**order)
    except TypeError as error:
        raise invalid(f"Not a fault: {error}.") from error
    for name, hint in get_type_hints(Fault).items():
        value = getattr(fault, name)
        # JSON writes 2.0 as 2, and True is no number.
        kind = float if type(value) is int and hint is float else type(value)
        if kind not in (get_args(hint) or (hint,)):
            raise invalid(f"{name} cannot be {value!r}.")
    if fault.times != FOREVER and fault.times < 1:
        raise invalid("times is -1 or at least 1.")
    return fault


def _text(order: JsonObject, name: str) -> str:
    if name not in order:
        raise required(name)
    return str(order[name])


def _seconds(order: JsonObject, name: str) -> float:
    try:
        return float(_text(order, name))
    except ValueError as error:
        raise invalid(f"{name} is not a number.") from error


def _add_foreign_bucket(state: State, request: Request) -> None:
    order = request.json()
    access = order.get("access")
    if access not in {Access.DENIED, Access.READABLE}:
        raise invalid("access is denied or readable.")
    bucket = new_bucket(
        state,
        name=check_bucket_name(order.get("name")),
        project_number=str(order.get("project_number", _FOREIGN_PROJECT_NUMBER)),
        resource={},
        access=Access(access),
    )
    with state.database.transaction() as connection:
        if find_bucket(connection, bucket.name) is not None:
            raise StorageError(status=409, message="The bucket exists already.")
        save_bucket(connection, bucket)
