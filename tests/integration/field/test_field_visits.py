"""Labels at checkpoints: made for each, scanned once, counted where the phone was near."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from small_district import GRIDS, RunningServer

LON, LAT = 118.015, 32.015  # in the first grid


@pytest.fixture(scope="module")
def labels(server: RunningServer) -> dict[str, str]:
    """The labels of three checkpoints, by code."""
    places = "".join(f"D{each},{each} 号点,{GRIDS[0]},{LON},{LAT},30\n" for each in (1, 2, 3))
    put_up(server, "编号,名称,网格,经度,纬度,半径\n" + places)
    with server.signed_in("admin") as admin:
        return {each["code"]: each["label"] for each in admin.get("/api/checkpoints/labels").json()}


def put_up(server: RunningServer, table: str) -> dict[str, int]:
    """Import checkpoints; the counts of the report."""
    with server.signed_in("admin") as admin:
        answer = admin.post(
            "/api/checkpoints/import", files={"file": ("checkpoints.csv", table.encode())}
        )
        assert answer.is_success, answer.text
        found: dict[str, int] = answer.json()
        return found


def scan(label: str, client_id: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"clientId": client_id, "label": label, "at": now} | more


def post(phone: httpx.Client, body: dict[str, Any]) -> httpx.Response:
    return phone.post("/api/field/visits", json=body)


def test_every_label_is_its_own_and_only_administrators_print_it(
    server: RunningServer, labels: dict[str, str]
) -> None:
    assert len(set(labels.values())) == 3
    assert all(len(label) > 30 and label.startswith(code) for code, label in labels.items())
    for name in ("dispatcher", "supervisor", "wall"):
        with server.signed_in(name) as other:
            assert other.get("/api/checkpoints/labels").status_code == 403


def test_a_scan_is_one_visit_however_often_it_is_sent(
    server: RunningServer, labels: dict[str, str], enrol: Any, as_worker: Any
) -> None:
    with as_worker(enrol("W1")) as phone:
        body = scan(labels["D1"], "once", lon=LON, lat=LAT, accuracyM=8.0)
        first, again = post(phone, body), post(phone, body)
    assert first.status_code == 201
    assert first.json() == again.json()
    assert (first.json()["checkpointName"], first.json()["counts"]) == ("1 号点", True)
    assert server.rows(
        "SELECT count(*), max(distance_m) FROM checkpoint_visits WHERE client_id = 'once'"
    ) == [(1, 0.0)]


@pytest.mark.parametrize(
    ("place", "counts"),
    [
        ({}, True),
        ({"lon": LON + 0.001, "lat": LAT, "accuracyM": 10.0}, True),
        ({"lon": LON + 0.005, "lat": LAT, "accuracyM": 10.0}, False),
    ],
)
def test_a_place_far_away_speaks_against_the_visit_and_none_does_not(
    labels: dict[str, str], enrol: Any, as_worker: Any, place: dict[str, float], counts: object
) -> None:
    with as_worker(enrol("W1")) as phone:
        answer = post(phone, scan(labels["D2"], "x", **place))
    assert answer.json()["counts"] is counts


@pytest.mark.parametrize("label", ["D1", "D1.", ".", "D1.0123456789abcdef0123456789abcdef", "错.x"])
def test_a_made_up_label_is_no_visit(
    labels: dict[str, str], enrol: Any, as_worker: Any, label: str
) -> None:
    assert labels
    with as_worker(enrol("W1")) as phone:
        assert post(phone, scan(label, "made-up")).status_code in {404, 422}


@pytest.mark.parametrize("shift", [timedelta(minutes=10), timedelta(days=-400)])
def test_a_time_that_cannot_be_is_refused(
    labels: dict[str, str], enrol: Any, as_worker: Any, shift: timedelta
) -> None:
    with as_worker(enrol("W1")) as phone:
        body = scan(labels["D1"], "when") | {"at": (datetime.now(UTC) + shift).isoformat()}
        assert post(phone, body).status_code == 422


def test_a_late_scan_belongs_to_its_own_day(
    labels: dict[str, str], enrol: Any, as_worker: Any
) -> None:
    given = enrol("W1")
    at = datetime.now(UTC) - timedelta(days=1)
    with as_worker(given) as phone:
        assert post(phone, scan(labels["D3"], "late") | {"at": at.isoformat()}).json()["counts"]
        day = (at + timedelta(hours=8)).date()
        found = phone.get(f"/api/field/days/{day}").json()
    assert [visit["checkpointCode"] for visit in found["visits"]] == ["D3"]


def test_a_worker_sees_no_visit_of_another(
    labels: dict[str, str], enrol: Any, as_worker: Any
) -> None:
    with as_worker(enrol("W1")) as one, as_worker(enrol("W2")) as other:
        post(one, scan(labels["D1"], "mine"))
        assert [v["clientId"] for v in one.get("/api/field/today").json()["visits"]]
        assert other.get("/api/field/today").json()["visits"] == []


def test_a_scan_from_before_the_checkpoint_was_removed_still_counts(
    server: RunningServer, labels: dict[str, str], enrol: Any, as_worker: Any
) -> None:
    with server.signed_in("admin") as admin:
        assert admin.delete("/api/checkpoints/D3").status_code == 204
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    with as_worker(enrol("W2")) as phone:
        late = post(phone, scan(labels["D3"], "late") | {"at": before})
        assert (late.status_code, late.json()["counts"]) == (201, True)
        assert post(phone, scan(labels["D3"], "too late")).status_code == 404
