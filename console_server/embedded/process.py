"""One child process: starting it so that it cannot outlive us, and stopping it.

Owns spawning, the log file and the stop sequence; not what a child does nor when it is started
again (`supervise.py`). Children must be spawned from the main thread: the kernel ties the
parent-death signal to the thread that made the child.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from console_server.embedded.errors import StackError

PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 16 * 1024 * 1024  # one older log is kept beside it: bounded without a cron


@dataclass(frozen=True, slots=True)
class Identity:
    """The unprivileged account a child runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. `env` is the whole environment: a child sees only what it is given.

    Others may lean on it (`leant_on`): then it is stopped only when they have ended.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log_path: Path
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 10.0
    leant_on: bool = True
    cwd: Path | None = None


def unprivileged_identity() -> Identity | None:
    """The account for programs that refuse to run as root; None when we are not root.

    Raises:
        StackError: we are root and there is no account to drop to.
    """
    if os.geteuid() != 0:
        return None
    for name in ("gridbeat", "postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        "PostgreSQL does not run as root, and there is no account named gridbeat, postgres or "
        "nobody to run it as. Create one (useradd --system gridbeat) or start as an ordinary user."
    )


def reachable_by(path: Path, identity: Identity) -> bool:
    """Whether the account may enter every existing folder down to `path`."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        mode = folder.stat()
        if mode.st_uid == identity.uid:
            allowed = mode.st_mode & 0o100
        elif mode.st_gid == identity.gid:
            allowed = mode.st_mode & 0o010
        else:
            allowed = mode.st_mode & 0o001
        if not allowed:
            return False
    return True


def base_environment() -> dict[str, str]:
    """The few variables every child needs, and nothing else of ours."""
    kept = ("PATH", "HOME", "TZ", "TMPDIR", "SSL_CERT_FILE", "PYTHONPATH", "VIRTUAL_ENV")
    return {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"} | {
        name: os.environ[name] for name in kept if name in os.environ
    }


def spawn(command: Command) -> subprocess.Popen[bytes]:
    """Start the child with its output in its log; it is signalled if this process dies.

    Raises:
        StackError: the program is missing or may not be run.
    """
    command.log_path.parent.mkdir(parents=True, exist_ok=True)
    _rotate(command.log_path)
    identity = command.identity
    with command.log_path.open("ab") as log:
        try:
            return subprocess.Popen(  # noqa: S603  # argv is built by us, no shell
                list(command.argv),
                env=dict(command.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=command.cwd or "/",
                start_new_session=True,  # Ctrl-C goes to us alone; we stop children in order
                preexec_fn=_die_with_parent(command.stop_signal),  # noqa: PLW1509  # no threads yet
                user=identity.uid if identity else None,
                group=identity.gid if identity else None,
                extra_groups=[] if identity else None,
            )
        except OSError as error:
            raise StackError(
                f"{command.name} could not be started ({command.argv[0]}): {error}"
            ) from error


def stop(children: Sequence[tuple[subprocess.Popen[bytes], Command]]) -> None:
    """Ask children to end, all at once; end by force those that have not within their time."""
    for process, command in children:
        if process.poll() is None:
            process.send_signal(command.stop_signal)
    asked_at = time.monotonic()
    for process, command in children:
        try:
            process.wait(max(0.0, asked_at + command.stop_within_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def log_tail(path: Path, lines: int = 12) -> str:
    """The end of a log, for an error message."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _rotate(log_path: Path) -> None:
    if log_path.exists() and log_path.stat().st_size > LOG_LIMIT_BYTES:
        log_path.replace(log_path.with_suffix(log_path.suffix + ".1"))


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Have the kernel stop the child when we are killed outright (Linux only)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def request() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:  # died between fork and prctl
            os._exit(1)

    return request
