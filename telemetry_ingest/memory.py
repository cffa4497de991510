"""Memory: what ingest knows between two batches, so that it need not ask the store.

Owns the duty book, the newest fix of every worker and the live book, and their keeping in step
with what is committed. All of it can be read back from the store. Used by one thread.
"""

import math
from collections.abc import Iterable, Mapping

from psycopg import Connection

from telemetry_ingest import handset_store
from telemetry_ingest.duty import Period, Periods
from telemetry_ingest.duty_book import RECENT_US, DutyBook
from telemetry_ingest.fix import US_PER_S, Positions
from telemetry_ingest.movement import LastFixes
from telemetry_ingest.pipeline import World
from telemetry_ingest.presence import Health, LiveBook, Sighting
from telemetry_ingest.reference import Reference
from telemetry_ingest.routing import Router


class Memory:
    """Everything about handsets and workers that changes with what they send."""

    def __init__(self, retention_days: int) -> None:
        self.router: Router
        self.book = DutyBook()
        self.last = LastFixes()
        self.live = LiveBook(self._duty_at, self._handsets_of)
        self.workers: set[int] = set()  # those this process serves
        self._retention_us = retention_days * 86_400 * US_PER_S
        self._is_filled = False

    @property
    def reference(self) -> Reference:
        """The snapshot in use."""
        return self.router.reference

    def adopt(self, connection: Connection, router: Router, now_us: int) -> None:
        """Use another snapshot; read what it adds.

        Raises:
            psycopg.Error: the store does not answer; call again.
        """
        since_us = now_us - RECENT_US
        reference = router.reference
        said = handset_store.read_duty(connection, since_us)
        workers = {worker for worker in reference.of_worker if router.serves_worker(worker)}
        sightings = handset_store.read_newest(connection, sorted(workers - self.workers))
        if not self._is_filled:
            self.live.health = handset_store.read_health(connection)
            self._is_filled = True
        self.router, self.workers = router, workers
        self.book.replace_all(said, reference, since_us)
        self.last.make_room(reference.highest_worker)
        for worker, sighting in sightings.items():
            self.see_again(worker, sighting)

    def world(self, instead: Mapping[int, Periods], now_us: int) -> World:
        """What the rules may know; `instead` is the duty that this batch changes or read."""
        return World(
            worker_of=self.reference.worker_of,
            revoked_us=self.reference.revoked_us,
            duty=self.book.duty(instead),
            borders=self.reference.borders,
            last=self.last,
            oldest_us=self.oldest_us(now_us),
        )

    def oldest_us(self, now_us: int) -> int:
        """Nothing older is kept."""
        return now_us - self._retention_us

    def see_again(self, worker: int, sighting: Sighting | None) -> None:
        """Take a worker's newest fix as the store has it."""
        self.last.forget(worker)
        self.live.sightings.pop(worker, None)
        if sighting is not None:
            self.last.set_newest(
                worker, sighting.at_us, sighting.lon, sighting.lat, sighting.accuracy_m
            )
            self.live.sightings[worker] = sighting

    def see(self, positions: Positions) -> list[int]:
        """Take over stored positions that are newer than what is known; whose they are."""
        fixes = positions.fixes
        rows = self.last.advance(fixes, positions.worker)
        newest = positions.where(rows)
        for index, worker in enumerate(newest.worker.tolist()):
            handset = int(newest.fixes.handset[index])
            received_us = int(newest.fixes.received_us[index])
            self.live.saw(worker, handset, _sighting(newest, index), received_us)
        return [int(worker) for worker in positions.worker[rows]]

    def take_health(self, health: Mapping[int, Health]) -> list[int]:
        """Take over what handsets said of themselves; whose they are."""
        self.live.health.update(health)
        return self.workers_of(health)

    def workers_of(self, handsets: Iterable[int]) -> list[int]:
        """worker_id of each handset."""
        return [int(self.reference.worker_of[handset]) for handset in handsets]

    def _duty_at(self, worker: int, now_us: int) -> Period | None:
        return self.book.at(self.reference, worker, now_us)

    def _handsets_of(self, worker: int) -> list[int]:
        return [handset.handset_id for handset in self.reference.of_worker.get(worker, ())]


def _sighting(positions: Positions, index: int) -> Sighting:
    fixes = positions.fixes
    return Sighting(
        int(fixes.at_us[index]),
        float(fixes.lon[index]),
        float(fixes.lat[index]),
        _known(fixes.accuracy_m[index]),
        _known(fixes.speed_mps[index]),
        _known(fixes.course_deg[index]),
        _known(fixes.battery[index]),
        int(positions.grid[index]) or None,
        int(positions.flags[index]),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
