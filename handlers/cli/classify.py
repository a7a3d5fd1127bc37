"""`classify`: what messages would be taken for, one line out for each line in."""

import argparse
from collections.abc import Iterator
from typing import BinaryIO, Final

from handlers.cli.arguments import Commands
from handlers.cli.exit_codes import ExitCode
from handlers.cli.output import Output
from handlers.cli.report import Report
from handlers.cli.tools import Tools
from handlers.domain.errors import InvalidPayloadError, InvalidReason, LineReason
from handlers.domain.json_values import JsonObject, decode_object
from handlers.domain.orders.values import Understanding

# Chatwoot takes 150,000 characters, and JSON may write each of them in twelve bytes.
_LONGEST_LINE: Final = 2 * 1024 * 1024
_KEYS: Final = (
    *("intent", "platform", "length", "tone", "topic", "subject", "language", "decided_by"),
)


def add_parser(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "classify",
        help="tell notes from orders among messages on standard input",
        description='Reads a JSON object a line, {"text": ...}, and writes for each, in order, what'
        " the pipeline would take it for. A line that cannot be read gets a line of nulls, so that"
        " output and input stay in step; standard error says which and why, and the command exits"
        " with 1. It stores and sends nothing.",
    )
    parser.add_argument(
        "--rules-only",
        action="store_true",
        help="ask no model: needs no settings and no network",
    )
    parser.set_defaults(run=classify)


def classify(arguments: argparse.Namespace, tools: Tools, output: Output) -> Report:
    """Classify line by line, each written before the next is read."""
    understander = tools.understander(rules_only=arguments.rules_only)
    if not (arguments.rules_only or understander.has_model):
        output.complain(
            "no model is asked (OPENAI_API_KEY is not set, or OPENAI_INTENT_MODEL is off):"
            " the rules decide alone, and doubt is a note"
        )
    code = ExitCode.DONE
    for number, line in enumerate(_lines(tools.standard_input()), start=1):
        try:
            understanding = understander.understand(_text(line))
        except _UselessLineError as error:
            output.complain(f"line {number}: {error.reason}")
            output.show_line(dict.fromkeys(_KEYS))
            code = ExitCode.WRONG
        else:
            output.show_line(_document(understanding))
    return Report(lines=(), document=None, exit_code=code)


class _UselessLineError(Exception):
    """A line says no text."""

    def __init__(self, reason: InvalidReason | LineReason) -> None:
        super().__init__(reason.value)
        self.reason = reason.value


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Return each line, or None for one that is too long to be held."""
    while line := stream.readline(_LONGEST_LINE + 1):
        is_held = len(line) <= _LONGEST_LINE or line.endswith(b"\n")
        rest = line
        while rest and not (is_held or rest.endswith(b"\n")):
            rest = stream.readline(_LONGEST_LINE)
        yield line if is_held else None


def _text(line: bytes | None) -> str:
    if line is None:
        raise _UselessLineError(LineReason.LINE_TOO_LONG)
    try:
        document = decode_object(line)
    except InvalidPayloadError as error:
        raise _UselessLineError(error.reason) from error
    if "text" not in document:
        raise _UselessLineError(LineReason.TEXT_MISSING)
    text = document["text"]
    if not isinstance(text, str):
        raise _UselessLineError(LineReason.TEXT_INVALID)
    return text


def _document(understanding: Understanding) -> JsonObject:
    parameters = understanding.parameters
    found = (
        *(understanding.intent, parameters.platform, parameters.length, parameters.tone),
        *(parameters.topic, understanding.subject, understanding.language),
        understanding.decided_by,
    )
    return dict(zip(_KEYS, found, strict=True))
