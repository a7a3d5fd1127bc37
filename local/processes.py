"""Start child processes that cannot outlive this one, and stop them by process id.

Run as a program, this file is the launcher between parent and child: it gives up rights, ties
itself to its parent and becomes the command. A launcher, unlike `preexec_fn`, is safe in a
parent that has threads (gRPC clients start some).
"""

import contextlib
import ctypes
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

_PR_SET_PDEATHSIG = 1
_LOG_TAIL_BYTES = 2000


class ChildError(Exception):
    """A child ended, or said nothing, before it was ready."""


class User(NamedTuple):
    """Whom a child runs as when this process is root."""

    uid: int
    gid: int


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Child:
    """A running command and the process group it leads."""

    def __init__(self, process: subprocess.Popen[bytes], command: Sequence[str], log: Path) -> None:
        self._process = process
        self._command = command
        self.log = log
        self.pid = process.pid
        self.ready: dict[str, object] = {}

    def __enter__(self) -> Self:
        """Hand out the running child."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    @property
    def port(self) -> int:
        """The port of the ready message."""
        return int(str(self.ready["port"]))

    def is_running(self) -> bool:
        """Say whether the command has not ended yet."""
        return not self._ended(0)

    def stop(self, *, signum: signal.Signals = signal.SIGTERM, grace_seconds: float = 5.0) -> int:
        """End the command and what is left of its group; return its exit code. Repeatable."""
        if self._process.returncode is None:
            if not self._ended(0):
                os.kill(self.pid, signum)
                if not self._ended(grace_seconds):
                    os.killpg(self.pid, signal.SIGKILL)
                    self._ended(grace_seconds)
            # The unreaped leader keeps the group's number from being given to others.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
        return int(self._process.returncode)

    def kill(self) -> int:
        """End the command as a crash would, with SIGKILL and no warning."""
        return self.stop(signum=signal.SIGKILL)

    def wait_until(self, is_ready: Callable[[], bool], *, timeout: float) -> None:
        """Wait for a sign of readiness; stop the child and raise ChildError if none comes."""
        deadline = time.monotonic() + timeout
        while not is_ready():
            if not self.is_running():
                # It may have ended well between the two looks.
                if is_ready():
                    return
                raise self._failure(f"ended with exit code {self.stop()} before it was ready")
            if time.monotonic() > deadline:
                self.kill()
                raise self._failure(f"was not ready within {timeout:g} s")
            time.sleep(0.005)

    def read_ready_message(self, timeout: float) -> None:
        """Take the one-line JSON message off the child's standard output."""
        stdout = self._process.stdout
        if stdout is None:
            raise ValueError("this child's standard output goes to its log")
        line = b""

        def whole_line_came() -> bool:
            nonlocal line
            while not line.endswith(b"\n") and select.select([stdout], [], [], 0.01)[0]:
                if not (piece := os.read(stdout.fileno(), 4096)):
                    break
                line += piece
            return line.endswith(b"\n")

        self.wait_until(whole_line_came, timeout=timeout)
        try:
            self.ready = json.loads(line)
        except ValueError as error:
            self.kill()
            raise self._failure(f"said {line!r} instead of its ready message") from error

    def _ended(self, timeout: float) -> bool:
        """Look without reaping, so that the process id stays ours until `stop`."""
        if self._process.returncode is not None:
            return True
        deadline = time.monotonic() + timeout
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while os.waitid(os.P_PID, self.pid, flags) is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.002)
        return True

    def _failure(self, what: str) -> ChildError:
        text = self.log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace").strip()
        return ChildError(f"{' '.join(self._command)} {what}. The end of {self.log}:\n{text}")


def start(  # noqa: PLR0913 - keyword-only, as subprocess.Popen's own
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: User | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    ready_timeout: float | None = None,
) -> Child:
    """Start a command in a session of its own; it gets `death_signal` if this process dies.

    Its standard error is appended to `log`. With `ready_timeout` the call returns after the
    ready message on its standard output, which goes to `log` otherwise. Only the command itself
    is tied to us: what it starts must watch it, as the workers of gunicorn and Postgres do.
    """
    uid, gid = user or (-1, -1)
    tie = [str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    with log.open("ab") as stream:
        process = _spawn(
            lambda: subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, *tie, *command],
                stdin=subprocess.DEVNULL,
                stdout=stream if ready_timeout is None else subprocess.PIPE,
                stderr=stream,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        )
    child = Child(process, command, log)
    if ready_timeout is not None:
        child.read_ready_message(ready_timeout)
    return child


_orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
_spawner: threading.Thread | None = None
_spawner_lock = threading.Lock()


def _take_orders() -> None:
    while True:
        _orders.get()()


def _spawn(popen: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start every child from one thread that lives as long as the process.

    Linux sends the death signal when the thread that started the child ends.
    """
    global _spawner  # noqa: PLW0603 - one thread for the whole process is the point
    with _spawner_lock:
        # After a fork the object is there but its thread is not.
        if _spawner is None or not _spawner.is_alive():
            _spawner = threading.Thread(target=_take_orders, name="spawner", daemon=True)
            _spawner.start()
    answers: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()

    def order() -> None:
        try:
            answers.put(popen())
        except OSError as error:
            answers.put(error)

    _orders.put(order)
    answer = answers.get()
    if isinstance(answer, OSError):
        raise answer
    return answer


def _become_tied_command(arguments: list[str]) -> None:
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After setuid: a change of user clears the death signal.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        raise SystemExit("the parent died first")
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell, on purpose
    except OSError as error:
        raise SystemExit(f"cannot run {command[0]}: {error}") from error


if __name__ == "__main__":
    _become_tied_command(sys.argv[1:])
