"""Two packs' cases from report to evaluation: dispatcher, department, duty leader and phone."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from outsider import DEMO_PASSWORD, Console, Demo, running_demo, wait_until
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from screen_sizes import PHONE, WALL
from small_district import GRIDS, district

OpenPage = Callable[[Demo, str, str], Page]
GRIDBEAT = str(Path(sys.executable).parent / "gridbeat")
EXPECTED = ("401", "409", "net::ERR", "WebSocket connection")  # a browser says these by itself


@pytest.fixture
def open_at(browser: Browser) -> Iterator[OpenPage]:
    """Open a path of an installation as somebody; afterwards the page must not have complained."""
    complaints: list[str] = []
    pages: list[Page] = []

    def opened(demo: Demo, path: str, user: str) -> Page:
        page = browser.new_page(viewport={"width": WALL["width"], "height": WALL["height"]})
        pages.append(page)
        _listen(page, complaints)
        page.goto(demo.url + path)
        page.locator("input").nth(0).fill(user)
        page.locator("input[type=password]").fill(DEMO_PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []


# --- xingdian: the centre gives a case to groups, which act jointly


@pytest.fixture
def damaged_road(dispatcher: Console) -> dict[str, Any]:
    """A new case beside somebody who is online."""
    online = next(p for p in dispatcher.get("positions") if p["presence"] == "online")
    body = {"title": f"路面塌陷 {uuid.uuid4().hex[:6]}", "lon": online["lon"], "lat": online["lat"]}
    return dict(dispatcher.post("incidents", body | {"classCode": "0601"}))


def test_xingdian_groups_act_jointly_ask_for_time_and_the_duty_leader_verifies_and_closes(
    open_at: OpenPage, demo: Demo, dispatcher: Console, damaged_road: dict[str, Any]
) -> None:
    case = damaged_road["id"]
    centre = open_at(demo, "/", "dispatcher")
    _row(centre, case).click()
    expect(centre.get_by_test_id("give-group")).to_be_visible()
    centre.keyboard.press("g")
    centre.get_by_test_id("group-zhian").click()
    centre.get_by_test_id("joint-shizheng").click()
    centre.get_by_test_id("dialog-confirm").click()
    expect(centre.get_by_test_id("group-order")).to_have_count(2)

    group = open_at(demo, f"/cases/{case}", "department")
    group.get_by_test_id("group-accept").click()
    expect(_order(group, "zhian")).to_have_attribute("data-status", "accepted")
    expect(_order(centre, "zhian")).to_have_attribute("data-status", "accepted")
    _ask_for_two_days(group)
    expect(centre.get_by_test_id("pending-request")).to_have_attribute("data-kind", "extended")
    expect(centre.get_by_test_id("rule")).to_have_count(0)  # not by a dispatcher

    leader = open_at(demo, f"/cases/{case}", "leader")
    leader.get_by_test_id("rule").click()
    leader.get_by_test_id("grant").click()
    expect(leader.get_by_test_id("pending-request")).to_have_count(0)
    _more(leader, "supervise", "群众反映强烈，今日恢复通行")
    expect(centre.get_by_test_id("alert-supervised")).to_contain_text("今日恢复通行")
    expect(_row(centre, case).get_by_test_id("row-supervised")).to_be_visible()

    _tell_done(group, "zhian", "现场已围挡，交通恢复")
    _tell_done(centre, "shizheng", "电话告知：已回填压实")
    expect(leader.get_by_test_id("incident-status").last).to_have_attribute(
        "data-status", "handled"
    )
    expect(centre.get_by_test_id("other-verifies")).to_be_visible()  # it noted a part as done
    leader.get_by_test_id("move-verified").click()
    _move(leader, "closed", "已修复，恢复通行")
    _evaluate(leader, "satisfied")
    told = dispatcher.get(f"incidents/{case}")
    kinds = [event["kind"] for event in told["events"]]
    assert [kinds.count(each) for each in ("group", "asked", "ruled", "extended")] == [2, 1, 1, 1]
    assert told["events"][-1]["body"]["rating"] == "satisfied"
    assert told["dueAt"] > damaged_road["dueAt"]


def test_a_wrong_click_is_taken_back_and_a_conflict_says_who_was_quicker(
    open_at: OpenPage, demo: Demo, dispatcher: Console, damaged_road: dict[str, Any]
) -> None:
    case = damaged_road["id"]
    centre = open_at(demo, "/", "dispatcher")
    _row(centre, case).click()
    centre.get_by_test_id("give-group").click()
    expect(centre.get_by_test_id("group-order")).to_have_attribute("data-status", "ordered")
    centre.get_by_test_id("undo").click()
    expect(centre.get_by_test_id("group-order")).to_have_attribute("data-status", "withdrawn")
    version = dispatcher.get(f"incidents/{case}")["version"]

    def somebody_is_quicker(route: Any) -> None:
        with Console(demo.url, "leader") as leader:
            body = {"version": version, "reason": "群众反映强烈"}
            leader.post(f"incidents/{case}/supervision", body)
        route.continue_()

    centre.route(f"**/api/incidents/{case}/transitions", somebody_is_quicker)
    expect(centre.get_by_test_id("move-sent_back")).to_have_count(0)
    _more(centre, "void", "误报")
    expect(centre.get_by_test_id("conflict")).to_contain_text("值班长")
    expect(centre.get_by_test_id("conflict")).to_contain_text("列为督办")
    assert dispatcher.get(f"incidents/{case}")["status"] == "accepted"  # nothing half done


def test_near_duplicates_are_compared_and_merged_by_a_person(
    open_at: OpenPage, demo: Demo, dispatcher: Console, damaged_road: dict[str, Any]
) -> None:
    place = {key: damaged_road[key] for key in ("lon", "lat", "classCode")}
    again = dispatcher.post("incidents", place | {"title": "同一处路面塌陷"})
    centre = open_at(demo, f"/cases/{again['id']}", "dispatcher")
    shown = centre.get_by_test_id("similar").filter(has_text=damaged_road["title"])
    expect(shown.get_by_test_id("similar-reasons")).to_contain_text("同一大类")
    shown.get_by_test_id("compare").click()
    expect(centre.get_by_test_id("compare-dialog")).to_contain_text(damaged_road["code"])
    centre.get_by_test_id("dialog-confirm").click()
    expect(centre.get_by_test_id("incident-title")).to_have_text(damaged_road["title"])
    merged = dispatcher.get(f"incidents/{again['id']}")
    assert (merged["status"], merged["mergedInto"]) == ("merged", damaged_road["id"])
    centre.goto(centre.url.replace(damaged_road["id"], again["id"]))
    expect(centre.get_by_test_id("merged-into")).to_contain_text(damaged_road["code"])


def test_closed_cases_are_found_by_words_and_taken_away_as_a_sheet(
    open_at: OpenPage, demo: Demo, dispatcher: Console, damaged_road: dict[str, Any]
) -> None:
    body = {"to": "rejected", "version": damaged_road["version"], "reason": "不属本辖区"}
    dispatcher.post(f"incidents/{damaged_road['id']}/transitions", body)
    page = open_at(demo, "/cases", "dispatcher")
    page.get_by_test_id("cases-text").fill(damaged_road["title"])
    expect(page.get_by_test_id("cases-total")).to_contain_text("1")
    row = page.get_by_test_id("case-row")
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-status", "rejected")
    with page.expect_download() as sheet:
        page.get_by_test_id("cases-export").click()
    assert sheet.value.suggested_filename.endswith(".xlsx")
    page.get_by_test_id("cases-open").click()
    expect(page.get_by_test_id("cases-empty")).to_be_visible()


# --- gaoxin: a report from a phone, upward at once, answered before it is closed


@pytest.fixture(scope="module")
def gaoxin(open_tmp: Path) -> Iterator[Demo]:
    """An installation of that pack as an administrator sets it up: a district, three accounts."""
    root = open_tmp / "gaoxin"
    environment = {
        "GRIDBEAT_PACK": "gaoxin",
        "GRIDBEAT_ADMINISTRATOR_PASSWORD": DEMO_PASSWORD,
        "GRIDBEAT_ACCOUNT_PASSWORD": DEMO_PASSWORD,
    }
    with running_demo(root, name="up", environment=environment) as running:
        for name, role in (("dispatcher", "dispatcher"), ("leader", "duty_leader")):
            made = [GRIDBEAT, "account", name, "--role", role, "--data-dir", str(root)]
            subprocess.run(made, check=True, env={**os.environ, **environment})
        with Console(running.url, "admin") as admin:
            areas = {"file": ("areas.geojson", json.dumps(district()).encode())}
            admin.http.post("areas/import", files=areas).raise_for_status()
        yield running


@pytest.fixture
def phone(browser: Browser, gaoxin: Demo) -> Iterator[Page]:
    """The handset page of somebody new, on duty in the middle of a grid."""
    complaints: list[str] = []
    with Console(gaoxin.url, "admin") as admin:
        grid = GRIDS[0]
        code = f"G{uuid.uuid4().hex[:6]}"
        body = {"code": code, "name": "周明远", "gridCodes": [grid]}
        worker = admin.post("workers", body)
        enrolled = admin.post("handsets", {"workerId": worker["workerId"], "kind": "native"})
        lon, lat = _middle_of(admin, grid)
        context = browser.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            is_mobile=True,
            has_touch=True,
            geolocation={"longitude": lon, "latitude": lat, "accuracy": 6.0},
            permissions=["geolocation"],
        )
        page = context.new_page()
        _listen(page, complaints)
        page.goto(f"{gaoxin.url}/handset#enrol={enrolled['username']}.{enrolled['password']}")
        expect(page.get_by_test_id("state-bar")).to_have_attribute("data-link", "on")
        page.get_by_test_id("duty-on").tap()
        expect(page.get_by_test_id("duty")).to_have_attribute("data-duty", "true")
        # Chromium tells a place anew only when it changed; one from before duty is not kept.
        context.set_geolocation({"longitude": lon, "latitude": lat + 0.0003, "accuracy": 6.0})
        wait_until(lambda: _is_online(admin, worker["workerId"]), every_s=0.3)
        yield page
        context.close()
        admin.delete(f"handsets/{enrolled['handsetId']}")  # nobody is sent who cannot answer
    assert complaints == []


def test_gaoxin_a_major_incident_goes_upward_is_handled_by_phone_answered_and_rated(
    open_at: OpenPage, gaoxin: Demo, phone: Page
) -> None:
    with Console(gaoxin.url, "dispatcher") as dispatcher:
        case = _report(phone, dispatcher)
        centre = open_at(gaoxin, "/", "dispatcher")
        _row(centre, case).click()
        expect(centre.get_by_test_id("alert-must-upward")).to_be_visible()
        _more(centre, "upward", "已电话报区中心，请求协调电力部门")
        expect(centre.get_by_test_id("alert-upward")).to_be_visible()
        expect(centre.get_by_test_id("dispatch-button")).to_contain_text("周明远")
        centre.keyboard.press("d")
        _walk_the_order(phone)
        expect(centre.get_by_test_id("incident-status").last).to_have_attribute(
            "data-status", "handled"
        )
        leader = open_at(gaoxin, f"/cases/{case}", "leader")
        leader.get_by_test_id("move-verified").click()
        leader.get_by_test_id("move-closed").click()
        expect(leader.get_by_test_id("dialog-confirm")).to_be_disabled()  # 件件有回音
        leader.get_by_test_id("move-text").fill("已协调抢修，供电恢复")
        leader.get_by_test_id("dialog-confirm").click()
        _evaluate(leader, "fair")
        told = dispatcher.get(f"incidents/{case}")
        answers = [each["body"]["text"] for each in told["events"] if each["kind"] == "answered"]
        assert len(answers) == 1
        assert "已协调抢修，供电恢复" in answers[0]
        assert (told["status"], told["upwardAt"] is not None) == ("evaluated", True)


def _report(phone: Page, dispatcher: Console) -> str:
    """A major incident, as the phone reports it: the id of its case."""
    phone.get_by_test_id("tab-report").tap()
    phone.get_by_test_id("report-class").select_option("07")
    title = f"变压器起火 {uuid.uuid4().hex[:6]}，附近三个小区停电"
    phone.get_by_test_id("report-text").fill(title)
    phone.get_by_test_id("report-submit").tap()

    def reported() -> object:
        listed = dispatcher.get("incidents")["incidents"]
        return [each["id"] for each in listed if each["title"] == title]

    found: list[str] = list(wait_until(reported, every_s=0.2))  # type: ignore[call-overload]
    phone.get_by_test_id("tab-duty").tap()
    return found[0]


def _walk_the_order(phone: Page) -> None:
    order = phone.get_by_test_id("order")
    for step in ("acknowledged", "en_route", "on_scene"):
        phone.get_by_test_id("next-step").tap()
        expect(order).to_have_attribute("data-status", step)
    phone.get_by_test_id("next-step").tap()
    phone.get_by_test_id("clear-words").fill("火已扑灭，抢修人员到场")
    phone.get_by_test_id("clear-submit").tap()


# --- what both walks do


def _row(page: Page, case: str) -> Any:
    return page.locator(f"[data-testid=incident-row][data-incident-id='{case}']")


def _order(page: Page, group: str) -> Any:
    return page.locator(f"[data-testid=group-order][data-group={group}]")


def _ask_for_two_days(page: Page) -> None:
    page.keyboard.press("r")
    page.get_by_test_id("ask-extended").click()
    page.get_by_test_id("ask-days").fill("2")
    page.get_by_test_id("ask-reason").fill("配件需从外地调运")
    page.get_by_test_id("dialog-confirm").click()
    expect(page.get_by_test_id("pending-request")).to_be_visible()


def _more(page: Page, act: str, words: str) -> None:
    """One of the acts in the menu, with the words that it asks for."""
    page.get_by_test_id("more-moves").click()
    page.get_by_test_id(f"act-{act}").click()
    page.locator("[data-testid=reason-text], [data-testid=move-text]").fill(words)
    page.get_by_test_id("dialog-confirm").click()


def _move(page: Page, to: str, words: str) -> None:
    page.get_by_test_id(f"move-{to}").click()
    page.get_by_test_id("move-text").fill(words)
    page.get_by_test_id("dialog-confirm").click()


def _tell_done(page: Page, group: str, result: str) -> None:
    _order(page, group).get_by_test_id("group-done").click()
    page.get_by_test_id("reason-text").fill(result)
    page.get_by_test_id("dialog-confirm").click()
    expect(_order(page, group)).to_have_attribute("data-status", "done")


def _evaluate(page: Page, rating: str) -> None:
    page.get_by_test_id("move-evaluated").click()
    page.get_by_test_id(f"rating-{rating}").click()
    page.get_by_test_id("dialog-confirm").click()
    expect(page.get_by_test_id("incident-status").last).to_have_attribute(
        "data-status", "evaluated"
    )


def _listen(page: Page, complaints: list[str]) -> None:
    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            complaints.append(message.text)

    page.set_default_timeout(120_000)
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def _is_online(admin: Console, worker_id: int) -> bool:
    return any(
        p["workerId"] == worker_id and p["presence"] == "online" for p in admin.get("positions")
    )


def _middle_of(admin: Console, grid_code: str) -> tuple[float, float]:
    """Somewhere near the middle of a grid, lon and lat degrees."""
    grids = admin.get("areas/grids.geojson")["features"]
    found = next(each for each in grids if each["properties"]["code"] == grid_code)
    ring = found["geometry"]["coordinates"][0]
    ring = ring[0] if isinstance(ring[0][0], list) else ring
    return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
