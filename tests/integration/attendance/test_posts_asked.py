"""A rule that asks certain posts only, from the staff list to the board and the evidence."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from attendance_record import OUTSIDE, Record, at, standing, wait_until, yesterday
from small_district import GRIDS, RunningServer, seeded_server

from console_server.command_line.attendance import verify_verdicts
from console_server.packs.pack import load_pack

ASSISTANT, OFFICER = "网格助理员", "网格民警"


@pytest.fixture(scope="module")
def server(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose pack asks the daily patrol and the share of assistants alone."""
    folder = tmp_path_factory.mktemp("posts")
    with seeded_server(database, folder, asking_pack(folder)) as running:
        yield running


def asking_pack(folder: Path) -> Path:
    """The usual pack under a name of its own; verdicts become final at once."""
    text = load_pack("xingdian").text.replace('code = "xingdian"', 'code = "asking"')
    for key in ("final_after_s", "quiet_s"):
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = 0", text)
    for table in ("patrol", "share"):
        assert f"\n[{table}]\n" in text
        text = text.replace(f"\n[{table}]\n", f'\n[{table}]\nposts = ["{ASSISTANT}"]\n')
    staffing = f'staffing = ["{ASSISTANT}", "{OFFICER}", '
    path = folder / "asking.toml"
    path.write_text(text.replace("staffing = [", staffing))
    return path


@pytest.fixture
def posted(record: Record) -> Iterator[Record]:
    """No post before, and none after."""
    yield record
    with psycopg.connect(record.server.owner_url) as connection:
        connection.execute("DELETE FROM worker_posts")
        connection.execute("DELETE FROM reopened_spans")


def held(record: Record, post: str) -> None:
    """This post was the worker's ever since, as a staff list says of somebody new."""
    with psycopg.connect(record.server.owner_url) as connection:
        connection.execute("DELETE FROM worker_posts")
        connection.execute(
            "INSERT INTO worker_posts (worker_id, post) VALUES (%s, %s)", (record.worker_id, post)
        )


def outcomes(record: Record) -> tuple[str | None, str | None, str | None]:
    """Share, patrol and twice daily of yesterday, once nothing waits to be judged."""
    waiting = "SELECT FROM reopened_spans UNION ALL SELECT FROM dirty_days"
    wait_until(lambda: not record.server.rows(waiting))
    found = record.day(yesterday())
    return found["inGrid"]["outcome"], found["patrols"]["outcome"], found["twiceDaily"]["outcome"]


def test_who_holds_another_post_is_not_asked_on_any_page(
    posted: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    day = yesterday()
    posted.shift(at(day, "08:00"), at(day, "11:30"))
    posted.fixes(standing(OUTSIDE, at(day, "08:00"), at(day, "11:30")))
    assert outcomes(posted) == ("not_met", "not_met", "not_met")  # no post is known
    held(posted, ASSISTANT)
    assert outcomes(posted) == ("not_met", "not_met", "not_met")
    held(posted, OFFICER)
    assert outcomes(posted) == (None, None, "not_met")
    evidence = posted.day(day)
    assert (evidence["inGrid"]["required"], evidence["patrols"]["required"]) == (0.0, 0)
    with posted.server.signed_in("supervisor") as supervisor:
        query = {"date": str(day), "area": GRIDS[0]}
        [row] = supervisor.get("/api/attendance", params=query).json()["rows"]
        month = f"{day:%Y-%m}"
        path = f"/api/attendance/{posted.worker_id}/months/{month}"
        totals = {each["rule"]: each for each in supervisor.get(path).json()["totals"]}
        table = supervisor.get("/api/attendance/export.csv", params={"month": month}).text
    assert (row["inGrid"]["outcome"], row["patrols"]["outcome"]) == (None, None)
    assert set(totals) == {"twice_daily"}
    assert totals["twice_daily"]["notMet"] == 1
    [line] = [each for each in table.splitlines() if each.startswith(f"{day},W1,")]
    assert "在格、" not in line
    verify_verdicts(posted.server.owner_url, day, day)
    assert "1 verdicts recomputed, 1 equal to the byte" in capsys.readouterr().out
