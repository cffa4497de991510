"""The areas in memory: lineage, subtrees, and which grid a point lies in.

Owns look-ups in an immutable copy; not where it comes from (`store.py`) nor when it is replaced
(`current.py`). Pure.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from console_server.access.account import Account
from console_server.errors import NotFound

AreaKind = Literal["district", "subdistrict", "community", "grid"]


@dataclass(frozen=True, slots=True)
class AreaNode:
    """One area. `lineage` runs from the root down to this area itself."""

    area_id: int
    code: str
    name: str
    kind: AreaKind
    parent_id: int | None
    lineage: tuple[int, ...]
    households: int | None


class AreaTree:
    """All areas in force. Borders are lon/lat degrees WGS-84."""

    def __init__(
        self, nodes: Iterable[AreaNode] = (), borders: Mapping[int, BaseGeometry] | None = None
    ) -> None:
        self._by_id = {node.area_id: node for node in nodes}
        self._by_code = {node.code: node for node in self._by_id.values()}
        self._subtrees = _subtrees(self._by_id)
        finest_first = sorted(
            (self._by_id[area_id] for area_id in borders or {} if area_id in self._by_id),
            key=lambda node: (-len(node.lineage), node.area_id),
        )
        self._bordered = finest_first
        self._borders = dict(borders or {})
        self._index = STRtree([self._borders[node.area_id] for node in finest_first])

    @cached_property
    def version(self) -> str:
        """A name of this state of the tree: equal content, equal version."""
        digest = hashlib.sha256(repr(sorted(self._by_id.items())).encode())
        for area_id in sorted(self._borders):
            digest.update(f"{area_id}:".encode() + shapely.to_wkb(self._borders[area_id]))
        return digest.hexdigest()[:24]

    @property
    def nodes(self) -> tuple[AreaNode, ...]:
        """All areas, in the order they were given."""
        return tuple(self._by_id.values())

    def by_id(self, area_id: int) -> AreaNode | None:
        """The area with this id."""
        return self._by_id.get(area_id)

    def by_code(self, code: str) -> AreaNode | None:
        """The area with this code."""
        return self._by_code.get(code)

    def border(self, area_id: int) -> BaseGeometry | None:
        """The border in force, if the area has one of its own."""
        return self._borders.get(area_id)

    def subtree_ids(self, area_id: int) -> frozenset[int]:
        """The area itself and all below it; empty for an unknown area."""
        return self._subtrees.get(area_id, frozenset())

    def lineage(self, area_id: int) -> tuple[AreaNode, ...]:
        """From the root down to the area itself; empty for an unknown area."""
        node = self._by_id.get(area_id)
        if node is None:
            return ()
        return tuple(self._by_id[above] for above in node.lineage if above in self._by_id)

    def ancestor(self, area_id: int, kind: AreaKind) -> AreaNode | None:
        """The area of this kind on the way up, the area itself included."""
        return next((node for node in self.lineage(area_id) if node.kind == kind), None)

    def visible(self, account: Account) -> frozenset[int] | None:
        """The areas an account may see; None means everything."""
        return None if account.area_id is None else self.subtree_ids(account.area_id)

    def within(self, account: Account, area_code: str | None) -> frozenset[int] | None:
        """What the account may see, narrowed to an area if one is named; None: everything.

        Raises:
            NotFound: there is no such area, or the account may not see it.
        """
        visible = self.visible(account)
        if area_code is None:
            return visible
        node = self._by_code.get(area_code)
        if node is None or not self.may_see(account, node.area_id):
            raise NotFound("area", area_code)
        return self.subtree_ids(node.area_id)

    def may_see(self, account: Account, area_id: int | None) -> bool:
        """Whether something in this area (None: in no area) may be shown to the account."""
        visible = self.visible(account)
        return visible is None or (area_id is not None and area_id in visible)

    def locate(self, lon: float, lat: float) -> int | None:
        """The finest area whose border holds the point; on a shared border the lower id."""
        hits = self._index.query(shapely.points(lon, lat), predicate="intersects")
        return self._bordered[int(hits.min())].area_id if len(hits) else None


def _subtrees(by_id: Mapping[int, AreaNode]) -> dict[int, frozenset[int]]:
    members: dict[int, set[int]] = {area_id: {area_id} for area_id in by_id}
    for node in by_id.values():
        for above in node.lineage:
            if above in members:
                members[above].add(node.area_id)
    return {area_id: frozenset(ids) for area_id, ids in members.items()}
