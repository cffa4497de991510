import pytest
from ingest_builders import NOW_US, s

from telemetry_ingest.duty import Period
from telemetry_ingest.fix import FOREVER_US
from telemetry_ingest.presence import Health, LiveBook, Sighting, health_after, silent_cause
from telemetry_ingest.wire.handset import StatusMessage
from telemetry_ingest.wire.live import LivePosition
from telemetry_ingest.wire.presence import SilentCause


def sighting(at: float = -10.0) -> Sighting:
    return Sighting(s(at), 118.6, 32.0, 5.0, None, None, 0.5, 4, 0)


ON_DUTY = Period(s(-1000), FOREVER_US)


def book(duty: Period | None = ON_DUTY) -> LiveBook:
    return LiveBook(lambda _worker, _now: duty, lambda worker: [worker + 100])


def test_a_worker_on_duty_is_shown_with_the_newest_place() -> None:
    live = book()
    live.saw(1, 101, sighting(), s(-10))
    shown = live.update([1], NOW_US)
    assert shown == [
        LivePosition(1, True, (NOW_US / 1e6) - 10, 118.6, 32.0, 5.0, battery=0.5, grid_id=4)
    ]
    assert live.update([1], NOW_US) == []


def test_off_duty_is_told_once_and_without_a_place() -> None:
    live = book()
    live.saw(1, 101, sighting(), s(-10))
    live.update([1], NOW_US)
    live.duty_at = lambda _worker, _now: None
    assert live.update([1], NOW_US) == [LivePosition(1, on_duty=False)]
    assert live.update([1], NOW_US) == []
    assert live.sightings == {}


def test_a_worker_never_on_duty_is_not_shown() -> None:
    assert book(duty=None).update([1, 2], NOW_US) == []


def test_a_place_from_before_this_duty_is_not_shown() -> None:
    live = book(duty=Period(s(-5), FOREVER_US))
    live.saw(1, 101, sighting(at=-10), s(-10))
    assert live.update([1], NOW_US) == [LivePosition(1, on_duty=True)]


def test_a_lost_connection_is_told_at_once_and_a_fix_ends_it() -> None:
    live = book()
    live.saw(1, 101, sighting(), s(-10))
    live.update([1], NOW_US)
    live.health[101] = Health(s(0), online=False)
    assert [p.cause for p in live.update([1], NOW_US)] == [SilentCause.NO_NETWORK]
    live.saw(1, 101, sighting(at=-2), s(1))
    assert live.update([1], NOW_US)[0].cause == SilentCause.NO_NETWORK  # sent before, came after
    live.saw(1, 101, sighting(at=-1), s(3))
    assert [p.cause for p in live.update([1], NOW_US)] == [SilentCause.NONE]


def test_who_falls_silent_is_told_by_the_clock_alone() -> None:
    live = book()
    live.health[101] = Health(s(-200), online=True)
    live.saw(1, 101, sighting(at=-290), s(-290))
    assert [p.cause for p in live.update([1], NOW_US)] == [SilentCause.NONE]
    assert [p.cause for p in live.update([1], s(11))] == [SilentCause.NO_GNSS]


@pytest.mark.parametrize(
    ("health", "cause"),
    [
        (None, SilentCause.UNKNOWN),
        (Health(0, online=True), SilentCause.NO_GNSS),
        (Health(0, online=False), SilentCause.NO_NETWORK),
        (Health(0, online=False, optimised=True), SilentCause.APP_KILLED),
        (Health(0, online=False, battery=0.04, optimised=True), SilentCause.BATTERY_FLAT),
        (Health(0, online=True, permission=False), SilentCause.NO_PERMISSION),
    ],
)
def test_silence_has_the_cause_that_could_still_be_told(
    health: Health | None, cause: SilentCause
) -> None:
    assert silent_cause(health, silent=True) is cause


def test_what_a_status_leaves_unsaid_stays() -> None:
    first = health_after(None, 1, StatusMessage(bat=50, net="4g", permission=False))
    will = health_after(first, 2, StatusMessage(online=False))
    assert will == Health(2, False, 0.5, "4g", False, None)
    assert health_after(will, 3, StatusMessage(bat=-1, net="\0" * 40)).battery == 0.5
