"""A share of a processor, by a cgroup of our own, where this machine lets us make one."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PERIOD_MICROSECONDS = 100_000
_EMPTY_SECONDS = 5.0
_VERSION_1 = Path("/sys/fs/cgroup/cpu")
_VERSION_2 = Path("/sys/fs/cgroup")


class CgroupMissingError(Exception):
    """No cgroup could be made; the message says what was tried."""


@contextmanager
def processor_share(share: float) -> Iterator[list[str]]:
    """Make a group that gets so much of one processor; hand out a command prefix that joins it.

    Raises:
        CgroupMissingError: neither version of cgroups can be written here.
    """
    folder = _make_group(share)
    try:
        join = f'echo $$ > "{folder}/cgroup.procs" && exec "$@"'
        yield ["/bin/sh", "-c", join, "sh"]
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    # Killed processes count as members until whoever inherited them has taken notice.
    deadline = time.monotonic() + _EMPTY_SECONDS
    while (folder / "cgroup.procs").read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    folder.rmdir()


def _make_group(share: float) -> Path:
    quota = int(share * _PERIOD_MICROSECONDS)
    settings = {
        _VERSION_2: {"cpu.max": f"{quota} {_PERIOD_MICROSECONDS}"},
        _VERSION_1: {
            "cpu.cfs_period_us": str(_PERIOD_MICROSECONDS),
            "cpu.cfs_quota_us": str(quota),
        },
    }
    refusals = []
    for root, values in settings.items():
        folder = root / f"bench-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError as error:
            refusals.append(f"{root}: {error.strerror}")
            continue
        try:
            for name, value in values.items():
                # Opened as it is: the kernel makes these files, we never do.
                with (folder / name).open("r+") as setting:
                    setting.write(value)
        except OSError as error:
            folder.rmdir()
            refusals.append(f"{error.filename or folder}: {error.strerror}")
            continue
        return folder
    raise CgroupMissingError("; ".join(refusals))
