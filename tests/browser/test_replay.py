"""Replay in the browser: the record as the API tells it, at the time on the replay's own clock."""

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from outsider import Console, Demo, wait_until
from playwright.sync_api import Page, expect
from screen_sizes import PHONE, WALL

ZONE = ZoneInfo("Asia/Shanghai")
PICTURES = 12
URL_EVERY_S = 5  # while it plays, so that the address leads back to about what is on screen
COUNT_ADDRESSES = """() => {
  window.addresses = 0;
  window.countedFrom = performance.now();
  const replace = history.replaceState.bind(history);
  history.replaceState = (...given) => { window.addresses += 1; replace(...given); };
}"""


@pytest.fixture(scope="module")
def supervisor(demo: Demo, dispatcher: Console) -> Any:
    """A supervisor at the API, when there is something to look back at."""
    assert dispatcher.get("positions")
    with Console(demo.url, "supervisor") as signed_in:
        wait_until(lambda: len(_track(signed_in, _walker(signed_in))["fixedAt"]) > 6, 240, 1)
        yield signed_in


def test_a_worker_is_where_the_track_says(
    open_page: Callable[..., Page], supervisor: Console
) -> None:
    worker = _walker(supervisor)
    track = _track(supervisor, worker)
    index = len(track["fixedAt"]) // 2
    at = datetime.fromtimestamp(math.ceil(track["fixedAt"][index]), ZONE)
    page = open_page(_path(at, worker=worker), user="supervisor")
    expect(page.get_by_test_id("replay-time")).to_have_text(f"{at:%H:%M:%S}")
    expect(page.get_by_test_id("then-presence")).to_have_text(re.compile("在线|执行任务|本网格"))
    seen = page.get_by_test_id("worker-then").get_attribute("data-place")
    lon, lat = (float(each) for each in (seen or "0,0").split(","))
    assert lon == pytest.approx(track["lon"][index], abs=5e-5)
    assert lat == pytest.approx(track["lat"][index], abs=5e-5)


def test_an_incident_appears_at_its_time_and_not_before(
    open_page: Callable[..., Page], dispatcher: Console
) -> None:
    made = dispatcher.post(
        "incidents",
        {"classCode": "0601", "title": "回放见证", "lon": 118.51, "lat": 32.04},
    )
    reported = datetime.fromisoformat(made["reportedAt"])
    wait_until(lambda: datetime.now(ZONE) - reported > timedelta(seconds=15))
    page = open_page(_path(reported - timedelta(seconds=5)), user="leader")
    expect(page.get_by_test_id("replay-clock")).to_be_visible()
    case = page.get_by_test_id(f"case-then-{made['id']}")
    expect(page.get_by_test_id("cases-then")).to_be_visible()
    expect(case).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(case).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(case).to_have_count(0)


def test_it_plays_scrubs_and_stands_in_the_address(
    open_page: Callable[..., Page], supervisor: Console
) -> None:
    assert supervisor.get("replay/horizon")["now"]
    page = open_page(_path(datetime.now(ZONE) - timedelta(minutes=50)), user="supervisor")
    clock, play = page.get_by_test_id("replay-time"), page.get_by_test_id("replay-play")
    page.get_by_test_id("replay-speed-30").click()
    before = clock.inner_text()
    play.click()
    expect(clock).not_to_have_text(before)
    expect(play).to_have_attribute("data-playing", "true")
    page.keyboard.press(" ")
    expect(play).to_have_attribute("data-playing", "false")
    line = page.get_by_test_id("timeline").bounding_box()
    assert line
    page.mouse.click(line["x"] + line["width"] / 2, line["y"] + 25)

    def at_the_middle() -> bool:
        now = page.get_by_test_id("timeline").get_attribute("aria-valuenow")
        return float(now or 0) == pytest.approx(1800, abs=5)

    wait_until(at_the_middle)
    shown = clock.inner_text()
    wait_until(lambda: _moment_of(page.evaluate("location.href")) == shown)
    assert "speed=30" in page.url
    page.reload()
    expect(page.get_by_test_id("replay-time")).to_have_text(shown)
    page.keyboard.press("Home")
    expect(page.get_by_test_id("timeline")).to_have_attribute("aria-valuenow", "0")


def test_a_case_leads_to_the_replay_of_its_own_time_and_place(
    open_page: Callable[..., Page], dispatcher: Console
) -> None:
    made = dispatcher.post(
        "incidents",
        {"classCode": "0601", "title": "此案回放", "lon": 118.51, "lat": 32.04},
    )
    reported = datetime.fromisoformat(made["reportedAt"]).astimezone(ZONE).replace(microsecond=0)
    page = open_page(user="leader")
    page.locator(f"[data-testid=incident-row][data-incident-id='{made['id']}']").click()
    page.get_by_test_id("replay-case").click()
    begun = page.get_by_test_id("replay-time")
    expect(begun).to_have_text(f"{reported + timedelta(seconds=1):%H:%M:%S}")
    expect(page.get_by_test_id(f"case-then-{made['id']}")).to_be_visible()
    expect(page.locator(".incident-marker.selected")).to_be_in_viewport()


def test_the_evidence_of_a_day_leads_to_the_replay_of_that_worker_and_day(
    open_page: Callable[..., Page], supervisor: Console
) -> None:
    board = supervisor.get("attendance")
    worker = board["rows"][0]["workerId"]
    page = open_page(f"/attendance/{worker}/{board['date']}", user="supervisor")
    page.get_by_test_id("replay-day").click()
    expect(page.get_by_test_id("worker-then")).to_be_visible()
    expect(page.get_by_test_id("replay-clock")).to_be_visible()
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["worker"] == [str(worker)]
    assert f"{datetime.fromisoformat(asked['from'][0]).astimezone(ZONE):%Y-%m-%d}" == board["date"]


def test_while_it_plays_only_a_change_of_the_address_is_written_there(
    open_page: Callable[..., Page], supervisor: Console
) -> None:
    assert supervisor.get("replay/horizon")["now"]
    page = open_page(_path(datetime.now(ZONE) - timedelta(minutes=50)), user="supervisor")
    clock = page.get_by_test_id("replay-time")
    page.get_by_test_id("replay-speed-30").click()
    wait_until(lambda: "speed=30" in page.evaluate("location.href"))
    page.evaluate(COUNT_ADDRESSES)
    page.get_by_test_id("replay-play").click()
    for _ in range(PICTURES):
        before = clock.inner_text()
        expect(clock).not_to_have_text(before)
    addresses, counted_s = page.evaluate(
        "[window.addresses, (performance.now() - window.countedFrom) / 1000]"
    )
    assert addresses < PICTURES / 2 + counted_s / URL_EVERY_S  # one each would be PICTURES
    page.get_by_test_id("nav-attendance").click()
    expect(page.get_by_test_id("replay-page")).to_have_count(0)


@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
def test_nothing_is_read_before_a_period_is_chosen(
    open_page: Callable[..., Page], supervisor: Console, size: dict[str, int]
) -> None:
    before = len(supervisor.get("track-looks", limit=500))
    page = open_page("/replay", user="supervisor", size=size)
    expect(page.get_by_test_id("replay-chooser")).to_be_visible()
    assert len(supervisor.get("track-looks", limit=500)) == before
    page.get_by_test_id("preset-lastHour").click()
    expect(page.get_by_test_id("replay-clock")).to_contain_text("非实时")
    looks = supervisor.get("track-looks", limit=500)
    assert len(looks) == before + 1
    assert looks[0]["via"] == "replay"


def test_a_time_without_a_record_says_so(open_page: Callable[..., Page]) -> None:
    before_all = datetime.now(ZONE) - timedelta(days=150)  # of the demonstration's past cases
    page = open_page(_path(before_all), user="supervisor")
    expect(page.get_by_test_id("replay-empty")).to_be_visible()


def test_a_dispatcher_has_no_way_there(open_page: Callable[..., Page]) -> None:
    page = open_page("/replay")
    expect(page.get_by_test_id("no-right")).to_be_visible()
    page.get_by_role("link").click()
    expect(page.get_by_test_id("map")).to_be_visible()
    expect(page.get_by_test_id("nav-replay")).to_have_count(0)


def _path(at: datetime, **more: int) -> str:
    """An hour around a moment, standing still at it; up to now."""
    start = at.replace(microsecond=0) - timedelta(minutes=10)
    asked = {
        "from": start.isoformat(),
        "to": (start + timedelta(hours=1)).isoformat(),
        "at": at.replace(microsecond=0).isoformat(),
    }
    return f"/replay?{urlencode(asked | {name: str(value) for name, value in more.items()})}"


def _moment_of(url: str) -> str:
    """The local time that an address leads to."""
    (at,) = parse_qs(urlsplit(url).query)["at"]
    return f"{datetime.fromisoformat(at).astimezone(ZONE):%H:%M:%S}"


def _walker(console: Console) -> int:
    """A worker who is online."""
    online = [p for p in console.get("positions") if p["presence"] == "online"]
    return int(min(each["workerId"] for each in online))


def _track(console: Console, worker: int) -> Any:
    return console.get(f"workers/{worker}/track")
