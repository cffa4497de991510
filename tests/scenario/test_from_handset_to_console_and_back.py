"""The whole loop: a handset's fix to the console's socket, a dispatcher's order to the handset."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from outsider import Console, Handset, wait_until


@pytest.fixture(scope="module")
def grid_points(admin: Console) -> dict[str, tuple[float, float]]:
    """A point inside each grid, by code."""
    from shapely.geometry import shape

    found = {}
    for feature in admin.get("areas/grids.geojson")["features"]:
        point = shape(feature["geometry"]).representative_point()
        found[feature["properties"]["code"]] = (point.x, point.y)
    return found


@pytest.fixture
def crew(admin: Console) -> Iterator[list[tuple[dict[str, Any], Handset]]]:
    """Two workers of one grid, each with an enrolled handset on duty."""
    workers = admin.get("workers")[:2]
    made = []
    for worker in workers:
        credentials = admin.post("handsets", {"workerId": worker["workerId"], "kind": "native"})
        handset = Handset(credentials)
        handset.publish("status", {"at": time.time() - 1, "duty": True})
        made.append((worker, handset))
    yield made
    for _worker, handset in made:
        handset.publish("status", {"at": time.time(), "duty": False})
        handset.go_away()


def _fix(place: tuple[float, float], at: float | None = None) -> dict[str, Any]:
    fix = {"at": at or time.time(), "lon": place[0], "lat": place[1], "acc": 5, "spd": 1.2}
    return {"fixes": [fix], "datum": "wgs84"}


def test_a_fix_is_shown_on_the_console_where_it_was(
    crew: list[tuple[dict[str, Any], Handset]],
    dispatcher: Console,
    grid_points: dict[str, tuple[float, float]],
) -> None:
    worker, handset = crew[0]
    place = grid_points[worker["gridCodes"][0]]
    with dispatcher.live() as live:
        live.until(lambda seen: seen.workers)
        sent_at = time.time()
        handset.publish("fix", _fix(place, sent_at))
        live.until(
            lambda seen: (
                seen.positions.get(worker["workerId"], {}).get("fixed_at", 0) >= int(sent_at)
            )
        )
        seen = live.positions[worker["workerId"]]
        assert (seen["lon"], seen["lat"]) == pytest.approx(place, abs=1e-6)


def test_one_order_goes_all_its_way_and_each_step_is_shown_and_filed(
    crew: list[tuple[dict[str, Any], Handset]],
    dispatcher: Console,
    grid_points: dict[str, tuple[float, float]],
) -> None:
    (worker, handset), (_other, bystander) = crew
    place = grid_points[worker["gridCodes"][0]]
    handset.publish("fix", _fix(place))
    wait_until(
        lambda: any(
            p["workerId"] == worker["workerId"] and p["lon"] for p in dispatcher.get("positions")
        )
    )
    class_code = dispatcher.get("pack")["classes"][-1]["code"]
    title = f"井盖缺失 {uuid.uuid4().hex[:6]}"
    with dispatcher.live() as live:
        live.until(lambda seen: seen.messages)
        report = {"id": f"r-{time.time_ns()}", "at": time.time(), "lon": place[0], "lat": place[1]}
        report |= {"text": "路面井盖缺失", "title": title, "cls": class_code}
        handset.publish("report", report)
        handset.publish("report", report)  # a retry makes no second incident
        incident = live.until(
            lambda seen: next(
                (
                    m["incident"]
                    for m in seen.messages
                    if m["type"] == "incident" and m["incident"]["title"] == title
                ),
                None,
            )
        )
        ordered = dispatcher.post(
            f"incidents/{incident['id']}/dispatches", {"workerId": worker["workerId"]}
        )
        order = handset.order()
        assert (order["dispatch"], order["action"]) == (ordered["dispatchId"], "go")
        for step in ("acknowledged", "en_route", "on_scene", "cleared"):
            progress = {"dispatch": ordered["dispatchId"], "step": step, "at": time.time()}
            handset.publish("progress", progress)
            live.until(lambda seen, step=step: _status(seen, incident["id"]) == step)
    file = wait_until(lambda: _handled(dispatcher, incident["id"]))
    assert [event["version"] for event in file["events"]] == list(range(1, len(file["events"]) + 1))
    assert bystander.received.empty()
    same = [
        i
        for i in dispatcher.get("incidents", state="all")["incidents"]
        if i["title"] == title and i["reporterWorkerId"] == worker["workerId"]
    ]
    assert len(same) == 1


def _handled(console: Console, incident_id: str) -> dict[str, Any] | None:
    """The case once it is handled."""
    found = dict(console.get(f"incidents/{incident_id}"))
    return found if found["status"] == "handled" else None


def _status(live: Any, incident_id: str) -> str | None:
    dispatches = live.incident(incident_id).get("dispatches", [])
    return dispatches[0]["status"] if dispatches else None


def test_a_handset_that_writes_under_anothers_topic_does_not_move_that_worker(
    crew: list[tuple[dict[str, Any], Handset]],
    dispatcher: Console,
    grid_points: dict[str, tuple[float, float]],
) -> None:
    (victim, _handset), (own, stranger) = crew
    forged = grid_points[max(grid_points)]
    stranger.publish_to(f"{crew[0][1].prefix}/fix", _fix(forged))
    honest = grid_points[own["gridCodes"][0]]
    wait_until(stranger.client.is_connected)
    stranger.publish("fix", _fix(honest))
    seen = wait_until(
        lambda: {
            p["workerId"]: p
            for p in dispatcher.get("positions")
            if p["workerId"] == own["workerId"] and p["lon"] == pytest.approx(honest[0], abs=1e-6)
        }
    )
    assert seen
    victims = [p for p in dispatcher.get("positions") if p["workerId"] == victim["workerId"]]
    assert all(p["lon"] != pytest.approx(forged[0], abs=1e-6) for p in victims)


def test_an_order_to_a_handset_that_is_away_waits_for_it(
    crew: list[tuple[dict[str, Any], Handset]],
    dispatcher: Console,
    grid_points: dict[str, tuple[float, float]],
) -> None:
    worker, handset = crew[0]
    place = grid_points[worker["gridCodes"][0]]
    handset.publish("fix", _fix(place))
    class_code = dispatcher.get("pack")["classes"][-1]["code"]
    incident = dispatcher.post(
        "incidents",
        {"classCode": class_code, "title": "路灯不亮", "lon": place[0], "lat": place[1]},
    )
    handset.go_away()
    ordered = dispatcher.post(
        f"incidents/{incident['id']}/dispatches", {"workerId": worker["workerId"]}
    )
    handset.come_back()
    assert handset.order()["dispatch"] == ordered["dispatchId"]
    dispatcher.post(
        f"dispatches/{ordered['dispatchId']}/transitions",
        {
            "to": "cancelled",
            "version": dispatcher.get(f"incidents/{incident['id']}")["dispatches"][0]["version"],
            "reason": "误派",
        },
    )
    assert handset.order()["action"] == "withdraw"
