"""The hub of one server process: the live state, and every console that is told of it.

Owns who is told what and when; not where it comes from (`feed.py`) nor the sockets (`socket.py`).
It never waits and does no I/O. A frame is encoded once for each interest group and tick.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from console_server.live.events import STREAM_START, Event, groups_of
from console_server.live.fleet import Fleet, Floats
from console_server.live.frame import Bools, Columns, Slots, encode_frame, no_columns
from console_server.live.interest import Interest, Sight
from console_server.live.messages import Told, event_delta, health, live_worker, worker_delta
from console_server.live.orders_seen import OrdersSeen
from console_server.live.roster import Roster
from console_server.live.subscription import Subscription
from console_server.wire.live import LiveWorker
from telemetry_ingest.wire.live import LivePosition

TOLD = frozenset({"incident", "alert"})  # kinds of events that consoles know
HEARTBEAT_TICKS = 8  # two seconds of 250 ms: a console that hears less has lost the line


@dataclass(frozen=True, slots=True)
class LiveState:
    """All that a hub starts from. `incidents` as JSON, up to the stream's `seq`."""

    roster: Roster
    positions: list[LivePosition]
    incidents: list[bytes]
    seq: str


class Hub:
    """The newest of everything, and the consoles by interest group."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.fleet = Fleet(Roster())
        self.seq = STREAM_START
        self._orders = OrdersSeen()
        self._shown: Columns = no_columns()
        self._causes = self.fleet.shown_causes(0.0)
        self._batteries = self.fleet.shown_batteries()
        self._groups: dict[Sight, Interest] = {}
        self._subscriptions: set[Subscription] = set()
        self._quiet: dict[Sight, int] = {}
        self._failing: list[str] = []

    # --- what the feed brings -------------------------------------------------------------------

    def reset(self, state: LiveState, now_s: float) -> None:
        """Start over from a whole state; every console gets a new snapshot."""
        self.fleet, self._orders, self.seq = Fleet(state.roster), OrdersSeen(), state.seq
        self.fleet.apply(state.positions)
        for body in state.incidents:
            self._see(body)
        self._remember(now_s)
        self._groups = {sight: Interest(sight, state.roster) for sight in self._groups}
        for subscription in self._subscriptions:
            subscription.interest = self.interest(subscription.interest.sight)
            subscription.start_over()
        self.ready.set()

    def apply_positions(self, positions: Iterable[LivePosition]) -> None:
        """Newer positions; consoles are told at the next tick."""
        self.fleet.apply(positions)

    def apply_event(self, event: Event) -> None:
        """An event of the stream: told at once to all whom it concerns."""
        self.seq = event.seq
        if event.kind not in TOLD:
            return
        if event.kind == "incident":
            self._see(event.body)
        text, groups = event_delta(event), groups_of(event)
        for subscription in self._subscriptions:
            if subscription.interest.sees(event.area_id, groups):
                subscription.tell_event(event, text)

    def tick(self, now_s: float) -> None:
        """Tell every console what changed since the last tick."""
        before, causes, batteries = self._shown, self._causes, self._batteries
        self._remember(now_s)
        self._tell_workers((causes != self._causes) | _differ(batteries, self._batteries))
        self._tell_positions(self._shown.differs_from(before), now_s)

    def change_roster(self, roster: Roster) -> bool:
        """Take over a roster in which nothing changed that consoles are told of; False: one did."""
        if roster.shown() != self.fleet.roster.shown():
            return False
        self.fleet.take_reachable(roster)
        return True

    def tell_health(self, failing: list[str]) -> None:
        """Tell every console which parts are not well, when that changed."""
        if failing == self._failing:
            return
        self._failing = failing
        for subscription in self._subscriptions:
            subscription.tell_local(self.health())

    # --- what consoles and routes ask for -------------------------------------------------------

    def subscribe(self, sight: Sight) -> Subscription:
        """A place for a console whose account sees so far."""
        subscription = Subscription(self.interest(sight))
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """The console is gone."""
        self._subscriptions.discard(subscription)

    def interest(self, sight: Sight) -> Interest:
        """The group of all consoles that see so far."""
        if sight not in self._groups:
            self._groups[sight] = Interest(sight, self.fleet.roster)
        return self._groups[sight]

    def health(self) -> bytes:
        """The message that says which parts are not well."""
        return health(self._failing)

    def full_frame(self, interest: Interest, now_s: float) -> bytes:
        """Every worker of a group, as last shown."""
        return encode_frame(self._shown, _slots(interest.workers), now_s)

    def workers(self, interest: Interest) -> list[LiveWorker]:
        """The slot table of a group."""
        return [self._worker(int(slot)) for slot in _slots(interest.workers)]

    @property
    def consoles(self) -> int:
        """How many sockets are open."""
        return len(self._subscriptions)

    # --- inside ---------------------------------------------------------------------------------

    def _remember(self, now_s: float) -> None:
        self._shown = self.fleet.columns(now_s)
        self._causes = self.fleet.shown_causes(now_s)
        self._batteries = self.fleet.shown_batteries()

    def _see(self, body: bytes) -> None:
        """Note which workers are on an order or call for help by this value of an incident."""
        for worker_id in self._orders.see(body):
            slot = self.fleet.slot_of.get(worker_id)
            if slot is not None:
                self.fleet.running_orders[slot] = self._orders.running_orders[worker_id]
                self.fleet.duress[slot] = self._orders.calls_for_help[worker_id] > 0

    def _worker(self, slot: int) -> LiveWorker:
        told = Told(int(self._causes[slot]), float(self._batteries[slot]))
        return live_worker(self.fleet.roster.rows[slot], slot, self.fleet.area_codes, told)

    def _tell_workers(self, changed: Bools) -> None:
        for slot in np.flatnonzero(changed):
            text = worker_delta(self.seq, self._worker(int(slot)))
            for subscription in self._subscriptions:
                if subscription.interest.workers[slot]:
                    subscription.tell_local(text)

    def _tell_positions(self, changed: Bools, now_s: float) -> None:
        listening = [each for each in self._subscriptions if each.live]
        frames = {
            sight: self._frame_of(sight, changed & self._groups[sight].workers, now_s)
            for sight in {each.interest.sight for each in listening}
        }
        for subscription in self._subscriptions:
            concerned = changed & subscription.interest.workers
            if subscription.blocked():
                subscription.skip(concerned)
            elif not subscription.live:
                continue
            elif subscription.missed is not None:
                slots = _slots(concerned | subscription.missed)
                subscription.offer(encode_frame(self._shown, slots, now_s))
            elif frame := frames[subscription.interest.sight]:
                subscription.offer(frame)

    def _frame_of(self, sight: Sight, concerned: Bools, now_s: float) -> bytes | None:
        quiet = self._quiet.get(sight, 0) + 1
        if not concerned.any() and quiet < HEARTBEAT_TICKS:
            self._quiet[sight] = quiet
            return None
        self._quiet[sight] = 0
        return encode_frame(self._shown, _slots(concerned), now_s)


def _slots(mask: Bools) -> Slots:
    return np.flatnonzero(mask).astype(np.uint32)


def _differ(one: Floats, other: Floats) -> Bools:
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)))
