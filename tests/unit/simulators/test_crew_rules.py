from datetime import UTC, datetime, timedelta

from fleet_builders import NOON_S

from console_server.wire.field import Shift
from simulators.people.duty import spells_of
from simulators.people.persona import Habit, PhoneKind, make_personas
from simulators.scenario import PeoplePlan

NOON = datetime.fromtimestamp(NOON_S, UTC)
CODES = [f"W{number:04d}" for number in range(2000)]


def shift(from_h: float, to_h: float, shift_id: int = 1) -> Shift:
    from_at, to_at = NOON + timedelta(hours=from_h), NOON + timedelta(hours=to_h)
    return Shift(shift_id, 1, from_at, to_at, "patrol")


def test_personas_are_fixed_by_seed_and_code() -> None:
    plan = PeoplePlan()
    one, other = make_personas(CODES, 1, plan), make_personas(CODES, 1, plan)
    assert one == other
    assert make_personas(CODES, 2, plan) != one


def test_habits_come_in_the_shares_of_the_scenario_and_odd_phones_by_count() -> None:
    personas = make_personas(CODES, 1, PeoplePlan(slack_share=0.2, straying_share=0.1))
    habits = [p.habit for p in personas.values()]
    phones = [p.phone for p in personas.values()]
    assert 0.16 < habits.count(Habit.SLACK) / len(CODES) < 0.24
    assert 0.07 < habits.count(Habit.STRAYING) / len(CODES) < 0.13
    assert phones.count(PhoneKind.MOCK_LOCATION) == 2
    assert phones.count(PhoneKind.APP_KILLED) == 1


def test_duty_begins_and_ends_near_the_plan_the_same_each_time() -> None:
    persona = make_personas(CODES, 1, PeoplePlan())["W0001"]
    spells = spells_of([shift(0, 8)], persona, 1)
    assert spells == spells_of([shift(0, 8)], persona, 1)
    assert abs(spells[0].on_s - NOON_S) <= 1500
    assert abs(spells[0].off_s - NOON_S - 8 * 3600) <= 1200


def test_shifts_that_touch_or_overlap_are_one_spell() -> None:
    persona = make_personas(CODES, 1, PeoplePlan())["W0001"]
    joined = spells_of([shift(4, 9, 2), shift(0, 4), shift(20, 24, 3), shift(3, 5, 4)], persona, 1)
    assert len(joined) == 2
    assert joined[0].off_s - joined[0].on_s > 8 * 3600
