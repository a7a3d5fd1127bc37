"""The directory a database server lives in, also for root, whom those servers refuse to run as."""

import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from local.processes import User

_UNREACHABLE = """{path} cannot be used by the server: {closed} lets only its owner in.
Why: it refuses to run as root, so it runs as the user nobody here.
Do: name a directory below /tmp, or none, or do not run this as root."""


class UnreachableDirectoryError(Exception):
    """The user the server runs as cannot get at its directory."""


def nobody() -> User | None:
    """Return the user for programs that refuse to run as root, or None if we are not root."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return User(entry.pw_uid, entry.pw_gid)


def closed_to_others(path: Path) -> Path | None:
    """Return the first folder on the way to `path` that other users cannot pass."""
    folders = [path.resolve(), *path.resolve().parents]
    return next((folder for folder in folders if not folder.stat().st_mode & 0o001), None)


@dataclass
class ServerHome:
    """A given directory, or a temporary one, and further temporary ones, until `remove`."""

    directory: Path | None
    _temporary: list[Path] = field(default_factory=list)

    def path(self) -> Path:
        """Return the directory, made if absent; raise UnreachableDirectoryError if closed."""
        if self.directory is None:
            self.directory = self.temporary_folder()
        self.directory.mkdir(parents=True, exist_ok=True)
        if nobody() and (closed := closed_to_others(self.directory)):
            raise UnreachableDirectoryError(_UNREACHABLE.format(path=self.directory, closed=closed))
        return self.directory.resolve()

    def temporary_folder(self) -> Path:
        """Make a folder the server's user can pass."""
        folder = Path(tempfile.mkdtemp(prefix="local-server-"))
        self._temporary.append(folder)
        if nobody():
            folder.chmod(0o711)
        return folder

    def write_secret(self, name: str, content: str) -> Path:
        """Write a file that only the server's user can read."""
        secret = self.path() / name
        secret.touch(mode=0o600)
        secret.write_text(content)
        if user := nobody():
            os.chown(secret, *user)
        return secret

    def remove(self) -> None:
        """Remove what was temporary; the given directory stays."""
        if self.directory in self._temporary:
            self.directory = None
        while self._temporary:
            shutil.rmtree(self._temporary.pop())
