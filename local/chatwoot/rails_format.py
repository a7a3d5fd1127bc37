"""JSON and times as Rails writes them."""

import json
from datetime import UTC, datetime

# Rails escapes what could end a <script> or a line of JavaScript, and nothing else.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def to_json(value: object) -> bytes:
    """Serialise as ActiveSupport does: compact, UTF-8, key order kept."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES).encode()


def iso_time(timestamp: float) -> str:
    """Format as ISO 8601 in UTC with three decimals and Z."""
    milliseconds = datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds")
    return milliseconds.replace("+00:00", "Z")


def unix_seconds(timestamp: float | None) -> int:
    """Cut to whole seconds; 0 stands for never."""
    return int(timestamp or 0)
