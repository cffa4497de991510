"""What a seeded district has behind it: mostly dealt with, and not all of it over."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from console_server.imports.incident_columns import HEADERS, STATUSES
from console_server.packs.pack import load_pack
from console_server.packs.told import told
from simulators.city import City, generate
from simulators.past_cases import COLUMNS, past_of
from simulators.people.staff import employ

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
OPEN = {"已受理", "已处置", "挂账"}
Row = dict[str, str]


@pytest.fixture(scope="module")
def town() -> City:
    return generate(3)


def past(town: City, pack_code: str, seed: int = 7) -> list[Row]:
    pack = told(load_pack(pack_code))
    staff = employ(town.grids, 60, seed, [each.code for each in pack.groups])
    lines = past_of(town, staff, pack, seed, NOW)
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines]


def at(row: Row, column: str) -> datetime:
    return datetime.fromisoformat(row[column])


def test_its_columns_and_statuses_are_those_of_the_import(town: City) -> None:
    known = {name for names in HEADERS.values() for name in names}
    assert set(COLUMNS) <= known
    assert {row["状态"] for row in past(town, "xingdian")} <= set(STATUSES)


def test_its_times_run_forwards_and_none_lies_ahead(town: City) -> None:
    for row in past(town, "xingdian"):
        times = [at(row, name) for name in COLUMNS[COLUMNS.index("上报时间") :] if row[name]]
        assert all(before <= after for before, after in pairwise(times)), row
        assert times[-1] < NOW


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_the_last_month_most_is_closed_and_some_is_still_open(town: City, seed: int) -> None:
    rows = past(town, "xingdian", seed)
    month = [row for row in rows if at(row, "上报时间") > NOW - timedelta(days=30)]
    found = Counter(row["状态"] for row in month)
    accepted = [row for row in month if row["受理时间"]]
    assert 0.93 <= found["已结案"] / len(accepted) < 1
    assert found["不予受理"] > 0
    assert sum(found[each] for each in OPEN) >= 3
    assert any(row["返工时间"] for row in month)
    older = [row for row in rows if at(row, "上报时间") < NOW - timedelta(weeks=5)]
    assert not OPEN & {row["状态"] for row in older}


def test_only_whom_somebody_sent_has_dealt_with_a_case(town: City) -> None:
    for row in past(town, "xingdian"):
        assert bool(row["处置人"]) == bool(row["派单时间"]) == (row["状态"] in {"已结案", "已处置"})
        assert bool(row["挂账时间"]) == (row["状态"] == "挂账")
        assert bool(row["原因"]) == (row["状态"] in {"挂账", "不予受理", "作废"})


def test_a_pack_that_suspends_nothing_has_no_suspended_case(town: City) -> None:
    assert "suspended" not in told(load_pack("jinshui")).steps
    assert "挂账" not in {row["状态"] for row in past(town, "jinshui")}
