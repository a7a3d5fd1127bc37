"""What WhatsApp refuses of what Chatwoot has taken; the caller learns it from a later update."""

from typing import Any

from local.chatwoot.records import Message

MAX_BUTTONS = 3
_MAX_ROWS = 10
_MAX_TITLE = {"buttons": 20, "list": 24}
_MAX_VALUE = {"buttons": 256, "list": 200}
_MAX_BODY = 1024
_MAX_TEXT = 4096
_INVALID = "131009: Parameter value is not valid"
_NO_TEMPLATE = "132001: Template name does not exist in the translation"


def options_of(message: Message) -> list[dict[str, Any]]:
    """Return the options of a question, [] for any other message."""
    if message.content_type != "input_select":
        return []
    items: list[dict[str, Any]] = message.content_attributes.get("items") or []
    return items


def options_kind(options: list[dict[str, Any]]) -> str:
    """Return how WhatsApp shows so many."""
    return "buttons" if len(options) <= MAX_BUTTONS else "list"


def text_error(text: str, options: list[dict[str, Any]]) -> str | None:
    """Return why WhatsApp does not take a text or a question, or None."""
    if not options:
        return _INVALID if not text or len(text) > _MAX_TEXT else None
    kind = options_kind(options)
    titles = [str(option.get("title") or "") for option in options]
    values = [str(option.get("value") or "") for option in options]
    is_valid = (
        0 < len(text) <= _MAX_BODY
        and len(options) <= _MAX_ROWS
        and all(0 < len(title) <= _MAX_TITLE[kind] for title in titles)
        and all(0 < len(value) <= _MAX_VALUE[kind] for value in values)
        and len(set(titles)) == len(titles)
        and len(set(values)) == len(values)
    )
    return None if is_valid else _INVALID


def template_error(parameters: dict[str, Any], approved: dict[tuple[str, str], str]) -> str | None:
    """Return why a template does not go out, or None."""
    found = approved.get((str(parameters.get("name")), str(parameters.get("language"))))
    if found is None:
        return _NO_TEMPLATE
    given = parameters.get("processed_params")
    wanted = found.count("{{")
    return None if isinstance(given, dict) and len(given) == wanted else _INVALID


def template_text(parameters: dict[str, Any], approved: dict[tuple[str, str], str]) -> str:
    """Return an approved template with its parameters filled in."""
    text = approved[str(parameters["name"]), str(parameters["language"])]
    for name, value in parameters["processed_params"].items():
        text = text.replace("{{" + str(name) + "}}", str(value))
    return text
