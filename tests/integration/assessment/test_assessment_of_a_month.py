"""A month that is over: its rules, the heat map, the workbook, and the assessment made of it."""

import asyncio
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from attendance_record import INSIDE, OUTSIDE, ZONE, at, standing, wait_until
from past_month import PastMonth
from python_calamine import CalamineWorkbook

from console_server.attendance.monthly import judge_due_months, verify_months
from console_server.database import connect
from console_server.packs.pack import load_pack

BACK_LANE = (INSIDE[0] + 0.004, INSIDE[1] + 0.004)  # P2


def judge_months(past: PastMonth) -> int:
    async def judge() -> int:
        async with await connect(past.server.owner_url) as connection:
            pack = load_pack(past.server.settings.pack)
            return await judge_due_months(connection, pack, datetime.now(UTC))

    return asyncio.run(judge())


def verified(past: PastMonth) -> list[bool]:
    async def compare() -> list[bool]:
        async with await connect(past.server.owner_url) as connection:
            first, last = past.days[0].replace(day=1), past.days[-1]
            return [each.same for each in await verify_months(connection, first, last)]

    return asyncio.run(compare())


def got(past: PastMonth, path: str, user: str = "supervisor", status: int = 200) -> Any:
    with past.server.signed_in(user) as client:
        answer = client.get(f"/api/{path}")
        assert answer.status_code == status, answer.text
        return answer.json()


def sent(
    past: PastMonth, path: str, body: dict[str, Any], user: str = "supervisor"
) -> httpx.Response:
    with past.server.signed_in(user) as client:
        return client.post(f"/api/{path}", json=body)


def test_must_visit_places_are_judged_by_the_month_and_can_be_verified(
    past_month: PastMonth,
) -> None:
    judge_months(past_month)
    found = got(past_month, f"attendance/{past_month.record.worker_id}/months/{past_month.name}")
    rule = found["rules"][0]
    assert (rule["listName"], rule["count"], rule["required"]) == ("三必查", 1, 2)
    assert rule["outcome"] == "not_met"
    places = {each["code"]: each for each in rule["places"]}
    assert [visit["date"] for visit in places["P1"]["visits"]] == [str(d) for d in past_month.days]
    assert places["P1"]["visits"][0]["fixes"] == 121
    assert places["P2"]["visits"] == []
    assert "P3" not in places
    assert verified(past_month) == [True]
    assert judge_months(past_month) == 0


def test_totals_of_a_month_add_up_its_days(past_month: PastMonth) -> None:
    found = got(past_month, f"attendance/{past_month.record.worker_id}/months/{past_month.name}")
    assert found["workS"] == 4 * 7200
    assert (found["lower"], found["upper"]) == (1.0, 1.0)
    total = {"rule": "in_grid", "met": 4, "notMet": 0, "undecided": 0, "running": 0}
    assert total in found["totals"]
    assert len(found["days"]) == 4
    assert found["provisional"] is False


def test_the_heat_map_shows_the_worst_of_each_day(past_month: PastMonth) -> None:
    board = got(past_month, f"attendance/months?month={past_month.name}")
    line = board["workers"][0]
    letters = [line["days"][each.day - 1] for each in past_month.days]
    shown = [past_month.record.day(each) for each in past_month.days]
    outcomes = [
        {row["inGrid"]["outcome"], row["patrols"]["outcome"], row["twiceDaily"]["outcome"],
         *(each["outcome"] for each in row["otherRules"])}
        for row in shown
    ]  # fmt: skip
    assert letters == ["n" if "not_met" in some else "u" if "undecided" in some else "m"
                       for some in outcomes]  # fmt: skip
    assert line["days"].count(".") == len(line["days"]) - 4
    community = board["areas"][0]["days"]
    assert sum(sum(day.values()) for day in community) == 4


def test_the_heat_map_shows_an_account_its_own_area_alone(past_month: PastMonth) -> None:
    assert got(past_month, f"attendance/months?month={past_month.name}", "east")["workers"] == []
    got(past_month, "attendance/months?month=2026-13", status=422)
    got(past_month, "attendance/months", "wall", status=403)


def test_the_workbook_has_the_further_rules_and_those_of_the_month(past_month: PastMonth) -> None:
    judge_months(past_month)
    with past_month.server.signed_in("supervisor") as client:
        answer = client.get(f"/api/attendance/export.xlsx?month={past_month.name}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["汇总", "月历", "每日明细", "月度规则"]
    daily = book.get_sheet_by_name("每日明细").to_python()
    assert {"巡更点判定", "巡夜判定", "未达标项"} <= set(daily[2])
    monthly = book.get_sheet_by_name("月度规则").to_python()
    assert monthly[3][:7] == ["W1", "王一", "三必查", 2.0, 1.0, 1.0, "未达标"]
    assert monthly[3][7] == "后巷"


def detail(past: PastMonth) -> Any:
    return got(past, f"assessment/monthly/{past.name}/{past.record.worker_id}")


def row(past: PastMonth, user: str = "supervisor") -> Any:
    board = got(past, f"assessment?scheme=monthly&period={past.name}", user)
    return next((each for each in board["rows"] if each["code"] == "W1"), None)


def test_every_figure_is_the_count_of_what_stands_behind_it(past_month: PastMonth) -> None:
    found = detail(past_month)
    assert found["indicators"][0]["numerator"] == 4
    for each in found["indicators"]:
        counts = [item["counts"] for item in each["evidence"]]
        assert each["numerator"] == counts.count("for")
        assert each["denominator"] == counts.count("for") + counts.count("against")
        assert each["undecided"] == counts.count("open")
    assert row(past_month) == found["row"]


@pytest.mark.parametrize(("user", "status"), [("dispatcher", 403), ("wall", 403), ("leader", 200)])
def test_assessments_are_read_by_supervisors_and_duty_leaders(
    past_month: PastMonth, user: str, status: int
) -> None:
    got(past_month, "assessment/schemes", user, status)


def test_an_account_of_another_area_sees_nobody_here(past_month: PastMonth) -> None:
    assert row(past_month, "east") is None
    path = f"assessment/monthly/{past_month.name}/{past_month.record.worker_id}"
    got(past_month, path, "east", 404)


def entry(past: PastMonth, value: float | None, **more: Any) -> dict[str, Any]:
    return {
        "scheme": "monthly", "indicator": "rating", "period": past.name, "value": value,
        "subjectId": past.record.worker_id, "note": "十户回访",
    } | more  # fmt: skip


def test_an_entry_is_corrected_by_a_further_one_and_both_are_kept(past_month: PastMonth) -> None:
    before = row(past_month)["score"]
    for value in (40.0, 90.0):
        assert sent(past_month, "assessment/entries", entry(past_month, value)).status_code == 201
    found = detail(past_month)
    assert [each["value"] for each in found["entries"]] == [90.0, 40.0]
    assert {each["enteredBy"] for each in found["entries"]} == {"supervisor"}
    assert next(e for e in found["indicators"] if e["code"] == "rating")["points"] == 90.0
    assert found["row"]["score"] != before
    acts = past_month.server.rows("SELECT count(*) FROM audit_log WHERE act = 'assessment entered'")
    assert acts == [(2,)]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"value": 101.0}, 422),
        ({"note": " "}, 422),
        ({"indicator": "share"}, 422),
        ({"scheme": "none"}, 404),
        ({"subjectId": 9999}, 404),
        ({"period": "2026-H1"}, 422),
    ],
)
def test_what_makes_no_sense_is_not_entered(
    past_month: PastMonth, more: dict[str, Any], status: int
) -> None:
    answer = sent(past_month, "assessment/entries", entry(past_month, 50.0) | more)
    assert answer.status_code == status, answer.text
    wrong = sent(past_month, "assessment/entries", entry(past_month, 50.0), "leader")
    assert wrong.status_code == 403


def test_a_closed_period_keeps_its_results_and_lists_what_changed(past_month: PastMonth) -> None:
    path = f"assessment/monthly/{past_month.name}/closing"
    running = f"assessment/monthly/{datetime.now(ZONE):%Y-%m}/closing"
    assert sent(past_month, running, {"reason": ""}).status_code == 409
    first = sent(past_month, path, {"reason": ""}).json()
    assert (first["stored"], first["changes"]) == (3, [])
    kept = row(past_month)
    assert (kept["revision"], kept["changed"]) == (1, False)

    day = past_month.days[0]
    past_month.record.shift(at(day, "14:00"), at(day, "20:00"))
    past_month.record.fixes(
        (when, lon, lat + index % 10 * 0.0005)
        for index, (when, lon, lat) in enumerate(
            standing(OUTSIDE, at(day, "14:00"), at(day, "20:00"))
        )
    )
    past_month.record.wait_for_verdict(day)
    late = row(past_month)
    assert late == kept | {"changed": True}
    assert sent(past_month, path, {"reason": " "}).status_code == 422

    again = sent(past_month, path, {"reason": "补传数据"}).json()
    assert again["stored"] == 0
    assert [each["code"] for each in again["changes"]] == ["W1"]
    assert again["changes"][0]["scoreBefore"] == kept["score"]
    found = detail(past_month)
    assert [each["reason"] for each in found["revisions"]] == ["补传数据", ""]
    assert found["row"]["revision"] == 2
    assert found["row"]["score"] == again["changes"][0]["scoreAfter"] < kept["score"]


def test_the_workbook_of_an_assessment_opens_and_says_what_is_an_example(
    past_month: PastMonth,
) -> None:
    with past_month.server.signed_in("supervisor") as client:
        path = f"/api/assessment/export.xlsx?scheme=monthly&period={past_month.name}"
        answer = client.get(path)
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["考核结果", "指标明细", "口径"]
    results = book.get_sheet_by_name("考核结果").to_python()
    assert results[2][:6] == ["编号", "姓名/部门", "社区", "总分", "等次", "已知权重"]
    assert any("示例" in str(cell) for cell in book.get_sheet_by_name("口径").to_python()[3])
    with past_month.server.signed_in("supervisor") as client:
        english = client.get(f"{path}&lang=en").content
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(english)).sheet_names
    assert sheets == ["Results", "Indicators", "Rules"]


def test_a_final_month_that_comes_out_otherwise_is_listed_with_its_cause(
    past_month: PastMonth,
) -> None:
    path = f"attendance/month-changes?from={past_month.name}"
    day = past_month.days[1]
    judge_months(past_month)  # with what changed before, which is not what this test changes
    earlier = len(got(past_month, path)["changes"])
    past_month.record.shift(at(day, "15:00"), at(day, "16:00"), marked=False)
    past_month.record.fixes(standing(BACK_LANE, at(day, "15:00"), at(day, "16:00")))

    def newest() -> Any:
        judge_months(past_month)
        found = got(past_month, path)["changes"]
        return found and found[0]["after"][0]["count"] == 2 and found[0]

    change = wait_until(newest)
    assert (change["workerCode"], change["month"]) == ("W1", past_month.name)
    assert change["days"] == [str(day)]
    assert set(change["causes"]) <= {"roster", "late_data", "day_record"}
    assert change["causes"]
    said = [(each["listName"], each["count"], each["outcome"]) for each in change["after"]]
    assert said == [("三必查", 2, "met")]
    changes = got(past_month, path)["changes"]
    first = changes[len(changes) - earlier - 1]  # the newest stands on top
    assert first["before"][0]["outcome"] == "not_met"
    month = got(past_month, f"attendance/{past_month.record.worker_id}/months/{past_month.name}")
    assert month["monthChanges"][0] == change
    assert got(past_month, path, "east")["changes"] == []
    got(past_month, "attendance/month-changes?from=2026-13", status=422)
    got(past_month, path, "wall", status=403)
