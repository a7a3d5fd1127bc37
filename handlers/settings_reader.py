"""Reads single settings out of a mapping of strings and gathers everything wrong with them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from handlers.settings_catalogue import CATALOGUE

T = TypeVar("T")
U = TypeVar("U")


class SettingsError(Exception):
    """The environment is not usable; the text names every missing or malformed variable.

    Not of the application's error family, so no handler can take it for a failed message.
    """

    def __init__(self, text: str, problems: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)
        """One text of lines for each: what is wrong, what it is for, where to get it."""


class SettingsReader:
    """Collects problems instead of stopping at the first; never repeats a value in them."""

    def __init__(self, environ: Mapping[str, str], *, function: str) -> None:
        self._environ = environ
        self._function = function
        self._problems: list[str] = []

    def required(self, name: str, parse: Callable[[str], T], fallback: T) -> T:
        """Return a variable's value; when it is absent or malformed, note it, return `fallback`."""
        written = self._written(name)
        if written is None:
            self.complain(name, "is not set")
            return fallback
        return self._parsed(name, written, parse, fallback)

    def optional(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """Return a variable's value, or the default where it is not set."""
        written = self._written(name)
        return default if written is None else self._parsed(name, written, parse, default)

    def maybe(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return a variable's value, or None where it is not set."""
        written = self._written(name)
        return None if written is None else self._parsed(name, written, parse, None)

    def is_set(self, name: str) -> bool:
        """Return whether a variable is there and not blank."""
        return self._written(name) is not None

    def complain(self, name: str, problem: str) -> None:
        """Note a problem with a variable."""
        variable = CATALOGUE[name]
        text = f"{name} {problem}\n    for: {variable.purpose}\n    get it: {variable.source}"
        # Two parts of a function's settings may need the same variable.
        if text not in self._problems:
            self._problems.append(text)

    def finish(self) -> None:
        """Raise everything noted at once.

        Raises:
            SettingsError: at least one problem was noted.
        """
        if self._problems:
            count = len(self._problems)
            raise SettingsError(
                f"{self._function} cannot start: {count} setting(s) need attention.\n  "
                + "\n  ".join(self._problems),
                self._problems,
            )

    def _written(self, name: str) -> str | None:
        if name not in CATALOGUE:
            raise KeyError(name)
        return self._environ.get(name, "").strip() or None

    def _parsed(self, name: str, written: str, parse: Callable[[str], T], fallback: U) -> T | U:
        try:
            return parse(written)
        except ValueError as error:
            # The parsers of this module say what is wanted and never quote the value.
            self.complain(name, str(error))
            return fallback


def as_text(written: str) -> str:
    """Return the text itself."""
    return written


def as_integer(minimum: int, maximum: int) -> Callable[[str], int]:
    """Return a parser for whole numbers within bounds."""

    def parse(written: str) -> int:
        if (
            not written.isascii()
            or not written.isdigit()
            or not (minimum <= int(written) <= maximum)
        ):
            raise ValueError(f"must be a whole number from {minimum} to {maximum}")
        return int(written)

    return parse


def as_switch(written: str) -> bool:
    """Return whether a switch is on: 1, true, yes, on or 0, false, no, off."""
    lowered = written.lower()
    if lowered in {"1", "true", "yes", "on"}:
        return True
    if lowered in {"0", "false", "no", "off"}:
        return False
    raise ValueError("must be 1 or 0")


def as_list(written: str) -> tuple[str, ...]:
    """Return the comma-separated parts that are not blank."""
    return tuple(part.strip() for part in written.split(",") if part.strip())
