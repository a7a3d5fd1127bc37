"""Says where and when figures were taken, so that they can be taken again."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from local.functions import REPOSITORY

_PACKAGES = (
    "functions-framework",
    "gunicorn",
    "Flask",
    "google-cloud-pubsub",
    "grpcio",
    "google-cloud-storage",
    "psycopg2-binary",
    "openai",
)
_GIB = 1024**3


def describe_machine(command: str) -> str:
    """Return one paragraph: command, time, commit, machine, load and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return (
        f"`{command}` on {now} UTC, commit {_commit()}: {os.cpu_count()} cores of {_processor()}, "
        f"{memory:.0f} GiB, Linux {platform.release()}, load average {os.getloadavg()[0]:.1f} at "
        f"the end; Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - git as the caller has it
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or "unknown"
