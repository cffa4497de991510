"""Owns one handset of a fault run: what it sends, and the entries it makes in the book.

Connection, outbox and resending are those of every simulated handset (`handset`, `session`).
"""

import random
import time
from collections.abc import Callable
from typing import Final

import msgspec

from console_server.wire.field import HandsetCredentials, Worker
from simulators.faults.book import STORED, Book, FixKey, at_ms
from simulators.handset import Handset, Inbox
from simulators.phone.outbox import Parcel, fix_parcel
from telemetry_ingest.wire.handset import (
    FIXES_PER_MESSAGE_MAX,
    DuressMessage,
    Fix,
    ReportMessage,
    StatusMessage,
)
from telemetry_ingest.wire.topics import Uplink

DUTY_SINCE_S: Final = 3 * 3600.0  # before the run: backlogs and slow clocks are on duty
BACKLOG_FROM_S: Final = 10_000.0  # the oldest fix of the made-up backlogs, before the run
BACKLOG_STEP_S: Final = 0.05
HOUR_S: Final = 3600.0
AHEAD_REASON: Final = "future"
_encode = msgspec.json.Encoder().encode


class Carrier:
    """A handset that keeps book."""

    def __init__(
        self,
        who: Worker,
        credentials: HandsetCredentials,
        spot: tuple[float, float],
        book: Book,
        draw: random.Random,
    ) -> None:
        self.who, self.book, self._draw = who, book, draw
        self.code = credentials.handset_id
        self.clock_off_s = 0.0
        self.began_s = time.time()
        self.handset = Handset(credentials, Inbox(acknowledged=self._acknowledged))
        self.spot = spot
        self._old_count = 0
        self._numbers = 0
        self._sent: list[Parcel] = []

    def go_on_duty(self) -> None:
        """Say that duty began some hours ago."""
        self.handset.send(StatusMessage(at=round(self.began_s - DUTY_SINCE_S, 3), duty=True))

    def say_health(self) -> None:
        """A status without duty."""
        self.book.messages["status"] += 1
        self.handset.send(StatusMessage(at=round(time.time(), 3), bat=80.0, net="4g"))

    def live(self) -> None:
        """One fix of now, by the handset's own clock."""
        fix = self._fix(self._unique(time.time() + self.clock_off_s))
        self._enter(fix, AHEAD_REASON if self.clock_off_s > 0 else STORED)
        self.handset.send(fix)

    def backlog(self, count: int) -> None:
        """One message of old fixes, as after a time without network."""
        fixes = [self._old_fix() for _ in range(count)]
        for fix in fixes:
            self._enter(fix, STORED)
        self._publish(fix_parcel(fixes, time.time()))

    def repeat(self) -> None:
        """Send an earlier message again, as a handset does that never saw the answer."""
        if self._sent:
            parcel = self._draw.choice(self._sent)
            self.book.duplicate_fixes += parcel.fix_count
            self._publish(parcel)

    def call(self, kind: Uplink) -> str:
        """A call for help or a report, each with an id of its own, which is returned."""
        self._numbers += 1
        key = f"{self.code}-{kind.value}-{self._numbers}"
        self.book.calls[key] = kind.value
        lon, lat, at = *self.spot, round(time.time(), 3)
        message: DuressMessage | ReportMessage = (
            DuressMessage(key, at, lon, lat)
            if kind is Uplink.DURESS
            else ReportMessage(key, at, lon, lat, f"试验 {key}")
        )
        self._raw(kind, _encode(message), lambda _: self.book.acked_calls.add(key))
        return key

    def nonsense(self) -> None:
        """A message or a fix that must be refused, for a known reason."""
        if self._draw.random() < 0.5:
            lon, lat, reason = self._draw.choice(_WRONG_PLACES)
            fix = msgspec.structs.replace(self._old_fix(), lon=lon, lat=lat)
            self._refused_fix(fix, reason)
        elif self._draw.random() < 0.3:
            before_duty_s = self._unique(time.time() - 2 * DUTY_SINCE_S - self._draw.random() * 60)
            self._refused_fix(self._fix(before_duty_s), "off_duty")
        else:
            self._marked(*self._draw.choice(_WRONG_MESSAGES))

    def _refused_fix(self, fix: Fix, reason: str) -> None:
        self._enter(fix, reason)
        self._publish(fix_parcel([fix], time.time()))

    def _marked(self, template: Callable[[str], bytes], reason: str) -> None:
        self._numbers += 1
        mark = f"{self.code}-{self._numbers}"
        self.book.marks[mark] = reason
        self._raw(Uplink.FIX, template(mark), lambda _: self.book.acked_marks.add(mark))

    def _publish(self, parcel: Parcel) -> None:
        def acked(after_s: float) -> None:
            self._acknowledged(parcel, after_s)

        self._raw(parcel.kind, parcel.payload, acked)

    def _raw(self, kind: Uplink, payload: bytes, acked: Callable[[float], None]) -> None:
        self.book.messages[kind.value] += 1
        self.handset.publish(kind, payload, acked)

    def _acknowledged(self, parcel: Parcel, _after_s: float) -> None:
        keys = [FixKey(self.code, at_ms(at)) for at in parcel.fixed_at_s]
        self.book.acked_fixes.update(keys)
        if keys and all(self.book.fixes[key] == STORED for key in keys):
            self._sent = [*self._sent[-20:], parcel]

    def _enter(self, fix: Fix, fate: str) -> None:
        self.book.fixes[FixKey(self.code, at_ms(fix.at))] = fate

    def _unique(self, at_s: float) -> float:
        """The instant, or the next millisecond that no fix of this handset has."""
        ms = at_ms(at_s)
        while FixKey(self.code, ms) in self.book.fixes:
            ms += 1
        return ms / 1000

    def _old_fix(self) -> Fix:
        self._old_count += 1
        return self._fix(round(self.began_s - BACKLOG_FROM_S + BACKLOG_STEP_S * self._old_count, 3))

    def _fix(self, at_s: float) -> Fix:
        lon = round(self.spot[0] + self._draw.uniform(-4e-4, 4e-4), 7)
        lat = round(self.spot[1] + self._draw.uniform(-4e-4, 4e-4), 7)
        return Fix(at=at_s, lon=lon, lat=lat, acc=5.0, spd=1.0, bat=80.0)


def _cut_off(mark: str) -> bytes:
    return b'{"mark":"%s","fixes":[{"at":' % mark.encode()


def _wrong_type(mark: str) -> bytes:
    return b'{"mark":"%s","fixes":"none"}' % mark.encode()


def _wrong_fix(mark: str) -> bytes:
    return b'{"fixes":[{"mark":"%s","at":"noon","lon":118.6,"lat":32.0}]}' % mark.encode()


def _too_many(mark: str) -> bytes:
    one = b'{"at":1,"lon":1,"lat":1}'
    fixes = b",".join([one] * (FIXES_PER_MESSAGE_MAX + 1))
    return b'{"mark":"%s","fixes":[%s]}' % (mark.encode(), fixes)


def _too_large(mark: str) -> bytes:
    return b'{"mark":"%s","fixes":[],"x":"%s"}' % (mark.encode(), b"x" * 300_000)


_WRONG_PLACES: Final = (
    (0.0, 0.0, "null_island"),
    (118.6, 95.0, "out_of_range"),
    (32.0, 118.6, "swapped_axes"),
)
_WRONG_MESSAGES: Final = (
    (_cut_off, "malformed"),
    (_wrong_type, "invalid"),
    (_wrong_fix, "invalid"),
    (_too_many, "too_many_fixes"),
    (_too_large, "too_large"),
)
