"""The recommendation on a street network: imported, in force at once, filtered, honest."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from live_centre import Centre, running_centre, seed, until

from console_server.errors import Invalid
from console_server.imports.commands import import_file

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A river runs through the western grid, with one bridge in the south (degrees; 0.001 is ~100 m).
BANKS: list[tuple[dict[str, str], list[list[float]]]] = [
    ({"highway": "residential", "name": "西岸路"}, [[118.503, 32.0005], [118.503, 32.0095]]),
    ({"highway": "residential", "name": "东岸路"}, [[118.505, 32.0005], [118.505, 32.0095]]),
    ({"highway": "footway", "footway": "crossing"}, [[118.503, 32.0005], [118.505, 32.0005]]),
    ({"highway": "motorway"}, [[118.503, 32.0095], [118.505, 32.0095]]),
]


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    with psycopg.connect(timescale_database.owner_url) as connection:
        connection.execute("UPDATE workers SET skills = '{电工}' WHERE code = '12'")
    return timescale_database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(district: Any) -> AsyncIterator[Centre]:
    async with running_centre(district) as running:
        for worker in ("11", "12", "21"):
            await running.enrol(worker)
        yield running


def streets_file(folder: Path, ways: list[tuple[dict[str, str], list[list[float]]]]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": tags,
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for tags, line in ways
    ]
    path = folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


async def imported(district: Any, path: Path, **options: Any) -> Any:
    return await asyncio.to_thread(import_file, district.owner_url, "streets", path, **options)


async def recommended(centre: Centre, incident: dict[str, Any], **params: Any) -> dict[str, Any]:
    console = await centre.console()
    answer = await console.get(f"incidents/{incident['id']}/recommendations", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_worker_over_the_river_is_near_by_air_and_far_on_foot(
    centre: Centre, district: Any, open_tmp: Path
) -> None:
    await centre.place("11", 118.503, 32.008)  # 190 m by air, over the bridge nearly two km
    await centre.place("12", 118.505, 32.004)  # 450 m along the bank
    incident = await centre.open_incident(lon=118.505, lat=32.008)
    by_air = await until_candidates(centre, incident, 2)
    assert [each["workerId"] for each in by_air] == [centre.workers["11"], centre.workers["12"]]
    assert {each["travelBy"] for each in by_air} == {"straight"}
    path = streets_file(open_tmp, BANKS)
    report = await imported(district, path, valkey_url=centre.settings.valkey_url)
    assert (report.created, report.unchanged) == (3, 0)  # nobody walks on a motorway
    again = await imported(district, path)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)

    async def on_foot() -> Any:
        found = (await recommended(centre, incident))["candidates"]
        return found if found[0]["travelBy"] == "streets" else None

    first, second = await until(on_foot)
    assert (first["workerId"], second["workerId"]) == (centre.workers["12"], centre.workers["11"])
    assert first["travelS"] == pytest.approx(445 / 1.3, rel=0.02)
    assert second["travelS"] == pytest.approx((2 * 834 + 189) / 1.3 + 10, rel=0.02)
    assert second["reasons"][0] == {"code": "distance", "values": {"distanceM": 189}}


async def test_a_filter_narrows_who_is_named_and_says_when_nobody_is_left(centre: Centre) -> None:
    incident = await centre.open_incident(lon=118.505, lat=32.008)
    await until_candidates(centre, incident, 2)
    named = (await recommended(centre, incident, skill="电工"))["candidates"]
    assert [each["workerId"] for each in named] == [centre.workers["12"]]
    assert named[0]["skills"] == ["电工"]
    near = (await recommended(centre, incident, maxMinutes=10))["candidates"]
    assert [each["workerId"] for each in near] == [centre.workers["12"]]
    nobody = await recommended(centre, incident, group="zhian")
    assert (nobody["candidates"], nobody["none"]["code"]) == ([], "nobody_wanted")
    console = await centre.console()
    path = f"incidents/{incident['id']}"
    sent = await console.post(f"{path}/dispatches", json={"workerId": centre.workers["12"]})
    assert sent.status_code == 201, sent.text
    await centre.settled()
    other = await centre.open_incident(lon=118.505, lat=32.008)

    async def busy() -> bool:
        found = (await recommended(centre, other, onlyFree=True))["candidates"]
        return [each["workerId"] for each in found] == [centre.workers["11"]]

    await until(busy)
    bad = await console.get(f"{path}/recommendations", params={"maxMinutes": 0})
    assert bad.status_code == 400


async def test_who_just_cleared_an_order_or_goes_home_soon_is_said(centre: Centre) -> None:
    await centre.place("21", 118.505, 32.006)
    await centre.query("DELETE FROM shifts")
    await centre.query(
        "INSERT INTO shifts (worker_id, starts_at, ends_at) VALUES"
        " (%s, now() - interval '4 h', now() + interval '10 min'),"
        " (%s, now() - interval '4 h', now() + interval '10 min'),"
        " (%s, now() + interval '9 min', now() + interval '4 h')",
        *(centre.workers[code] for code in ("21", "11", "11")),
    )
    incident = await centre.open_incident(lon=118.505, lat=32.008)
    await centre.query(
        "INSERT INTO dispatches (dispatch_id, incident_id, worker_id, status, ordered_at,"
        " cleared_at, ended_at) VALUES (gen_random_uuid(), %s, %s, 'cleared',"
        " now() - interval '1 h', now() - interval '2 min', now() - interval '2 min')",
        incident["id"],
        centre.workers["11"],
    )
    found = await until_candidates(centre, incident, 3)
    codes = {each["workerId"]: {why["code"] for why in each["reasons"]} for each in found}
    assert "shift_ends" in codes[centre.workers["21"]]
    assert "resting" in codes[centre.workers["11"]]
    assert "shift_ends" not in codes[centre.workers["11"]]  # the next shift goes on from it


async def test_a_file_without_ways_changes_nothing(
    centre: Centre, district: Any, open_tmp: Path
) -> None:
    empty = streets_file(open_tmp, [({"highway": "motorway"}, [[118.5, 32.0], [118.51, 32.0]])])
    with pytest.raises(Invalid):
        await imported(district, empty)
    rows = await centre.query("SELECT ways, (SELECT count(*) FROM street_ways) FROM street_network")
    assert rows == [(3, 3)]


async def until_candidates(
    centre: Centre, incident: dict[str, Any], count: int
) -> list[dict[str, Any]]:
    async def enough() -> Any:
        found = (await recommended(centre, incident))["candidates"]
        return found if len(found) >= count else None

    return list(await until(enough))
