"""Checkpoints that move, grow or go: the past is judged with what was in force."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from attendance_record import INSIDE, SOUTH, WEST, Record, at, standing, wait_until, yesterday
from small_district import GRIDS

from console_server.checkpoints.commands import Scan, record_visit
from console_server.command_line.attendance import verify_verdicts

LON, LAT = INSIDE
AWAY = (WEST + 0.008, SOUTH + 0.008)  # in the grid, far from where anybody stands
HEADER = "编号,名称,网格,经度,纬度,半径,生效日期,停用\n"


@pytest.fixture
def points(record: Record) -> Iterator[Record]:
    """No checkpoint before, and none after."""
    yield record
    with psycopg.connect(record.server.owner_url) as connection:
        for table in ("checkpoint_visits", "checkpoint_versions", "checkpoints"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names


def put_up(record: Record, *lines: str) -> tuple[int, int, int]:
    """Import checkpoints: created, updated, unchanged."""
    table = HEADER + "".join(f"{line}\n" for line in lines)
    with record.server.signed_in("admin") as admin:
        answer = admin.post("/api/checkpoints/import", files={"file": ("c.csv", table.encode())})
        assert answer.is_success, answer.text
        counts = answer.json()
        return counts["created"], counts["updated"], counts["unchanged"]


def line(  # noqa: PLR0917 - the columns of the file
    code: str,
    lon: float = LON,
    lat: float = LAT,
    radius: float = 30,
    since: str = "",
    gone: str = "",
) -> str:
    return f"{code},{code} 号点,{GRIDS[0]},{lon},{lat},{radius},{since},{gone}"


def stand_at_the_checkpoint(record: Record) -> str:
    """A day on which the worker was at the first checkpoint; its verdict's hash."""
    day = yesterday()
    record.shift(at(day, "09:00"), at(day, "12:00"))
    record.fixes(standing(INSIDE, at(day, "09:00"), at(day, "12:00")))
    return str(record.wait_for_verdict(day)[2])


def counted(record: Record) -> tuple[int, int]:
    """Checkpoints touched yesterday, and asked for."""
    [rule] = [
        each for each in record.day(yesterday())["otherRules"] if each["rule"] == "checkpoints"
    ]
    return rule["count"], rule["required"]


def versions(record: Record) -> list[tuple[datetime, datetime | None, float]]:
    found: list[tuple[datetime, datetime | None, float]] = record.server.rows(
        "SELECT valid_from, valid_to, radius_m FROM checkpoint_versions ORDER BY valid_from"
    )
    return found


def test_moved_widened_and_removed_checkpoints_leave_the_past_as_it_was(
    points: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    assert put_up(points, line("A"), line("B", *AWAY)) == (2, 0, 0)
    kept = stand_at_the_checkpoint(points)
    assert counted(points) == (1, 2)
    assert put_up(points, line("A", *AWAY), line("B", *AWAY, radius=45.5)) == (0, 2, 0)
    assert put_up(points, line("A", *AWAY), line("B", *AWAY, radius=45.5)) == (0, 0, 2)
    assert put_up(points, line("B", *AWAY, radius=45.5, gone="是"), line("C")) == (1, 1, 0)
    with points.server.signed_in("admin") as admin:
        assert admin.delete("/api/checkpoints/A").status_code == 204
        assert admin.delete("/api/checkpoints/A").status_code == 404
        assert [each["code"] for each in admin.get("/api/checkpoints").json()] == ["C"]
        assert [each["code"] for each in admin.get("/api/checkpoints/labels").json()] == ["C"]
    with points.server.signed_in("supervisor") as other:
        assert other.delete("/api/checkpoints/C").status_code == 403
    points.mark(at(yesterday(), "09:00"))
    wait_until(lambda: points.stored(yesterday()))
    assert points.stored(yesterday())[2] == kept  # type: ignore[index]
    assert counted(points) == (1, 2)
    verify_verdicts(points.server.owner_url, yesterday(), yesterday())
    assert "1 verdicts recomputed, 1 equal to the byte" in capsys.readouterr().out


def test_a_correction_re_opens_the_days_since_and_the_change_is_listed(
    points: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    put_up(points, line("A", *AWAY))
    kept = stand_at_the_checkpoint(points)
    assert counted(points) == (0, 1)
    heard = (
        "UPDATE positions SET received_at = received_at - interval '1 hour' WHERE worker_id = %s"
    )
    points.write(heard, [(points.worker_id,)])
    put_up(points, line("A", since="一直"))
    wait_until(lambda: (found := points.stored(yesterday())) and found[2] != kept)
    assert counted(points) == (1, 1)
    assert [each[1:] for each in versions(points)] == [(None, 30.0)]
    changes = points.server.rows("SELECT cause FROM attendance_changes ORDER BY change_id")
    assert changes[-1] == ("places",)
    assert put_up(points, line("A", since="一直")) == (0, 0, 1)
    verify_verdicts(points.server.owner_url, yesterday(), yesterday())
    assert "1 equal to the byte" in capsys.readouterr().out


def scan(record: Record, code: str, client_id: str, place: tuple[float, float] | None) -> None:
    """A scan of yesterday at ten, as the server keeps it when it arrives."""
    moment = at(yesterday(), "10:00")
    lon, lat = place or (None, None)
    with psycopg.connect(record.server.owner_url) as connection:
        [[label]] = connection.execute(
            "SELECT code || '.' || label_secret FROM checkpoints WHERE code = %s", [code]
        ).fetchall()
    [[handset]] = record.server.rows(
        "SELECT code FROM handsets WHERE handset_id = %s", record.handset
    )

    async def keep() -> None:
        url = record.server.owner_url
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await record_visit(
                connection,
                record.worker_id,
                handset,
                Scan(client_id, label, moment, lon, lat, 8.0),
                now=datetime.now(UTC),
                keep=timedelta(days=30),
            )

    asyncio.run(keep())


def judged_anew(record: Record) -> tuple[int, int]:
    """What was counted once nothing waits any more to be judged."""
    waiting = "SELECT FROM reopened_spans UNION ALL SELECT FROM dirty_days"
    wait_until(lambda: not record.server.rows(waiting))
    return counted(record)


@pytest.mark.parametrize("place", [INSIDE, None], ids=["with its place", "without a place"])
def test_a_scan_counts_by_where_the_checkpoint_is_known_to_have_been(
    points: Record, capsys: pytest.CaptureFixture[str], place: tuple[float, float] | None
) -> None:
    elsewhere = (WEST + 0.009, SOUTH + 0.009)  # a wrong digit in the file: 590 m off
    put_up(points, line("A", *elsewhere))
    stand_at_the_checkpoint(points)
    scan(points, "A", f"at the label {place}", place)
    before = (0, 1) if place else (1, 1)
    assert judged_anew(points) == before
    for table in ("checkpoint_visits", "positions"):  # nothing is heard from now on
        heard = f"UPDATE {table} SET received_at = received_at - interval '1 hour'"  # noqa: S608
        points.write(f"{heard} WHERE worker_id = %s", [(points.worker_id,)])
    far = (INSIDE[0] + 0.0015, INSIDE[1])  # the fixes do not touch it: 140 m off; the scan does
    put_up(points, line("A", *far, radius=60, since="一直"))
    assert judged_anew(points) == (1, 1)
    put_up(points, line("A", *elsewhere, since="一直"))
    assert judged_anew(points) == before
    changes = points.server.rows("SELECT cause FROM attendance_changes ORDER BY change_id")
    corrected = [each for each in changes if each == ("places",)]
    assert len(corrected) == (2 if place else 0)
    verify_verdicts(points.server.owner_url, yesterday(), yesterday())
    assert "1 verdicts recomputed, 1 equal to the byte" in capsys.readouterr().out


def test_a_scan_keeps_the_place_of_the_phone_only_of_working_time(points: Record) -> None:
    put_up(points, line("A"))
    scan(points, "A", "a free morning", INSIDE)
    points.shift(at(yesterday(), "09:00"), at(yesterday(), "12:00"))
    scan(points, "A", "on a shift", INSIDE)
    kept = points.server.rows(
        "SELECT client_id, lon, lat, counts FROM checkpoint_visits ORDER BY client_id"
    )
    assert kept == [("a free morning", None, None, True), ("on a shift", *INSIDE, True)]


def test_a_change_holds_from_the_day_that_the_file_names(points: Record) -> None:
    put_up(points, line("A"))
    since = yesterday() - timedelta(days=3)
    assert put_up(points, line("A", radius=60, since=str(since))) == (0, 1, 0)
    assert put_up(points, line("A", radius=60, since=str(since))) == (0, 0, 1)
    first, second = versions(points)
    assert first[1] == second[0] == at(since, "00:00")
    assert (first[2], second[2]) == (30.0, 60.0)
    assert put_up(points, line("A", since=str(since))) == (0, 1, 0)  # and all is as it was
    assert [each[1:] for each in versions(points)] == [(None, 30.0)]


def test_a_day_ahead_and_a_word_that_is_no_day_are_refused(points: Record) -> None:
    ahead = yesterday() + timedelta(days=3)  # also for a run that crosses midnight
    with points.server.signed_in("admin") as admin:
        for row in (line("A", since=str(ahead)), line("A", since="soon"), line("A", gone="?")):
            table = (HEADER + row).encode()
            answer = admin.post("/api/checkpoints/import", files={"file": ("c.csv", table)})
            assert answer.status_code == 422, answer.text
    assert versions(points) == []


def test_nobody_takes_a_checkpoint_out_of_an_area_that_is_not_theirs(points: Record) -> None:
    put_up(points, line("A"))
    theirs = f"{HEADER}A,A 号点,{GRIDS[2]},118.015,32.025,30,,\n".encode()
    with points.server.signed_in("eastadmin") as admin:
        answer = admin.post("/api/checkpoints/import", files={"file": ("c.csv", theirs)})
        assert answer.status_code == 422, answer.text
        assert "another area" in answer.text
        assert admin.delete("/api/checkpoints/A").status_code == 404
    assert [each[1:] for each in versions(points)] == [(None, 30.0)]
