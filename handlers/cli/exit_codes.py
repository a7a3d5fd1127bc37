"""What the commands tell the shell."""

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    WRONG = 1
    USAGE = 2
    SETTINGS = 3
    RETRY = 4


EXPLANATION: Final = """exit codes:
  0  done, and nothing is wrong
  1  something is wrong, missing or left: the output says what
  2  the command line makes no sense
  3  settings are missing or malformed: all of them are named
  4  a service did not answer or was out of time: the same command may succeed later"""


def worst(*codes: ExitCode) -> ExitCode:
    """Return the gravest of several ends; trying later comes before what is wrong now."""
    return max(codes, default=ExitCode.DONE)
