"""A dispatcher at the console sends a worker: with the mouse, with the key, and takes it back."""

from collections.abc import Callable
from typing import Any

import pytest
from outsider import Console, wait_until
from playwright.sync_api import Page, expect


@pytest.fixture
def incident(dispatcher: Console, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A new incident beside a worker who is online, named after the test."""
    online = [p for p in dispatcher.get("positions") if p["presence"] == "online"]
    place = online[len(request.node.name) % len(online)]
    body = {"title": f"路面塌陷 {request.node.name}", "lon": place["lon"], "lat": place["lat"]}
    made = dispatcher.post(
        "incidents", body | {"classCode": dispatcher.get("pack")["classes"][-1]["code"]}
    )
    return dict(made)


def _row(page: Page, incident: dict[str, Any]) -> Any:
    return page.locator(f"[data-testid=incident-row][data-incident-id='{incident['id']}']")


def _steps_taken(console: Console, incident: dict[str, Any]) -> list[str]:
    events = console.get(f"incidents/{incident['id']}")["events"]
    return [event["body"]["to"] for event in events if event["kind"] == "dispatch"]


def test_the_mouse_sends_the_recommended_worker_who_acknowledges(
    open_page: Callable[..., Page], dispatcher: Console, incident: dict[str, Any]
) -> None:
    page = open_page()
    _row(page, incident).click()
    expect(page.get_by_test_id("candidate-reasons").first).not_to_be_empty()
    page.get_by_test_id("dispatch-button").click()
    expect(page.get_by_test_id("step-ordered")).to_have_attribute("data-reached", "true")
    expect(page.get_by_test_id("step-acknowledged")).to_have_attribute("data-reached", "true")
    expect(page.get_by_test_id("step-en_route")).to_have_attribute("data-reached", "true")
    assert _steps_taken(dispatcher, incident)[:3] == ["ordered", "acknowledged", "en_route"]
    wait_until(lambda: _map_shows_something(page), every_s=0.5)


def test_the_key_sends_the_recommended_worker(
    open_page: Callable[..., Page], dispatcher: Console, incident: dict[str, Any]
) -> None:
    page = open_page()
    _row(page, incident).click()
    expect(page.get_by_test_id("dispatch-button")).to_be_enabled()
    page.keyboard.press("d")
    expect(page.get_by_test_id("step-ordered")).to_have_attribute("data-reached", "true")
    wait_until(lambda: "acknowledged" in _steps_taken(dispatcher, incident))


def test_an_order_can_be_taken_back(
    open_page: Callable[..., Page], dispatcher: Console, incident: dict[str, Any]
) -> None:
    page = open_page()
    _row(page, incident).click()
    page.get_by_test_id("dispatch-button").click()
    page.get_by_test_id("withdraw").click()
    page.get_by_test_id("reason-text").locator("textarea").or_(
        page.locator("textarea[data-testid=reason-text]")
    ).fill("已由物业处置")
    page.get_by_test_id("dialog-confirm").click()
    expect(page.get_by_test_id("dispatch").first).to_have_attribute("data-status", "cancelled")
    assert _steps_taken(dispatcher, incident)[-1] == "cancelled"


def _map_shows_something(page: Page) -> bool:
    """Whether the map's picture has more than a background in it."""
    picture = page.get_by_test_id("map").screenshot(type="png")
    return len(picture) > 100_000  # an empty map of this size packs into a tenth of that
