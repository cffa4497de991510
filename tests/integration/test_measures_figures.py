"""Figures from the store against the same figures counted by plain Python, over random cases."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any, get_args

import psycopg
import pytest
import pytest_asyncio
from live_centre import EAST, SUBDISTRICT, WEST, seed
from measured_world import (
    FLAGS,
    NOW,
    PACK,
    Told,
    credited,
    durations,
    figures,
    invent,
    overdue_now,
    sent_back_worker,
    write,
)

from console_server.areas.store import read_tree
from console_server.areas.tree import AreaTree
from console_server.database import Connection
from console_server.measures.breakdown import break_down, classes_within
from console_server.measures.cases import Behind, read_cases
from console_server.measures.facts import Selection
from console_server.measures.figures import area_figures, read_figures, worker_figures
from console_server.measures.period import custom_period
from console_server.measures.report import read_measures
from console_server.wire.measures import FigureName, Figures

pytestmark = pytest.mark.asyncio(loop_scope="module")
PERIOD = custom_period(date(2026, 10, 20), date(2026, 11, 15), PACK.zone)


@pytest.fixture(scope="module")
def world(database: Any) -> tuple[str, list[Told]]:
    """A seeded district with 400 cases of every kind."""
    seed(database.owner_url)
    chance = random.Random(11)  # noqa: S311 - to repeat
    with psycopg.connect(database.owner_url) as connection:
        areas = [row[0] for row in connection.execute("SELECT area_id FROM areas")]
        workers = [row[0] for row in connection.execute("SELECT worker_id FROM workers")]
        groups = [
            connection.execute(
                "INSERT INTO functional_groups (code, name) VALUES (%s, %s) RETURNING group_id",
                (code, f"组{code}"),
            ).fetchone()[0]  # type: ignore[index]
            for code in ("a", "b")
        ]
        told = [invent(chance, n, [*areas, None], workers, groups) for n in range(400)]
        write(connection, told)
    return database.server_url, told


@pytest_asyncio.fixture(loop_scope="module")
async def connection(world: tuple[str, list[Told]]) -> Any:
    async with await psycopg.AsyncConnection.connect(world[0]) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def tree(connection: Connection) -> AreaTree:
    return await read_tree(connection)


def selection_of(tree: AreaTree, area: str | None = None, **changes: Any) -> Selection:
    node = tree.by_code(area) if area else None
    rows = break_down(tree, PACK, node.area_id if node else None, None)
    areas = tree.subtree_ids(node.area_id) if node else None
    given = {"areas": areas, "area_rows": rows.area_rows, "class_rows": rows.class_rows}
    return Selection(PERIOD, NOW, **(given | changes))


def in_period(told: list[Told]) -> list[Told]:
    return [each for each in told if PERIOD.from_at <= each.reported_at < PERIOD.to_at]


def said(found: Figures) -> dict[str, Any]:
    """Figures in the form in which the other counting gives them."""
    parts = {name: getattr(found, name) for name in found.__struct_fields__}
    for name in ("closure", "on_time", "rework"):
        parts[name] = (parts[name].n, parts[name].of)
    for name in ("response", "arrival", "handling"):
        each = parts[name]
        parts[name] = (each.count, pytest.approx(each.median_s), pytest.approx(each.p90_s))
    parts["rating"] = (found.rating.count, pytest.approx(found.rating.mean))
    return parts


def expected(told: list[Told], keep: Callable[[Told], bool] = lambda _: True) -> dict[str, Any]:
    return figures([c for c in in_period(told) if keep(c)], [c for c in told if keep(c)])


async def test_total_is_what_plain_counting_finds(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    found = (await read_figures(connection, selection_of(tree))).total
    assert expected(world[1]) == said(found)
    assert found.reported == found.accepted + found.rejected + found.waiting
    assert min(found.rework.n, found.overdue_now, found.rating.count, found.arrival.count) > 5


async def test_every_area_counts_its_whole_subtree_and_nothing_twice(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    found = await area_figures(connection, selection_of(tree))
    for code in (WEST, EAST):
        node = tree.by_code(code)
        assert node is not None
        below = tree.subtree_ids(node.area_id)
        assert expected(world[1], lambda c, below=below: c.area in below) == said(
            found[node.area_id]
        )
    assert len(found) == 2


async def test_narrowed_to_an_area_its_grids_make_the_rows(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    table = await read_figures(connection, selection_of(tree, WEST))
    grid, west = tree.by_code(WEST + "001"), tree.by_code(WEST)
    assert grid is not None and west is not None  # noqa: PT018 - for types
    below = tree.subtree_ids(west.area_id)
    assert expected(world[1], lambda c: c.area in below) == said(table.total)
    assert expected(world[1], lambda c: c.area == grid.area_id) == said(
        table.rows["area"][str(grid.area_id)]
    )


async def test_groups_classes_and_sources_add_up_to_the_total(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    table = await read_figures(connection, selection_of(tree))
    for name in ("area", "group", "worker", "class", "source"):
        for count in ("reported", "accepted", "closed", "overdue_now", "void", "merged"):
            added = sum(getattr(each, count) for each in table.rows[name].values())
            assert added == getattr(table.total, count), (name, count)
    top = table.rows["class"]["01"]
    assert expected(world[1], lambda c: c.class_code in {"01", "0101"}) == said(top)
    assert expected(world[1], lambda c: c.source == "petition") == said(
        table.rows["source"]["petition"]
    )


async def test_worker_is_credited_once_and_rework_counts_against_whoever_was_sent_back(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    found = await worker_figures(connection, selection_of(tree))
    for worker_id, mine in found.items():
        told = expected(world[1], lambda c, w=worker_id: credited(c) == w)
        back = [c for c in in_period(world[1]) if sent_back_worker(c) == worker_id]
        told["rework"] = (sum(map(FLAGS["rework"], back)), sum(map(FLAGS["handled"], back)))
        assert told == said(mine)
    assert len(found) == 4


async def test_selection_by_group_class_and_source(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    row = await (
        await connection.execute("SELECT group_id FROM functional_groups WHERE code = 'a'")
    ).fetchone()
    group_id = row[0] if row else 0
    classes = classes_within(PACK, "01")
    narrowed = selection_of(tree, group_id=group_id, classes=classes, source="handset")
    found = await read_figures(connection, narrowed)
    told = expected(
        world[1],
        lambda c: c.group == group_id and c.class_code in classes and c.source == "handset",
    )
    assert told == said(found.total)


async def test_every_figure_is_as_long_as_its_list(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    for figure in get_args(FigureName):
        listed = await read_cases(connection, selection_of(tree), Behind(figure))
        pool = world[1] if figure == "overdue_now" else in_period(world[1])
        codes = {f"C{c.number:05d}" for c in pool if _is_in(figure, c)}
        assert {each.code for each in listed.cases} == codes, figure
        assert listed.total == len(codes)


def _is_in(figure: str, case: Told) -> bool:
    if figure == "overdue_now":
        return overdue_now(case)
    if figure == "rating":
        return bool(case.rating) and FLAGS["reported"](case)
    if figure in {"response", "arrival", "handling"}:
        return durations(case)[figure] is not None
    return FLAGS[figure](case)


async def test_list_of_a_worker_and_of_nobody(connection: Connection, tree: AreaTree) -> None:
    found = await worker_figures(connection, selection_of(tree))
    for worker_id, mine in found.items():
        for figure, count in (("closed", mine.closed), ("rework", mine.rework.n)):
            name: FigureName = figure  # type: ignore[assignment]
            listed = await read_cases(connection, selection_of(tree), Behind(name, worker_id))
            assert listed.total == count
    table = await read_figures(connection, selection_of(tree))
    for what in ("area", "group", "worker"):
        behind = Behind("accepted", nobody=frozenset({what}))
        listed = await read_cases(connection, selection_of(tree), behind)
        assert listed.total == table.rows[what][""].accepted > 0


async def test_durations_are_listed_longest_first_and_bounded(
    connection: Connection, tree: AreaTree
) -> None:
    listed = await read_cases(connection, selection_of(tree), Behind("response", limit=10))
    seconds = [each.duration_s or 0 for each in listed.cases]
    assert seconds == sorted(seconds, reverse=True)
    assert len(seconds) == 10 < listed.total


async def test_report_names_everything_and_counts_each_day(
    world: Any, connection: Connection, tree: AreaTree
) -> None:
    found = await read_measures(connection, selection_of(tree), tree, PACK)
    assert [row.key for row in found.by_area] == [WEST, EAST, ""]
    assert {row.name for row in found.by_group} == {"组a", "组b", ""}
    assert len(found.days) == 27
    assert sum(each.reported for each in found.days) == found.total.reported
    ended = [c for c in world[1] if c.status in {"closed", "evaluated"} and c.closed_at]
    closed = [c for c in ended if PERIOD.from_at <= (c.closed_at or NOW) < PERIOD.to_at]
    assert sum(each.closed for each in found.days) == len(closed)
    assert sum(each.count for each in found.reject_reasons) == found.total.rejected
    assert {each.reason for each in found.reject_reasons} == {"重复", "不属实", ""}
    assert SUBDISTRICT not in {row.key for row in found.by_area}
