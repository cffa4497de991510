"""Owns starting child processes that die with this one, and finding theirs by the process table.

What they are, and when one is killed, is decided elsewhere. Linux only, as are the embedded parts.
"""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
STOP_WITHIN_S: Final = 20.0
_PROC: Final = Path("/proc")


def spawn(argv: Sequence[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a child with its output in a log; the kernel ends it when this process dies.

    Call from the main thread: the kernel watches the thread that started the child.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - argv is built by us, no shell
            list(argv),
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - sets one process attribute
        )


def stop(child: subprocess.Popen[bytes], within_s: float = STOP_WITHIN_S) -> None:
    """Ask a child to end; end it by force when it does not."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(within_s)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The few variables every child needs, and `extra`: none of the operator's GRIDBEAT_*."""
    kept = ("PATH", "HOME", "TZ", "TMPDIR", "SSL_CERT_FILE", "PYTHONPATH", "VIRTUAL_ENV")
    own = {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    return own | {name: os.environ[name] for name in kept if name in os.environ} | dict(extra)


def children_of(pid: int) -> dict[int, str]:
    """Living children of a process: pid to the name of the program."""
    found = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (seen := _stat(entry)) is not None:
            name, state, parent = seen
            if parent == pid and state not in "ZX":
                found[int(entry.name)] = name
    return found


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in RAM; 0 when it is gone."""
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def send(pid: int, number: signal.Signals) -> bool:
    """Signal a process; false when it is gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _stat(entry: Path) -> tuple[str, str, int] | None:
    """Name, state and parent of a process; None when it has just gone."""
    try:
        text = (entry / "stat").read_text()
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    return name, fields[0], int(fields[1])


def _die_with_parent() -> Callable[[], None]:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def request() -> None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:  # died between fork and prctl
            os._exit(1)

    return request
