"""Owns a small file system of the store's own, which can be left without room.

It is mounted in a namespace of the stack's processes alone: it is gone with them, whatever happens,
and is filled through the view that /proc gives of it. Needs the right to mount; else there is none.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SIZE_MIB: Final = 1024
TRIES: Final = 50  # PostgreSQL may take room between our look and our taking it


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system to be mounted on `path`."""

    path: Path

    def is_possible(self) -> bool:
        """Whether one can be made here."""
        if shutil.which("unshare") is None:
            return False
        tried = self.around(["true"])
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0  # noqa: S603

    def around(self, argv: Sequence[str]) -> list[str]:
        """A command that sees the file system."""
        mount = f"mount -t tmpfs -o size={SIZE_MIB}m,mode=755 tmpfs {shlex.quote(str(self.path))}"
        return ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh", *argv]

    def fill(self, pid: int) -> None:
        """Take all its room; `pid` is a process that sees it."""
        filler = self._filler(pid)
        with filler.open("ab") as file:
            for _ in range(TRIES):
                free = os.statvfs(filler.parent)
                room = free.f_bavail * free.f_frsize
                if not room:
                    return
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), filler.stat().st_size, room)

    def empty(self, pid: int) -> None:
        """Give the room back."""
        self._filler(pid).unlink(missing_ok=True)

    def _filler(self, pid: int) -> Path:
        return Path(f"/proc/{pid}/root") / (self.path / "filler").relative_to("/")
