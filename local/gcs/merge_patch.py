"""PATCH as Google does it: objects merge, null removes, everything else replaces."""

from local.gcs.messages import JsonObject


def merge(target: JsonObject, change: JsonObject) -> JsonObject:
    """Return the target with the change applied (RFC 7396)."""
    merged = dict(target)
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            merged[key] = merge(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = value
    return merged
