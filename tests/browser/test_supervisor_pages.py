"""A supervisor's way: from the month to a day's evidence, and from a grade to what it rests on."""

from collections.abc import Callable

import pytest
from outsider import Console
from playwright.sync_api import Page, expect
from screen_sizes import PHONE, WALL


@pytest.fixture(scope="module")
def today(dispatcher: Console) -> str:
    """A day of which there are verdicts."""
    board = dispatcher.get("attendance")
    assert board["rows"]
    return str(board["date"])


@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
def test_the_month_leads_to_a_worker_and_on_to_a_days_evidence(
    open_page: Callable[..., Page], today: str, size: dict[str, int]
) -> None:
    month = today[:7]
    page = open_page(f"/attendance-month/calendar?month={month}", user="supervisor", size=size)
    expect(page.get_by_test_id("heat-map")).to_be_visible()
    expect(page.get_by_test_id("area-cell").first).to_be_visible()
    assert fits(page)
    page.get_by_test_id("open-worker-month").first.click()
    expect(page.get_by_test_id("worker-month")).to_be_visible()
    expect(page.get_by_test_id("rule-total").first).to_be_visible()
    assert fits(page)
    page.get_by_test_id("month-day").last.get_by_role("link").click()
    expect(page.get_by_test_id("why")).not_to_be_empty()


@pytest.mark.usefixtures("today")
def test_exceptions_are_counted_by_kind_and_lead_to_the_evidence(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/attendance", user="supervisor")
    expect(page.get_by_test_id("rule-chips").first).to_be_visible()
    page.get_by_test_id("attendance-tab-exceptions").click()
    expect(page.get_by_test_id("exceptions")).to_be_visible()
    undecided = page.get_by_test_id("exception-undecided")
    undecided.click()
    expect(undecided).to_have_attribute("aria-selected", "true")
    if page.get_by_test_id("exception-line").count():
        page.get_by_test_id("exception-line").first.click()
        expect(page.get_by_test_id("evidence")).to_be_visible()


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
def test_a_value_is_entered_and_corrected_and_both_stay_in_sight(
    open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page("/assessment", user="supervisor", size=size)
    page.get_by_test_id("assessment-row").first.click()
    expect(page.get_by_test_id("indicator").first).to_be_visible()
    assert fits(page)
    before = page.get_by_test_id("entry").count()
    for number, value in enumerate(("80", "85.5"), start=before + 1):
        page.get_by_test_id("enter-value").click()
        page.get_by_test_id("entry-value").fill(value)
        page.get_by_test_id("entry-note").fill("十户回访")
        page.get_by_test_id("dialog-confirm").click()
        expect(page.get_by_test_id("entry")).to_have_count(number)
    expect(page.get_by_test_id("entry").first).to_contain_text("85.5")


@pytest.mark.usefixtures("today")
def test_a_figure_opens_its_sources(open_page: Callable[..., Page]) -> None:
    page = open_page("/assessment", user="supervisor")
    page.get_by_test_id("assessment-row").first.click()
    indicator = page.get_by_test_id("indicator").first
    indicator.get_by_role("button").first.click()
    expect(indicator.get_by_test_id("sources")).to_be_visible()


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
