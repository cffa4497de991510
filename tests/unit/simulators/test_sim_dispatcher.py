from datetime import UTC, datetime, timedelta

from console_server.wire.cases import Dispatch, DispatchStatus, IncidentStatus, IncidentSummary
from simulators.dispatcher import acts
from simulators.scenario import DispatcherPlan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAN = DispatcherPlan(enabled=True, takes_after_s=360, closes_after_s=180)


def dispatch(status: DispatchStatus, cleared_s: float | None = None) -> Dispatch:
    cleared_at = NOW - timedelta(seconds=cleared_s) if cleared_s is not None else None
    return Dispatch(
        *("d", "i", 1, "王", 1, status, NOW, None, None, None, None, None),
        *(cleared_at, cleared_at, None),
    )


def incident(status: IncidentStatus, age_s: float, *dispatches: Dispatch) -> IncidentSummary:
    return IncidentSummary(
        *("i", "c", 3, status, "0602", 2, "井盖缺失", "", 118.5, 32.1, 1, None, "handset", None),
        *(None, NOW - timedelta(seconds=age_s), None, None, list(dispatches)),
    )


def done(*incidents: IncidentSummary) -> list[str]:
    return [act.to for act in acts(incidents, NOW, PLAN)]


def test_a_young_incident_is_left_to_people() -> None:
    assert done(incident("reported", 100)) == []


def test_an_old_one_that_nobody_took_gets_a_worker() -> None:
    assert done(incident("reported", 400), incident("accepted", 500, dispatch("declined"))) == [
        "dispatch",
        "dispatch",
    ]


def test_one_with_a_worker_on_the_way_is_left_alone() -> None:
    assert done(incident("accepted", 900, dispatch("ordered")), incident("handling", 900)) == []


def test_handled_ones_are_verified_and_then_closed_after_a_while() -> None:
    fresh, old = dispatch("cleared", 60), dispatch("cleared", 200)
    assert done(incident("handled", 900, fresh)) == []
    assert done(incident("handled", 900, old)) == ["verified"]
    assert done(incident("verified", 900, old)) == ["closed"]
