"""Files over HTTP and from the command line: all of a file or nothing."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import shapely
import xlsxwriter
from small_district import GRIDS, RunningServer, district, feature, square

from console_server.areas.commands import EVER
from console_server.errors import Invalid
from console_server.imports.commands import import_file
from console_server.imports.exports import export_file

ZONE = ZoneInfo("Asia/Shanghai")


def day(number: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant of November in the pack's zone."""
    return datetime(2026, 11, number, hour, minute, tzinfo=ZONE)


def upload(client: httpx.Client, kind: str, name: str, content: bytes) -> httpx.Response:
    return client.post(f"/api/{kind}/import", files={"file": (name, content)})


def workbook(rows: list[list[Any]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "remove_timezone": True}) as book:
        sheet = book.add_worksheet()
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell.replace(tzinfo=None), moment)
                else:
                    sheet.write(at, column, cell)
    return target.getvalue()


def geojson(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def counts(answer: httpx.Response) -> tuple[int, int, int]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["created"], body["updated"], body["unchanged"]


def test_importing_the_same_areas_again_changes_nothing(server: RunningServer) -> None:
    before = server.rows("SELECT count(*) FROM area_boundaries")
    with server.signed_in("admin") as client:
        answer = upload(client, "areas", "areas.geojson", json.dumps(district()).encode())
    assert counts(answer) == (0, 0, 7)
    assert server.rows("SELECT count(*) FROM area_boundaries") == before


def test_a_moved_border_begins_now_and_ends_the_one_before(server: RunningServer) -> None:
    moved = district()
    left, right = (f for f in moved["features"] if f["properties"]["code"] in GRIDS[2:])
    left["geometry"]["coordinates"][0][1][0] = left["geometry"]["coordinates"][0][2][0] = 118.021
    right["geometry"]["coordinates"][0][0][0] = right["geometry"]["coordinates"][0][3][0] = 118.021
    right["geometry"]["coordinates"][0][4][0] = 118.021
    with server.signed_in("admin") as client:
        answer = upload(client, "areas", "moved.geojson", json.dumps(moved).encode())
        assert counts(answer) == (0, 2, 5)
        shown = client.get("/api/areas/grids.geojson").text
    assert "118.021" in shown
    versions = server.rows(
        "SELECT count(*), count(valid_to), max(valid_to) = max(valid_from)"
        " FROM area_boundaries JOIN areas USING (area_id) WHERE code = %s",
        GRIDS[2],
    )
    assert versions == [(2, 1, True)]
    with server.signed_in("admin") as client:
        upload(client, "areas", "areas.geojson", json.dumps(district()).encode())


def borders_of(server: RunningServer, code: str) -> list[tuple[datetime, datetime | None, float]]:
    """Each version: from, to, and how far east it reaches."""
    rows = server.rows(
        "SELECT valid_from, valid_to, wkb FROM area_boundaries JOIN areas USING (area_id)"
        " WHERE code = %s ORDER BY valid_from",
        code,
    )
    return [(start, end, shapely.from_wkb(bytes(wkb)).bounds[2]) for start, end, wkb in rows]


def with_border_at(east: float, since: str | None) -> bytes:
    """The district with the border between the last two grids moved, since an instant."""
    moved = district()
    left, right = (f for f in moved["features"] if f["properties"]["code"] in GRIDS[2:])
    for each in (left, right):
        each["properties"]["valid_from"] = since
    left["geometry"]["coordinates"][0][1][0] = left["geometry"]["coordinates"][0][2][0] = east
    for corner in (0, 3, 4):
        right["geometry"]["coordinates"][0][corner][0] = east
    return json.dumps(moved).encode()


def test_a_border_holds_since_the_time_that_the_file_says(server: RunningServer) -> None:
    said = [  # what a file says, and the versions of the left grid then: since when, how far east
        (118.021, "2026-11-02", [(EVER, 118.02), (day(2), 118.021)]),
        (
            118.022,
            "2026/11/5 12:30",
            [(EVER, 118.02), (day(2), 118.021), (day(5, 12, 30), 118.022)],
        ),
        (
            118.023,
            "2026-11-03T08:00:00+08:00",
            [(EVER, 118.02), (day(2), 118.021), (day(3, 8), 118.023)],
        ),
        (118.021, "2026年11月2日", [(EVER, 118.02), (day(2), 118.021)]),
        (118.02, "一直", [(EVER, 118.02)]),
    ]
    with server.signed_in("admin") as client:
        for east, since, versions in said:
            assert counts(upload(client, "areas", "a.geojson", with_border_at(east, since))) == (
                (0, 2, 5)
            )
            again = upload(client, "areas", "a.geojson", with_border_at(east, since))
            assert counts(again) == (0, 0, 7)
            found = borders_of(server, GRIDS[2])
            assert [(start, east) for start, _, east in found] == versions
            ends = [end for _, end, _ in found]
            assert ends == [*(start for start, _ in versions[1:]), None]


@pytest.mark.parametrize("since", ["soon", "2026-13-01", "2026-11-02 25:00", "2199-01-01"])
def test_a_time_that_is_none_or_lies_ahead_is_named(server: RunningServer, since: str) -> None:
    before = server.rows("SELECT count(*) FROM area_boundaries")
    with server.signed_in("admin") as client:
        answer = upload(client, "areas", "a.geojson", with_border_at(118.021, since))
    assert answer.status_code == 422
    assert since in answer.text
    assert server.rows("SELECT count(*) FROM area_boundaries") == before


def held(server: RunningServer) -> list[tuple[str, datetime, datetime | None]]:
    """Which grids the worker W9 had, from, to."""
    return [
        (code, start, end)
        for code, start, end in server.rows(
            "SELECT a.code, g.valid_from, g.valid_to FROM worker_grids g JOIN areas a"
            " USING (area_id) JOIN workers w USING (worker_id) WHERE w.code = 'W9'"
            " ORDER BY g.valid_from, a.code"
        )
    ]


def test_grids_and_posts_are_a_workers_since_the_time_that_the_file_says(
    server: RunningServer,
) -> None:
    left, right = GRIDS[:2]
    said: list[tuple[str, str, str, tuple[int, int, int], list[Any]]] = [
        (left, "巡查", "", (1, 0, 0), [(left, EVER, None)]),
        (right, "巡查", "2026-11-05", (0, 1, 0), [(left, EVER, day(5)), (right, day(5), None)]),
        (right, "巡查", "2026-11-05", (0, 0, 1), [(left, EVER, day(5)), (right, day(5), None)]),
        (right, "巡查", "", (0, 0, 1), [(left, EVER, day(5)), (right, day(5), None)]),
        (
            f"{left}、{right}",
            "组长",
            "2026-11-03 12:00",
            (0, 1, 0),
            [(left, EVER, None), (right, day(3, 12), None)],
        ),
        (left, "", "always", (0, 1, 0), [(left, EVER, None)]),
    ]
    with server.signed_in("admin") as client:
        for grids, post, since, expected, holdings in said:
            table = f"工号,姓名,网格,岗位,生效日期\nW9,赵九,{grids},{post},{since}\n"
            assert counts(upload(client, "workers", "w.csv", table.encode())) == expected
            assert held(server) == holdings
    posts = "SELECT count(*) FROM worker_posts JOIN workers USING (worker_id) WHERE code = 'W9'"
    assert server.rows(posts) == [(0,)]


def test_all_faults_of_a_file_are_told_at_once_and_nothing_changes(server: RunningServer) -> None:
    before = server.rows("SELECT count(*) FROM areas")
    bad = geojson(
        feature("12", "grid", "320111011001", square(119.0, 32.0)),
        feature("320111011001009", "grid", "nowhere", square(119.1, 32.0)),
        feature("320111011001008", "grid", "320111011001", square(32.0, 118.0)),
        feature("320111011001007", "grid", "320111011001"),
        feature("320111011003", "community", "320111011001001"),
        feature("x/y", "village", None),
    )
    with server.signed_in("admin") as client:
        answer = upload(client, "areas", "bad.geojson", bad)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid")
    told = "\n".join(problem["errors"])
    for row in range(1, 7):
        assert f"bad.geojson 第 {row} 行 (row {row}): " in told
    for reason in ("must match", "no such parent nowhere", "swapped", "needs a border", "none of"):
        assert reason in told
    assert server.rows("SELECT count(*) FROM areas") == before


def test_overlaps_and_gaps_are_told_with_place_and_size(server: RunningServer) -> None:
    overlapping = district()
    wide = next(f for f in overlapping["features"] if f["properties"]["code"] == GRIDS[0])
    wide["geometry"] = square(118.01, 32.01, 0.012)
    with server.signed_in("admin") as client:
        answer = upload(client, "areas", "wide.geojson", json.dumps(overlapping).encode())
    told = answer.json()["errors"]
    assert answer.status_code == 422
    assert any(f"{GRIDS[0]} / {GRIDS[1]} 重叠" in line and "m² at 118.0" in line for line in told)


def test_workers_come_in_from_excel_as_people_keep_them(server: RunningServer) -> None:
    rows = [
        ["工号", "姓名", "类别", "手机号", "网格", "技能", "备注"],
        ["W10", "赵十", "专职", 13900000010, f"{GRIDS[0]}；{GRIDS[1]}", "急救、消防", "新"],
        [11, "钱十一", "志愿者", "", int(GRIDS[2]), "", ""],
    ]
    with server.signed_in("admin") as client:
        assert counts(upload(client, "workers", "人员.xlsx", workbook(rows))) == (2, 0, 0)
        assert counts(upload(client, "workers", "人员.xlsx", workbook(rows))) == (0, 0, 2)
        rows[1][1] = "赵拾"
        rows[1][4] = GRIDS[1]
        assert counts(upload(client, "workers", "人员.xlsx", workbook(rows))) == (0, 1, 1)
        found = {worker["code"]: worker for worker in client.get("/api/workers").json()}
    assert found["W10"]["name"] == "赵拾"
    assert found["W10"]["gridCodes"] == [GRIDS[1]]
    assert found["W10"]["phone"] == "13900000010"
    assert found["W10"]["skills"] == ["急救", "消防"]
    assert (found["11"]["kind"], found["11"]["gridCodes"]) == ("volunteer", [GRIDS[2]])


def test_a_worker_table_in_gb18030_is_read_and_its_faults_are_named(server: RunningServer) -> None:
    table = "工号,姓名,类别,电话,网格,职能组\nW20,孙,专业,x,999,无\n,无名,,,,\nW20,周,,,,\n"
    with server.signed_in("admin") as client:
        answer = upload(client, "workers", "名册.csv", table.encode("gb18030"))
        headless = upload(client, "workers", "名册.csv", b"a,b\n1,2\n")
    told = "\n".join(answer.json()["errors"])
    for reason in ("类别“专业”未知", "电话“x”无效", "网格 999 不存在", "职能组“无”不存在"):
        assert f"名册.csv 第 2 行 (row 2): {reason}" in told
    assert "第 3 行 (row 3): 缺少工号或姓名" in told
    assert "第 4 行 (row 4): 工号 W20 重复" in told
    assert "缺少列 工号/code" in headless.json()["errors"][0]
    assert server.rows("SELECT count(*) FROM workers WHERE code = 'W20'") == [(0,)]


def test_shifts_are_of_the_packs_time_zone_and_must_not_overlap(server: RunningServer) -> None:
    begin, end = datetime(2026, 12, 1, 8, 30, tzinfo=UTC), datetime(2026, 12, 1, 17, tzinfo=UTC)
    good = workbook([["工号", "开始时间", "结束时间", "类型"], ["W1", begin, end, "巡查"]])
    clash = "worker,starts_at,ends_at,kind\nW1,2026-12-01 16:00,2026-12-01 20:00,night\n"
    twice = (
        "worker,starts_at,ends_at\nW2,2026/12/1 8:00,2026/12/1 12:00\n"
        "W2,2026-12-01T11:00+08:00,2026-12-01T13:00+08:00\nW9,never,2026-12-01\n"
    )
    with server.signed_in("admin") as client:
        assert counts(upload(client, "shifts", "班表.xlsx", good)) == (1, 0, 0)
        assert counts(upload(client, "shifts", "班表.xlsx", good)) == (0, 0, 1)
        planned = client.get("/api/shifts", params={"date": "2026-12-01"}).json()
        with_stored = upload(client, "shifts", "clash.csv", clash.encode()).json()
        within = upload(client, "shifts", "twice.csv", twice.encode()).json()
    assert [(s["startsAt"], s["kind"]) for s in planned] == [("2026-12-01T00:30:00Z", "patrol")]
    assert "已有班次" in with_stored["errors"][0]
    assert any("row 3" in line and "row 2" in line for line in within["errors"])
    assert any("no date with a time" in line for line in within["errors"])
    assert server.rows("SELECT count(*) FROM shifts") == [(1,)]
    assert server.rows("SELECT count(*) FROM dirty_days WHERE day = '2026-12-01'") == [(1,)]


def test_checkpoints_must_lie_in_their_grid(server: RunningServer) -> None:
    table = f"编号,名称,网格,经度,纬度,半径\nC1,岗亭,{GRIDS[0]},118.015,32.015,25\n"
    far = f"编号,名称,网格,经度,纬度\nC2,别处,{GRIDS[0]},118.5,32.015\nC3,反,{GRIDS[0]},32,118\n"
    with server.signed_in("admin") as client:
        assert counts(upload(client, "checkpoints", "c.csv", table.encode())) == (1, 0, 0)
        refused = upload(client, "checkpoints", "far.csv", far.encode()).json()["errors"]
        shown = client.get("/api/checkpoints").json()
    assert ["does not lie" in line for line in refused] == [True, False]
    assert "swapped" in refused[1]
    assert [(c["code"], c["radiusM"], c["areaCode"]) for c in shown] == [("C1", 25.0, GRIDS[0])]


def test_the_base_map_is_served_once_a_version(server: RunningServer) -> None:
    road = {"type": "LineString", "coordinates": [[118.01, 32.01], [118.02, 32.02]]}
    layer = {"type": "Feature", "properties": {"layer": "street", "name": "路"}, "geometry": road}
    with server.signed_in("admin") as client:
        assert counts(upload(client, "basemap", "map.geojson", geojson(layer))) == (1, 0, 0)
        assert counts(upload(client, "basemap", "map.geojson", geojson(layer))) == (0, 0, 1)
        answer = client.get("/api/basemap.geojson")
        again = client.get(
            "/api/basemap.geojson", headers={"If-None-Match": answer.headers["etag"]}
        )
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-encoding"] == "gzip"
    assert [f["properties"] for f in answer.json()["features"]] == [
        {"name": "路", "layer": "street"}
    ]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"PK\x03\x04broken", b"[]", b'"x"', b"null"])
@pytest.mark.parametrize("kind", ["areas", "workers", "basemap"])
def test_files_that_are_no_files_are_refused_kindly(
    server: RunningServer, kind: str, content: bytes
) -> None:
    with server.signed_in("admin") as client:
        answer = upload(client, kind, "broken", content)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_what_is_exported_comes_in_again_unchanged(server: RunningServer, tmp_path: Path) -> None:
    for kind, name in (("areas", "a.geojson"), ("workers", "w.xlsx"), ("workers", "w.csv")):
        path = tmp_path / name
        written = export_file(server.owner_url, kind, path)
        report = import_file(server.owner_url, kind, path)  # type: ignore[arg-type]
        assert (report.created, report.updated, report.unchanged) == (0, 0, written)
        assert written > 0


def test_the_command_line_is_refused_with_the_same_words(
    server: RunningServer, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("code,name\nX,\n")
    with pytest.raises(Invalid) as refused:
        import_file(server.owner_url, "workers", path)
    assert refused.value.errors[0].startswith("bad.csv")
