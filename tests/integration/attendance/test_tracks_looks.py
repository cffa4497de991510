"""A track, and the record of who looked at it."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from attendance_record import INSIDE, Record, at, standing, yesterday
from small_district import GRIDS, RunningServer


def test_track_comes_in_order_as_columns_of_one_length(record: Record) -> None:
    day = yesterday()
    record.fixes(standing(INSIDE, at(day, "10:00"), at(day, "11:00"))[::-1])
    shown = look(record, "supervisor", at(day, "09:00"), at(day, "10:30")).json()
    columns = [shown[name] for name in ("fixedAt", "lon", "lat", "accuracyM", "flags", "gridCode")]
    assert {len(column) for column in columns} == {30}
    assert shown["fixedAt"] == sorted(shown["fixedAt"])
    assert shown["fixedAt"][0] == at(day, "10:00").timestamp()
    assert set(shown["gridCode"]) == {GRIDS[0]}


def test_every_look_is_on_record_with_who_whom_when_and_why(record: Record) -> None:
    start, end = at(yesterday(), "09:00"), at(yesterday(), "10:00")
    look(record, "dispatcher", start, end, via="map")
    with record.server.signed_in("supervisor") as client:
        found = client.get(f"/api/track-looks?workerId={record.worker_id}").json()
    assert len(found) == 1
    assert (found[0]["username"], found[0]["workerCode"], found[0]["via"]) == (
        "dispatcher",
        "W1",
        "map",
    )
    assert datetime.fromisoformat(found[0]["fromAt"]) == start
    assert datetime.fromisoformat(found[0]["toAt"]) == end


@pytest.mark.parametrize("role", ["wall", "office", "walker"])
def test_wall_department_and_worker_see_no_track(record: Record, role: str) -> None:
    answer = look(record, role, at(yesterday(), "09:00"), at(yesterday(), "10:00"))
    assert answer.status_code == 403
    assert record.server.rows("SELECT count(*) FROM track_looks") == [(0,)]


def test_track_of_another_area_is_not_found_and_no_look_is_recorded(record: Record) -> None:
    assert (
        look(record, "east", at(yesterday(), "09:00"), at(yesterday(), "10:00")).status_code == 404
    )
    assert record.server.rows("SELECT count(*) FROM track_looks") == [(0,)]


def test_ranges_that_make_no_sense_are_refused(record: Record) -> None:
    now = datetime.now(UTC)
    for start, end in (
        (now, now),
        (now, now - timedelta(hours=1)),
        (now - timedelta(days=32), now),
    ):
        answer = look(record, "supervisor", start, end)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    for wrong in ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z", "2026-11-01T00:00:00"):
        with record.server.signed_in("supervisor") as client:
            path = f"/api/workers/{record.worker_id}/track"
            assert client.get(path, params={"to": wrong}).status_code == 422, wrong
            assert client.get("/api/track-looks", params={"before": wrong}).status_code == 422


def test_looks_are_shown_to_supervisors_only(server: RunningServer) -> None:
    for role, status in (("supervisor", 200), ("admin", 200), ("dispatcher", 403), ("wall", 403)):
        with server.signed_in(role) as client:
            assert client.get("/api/track-looks").status_code == status, role


def look(
    record: Record, role: str, start: datetime, end: datetime, via: str = "api"
) -> httpx.Response:
    with record.server.signed_in(role) as client:
        return client.get(
            f"/api/workers/{record.worker_id}/track",
            params={"from": start.isoformat(), "to": end.isoformat(), "via": via},
        )
