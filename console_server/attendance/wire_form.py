"""Verdicts as they are stored and as they are shown.

Owns the two translations: of a verdict into its stored body and summary and back, and into the
bodies of the API. Seconds and instants are made here out of the microseconds of the rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import msgspec

from console_server.attendance.gaps import Cause
from console_server.attendance.other_rules import Rule, RuleOutcome
from console_server.attendance.outcome import Outcome
from console_server.attendance.patrol import Patrol
from console_server.attendance.spans import SECOND_US, from_us
from console_server.attendance.stays import Stay
from console_server.attendance.verdict import DayVerdict
from console_server.wire import attendance as wire


@dataclass(frozen=True, slots=True)
class Person:
    """Whose verdict it is; `grid_codes` are the own grids of today."""

    worker_id: int
    code: str
    name: str
    grid_codes: list[str]


class Summary(msgspec.Struct, frozen=True, gc=False):
    """What a list shows of a day, and by which two verdicts of a day are compared."""

    planned_s: float
    leave_s: float
    order_s: float
    work_s: float
    inside_s: float
    unknown_s: float
    in_grid: wire.ShareVerdict
    patrols: wire.CountVerdict
    twice_daily: wire.TwiceDailyVerdict
    outage_s: float = 0.0
    excused_s: float = 0.0
    signs: tuple[wire.Sign, ...] = ()
    others: tuple[wire.RuleVerdict, ...] | None = None  # None: stored before they were kept
    provisional: bool = False

    def outcomes(self) -> tuple[wire.Outcome | None, ...]:
        """What moves somebody's pay."""
        others = (each.outcome for each in self.others or ())
        return (self.in_grid.outcome, self.patrols.outcome, self.twice_daily.outcome, *others)

    @property
    def says_something(self) -> bool:
        """Whether there was any duty, or any outcome."""
        times = (self.planned_s, self.work_s, self.order_s, self.outage_s)
        return any(times) or any(self.outcomes())

    def differs(self, other: "Summary") -> bool:
        """Whether an outcome is another one, as far as both know the rule."""
        if self.others is None or other.others is None:
            return self.outcomes()[:3] != other.outcomes()[:3]
        return self.outcomes() != other.outcomes()


def summary_of(verdict: DayVerdict) -> Summary:
    """The verdict without its evidence."""
    share, patrols, twice = verdict.share, verdict.patrols, verdict.twice_daily
    return Summary(
        planned_s=verdict.planned_us / SECOND_US,
        leave_s=verdict.leave_us / SECOND_US,
        order_s=verdict.time.order_us / SECOND_US,
        work_s=verdict.time.work_us / SECOND_US,
        inside_s=verdict.time.inside_us / SECOND_US,
        unknown_s=verdict.time.unknown_us / SECOND_US,
        in_grid=wire.ShareVerdict(share.lower, share.upper, share.required, _told(share.outcome)),
        patrols=wire.CountVerdict(
            patrols.count, patrols.possible, patrols.required, _told(patrols.outcome)
        ),
        twice_daily=wire.TwiceDailyVerdict(_told(twice.outcome), list(twice.windows)),
        outage_s=verdict.time.outage_us / SECOND_US,
        excused_s=verdict.excused_us / SECOND_US,
        signs=tuple(sign for cause, sign in _SIGNS if cause in {s.cause for s in verdict.stays}),
        others=tuple(_rule(each) for each in verdict.others),
        provisional=verdict.provisional,
    )


def body_of(verdict: DayVerdict) -> bytes:
    """The stored body; the same verdict is the same bytes."""
    return msgspec.json.encode(verdict)


def verdict_from(body: object) -> DayVerdict:
    """The verdict of a stored body, already parsed as JSON."""
    return msgspec.convert(body, DayVerdict)


def summary_from(stored: object) -> Summary:
    """The stored summary, as text or already parsed as JSON."""
    if isinstance(stored, str):
        return _SUMMARIES.decode(stored)
    return msgspec.convert(stored, Summary)


_SUMMARIES = msgspec.json.Decoder(Summary)


def row_to_wire(
    person: Person,
    day: date,
    summary: Summary,
    *,
    final: bool,
    signs: Sequence[wire.Sign] = (),
) -> wire.AttendanceRow:
    """A line of the board; `signs`: beside those that the record itself gives."""
    return wire.AttendanceRow(
        worker_id=person.worker_id,
        worker_code=person.code,
        worker_name=person.name,
        date=day,
        grid_codes=person.grid_codes,
        work_s=summary.work_s,
        inside_s=summary.inside_s,
        unknown_s=summary.unknown_s,
        in_grid=summary.in_grid,
        patrols=summary.patrols,
        twice_daily=summary.twice_daily,
        final=final,
        signs=[*summary.signs, *signs],
        other_rules=list(summary.others or ()),
        provisional=summary.provisional,
    )


def day_to_wire(
    person: Person,
    verdict: DayVerdict,
    computed_at: datetime,
    grids: Mapping[int, str],
    *,
    final: bool,
) -> wire.AttendanceDay:
    """A day with its evidence. `grids`: codes by area id."""
    row = row_to_wire(person, verdict.day, summary_of(verdict), final=final)
    return wire.AttendanceDay(
        **{name: getattr(row, name) for name in row.__struct_fields__},
        pack_code=verdict.pack_code,
        pack_version=verdict.pack_version,
        input_hash=verdict.input_hash,
        computed_at=computed_at,
        planned_s=verdict.planned_us / SECOND_US,
        leave_s=verdict.leave_us / SECOND_US,
        order_s=verdict.time.order_us / SECOND_US,
        outside_s=verdict.time.outside_us / SECOND_US,
        outage_s=verdict.time.outage_us / SECOND_US,
        excused_s=verdict.excused_us / SECOND_US,
        work_spans=[(from_us(start), from_us(end)) for start, end in verdict.work],
        stays=_stays(verdict, grids),
        patrol_list=[_patrol(each) for each in verdict.patrol_list],
    )


def _stays(verdict: DayVerdict, grids: Mapping[int, str]) -> list[wire.Stay]:
    prefix = f"{verdict.worker_id}-{verdict.day:%Y%m%d}"
    return [
        _stay(f"{prefix}-{number}", stay, grids) for number, stay in enumerate(verdict.stays, 1)
    ]


def _stay(stay_id: str, stay: Stay, grids: Mapping[int, str]) -> wire.Stay:
    return wire.Stay(
        stay_id=stay_id,
        judgement=_JUDGEMENTS[stay.judgement],
        from_at=from_us(stay.from_us),
        to_at=from_us(stay.to_us),
        grid_code=grids.get(stay.grid_id),
        cause=_CAUSES[stay.cause] if stay.cause else None,
    )


def _patrol(patrol: Patrol) -> wire.Patrol:
    return wire.Patrol(
        from_at=from_us(patrol.from_us),
        to_at=from_us(patrol.to_us),
        inside_s=patrol.inside_us / SECOND_US,
        cells=patrol.cells,
        checkpoints=patrol.checkpoints,
        certain=patrol.certain,
    )


def _rule(each: RuleOutcome) -> wire.RuleVerdict:
    return wire.RuleVerdict(
        rule="checkpoints" if each.rule is Rule.CHECKPOINTS else "night_watch",
        count=each.count,
        possible=each.possible,
        required=each.required,
        from_at=from_us(each.from_us),
        to_at=from_us(each.to_us),
        outcome=_OUTCOMES[each.outcome],
    )


def _told(outcome: Outcome | None) -> wire.Outcome | None:
    return None if outcome is None else _OUTCOMES[outcome]


_OUTCOMES: Mapping[Outcome, wire.Outcome] = {
    Outcome.MET: "met",
    Outcome.NOT_MET: "not_met",
    Outcome.UNDECIDED: "undecided",
}
_JUDGEMENTS: Sequence[Literal["inside", "outside", "on_order", "unknown"]] = (
    "inside",
    "outside",
    "on_order",
    "unknown",
)
_SIGNS: Sequence[tuple[Cause, wire.Sign]] = (
    (Cause.STILL, "still"),
    (Cause.MOCK_LOCATION, "mock"),
    (Cause.IMPOSSIBLE_SPEED, "speed"),
)
_CAUSES: Mapping[int, str] = {each.value: each.name.lower() for each in Cause}
