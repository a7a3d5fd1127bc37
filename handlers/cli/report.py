"""What a command has to say: for people as lines, for machines as one JSON object."""

from dataclasses import dataclass

from handlers.cli.exit_codes import ExitCode
from handlers.domain.json_values import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a command."""

    lines: tuple[str, ...]
    document: JsonObject | None
    """None where the command wrote its results itself, line by line."""
    exit_code: ExitCode = ExitCode.DONE
