"""Cases of every kind written straight into a store, and the same counted by plain Python.

The counting here shares nothing with the product but the words of `docs/measures.md`: whatever
both agree on for random cases is counted as it is said to be.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from console_server.packs.pack import load_pack

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PACK = load_pack("xingdian")
OPEN = ("reported", "accepted", "dispatched", "handling", "handled", "suspended", "rework")
ENDED = ("closed", "evaluated", "rejected", "void", "merged")
CLASSES = ("01", "0101", "02", "0601", "unclassified")
SOURCES = ("handset", "dispatcher", "hotline", "petition")


@dataclass
class Order:
    """One dispatch as it is written."""

    worker: int
    status: str
    ordered_at: datetime
    acknowledged_at: datetime | None = None
    on_scene_at: datetime | None = None
    cleared_at: datetime | None = None


@dataclass
class Told:
    """One case as it is written, and the moves of its file."""

    number: int
    status: str
    class_code: str
    source: str
    area: int | None
    group: int | None
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None = None
    stopped_at: datetime | None = None
    handled_at: datetime | None = None
    handled_by: int | None = None
    rating: int | None = None
    moves: list[tuple[str, datetime, str | None]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def at(self, to: str) -> datetime | None:
        return min((at for kind, at, _ in self.moves if kind == to), default=None)


def invent(
    chance: random.Random,
    number: int,
    areas: list[int | None],
    workers: list[int],
    groups: list[int],
) -> Told:
    """A case that went some way through its life."""
    reported = NOW - timedelta(minutes=chance.randrange(60 * 24 * 40))
    status = chance.choice(OPEN + ENDED + ("closed", "closed", "closed"))
    told = Told(
        number=number,
        status=status,
        class_code=chance.choice(CLASSES),
        source=chance.choice(SOURCES),
        area=chance.choice(areas),
        group=chance.choice([*groups, None]),
        reported_at=reported,
        due_at=chance.choice([None, *[reported + timedelta(hours=chance.randrange(1, 90))] * 9]),
    )
    at = _later(chance, reported)
    if status == "rejected":
        told.moves.append(("rejected", at, chance.choice(["重复", "不属实", None])))
    if status not in {"reported", "rejected", "merged"}:
        told.moves.append(("accepted", at, None))
    if status in {"handling", "handled", "closed", "evaluated", "rework", "suspended"}:
        at = _work(chance, told, at, workers)
    if status in {"handled", "closed", "evaluated"}:
        told.handled_at = at
        told.moves.append(("handled", at, None))
        done = [each for each in told.orders if each.status == "cleared"]
        told.handled_by = done[-1].worker if done else None
    if status == "suspended":
        told.stopped_at = at
    if status in ENDED:
        told.closed_at = _later(chance, at)
    if status in {"closed", "evaluated"} and chance.random() < 0.3:
        told.rating = chance.randrange(1, 6)
    return told


def _later(chance: random.Random, at: datetime) -> datetime:
    return at + timedelta(seconds=chance.randrange(1, 40_000))


def _work(chance: random.Random, told: Told, at: datetime, workers: list[int]) -> datetime:
    """Orders, some of them declined or withdrawn, and sometimes a rework after the first."""
    for again in range(chance.choice([0, 1, 1, 2])):
        order = Order(chance.choice(workers), "ordered", at)
        told.orders.append(order)
        order.status = chance.choice(["cleared", "cleared", "declined", "on_scene"])
        if order.status != "declined":
            order.acknowledged_at = at = _later(chance, at)
            order.on_scene_at = at = _later(chance, at)
        if order.status == "cleared":
            order.cleared_at = at if chance.random() < 0.2 else _later(chance, at)
            at = order.cleared_at
            if told.status == "rework" or (again == 0 and chance.random() < 0.3):
                told.moves += [("handled", at, None), ("rework", at := _later(chance, at), "返工")]
    if told.status == "rework" and told.at("rework") is None:
        told.moves += [("handled", at, None), ("rework", at := _later(chance, at), "返工")]
    return at


def write(connection: psycopg.Connection, told: list[Told]) -> None:
    """Put the cases into the store as the server's own commands leave them."""
    connection.execute(
        "INSERT INTO packs (code, version, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (PACK.code, PACK.version, PACK.text),
    )
    with connection.cursor() as cursor:
        for each in told:
            _write_one(cursor, each)


def _write_one(cursor: psycopg.Cursor, each: Told) -> None:
    key = UUID(int=each.number + 1)
    cursor.execute(
        "INSERT INTO incidents (incident_id, code, status, class_code, title, area_id, source,"
        " group_id, pack_code, pack_version, reported_at, due_at, closed_at, stopped_at,"
        " handled_at, handled_by, version) VALUES"
        " (%s, %s, %s, %s, '题', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(key, f"C{each.number:05d}", each.status, each.class_code, each.area, each.source),
            *(each.group, PACK.code, PACK.version, each.reported_at, each.due_at),
            *(each.closed_at, each.stopped_at, each.handled_at, each.handled_by),
            len(each.moves),
        ),
    )
    for version, (to, at, reason) in enumerate(each.moves, start=1):
        body = {"to": to} | ({"reason": reason} if reason else {})
        cursor.execute(
            "INSERT INTO incident_events (incident_id, version, at, kind, actor_kind, actor, body)"
            " VALUES (%s, %s, %s, 'status', 'system', 'system', %s)",
            (key, version, at, Jsonb(body)),
        )
    for number, order in enumerate(each.orders):
        ended = order.cleared_at or (order.ordered_at if order.status == "declined" else None)
        cursor.execute(
            "INSERT INTO dispatches (dispatch_id, incident_id, worker_id, status, ordered_at,"
            " acknowledged_at, on_scene_at, cleared_at, ended_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                *(UUID(int=each.number * 100 + number + 10**9), key, order.worker, order.status),
                *(order.ordered_at, order.acknowledged_at, order.on_scene_at, order.cleared_at),
                ended or NOW,
            ),
        )
    if each.rating:
        cursor.execute(
            "INSERT INTO resident_reports (incident_id, code_sha256, rating, rated_at)"
            " VALUES (%s, %s, %s, %s)",
            (key, key.bytes * 2, each.rating, NOW),
        )


# --- the same, counted once more ------------------------------------------------------------------


def credited(each: Told) -> int | None:
    if each.handled_by is not None:
        return each.handled_by
    live = [o for o in each.orders if o.status != "declined"]
    return max(live, key=lambda o: (o.ordered_at, 0)).worker if live else None


def sent_back_worker(each: Told) -> int | None:
    first = each.at("rework")
    done = [o for o in each.orders if o.cleared_at and first and o.cleared_at <= first]
    return max(done, key=lambda o: o.cleared_at or NOW).worker if done else credited(each)


def _accepted(each: Told) -> bool:
    return each.status not in {"void", "merged", "reported", "rejected"}


def _handled_at(each: Told) -> datetime | None:
    ended = each.closed_at if each.status in {"closed", "evaluated"} else None
    return each.handled_at or ended


def _past(each: Told) -> bool:
    open_and_running = each.closed_at is None and each.stopped_at is None
    return open_and_running and each.due_at is not None and each.due_at <= NOW


def _late(each: Told) -> bool:
    handled = _handled_at(each)
    if handled is None:
        return _past(each)
    return each.due_at is not None and handled > each.due_at


def _in_time(each: Told) -> bool:
    handled = _handled_at(each)
    return handled is not None and each.due_at is not None and handled <= each.due_at


FLAGS: dict[str, Callable[[Told], bool]] = {
    "reported": lambda c: c.status not in {"void", "merged"},
    "accepted": _accepted,
    "rejected": lambda c: c.status == "rejected",
    "waiting": lambda c: c.status == "reported",
    "merged": lambda c: c.status == "merged",
    "void": lambda c: c.status == "void",
    "closed": lambda c: c.status in {"closed", "evaluated"},
    "unclosed": lambda c: _accepted(c) and _past(c),
    "on_time": lambda c: _accepted(c) and _in_time(c),
    "late": lambda c: _accepted(c) and _late(c),
    "rework": lambda c: _accepted(c) and c.at("rework") is not None,
    "handled": lambda c: _accepted(c) and (c.at("rework") or _handled_at(c)) is not None,
}
RUNNING = {"reported", "accepted", "dispatched", "handling", "rework"}


def overdue_now(each: Told) -> bool:
    return _past(each) and each.status in RUNNING


def durations(each: Told) -> dict[str, float | None]:
    """Response, arrival and handling of one case, seconds."""
    if not _accepted(each):
        return {"response": None, "arrival": None, "handling": None}
    seen = min((o.acknowledged_at for o in each.orders if o.acknowledged_at), default=None)
    there = [
        o
        for o in each.orders
        if o.on_scene_at and (o.cleared_at is None or o.on_scene_at < o.cleared_at)
    ]
    first = min(there, key=lambda o: o.on_scene_at or NOW, default=None)
    accepted, handled = each.at("accepted"), _handled_at(each)
    return {
        "response": (seen - each.reported_at).total_seconds() if seen else None,
        "arrival": (first.on_scene_at - first.ordered_at).total_seconds()
        if first and first.on_scene_at
        else None,
        "handling": (handled - accepted).total_seconds() if handled and accepted else None,
    }


def spread(values: list[float]) -> tuple[int, float | None, float | None]:
    """Count, median and 90th percentile, interpolated between neighbours."""
    if len(values) < 2:
        return (len(values), *([values[0]] * 2 if values else (None, None)))
    cuts = quantiles(values, n=10, method="inclusive")
    return len(values), quantiles(values, n=2, method="inclusive")[0], cuts[8]


def figures(cases: list[Told], everything: list[Told]) -> dict[str, Any]:
    """What `Figures` should say of `cases`, of which `everything` knows no period."""
    n = {name: sum(map(flag, cases)) for name, flag in FLAGS.items()}
    rated = [c.rating for c in cases if c.rating and FLAGS["reported"](c)]
    measured = [durations(each) for each in cases]
    lists = {
        name: [d[name] for d in measured if d[name] is not None]
        for name in ("response", "arrival", "handling")
    }
    plain = ("reported", "accepted", "rejected", "waiting", "merged", "void", "closed")
    return {
        **{name: n[name] for name in plain},
        "closure": (n["closed"], n["closed"] + n["unclosed"]),
        "on_time": (n["on_time"], n["on_time"] + n["late"]),
        "rework": (n["rework"], n["handled"]),
        "overdue_now": sum(map(overdue_now, everything)),
        **{name: spread([v for v in found if v is not None]) for name, found in lists.items()},
        "rating": (len(rated), sum(rated) / len(rated) if rated else None),
    }
