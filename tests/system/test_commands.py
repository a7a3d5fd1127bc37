"""The commands as a person types them: what they print, and that they leave nothing behind."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.system.waiting import until

pytestmark = pytest.mark.system

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", *words],
        cwd=REPOSITORY,
        # The path names the run, so that its processes can be told from anybody else's.
        env={
            **os.environ,
            "HOME": str(home),
            "TMPDIR": str(home),
            "PATH": f"{os.environ['PATH']}:{home}",
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def processes_of(home: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(home).encode() in environ:
            found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that is the place for temporary files too; Postgres runs as another user there."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_the_demo_ends_well_and_leaves_nothing_behind(home: Path) -> None:
    demo = run("demo", home=home)

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "All 18 ended as they must" in demo.stdout
    # A phone for each who orders: what was asked, what was tapped, and who was told.
    for shown in ("[ Instagram ]", "Para qual plataforma", "Your content is ready", "▶ voice note"):
        assert shown in demo.stdout
    assert processes_of(home) == []
    assert list(home.iterdir()) == []


def test_up_keeps_a_stack_that_takes_the_printed_curl_and_down_ends_it(home: Path) -> None:
    state = REPOSITORY / ".local" / "stack.json"
    if state.exists():
        pytest.skip("somebody's own stack is running here")
    up = run("up", home=home)
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
        assert run("up", home=home).returncode == 0
        assert processes_of(home) != []
    finally:
        down = run("down", home=home)
    assert "stopped" in down.stdout
    assert processes_of(home) == []
    assert run("down", home=home).stdout.strip() == "The local stack is not running."
