"""Makes text that people sent storable: Postgres refuses NUL, UTF-8 refuses lone surrogates."""

import json
import re
from typing import Final

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


def storable(value: object) -> object:
    """Return a JSON-like value whose every string Postgres takes; the object keeps the original."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def to_json(value: object) -> str:
    """Return a value as JSON text for a jsonb parameter."""
    return json.dumps(storable(value), ensure_ascii=False, separators=(",", ":"))
