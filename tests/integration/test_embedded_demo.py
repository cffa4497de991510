"""`gridbeat demo` as a person runs it: started, used, a part killed, stopped, started again."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import httpx
import psycopg
import pytest

from console_server.embedded.addresses import read_addresses
from console_server.embedded.data_directory import DataDirectory

GRIDBEAT = str(Path(sys.executable).with_name("gridbeat"))
WORKERS = 20
READY_WITHIN_S = 240.0


@dataclass
class Demo:
    """One running `gridbeat demo`."""

    process: subprocess.Popen[str]
    root: Path
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return next(line.split()[1] for line in self.lines if line.startswith("ready: "))

    def child_pid(self, module: str) -> int | None:
        """The living child that runs a module."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_text().split("\0")
                parent = int(re.search(r"PPid:\s+(\d+)", (entry / "status").read_text())[1])  # type: ignore[index]
            except OSError:
                continue
            if parent == self.process.pid and module in words:
                return int(entry.name)
        return None

    def stop(self) -> float:
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.send_signal(signal.SIGINT)  # make and terminals send a second one
        assert self.process.wait(120) == 0
        return time.monotonic() - started


def eventually(condition: Callable[[], object], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def running_demo(root: Path) -> Iterator[Demo]:
    arguments = ["--data-dir", str(root), "--http-port", "0", "--mqtt-port", "0"]
    environment = {n: v for n, v in os.environ.items() if not n.startswith("GRIDBEAT_")}
    process = subprocess.Popen(
        [GRIDBEAT, "demo", *arguments, "--workers", str(WORKERS), "--no-fleet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    demo = Demo(process, root)
    reader = Thread(
        target=lambda: demo.lines.extend(line.rstrip() for line in process.stdout or [])
    )
    reader.start()
    try:
        said_how_to_log_in = lambda: any("log in as" in line for line in demo.lines)  # noqa: E731
        assert eventually(
            lambda: said_how_to_log_in() or process.poll() is not None, READY_WITHIN_S
        )
        assert process.poll() is None, "\n".join(demo.lines)
        yield demo
    finally:
        process.terminate()
        process.wait(120)
        reader.join()
        if process.stdout:
            process.stdout.close()


def sign_in(url: str, username: str, password: str) -> int:
    body = {"username": username, "password": password}
    return httpx.post(
        f"{url}/api/session", json=body, headers={"Origin": url}, timeout=120
    ).status_code


def living(root: Path) -> list[str]:
    """Command lines that name the data directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if str(root) in line:
                found.append(line)
    return found


@pytest.mark.timeout(900)
def test_demo_is_seeded_once_heals_itself_and_leaves_no_process(open_tmp: Path) -> None:
    root = open_tmp / "demo"
    with running_demo(root) as demo:
        assert len([line for line in demo.lines if line.startswith("ready: ")]) == 1
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", demo.url)
        for username in ("admin", "dispatcher", "supervisor", "wall"):
            assert sign_in(demo.url, username, "gridbeat-demo") in {200, 201}
        assert sign_in(demo.url, "dispatcher", "wrong") == 401
        _server_comes_back(demo)
        before = _workers(root)
        assert before == WORKERS
        demo.stop()
        assert living(root) == []
    with running_demo(root) as demo:
        assert not any("Building" in line for line in demo.lines)
        assert _workers(root) == before
        demo.stop()
    assert living(root) == []


def _server_comes_back(demo: Demo) -> None:
    first = demo.child_pid("console_server")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: demo.child_pid("console_server") not in {None, first}, 120)
    assert eventually(lambda: _healthy(demo.url), 120)
    assert any("started again" in line for line in demo.lines)


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/health", timeout=120).is_success
    except httpx.HTTPError:
        return False


def _workers(root: Path) -> int:
    addresses = read_addresses(DataDirectory(root))
    assert addresses is not None
    with psycopg.connect(addresses.database_owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM workers").fetchone()
    return int(row[0]) if row else 0


def test_demo_refuses_a_real_installation_and_up_refuses_a_demo(open_tmp: Path) -> None:
    root = open_tmp / "marked"
    root.mkdir()
    (root / "demo.json").write_text("{}")
    done = subprocess.run(
        [GRIDBEAT, "up", "--data-dir", str(root), "--http-port", "0", "--mqtt-port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "holds a demonstration" in done.stderr


def test_taken_port_is_named_with_the_way_out(open_tmp: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [GRIDBEAT, "demo", "--data-dir", str(open_tmp / "port"), "--http-port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} for HTTP is taken" in done.stderr
    assert "--http-port 0" in done.stderr
