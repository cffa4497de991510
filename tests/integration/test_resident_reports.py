"""Residents on the real stack: report without an account, follow by the code, rate once."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
import pytest_asyncio
from live_centre import IN_EAST, IN_WEST, WEST, Centre, running_centre, seed
from PIL import Image

from console_server.incidents.verify import verify_files_of
from console_server.residents.commands import forget_contacts
from console_server.residents.routes import FOLLOWS, REPORTS

pytestmark = pytest.mark.asyncio(loop_scope="module")
PHONE = "13900001111"


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def resident(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody whose address has called nobody yet."""
    keys = [key async for key in centre.valkey.scan_iter("gb:uses:*")]
    if keys:
        await centre.valkey.delete(*keys)
    address = f"{centre.url}/api/resident/"
    async with httpx.AsyncClient(base_url=address, timeout=120, trust_env=False) as client:
        yield client


def body(**values: Any) -> dict[str, Any]:
    place = {"lon": IN_WEST[0], "lat": IN_WEST[1]}
    return (
        {"clientId": str(uuid.uuid4()), "text": "楼下垃圾成堆", "classCode": "0603"}
        | place
        | values
    )


async def reported(resident: httpx.AsyncClient, **values: Any) -> str:
    answer = await resident.post("reports", json=body(**values))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


async def follow(resident: httpx.AsyncClient, code: str) -> dict[str, Any]:
    answer = await resident.post("follow", json={"code": code})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def case_of(centre: Centre, resident: httpx.AsyncClient, code: str) -> dict[str, Any]:
    wanted = (await follow(resident, code))["caseCode"]
    listed = (await (await centre.console()).get("incidents?state=all")).json()["incidents"]
    return next(dict(each) for each in listed if each["code"] == wanted)


async def move(centre: Centre, case: dict[str, Any], *steps: str, reason: str = "") -> None:
    """Take a case along by the people who may."""
    for to in steps:
        verifies = to in {"verified", "closed"}
        console = await centre.console("supervisor" if verifies else "dispatcher")
        path = f"incidents/{case['id']}"
        version = (await console.get(path)).json()["version"]
        move_ = {"to": to, "version": version, "reason": reason or to}
        answer = await console.post(f"{path}/transitions", json=move_)
        assert answer.status_code == 200, answer.text


ALL_THE_WAY = ("accepted", "handling", "handled", "verified", "closed")


async def test_the_form_offers_public_words_and_communities(resident: httpx.AsyncClient) -> None:
    form = (await resident.get("form")).json()
    named = {each["code"]: each["name"] for each in form["choices"]}
    assert named["0603"] == "垃圾堆放、环境卫生"
    assert all(each["english"] for each in form["choices"])
    assert WEST in {each["code"] for each in form["areas"]}
    assert form["photosMax"] == 3


async def test_a_report_is_a_case_routed_by_its_class_and_followed_by_its_code(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    code = await reported(resident, phone=PHONE)
    case = await case_of(centre, resident, code)
    assert (case["source"], case["classCode"], case["groupCode"]) == (
        "resident",
        "0603",
        "huanjing",
    )
    assert case["gridCode"] == WEST + "001"
    status = await follow(resident, code)
    assert (status["state"], status["mayRate"], status["answer"]) == ("received", False, None)
    await move(centre, case, *ALL_THE_WAY, reason="垃圾已清运, 加装监控")
    status = await follow(resident, code.lower().replace("-", " "))
    assert (status["state"], status["answer"]) == ("done", "垃圾已清运, 加装监控")
    times = [status[each] for each in ("reportedAt", "acceptedAt", "startedAt", "closedAt")]
    assert times == sorted(times)
    assert status["mayRate"]


async def test_a_retry_is_the_same_case_with_the_same_code(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    said = body(text="重复提交")
    answers = await asyncio.gather(*(resident.post("reports", json=said) for _ in range(8)))
    assert {each.status_code for each in answers} == {201}, answers[0].text
    assert len({each.json()["code"] for each in answers}) == 1
    assert len(await centre.query("SELECT 1 FROM incidents WHERE title = '重复提交'")) == 1


async def test_the_store_holds_neither_the_code_nor_what_it_is_made_from(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    said = body(text="查库")
    code = (await resident.post("reports", json=said)).json()["code"]
    for table in ("incidents", "incident_events", "resident_reports", "outbox"):
        rows = await centre.query(f"SELECT to_jsonb(t)::text FROM {table} t")  # noqa: S608
        text = " ".join(row[0] for row in rows)
        assert said["clientId"] not in text
        assert code not in text
        assert code.replace("-", "") not in text


async def test_a_case_is_rated_once_after_its_close(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    code = await reported(resident)
    rating = {"code": code, "stars": 4, "remark": "很快\u202e"}
    early = await resident.post("rating", json=rating)
    assert early.status_code == 409
    case = await case_of(centre, resident, code)
    await move(centre, case, *ALL_THE_WAY)
    wrong = await resident.post("rating", json=rating | {"stars": 6})
    assert wrong.status_code == 422
    answers = await asyncio.gather(*(resident.post("rating", json=rating) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    status = await follow(resident, code)
    assert (status["stars"], status["mayRate"]) == (4, False)
    detail = (await (await centre.console()).get(f"incidents/{case['id']}")).json()
    entry = next(each for each in detail["events"] if each["kind"] == "rated")
    assert (entry["actorKind"], entry["body"]) == ("outside", {"stars": 4})
    contact = (await (await centre.console()).get(f"incidents/{case['id']}/reporter")).json()
    assert (contact["stars"], contact["remark"]) == (4, "很快")
    assert detail["status"] == "closed"


async def test_a_merged_report_is_followed_in_the_case_where_it_goes_on(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    first, second = await reported(resident), await reported(resident, text="也看见垃圾")
    main, other = [await case_of(centre, resident, code) for code in (first, second)]
    console = await centre.console()
    similar = (await console.get(f"incidents/{main['id']}")).json()["similar"]
    assert other["id"] in {each["id"] for each in similar}
    merge = {"to": "merged", "version": other["version"], "into": main["id"]}
    answer = await console.post(f"incidents/{other['id']}/transitions", json=merge)
    assert answer.status_code == 200, answer.text
    await move(centre, main, *ALL_THE_WAY, reason="一并清运")
    status = await follow(resident, second)
    assert (status["merged"], status["state"], status["answer"]) == (True, "done", "一并清运")
    assert status["caseCode"] == other["code"]


async def test_the_number_is_for_dispatchers_alone_on_record_and_in_no_list(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    code = await reported(resident, phone=PHONE)
    case = await case_of(centre, resident, code)
    path = f"incidents/{case['id']}"
    console = await centre.console()
    assert (await console.get(f"{path}/reporter")).json()["phone"] == PHONE
    looks = await centre.query(
        "SELECT body FROM audit_log WHERE act = 'reporter_contact_seen' ORDER BY audit_id DESC"
    )
    assert looks[0][0] == {"incident": case["code"]}
    for role in ("wall", "department", "supervisor"):
        assert (await (await centre.console(role)).get(f"{path}/reporter")).status_code == 403
    for where in (path, "incidents?state=all", f"{path}/file.html"):
        assert PHONE not in (await console.get(where)).text
    assert PHONE not in json.dumps(await follow(resident, code))
    events = await centre.query("SELECT body::text FROM incident_events")
    assert not any(PHONE in row[0] for row in events)
    await move(centre, case, "void")
    async with centre.app.state.parts.pool.connection() as connection:
        later = datetime.now(UTC) + timedelta(days=31)
        assert await forget_contacts(connection, timedelta(days=30), later, only_count=True) >= 1
        await forget_contacts(connection, timedelta(days=30), later)
    assert (await console.get(f"{path}/reporter")).json()["phone"] is None


async def test_photos_come_with_the_code_and_only_with_it(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    held = BytesIO()
    Image.new("RGB", (40, 30)).save(held, "JPEG")
    code = await reported(resident)

    async def send(to: str, number: int, content: bytes = held.getvalue()) -> httpx.Response:
        form = {"code": to, "uploadId": f"p{number}"}
        return await resident.post("photos", data=form, files={"file": ("a.jpg", content)})

    first = await send(code, 1)
    assert first.status_code == 204, first.text
    assert (await send(code, 1)).status_code == 204  # a retry
    assert (await send("7K3M-9QTX-02BD", 1)).status_code == 404
    assert (await send(code, 2, b"<html>")).json()["code"] == "photo_type"
    assert [(await send(code, n)).status_code for n in (2, 3, 4)] == [204, 204, 409]
    case = await case_of(centre, resident, code)
    path = f"incidents/{case['id']}/photos"
    photos = (await (await centre.console()).get(path)).json()["photos"]
    assert [each["addedBy"] for each in photos] == ["居民"] * 3


async def test_a_wrong_report_is_told_every_fault_and_opens_nothing(
    resident: httpx.AsyncClient,
) -> None:
    wrong = body(text="  ", lon=100.0, lat=20.0, phone="x", classCode="9999", clientId="1")
    answer = await resident.post("reports", json=wrong)
    assert answer.status_code == 422
    named = {each.partition(":")[0] for each in answer.json()["errors"]}
    assert named == {"text", "lon, lat", "phone", "classCode", "clientId"}
    assert (await resident.post("reports", json=body(text="长" * 20_000))).status_code == 413
    assert (await resident.post("follow", json={"code": "没有"})).status_code == 404


async def test_words_alone_are_a_place_and_the_community_says_where_it_counts(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    somewhere = {"lon": None, "lat": None, "place": "<script>alert(1)</script> 18 号"}
    code = await reported(resident, areaCode=WEST, classCode=None, **somewhere)
    case = await case_of(centre, resident, code)
    assert (case["classCode"], case["place"]) == ("unclassified", somewhere["place"])
    west = await centre.console("dispatcher_west")
    assert (await west.get(f"incidents/{case['id']}")).status_code == 200
    page = (await (await centre.console()).get(f"incidents/{case['id']}/file.html")).text
    assert "<script>" not in page
    nowhere = await reported(resident, **somewhere)
    unplaced = await case_of(centre, resident, nowhere)
    assert (await west.get(f"incidents/{unplaced['id']}")).status_code == 404


async def test_an_address_that_calls_too_often_is_told_when_to_come_again(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    said = body(text="同一个人")
    answers = [await resident.post("reports", json=said) for _ in range(REPORTS.each + 1)]
    assert [each.status_code for each in answers[-2:]] == [201, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 0 < int(answers[-1].headers["retry-after"]) <= REPORTS.window_s
    codes = await asyncio.gather(
        *(resident.post("follow", json={"code": "7K3M-9QTX-02BD"}) for _ in range(FOLLOWS.each + 5))
    )
    assert {each.status_code for each in codes} == {404, 429}
    assert sum(each.status_code == 404 for each in codes) == FOLLOWS.each
    await centre.valkey.set("gb:uses:resident-report", REPORTS.together or 0, ex=60)
    elsewhere = await centre.valkey.delete("gb:uses:resident-report:127.0.0.1")
    assert elsewhere == 1
    assert (await resident.post("reports", json=said)).status_code == 429  # all together


async def test_behind_a_proxy_every_resident_counts_alone_and_nobody_chooses_an_address(
    centre: Centre, resident: httpx.AsyncClient, district: Any
) -> None:
    async def codes(url: str, path: str, said: Any, *addresses: str) -> list[int]:
        found = []
        for address in addresses:
            headers = {"X-Forwarded-For": address}
            answer = await resident.post(f"{url}/api/{path}", json=said, headers=headers)
            found.append(answer.status_code)
        return found

    one, other, said = "203.0.113.7", "203.0.113.8", body(text="代理之后")
    lies = [f"198.51.100.{number}, {one}" for number in range(REPORTS.each)]
    wrong = {"username": "nobody", "password": "a-wrong-password"}
    async with running_centre(district, trusted_proxies=("127.0.0.1/32",)) as proxied:
        assert await codes(proxied.url, "resident/reports", said, *lies) == [201] * REPORTS.each
        assert await codes(proxied.url, "resident/reports", said, one, other) == [429, 201]
        assert await codes(proxied.url, "session", wrong, *lies[:11]) == [401] * 10 + [429]
        assert await codes(proxied.url, "session", wrong, other) == [401]
    direct = [f"198.51.100.{number}" for number in range(REPORTS.each + 1)]
    assert (await codes(centre.url, "resident/reports", said, *direct))[-2:] == [201, 429]


async def test_another_site_cannot_report_through_a_visitors_browser(
    resident: httpx.AsyncClient,
) -> None:
    answer = await resident.post("reports", json=body(), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_an_installation_can_close_the_page(district: Any) -> None:
    async with running_centre(district, resident_reports=False) as closed:
        address = f"{closed.url}/api/resident/"
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=120) as stranger:
            answers = [await stranger.get("form"), await stranger.post("reports", json=body())]
            answers.append(await stranger.post("follow", json={"code": "x"}))
        assert [each.status_code for each in answers] == [404] * 3


async def test_residents_of_the_east_are_seen_in_the_east(
    centre: Centre, resident: httpx.AsyncClient
) -> None:
    code = await reported(resident, lon=IN_EAST[0], lat=IN_EAST[1])
    case = await case_of(centre, resident, code)
    west = await centre.console("dispatcher_west")
    assert (await west.get(f"incidents/{case['id']}")).status_code == 404


async def test_the_case_files_of_all_this_still_prove_themselves(centre: Centre) -> None:
    async with centre.app.state.parts.pool.connection() as connection:
        checked = [each async for each in verify_files_of(connection)]
    assert checked
    assert [each.faults for each in checked if each.faults] == []
