"""When silence becomes an alert, and when the alert ends by itself.

Owns the decision; not where the columns come from (`watching.py`) nor the rows (`commands.py`).
Pure. A worker is named only where the silence can be the handset's: not while our own way is
broken, not for what was lost then, and not where a whole subdistrict is silent at once.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from console_server.packs.intake_rules import SilenceRules

Ending = Literal["heard", "off_duty", "in_area_alert"]
OUTAGE = "outage"  # cause of an area's silence: our own way is, or was a moment ago, broken
AREA_WIDE = "area_wide"  # cause of an area's silence: more than a handset, and not ours
LIFTED_BELOW = 0.5  # of the share that raises an area's alert: it does not come and go


@dataclass(frozen=True, slots=True)
class Watched:
    """A worker on duty. `heard_at`: the last fix, or when duty began; None: not known."""

    worker_id: int
    area_id: int  # an own grid, else the subdistrict: where the alert is seen
    subdistrict_id: int
    heard_at: datetime | None
    cause: str


@dataclass(frozen=True, slots=True)
class Running:
    """An alert that has not ended."""

    alert_id: UUID
    worker_id: int | None  # None: of the whole area
    area_id: int


@dataclass(frozen=True, slots=True)
class Raise:
    """An alert to raise. `worker_id` None: of the whole area, with so many silent."""

    worker_id: int | None
    area_id: int
    cause: str
    silent_since: datetime
    silent_count: int = 1


@dataclass(frozen=True, slots=True)
class End:
    """An alert to end."""

    alert_id: UUID
    ending: Ending


@dataclass(frozen=True, slots=True)
class Way:
    """How our own way is. `excused_until`: silence before that was lost on it."""

    well: bool
    excused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What an alert depends on besides the workers."""

    now: datetime
    way: Way
    rules: SilenceRules

    @property
    def is_ours(self) -> bool:
        """Whether silence may be our own fault: broken now, or within the time that alerts."""
        recent = self.now - timedelta(seconds=self.rules.alert_after_s)
        until = self.way.excused_until
        return not self.way.well or (until is not None and until > recent)


def decide(
    watched: Sequence[Watched], running: Iterable[Running], moment: Moment
) -> list[Raise | End]:
    """What to raise and what to end now; asked again at once, it is nothing."""
    alerts = list(running)
    of_area = {each.area_id: each for each in alerts if each.worker_id is None}
    of_worker = {each.worker_id: each for each in alerts if each.worker_id is not None}
    silent_areas = dict(_silent_areas(watched, set(of_area), moment))
    found: list[Raise | End] = [each for area, each in silent_areas.items() if area not in of_area]
    found += _ended_areas(watched, of_area, silent_areas)
    for each in watched:
        found += _of_worker(each, of_worker.get(each.worker_id), silent_areas, moment)
    on_duty = {each.worker_id for each in watched}
    found += [
        End(alert.alert_id, "off_duty")
        for worker_id, alert in of_worker.items()
        if worker_id not in on_duty
    ]
    return found


def is_silent(worker: Watched, moment: Moment, excused_until: datetime | None = None) -> bool:
    """Whether nothing was heard for too long, time that we lost not counted."""
    if worker.heard_at is None:
        return False
    since = worker.heard_at if excused_until is None else max(worker.heard_at, excused_until)
    return moment.now - since > timedelta(seconds=moment.rules.alert_after_s)


def _of_worker(
    worker: Watched, alert: Running | None, silent_areas: Container[int], moment: Moment
) -> Iterator[Raise | End]:
    in_silent_area = worker.subdistrict_id in silent_areas
    if alert is not None:
        if not is_silent(worker, moment):
            yield End(alert.alert_id, "heard")
        elif in_silent_area:
            yield End(alert.alert_id, "in_area_alert")
    elif (
        worker.heard_at is not None
        and moment.way.well
        and not in_silent_area
        and is_silent(worker, moment, moment.way.excused_until)
    ):
        yield Raise(worker.worker_id, worker.area_id, worker.cause, worker.heard_at)


def _silent_areas(
    watched: Sequence[Watched], running: Container[int], moment: Moment
) -> Iterator[tuple[int, Raise]]:
    """Subdistricts that are silent as a whole: by how many, and since when."""
    for area, members in _by_subdistrict(watched).items():
        silent = [each for each in members if is_silent(each, moment)]
        share = moment.rules.area_share * (LIFTED_BELOW if area in running else 1)
        if len(members) < moment.rules.area_min or len(silent) < share * len(members):
            continue
        since = min(each.heard_at for each in silent if each.heard_at is not None)
        yield area, Raise(None, area, OUTAGE if moment.is_ours else AREA_WIDE, since, len(silent))


def _ended_areas(
    watched: Sequence[Watched], running: Mapping[int, Running], silent: Container[int]
) -> Iterator[End]:
    manned = _by_subdistrict(watched)
    for area, alert in running.items():
        if area not in silent:
            yield End(alert.alert_id, "heard" if area in manned else "off_duty")


def _by_subdistrict(watched: Sequence[Watched]) -> dict[int, list[Watched]]:
    found: dict[int, list[Watched]] = {}
    for each in watched:
        found.setdefault(each.subdistrict_id, []).append(each)
    return found
