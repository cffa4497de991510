"""Owns the plan of duty: the shifts of yesterday, today and the next seven days.

Ordinary days follow the subdistrict's habits. Today is arranged round the moment of the demo:
about 85 of 100 workers have a shift that contains it, at three in the morning too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from random import Random

from simulators.people.staff import FULL_TIME, Worker

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991
ON_DUTY_SHARE = 0.85
NIGHT_HOURS = frozenset((22, 23, 0, 1, 2, 3, 4, 5))
NIGHT_WATCH_SHARE = 0.06
DAYS_AHEAD = 7
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Shift:
    """One planned duty period; `kind` is patrol, standby or night."""

    worker_number: str
    start_at: datetime
    end_at: datetime
    kind: str


def plan(
    workers: tuple[Worker, ...], seed: int, now: datetime, kept: tuple[Shift, ...] = ()
) -> tuple[Shift, ...]:
    """Plan all shifts; the same seed, workers, hour and `kept` give the same plan.

    Shifts in `kept` were planned before: they stay as they are, days before today are left
    alone, and the new ones go round them. No two shifts of one worker overlap.

    Raises:
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must say its time zone, for example 2026-03-01T08:00+08:00")
    hour = now.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)
    order = Random(f"{seed}/{hour.isoformat()}").sample(workers, len(workers))
    busy = round(ON_DUTY_SHARE * len(workers))
    stays: dict[str, list[Shift]] = {worker.number: [] for worker in workers}
    for shift in kept:
        stays[shift.worker_number].append(shift)
    shifts = [
        shift
        for place, worker in enumerate(order)
        for shift in _round_kept(
            list(_worker_shifts(worker, seed, hour, on_duty=place < busy)),
            stays[worker.number],
            hour,
        )
    ]
    return tuple(sorted(shifts, key=lambda s: (s.start_at, s.worker_number)))


def _round_kept(planned: list[Shift], kept: list[Shift], hour: datetime) -> list[Shift]:
    """One worker's kept shifts, and of the planned ones what fits between them from today on."""
    if not kept:
        return planned
    midnight = _midnight(hour)
    new = (_clipped(shift, kept) for shift in planned if shift.end_at > midnight)
    return [*kept, *(shift for shift in new if shift)]


def _clipped(shift: Shift, kept: list[Shift]) -> Shift | None:
    """The shift without the time that a kept one has at its ends; None if too little is left."""
    start_at, end_at = shift.start_at, shift.end_at
    for other in kept:
        if other.start_at <= start_at < other.end_at:
            start_at = other.end_at
        elif start_at < other.start_at < end_at:
            end_at = other.start_at
    is_long = end_at - start_at >= timedelta(hours=1)
    return Shift(shift.worker_number, start_at, end_at, shift.kind) if is_long else None


def _worker_shifts(worker: Worker, seed: int, hour: datetime, *, on_duty: bool) -> Iterator[Shift]:
    """One worker's shifts in order of time; today's goes before those it would overlap."""
    rng = Random(f"{seed}/{worker.number}/{hour.isoformat()}")
    free_from = hour - timedelta(days=3)
    for day in range(-1, DAYS_AHEAD + 1):
        on = hour.date() + timedelta(days=day)
        if day == 0:
            shift = _now_shift(worker, rng, hour) if on_duty else _other_shift(worker, rng, hour)
            shift = shift and _starting(shift, free_from)
        else:
            shift = _ordinary_shift(worker, Random(f"{seed}/{worker.number}/{on}"), on)
        if shift and shift.start_at >= free_from:
            free_from = shift.end_at
            yield shift


def _starting(shift: Shift, earliest: datetime) -> Shift:
    """The shift, begun no earlier than the one before it ended."""
    start_at = max(shift.start_at, earliest)
    return Shift(shift.worker_number, start_at, shift.end_at, shift.kind)


def _ordinary_shift(worker: Worker, rng: Random, on: date) -> Shift | None:
    """The shift of an ordinary day, or None on a day off."""
    kind = "standby" if rng.random() < 0.08 else "patrol"
    if worker.category == FULL_TIME:
        if on.weekday() == int(worker.number[2:]) % 7:
            return None
        return _on_day(worker, on, (time(8), 9.5), kind)
    if rng.random() < NIGHT_WATCH_SHARE:
        watch = rng.choice(((time(18, 30), 5.5), (time(0), 6.0)))  # first or second half of night
        return _on_day(worker, on, watch, "night")
    hours = rng.randrange(16, 33) / 4
    start = rng.randrange(7 * 4, int((20 - hours) * 4) + 1)
    if rng.random() < 0.2:
        return None
    return _on_day(worker, on, (time(start // 4, start % 4 * 15), hours), kind)


def _on_day(worker: Worker, on: date, span: tuple[time, float], kind: str) -> Shift:
    start_at = datetime.combine(on, span[0], CHINA)
    return Shift(worker.number, start_at, start_at + timedelta(hours=span[1]), kind)


def _now_shift(worker: Worker, rng: Random, hour: datetime) -> Shift:
    """A shift begun 2 to 4 hours ago that lasts 4 to 7 hours more, for any minute of the hour."""
    kind = "standby" if rng.random() < 0.08 else "patrol"
    if hour.hour in NIGHT_HOURS and (hour.hour >= 22 or rng.random() < 0.5):
        kind = "night"
    start_at = hour - _quarters(rng, 1, 3) - timedelta(hours=1)
    end_at = hour + _quarters(rng, 4, 6) + timedelta(hours=1)
    if kind != "night":
        start_at = max(start_at, _midnight(hour))
    return Shift(worker.number, start_at, end_at, kind)


def _other_shift(worker: Worker, rng: Random, hour: datetime) -> Shift | None:
    """A shift of today that is over or still to come, or None on a day off."""
    midnight = _midnight(hour)
    case = rng.randrange(3)
    if case == 0:
        start_at = hour + timedelta(hours=1) + _quarters(rng, 1, 3)
        end_at = start_at + _quarters(rng, 4, 6)
        is_today = start_at < midnight + timedelta(days=1)
        return Shift(worker.number, start_at, end_at, "patrol") if is_today else None
    if case == 1:
        end_at = hour - _quarters(rng, 0, 1.5)
        start_at = max(end_at - _quarters(rng, 3, 5), midnight)
        is_long = end_at - start_at >= timedelta(hours=1)
        return Shift(worker.number, start_at, end_at, "patrol") if is_long else None
    return None


def _quarters(rng: Random, least_h: float, most_h: float) -> timedelta:
    return rng.randint(round(least_h * 4), round(most_h * 4)) * QUARTER


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0)
