"""The phone's camera before real codes: the one that enrols, and a checkpoint's label on paper."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import chromium
import pytest
from outsider import Console, Demo
from playwright.sync_api import Browser, Locator, Page, expect
from screen_sizes import PHONE

# Only one label lies on the table.
ONE_LABEL = "(others) => others.forEach((label) => label.remove())"


@pytest.fixture
def admin(demo: Demo) -> Iterator[Console]:
    with Console(demo.url, "admin") as signed_in:
        yield signed_in


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """What the camera sees: read anew each time that it is switched on."""
    return tmp_path / "camera.mjpeg"


@pytest.fixture
def phone(browser: Browser, demo: Demo, admin: Console, film: Path) -> Iterator[Page]:
    """The handset's page in a browser whose camera shows the film."""
    enrolled = {each["handsetId"] for each in admin.get("handsets")}
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    program = shutil.which("chromium")
    started = browser.browser_type.launch(executable_path=program, args=[*chromium.FLAGS, *camera])
    context = started.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        is_mobile=True,
        has_touch=True,
        permissions=["geolocation", "camera"],
        geolocation={"longitude": 118.5, "latitude": 32.0, "accuracy": 6.0},
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{demo.url}/handset")
    yield page
    started.close()
    for handset in {each["handsetId"] for each in admin.get("handsets")} - enrolled:
        admin.delete(f"handsets/{handset}")  # nobody is sent who cannot answer


def show(film: Path, code: Locator) -> None:
    """Hold what is on a screen or on paper before the camera, with what is around it."""
    code.scroll_into_view_if_needed()
    box = code.bounding_box()
    assert box is not None
    width, height = 640, 480  # what a camera gives that was not asked for more
    left = max(0.0, box["x"] + box["width"] / 2 - width / 2)
    top = max(0.0, box["y"] + box["height"] / 2 - height / 2)
    clip = {"x": int(left), "y": int(top), "width": width, "height": height}
    film.write_bytes(code.page.screenshot(type="jpeg", quality=90, clip=clip))


@pytest.mark.usefixtures("dispatcher")
def test_the_camera_reads_the_code_that_enrols_and_a_label(
    open_page: Callable[..., Page], admin: Console, phone: Page, film: Path
) -> None:
    console = open_page("/admin", user="admin")
    console.get_by_test_id("enrol").last.click()
    console.get_by_test_id("kind-native").click()
    console.get_by_test_id("dialog-confirm").click()
    labels = open_page("/labels", user="admin").get_by_test_id("label")
    first = admin.get("checkpoints/labels")[0]
    expect(labels.filter(has_text=first["code"])).to_be_visible()
    labels.filter(has_not_text=first["code"]).evaluate_all(ONE_LABEL)

    show(film, labels.first)
    phone.get_by_test_id("enrol-scan").tap()
    expect(phone.get_by_test_id("enrol-problem")).to_contain_text("这不是登记二维码")

    show(film, console.get_by_test_id("page-qr"))
    phone.get_by_test_id("enrol-scan").tap()
    expect(phone.get_by_test_id("state-bar")).to_have_attribute("data-link", "on")
    phone.get_by_test_id("duty-on").tap()
    expect(phone.get_by_test_id("duty")).to_have_attribute("data-duty", "true")

    show(film, labels.first)
    phone.get_by_test_id("tab-scan").tap()
    phone.get_by_test_id("scan-start").tap()
    expect(phone.get_by_test_id("scan-line")).to_contain_text(first["name"])
    expect(phone.locator("video")).to_have_count(0)  # the camera is off again
