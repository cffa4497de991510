"""What the figures of a selection are broken down into, and what the rows are called.

Owns which areas and classes make a row; not the counting (`figures.py`). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from console_server.areas.tree import AreaNode, AreaTree
from console_server.packs.pack import RulePack


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The row that each area and each class counts in."""

    area_rows: Mapping[int, int]
    class_rows: Mapping[str, str]


def break_down(
    areas: AreaTree, pack: RulePack, within: int | None, class_code: str | None
) -> Breakdown:
    """Rows one level below what is asked for: the areas below an area, the sub-classes of a class.

    `within` None: from the top. A level with a single area is passed over.
    """
    return Breakdown(_area_rows(areas, within), _class_rows(pack, class_code))


def classes_within(pack: RulePack, class_code: str) -> frozenset[str]:
    """A class and all below it; a code that the pack does not know stands for itself."""
    below = {
        each.code
        for each in pack.classes
        if class_code in {above.code for above in pack.lineage(each.code)}
    }
    return frozenset(below | {class_code})


def top_class(pack: RulePack, class_code: str) -> str:
    """The class at the top of a class's lineage; an unknown code is its own."""
    lineage = pack.lineage(class_code)
    return lineage[-1].code if lineage else class_code


def children_of(areas: AreaTree, within: int | None) -> list[AreaNode]:
    """The areas that make a row each; a level with a single area is passed over."""
    found = [node for node in areas.nodes if node.parent_id == within]
    while len(found) == 1:
        below = [node for node in areas.nodes if node.parent_id == found[0].area_id]
        if not below:
            break
        found = below
    return found


def _area_rows(areas: AreaTree, within: int | None) -> dict[int, int]:
    return {
        area_id: row.area_id
        for row in children_of(areas, within)
        for area_id in areas.subtree_ids(row.area_id)
    }


def _class_rows(pack: RulePack, class_code: str | None) -> dict[str, str]:
    rows = {}
    for each in pack.classes:
        lineage = [above.code for above in reversed(pack.lineage(each.code))]  # from the top
        depth = lineage.index(class_code) + 1 if class_code in lineage else 0
        rows[each.code] = lineage[min(depth, len(lineage) - 1)]
    return rows
