"""What strict mode refuses of a JSON schema, as OpenAI documents it."""

from typing import Any

# What it does not read, and so refuses.
_UNKNOWN = frozenset(
    {"allOf", "not", "dependentRequired", "if", "then", "else", "default", "oneOf"}
)


def schema_problem(schema: Any) -> str | None:  # noqa: ANN401 - whatever the caller wrote
    """Return what is wrong with a schema, or None."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "schema must be a JSON Schema of 'type: \"object\"'."
    return _problem(schema, ())


def _problem(schema: dict[str, Any], path: tuple[str, ...]) -> str | None:
    place = f"In context={path}, "
    if found := sorted(_UNKNOWN & schema.keys()):
        return f"{place}'{found[0]}' is not permitted."
    properties = schema.get("properties")
    if isinstance(properties, dict):
        if schema.get("additionalProperties") is not False:
            return f"{place}'additionalProperties' is required to be supplied and to be false."
        missing = sorted(properties.keys() - set(schema.get("required", ())))
        if missing:
            return f"{place}'required' must include every key in properties. Missing {missing[0]}."
        for name, inner in properties.items():
            problem = _problem(inner, (*path, "properties", name))
            if problem is not None:
                return problem
    return None
