"""Any phone as a handset: the page in a phone-sized window, with a place that the test moves."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from outsider import Console, Demo, wait_until
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from screen_sizes import PHONE

STEP_DEG = 0.0002  # about 20 m
# Times of the fixes that wait in the phone's own store.
KEPT_FIXES = """() => new Promise((resolve, reject) => {
  const opened = indexedDB.open("gridbeat-handset");
  opened.onerror = () => reject(opened.error);
  opened.onsuccess = () => {
    const all = opened.result.transaction("outbox").objectStore("outbox").getAll();
    all.onsuccess = () => {
      resolve(all.result.filter((w) => w.entry.kind === "fix").map((w) => w.entry.body.at));
      opened.result.close();
    };
  };
})"""
# A call can be taken back for five seconds, which a test beside a busy browser may miss.
CALL_AND_TAKE_BACK = """async () => {
  const find = (id) => document.querySelector(`[data-testid=${id}]`);
  find("sos").click();
  while (!find("call-cancel")) await new Promise((go) => setTimeout(go, 10));
  find("call-cancel").click();
}"""
# Without a network, or before the sign-in, a browser says so itself.
EXPECTED = ("401", "net::ERR", "WebSocket connection")


@dataclass
class Phone:
    """A worker's phone: the page, its browser, and where it stands."""

    page: Page
    context: BrowserContext
    worker: dict[str, Any]
    lon: float
    lat: float

    def go(self) -> None:
        """Walk a little, to the north."""
        self.lat += STEP_DEG / 20
        self.context.set_geolocation({"longitude": self.lon, "latitude": self.lat, "accuracy": 6.0})

    def waiting(self) -> int:
        """How many entries the page says are waiting."""
        shown = self.page.get_by_test_id("state-bar").get_attribute("data-waiting")
        return int(shown or 0)


@pytest.fixture
def admin(demo: Demo) -> Iterator[Console]:
    with Console(demo.url, "admin") as signed_in:
        yield signed_in


@pytest.fixture
def worker(admin: Console) -> dict[str, Any]:
    """Somebody new in the field, whom no simulated handset reports for."""
    grid = admin.get("workers")[0]["gridCodes"][0]
    code = f"P{uuid.uuid4().hex[:6]}"
    return dict(admin.post("workers", {"code": code, "name": "周明远", "gridCodes": [grid]}))


@pytest.fixture
def credentials(admin: Console, worker: dict[str, Any]) -> dict[str, Any]:
    return dict(admin.post("handsets", {"workerId": worker["workerId"], "kind": "native"}))


@pytest.fixture
def phone(
    browser: Browser,
    demo: Demo,
    admin: Console,
    worker: dict[str, Any],
    credentials: dict[str, Any],
) -> Iterator[Phone]:
    """The page as the enrolment's code opens it; afterwards it must not have complained."""
    complaints: list[str] = []
    lon, lat = middle_of(admin, worker["gridCodes"][0])
    context = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        is_mobile=True,
        has_touch=True,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6.0},
        permissions=["geolocation"],
    )
    page = context.new_page()
    page.set_default_timeout(120_000)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{demo.url}/handset#enrol={credentials['username']}.{credentials['password']}")
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-link", "on")
    yield Phone(page, context, worker, lon, lat)
    context.close()
    admin.delete(f"handsets/{credentials['handsetId']}")  # nobody is sent who cannot answer
    assert complaints == []


def middle_of(admin: Console, grid_code: str) -> tuple[float, float]:
    """Somewhere near the middle of a grid, lon and lat degrees."""
    grids = admin.get("areas/grids.geojson")["features"]
    found = next(each for each in grids if each["properties"]["code"] == grid_code)
    ring = found["geometry"]["coordinates"][0]
    ring = ring[0] if isinstance(ring[0][0], list) else ring
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)


def position_of(console: Console, phone: Phone) -> dict[str, Any]:
    listed = console.get("positions")
    return next((p for p in listed if p["workerId"] == phone.worker["workerId"]), {})


def test_a_phone_walks_a_whole_order_and_loses_no_fix_offline(
    demo: Demo, dispatcher: Console, phone: Phone, credentials: dict[str, Any]
) -> None:
    page = phone.page
    assert credentials["password"] not in page.url
    assert not position_of(dispatcher, phone).get("lon")
    page.get_by_test_id("duty-on").tap()
    expect(page.get_by_test_id("duty")).to_have_attribute("data-duty", "true")
    phone.go()  # what a browser remembers from before duty is not kept

    def is_there() -> bool:
        seen = position_of(dispatcher, phone)
        return bool(seen.get("lon")) and (
            abs(seen["lon"] - phone.lon) + abs(seen["lat"] - phone.lat) < 1e-6
        )

    wait_until(is_there)
    case = walk_an_order(page, dispatcher, phone)
    steps = [e["kind"] for e in dispatcher.get(f"incidents/{case}")["events"]]
    assert "handled" in steps or dispatcher.get(f"incidents/{case}")["status"] == "handled"
    stay_offline(phone)
    call_for_help(page, dispatcher, phone)
    with Console(demo.url, "admin") as admin:
        admin.http.delete(f"handsets/{credentials['handsetId']}").raise_for_status()
    page.get_by_test_id("tab-record").tap()
    expect(page.get_by_test_id("revoked")).to_be_visible()
    assert page.evaluate(KEPT_FIXES) == []


def walk_an_order(page: Page, dispatcher: Console, phone: Phone) -> str:
    """From the order to its end with the one big button; the id of the case."""
    classes = dispatcher.get("pack")["classes"]
    incident = dispatcher.post(
        "incidents",
        {
            "classCode": next(each["code"] for each in classes if each["parentCode"]),
            "title": "沿街商铺占道经营",
            "place": "解放路 18 号",
            "lon": phone.lon + 0.001,
            "lat": phone.lat,
        },
    )
    case = str(incident["id"])
    dispatcher.post(f"incidents/{case}/dispatches", {"workerId": phone.worker["workerId"]})
    order = page.get_by_test_id("order")
    expect(order).to_contain_text("沿街商铺占道经营")
    for step in ("acknowledged", "en_route", "on_scene"):
        page.get_by_test_id("next-step").tap()
        expect(order).to_have_attribute("data-status", step)
    page.get_by_test_id("next-step").tap()
    page.get_by_test_id("clear-words").fill("已劝导整改，通道恢复")
    page.get_by_test_id("clear-submit").tap()
    expect(page.get_by_test_id("past-order")).to_have_attribute("data-status", "cleared")

    def cleared() -> object:
        [dispatch] = dispatcher.get(f"incidents/{case}")["dispatches"]
        return dispatch["status"] == "cleared" and dispatch

    dispatch = wait_until(cleared)
    times = ("acknowledgedAt", "enRouteAt", "onSceneAt", "clearedAt")
    assert all(dict(dispatch)[name] for name in times)  # type: ignore[call-overload]
    return case


def stay_offline(phone: Phone) -> None:
    """Fixes without a network, the page opened anew in between: every one arrives afterwards."""
    page = phone.page
    wait_until(lambda: phone.waiting() == 0)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    expect(page.get_by_test_id("state-bar")).not_to_have_attribute("data-link", "on")
    collect(phone, 2)
    page.reload()
    expect(page.get_by_test_id("duty")).to_have_attribute("data-duty", "true")
    collect(phone, 3)
    kept = page.evaluate(KEPT_FIXES)
    assert len(kept) >= 3
    phone.context.set_offline(False)
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-link", "on")
    wait_until(lambda: phone.waiting() == 0)
    with Console(page.url.removesuffix("/handset"), "supervisor") as supervisor:
        path = f"workers/{phone.worker['workerId']}/track"
        arrived = wait_until(
            lambda: set(kept) <= (times := set(supervisor.get(path)["fixedAt"])) and times
        )
    assert len(arrived) > len(set(kept))  # and those from before


def collect(phone: Phone, fixes: int) -> None:
    """Walk until that many entries wait."""

    def walked() -> bool:
        phone.go()
        return phone.waiting() >= fixes

    wait_until(walked, within_s=240, every_s=1)


def call_for_help(page: Page, dispatcher: Console, phone: Phone) -> None:
    """Taken back once, then sent: it is at the centre, and the phone says when it is answered."""
    page.evaluate(CALL_AND_TAKE_BACK)
    expect(page.get_by_test_id("call")).to_have_count(0)
    page.get_by_test_id("sos").tap()
    expect(page.get_by_test_id("call")).to_have_attribute("data-call", "sent")
    worker, name = phone.worker["workerId"], phone.worker["name"]

    def called() -> object:
        listed = dispatcher.get("incidents")["incidents"]
        calls = [each for each in listed if each["source"] == "duress" and name in each["title"]]
        return [each for each in calls if each["reporterWorkerId"] == worker]

    [case] = list(wait_until(called))  # type: ignore[call-overload]
    assert abs(case["lat"] - phone.lat) < STEP_DEG * 3
    dispatcher.post(f"incidents/{case['id']}/dispatches")
    expect(page.get_by_test_id("call")).to_have_attribute("data-call", "seen")
    page.get_by_test_id("call-end").tap()
    page.get_by_test_id("call-end").tap()
    expect(page.get_by_test_id("call")).to_have_count(0)


def test_a_report_of_a_dead_spot_arrives_with_its_photo_and_a_label_counts(
    demo: Demo, dispatcher: Console, admin: Console, phone: Phone, tmp_path: Path
) -> None:
    page = phone.page
    page.get_by_test_id("duty-on").tap()
    expect(page.get_by_test_id("duty")).to_have_attribute("data-duty", "true")
    phone.go()
    expect(page.get_by_test_id("place")).to_have_attribute("data-place", "on")
    page.screenshot(path=tmp_path / "photo.png")
    text = f"围墙倒塌 {uuid.uuid4().hex[:6]}"
    phone.context.set_offline(True)
    page.get_by_test_id("tab-report").tap()
    page.get_by_test_id("report-text").fill(text)
    page.get_by_test_id("report-photo").set_input_files(tmp_path / "photo.png")
    page.get_by_test_id("report-submit").tap()
    expect(page.get_by_test_id("report-sent")).to_be_visible()
    wait_until(lambda: phone.waiting() >= 2)
    phone.context.set_offline(False)
    wait_until(lambda: phone.waiting() == 0, within_s=240)

    def told() -> object:
        listed = dispatcher.get("incidents")["incidents"]
        found = next((each for each in listed if each["title"] == text), None)
        events = dispatcher.get(f"incidents/{found['id']}")["events"] if found else []
        return any(event["kind"] == "photo" for event in events)

    wait_until(told)
    own = admin.get("checkpoints/labels", area=phone.worker["gridCodes"][0])
    newer = phone.context.new_page()
    newer.set_default_timeout(120_000)
    newer.goto(f"{demo.url}/handset#scan={own[0]['label']}")
    expect(newer.get_by_test_id("scan-line")).to_contain_text(own[0]["name"])
    assert "#" not in newer.url
    expect(page.get_by_test_id("elsewhere")).to_be_visible()


@pytest.mark.usefixtures("dispatcher")
def test_the_enrolment_dialog_shows_the_code_that_opens_the_page(
    open_page: Callable[..., Page], browser: Browser, demo: Demo
) -> None:
    console = open_page("/admin", user="admin")
    console.get_by_test_id("enrol").first.click()
    console.get_by_test_id("kind-native").click()
    console.get_by_test_id("dialog-confirm").click()
    link = console.get_by_test_id("page-qr").get_attribute("data-link")
    assert link is not None
    assert link.startswith(f"{demo.url}/handset#enrol=")
    phone = browser.new_page(viewport={"width": PHONE["width"], "height": PHONE["height"]})
    phone.set_default_timeout(120_000)
    phone.goto(link)
    expect(phone.get_by_test_id("duty")).to_be_visible()
    assert "#" not in phone.url
    phone.get_by_test_id("tab-scan").click()
    expect(phone.get_by_test_id("scan-needs-duty")).to_be_visible()
    phone.close()


def test_a_code_of_somebody_revoked_is_refused_in_words(
    browser: Browser, demo: Demo, admin: Console, credentials: dict[str, Any]
) -> None:
    admin.http.delete(f"handsets/{credentials['handsetId']}").raise_for_status()
    phone = browser.new_page(viewport={"width": PHONE["width"], "height": PHONE["height"]})
    phone.set_default_timeout(120_000)
    phone.goto(f"{demo.url}/handset#enrol={credentials['username']}.{credentials['password']}")
    expect(phone.get_by_test_id("enrol-problem")).to_contain_text("吊销")
    assert "#" not in phone.url
    phone.close()
