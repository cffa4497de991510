"""Cases of another system taken over from a file: all or nothing, and once."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from live_centre import IN_WEST, WEST, seed

from console_server.command_line.cases import verify_files
from console_server.errors import Invalid
from console_server.imports.commands import import_file
from console_server.incidents.incident import MOVES, Status
from console_server.packs.pack import load_pack
from console_server.packs.store import ensure_pack

PACK = load_pack("xingdian")
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)


def row(ticket: str, **changes: str) -> dict[str, str]:
    """A closed case that a worker dealt with, an hour from end to end."""
    steps = (*("上报时间", "受理时间", "派单时间", "接单时间", "到场时间", "处置时间", "结案时间"),)
    times = {name: str(START + timedelta(minutes=10 * at)) for at, name in enumerate(steps)}
    given = {"工单号": ticket, "来源": "12345", "类别": "垃圾乱堆", "标题": "垃圾桶满溢"}
    place = {"经度": str(IN_WEST[0]), "纬度": str(IN_WEST[1])}
    return given | times | place | {"处置人": "11"} | changes


def written(folder: Path, rows: list[dict[str, str]]) -> Path:
    names = list(dict.fromkeys(name for each in rows for name in each))
    held = io.StringIO()
    writer = csv.DictWriter(held, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "incidents.csv"
    path.write_text(held.getvalue(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def url(timescale_database: Any) -> str:
    seed(timescale_database.owner_url)
    return str(timescale_database.owner_url)


def take(url: str, folder: Path, *rows: dict[str, str]) -> Any:
    return import_file(url, "incidents", written(folder, list(rows)), PACK)


def stored(url: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[call-overload,no-any-return]


def test_a_closed_case_comes_with_its_whole_file_and_its_order(url: str, tmp_path: Path) -> None:
    assert take(url, tmp_path, row("T1", 首次处置时间="", 返工时间="")).created == 1
    ((status, client_id, area, due_at, handled_at, version),) = stored(
        url,
        "SELECT i.status, client_id, a.code, due_at, handled_at, version FROM incidents i"
        " JOIN areas a USING (area_id) WHERE client_id = %s",
        "12345:T1",
    )
    assert (status, area) == ("closed", WEST + "001")
    assert due_at > START
    assert handled_at == START + timedelta(minutes=50)
    events = stored(
        url,
        "SELECT e.kind, e.body ->> 'from', e.body ->> 'to', e.at FROM incident_events e"
        " JOIN incidents USING (incident_id) WHERE client_id = %s ORDER BY e.version",
        client_id,
    )
    assert len(events) == version
    moves = [(Status(a), Status(b)) for kind, a, b, _ in events if kind == "status"]
    assert all(each in MOVES for each in moves)
    assert [b for _, b in moves][-1] == Status.CLOSED
    assert [at for *_, at in events] == sorted(at for *_, at in events)
    dispatch = stored(url, "SELECT status, on_scene_at - ordered_at FROM dispatches")
    assert dispatch == [("cleared", timedelta(minutes=20))]


def test_the_same_file_again_changes_nothing(url: str, tmp_path: Path) -> None:
    assert take(url, tmp_path, row("T2"), row("T2", 来源="信访")).created == 2
    again = take(url, tmp_path, row("T2", 标题="别的标题"), row("T3"))
    assert (again.created, again.unchanged) == (1, 1)
    titles = stored(url, "SELECT title FROM incidents WHERE client_id = '12345:T2'")
    assert titles == [("垃圾桶满溢",)]


def test_every_case_file_proves_itself(url: str, tmp_path: Path, capsys: Any) -> None:
    rework = {"首次处置时间": str(START + timedelta(minutes=42))}
    rework |= {"返工时间": str(START + timedelta(minutes=45)), "原因": "现场未清理干净"}
    take(url, tmp_path, row("T4", **rework))
    verify_files(url)  # raises where the file does not tell what the tables have
    assert "case files" in capsys.readouterr().out
    whole = stored(
        url, "SELECT count(*) FROM incident_events WHERE kind = 'opened' AND NOT body ? 'state'"
    )
    assert whole == [(0,)]
    moves = stored(
        url,
        "SELECT e.body ->> 'to' FROM incident_events e JOIN incidents USING (incident_id)"
        " WHERE client_id = '12345:T4' AND e.kind = 'status' ORDER BY e.version",
    )
    assert ("rework",) in moves


def test_open_and_refused_cases_come_as_they_stand(url: str, tmp_path: Path) -> None:
    nothing = dict.fromkeys(
        ("派单时间", "接单时间", "到场时间", "处置时间", "结案时间", "处置人"), ""
    )
    refused = nothing | {"受理时间": "", "状态": "不予受理", "原因": "不属本辖区"}
    refused["结案时间"] = later = str(START + timedelta(hours=1))
    report = take(
        url,
        tmp_path,
        row("T5", **nothing, 状态="已受理"),
        row("T6", **nothing, 状态="待受理") | {"受理时间": ""},
        row("T7", **refused),
        row("T9", **nothing, 状态="挂账", 挂账时间=later, 原因="待部件到货"),
        row("T10", **nothing, 状态="挂账", 挂账时间=later, 时限=str(START)),
    )
    assert report.created == 5
    found = dict(stored(url, "SELECT client_id, status FROM incidents WHERE title <> 'x'"))
    ends = ["accepted", "reported", "rejected", "suspended"]
    assert [found[f"12345:T{n}"] for n in (5, 6, 7, 9)] == ends
    stands = stored(
        url,
        "SELECT stopped_at, warn_at, overdue_at FROM incidents WHERE client_id = ANY(%s)"
        " ORDER BY client_id DESC",
        ["12345:T9", "12345:T10"],  # the second was late when it was suspended
    )
    stopped_at = START + timedelta(hours=1)
    assert stands == [(stopped_at, None, None), (stopped_at, None, START)]
    told = stored(url, "SELECT count(*) FROM outbox WHERE target = 'incident'")
    assert told == [(4,)]  # consoles hear of the open ones
    verify_files(url)


def test_codes_go_on_from_those_of_the_day(url: str, tmp_path: Path) -> None:
    take(url, tmp_path, row("T8"))
    codes = [each for (each,) in stored(url, "SELECT code FROM incidents ORDER BY code")]
    assert len(set(codes)) == len(codes)
    day = f"{START.astimezone(PACK.zone):%Y%m%d}"
    assert sorted(codes) == [f"{day}-{n:04d}" for n in range(1, len(codes) + 1)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"工单号": ""}, "工单号为空"),
        ({"来源": "传真"}, "来源“传真”不存在"),
        ({"类别": "不存在的类"}, "类别“不存在的类”不存在"),
        ({"处置人": "99"}, "处置人“99”不存在"),
        ({"职能组": "没有"}, "职能组“没有”不存在"),
        ({"上报时间": "昨天"}, "时间“昨天”无法识别"),
        ({"结案时间": str(START - timedelta(days=1))}, "结案时间早于处置时间"),
        ({"结案时间": str(START + timedelta(days=30))}, "结案时间在将来"),
        ({"处置时间": ""}, "该状态缺少处置时间"),
        ({"状态": "已受理"}, "该状态不应有结案时间"),
        ({"挂账时间": str(START + timedelta(minutes=15))}, "该状态不应有挂账时间"),
        ({"返工时间": str(START + timedelta(minutes=45))}, "应同时填写"),
        ({"经度": "东经"}, "经纬度不是数字"),
        ({"经度": "32.0", "纬度": "118.5"}, "经度在前"),
        ({"等级": "9"}, "等级“9”"),
        ({"网格": "123"}, "网格“123”不存在"),
    ],
)
def test_faulty_row_is_named_and_nothing_is_taken(
    url: str, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    before = stored(url, "SELECT count(*) FROM incidents")
    with pytest.raises(Invalid) as refused:
        take(url, tmp_path, row("T100"), row("T101", **changes))
    assert any("row 3" in line and reason in line for line in refused.value.errors)
    assert stored(url, "SELECT count(*) FROM incidents") == before


async def test_packs_groups_are_known(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await ensure_pack(connection, PACK)
    found = stored(url, "SELECT count(*) FROM incidents WHERE group_id IS NOT NULL")
    assert found[0][0] > 0
