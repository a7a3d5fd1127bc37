"""What a process has used: memory and processor time, as the kernel counts them."""

import time
from dataclasses import dataclass
from pathlib import Path

KIB_PER_MIB = 1024
# In the kernel's name for a process's clock, beside its number: the time of all its threads.
_ALL_THREADS_CLOCK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One process's memory in MiB."""

    resident: float
    proportional: float
    """Pages shared with other processes counted in shares (PSS)."""
    private: float


def descendants(pid: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += descendants(int(child))
    return found


def worker_of(master: int) -> int:
    """Return gunicorn's one worker.

    Raises:
        ValueError: there are more or none.
    """
    (worker,) = descendants(master)[1:]
    return worker


def read_memory(pid: int) -> Memory:
    """Read what a process holds now."""
    fields = _fields(Path(f"/proc/{pid}/smaps_rollup"))
    return Memory(
        resident=fields["Rss"] / KIB_PER_MIB,
        proportional=fields["Pss"] / KIB_PER_MIB,
        private=(fields["Private_Clean"] + fields["Private_Dirty"]) / KIB_PER_MIB,
    )


def forget_peak(pid: int) -> None:
    """Let the peak begin anew at what is resident now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_resident(pid: int) -> float:
    """Return the highest resident memory in MiB since the start, or since it was forgotten."""
    return _fields(Path(f"/proc/{pid}/status"))["VmHWM"] / KIB_PER_MIB


def cpu_seconds(pids: list[int]) -> float:
    """Return the processor time, user and system, of all threads that these processes ever had."""
    return sum(time.clock_gettime((~pid << 3) | _ALL_THREADS_CLOCK) for pid in pids)


def _fields(path: Path) -> dict[str, int]:
    fields = {}
    for line in path.read_text().splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if len(words) == 2 and words[1] == "kB":  # noqa: PLR2004 - a number and its unit
            fields[name] = int(words[0])
    return fields
