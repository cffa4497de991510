"""A worker's handset calls for help: every screen says so until a dispatcher answers."""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from outsider import Console, Demo, Handset
from playwright.sync_api import Page, expect


@pytest.fixture
def someone(dispatcher: Console) -> dict[str, Any]:
    """The position of a worker who is online."""
    return next(dict(p) for p in dispatcher.get("positions") if p["presence"] == "online")


@pytest.fixture
def caller(demo: Demo, dispatcher: Console, someone: dict[str, Any]) -> Iterator[Handset]:
    """A second handset of that worker; before and after, no other call sounds."""
    answer_all(dispatcher)
    with Console(demo.url, "admin") as admin:
        wanted = {"workerId": someone["workerId"], "kind": "native"}
        handset = Handset(admin.post("handsets", wanted))
        yield handset
        handset.go_away()
        admin.delete(f"handsets/{handset.credentials['handsetId']}")
    answer_all(dispatcher)


def calls(dispatcher: Console) -> dict[str, dict[str, Any]]:
    """Open calls for help by id."""
    listed = dispatcher.get("incidents")["incidents"]
    return {each["id"]: each for each in listed if each["source"] == "duress"}


def answer_all(dispatcher: Console) -> None:
    for key, call in calls(dispatcher).items():
        if not call["dispatches"]:
            dispatcher.post(f"incidents/{key}/dispatches")


def test_a_call_for_help_sounds_on_every_screen_until_one_dispatcher_answers(
    open_page: Callable[..., Page],
    dispatcher: Console,
    caller: Handset,
    someone: dict[str, Any],
) -> None:
    console, wall, second = open_page(), open_page("/wall", user="wall"), open_page()
    expect(wall.get_by_test_id("wall")).to_be_visible()
    expect(console.get_by_test_id("connection-state")).to_have_attribute("data-state", "live")
    place = {"lon": someone["lon"], "lat": someone["lat"]}
    before = calls(dispatcher).keys()
    caller.publish("duress", {"id": uuid.uuid4().hex, "at": time.time(), **place})
    for page in (console, wall, second):
        expect(page.get_by_test_id("help-alarm")).to_have_attribute("data-state", "sounding")
    second.reload()
    expect(second.get_by_test_id("help-alarm")).to_have_attribute("data-state", "sounding")
    console.get_by_test_id("help-open").click()
    expect(console.get_by_test_id("help-alarm")).to_have_count(0)  # one looks at the case itself
    expect(console.get_by_test_id("candidate-reasons").first).to_be_visible()
    for page in (wall, second):
        expect(page.get_by_test_id("help-alarm")).to_have_attribute("data-state", "answered")
        expect(page.get_by_test_id("help-answered")).to_contain_text("调度员")
    [call] = calls(dispatcher).keys() - before
    dispatcher.post(f"incidents/{call}/dispatches")
    for page in (wall, second):
        expect(page.get_by_test_id("help-alarm")).to_have_count(0)


@pytest.mark.usefixtures("dispatcher")
def test_who_signs_in_again_is_back_where_the_session_ended(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/attendance", user="supervisor")
    expect(page.get_by_test_id("attendance-row").first).to_be_visible()
    page.context.clear_cookies()
    page.reload()
    page.locator("input").nth(0).fill("supervisor")
    page.locator("input[type=password]").fill("gridbeat-demo")
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("attendance-row").first).to_be_visible()
