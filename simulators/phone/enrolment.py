"""Owns the handsets' credentials: got from the centre once, kept in a private file, used again.

The file holds secrets: mode 0600, never logged. Who wears which handset is the centre's to say.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import msgspec
import structlog

from console_server.wire.field import HandsetCredentials, Worker
from simulators.centre import Centre, CentreError

SAVE_EVERY_S: Final = 1.0
ENROLLED_AT_ONCE: Final = 100  # enrolments that come together share one reload of the broker
PROBE_LIMIT_S: Final = 3.0
RETRY_S: Final = 2.0

log = structlog.get_logger()


@dataclass(slots=True)
class Wallet:
    """Credentials by worker code, backed by a file."""

    path: Path
    _by_code: dict[str, HandsetCredentials] = field(default_factory=dict, repr=False)
    _saved_s: float = 0.0

    @classmethod
    def open(cls, path: Path) -> "Wallet":
        """Read the file; an absent one is an empty wallet."""
        if not path.exists():
            return cls(path)
        return cls(path, msgspec.json.decode(path.read_bytes(), type=dict[str, HandsetCredentials]))

    def get(self, worker_code: str) -> HandsetCredentials | None:
        """This worker's credentials, if there are any."""
        return self._by_code.get(worker_code)

    def put(self, worker_code: str, credentials: HandsetCredentials) -> None:
        """Keep credentials; written at most once a second, and by `save`."""
        self._by_code[worker_code] = credentials
        if time.monotonic() - self._saved_s > SAVE_EVERY_S:
            self.save()

    def forget(self, worker_code: str) -> None:
        """Drop credentials that the broker refused."""
        self._by_code.pop(worker_code, None)

    def save(self) -> None:
        """Write the file whole or not at all, readable by its owner only."""
        self._saved_s = time.monotonic()
        write_private(self.path, msgspec.json.format(msgspec.json.encode(self._by_code)))

    async def find_broker(self, centre: Centre, workers: Sequence[Worker]) -> None:
        """Follow a broker that moved to another address since the credentials were made.

        One worker is enrolled anew when the old address does not answer: the centre then names the
        new one. Secrets stay as they are.
        """
        known = [(w, held) for w in workers if (held := self.get(w.code)) is not None]
        if not known or await _answers(known[0][1].host, known[0][1].port):
            return
        fresh = await centre.enrol(known[0][0].worker_id)
        for worker, held in known:
            moved = msgspec.structs.replace(held, host=fresh.host, port=fresh.port)
            self._by_code[worker.code] = moved
        self.put(known[0][0].code, fresh)


async def credentials_for(
    workers: Sequence[Worker], wallet: Wallet, centre: Centre
) -> AsyncIterator[tuple[Worker, HandsetCredentials]]:
    """Yield each worker's credentials as soon as they are there: those kept first."""
    missing = []
    for worker in workers:
        if (held := wallet.get(worker.code)) is not None:
            yield worker, held
        else:
            missing.append(worker)
    limit = asyncio.Semaphore(ENROLLED_AT_ONCE)

    async def enrol(worker: Worker) -> tuple[Worker, HandsetCredentials]:
        async with limit:
            return worker, await enrol_patiently(centre, worker)

    enrolling = [asyncio.create_task(enrol(worker)) for worker in missing]
    try:
        for done in asyncio.as_completed(enrolling):
            worker, credentials = await done
            wallet.put(worker.code, credentials)
            yield worker, credentials
    finally:
        for task in enrolling:
            task.cancel()
        wallet.save()


async def enrol_patiently(centre: Centre, worker: Worker) -> HandsetCredentials:
    """Enrol, and try again for as long as the centre cannot.

    Raises:
        CentreError: the centre could, and refuses.
    """
    while True:
        try:
            return await centre.enrol(worker.worker_id)
        except (CentreError, httpx.TransportError) as error:
            if isinstance(error, CentreError) and not error.may_pass:
                raise
            log.warning("enrolment.failed", worker=worker.code, error=repr(error))
        await asyncio.sleep(RETRY_S * random.uniform(0.5, 1.5))


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    beside.touch(mode=0o600)
    beside.chmod(0o600)
    beside.write_bytes(content)
    beside.replace(path)


async def _answers(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(PROBE_LIMIT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
