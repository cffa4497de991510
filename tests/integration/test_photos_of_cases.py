"""Photos on the real stack: from consoles and handsets into the case file, to whom may see them."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from live_centre import IN_EAST, IN_WEST, Centre, Handset, running_centre, seed
from PIL import Image

from console_server.incidents.verify import verify_files_of
from console_server.photos.commands import forget_photos
from console_server.photos.limits import PhotoLimits

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "console_server"))
from photo_files import located, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMITS = PhotoLimits(max_bytes=200_000, max_pixels=1_000_000, per_case=3)


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district, photos=LIMITS) as running:
        yield running


async def send(
    console: httpx.AsyncClient, incident: dict[str, Any], content: bytes, **form: str
) -> httpx.Response:
    """Send a photo under a name and type that say nothing of what it is."""
    file = {"file": ("../../photo.php", content, "text/html")}
    return await console.post(f"incidents/{incident['id']}/photos", files=file, data=form)


async def phone(centre: Centre, worker: str) -> tuple[httpx.AsyncClient, Handset]:
    """A handset signed in over HTTP and at the broker."""
    given = await centre.credentials(worker)
    client = httpx.AsyncClient(base_url=f"{centre.url}/api/field/", timeout=120, trust_env=False)
    centre.closing.push_async_callback(client.aclose)
    answer = await client.post(
        "session", json={"username": given["username"], "password": given["password"]}
    )
    assert answer.status_code == 201, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
    return client, await centre.listen(given)


async def report(centre: Centre, handset: Handset, name: str) -> str:
    """A report by MQTT: the code of the case."""
    body = {"id": name, "at": 0.0, "lon": IN_WEST[0], "lat": IN_WEST[1], "text": "井盖缺失"}
    outcome = await centre.outcome(await centre.say(handset, "report", body))
    return outcome.removeprefix("incident:")


async def case_of(centre: Centre, code: str) -> dict[str, Any]:
    listed = (await (await centre.console()).get("incidents")).json()["incidents"]
    return next(dict(each) for each in listed if each["code"] == code)


async def test_a_photo_of_a_console_is_in_the_case_file_with_its_hash(centre: Centre) -> None:
    incident, console = await centre.open_incident(), await centre.console()
    answer = await send(console, incident, located())
    assert answer.status_code == 201, answer.text
    photo = answer.json()
    shown = await console.get(f"photos/{photo['id']}")
    small = await console.get(f"photos/{photo['id']}/thumbnail")
    assert hashlib.sha256(shown.content).hexdigest() == photo["sha256"]
    assert len(Image.open(BytesIO(shown.content)).getexif()) == 0
    for answer in (shown, small):
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("private")
        assert answer.headers["content-disposition"].startswith('inline; filename="2')
        assert "sandbox" in answer.headers["content-security-policy"]
    detail = (await console.get(f"incidents/{incident['id']}")).json()
    entry = next(each for each in detail["events"] if each["kind"] == "photo")
    assert (entry["actor"], entry["body"]["sha256"]) == ("名dispatcher", photo["sha256"])
    listed = (await console.get(f"incidents/{incident['id']}/photos")).json()
    assert listed == {"photos": [photo], "mayHave": 3}


async def test_the_printed_case_file_shows_its_photos(centre: Centre) -> None:
    incident, console = await centre.open_incident(), await centre.console()
    photo = (await send(console, incident, picture())).json()
    page = (await console.get(f"incidents/{incident['id']}/file.html")).text
    assert '<img src="data:image/jpeg;base64,' in page
    assert page.count(photo["sha256"]) == 2  # below the picture, and in the file
    assert "添加照片" in page
    assert "案卷校验通过" in page


async def test_a_retry_is_the_same_photo_and_another_under_its_id_a_conflict(
    centre: Centre,
) -> None:
    incident, console = await centre.open_incident(), await centre.console()
    answers = await asyncio.gather(
        *(send(console, incident, picture(), uploadId="one") for _ in range(5))
    )
    assert {each.status_code for each in answers} == {201}, answers[0].text
    assert len({each.json()["id"] for each in answers}) == 1
    other = await send(console, incident, located(), uploadId="one")
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    listed = (await console.get(f"incidents/{incident['id']}/photos")).json()["photos"]
    assert len(listed) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>", "photo_type"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(99), "photo_type"),
        (picture("PNG", (1200, 1200)), "photo_too_large"),
        (bytes(300_000), "photo_too_large"),
        (picture("JPEG")[:400], "photo_unreadable"),
    ],
    ids=["html", "heic", "pixels", "bytes", "truncated"],
)
async def test_what_cannot_be_kept_is_refused_with_its_reason(
    centre: Centre, content: bytes, code: str
) -> None:
    incident, console = await centre.open_incident(), await centre.console()
    answer = await send(console, incident, content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await console.get(f"incidents/{incident['id']}")).json()["version"] == 1


async def test_a_body_beyond_the_ceiling_is_not_read(centre: Centre) -> None:
    incident, console = await centre.open_incident(), await centre.console()
    answer = await send(console, incident, bytes(27 << 20))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_case_has_only_as_many_photos_as_it_may_have(centre: Centre) -> None:
    incident, console = await centre.open_incident(), await centre.console()
    pictures = [picture(size=(40 + number, 30)) for number in range(6)]
    answers = await asyncio.gather(*(send(console, incident, each) for each in pictures))
    codes = sorted(each.status_code for each in answers)
    assert codes == [201] * 3 + [409] * 3
    assert next(a for a in answers if a.status_code == 409).json()["code"] == "photos_full"


async def test_a_case_at_its_end_takes_no_photo_of_a_console(centre: Centre) -> None:
    incident, console = await centre.open_incident(), await centre.console()
    body = {"to": "void", "version": 1, "reason": "误报"}
    await console.post(f"incidents/{incident['id']}/transitions", json=body)
    answer = await send(console, incident, picture())
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_photos_are_only_for_whom_may_see_the_area(centre: Centre) -> None:
    lon, lat = IN_EAST
    incident, console = await centre.open_incident(lon=lon, lat=lat), await centre.console()
    photo = (await send(console, incident, picture())).json()
    paths = [f"incidents/{incident['id']}/photos", f"photos/{photo['id']}"]
    paths.append(f"{paths[1]}/thumbnail")
    west, wall = await centre.console("dispatcher_west"), await centre.console("wall")
    async with httpx.AsyncClient(
        base_url=f"{centre.url}/api/", trust_env=False, timeout=120
    ) as nobody:
        for path in paths:
            assert (await west.get(path)).status_code == 404
            assert (await wall.get(path)).status_code == 403
            assert (await nobody.get(path)).status_code == 401
    assert (await send(west, incident, picture())).status_code == 404
    assert (await send(wall, incident, picture())).status_code == 403


@pytest.mark.parametrize("photo_first", [True, False], ids=["photo first", "report first"])
async def test_a_handsets_photos_find_their_report_whichever_comes_first(
    centre: Centre, *, photo_first: bool
) -> None:
    client, handset = await phone(centre, "11")
    name, code = f"r-{photo_first}", ""
    if not photo_first:
        code = await report(centre, handset, name)
    answers = [
        await client.put(f"reports/{name}/photos/{number}", content=picture(size=(50, 40 + number)))
        for number in (1, 2, 1)
    ]
    assert [each.status_code for each in answers] == [200] * 3, answers[0].text
    assert answers[0].json()["id"] == answers[2].json()["id"]
    assert all((each.json()["incidentId"] is None) == photo_first for each in answers)
    if photo_first:
        code = await report(centre, handset, name)
        await report(centre, handset, name)  # a retry
    incident = await case_of(centre, code)
    console = await centre.console()
    detail = (await console.get(f"incidents/{incident['id']}")).json()
    entries = [each for each in detail["events"] if each["kind"] == "photo"]
    assert [each["actor"] for each in entries] == ["工11"] * 2
    listed = (await console.get(f"incidents/{incident['id']}/photos")).json()["photos"]
    assert {each["sha256"] for each in listed} == {each["body"]["sha256"] for each in entries}


async def test_report_and_photo_at_the_same_moment_miss_each_other_never(centre: Centre) -> None:
    client, handset = await phone(centre, "12")
    for number in range(8):
        name = f"together-{number}"
        code, answer = await asyncio.gather(
            report(centre, handset, name), client.put(f"reports/{name}/photos/a", content=picture())
        )
        assert answer.status_code == 200, answer.text
        incident = await case_of(centre, code)
        path = f"incidents/{incident['id']}/photos"
        assert len((await (await centre.console()).get(path)).json()["photos"]) == 1


async def test_another_workers_report_is_out_of_reach(centre: Centre) -> None:
    owner, handset = await phone(centre, "11")
    stranger, _ = await phone(centre, "21")
    code = await report(centre, handset, "mine")
    answer = await stranger.put("reports/mine/photos/a", content=picture())
    assert (answer.status_code, answer.json()["incidentId"]) == (200, None)  # waits for their own
    incident = await case_of(centre, code)
    path = f"incidents/{incident['id']}/photos"
    assert (await (await centre.console()).get(path)).json()["photos"] == []
    assert (await owner.put("reports/mine/photos/a", content=b"x")).status_code == 422
    async with httpx.AsyncClient(
        base_url=f"{centre.url}/api/field/", trust_env=False, timeout=120
    ) as nobody:
        assert (await nobody.put("reports/mine/photos/b", content=picture())).status_code == 401


async def test_photos_go_some_time_after_the_close_and_when_no_report_came(centre: Centre) -> None:
    client, _ = await phone(centre, "22")
    await client.put("reports/never/photos/a", content=picture())
    incident, console = await centre.open_incident(), await centre.console()
    await send(console, incident, picture())
    body = {"to": "void", "version": 2, "reason": "误报"}
    await console.post(f"incidents/{incident['id']}/transitions", json=body)
    count = (await centre.query("SELECT count(*) FROM photos"))[0][0]
    async with centre.app.state.parts.pool.connection() as connection:
        keep, now = timedelta(days=365), datetime.now(UTC)
        assert await forget_photos(connection, keep, now) == 0
        waited = await forget_photos(connection, keep, now + timedelta(days=8), only_count=True)
        assert waited >= 1
        ended = now + timedelta(days=366)
        assert await forget_photos(connection, keep, ended) >= waited + 1
    rows = await centre.query("SELECT count(*) FROM photos")
    assert rows[0][0] < count
    assert (await console.get(f"incidents/{incident['id']}/photos")).json()["photos"] == []
    events = (await console.get(f"incidents/{incident['id']}")).json()["events"]
    assert any(each["kind"] == "photo" for each in events)  # the file still says what there was


async def test_the_case_files_of_all_this_still_prove_themselves(centre: Centre) -> None:
    async with centre.app.state.parts.pool.connection() as connection:
        checked = [each async for each in verify_files_of(connection)]
    assert checked
    assert [each.faults for each in checked if each.faults] == []


async def test_who_has_the_order_sees_the_photos_of_its_case_and_nobody_else_in_the_field(
    centre: Centre,
) -> None:
    (sent, _), (other, _) = await phone(centre, "21"), await phone(centre, "22")
    console, incident = await centre.console(), await centre.open_incident()
    photo = (await send(console, incident, picture())).json()
    elsewhere = (await send(console, await centre.open_incident(), picture())).json()
    path = f"incidents/{incident['id']}/dispatches"
    given = await console.post(path, json={"workerId": centre.workers["21"]})
    order = given.json()
    photos = f"dispatches/{order['dispatchId']}/photos"
    assert (await sent.get(photos)).json()["photos"] == [photo]
    whole, small = f"{photos}/{photo['id']}", f"{photos}/{photo['id']}/thumbnail"
    shown = await sent.get(whole)
    assert hashlib.sha256(shown.content).hexdigest() == photo["sha256"]
    assert "sandbox" in (await sent.get(small)).headers["content-security-policy"]
    for path in (photos, whole, small):
        assert (await other.get(path)).status_code == 404
    assert (await sent.get(f"{photos}/{elsewhere['id']}")).status_code == 404
    ended = "UPDATE dispatches SET status = 'cancelled', ended_at = now() - %s::interval"
    await centre.query(f"{ended} WHERE dispatch_id = %s", "1 hour", order["dispatchId"])
    assert (await sent.get(small)).status_code == 200
    await centre.query(f"{ended} WHERE dispatch_id = %s", "13 hours", order["dispatchId"])
    assert (await sent.get(small)).status_code == 404
