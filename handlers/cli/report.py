"""What a command has to say: for people as lines, for machines as one JSON object."""

from dataclasses import dataclass

from handlers.cli.exit_codes import ExitCode
from handlers.domain.json_values import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a command."""

    lines: tuple[str, ...]
    document: JsonObject
    exit_code: ExitCode = ExitCode.DONE
