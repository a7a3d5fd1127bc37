"""Start the product's functions as they are deployed: functions-framework under gunicorn."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from local import processes

REPOSITORY = Path(__file__).resolve().parent.parent
_START_SECONDS = 30.0


def start_function(
    target: str, *, port: int, environ: Mapping[str, str], log: Path, threads: int = 8
) -> processes.Child:
    """Start one entry point of main.py and return once it accepts connections.

    Raises:
        ChildError: it ended at once; the message holds what it said, missing settings for one.
    """
    child = processes.start(
        [
            *(sys.executable, "-m", "functions_framework"),
            *("--target", target, "--source", str(REPOSITORY / "main.py")),
            *("--host", "127.0.0.1", "--port", str(port)),
        ],
        log=log,
        env={
            **environ,
            "THREADS": str(threads),
            "PYTHONPATH": str(REPOSITORY),
            # gunicorn makes a folder of its own at home.
            "HOME": str(log.parent),
        },
        cwd=REPOSITORY,
    )
    child.wait_until(lambda: _accepts(port), timeout=_START_SECONDS)
    return child


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
