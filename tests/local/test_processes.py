"""Children are tied to their parent, say when they are ready and are stopped by process id."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import processes

_SAYS_READY = "import json,time; print(json.dumps({'ready': True, 'port': 4711}), flush=True); "


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 3
    while _is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} still lives"
        time.sleep(0.01)


def test_a_child_that_is_ready_tells_its_port_and_ends_with_exit_code_0(tmp_path: Path) -> None:
    code = _SAYS_READY + "import signal; signal.sigwait([signal.SIGTERM])"
    code = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); " + code
    with processes.start(_python(code), log=tmp_path / "log", ready_timeout=5) as child:
        assert child.port == 4711
        assert child.is_running()
        assert os.getsid(child.pid) == child.pid
        assert child.stop() == 0
        assert not child.is_running()
        assert child.stop() == 0


def test_a_child_that_ends_early_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    code = "import sys; sys.exit('the disk is full')"
    with pytest.raises(processes.ChildError, match=r"exit code 1 before(.|\n)*the disk is full"):
        processes.start(_python(code), log=tmp_path / "log", ready_timeout=5)


def test_a_child_that_says_nothing_is_ended_when_the_time_is_over(tmp_path: Path) -> None:
    code = "import time; time.sleep(60)"
    with pytest.raises(processes.ChildError, match=r"not ready within 0\.3 s"):
        processes.start(_python(code), log=tmp_path / "log", ready_timeout=0.3)


def test_a_child_that_says_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(processes.ChildError, match="said b'hello"):
        processes.start(_python("print('hello')"), log=tmp_path / "log", ready_timeout=5)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(processes.ChildError, match="cannot run /no/such/program"):
        processes.start(["/no/such/program"], log=tmp_path / "log", ready_timeout=5)


def test_a_child_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "import signal,subprocess,sys,json; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "p=subprocess.Popen([sys.executable,'-c','import time; time.sleep(60)']);"
        "print(json.dumps({'ready': True, 'port': p.pid}), flush=True); signal.pause()"
    )
    child = processes.start(_python(code), log=tmp_path / "log", ready_timeout=5)
    assert child.stop(grace_seconds=0.2) == -signal.SIGKILL
    _wait_until_gone(child.port)


def test_kill_9_of_the_parent_leaves_no_child(tmp_path: Path) -> None:
    code = (
        "import pathlib,sys,threading,time; from local import processes; pids=[]\n"
        "def start(name):\n"
        "    log=pathlib.Path(sys.argv[1], name)\n"
        "    pids.append(processes.start(['sleep', '60'], log=log).pid)\n"
        "start('a'); t=threading.Thread(target=start, args=('b',)); t.start(); t.join()\n"
        "print(*pids, flush=True); time.sleep(60)"
    )
    command = [*_python(code), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        time.sleep(0.3)
        assert all(_is_alive(pid) for pid in pids), "a child died with the thread that asked for it"
        parent.kill()
    for pid in pids:
        _wait_until_gone(pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_can_start_a_child_as_somebody_else(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = processes.start(["id", "-u"], log=log, user=processes.User(65534, 65534), cwd=Path("/"))
    child.wait_until(lambda: log.read_text() == "65534\n", timeout=5)
    assert child.stop() == 0


def test_a_free_port_can_be_bound() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", processes.free_port()))
