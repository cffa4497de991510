from pathlib import Path

import msgspec
from fleet_builders import NOON_S, make_terrain, make_worker
from hypothesis import given
from hypothesis import strategies as st

from simulators.backfill import Gap, Told, gaps_of, parcels_of
from simulators.people.duty import Spell
from simulators.scenario import BackfillPlan
from simulators.worker import FieldWorker
from telemetry_ingest.wire.handset import FixMessage, StatusMessage
from telemetry_ingest.wire.topics import Uplink

YESTERDAY = Spell(NOON_S - 26 * 3600, NOON_S - 18 * 3600)
TODAY = Spell(NOON_S - 3 * 3600, NOON_S + 3 * 3600)
TERRAIN = make_terrain()


def worker_of(*spells: Spell) -> FieldWorker:
    return make_worker(TERRAIN, list(spells))[0]


def empty(tmp_path: Path) -> Told:
    return Told.open(tmp_path / "told.json")


def test_at_first_all_of_yesterday_and_of_today_so_far_is_untold(tmp_path: Path) -> None:
    gaps = gaps_of(worker_of(YESTERDAY, TODAY), empty(tmp_path), None, NOON_S - 40 * 3600, NOON_S)
    assert gaps == [
        Gap(YESTERDAY, YESTERDAY.on_s, YESTERDAY.off_s),
        Gap(TODAY, TODAY.on_s, NOON_S),
    ]


def test_what_is_told_is_not_told_again_and_only_the_pause_is_filled(tmp_path: Path) -> None:
    told = empty(tmp_path)
    told.note("W001", YESTERDAY, YESTERDAY.off_s)
    told.note("W001", TODAY, NOON_S - 3600)
    told.save()
    told = Told.open(tmp_path / "told.json")
    worker, since_s = worker_of(YESTERDAY, TODAY), NOON_S - 40 * 3600
    pause = Gap(TODAY, NOON_S - 600, NOON_S)
    assert gaps_of(worker, told, NOON_S - 600, since_s, NOON_S) == [pause]
    assert gaps_of(worker, told, NOON_S - 20, since_s, NOON_S) == []


def test_a_spell_that_ended_while_the_fleet_was_down_is_closed(tmp_path: Path) -> None:
    told, later_s = empty(tmp_path), TODAY.off_s + 600
    told.note("W001", TODAY, NOON_S)
    gaps = gaps_of(worker_of(TODAY), told, TODAY.off_s - 10, NOON_S - 40 * 3600, later_s)
    assert gaps == [Gap(TODAY, TODAY.off_s - 10, TODAY.off_s)]
    assert gaps[0].closes
    assert not gaps[0].opens


def test_a_whole_spell_is_told_from_duty_on_to_duty_off_in_messages_of_500() -> None:
    gap = Gap(YESTERDAY, YESTERDAY.on_s, YESTERDAY.off_s)
    parcels = list(parcels_of(worker_of(YESTERDAY), gap, BackfillPlan(moving_every_s=10), NOON_S))
    first, *fixes, last = parcels
    said = [msgspec.json.decode(p.payload, type=StatusMessage) for p in (first, last)]
    assert [(s.at, s.duty) for s in said] == [(YESTERDAY.on_s, True), (YESTERDAY.off_s, False)]
    assert all(p.kind is Uplink.FIX and p.fix_count <= 500 for p in fixes)
    instants = [instant for p in fixes for instant in p.fixed_at_s]
    assert instants == sorted(set(instants))
    assert instants[0] >= YESTERDAY.on_s
    assert instants[-1] < YESTERDAY.off_s
    assert len(msgspec.json.decode(fixes[0].payload, type=FixMessage).fixes) == 500


@given(st.floats(0.1, 0.9))
def test_telling_in_two_parts_tells_the_same_as_in_one(share: float) -> None:
    worker, plan = worker_of(YESTERDAY), BackfillPlan()
    middle_s = YESTERDAY.on_s + share * (YESTERDAY.off_s - YESTERDAY.on_s)

    def instants(*gaps: Gap) -> list[float]:
        parcels = [p for gap in gaps for p in parcels_of(worker, gap, plan, NOON_S)]
        return [instant for p in parcels for instant in p.fixed_at_s]

    whole = instants(Gap(YESTERDAY, YESTERDAY.on_s, YESTERDAY.off_s))
    parts = instants(
        Gap(YESTERDAY, YESTERDAY.on_s, middle_s), Gap(YESTERDAY, middle_s, YESTERDAY.off_s)
    )
    assert parts == whole
