"""预警预报: which classes have clearly more cases in an area this week than in the weeks before.

Owns what is counted and compared; the test is `surge.py`. Computed when asked, from the store. The
week is the seven days before an instant, so that every week compared has the same days and hours.
Void and merged cases are left out: what was reported twice is no rise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from console_server.areas.tree import AreaNode, AreaTree
from console_server.database import Connection
from console_server.measures.breakdown import top_class
from console_server.measures.surge import Cell, Judged, dispersion_of, judge_family
from console_server.packs.pack import RulePack
from console_server.wire.measures import (
    ClassShare,
    EarlyWarning,
    EarlyWarnings,
    SourceFamily,
    SourceRise,
)

WEEKS: Final = 8  # compared with
WEEKS_NEEDED: Final = 4  # with fewer, nobody can say what is usual
WEEK: Final = timedelta(days=7)
SUB_CLASSES_SHOWN: Final = 3
KINDS: Final = ("subdistrict", "community")
# Own orders (大联勤工单), the hotline (12345 工单), residents, and petitions (信访涉稳).
FAMILIES: Final[Mapping[str, SourceFamily]] = {
    "hotline": "hotline",
    "resident": "resident",
    "petition": "petition",
}
FAMILY_ORDER: Final[tuple[SourceFamily, ...]] = ("own", "hotline", "resident", "petition")


@dataclass(frozen=True, slots=True)
class WeekCount:
    """How many cases of a class, an area and a source; `week` 0 is this one, 1 the one before."""

    area_id: int | None
    class_code: str
    source: str
    week: int
    n: int


@dataclass(slots=True)
class Tally:
    """The counts of one top class in one area, by week, and this week's by sub-class."""

    weeks: Counter[int] = field(default_factory=Counter)
    sources: Counter[tuple[str, int]] = field(default_factory=Counter)
    sub_classes: Counter[str] = field(default_factory=Counter)

    def add(self, row: WeekCount) -> None:
        """Count one row."""
        self.weeks[row.week] += row.n
        self.sources[FAMILIES.get(row.source, "own"), row.week] += row.n
        if row.week == 0:
            self.sub_classes[row.class_code] += row.n

    def cell(self, weeks: int) -> Cell:
        """As the test takes it."""
        return Cell(tuple(self.weeks[week] for week in range(weeks, 0, -1)), self.weeks[0])


@dataclass(frozen=True, slots=True)
class Compared:
    """One class in one area, ready to be judged."""

    area_id: int
    class_code: str
    tally: Tally
    cell: Cell


async def read_warnings(
    connection: Connection,
    areas: AreaTree,
    pack: RulePack,
    within: frozenset[int] | None,
    until: datetime,
) -> EarlyWarnings:
    """Compare the week before `until` in the areas `within` (None: all) with the weeks before."""
    weeks = await _weeks_on_record(connection, until)
    rows = await _read_counts(connection, within, until, max(weeks, 0))
    return compare(rows, areas, pack, until, weeks)


def compare(
    rows: Sequence[WeekCount], areas: AreaTree, pack: RulePack, until: datetime, weeks: int
) -> EarlyWarnings:
    """The same from counts that are known. Areas are judged one level at a time."""
    overall = Tally()
    for row in rows:
        overall.add(row)
    found: list[EarlyWarning] = []
    cells, dispersion = 0, 1.0
    if weeks >= WEEKS_NEEDED:
        tallies = {kind: _tallies(rows, areas, pack, kind) for kind in KINDS}
        finest = [t.cell(weeks) for t in tallies[KINDS[-1]].values()]
        dispersion = dispersion_of(finest)
        for tally_of in tallies.values():
            cells += len(tally_of)
            found += _judged(tally_of, areas, pack, weeks, dispersion)
    return EarlyWarnings(
        from_at=until - WEEK,
        until=until,
        weeks=weeks,
        weeks_needed=WEEKS_NEEDED,
        cells=cells,
        dispersion=round(dispersion, 3),
        warnings=sorted(found, key=lambda each: (each.p, each.area_code, each.class_code)),
        sources=_source_rises(overall, weeks),
    )


def _tallies(
    rows: Iterable[WeekCount], areas: AreaTree, pack: RulePack, kind: str
) -> dict[tuple[int, str], Tally]:
    above: dict[int, AreaNode | None] = {}
    found: dict[tuple[int, str], Tally] = defaultdict(Tally)
    for row in rows:
        if row.area_id is None:
            continue
        if row.area_id not in above:
            nodes = areas.lineage(row.area_id)
            above[row.area_id] = next((node for node in nodes if node.kind == kind), None)
        area = above[row.area_id]
        if area is not None:
            found[area.area_id, top_class(pack, row.class_code)].add(row)
    return found


def _judged(
    tallies: Mapping[tuple[int, str], Tally],
    areas: AreaTree,
    pack: RulePack,
    weeks: int,
    dispersion: float,
) -> list[EarlyWarning]:
    compared = [Compared(*key, tally, tally.cell(weeks)) for key, tally in tallies.items()]
    judged = judge_family([each.cell for each in compared], dispersion)
    return [
        _warning(each, areas.by_id(each.area_id), verdict, pack)
        for each, verdict in zip(compared, judged, strict=True)
        if verdict.rises
    ]


def _warning(
    compared: Compared, area: AreaNode | None, verdict: Judged, pack: RulePack
) -> EarlyWarning:
    cell, tally = compared.cell, compared.tally
    return EarlyWarning(
        area_code=area.code if area else "",
        area_name=area.name if area else "",
        class_code=compared.class_code,
        class_name=class_name(pack, compared.class_code),
        count=cell.count,
        weekly=list(cell.weekly),
        mean=cell.mean,
        p=verdict.p,
        q=verdict.q,
        sources=_source_rises(tally, len(cell.weekly)),
        sub_classes=[
            ClassShare(code, class_name(pack, code), n)
            for code, n in tally.sub_classes.most_common(SUB_CLASSES_SHOWN)
            if code != compared.class_code
        ],
    )


def class_name(pack: RulePack, class_code: str) -> str:
    """The name of a class; a code that the pack does not know stands for itself."""
    found = pack.find_class(class_code)
    return found.name if found else class_code


def _source_rises(tally: Tally, weeks: int) -> list[SourceRise]:
    return [
        SourceRise(family, tally.sources[family, 0], _mean(tally, family, weeks))
        for family in FAMILY_ORDER
        if any(tally.sources[family, week] for week in range(weeks + 1))
    ]


def _mean(tally: Tally, family: SourceFamily, weeks: int) -> float:
    before = sum(tally.sources[family, week] for week in range(1, weeks + 1))
    return before / weeks if weeks > 0 else 0.0


async def _weeks_on_record(connection: Connection, until: datetime) -> int:
    """How many whole weeks before this one lie after the first case there ever was."""
    cursor = await connection.execute("SELECT min(reported_at) FROM incidents")
    row = await cursor.fetchone()
    if row is None or row[0] is None:
        return 0
    return max(0, min(WEEKS, int((until - WEEK - row[0]) / WEEK)))


async def _read_counts(
    connection: Connection, within: frozenset[int] | None, until: datetime, weeks: int
) -> list[WeekCount]:
    async with connection.cursor(row_factory=class_row(WeekCount)) as cursor:
        await cursor.execute(
            """
            SELECT area_id, class_code, source, count(*) AS n,
                   floor(EXTRACT(EPOCH FROM %(until)s - reported_at) / 604800)::integer AS week
            FROM incidents
            WHERE reported_at > %(until)s - %(span)s AND reported_at <= %(until)s
              AND status NOT IN ('void', 'merged')
              AND (%(areas)s::integer[] IS NULL OR area_id = ANY(%(areas)s))
            GROUP BY area_id, class_code, source, week
            """,
            {
                "until": until,
                "span": (weeks + 1) * WEEK,
                "areas": None if within is None else sorted(within),
            },
        )
        return await cursor.fetchall()
