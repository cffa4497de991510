"""Every page opens in both languages, at the wall's size and on a phone, without a complaint."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from outsider import Console, wait_until
from playwright.sync_api import Page, expect
from screen_sizes import PHONE, WALL

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.usefixtures("dispatcher")
@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
def test_the_map_page_changes_its_language(
    open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page(size=size)
    expect(page.get_by_test_id("connection-state")).to_have_attribute("data-state", "live")
    map_link = page.locator("[data-testid=nav-map]:visible")
    assert HAN.search(map_link.inner_text())
    page.get_by_test_id("language-en").click()
    expect(map_link).not_to_have_text(HAN)
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^en"))


def test_a_verdict_opens_its_evidence(open_page: Callable[..., Page], dispatcher: Console) -> None:
    def seen() -> Any:  # who is planned for later has nothing to show yet
        rows = dispatcher.get("attendance")["rows"]
        return next((row["workerCode"] for row in rows if row["insideS"] > 0), None)

    code = wait_until(seen, within_s=240, every_s=1)
    page = open_page("/attendance", user="supervisor")
    page.get_by_test_id("attendance-search").fill(code)
    page.get_by_test_id("attendance-row").filter(has_text=code).click()
    expect(page.get_by_test_id("why")).not_to_be_empty()
    expect(page.get_by_test_id("day-strip")).to_be_visible()
    expect(page.get_by_test_id("stay").first).to_be_visible()


@pytest.mark.usefixtures("dispatcher")
def test_the_wall_needs_no_hands(open_page: Callable[..., Page]) -> None:
    page = open_page("/wall", user="wall")
    expect(page.get_by_test_id("wall")).to_be_visible()
    expect(page.get_by_test_id("wall-freshness")).to_be_visible()
