"""Measures in the browser: the page says what the API says, and every figure opens its cases."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from outsider import Console, Demo
from playwright.sync_api import Page, expect
from screen_sizes import PHONE, WALL


@pytest.fixture(scope="module")
def measures(demo: Demo) -> dict[str, Any]:
    """A half-year as the API tells it; the demonstration has ten weeks of cases behind it."""
    with Console(demo.url, "supervisor") as supervisor:
        this = dict(supervisor.get("measures", period="half_year"))
        if not has_just_begun():
            return this
        before = date.fromisoformat(this["firstDay"]) - timedelta(days=1)
        return dict(supervisor.get("measures", period="half_year", on=str(before)))


def has_just_begun() -> bool:
    """Whether more of the ten weeks lie in the half-year before this one."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return today - timedelta(weeks=5) < date(today.year, 1 if today.month < 7 else 7, 1)


def open_half_year(open_page: Callable[..., Page], **options: Any) -> Page:
    page = open_page("/measures", user="supervisor", **options)
    page.get_by_test_id("period-half_year").click()
    if has_just_begun():
        page.get_by_test_id("period-previous").click()
    expect(page.get_by_text(re.compile(r"-(01|07)-01 至 "))).to_be_visible()
    expect(page.get_by_test_id("figure-row").first).to_be_visible()
    return page


def test_figures_charts_and_warnings_are_there(
    open_page: Callable[..., Page], measures: dict[str, Any]
) -> None:
    assert measures["total"]["closed"] > 200
    page = open_half_year(open_page, size=WALL)
    expect(page.get_by_test_id("figure-row")).to_have_count(len(measures["byArea"]))
    expect(page.locator(".canvas svg")).to_have_count(4)
    expect(page.get_by_test_id("warning").first).to_contain_text(re.compile("近 7 天 .* 件"))
    page.get_by_test_id("by-worker").click()
    expect(page.get_by_test_id("figure-row").nth(20)).to_be_visible()  # new ones come any moment


def test_late_cases_are_listed_behind_their_rate_and_the_workbook_is_offered(
    open_page: Callable[..., Page],
) -> None:
    page = open_half_year(open_page, size=WALL)
    tile = page.get_by_test_id("tile-onTime")
    in_time, counted = map(int, re.findall(r"\d+", tile.locator("small").inner_text()))
    tile.click()
    expect(page.get_by_test_id("drill-total")).to_contain_text(str(counted - in_time))
    expect(page.get_by_test_id("drill-case").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("drill-total")).to_have_count(0)
    with page.expect_download() as started:
        page.get_by_test_id("measures-export").click()
    assert started.value.suggested_filename.endswith(".xlsx")


def test_page_fits_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_half_year(open_page, size=PHONE)
    expect(page.get_by_test_id("tile-reported")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
