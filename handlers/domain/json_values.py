"""Reads values out of JSON that strangers wrote: a wrong shape is absent, never an error."""

import json
import math
import re
from datetime import UTC, datetime
from typing import Final, TypeAlias

from handlers.domain.errors import InvalidPayloadError, InvalidReason

JsonObject: TypeAlias = dict[str, object]

_ID: Final = re.compile(r"[\x20-\x7e\xa0-\ud7ff\ue000-\uffff]{1,128}")
_MAX_DEPTH: Final = 64
_MAX_UNIX_SECONDS: Final = 253_402_300_799  # 9999-12-31, the last second a datetime can hold


def decode_object(body: bytes) -> JsonObject:
    """Decode a JSON object.

    Raises:
        InvalidPayloadError: it is empty, no JSON, no object, or holds a number that JSON cannot
            write again (NaN, infinities, integers of thousands of digits).
    """
    if not body.strip():
        raise InvalidPayloadError(InvalidReason.BODY_EMPTY)
    try:
        value = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite_float)
    except (ValueError, RecursionError) as error:
        raise InvalidPayloadError(InvalidReason.NOT_JSON) from error
    if not isinstance(value, dict):
        raise InvalidPayloadError(InvalidReason.NOT_AN_OBJECT)
    if _may_be_deep(body) and _is_deep(value):
        raise InvalidPayloadError(InvalidReason.NESTED_TOO_DEEP)
    return value


def _may_be_deep(body: bytes) -> bool:
    # Counting is a thousand times cheaper than walking, and settles it for every real delivery.
    return body.count(b"{") + body.count(b"[") > _MAX_DEPTH


def _is_deep(value: object) -> bool:
    # What can be parsed is not always what can be written again: both recurse, from other depths.
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return bool(level)


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def child(value: JsonObject, key: str) -> JsonObject:
    """Return the object under `key`, or an empty one."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def text(value: JsonObject, key: str) -> str | None:
    """Return the string under `key`, or None."""
    found = value.get(key)
    return found if isinstance(found, str) else None


def filled_text(value: JsonObject, key: str) -> str | None:
    """Return the string under `key` unless it is blank."""
    found = text(value, key)
    return found if found is not None and found.strip() else None


def flag(value: JsonObject, key: str) -> bool:
    """Return whether `key` holds true; 1 and the strings of form posts count."""
    found = value.get(key)
    if isinstance(found, str):
        return found.strip().lower() in {"true", "1"}
    return isinstance(found, bool | int) and found == 1


def number(value: JsonObject, key: str) -> float | None:
    """Return the number under `key`, written as one or as a string."""
    found = value.get(key)
    if isinstance(found, bool):
        return None
    if isinstance(found, int | float | str):
        try:
            result = float(found)
        except (ValueError, OverflowError):
            return None
        return result if math.isfinite(result) else None
    return None


def identifier(value: JsonObject, key: str) -> str | None:
    """Return an id as text: Chatwoot's are integers, other senders write strings.

    Up to 128 printable characters; anything else is no id.
    """
    found = value.get(key)
    if isinstance(found, bool):
        return None
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, int):
        # Python refuses to write integers of thousands of digits; no id has more than 128.
        found = str(found) if abs(found) < 10**128 else ""
    if not isinstance(found, str):
        return None
    stripped = found.strip()
    return stripped if _ID.fullmatch(stripped) else None


def timestamp(value: JsonObject, key: str) -> datetime | None:
    """Return a time in UTC from ISO 8601 or unix seconds; without a zone it is taken as UTC.

    Raises:
        InvalidPayloadError: there is a value, but it is no time.
    """
    found = value.get(key)
    if found is None or found == "":
        return None
    try:
        if isinstance(found, str) and not found.strip().isdigit():
            parsed = datetime.fromisoformat(found.strip().replace(" UTC", "+00:00"))
            aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        if isinstance(found, int | float | str) and not isinstance(found, bool):
            seconds = float(found)
            if 0 <= seconds <= _MAX_UNIX_SECONDS:
                return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidPayloadError(InvalidReason.CREATED_AT_INVALID) from error
    raise InvalidPayloadError(InvalidReason.CREATED_AT_INVALID)
