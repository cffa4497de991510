"""An objection's way: from the phone to whoever rules on it, and the answer back to the phone."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from outsider import Console, Demo, wait_until
from playwright.sync_api import Browser, Page, expect
from screen_sizes import PHONE

GROUNDS = "上午在社区开会，手机没电，未能上传定位"


@dataclass(frozen=True)
class Objector:
    """A worker with a shift yesterday of which nothing was recorded, and the page on the phone."""

    page: Page
    code: str
    yesterday: date

    def open_day(self) -> None:
        """Yesterday in the own record; the month before this one on the first of a month."""
        self.page.get_by_test_id("tab-record").tap()
        if self.yesterday.month != (self.yesterday + timedelta(days=1)).month:
            self.page.get_by_test_id("record-previous").tap()
        self.page.get_by_test_id("record-day").first.tap()

    def object_to_it(self) -> None:
        """File an objection to the morning alone."""
        self.page.get_by_test_id("appeal").tap()
        self.page.get_by_test_id("appeal-grounds").fill(GROUNDS)
        self.page.get_by_test_id("appeal-from").fill("08:00")
        self.page.get_by_test_id("appeal-to").fill("09:00")
        self.page.get_by_test_id("appeal-send").tap()
        expect(self.page.get_by_test_id("own-appeal")).to_contain_text(GROUNDS)


@pytest.fixture
def admin(demo: Demo) -> Iterator[Console]:
    with Console(demo.url, "admin") as signed_in:
        yield signed_in


@pytest.fixture
def objector(browser: Browser, demo: Demo, admin: Console) -> Iterator[Objector]:
    """Enrolled, with yesterday's verdict on record."""
    yesterday = date.fromisoformat(admin.get("attendance")["date"]) - timedelta(days=1)
    worker = new_worker(admin)
    shift = {"startsAt": f"{yesterday}T08:00:00+08:00", "endsAt": f"{yesterday}T10:00:00+08:00"}
    admin.post("shifts", {"workerId": worker["workerId"], **shift})
    given = admin.post("handsets", {"workerId": worker["workerId"], "kind": "native"})
    path = f"attendance/{worker['workerId']}/months/{yesterday:%Y-%m}"
    wait_until(lambda: admin.get(path)["days"], within_s=240, every_s=0.5)
    context = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        is_mobile=True,
        has_touch=True,
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{demo.url}/handset#enrol={given['username']}.{given['password']}")
    expect(page.get_by_test_id("state-bar")).to_have_attribute("data-link", "on")
    yield Objector(page, worker["code"], yesterday)
    context.close()


def new_worker(admin: Console) -> dict[str, Any]:
    grid = admin.get("workers")[0]["gridCodes"][0]
    code = f"A{uuid.uuid4().hex[:6]}"
    return dict(admin.post("workers", {"code": code, "name": "周明远", "gridCodes": [grid]}))


@pytest.mark.usefixtures("dispatcher")
def test_an_appeal_is_filed_on_the_phone_ruled_on_at_the_office_and_answered_on_the_phone(
    open_page: Callable[..., Page], objector: Objector
) -> None:
    objector.open_day()
    objector.object_to_it()
    office = open_page("/reviews/appeals?kind=open", user="supervisor")
    row = office.get_by_test_id("appeal-row").filter(has_text=objector.code)
    expect(row).to_contain_text(GROUNDS)
    expect(row).to_contain_text("08:00 – 09:00")
    expect(row).to_contain_text("由本人于")
    row.get_by_test_id("rule-granted").click()
    office.get_by_test_id("reason-text").fill("经核实，情况属实")
    office.get_by_test_id("dialog-confirm").click()
    expect(row).to_have_count(0)  # it is no open one any more
    objector.page.reload()
    objector.open_day()
    answer = objector.page.get_by_test_id("own-appeal")
    expect(answer).to_contain_text("申诉获支持")
    expect(answer).to_contain_text("经核实，情况属实")


@pytest.mark.usefixtures("dispatcher")
def test_a_worker_withdraws_an_appeal_only_after_saying_so_twice(
    open_page: Callable[..., Page], objector: Objector
) -> None:
    objector.open_day()
    objector.object_to_it()
    page = objector.page
    page.get_by_test_id("appeal-withdraw").tap()
    expect(page.get_by_test_id("own-appeal")).to_contain_text("不能恢复")
    page.get_by_test_id("appeal-withdraw-sure").tap()
    expect(page.get_by_test_id("own-appeal")).to_contain_text("申诉已撤回")
    expect(page.get_by_test_id("appeal-withdraw")).to_have_count(0)
    office = open_page("/reviews/appeals?kind=withdrawn", user="supervisor")
    row = office.get_by_test_id("appeal-row").filter(has_text=objector.code)
    expect(row).to_contain_text("已撤回")
    expect(row.get_by_role("button")).to_have_count(0)
