"""Case files that leave the system: one to print, many as a spreadsheet."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from live_centre import IN_EAST, Centre, running_centre, seed

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


async def sheet(centre: Centre, who: str, **params: Any) -> str:
    """The text of the spreadsheet as it lies in the file."""
    answer = await (await centre.console(who)).get("incidents/export.xlsx", params=params)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        names = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
        return "".join(book.read(name).decode() for name in names)


async def test_a_printed_case_holds_every_event_and_the_last_hash(
    centre: Centre, district: Any
) -> None:
    incident = await centre.open_incident(
        title="<script>alert(1)</script>", description="井盖缺失 & 路面破损"
    )
    console = await centre.console()
    body = {"to": "rejected", "version": 1, "reason": "<b>重复</b>"}
    await console.post(f"incidents/{incident['id']}/transitions", json=body)
    answer = await console.get(f"incidents/{incident['id']}/file.html")
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    assert "<script" not in page
    assert "<b>" not in page
    assert "井盖缺失 &amp; 路面破损" in page
    assert page.count("<tr><td>") == 2
    rows = await centre.query(
        "SELECT encode(hash, 'hex') FROM incident_events WHERE incident_id = %s"
        " ORDER BY version DESC LIMIT 1",
        incident["id"],
    )
    assert f"末条 SHA-256: {rows[0][0]}" in page
    with psycopg.connect(district.owner_url) as connection:  # as a thief of the store would
        connection.execute(
            "UPDATE incident_events SET body = '{}' WHERE incident_id = %s AND version = 2",
            (incident["id"],),
        )
    spoiled = (await console.get(f"incidents/{incident['id']}/file.html")).text
    assert "案卷校验未通过: event 2 is not what was written" in spoiled


async def test_a_spreadsheet_holds_the_cases_of_ones_areas_and_no_formula(centre: Centre) -> None:
    await centre.open_incident(title="=HYPERLINK(1)")
    east = await centre.open_incident(lon=IN_EAST[0], lat=IN_EAST[1])
    everything = await sheet(centre, "dispatcher")
    assert "=HYPERLINK(1)" in everything
    assert east["code"] in everything
    assert "<f>" not in everything
    west = await sheet(centre, "dispatcher_west", state="open")
    assert east["code"] not in west
    assert len(re.findall(r"<row ", west)) < len(re.findall(r"<row ", everything))


async def test_a_wall_may_take_no_file_away(centre: Centre) -> None:
    incident = await centre.open_incident()
    console = await centre.console("wall")
    assert (await console.get("incidents/export.xlsx")).status_code == 403
    assert (await console.get(f"incidents/{incident['id']}/file.html")).status_code == 403


async def test_a_printed_case_names_groups_and_rulings_in_words(centre: Centre) -> None:
    incident = await centre.open_incident(classCode="0601")
    console = await centre.console()
    path = f"incidents/{incident['id']}"
    given = (await console.post(f"{path}/group", json={"version": 1, "joint": ["zhian"]})).json()
    body = {"kind": "extended", "reason": "等材料", "version": given["version"], "days": 2}
    asked = (await console.post(f"{path}/requests", json=body)).json()
    leader = await centre.console("duty_leader")
    ruling = {"granted": False, "reason": "理由不足"}
    await leader.post(f"requests/{asked['pendingRequest']['id']}/ruling", json=ruling)
    page = (await console.get(f"{path}/file.html")).text
    assert "职能组 市政维护；时限 20" in page
    assert "职能组 治安处突；联合执法" in page
    assert "延期；工作日 2；等材料" in page
    assert "延期；不同意；理由不足" in page
