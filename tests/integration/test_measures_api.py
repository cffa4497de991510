"""Measures over HTTP: who may ask, what each sees, the workbook, warnings; kept pack versions."""

import io
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from live_centre import EAST, WEST, Centre, running_centre, seed
from measured_world import Told, write
from python_calamine import CalamineWorkbook

from console_server.packs.pack import load_pack

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOW = datetime.now(UTC)
TODAY = NOW.astimezone(load_pack("xingdian").zone).date()  # whose days and weeks are counted
ASKED = {"period": "custom", "from": str(TODAY - timedelta(days=90)), "to": str(TODAY)}


def case(number: int, area: int, days_ago: float, **changes: Any) -> Told:
    """A case that was closed in time."""
    at = NOW - timedelta(days=days_ago)
    done = at + timedelta(minutes=30)
    told = Told(
        number=number,
        status="closed",
        class_code="0603",
        source="handset",
        area=area,
        group=None,
        reported_at=at,
        due_at=at + timedelta(hours=4),
        handled_at=done,
        closed_at=done,
        moves=[("accepted", at, None), ("handled", done, None)],
    )
    return replace(told, **changes)


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    """Nine quiet weeks of two a week in each grid, and a rise of the hotline in the west."""
    seed(timescale_database.owner_url)
    chance = random.Random(5)  # noqa: S311 - to repeat
    with psycopg.connect(timescale_database.owner_url) as connection:
        ids = dict(connection.execute("SELECT code, area_id FROM areas").fetchall())
        west, east = ids[WEST + "001"], ids[EAST + "001"]
        told = [
            case(9000 + 2 * week + half, area, 7 * week + chance.uniform(0.1, 6.9))
            for week in range(10)
            for half, area in enumerate((west, east))
        ]
        told += [
            case(9100 + n, west, chance.uniform(0.1, 6.9), source="hotline") for n in range(11)
        ]
        late = {"handled_at": NOW, "closed_at": NOW, "moves": []}
        told += [case(9200, east, 2, **late), case(9201, east, 2, status="void")]
        write(connection, told)
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        yield running


async def ask(centre: Centre, path: str, who: str = "supervisor", **more: str) -> httpx.Response:
    console = await centre.console(who)
    return await console.get(f"measures{path}", params=ASKED | more)


@pytest.mark.parametrize("path", ["", "/cases?figure=late", "/warnings", "/export.xlsx"])
async def test_wall_and_department_may_not_ask(centre: Centre, path: str) -> None:
    for who in ("wall", "department"):
        assert (await (await centre.console(who)).get(f"measures{path}")).status_code == 403
    for who in ("dispatcher", "duty_leader", "supervisor", "administrator"):
        answer = await (await centre.console(who)).get(f"measures{path}")
        assert answer.status_code == 200, answer.text
    async with httpx.AsyncClient(
        base_url=f"{centre.url}/api/", trust_env=False, timeout=120
    ) as stranger:
        assert (await stranger.get(f"measures{path}")).status_code == 401


async def test_an_account_measures_its_own_areas_alone(centre: Centre) -> None:
    mine = (await ask(centre, "", "dispatcher_west")).json()
    whole = (await ask(centre, "")).json()
    west = next(row for row in whole["byArea"] if row["key"] == WEST)
    assert mine["total"] == west["figures"]
    assert whole["total"]["reported"] > mine["total"]["reported"]
    assert [row["key"] for row in mine["byArea"]] == [WEST + "001"]
    for path in ("", "/cases", "/warnings"):
        asked = await ask(centre, path, "dispatcher_west", area=EAST, figure="reported")
        assert asked.status_code == 404
    listed = (await ask(centre, "/cases", "dispatcher_west", figure="reported")).json()
    assert listed["total"] == mine["total"]["reported"]


async def test_every_row_leads_to_its_cases_by_the_same_query(centre: Centre) -> None:
    measures = (await ask(centre, "")).json()
    for dimension, rows in (("area", "byArea"), ("class", "byClass"), ("source", "bySource")):
        for row in measures[rows]:
            narrowed = {dimension: row["key"]} if row["key"] else {"nobody": dimension}
            listed = (await ask(centre, "/cases", figure="reported", **narrowed)).json()
            assert listed["total"] == row["figures"]["reported"] > 0
    late = (await ask(centre, "/cases", figure="late")).json()
    assert [each["code"] for each in late["cases"]] == ["C09200"]
    void = (await ask(centre, "/cases", figure="void")).json()
    assert (void["total"], measures["total"]["void"]) == (1, 1)


async def test_a_rise_is_flagged_where_it_is_with_its_sources(centre: Centre) -> None:
    found = (await ask(centre, "/warnings")).json()
    assert found["weeks"] == 8
    (west,) = [each for each in found["warnings"] if each["areaCode"] == WEST]
    assert (west["classCode"], west["count"], west["mean"]) == ("06", 12, 1.0)
    assert {each["source"]: each["count"] for each in west["sources"]} == {"own": 1, "hotline": 11}
    assert west["subClasses"][0]["classCode"] == "0603"
    assert EAST not in {each["areaCode"] for each in found["warnings"]}
    assert west["q"] <= 0.05


async def test_with_few_weeks_on_record_nothing_is_flagged(centre: Centre) -> None:
    early = str(TODAY - timedelta(days=40))
    found = (await ask(centre, "/warnings", until=early)).json()
    assert found["weeks"] < found["weeksNeeded"]
    assert found["warnings"] == []


async def test_workbook_has_a_sheet_of_every_kind_with_the_same_numbers(centre: Centre) -> None:
    answer = await ask(centre, "/export.xlsx")
    measures = (await ask(centre, "")).json()
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    names = ["区域", "职能组", "人员", "类别", "来源", "逐日", "预警", "口径"]
    assert book.sheet_names == names
    total = book.get_sheet_by_name("区域").to_python()[3]
    assert total[1:4] == ["合计", measures["total"]["reported"], measures["total"]["accepted"]]
    warned = book.get_sheet_by_name("预警").to_python()
    assert any("12345 11 件" in str(line[5]) for line in warned[3:])


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"period": "year"}, "period"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "lies before"),
        ({"from": "2020-01-01", "to": "2026-01-01"}, "more than"),
    ],
)
async def test_what_is_no_period_is_refused(
    centre: Centre, query: dict[str, str], reason: str
) -> None:
    answer = await ask(centre, "", **query)
    assert answer.status_code == 422
    assert reason in answer.text


async def test_periods_begin_and_end_with_the_days_of_the_packs_zone(centre: Centre) -> None:
    console = await centre.console("supervisor")

    async def days(period: str, on: str) -> tuple[str, str]:
        body = (await console.get("measures", params={"period": period, "on": on})).json()
        return body["firstDay"], body["lastDay"]

    assert await days("week", "2026-10-08") == ("2026-10-05", "2026-10-11")
    assert await days("month", "2026-02-10") == ("2026-02-01", "2026-02-28")
    assert await days("half_year", "2026-12-31") == ("2026-07-01", "2026-12-31")
    assert await days("day", "2026-10-08") == ("2026-10-08", "2026-10-08")


async def test_unknown_group_and_area_are_not_there(centre: Centre) -> None:
    assert (await ask(centre, "", group="nobody")).status_code == 404
    assert (await ask(centre, "", area="1")).status_code == 404


async def test_an_open_case_keeps_the_pack_version_it_was_opened_under(
    district: Any, tmp_path: Path
) -> None:
    """A changed pack (other limits, another workflow) counts for new cases alone."""
    shipped = load_pack("xingdian")
    changed = tmp_path / "xingdian.toml"
    text = shipped.text.replace(f'version = "{shipped.version}"', 'version = "2099.1"')
    text = text.replace("due = { hours = 4 }", "due = { hours = 1 }")
    steps = 'steps = ["reported", "accepted", "rejected", "merged", "dispatched", "handling"'
    assert '"handled", "verified", "closed"' in text
    text = text.replace('"handled", "verified", "closed"', '"handled", "closed"')
    assert steps in text
    changed.write_text(text, encoding="utf-8")
    async with running_centre(district) as before:
        old = await before.open_incident(classCode="02")
    async with running_centre(district, pack=str(changed)) as after:
        new = await after.open_incident(classCode="02")
        assert (old["packVersion"], new["packVersion"]) == (shipped.version, "2099.1")
        console = await after.console()
        kept = (await console.get(f"incidents/{old['id']}")).json()
        assert (kept["dueAt"], kept["packVersion"]) == (old["dueAt"], shipped.version)
        assert new["dueAt"] != old["dueAt"]
        ends = [await _worked(after, each) for each in (kept, new)]
        assert "verified" in ends[0]["allowed"] and "closed" not in ends[0]["allowed"]  # noqa: PT018
        assert "closed" in ends[1]["allowed"] and "verified" not in ends[1]["allowed"]  # noqa: PT018


async def _worked(centre: Centre, incident: dict[str, Any]) -> dict[str, Any]:
    """The case once it was handled, as the supervisor finds it."""
    console = await centre.console()
    for to in ("accepted", "handling", "handled"):
        body = {"to": to, "version": incident["version"], "reason": "已到现场"}
        path = f"incidents/{incident['id']}/transitions"
        answer = await console.post(path, json=body)
        assert answer.status_code == 200, answer.text
        incident = answer.json()
    supervisor = await centre.console("supervisor")
    return dict((await supervisor.get(f"incidents/{incident['id']}")).json())
