"""Keeps a stack running in the background between `make up` and `make down`."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from local.functions import REPOSITORY
from local.processes import ChildError
from local.stack import Stack

_HOME = REPOSITORY / ".local"
_STATE = _HOME / "stack.json"
_LOG = _HOME / "stack.log"
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_WEBHOOK_PORT = 8080
_SAMPLE = {
    "event": "message_created",
    "id": "test-message-123",
    "content": "Test WhatsApp message",
    "message_type": "incoming",
    "created_at": "2025-01-30T10:00:00Z",
    "sender": {"id": 123, "name": "Test User", "type": "contact"},
    "conversation": {"id": 456, "channel": "Channel::Whatsapp", "status": "open"},
    "account": {"id": 789, "name": "Test Account"},
}

_QUERY = (
    "select chatwoot_message_id, content, processing_status, user_id, gcs_storage_path"
    " from public.meeting_notes"
)


def bring_up() -> int:
    """Start a keeper unless one is running, and print where everything is."""
    if _running_pid() is None:
        _start_keeper()
    state = json.loads(_STATE.read_text(encoding="utf-8"))
    sys.stdout.write("The local stack is running.\n\n")
    for name, value in state["urls"].items():
        sys.stdout.write(f"  {name:<12}{value}\n")
    sys.stdout.write(f"  {'logs':<12}{state['directory']}\n\nPost a message:\n\n")
    body = shlex.quote(json.dumps(_SAMPLE))
    webhook = state["urls"]["webhook"]
    sys.stdout.write(f"  curl -X POST {webhook} -H 'Content-Type: application/json' -d {body}\n\n")
    sys.stdout.write(
        "and look at its row:\n\n"
        f"  .venv/bin/python -m local.query {shlex.quote(_QUERY)}\n\nEnd it with: make down\n"
    )
    return 0


def bring_down() -> int:
    """End the keeper and everything it keeps; fine where nothing is running."""
    pid = _running_pid()
    if pid is None:
        sys.stdout.write("The local stack is not running.\n")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_keeper(pid):
        if time.monotonic() > deadline:
            raise ChildError(f"the keeper, process {pid}, did not end within {_STOP_SECONDS:.0f} s")
        time.sleep(0.05)
    sys.stdout.write("The local stack was stopped.\n")
    return 0


def keep() -> int:
    """Hold a stack until a signal comes; `bring_up` starts this in the background."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with Stack(allow_unsigned=True, webhook_port=_free_or_default_port()) as stack:
        state = {
            "pid": os.getpid(),
            "directory": str(stack.directory),
            "database_url": stack.database_url,
            "urls": {
                "webhook": stack.webhook_url,
                "Chatwoot": stack.chatwoot_url,
                "storage": stack.gcs_url,
                "Pub/Sub": stack.pubsub_host,
                "speech": stack.speech_url,
                "Postgres": stack.database_url,
            },
        }
        unfinished = _STATE.with_suffix(".new")
        unfinished.write_text(json.dumps(state), encoding="utf-8")
        # It holds the database's password.
        unfinished.chmod(0o600)
        unfinished.replace(_STATE)
        try:
            stop.wait()
        finally:
            _STATE.unlink(missing_ok=True)
    return 0


def _start_keeper() -> None:
    _HOME.mkdir(exist_ok=True)
    _STATE.unlink(missing_ok=True)
    with _LOG.open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "local", "keep"],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while not _STATE.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            keeper.kill()
            said = _LOG.read_text(encoding="utf-8", errors="replace").strip()
            raise ChildError(f"Its log, {_LOG}, says:\n{said}")
        time.sleep(0.05)


def _running_pid() -> int | None:
    try:
        pid = int(json.loads(_STATE.read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return None
    return pid if _is_keeper(pid) else None


def _is_keeper(pid: int) -> bool:
    # A process id is used again some day; only ours has this command line.
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[-4:-1] == [b"-m", b"local", b"keep"]


def _free_or_default_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", _WEBHOOK_PORT))
        except OSError:
            return 0
    return _WEBHOOK_PORT
