"""Owns a real installation to be broken: every part a process of its own, each restarted on death.

Broker, cache and store are started and restarted by `console_server.embedded`, the console server
and ingest by the `Keeper` here; all by their public command lines. PostgreSQL lies, where the
system lets us, on a small file system of its own that can be filled.
"""

import asyncio
import contextlib
import random
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec

from simulators.faults.children import children_of, environment, resident_bytes, send, spawn, stop
from simulators.faults.district import write_small_district
from simulators.faults.keeper import Keeper
from simulators.faults.plan import Part
from simulators.faults.proxy import LOOPBACK, Link
from simulators.faults.volume import Volume
from simulators.process import StartError

PROGRAMS: Final = {
    Part.BROKER: "nats-server",
    Part.CACHE: "valkey-server",
    Part.STORE: "postgres",
}
PASSWORD: Final = "faults-administrator"  # noqa: S105 - of a throw-away installation on loopback
START_WITHIN_S: Final = 240.0
SERVER_PORTS: Final = range(20_000, 32_000)
RESTART_WITHIN_S: Final = 2.0  # by default 30; kept short so that a run meets many restarts
LOOK_EVERY_S: Final = 0.1


class Running(msgspec.Struct):
    """What `running.json` says, as far as it is used here."""

    database_owner_url: str
    mqtt_port: int
    broker_monitor_url: str


class Installation:
    """One installation in a folder. `start` it, `stop` it whatever happens."""

    def __init__(self, root: Path, workers: int) -> None:
        self.root, self.stack_dir = root, root / "stack"
        self.http_url = ""
        self.links = {
            name: Link(name) for name in ("handsets-broker", "ingest-broker", "ingest-store")
        }
        self.keeper = Keeper(root / "logs")
        self.has_volume = False
        self._volume = Volume(self.stack_dir / "volume")
        self._workers = workers
        self._stack: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> Running:
        """Where the stack answers."""
        return msgspec.json.decode((self.stack_dir / "running.json").read_bytes(), type=Running)

    async def start(self, ingests: Mapping[str, str]) -> None:
        """Start everything; `ingests` names each ingest process and gives its areas.

        Raises:
            StartError: a part does not come up; the end of its log is in the message.
        """
        (self.root / "logs").mkdir(parents=True, exist_ok=True)
        self._start_stack()
        await self._until("stack", (self.stack_dir / "server.env").exists)
        self._fill_in()
        await self._start_links()
        self._start_server()
        for name, areas in ingests.items():
            self.start_ingest(name, areas)
        await self._until("server", self._serves)

    def stop(self) -> None:
        """Stop every process, and leave none."""
        self.keeper.stop_all()
        if self._stack is not None:
            for pid in self._frozen():
                send(pid, signal.SIGCONT)
            stop(self._stack)
        for link in self.links.values():
            link.close()

    def start_ingest(self, name: str, areas: str) -> None:
        """Start an ingest process for these areas, behind its links."""
        variables = self._variables("ingest")
        variables["GRIDBEAT_MQTT_PORT"] = str(self.links["ingest-broker"].port)
        url = variables["GRIDBEAT_DATABASE_URL"]
        variables["GRIDBEAT_DATABASE_URL"] = _at_port(url, self.links["ingest-store"].port)
        variables["GRIDBEAT_INGEST_AREAS"] = areas
        self.keeper.start(name, [sys.executable, "-m", "telemetry_ingest"], variables)

    def pid(self, part: Part) -> int | None:
        """The process of a part, None while there is none. Of several ingests, any one."""
        if part is Part.BACKEND:
            return next(iter(self.backends()), None)
        if part in PROGRAMS:
            return self._stack_pid(PROGRAMS[part])
        return self.keeper.pid_of(part.value)

    def pid_of_any_ingest(self, draw: random.Random) -> int | None:
        """One of the ingest processes that live."""
        pids = [self.keeper.pid_of(name) for name in self.keeper.names() if name != Part.SERVER]
        alive = [pid for pid in pids if pid is not None]
        return draw.choice(alive) if alive else None

    def backends(self) -> list[int]:
        """PostgreSQL's processes besides the first."""
        store = self._stack_pid(PROGRAMS[Part.STORE])
        return [] if store is None else sorted(children_of(store))

    def freeze_store(self) -> None:
        """Have every process of PostgreSQL stand still."""
        store = self._stack_pid(PROGRAMS[Part.STORE])
        for pid in [*([] if store is None else [store]), *self.backends()]:
            send(pid, signal.SIGSTOP)

    def thaw_store(self) -> None:
        """Have them go on."""
        for pid in self._frozen():
            send(pid, signal.SIGCONT)

    def fill_store(self) -> None:
        """Leave PostgreSQL's file system without room."""
        if self._stack is not None:
            self._volume.fill(self._stack.pid)

    def empty_store(self) -> None:
        """Give the room back."""
        if self._stack is not None:
            self._volume.empty(self._stack.pid)

    def memory(self) -> dict[str, int]:
        """Resident bytes of each part now."""
        parts = (Part.BROKER, Part.INGEST, Part.SERVER, Part.CACHE)
        pids = {part.value: self.pid(part) for part in parts}
        return {name: resident_bytes(pid) for name, pid in pids.items() if pid is not None}

    def _start_stack(self) -> None:
        self._volume.path.mkdir(parents=True)
        self.root.chmod(0o755)  # PostgreSQL's own account must get there
        argv = [sys.executable, "-m", "console_server.embedded", "--data-dir", str(self.stack_dir)]
        argv += ["--longest-delay-s", str(RESTART_WITHIN_S)]
        self.has_volume = self._volume.is_possible()
        if self.has_volume:
            (self.stack_dir / "postgres").symlink_to(self._volume.path / "postgres")
            argv = self._volume.around(argv)
        self._stack = spawn(argv, environment({}), self.root / "logs" / "stack.log")

    def _fill_in(self) -> None:
        """Schema, administrator and district, as whoever installs would."""
        write_small_district(self.root / "district", self._workers)
        district = self.root / "district"
        for words in (
            ("migrate",),
            ("administrator",),
            ("import", "areas", str(district / "areas.geojson")),
            ("import", "workers", str(district / "workers.csv")),
        ):
            done = subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-m", "console_server", *words, "--data-dir", str(self.stack_dir)],
                env=environment({"GRIDBEAT_ADMINISTRATOR_PASSWORD": PASSWORD}),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise StartError(f"gridbeat {' '.join(words)}: {done.stderr or done.stdout}")

    async def _start_links(self) -> None:
        variables = self._variables("ingest")
        broker = int(variables["GRIDBEAT_MQTT_PORT"])
        store = urlsplit(variables["GRIDBEAT_DATABASE_URL"]).port
        for name, link in self.links.items():
            await link.lead_to(store if name == "ingest-store" and store else broker)

    def _start_server(self) -> None:
        port = _free_port()
        self.http_url = f"http://{LOOPBACK}:{port}"
        variables = self._variables("server") | {
            "GRIDBEAT_HTTP_PORT": str(port),
            "GRIDBEAT_MQTT_PUBLIC_HOST": LOOPBACK,
            "GRIDBEAT_MQTT_PUBLIC_PORT": str(self.links["handsets-broker"].port),
        }
        self.keeper.start(Part.SERVER, [sys.executable, "-m", "console_server", "serve"], variables)

    def _serves(self) -> bool:
        try:
            return httpx.get(f"{self.http_url}/api/health", timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False

    async def _until(self, name: str, ready: Callable[[], bool]) -> None:
        ends_at = time.monotonic() + START_WITHIN_S
        while not ready():
            gone = self._stack is None or self._stack.poll() is not None
            if gone or time.monotonic() > ends_at:
                said = (self.root / "logs" / f"{name}.log").read_text(errors="replace")[-1500:]
                raise StartError(f"{name} does not come up: {said}")
            self.keeper.tick()
            await asyncio.sleep(LOOK_EVERY_S)

    def _variables(self, role: str) -> dict[str, str]:
        lines = (self.stack_dir / f"{role}.env").read_text().splitlines()
        pairs = (line.partition("=") for line in lines)
        return {name: shlex.split(value)[0] for name, _, value in pairs}

    def _stack_pid(self, program: str) -> int | None:
        if self._stack is None:
            return None
        found = children_of(self._stack.pid).items()
        return next((pid for pid, name in found if program.startswith(name)), None)

    def _frozen(self) -> list[int]:
        store = self._stack_pid(PROGRAMS[Part.STORE])
        return [] if store is None else [store, *self.backends()]


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    name = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{name}@{LOOPBACK}:{port}"))


def _free_port() -> int:
    """Below what systems hand out to connections: the server is away at times, and its port free.

    Raises:
        OSError: none of many is free.
    """
    for port in random.sample(SERVER_PORTS, len(SERVER_PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    raise OSError(f"no free port in {SERVER_PORTS}")
