import numpy as np
import pytest
from fleet_builders import (
    NOON_S,
    PERFECT_RADIO,
    make_order,
    make_persona,
    make_terrain,
    make_worker,
)

from simulators.people.duty import Spell
from simulators.people.persona import PhoneKind
from simulators.people.terrain import Terrain
from simulators.scenario import OrderPlan, Scenario
from simulators.worker import FieldWorker
from telemetry_ingest.wire.handset import Fix, ProgressMessage, StatusMessage

SPELL = Spell(NOON_S, NOON_S + 2 * 3600)
WILLING = Scenario(radio=PERFECT_RADIO, orders=OrderPlan(decline_share=0.0))


@pytest.fixture(scope="module")
def terrain() -> Terrain:
    return make_terrain()


def run(worker: FieldWorker, from_s: float, to_s: float) -> None:
    now_s = from_s
    while now_s < to_s:
        now_s = max(worker.step(now_s), now_s + 0.01)
    worker.step(to_s)


def test_a_spell_of_duty_is_said_with_its_own_times_and_fixes_lie_within(terrain: Terrain) -> None:
    worker, phone = make_worker(terrain, [SPELL])
    run(worker, NOON_S - 300, SPELL.off_s + 300)
    statuses, fixes = phone.of(StatusMessage), phone.of(Fix)
    assert [(s.at, s.duty) for s in statuses] == [(SPELL.on_s, True), (SPELL.off_s, False)]
    assert all(SPELL.on_s <= fix.at < SPELL.off_s for fix in fixes)
    assert isinstance(phone.sent[0], StatusMessage)
    assert isinstance(phone.sent[-1], StatusMessage)
    assert len(fixes) > 2 * 3600 / 30 * 0.5


def test_nothing_is_sent_off_duty(terrain: Terrain) -> None:
    worker, phone = make_worker(terrain, [SPELL])
    run(worker, SPELL.off_s + 1, SPELL.off_s + 3600)
    assert phone.sent == []


def test_a_fleet_that_starts_in_the_middle_says_when_duty_began(terrain: Terrain) -> None:
    worker, phone = make_worker(terrain, [SPELL])
    worker.step(NOON_S + 1800)
    assert phone.sent[0] == StatusMessage(at=SPELL.on_s, duty=True, bat=92, permission=True)


def test_the_same_instant_gives_the_same_fix_whenever_the_fleet_started(terrain: Terrain) -> None:
    early, early_phone = make_worker(terrain, [SPELL])
    late, late_phone = make_worker(terrain, [SPELL])
    run(early, NOON_S, NOON_S + 1800)
    run(late, NOON_S + 1200, NOON_S + 1800)
    known = {fix.at: fix for fix in early_phone.of(Fix)}
    again = [fix for fix in late_phone.of(Fix)[1:] if fix.at in known]
    assert len(again) > 10
    assert all(fix == known[fix.at] for fix in again)


def test_an_order_brings_the_worker_to_the_place_and_back_to_the_day(terrain: Terrain) -> None:
    worker, phone = make_worker(terrain, [SPELL], WILLING)
    run(worker, NOON_S, NOON_S + 600)
    lon, lat = terrain.network.lonlat[130]
    worker.receive(make_order(lon=float(lon), lat=float(lat)), NOON_S + 600)
    run(worker, NOON_S + 600, NOON_S + 5400)
    steps = {m.step.value: m.at for m in phone.of(ProgressMessage)}
    assert list(steps) == ["acknowledged", "en_route", "on_scene", "cleared"]
    assert worker.walk is not None
    there = worker.walk.place_at(steps["on_scene"])
    assert np.hypot(*np.subtract(there, terrain.spots[130])) < 20.0
    speeds = worker.walk.where(np.arange(steps["en_route"], steps["on_scene"], 5.0)).speed_mps
    assert 0.9 < np.median(speeds) <= 1.8
    later = worker.walk.where(np.arange(steps["cleared"], SPELL.off_s, 5.0))
    assert np.hypot(*np.diff(later.xy, axis=0).T).max() <= 1.5 * 5 + 1e-6
    assert later.speed_mps.max() > 0.5


def test_an_unfinished_order_keeps_the_worker_on_duty(terrain: Terrain) -> None:
    worker, phone = make_worker(terrain, [SPELL], WILLING)
    run(worker, NOON_S, SPELL.off_s - 20)
    lon, lat = terrain.network.lonlat[130]
    worker.receive(make_order(lon=float(lon), lat=float(lat)), SPELL.off_s - 20)
    run(worker, SPELL.off_s - 20, SPELL.off_s + 3600)
    cleared, off = phone.of(ProgressMessage)[-1], phone.of(StatusMessage)[-1]
    assert cleared.step == "cleared"
    assert off.duty is False
    assert phone.sent.index(off) > phone.sent.index(cleared)
    assert off.at is not None
    assert off.at >= phone.of(Fix)[-1].at


def test_a_mock_phone_says_so_and_a_flat_one_falls_silent(terrain: Terrain) -> None:
    mock, mock_phone = make_worker(
        terrain, [SPELL], persona=make_persona(phone=PhoneKind.MOCK_LOCATION)
    )
    run(mock, NOON_S, NOON_S + 600)
    assert all(fix.mock for fix in mock_phone.of(Fix))
    flat, flat_phone = make_worker(terrain, [SPELL], persona=make_persona(charge_percent=4.0))
    run(flat, NOON_S, NOON_S + 3600)
    last = flat_phone.of(Fix)[-1]
    assert last.bat is not None
    assert last.bat <= 3
    assert last.at < NOON_S + 1500
    assert not flat_phone.has_network
