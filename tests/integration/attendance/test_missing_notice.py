"""The worker is told once what is still missing today, and the supervisor sees that it was said."""

from datetime import UTC, datetime, timedelta

from attendance_record import OUTSIDE, ZONE, Record, standing, wait_until


def test_worker_is_told_once_what_is_missing(record: Record) -> None:
    now = datetime.now(UTC)
    start = now - timedelta(hours=3, minutes=30)
    day = start.astimezone(ZONE).date()
    assert record.handset
    record.shift(start, now + timedelta(hours=3))
    record.fixes(standing(OUTSIDE, start, now))
    query = "SELECT body FROM outbox WHERE channel = 'notice' AND body ->> 'kind' = 'attendance'"
    found = wait_until(lambda: record.server.rows(query), within_s=240)
    assert len(found) == 1
    assert "前在本网格内再停留" in found[0][0]["text"]
    told = record.server.rows("SELECT worker_id, day FROM attendance_warnings")
    assert told == [(record.worker_id, day)]
    with record.server.signed_in("supervisor") as client:
        rows = client.get(f"/api/attendance?date={day}").json()["rows"]
    assert [row["signs"] for row in rows] == [["missing"]]
