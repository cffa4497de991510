"""Verdicts from the stored record: past days, late data, the running day, orders, who may look."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attendance_record import (
    INSIDE,
    OUTSIDE,
    ZONE,
    Record,
    at,
    standing,
    wait_until,
    walking,
    yesterday,
)
from python_calamine import CalamineWorkbook
from small_district import RunningServer

from console_server.command_line.attendance import verify_verdicts
from console_server.command_line.speaking import Failure
from console_server.imports.exports import export_file


def test_past_day_is_judged_and_kept_with_its_evidence(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(standing(OUTSIDE, at(day, "09:00"), at(day, "10:59")))
    record.fixes(standing(INSIDE, at(day, "11:00"), at(day, "12:00")))
    final, summary, input_hash = record.wait_for_verdict(day)
    shown = record.day(day)
    assert final
    assert not shown["provisional"]
    assert shown["inputHash"] == input_hash
    assert (shown["workS"], shown["plannedS"]) == (10800.0, 10800.0)
    # A straight line from one place to the other crosses the border two thirds of the way.
    assert shown["insideS"] == pytest.approx(3600 + 60 / 3, abs=0.01)
    assert summary["inside_s"] == shown["insideS"]
    assert shown["inGrid"]["outcome"] == "met"
    assert shown["inGrid"]["lower"] == shown["inGrid"]["upper"]
    assert [stay["judgement"] for stay in shown["stays"]] == ["outside", "inside"]
    assert sum(_length_s(stay) for stay in shown["stays"]) == 10800


def test_planned_day_without_any_fix_is_undecided_and_on_the_board(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    final, summary, _ = record.wait_for_verdict(day)
    shown = record.day(day)
    assert final
    assert shown["inGrid"] == {
        "lower": 0.0,
        "upper": 1.0,
        "required": pytest.approx(1 / 3),
        "outcome": "undecided",
    }
    assert [(stay["judgement"], stay["cause"]) for stay in shown["stays"]] == [
        ("unknown", "no_data")
    ]
    assert summary["patrols"]["outcome"] == "undecided"
    assert _board_codes(record, f"date={day}") == ["W1"]
    assert [row["provisional"] for row in _board(record, f"date={day}")] == [False]


def test_late_backlog_changes_the_verdict_and_the_change_is_listed(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(standing(INSIDE, at(day, "09:00"), at(day, "09:40")))
    before = record.wait_for_verdict(day)
    assert before[1]["in_grid"]["outcome"] == "undecided"
    query = "SELECT cause, before, after FROM attendance_changes ORDER BY change_id"
    earlier = len(record.server.rows(query))  # the shift may have been judged before its fixes
    record.fixes(walking(at(day, "09:41"), at(day, "12:00")))
    wait_until(lambda: (found := record.stored(day)) and found[2] != before[2])
    [(cause, was, becomes)] = record.server.rows(query)[earlier:]
    assert cause == "late_data"
    assert was == before[1]
    assert (becomes["in_grid"]["outcome"], becomes["patrols"]["outcome"]) == ("met", "met")


def test_what_happened_otherwise_than_known_reopens_a_day_that_is_final(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(standing(INSIDE, at(day, "09:00"), at(day, "09:45")))
    record.fixes(standing(OUTSIDE, at(day, "09:46"), at(day, "12:00")))
    assert record.wait_for_verdict(day)[1]["in_grid"]["outcome"] == "not_met"
    record.order(at(day, "10:00"), at(day, "11:30"))
    wait_until(lambda: (found := record.stored(day)) and found[1]["order_s"] == 5400.0)
    record.leave(at(day, "11:30"), at(day, "12:00"))
    wait_until(lambda: (found := record.stored(day)) and found[1]["leave_s"] == 1800.0)
    causes = record.server.rows("SELECT cause FROM attendance_changes ORDER BY change_id")
    assert causes[-1] == ("orders",)  # leave changed the figures, not the verdict
    with record.server.signed_in("supervisor") as client:
        listed = client.get("/api/attendance/changes").json()
    assert [listed["changes"][0][key] for key in ("workerCode", "cause")] == ["W1", "orders"]
    assert listed["changes"][0]["before"]["inGrid"]["outcome"] == "not_met"
    assert listed["changes"][0]["after"]["inGrid"]["outcome"] == "met"
    with record.server.signed_in("east") as client:
        assert client.get("/api/attendance/changes").json()["changes"] == []


def test_silence_during_an_outage_of_the_system_is_no_work_time(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(walking(at(day, "09:00"), at(day, "10:00")))
    record.wait_for_verdict(day)
    record.outage(at(day, "10:00"), at(day, "12:00"))
    wait_until(lambda: (found := record.stored(day)) and found[1]["outage_s"] > 0)
    shown = record.day(day)
    assert (shown["workS"], shown["outageS"], shown["unknownS"]) == (3600.0, 7200.0, 0.0)
    assert [stay["cause"] for stay in shown["stays"]] == [None, "outage"]
    assert shown["inGrid"] == {
        "lower": 1.0,
        "upper": 1.0,
        "required": pytest.approx(1 / 3),
        "outcome": "met",
    }


def test_arrival_in_pieces_gives_the_same_verdict_as_all_at_once(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    fixes = walking(at(day, "09:00"), at(day, "12:00"))
    for part in (fixes[60:120], fixes[::7], fixes[:80], fixes):
        record.fixes(part)
    record.wait_for_verdict(day)
    in_pieces = record.day(day)
    record.erase()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(fixes)
    record.wait_for_verdict(day)
    assert record.day(day) | {"computedAt": ""} == in_pieces | {"computedAt": ""}


def test_time_on_an_order_outside_leaves_the_work_time(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.order(at(day, "10:00"), at(day, "11:30"))
    record.fixes(standing(INSIDE, at(day, "09:00"), at(day, "09:45")))
    record.fixes(standing(OUTSIDE, at(day, "09:46"), at(day, "12:00")))
    shown = record.day(day)
    assert shown["orderS"] == 5400.0
    assert shown["workS"] == 5400.0
    assert shown["inGrid"]["outcome"] == "met"  # 45 of 90 minutes, not of 180
    assert "on_order" in {stay["judgement"] for stay in shown["stays"]}


def test_leave_is_no_work_time(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.leave(at(day, "08:00"), at(day, "13:00"))
    shown = record.day(day)
    assert (shown["workS"], shown["leaveS"]) == (0.0, 10800.0)
    assert [shown[rule]["outcome"] for rule in ("inGrid", "patrols", "twiceDaily")] == [None] * 3


def test_running_day_is_provisional_and_current(record: Record) -> None:
    now = datetime.now(UTC)
    start = max(now - timedelta(minutes=30), at(now.astimezone(ZONE).date(), "00:00"))
    record.shift(start, start + timedelta(hours=8))
    record.fixes(walking(start, now))
    shown = record.day(now.astimezone(ZONE).date())
    assert shown["provisional"]
    assert shown["plannedS"] <= (datetime.now(UTC) - start).total_seconds()
    assert shown["insideS"] > 0.9 * (now - start).total_seconds() - 120
    assert shown["patrols"]["outcome"] in {"met", "undecided"}
    wait_until(lambda: _board_codes(record, "") == ["W1"])
    assert [row["provisional"] for row in _board(record, "")] == [True]


def test_night_shift_belongs_to_the_day_it_begins_on(record: Record) -> None:
    day = yesterday() - timedelta(days=1)
    start, end = at(day, "22:00"), at(yesterday(), "02:00")
    record.shift(start, end, "night")
    record.duty(start, end)
    record.fixes(walking(start, end))
    final, summary, _ = record.wait_for_verdict(day)
    assert final
    assert summary["work_s"] == 4 * 3600
    assert summary["in_grid"]["lower"] == 1.0
    record.wait_for_verdict(yesterday())
    assert record.day(yesterday())["workS"] == 0.0
    with record.server.signed_in("supervisor") as client:
        table = client.get(f"/api/attendance/export.csv?month={yesterday():%Y-%m}").text
    assert f"{yesterday()}," not in table


def test_a_border_that_moved_at_noon_judges_each_half_by_its_own(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "15:00"))
    record.fixes(walking(at(day, "09:00"), at(day, "15:00")))
    moved = at(day, "12:00")
    grid = record.grid_id()
    worker = record.worker_id
    try:
        record.write(
            "UPDATE worker_grids SET valid_to = %s WHERE worker_id = %s", [(moved, worker)]
        )
        shown = record.day(day)
    finally:
        record.write(
            "UPDATE worker_grids SET valid_to = NULL WHERE worker_id = %s AND area_id = %s",
            [(worker, grid)],
        )
    assert shown["insideS"] == pytest.approx(3 * 3600, abs=61)
    assert shown["unknownS"] == 0


def test_month_is_exported_as_a_sheet_that_can_be_read(record: Record) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(walking(at(day, "09:00"), at(day, "12:00")))
    record.wait_for_verdict(day)
    with record.server.signed_in("supervisor") as client:
        answer = client.get(f"/api/attendance/export.xlsx?month={day:%Y-%m}")
        wrong = client.get("/api/attendance/export.xlsx?month=2026-13")
        table = client.get(f"/api/attendance/export.csv?month={day:%Y-%m}")
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert f"attendance-{day:%Y-%m}.xlsx" in answer.headers["content-disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["汇总", "月历", "每日明细"]
    rows = book.get_sheet_by_name("每日明细").to_python(skip_empty_area=False)
    lines = {row[1]: row for row in rows[3:] if row[0] == day}
    assert lines["W1"][2] == "王一"
    assert lines["W1"][13] == "达标"
    assert wrong.status_code == 422
    with record.server.signed_in("supervisor") as client:
        english = client.get(f"/api/attendance/export.xlsx?month={day:%Y-%m}&lang=en")
        unknown = client.get(f"/api/attendance/export.csv?month={day:%Y-%m}&lang=xx")
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(english.content)).sheet_names
    assert sheets == ["Summary", "Calendar", "Days"]
    assert "filename*=UTF-8''Attendance-" in english.headers["content-disposition"]
    assert unknown.status_code == 400
    header, *plain = table.content.decode("utf-8-sig").splitlines()
    assert header.startswith("日期,工号,姓名,网格")
    line = next(each for each in plain if each.startswith(f"{day},W1"))
    assert "达标" in line


def test_every_kept_day_goes_out_as_a_file(record: Record, tmp_path: Path) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.wait_for_verdict(day)
    target = tmp_path / "attendance.csv"
    assert export_file(record.server.owner_url, "attendance", target) == 1
    assert f"{day},W1,王一" in target.read_text(encoding="utf-8-sig")


def test_stored_verdicts_are_those_of_the_record_to_the_byte(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.order(at(day, "10:00"), at(day, "10:30"))
    record.fixes(walking(at(day, "09:03"), at(day, "11:47")))
    record.wait_for_verdict(day)
    verify_verdicts(record.server.owner_url, day, day)
    assert "1 verdicts recomputed, 1 equal to the byte" in capsys.readouterr().out
    record.write(
        "UPDATE attendance_days SET body = jsonb_set(body, '{time,inside_us}', '1') WHERE day = %s",
        [(day,)],
    )
    with pytest.raises(Failure):
        verify_verdicts(record.server.owner_url, day, day)
    assert "verdict_differs" in capsys.readouterr().out


def test_attendance_is_for_those_who_assess_and_only_in_their_area(
    server: RunningServer, record: Record
) -> None:
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.wait_for_verdict(day)
    paths = (
        f"/api/attendance?date={day}",
        f"/api/attendance/{record.worker_id}/{day}",
        "/api/attendance/export.xlsx",
    )
    for role in ("wall", "office", "walker"):
        with server.signed_in(role) as client:
            assert [client.get(path).status_code for path in paths] == [403, 403, 403], role
    with server.signed_in("east") as client:
        assert client.get(paths[0]).json()["rows"] == []
        assert client.get(paths[1]).status_code == 404
    for role in ("admin", "supervisor", "leader", "dispatcher"):
        with server.signed_in(role) as client:
            assert [client.get(path).status_code for path in paths] == [200, 200, 200], role


def test_unknown_area_and_worker_are_not_found(server: RunningServer) -> None:
    with server.signed_in("supervisor") as client:
        assert client.get("/api/attendance?area=nowhere").status_code == 404
        assert client.get("/api/attendance/99999/2026-11-01").status_code == 404


def test_days_beyond_any_record_are_refused(server: RunningServer, record: Record) -> None:
    with server.signed_in("supervisor") as client:
        for day in ("0001-01-01", "9999-12-31"):
            assert client.get(f"/api/attendance?date={day}").status_code == 422
            assert client.get(f"/api/attendance/{record.worker_id}/{day}").status_code == 422
        for month in ("0000-01", "2026-13", "9999-12", "x"):
            path = f"/api/attendance/export.xlsx?month={month}"
            assert client.get(path).status_code == 422, month
        assert client.get(f"/api/attendance/{record.worker_id}/not-a-day").status_code in {
            400,
            404,
            422,
        }


def _length_s(stay: dict[str, str]) -> float:
    begin, end = (datetime.fromisoformat(stay[key]) for key in ("fromAt", "toAt"))
    return (end - begin).total_seconds()


def _board_codes(record: Record, query: str) -> list[str]:
    return [row["workerCode"] for row in _board(record, query)]


def _board(record: Record, query: str) -> list[dict[str, Any]]:
    with record.server.signed_in("supervisor") as client:
        answer = client.get(f"/api/attendance?{query}")
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows
