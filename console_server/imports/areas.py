"""Areas from GeoJSON: properties `code name kind parent households`, borders as polygons.

`valid_from` (生效日期) says since when a border holds, if not from now on. Owns the checks of a
file against itself and against what is there; writing is `areas/commands.py`.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Final, get_args

from shapely.geometry.base import BaseGeometry

from console_server.areas.commands import NewArea, put_areas
from console_server.areas.tree import AreaKind, AreaTree
from console_server.errors import Forbidden
from console_server.imports.complaints import Complaints
from console_server.imports.features import Feature, read_features
from console_server.imports.outcome import ImportContext, report
from console_server.imports.since import read_since
from console_server.imports.tiling import TilingFault, tiling_faults
from console_server.wire.field import ImportReport

RANKS: Final[dict[str, int]] = {kind: rank for rank, kind in enumerate(get_args(AreaKind))}
POLYGONS: Final = ("Polygon", "MultiPolygon")
TOPIC_SAFE = re.compile(r"^[A-Za-z0-9_-]{1,32}$")  # a subdistrict's code stands in MQTT topics
_FAULTS = {"overlap": ("重叠", "overlap"), "gap": ("空隙", "gap"), "outside": ("越界", "outside")}


async def import_areas(content: bytes, context: ImportContext) -> ImportReport:
    """Create and change areas; those that the file does not name stay as they are.

    Raises:
        Invalid: the file breaks a rule; nothing was changed.
        Forbidden: whoever imports sees only a part of the installation.
    """
    if context.visible is not None:
        raise Forbidden("Only an administrator of the whole installation may import areas.")
    complaints = context.complaints
    features = await asyncio.to_thread(read_features, content, complaints)
    areas = {area.code: (number, area) for number, area in _read(features, context)}
    _check_parents(areas, context.tree, complaints)
    complaints.raise_if_any()
    changed = {code: area for code, (_, area) in areas.items()}
    await asyncio.to_thread(_check_tiling, changed, context.tree, complaints)
    complaints.raise_if_any()
    wanted = [area for _, area in areas.values()]
    outcomes = await put_areas(context.connection, wanted, context.now)
    return report("areas", outcomes)


def _read(features: list[Feature], context: ImportContext) -> Iterator[tuple[int, NewArea]]:
    seen: set[str] = set()
    for feature in features:
        area = _area(feature, context)
        if area is None:
            continue
        if area.code in seen:
            context.complaints.add(
                feature.number, f"编码 {area.code} 重复", f"the code {area.code} occurs twice"
            )
        seen.add(area.code)
        yield feature.number, area


def _area(feature: Feature, context: ImportContext) -> NewArea | None:
    code, name, kind = feature.text("code"), feature.text("name"), feature.text("kind")
    number, complaints, pack = feature.number, context.complaints, context.pack
    before = len(complaints.found)
    if not TOPIC_SAFE.match(code):
        complaints.add(number, f"编码“{code}”无效", f"{code!r} is no code (letters, digits, - _)")
    elif kind == "grid" and pack and not re.match(pack.structure.grid_code_pattern, code):
        pattern = pack.structure.grid_code_pattern
        complaints.add(number, f"网格编码 {code} 不符合规则 {pattern}", f"must match {pattern}")
    if not name:
        complaints.add(number, "缺少名称", "the name is missing")
    if kind not in RANKS:
        complaints.add(number, f"类型“{kind}”未知", f"{kind!r} is none of {', '.join(RANKS)}")
    if feature.geometry is None and kind == "grid":
        complaints.add(number, "网格缺少边界", "a grid needs a border")
    if feature.geometry is not None and feature.geometry.geom_type not in POLYGONS:
        complaints.add(number, "边界必须是多边形", "the border must be a Polygon or MultiPolygon")
    households = feature.text("households")
    if households and not households.isdigit():
        complaints.add(number, f"户数“{households}”无效", f"households {households!r} is no number")
    since = read_since(feature.text("valid_from") or feature.text("生效日期"), number, context)
    if len(complaints.found) > before:
        return None
    return NewArea(
        code=code,
        name=name,
        kind=kind,  # type: ignore[arg-type]  # one of RANKS, checked above
        parent_code=feature.text("parent") or None,
        households=int(households) if households else None,
        border=feature.geometry,
        since=since,
    )


def _check_parents(
    areas: Mapping[str, tuple[int, NewArea]], tree: AreaTree, complaints: Complaints
) -> None:
    for number, area in areas.values():
        present = tree.by_code(area.code)
        if present is not None and present.kind != area.kind:
            complaints.add(
                number,
                f"{area.code} 已是 {present.kind}",
                f"{area.code} is a {present.kind} already",
            )
        if area.parent_code is None:
            if area.kind in ("community", "grid"):
                complaints.add(number, "缺少上级 parent", f"a {area.kind} needs a parent")
            continue
        parent_kind = _kind_of(area.parent_code, areas, tree)
        if parent_kind is None:
            complaints.add(
                number, f"上级 {area.parent_code} 不存在", f"no such parent {area.parent_code}"
            )
        elif RANKS[parent_kind] >= RANKS[area.kind]:
            complaints.add(
                number,
                f"{area.kind} 不能隶属于 {parent_kind} {area.parent_code}",
                f"a {area.kind} cannot lie in the {parent_kind} {area.parent_code}",
            )


def _kind_of(
    code: str, areas: Mapping[str, tuple[int, NewArea]], tree: AreaTree
) -> AreaKind | None:
    if code in areas:
        return areas[code][1].kind
    node = tree.by_code(code)
    return node.kind if node else None


def _check_tiling(areas: Mapping[str, NewArea], tree: AreaTree, complaints: Complaints) -> None:
    """Grids against each other and their nearest bordered area above; communities likewise."""
    borders, kinds, parents = _after(areas, tree)
    for kind in ("community", "grid"):
        shapes = {code: border for code, border in borders.items() if kinds[code] == kind}
        if not any(code in areas for code in shapes) and not any(
            kinds.get(code) != "grid" for code in areas
        ):
            continue
        above = {code: _bordered_above(code, parents, borders) for code in shapes}
        for fault in tiling_faults(shapes, above, borders):
            complaints.add(None, *_fault_text(fault))


def _after(
    areas: Mapping[str, NewArea], tree: AreaTree
) -> tuple[dict[str, BaseGeometry], dict[str, str], dict[str, str | None]]:
    """Borders, kinds and parents as they would be after the import, by code."""
    borders: dict[str, BaseGeometry] = {}
    kinds: dict[str, str] = {}
    parents: dict[str, str | None] = {}
    for node in tree.nodes:
        parent = tree.by_id(node.parent_id) if node.parent_id is not None else None
        kinds[node.code], parents[node.code] = node.kind, parent.code if parent else None
        if (border := tree.border(node.area_id)) is not None:
            borders[node.code] = border
    for code, area in areas.items():
        kinds[code], parents[code] = area.kind, area.parent_code
        if area.border is not None:
            borders[code] = area.border
    return borders, kinds, parents


def _bordered_above(
    code: str, parents: Mapping[str, str | None], borders: Mapping[str, BaseGeometry]
) -> str:
    direct = above = parents.get(code)
    while above is not None:
        if above in borders:
            return above
        above = parents.get(above)
    return direct or ""


def _fault_text(fault: TilingFault) -> tuple[str, str]:
    chinese, english = _FAULTS[fault.kind]
    place = f"{fault.lon:.6f}, {fault.lat:.6f}"
    codes = " / ".join(fault.codes)
    return (
        f"{codes} {chinese} {fault.area_m2:.0f} m²，位于 {place}",
        f"{english} of {fault.area_m2:.0f} m² at {place}",
    )
