"""Replay over HTTP on the real stack: the record as it was, for whom it may be shown, on record."""

from datetime import UTC, datetime, timedelta

import pytest
from replay_record import ReplayRecord, at, utc
from small_district import GRIDS, STREET


def test_a_replay_tells_what_the_track_tells(record: ReplayRecord) -> None:
    start, end = at("09:00"), at("09:25")
    walk = [
        (start + timedelta(seconds=12.5 * step), 118.012 + step * 1e-5, 32.013)
        for step in range(120)
    ]
    record.fixes(walk)
    film = record.play(start, end)
    shown = film.of(record.worker())
    assert [fix.at_s for fix in shown] == [pytest.approx(when.timestamp()) for when, *_ in walk]
    places = [each for fix in shown for each in (fix.lon, fix.lat)]
    assert places == pytest.approx([each for _, *place in walk for each in place], abs=1e-6)
    assert {fix.marks for fix in shown} == {0}
    assert film.opened["chunks"] == 3


def test_a_fix_at_the_edge_of_two_chunks_appears_once(record: ReplayRecord) -> None:
    edge = at("09:10")
    moments = [edge - timedelta(microseconds=1), edge, edge + timedelta(seconds=6)]
    record.fixes((when, 118.015, 32.015) for when in moments)
    film = record.play(at("09:00"), at("09:20"))
    assert [len(chunk) for chunk in film.chunks] == [1, 2]
    assert film.chunks[1][0].at_s == edge.timestamp()


def test_the_end_of_the_period_is_not_in_it_and_its_start_is(record: ReplayRecord) -> None:
    record.fixes((when, 118.015, 32.015) for when in (at("09:00"), at("09:05"), at("09:15")))
    film = record.play(at("09:00"), at("09:15"))
    assert len(film.of(record.worker())) == 2


def test_late_data_is_in_the_next_reading(record: ReplayRecord) -> None:
    record.fix(at("09:03"), 118.015, 32.015)
    with record.server.signed_in("supervisor") as client:
        asked = {"from": at("09:00").isoformat(), "to": at("09:10").isoformat()}
        opened = client.get("/api/replay", params=asked).json()
        path = f"/api/replay/{opened['replayId']}/chunks/0"
        before = client.get(path).content
        record.fix(at("09:01"), 118.015, 32.015, flags=8)
        assert len(client.get(path).content) == len(before) + 7


def test_outside_doubtful_and_others_are_marked(record: ReplayRecord) -> None:
    record.fix(at("09:00:01"), 118.015, 32.015)
    record.fix(at("09:00:11"), 118.030, 32.015)
    record.fix(at("09:00:21"), 118.015, 32.015, flags=1)
    shown = record.play(at("09:00"), at("09:10")).of(record.worker())
    assert [fix.marks for fix in shown] == [0, 8, 64]


def test_every_replay_is_on_record_once_and_each_worker_finds_it(record: ReplayRecord) -> None:
    start, end = at("09:00"), at("12:00")
    record.play(start, end, "leader")
    with record.server.signed_in("supervisor") as client:
        everybody = client.get("/api/track-looks").json()
        own = client.get(f"/api/track-looks?workerId={record.worker('W2')}").json()
    assert len(everybody) == len(own) == 1
    assert everybody[0]["workers"] == 3
    assert (everybody[0]["username"], everybody[0]["via"]) == ("leader", "replay")
    assert (everybody[0]["workerId"], everybody[0]["areaCode"]) == (None, None)
    assert (utc(own[0]["fromAt"]), utc(own[0]["toAt"])) == (start, end)
    assert own[0]["workerCode"] == "W2"


def test_an_area_narrows_the_replay_and_its_record(record: ReplayRecord) -> None:
    opened = record.ask("supervisor", at("09:00"), at("10:00"), area=f"{STREET}002").json()
    assert [worker["code"] for worker in opened["workers"]] == ["W3"]
    with record.server.signed_in("east") as client:
        assert [look["areaCode"] for look in client.get("/api/track-looks").json()] == [
            f"{STREET}002"
        ]
        assert client.get(f"/api/track-looks?workerId={record.worker('W1')}").json() == []


def test_an_account_of_one_community_sees_that_one(record: ReplayRecord) -> None:
    for code in ("W1", "W3"):
        record.fix(at("09:03"), 118.015, 32.015, code=code)
    record.incident(at("09:01"), None, area=GRIDS[0])
    seen = record.incident(at("09:02"), None, area=GRIDS[3])
    film = record.play(at("09:00"), at("09:10"), "east")
    assert [worker["code"] for worker in film.opened["workers"]] == ["W3"]
    assert [each["id"] for each in film.opened["incidents"]] == [seen]
    assert len(film.chunks[0]) == 1
    refused = record.ask("east", at("09:00"), at("09:10"), area=f"{STREET}001")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_the_ticket_is_for_who_opened_it_for_its_time_and_for_a_day(record: ReplayRecord) -> None:
    opened = record.ask("leader", at("09:00"), at("09:10")).json()
    path = f"/api/replay/{opened['replayId']}"
    with record.server.signed_in("leader") as client:
        assert client.get(f"{path}/chunks/0").status_code == 200
        assert client.get(f"{path}/chunks/1").status_code == 404
        beyond = client.get(f"{path}/grids.geojson", params={"at": at("09:11").isoformat()})
        assert beyond.status_code == 422
    with record.server.signed_in("supervisor") as client:
        assert client.get(f"{path}/chunks/0").status_code == 404
    record.write("UPDATE track_looks SET looked_at = looked_at - interval '25 hours'")
    with record.server.signed_in("leader") as client:
        assert client.get(f"{path}/density").status_code == 404


@pytest.mark.parametrize("role", ["wall", "dispatcher", "office", "walker"])
def test_others_may_not_replay_and_leave_no_record(record: ReplayRecord, role: str) -> None:
    assert record.ask(role, at("09:00"), at("10:00")).status_code == 403
    with record.server.signed_in(role) as client:
        assert client.get("/api/replay/horizon").status_code == 403
        assert client.get("/api/replay/1/chunks/0").status_code == 403
    assert record.server.rows("SELECT count(*) FROM track_looks") == [(0,)]


def test_periods_that_make_no_sense_are_refused_with_a_reason(record: ReplayRecord) -> None:
    now = datetime.now(UTC)
    for start, end, words in (
        (now - timedelta(hours=1), now - timedelta(hours=1), "before"),
        (now - timedelta(days=9), now - timedelta(days=1), "7 days"),
        (now + timedelta(hours=1), now + timedelta(hours=2), "not happened"),
        (now - timedelta(days=400), now - timedelta(days=399), "no record"),
        (now.replace(tzinfo=None) - timedelta(hours=1), now, "offset"),
    ):
        answer = record.ask("supervisor", start, end)
        assert answer.status_code == 422
        assert words in answer.json()["detail"]
    assert record.server.rows("SELECT count(*) FROM track_looks") == [(0,)]


def test_a_period_that_still_runs_ends_now(record: ReplayRecord) -> None:
    now = datetime.now(UTC)
    opened = record.ask("supervisor", now - timedelta(hours=1), now + timedelta(hours=5)).json()
    assert abs(utc(opened["toAt"]) - now) < timedelta(minutes=10)


def test_incidents_come_with_the_steps_that_had_happened(record: ReplayRecord) -> None:
    incident = record.incident(
        at("09:05"),
        at("11:00"),
        events=[
            (at("09:05"), "opened", '{"source": "dispatcher"}'),
            (at("09:06"), "status", '{"from": "reported", "to": "accepted"}'),
            (at("09:07"), "warned", "{}"),
            (at("09:40"), "status", '{"from": "accepted", "to": "dispatched"}'),
            (at("11:00"), "status", '{"from": "verified", "to": "closed"}'),
        ],
    )
    record.write(
        "INSERT INTO dispatches (dispatch_id, incident_id, worker_id, status, ordered_at,"
        " en_route_at, cleared_at, ended_at) VALUES (gen_random_uuid(), %s, %s, 'cleared',"
        " %s, %s, %s, %s)",
        *(incident, record.worker(), at("09:40"), at("09:42"), at("10:30"), at("10:30")),
    )
    record.incident(at("07:00"), at("08:59"))
    record.incident(at("12:00"), None)
    (found,) = record.ask("supervisor", at("09:00"), at("10:00")).json()["incidents"]
    assert [step["status"] for step in found["steps"]] == ["reported", "accepted", "dispatched"]
    assert found["closedAt"] is None
    (order,) = found["dispatches"]
    assert (order["clearedAt"], order["endedAt"]) == (None, None)
    assert utc(order["enRouteAt"]) == at("09:42")


def test_duty_is_what_the_handset_told_or_what_was_planned(record: ReplayRecord) -> None:
    told, planned = record.worker("W1"), record.worker("W2")
    record.write(
        "INSERT INTO handsets (handset_id, code, worker_id, kind, area_code, username,"
        " password_hash) OVERRIDING SYSTEM VALUE VALUES (1, 'h', %s, 'native', 'x', 'u', 'x')"
        " ON CONFLICT DO NOTHING",
        told,
    )
    for start, end in (("08:00", "09:30"), ("09:30", "09:40"), ("09:50", None)):
        record.write(
            "INSERT INTO duty_periods VALUES (%s, 1, %s, %s)", told, at(start), end and at(end)
        )
    for worker in (told, planned):
        record.write(
            "INSERT INTO shifts (worker_id, starts_at, ends_at) VALUES (%s, %s, %s)",
            *(worker, at("08:00"), at("17:00")),
        )
    rows = record.ask("supervisor", at("09:00"), at("10:00")).json()["workers"]
    spans = {
        row["code"]: ([(utc(s["fromAt"]), utc(s["toAt"])) for s in row["duty"]], row["dutyTold"])
        for row in rows
    }
    assert spans["W1"] == (
        [(at("09:00"), at("09:40")), (at("09:50"), at("10:00"))],
        True,
    )
    assert spans["W2"] == ([(at("09:00"), at("10:00"))], False)
    assert spans["W3"] == ([], False)


def test_the_timeline_counts_fixes_by_minute(record: ReplayRecord) -> None:
    record.fixes((at("09:02:30") + timedelta(seconds=each), 118.015, 32.015) for each in range(40))
    with record.server.signed_in("supervisor") as client:
        asked = {"from": at("09:00").isoformat(), "to": at("09:05").isoformat()}
        opened = client.get("/api/replay", params=asked).json()
        density = client.get(f"/api/replay/{opened['replayId']}/density").json()
    assert density == {"binS": 60, "fixes": [0, 0, 30, 10, 0], "sampled": 3, "workers": 3}


def test_the_borders_are_those_of_the_time_that_is_replayed(record: ReplayRecord) -> None:
    (area,) = record.server.rows("SELECT area_id FROM areas WHERE code = %s", GRIDS[0])[0]
    record.write("UPDATE area_boundaries SET valid_to = %s WHERE area_id = %s", at("09:30"), area)
    record.write(
        "INSERT INTO area_boundaries (area_id, valid_from, wkb)"
        " SELECT b.area_id, %s, o.wkb FROM area_boundaries b, area_boundaries o"
        " JOIN areas a USING (area_id) WHERE b.area_id = %s AND a.code = %s",
        *(at("09:30"), area, GRIDS[3]),
    )
    try:
        with record.server.signed_in("supervisor") as client:
            asked = {"from": at("09:00").isoformat(), "to": at("10:00").isoformat()}
            opened = client.get("/api/replay", params=asked).json()
            path = f"/api/replay/{opened['replayId']}/grids.geojson"
            west = [
                min(
                    lon
                    for each in client.get(path, params={"at": at(clock).isoformat()}).json()[
                        "features"
                    ]
                    if each["properties"]["code"] == GRIDS[0]
                    for lon, _ in each["geometry"]["coordinates"][0]
                )
                for clock in ("09:29", "09:30")
            ]
        assert [utc(each) for each in opened["bordersChangedAt"]] == [at("09:30")]
        assert west == [118.01, 118.02]
    finally:
        record.write("DELETE FROM area_boundaries WHERE valid_from = %s", at("09:30"))
        record.write("UPDATE area_boundaries SET valid_to = NULL")


def test_the_horizon_knows_todays_shift_and_how_far_back(record: ReplayRecord) -> None:
    today = datetime.now(UTC).astimezone(at("00:00").tzinfo).date()
    for start, end in (("08:00", "12:00"), ("14:00", "17:30")):
        record.write(
            "INSERT INTO shifts (worker_id, starts_at, ends_at) VALUES (%s, %s, %s)",
            *(record.worker(), at(start, today), at(end, today)),
        )
    with record.server.signed_in("supervisor") as client:
        horizon = client.get("/api/replay/horizon").json()
    assert (utc(horizon["today"]["fromAt"]), utc(horizon["today"]["toAt"])) == (
        at("08:00", today),
        at("17:30", today),
    )
    assert horizon["yesterday"] is None
    assert utc(horizon["now"]) - utc(horizon["keptFrom"]) == timedelta(days=180)
