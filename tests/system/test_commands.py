"""The commands as a person types them: what they print, and that they leave nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.system.waiting import until

pytestmark = pytest.mark.system

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", *words],
        cwd=REPOSITORY,
        env={**os.environ, "HOME": str(home)} if home else None,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def our_processes() -> set[str]:
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"functions_framework" in words or b"local." in words or b"--listen_addresses" in words:
            found.add(entry.name)
    return found


def temporary_files() -> set[Path]:
    return {*Path("/tmp").glob("whatsapp-*")}  # noqa: S108 - where the stack says it writes


def test_the_demo_ends_well_and_leaves_nothing_behind(tmp_path: Path) -> None:
    processes, files = our_processes(), temporary_files()

    demo = run("demo", home=tmp_path)

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "All 13 ended as they must" in demo.stdout
    assert our_processes() <= processes
    assert temporary_files() <= files
    assert list(tmp_path.iterdir()) == []


def test_up_keeps_a_stack_that_takes_the_printed_curl_and_down_ends_it() -> None:
    state = REPOSITORY / ".local" / "stack.json"
    if state.exists():
        pytest.skip("somebody's own stack is running here")
    processes = our_processes()
    up = run("up")
    try:
        assert up.returncode == 0, up.stderr
        command = next(line for line in up.stdout.splitlines() if "curl -X POST" in line)
        said = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602
        assert json.loads(said.stdout)["status"] == "accepted"
        shown = next(line for line in up.stdout.splitlines() if "local.query" in line)
        until(
            lambda: (
                "test-message-123"
                in subprocess.run(  # noqa: S602
                    shown, shell=True, cwd=REPOSITORY, capture_output=True, text=True, check=True
                ).stdout
            )
        )
        webhook = json.loads(state.read_text())["urls"]["webhook"]
        assert requests.get(webhook, timeout=5).json() == {"status": "ok"}
        assert run("up").returncode == 0
    finally:
        down = run("down")
    assert "stopped" in down.stdout
    assert our_processes() <= processes
    assert run("down").stdout.strip() == "The local stack is not running."
