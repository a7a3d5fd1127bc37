"""Chatwoot's published API, as far as it is used here: checks requests and answers against it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema import Draft202012Validator

_FOLDER: Final = Path(__file__).parents[1] / "samples" / "chatwoot" / "openapi"
DOCUMENT: Final[dict[str, Any]] = json.loads((_FOLDER / "excerpt.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request as it was on the wire, with its answer."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    content_type: str
    answer: bytes


def operations() -> set[str]:
    """Return the names of all calls in the document."""
    return {
        operation["operationId"]
        for path in DOCUMENT["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    }


def check(exchange: Exchange) -> str:
    """Return which call it was; fail where request or answer is not as published."""
    parts = urlsplit(exchange.target)
    path, values = _path(parts.path)
    operation = path[exchange.method.lower()]
    declared = [_resolved(each) for each in [*path["parameters"], *operation.get("parameters", [])]]
    query = {name: found[-1] for name, found in parse_qs(parts.query).items()}
    _check_parameters(declared, {"path": values, "query": query})
    # Rails reads both forms as one header; proxies drop the one with underscores.
    assert exchange.headers.get("Api-Access-Token")
    if "requestBody" in operation:
        assert exchange.headers["Content-Type"] == "application/json"
        _validate(json.loads(exchange.body), operation["requestBody"]["content"])
    else:
        assert exchange.body == b""
    response = operation["responses"][str(exchange.status)]
    if exchange.content_type.startswith("application/json"):
        _validate(json.loads(exchange.answer), response["content"])
    else:
        assert exchange.content_type in response["content"]
    name: str = operation["operationId"]
    return name


def is_valid_message(document: object) -> bool:
    """Return whether a document may be posted as a message."""
    return _validator({"$ref": "#/components/schemas/MessageCreate"}).is_valid(document)


def _path(found: str) -> tuple[dict[str, Any], dict[str, str]]:
    for template, path in DOCUMENT["paths"].items():
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        match = re.fullmatch(pattern, found)
        if match is not None:
            return path, {name: unquote(value) for name, value in match.groupdict().items()}
    raise AssertionError(f"no such path is published: {found}")


def _check_parameters(
    declared: list[dict[str, Any]], given: Mapping[str, Mapping[str, str]]
) -> None:
    for place, values in given.items():
        known = {each["name"]: each for each in declared if each["in"] == place}
        assert set(values) <= set(known), f"unknown in {place}: {set(values) - set(known)}"
        for name, parameter in known.items():
            if name not in values:
                assert not parameter["required"], f"{name} is missing"
                continue
            is_number = parameter["schema"].get("type") == "integer"
            _validator(parameter["schema"]).validate(
                int(values[name]) if is_number else values[name]
            )


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    found: Any = part
    while "$ref" in found:
        reference, found = found["$ref"], DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
    resolved: dict[str, Any] = found
    return resolved


def _validate(value: object, content: dict[str, Any]) -> None:
    _validator(content["application/json"]["schema"]).validate(value)


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    # References lead into the document's own components.
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})
