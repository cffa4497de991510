"""The embedded stack on this host: both editions, its credentials, its lock, its end."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from console_server.embedded import stack as stack_module
from console_server.embedded.addresses import StackAddresses, read_addresses
from console_server.embedded.data_directory import open_data_directory
from console_server.embedded.errors import DataDirectoryInUse, StackError
from console_server.embedded.ports import free_port
from console_server.embedded.postgres_programs import Edition
from console_server.embedded.stack import StackOptions, running_stack
from console_server.embedded.supervise import Supervisor
from console_server.embedded.valkey import ValkeyServer

HOLD_A_STACK = """
import sys, time
from pathlib import Path
from console_server.embedded.stack import StackOptions, running_stack
from console_server.embedded.postgres_programs import Edition
options = StackOptions(edition=Edition.PLAIN, durable=False)
with running_stack(Path(sys.argv[1]), options):
    print("up", flush=True)
    time.sleep(600)
"""


def eventually(condition: Callable[[], bool], within_s: float = 120.0) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def processes_under(folder: Path) -> list[str]:
    """Command lines of living processes that name the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(folder) in line:
                found.append(line)
    return found


def test_each_role_reaches_its_part(stack: StackAddresses) -> None:
    for url in (stack.database_owner_url, stack.database_server_url, stack.database_ingest_url):
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    with redis.Redis.from_url(stack.valkey_url) as valkey:
        assert valkey.ping()


def test_timescaledb_is_there_exactly_when_the_edition_says_so(stack: StackAddresses) -> None:
    with psycopg.connect(stack.database_owner_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'"
        ).fetchone()
    assert found == (int(stack.timescale),)


def test_working_roles_cannot_make_tables_or_roles(stack: StackAddresses) -> None:
    for url in (stack.database_server_url, stack.database_ingest_url):
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("CREATE TABLE t (a int)")
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("CREATE ROLE r")


def test_nobody_gets_in_without_a_password(stack: StackAddresses) -> None:
    without = stack.database_owner_url.replace(
        stack.database_owner_url.split(":")[2].split("@")[0], "wrong"
    )
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(without)
    without_password = "redis://127.0.0.1:" + stack.valkey_url.rsplit(":", 1)[1]
    with (
        redis.Redis.from_url(without_password) as valkey,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        valkey.ping()


def test_data_ports_and_secrets_last_from_one_start_to_the_next(open_tmp: Path) -> None:
    root = open_tmp / "kept"
    options = StackOptions(edition=Edition.PLAIN, durable=False)
    with running_stack(root, options) as first, psycopg.connect(first.database_owner_url) as one:
        one.execute("CREATE TABLE kept (a int)")
        one.execute("INSERT INTO kept VALUES (7)")
    with running_stack(root, options) as second, psycopg.connect(second.database_owner_url) as two:
        assert two.execute("SELECT a FROM kept").fetchone() == (7,)
        assert read_addresses(open_data_directory(root)) == second
    assert second == first
    assert read_addresses(open_data_directory(root)) is None
    assert processes_under(root) == []


def test_a_port_that_somebody_took_meanwhile_is_left_for_another(
    open_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        taken = somebody.getsockname()[1]

        def free_a_moment_ago(preferred: int | None = None) -> int:
            given.append(taken if not given else free_port(preferred))
            return given[-1]

        monkeypatch.setattr(stack_module, "free_port", free_a_moment_ago)
        options = StackOptions(edition=Edition.PLAIN, durable=False)
        with (
            running_stack(open_tmp / "lost-port", options) as addresses,
            psycopg.connect(addresses.database_owner_url) as connection,
        ):
            assert connection.execute("SELECT 1").fetchone() == (1,)
            assert str(taken) not in addresses.broker_admin_url
    assert given.count(taken) == 1
    assert len(given) % 2 == 0  # all were chosen anew, once


def test_files_with_secrets_are_for_their_owner_alone(open_tmp: Path) -> None:
    root = open_tmp / "private"
    with running_stack(root, StackOptions(edition=Edition.PLAIN, durable=False)):
        for name in ("credentials.json", "running.json", "nats/nats.conf", "valkey/valkey.conf"):
            assert stat.S_IMODE((root / name).stat().st_mode) == 0o600, name


def test_second_copy_on_the_same_directory_is_told_who_holds_it(open_tmp: Path) -> None:
    root = open_tmp / "twice"
    options = StackOptions(edition=Edition.PLAIN, durable=False)
    with (
        running_stack(root, options),
        pytest.raises(DataDirectoryInUse, match=f"in use by process {os.getpid()}"),
        running_stack(root, options),
    ):
        pass


def test_no_child_outlives_a_parent_that_is_killed_outright(open_tmp: Path) -> None:
    root = open_tmp / "killed"
    parent = subprocess.Popen(  # our own interpreter
        [sys.executable, "-c", HOLD_A_STACK, str(root)], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"up\n"
    assert processes_under(root / "nats") != []
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: processes_under(root) == []), processes_under(root)
    with running_stack(root, StackOptions(edition=Edition.PLAIN, durable=False)) as again:
        assert read_addresses(open_data_directory(root)) == again


def test_a_valkey_that_is_killed_outright_forgets_nothing(open_tmp: Path) -> None:
    server = ValkeyServer(open_tmp / "valkey", free_port(), "secret", open_tmp / "valkey.log")
    server.configure()
    supervisor = Supervisor(longest_delay_s=0.1)

    def answers_again() -> bool:
        supervisor.tick()
        return server.answers()

    try:
        supervisor.start(server.command())
        assert eventually(server.answers)
        with redis.Redis.from_url(server.url) as valkey:
            valkey.set("gb:session:just-made", "who")
        os.kill(supervisor.children["valkey"].process.pid, signal.SIGKILL)
        assert eventually(lambda: not server.answers())
        assert eventually(answers_again)
        with redis.Redis.from_url(server.url) as valkey:
            assert valkey.get("gb:session:just-made") == b"who"
    finally:
        supervisor.stop_all()


def test_part_that_is_configured_elsewhere_is_not_started(
    stack: StackAddresses, open_tmp: Path
) -> None:
    root = open_tmp / f"configured-{stack.timescale}"
    configured = {
        "GRIDBEAT_DATABASE_URL": stack.database_owner_url,
        "GRIDBEAT_VALKEY_URL": stack.valkey_url,
    }
    with running_stack(root, StackOptions(configured=configured)) as addresses:
        assert addresses.database_server_url == stack.database_owner_url
        assert addresses.valkey_url == stack.valkey_url
        assert addresses.timescale == stack.timescale
        assert len(processes_under(root)) == 1  # the broker
    assert not (root / "postgres").exists()


def test_database_elsewhere_that_does_not_answer_is_named(open_tmp: Path) -> None:
    configured = {"GRIDBEAT_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/gridbeat"}
    root = open_tmp / "absent"
    with (
        pytest.raises(StackError, match="GRIDBEAT_DATABASE_URL does not answer"),
        running_stack(root, StackOptions(configured=configured)),
    ):
        pass
    assert processes_under(root) == []


def test_two_first_starts_at_once_share_one_fetch(open_tmp: Path) -> None:
    cache = open_tmp / "cache"
    program = (
        "from console_server.embedded.debian import timescale_programs\n"
        "print(timescale_programs(print))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"GRIDBEAT_CACHE_DIR": str(cache)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=280)[0].splitlines() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0][-1] == said[1][-1]
    assert sum(line.startswith("Fetching") for lines in said for line in lines) == 1
    version = subprocess.check_output([f"{said[0][-1]}/postgres", "--version"], text=True)
    assert version.startswith("postgres (PostgreSQL)")
