"""A resident reports by phone without an account; the centre handles it; the resident rates it."""

import re
import uuid
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from outsider import Console, Demo, wait_until
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from screen_sizes import PHONE

CODE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$")
ANSWER = "垃圾已清运, 并已告知物业加强巡查"


@pytest.fixture
def phone(browser: Browser, demo: Demo, dispatcher: Console) -> Iterator[Page]:
    """A stranger's phone that stands in the district and may be asked where it is."""
    place = next(each for each in dispatcher.get("positions") if each["presence"] == "online")
    context = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        permissions=["geolocation"],
        geolocation={"longitude": place["lon"], "latitude": place["lat"], "accuracy": 12},
        has_touch=True,
        is_mobile=True,
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{demo.url}/report")
    yield page
    assert not [url for url in asked if "maplibre" in url.lower()]  # nobody reports on a map
    context.close()


@pytest.fixture
def photo() -> dict[str, Any]:
    held = BytesIO()
    Image.effect_noise((900, 700), 80).convert("RGB").save(held, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def test_a_report_with_a_photo_is_handled_answered_and_rated(
    phone: Page, open_page: Callable[..., Page], demo: Demo, dispatcher: Console, photo: Any
) -> None:
    title = f"小区东门垃圾成堆 {uuid.uuid4().hex[:6]}"
    phone.get_by_test_id("resident-choice").first.click()
    phone.get_by_test_id("resident-text").fill(f"{title}\n三天没人清运")
    phone.get_by_test_id("resident-locate").click()
    phone.get_by_test_id("resident-photo").set_input_files([photo])
    phone.get_by_test_id("resident-phone").fill("13900001111")
    phone.get_by_test_id("resident-submit").click()
    code = phone.get_by_test_id("resident-code").inner_text().strip()
    assert CODE.fullmatch(code), code
    incident = wait_until(lambda: _incident(dispatcher, title))
    assert (incident["source"], incident["gridCode"] is not None) == ("resident", True)
    path = f"incidents/{incident['id']}"
    wait_until(lambda: dispatcher.get(f"{path}/photos")["photos"])

    console = open_page()
    row = f"[data-testid=incident-row][data-incident-id='{incident['id']}']"
    console.locator(row).click()
    expect(console.get_by_test_id("incident-title")).to_have_text(title)
    thumb = console.get_by_test_id("photo-thumb").first
    expect(thumb.locator("img")).to_have_js_property("complete", value=True)
    thumb.click()
    expect(console.get_by_test_id("photo-viewer")).to_be_visible()
    console.keyboard.press("Escape")
    expect(console.get_by_test_id("photo-viewer")).to_have_count(0)
    expect(console.get_by_test_id("incident-title")).to_have_text(title)  # the case stays open
    console.get_by_test_id("reporter-look").click()
    expect(console.get_by_test_id("reporter-phone")).to_have_text("13900001111")

    phone.get_by_test_id("resident-see").click()
    status = phone.get_by_test_id("resident-status")
    expect(status).to_have_attribute("data-state", "received")
    _close(demo, dispatcher, path)
    phone.goto(f"{demo.url}/report/{code.lower()}")  # later, by the code alone
    expect(status).to_have_attribute("data-state", "done")
    expect(phone.get_by_test_id("resident-answer")).to_contain_text(ANSWER)
    phone.get_by_test_id("resident-star-5").click()
    phone.get_by_test_id("resident-rate-submit").click()
    expect(phone.get_by_test_id("resident-rated")).to_be_visible()
    assert dispatcher.get(f"{path}/reporter")["stars"] == 5


def test_what_is_missing_is_said_before_anything_is_sent(phone: Page) -> None:
    phone.get_by_test_id("resident-submit").click()
    expect(phone.get_by_test_id("resident-wrong")).to_be_visible()
    first = phone.get_by_test_id("resident-wrong").inner_text()
    phone.get_by_test_id("resident-choice").first.click()
    expect(phone.get_by_test_id("resident-wrong")).not_to_have_text(first)


def test_a_code_that_nobody_has_is_told_so(phone: Page) -> None:
    phone.get_by_test_id("resident-follow-code").fill("7k3m 9qtx 02bd")
    phone.get_by_test_id("resident-follow-code").press("Enter")
    expect(phone.get_by_test_id("resident-unknown")).to_be_visible()


def test_the_page_speaks_english_too(phone: Page) -> None:
    form = phone.get_by_test_id("resident-form")
    expect(form).to_contain_text("地")
    phone.get_by_test_id("resident-language").click()
    expect(form).to_contain_text("Where is it")
    labels = form.locator("legend, label > span, button[type=submit]").all_inner_texts()
    assert not any(re.search(r"[\u4e00-\u9fff]", label) for label in labels), labels


def _incident(console: Console, title: str) -> dict[str, Any] | None:
    listed = console.get("incidents", state="all")["incidents"]
    return next((dict(each) for each in listed if each["title"] == title), None)


def _close(demo: Demo, dispatcher: Console, path: str) -> None:
    """The case goes its way: handled by one person, verified and closed by another."""
    with Console(demo.url, "supervisor") as supervisor:
        ways = ((dispatcher, "accepted"), (dispatcher, "handling"), (dispatcher, "handled"))
        for who, to in (*ways, (supervisor, "verified"), (supervisor, "closed")):
            version = who.get(path)["version"]
            move = {"to": to, "version": version, "reason": ANSWER}
            who.post(f"{path}/transitions", move)
