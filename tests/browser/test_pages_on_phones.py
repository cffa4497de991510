"""On a phone every page is within reach, and a department's list follows by itself."""

import re
from collections.abc import Callable
from typing import Any

from outsider import Console
from playwright.sync_api import Page, expect
from screen_sizes import PHONE

FITS = "document.documentElement.scrollWidth <= window.innerWidth"
CALM = "!document.getAnimations().some((one) => one.effect.getTiming().iterations === Infinity)"


def test_what_the_navigation_has_no_room_for_is_in_its_menu(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/cases", user="admin", size=PHONE)
    page.locator("[data-testid=nav-more]:visible").click()
    page.get_by_test_id("nav-more-admin").click()
    expect(page).to_have_url(re.compile("/admin"))
    expect(page.get_by_test_id("nav-list")).to_have_count(0)
    page.get_by_test_id("admin-chooser").select_option("health")
    expect(page.get_by_test_id("ingest-health")).to_be_visible()
    assert page.evaluate(FITS)


def test_a_department_sees_a_case_as_it_is_given_and_no_page_of_others(
    open_page: Callable[..., Page], dispatcher: Console
) -> None:
    page = open_page("/cases", user="department", size=PHONE)
    expect(page.get_by_test_id("connection-state")).to_have_attribute("data-state", "live")
    case = _given_to_its_group(dispatcher)
    expect(page.locator(f"[data-incident-id='{case}']")).to_be_visible()
    page.goto(page.url.replace("/cases", "/admin"))
    expect(page.get_by_test_id("no-right")).to_be_visible()


def _given_to_its_group(dispatcher: Console) -> str:
    with Console(dispatcher.url, "department") as department:
        group = department.get("session")["groupCode"]
    classes: list[dict[str, Any]] = dispatcher.get("pack")["classes"]
    class_code = next(each["code"] for each in classes if each["parentCode"])
    body = {"classCode": class_code, "title": "路口护栏倒伏", "place": "解放路 18 号"}
    opened = dispatcher.post("incidents", body)
    order = {"groupCode": group, "version": opened["version"]}
    dispatcher.post(f"incidents/{opened['id']}/group", order)
    return str(opened["id"])


def test_nothing_moves_without_end_for_who_wants_it_calm(open_page: Callable[..., Page]) -> None:
    page = open_page("/cases")
    page.emulate_media(reduced_motion="reduce")
    expect(page.get_by_test_id("connection-state")).to_have_attribute("data-state", "live")
    page.wait_for_function(CALM)
