"""Three brokers that keep every message together; one is killed under load, and nothing is lost."""

import asyncio
import contextlib
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ingest_rig import AREA, CENTRE, PASSWORD, District, found

from console_server.command_line.roles import broker_config
from console_server.embedded.broker import (
    Broker,
    BrokerPorts,
    BrokerSecrets,
    ClusterNode,
    nats_program,
)
from console_server.embedded.ports import LOOPBACK, free_port
from console_server.embedded.supervise import Supervisor
from console_server.handsets.broker_access import BrokerAccess, EnrolledHandset, hash_password
from console_server.wire.field import HandsetCredentials, Worker
from simulators.faults.book import Book
from simulators.faults.carrier import Carrier
from simulators.faults.children import send
from simulators.faults.proxy import Link
from simulators.faults.reckoning import Reckoning, reckon
from simulators.faults.traffic import Mix, Traffic
from telemetry_ingest.wire.topics import handset_prefix

NODES = 3
HANDSETS = 6
READY_WITHIN_S = 120.0
SETTLED_WITHIN_S = 120.0
SECRETS = BrokerSecrets("admin-secret", "server-secret", "ingest-secret")


@dataclass
class Cluster:
    nodes: list[Broker]
    supervisor: Supervisor

    def kill(self, number: int) -> None:
        name = self.nodes[number].name
        send(self.supervisor.children[name].process.pid, signal.SIGKILL)

    async def ready(self) -> None:
        """Wait until every node runs and has caught up."""
        async with asyncio.timeout(READY_WITHIN_S):
            while not all([await asyncio.to_thread(node.answers) for node in self.nodes]):
                self.supervisor.tick()
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    tmp_path = tmp_path_factory.mktemp("cluster")
    folder = tmp_path / "nats"
    cluster_ports = [free_port() for _ in range(NODES)]
    routes = [f"{LOOPBACK}:{port}" for port in cluster_ports]
    nodes = [
        Broker(
            folder,
            BrokerPorts(*(free_port() for _ in range(4))),
            SECRETS,
            tmp_path / f"nats-{number}.log",
            ClusterNode(f"nats-{number}", LOOPBACK, port, routes, "route-secret"),
        )
        for number, port in enumerate(cluster_ports, 1)
    ]
    supervisor = Supervisor(longest_delay_s=1.0)
    try:
        for node in nodes:
            node.configure()
            supervisor.start(node.command())
        yield Cluster(nodes, supervisor)
    finally:
        supervisor.stop_all()


@pytest.fixture
def district(timescale_database: Any, tmp_path: Path) -> District:
    return found(timescale_database, tmp_path)


@contextlib.asynccontextmanager
async def one_address(cluster: Cluster) -> AsyncIterator[Link]:
    """One way to the cluster: to its first node that answers."""
    link = Link("cluster")
    await link.lead_to(*(node.ports.mqtt for node in cluster.nodes))
    try:
        yield link
    finally:
        link.close()


def enrol(district: District) -> list[EnrolledHandset]:
    made = []
    for number in range(1, HANDSETS + 1):
        name = f"c{number}-{district.mark}"
        district.rows(
            "INSERT INTO workers (code, name, kind, area_id) VALUES (%(c)s, %(c)s, 'full_time', 1)",
            c=name,
        )
        district.rows(
            "INSERT INTO handsets (code, worker_id, kind, area_code, username, password_hash)"
            " VALUES (%(c)s, %(worker)s, 'native', %(area)s, %(c)s, '-')",
            c=name,
            worker=number,
            area=AREA,
        )
        made.append(EnrolledHandset(name, AREA, "native", name, hash_password(PASSWORD)))
    return made


def carriers(handsets: list[EnrolledHandset], port: int, book: Book) -> list[Carrier]:
    made = []
    for number, handset in enumerate(handsets, 1):
        who = Worker(number, handset.code, handset.code, "full_time", None, AREA, [], None, [])
        prefix = handset_prefix(AREA, handset.code)
        given = HandsetCredentials(handset.code, handset.username, PASSWORD, LOOPBACK, port, prefix)
        made.append(Carrier(who, given, CENTRE, book, random.Random(number)))  # noqa: S311
    return made


async def acknowledged(book: Book, count: int) -> None:
    """Wait until so many more fixes are acknowledged than now."""
    wanted = len(book.acked_fixes) + count
    async with asyncio.timeout(READY_WITHIN_S):
        while len(book.acked_fixes) < wanted:  # noqa: ASYNC110 - the book tells nobody
            await asyncio.sleep(0.02)


async def settled(book: Book, url: str) -> Reckoning:
    ends_at = time.monotonic() + SETTLED_WITHIN_S
    while True:
        reckoning = await asyncio.to_thread(reckon, book, url)
        if not (reckoning.lost or reckoning.rejects_lost) or time.monotonic() > ends_at:
            return reckoning
        await asyncio.sleep(0.2)


def test_brokers_accept_the_configuration_made_for_compose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("ADMIN", "SERVER", "INGEST"):
        monkeypatch.setenv(f"GRIDBEAT_BROKER_{who}_PASSWORD", f"{who}-secret")
    monkeypatch.setenv("GRIDBEAT_BROKER_NODES", "nats-1,nats-2,nats-3")
    broker_config(tmp_path, "/data")
    for name in ("nats", "nats-1", "nats-2", "nats-3"):
        checked = [str(nats_program()), "-t", "-c", str(tmp_path / f"{name}.conf")]
        done = subprocess.run(checked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


async def test_enrolment_reaches_every_node(cluster: Cluster) -> None:
    await cluster.ready()
    first = cluster.nodes[0]
    handset = EnrolledHandset("h1", AREA, "native", "h1", hash_password(PASSWORD))
    await BrokerAccess(first.folder / "users.conf", first.admin_url).publish_users([handset])
    book = Book()
    for node in cluster.nodes:
        (carrier,) = carriers([handset], node.ports.mqtt, book)
        traffic = Traffic([carrier], book, random.Random(1), Mix())  # noqa: S311
        await traffic.connect()
        await traffic.leave()


@pytest.mark.timeout(600)
async def test_a_node_killed_under_load_takes_no_acknowledged_fix_with_it(
    cluster: Cluster, district: District
) -> None:
    await cluster.ready()
    handsets = enrol(district)
    first = cluster.nodes[0]
    access = BrokerAccess(first.folder / "users.conf", first.admin_url)
    await access.publish_users(handsets)
    async with one_address(cluster) as link:
        at_cluster = {
            "GRIDBEAT_MQTT_PORT": str(link.port),
            "GRIDBEAT_MQTT_PASSWORD": SECRETS.ingest,
        }
        starting = district.ingest(**at_cluster)
        await asyncio.to_thread(starting.__enter__)
        book = Book()
        phones = carriers(handsets, link.port, book)
        traffic = Traffic(phones, book, random.Random(1), Mix())  # noqa: S311
        try:
            await traffic.connect()
            traffic.talk(0.05)
            await acknowledged(book, 200)
            cluster.kill(0)
            await acknowledged(book, 400)
            await cluster.ready()
            traffic.hush()
            assert await traffic.quiet()
            found_out = await settled(book, district.database.owner_url)
        finally:
            await traffic.leave()
            starting.__exit__(None, None, None)
    assert len(book.owed()) > 600
    assert (found_out.lost, found_out.doubled, found_out.invented) == (0, 0, 0), found_out
    assert (found_out.rejects_lost, found_out.rejects_unexplained) == (0, 0), found_out
