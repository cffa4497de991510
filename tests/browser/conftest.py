"""A real Chromium in front of a running demo with a small fleet in the field."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import chromium
import pytest
from outsider import Console, Demo, running_demo, wait_until
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from screen_sizes import WALL

WITHIN_MS = 120_000  # software drawing on a busy machine is slow
expect.set_options(timeout=WITHIN_MS)


@pytest.fixture(scope="session")
def demo(open_tmp: Path) -> Iterator[Demo]:
    fleet = str(Path(__file__).with_name("fleet.toml"))
    options = ("--workers", "60", "--seed", "7", "--scenario", fleet)
    with running_demo(open_tmp / "browser", *options) as running:
        yield running


@pytest.fixture(scope="session")
def dispatcher(demo: Demo) -> Iterator[Console]:
    """A dispatcher at the API, once most of the fleet is online."""
    with Console(demo.url, "dispatcher") as signed_in:
        wait_until(
            lambda: sum(p["presence"] == "online" for p in signed_in.get("positions")) >= 20,
            within_s=240,
            every_s=0.5,
        )
        yield signed_in


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "Chromium is missing; as root, `make test` installs it (apt install chromium)"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """Open a path as a signed-in person; afterwards the page must not have complained."""
    complaints: list[str] = []
    pages: list[Page] = []

    def note(message: ConsoleMessage) -> None:
        expected = "401" in message.text  # before the sign-in there is no session
        if message.type == "error" and not expected:
            complaints.append(message.text)

    def opened(path: str = "/", user: str = "dispatcher", size: dict[str, int] = WALL) -> Page:
        page = browser.new_page(viewport={"width": size["width"], "height": size["height"]})
        pages.append(page)
        page.set_default_timeout(WITHIN_MS)
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(demo.url + path)
        page.get_by_test_id("sign-in-username").locator("input").or_(
            page.locator("input[data-testid=sign-in-username]")
        ).fill(user)
        page.locator("input[type=password]").fill("gridbeat-demo")
        page.get_by_test_id("sign-in-submit").click()
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []
