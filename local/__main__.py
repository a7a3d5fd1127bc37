"""The local stack's commands: `python -m local demo`, `up` and `down`."""

import argparse
import sys
from collections.abc import Callable

from local.demo import run_demo
from local.keeper import bring_down, bring_up, keep
from local.postgres import PostgresMissingError
from local.processes import ChildError

_VERBS: dict[str, Callable[[], int]] = {
    "demo": run_demo,
    "up": bring_up,
    "down": bring_down,
    "keep": keep,
}


def main() -> int:
    """Run one verb; say what, why and what to do where something cannot start."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("verb", choices=[*_VERBS])
    verb = parser.parse_args().verb
    try:
        return _VERBS[verb]()
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; everything was stopped\n")
        return 130
    except (ChildError, PostgresMissingError, OSError) as error:
        sys.stderr.write(f"\nThe local stack could not start or go on.\n{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
