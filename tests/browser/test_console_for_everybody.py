"""Who works by keyboard, listens to the page or sees it at twice its size can work here too."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from outsider import Console
from playwright.sync_api import Page, expect
from screen_sizes import PHONE, WALL

AXE = Path(__file__).parents[2] / "web_console/node_modules/axe-core/axe.min.js"
GRAVE = """axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations
  .filter(({impact}) => impact === "critical" || impact === "serious")
  .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" | ")}`))"""
PAGES = {
    "dispatcher": ["/", "/cases"],
    "supervisor": [
        "/attendance",
        "/attendance-month/calendar",
        "/attendance-month/exceptions",
        "/reviews/changes",
        "/reviews/months",
        "/reviews/appeals",
        "/assessment",
        "/measures",
        "/replay",
    ],
    "admin": [f"/admin/{tab}" for tab in ("workers", "handsets", "imports", "looks", "health")]
    + ["/admin/pack", "/labels"],
    "department": ["/cases"],
    "wall": ["/wall"],
}
HALF_OF_A_LAPTOP = {"width": 683, "height": 384}  # 1366 × 768 at 200 %
# Whole pages, not what scrolls in them: a table may be wider than its frame.
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.mark.usefixtures("dispatcher")
@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
@pytest.mark.parametrize("user", PAGES)
def test_no_page_has_a_grave_fault_for_who_listens_to_it(
    open_page: Callable[..., Page], user: str, size: dict[str, int]
) -> None:
    page = open_page("/sign-in", user=user, size=size)
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_url(lambda url: "sign-in" not in url)
    origin = page.evaluate("location.origin")
    faults = [
        f"{language} {path} {fault}"
        for language in ("zh", "en")
        for path in PAGES[user]
        for fault in _faults(page, origin + path, language)
    ]
    assert faults == []


def _faults(page: Page, url: str, language: str) -> list[str]:
    page.evaluate("set => localStorage.setItem('gridbeat.preferences', set)", _preferring(language))
    page.goto(url)
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-CN")
    expect(page.locator("h1").first).to_be_attached()
    page.wait_for_load_state("load")
    page.evaluate(AXE.read_text())  # as a tag the page would rightly refuse it
    found: list[str] = page.evaluate(GRAVE)
    return found


def _preferring(language: str) -> str:
    return f'{{"locale": "{language}", "sound": false}}'


@pytest.fixture
def case(dispatcher: Console) -> dict[str, Any]:
    """A new case beside a worker who is online."""
    place = next(p for p in dispatcher.get("positions") if p["presence"] == "online")
    body = {
        "title": f"道路积水 {uuid.uuid4().hex[:6]}",
        "classCode": dispatcher.get("pack")["classes"][-1]["code"],
        "lon": place["lon"],
        "lat": place["lat"],
    }
    return dict(dispatcher.post("incidents", body))


def test_the_keyboard_alone_finds_a_case_sends_somebody_and_takes_it_back(
    open_page: Callable[..., Page], case: dict[str, Any]
) -> None:
    page = open_page()
    row = page.locator(f"[data-testid=incident-row][data-incident-id='{case['id']}']")
    expect(row).to_be_visible()
    for _ in range(page.get_by_test_id("incident-row").count() + 20):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.dataset.incidentId") == case["id"]:
            break
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("incident-title")).to_have_text(case["title"])
    expect(page.get_by_test_id("dispatch-button")).to_be_enabled()
    page.keyboard.press("d")
    expect(page.get_by_test_id("step-ordered")).to_have_attribute("data-reached", "true")
    page.keyboard.press("u")
    expect(page.get_by_test_id("dispatch").first).to_have_attribute("data-status", "cancelled")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("incident-detail")).to_have_count(0)


def test_a_dialog_takes_what_is_typed_keeps_the_keyboard_and_gives_it_back(
    open_page: Callable[..., Page], case: dict[str, Any]
) -> None:
    page = open_page(f"/cases/{case['id']}", user="admin")
    expect(page.get_by_test_id("more-moves")).to_be_visible()
    page.keyboard.press("r")
    reason = page.get_by_test_id("ask-reason")
    expect(reason).to_be_focused()
    page.keyboard.type("等待专业部门到场")
    expect(reason).to_have_value("等待专业部门到场")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('[data-testid=dialog]')")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("dialog")).to_have_count(0)
    expect(page.get_by_test_id("incident-detail")).to_be_visible()


def test_the_first_key_leads_past_the_navigation(open_page: Callable[..., Page]) -> None:
    page = open_page("/cases")
    expect(page.get_by_test_id("cases-table")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/cases", "/attendance", "/measures", "/admin", "/replay"])
def test_a_page_at_twice_its_size_still_fits(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(path, user="admin", size=HALF_OF_A_LAPTOP)
    expect(page.locator("h1").first).to_be_attached()
    assert page.evaluate(FITS)
