"""The verdict of worker days: one pure function for the running day and for the past.

Owns the order of the rules from a day's input to its verdict; each rule stands in its own module.
The result depends on what happened and on nothing else: not on the order in which it became known,
not on how days are batched. Called by `commands.py` and by whoever checks a verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from console_server.attendance.calls import Call, calls_of
from console_server.attendance.columns import columns_of
from console_server.attendance.day import DayInput, input_hash
from console_server.attendance.gaps import Cause, Judgement, judge_gaps
from console_server.attendance.other_rules import RuleOutcome, checkpoint_rule, night_watch
from console_server.attendance.patrol import Patrol, PatrolCount, count_patrols, patrols_in
from console_server.attendance.places import Places, places_of
from console_server.attendance.share import Share, WorkTime, in_grid_share, split_work
from console_server.attendance.spans import SECOND_US, Span, Spans, length, overlap, whole, without
from console_server.attendance.stays import Stay, stays_of
from console_server.attendance.twice_daily import TwiceDaily, twice_apart, twice_daily, windows_on
from console_server.packs.pack import RulePack
from console_server.packs.rules import PatrolRules

DEFAULT_CELL_M = 50.0


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """One worker's day: bounds, outcomes, and the evidence they rest on. Microseconds."""

    worker_id: int
    day: date
    pack_code: str
    pack_version: str
    input_hash: str
    provisional: bool
    planned_us: int
    leave_us: int
    time: WorkTime
    share: Share
    patrols: PatrolCount
    twice_daily: TwiceDaily
    work: Spans
    stays: tuple[Stay, ...]
    patrol_list: tuple[Patrol, ...]
    excused_us: int = 0
    others: tuple[RuleOutcome, ...] = ()
    calls: tuple[Call, ...] = ()


def judge_days(pack: RulePack, days: Sequence[DayInput]) -> list[DayVerdict]:
    """The verdicts of many worker days, in the order given."""
    judged = [each for each in days if each.domain]
    stays: dict[int, list[Stay]] = {}
    places: dict[int, Places] = {}
    if judged:
        batch = columns_of(judged, pack.judgement)
        changes, proves = judge_gaps(batch, pack.judgement)
        cell_m = pack.patrol.cell_m if pack.patrol else DEFAULT_CELL_M
        stays = {id(day): each for day, each in zip(judged, stays_of(batch, changes), strict=True)}
        found = places_of(batch, proves, cell_m)
        places = {id(day): each for day, each in zip(judged, found, strict=True)}
    return [_verdict(pack, day, stays.get(id(day), []), places.get(id(day))) for day in days]


def asked_of(pack: RulePack, day: DayInput) -> RulePack:
    """The pack without the rules by the day that are not asked of the worker's post."""
    if not day.exempt:
        return pack
    patrol = pack.patrol
    if patrol and "patrol" in day.exempt:
        patrol = replace(patrol, per_day=0)  # still says what a patrol is
    return replace(
        pack,
        patrol=patrol,
        share=None if "share" in day.exempt else pack.share,
        twice_daily=None if "twice_daily" in day.exempt else pack.twice_daily,
        checkpoints=None if "checkpoints" in day.exempt else pack.checkpoints,
    )


def _verdict(pack: RulePack, day: DayInput, stays: list[Stay], places: Places | None) -> DayVerdict:
    given_hash = input_hash(pack, day)
    pack, work = asked_of(pack, day), day.work
    time = split_work(stays, work)
    has_ground = any(ground.grid_ids for ground in day.grounds)
    free = _free(day, stays) if day.planned else ()
    patrols, count, twice = _patrols(pack, day, stays, free, places if has_ground else None)
    asked_share = None if day.tour else pack.share
    share = in_grid_share(time, asked_share, outstanding_us=length(day.outstanding))
    return DayVerdict(
        worker_id=day.worker_id,
        day=day.day,
        pack_code=pack.code,
        pack_version=pack.version,
        input_hash=given_hash,
        provisional=day.now_us is not None,
        planned_us=length(day.asked),
        leave_us=length(overlap(day.asked, day.leaves)),
        time=time,
        share=share if has_ground else Share(None, None, share.required, None),
        patrols=count,
        twice_daily=twice,
        work=work,
        stays=tuple(stays),
        patrol_list=tuple(patrols),
        excused_us=length(overlap(day.asked, without(day.excused, day.leaves))),
        others=_others(pack, day, stays, free, places) if has_ground else (),
        calls=calls_of(pack, day, stays, places),
    )


def _patrols(
    pack: RulePack, day: DayInput, stays: list[Stay], free: Spans, places: Places | None
) -> tuple[list[Patrol], PatrolCount, TwiceDaily]:
    rules = pack.patrol
    domain = whole(day.domain)
    if rules is None or places is None or domain is None or day.tour:
        required = rules.per_day if rules and not day.tour else 0
        nothing = TwiceDaily(tuple(False for _ in _windows(pack, day)), None)
        return [], PatrolCount(0, 0, required, None), nothing
    found = patrols_in(stays, places, rules, domain)
    count = count_patrols(
        found, rules, obliged=_is_asked(day, free, rules), day_is_over=not day.outstanding
    )
    if pack.twice_daily and pack.twice_daily.min_separation_s is not None:
        apart = twice_apart(
            found,
            min_separation_s=pack.twice_daily.min_separation_s,
            min_duration_s=rules.min_duration_s,
            free=free,
            outstanding=day.outstanding,
            min_work_s=rules.min_work_s,
        )
        return found, count, apart
    twice = twice_daily(
        _windows(pack, day),
        lambda window: patrols_in(stays, places, rules, window),
        free=free,
        outstanding=day.outstanding,
        min_work_s=rules.min_work_s,
    )
    return found, count, twice


def _others(
    pack: RulePack, day: DayInput, stays: list[Stay], free: Spans, places: Places | None
) -> tuple[RuleOutcome, ...]:
    within = whole(day.domain)
    if pack.patrol is None or places is None or within is None or not day.planned or day.tour:
        return ()
    found: list[RuleOutcome] = []
    if pack.checkpoints and _is_asked(day, free, pack.patrol):
        found += checkpoint_rule(pack.checkpoints, day, stays, places, within)
    if pack.night_watch:
        found += night_watch(pack.night_watch, pack.patrol, day, stays, places, pack.zone)
    return tuple(found)


def _windows(pack: RulePack, day: DayInput) -> list[Span]:
    return windows_on(day.day, pack.twice_daily.windows, pack.zone) if pack.twice_daily else []


def _free(day: DayInput, stays: list[Stay]) -> Spans:
    """Work time in which nobody had sent the worker elsewhere and the system was whole."""
    taken = (
        (start, end)
        for start, end, judgement, cause, _ in stays
        if judgement is Judgement.ON_ORDER or cause == Cause.OUTAGE
    )
    return without(day.work, tuple(taken))


def _is_asked(day: DayInput, free: Spans, rules: PatrolRules) -> bool:
    return length(free) + length(day.outstanding) >= rules.min_work_s * SECOND_US
