"""The official Pub/Sub emulator, where Java and the Google Cloud SDK are present."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from local import processes

_START_SECONDS = 20.0


def find_emulator() -> Path | None:
    """Return the emulator's jar, or None where it or Java is absent."""
    if shutil.which("java") is None or (gcloud := shutil.which("gcloud")) is None:
        return None
    said = subprocess.run(
        [gcloud, "info", "--format=value(installation.sdk_root)"],
        capture_output=True,
        text=True,
        check=False,
    )
    jars = Path(said.stdout.strip()).glob(
        "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar"
    )
    return next(iter(sorted(jars)), None)


def start_emulator(jar: Path, *, port: int, log: Path) -> processes.Child:
    """Start it and return once it accepts connections."""
    child = processes.start(
        [
            *("java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("-jar", str(jar), "--host=127.0.0.1", f"--port={port}"),
        ],
        log=log,
        env={"PATH": os.environ.get("PATH", os.defpath)},
    )
    child.wait_until(lambda: _accepts(port), timeout=_START_SECONDS)
    return child


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
