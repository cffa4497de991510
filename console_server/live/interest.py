"""Who is told what: one interest group for all consoles that see the same.

Owns which workers and which events concern a group; not the telling (`hub.py`). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from console_server.live.frame import Bools
from console_server.live.roster import Roster


@dataclass(frozen=True, slots=True)
class Sight:
    """How far an account sees: the area (None: everything) and whether only its group's cases.

    `ordered_to`: of a department, the functional group whose cases alone it sees, and no workers.
    """

    area_id: int | None = None
    ordered_to: str | None = None


class Interest:
    """What the accounts of one sight are told."""

    def __init__(self, sight: Sight, roster: Roster) -> None:
        self.sight = sight
        self.area_id = sight.area_id
        self._lineages = roster.lineages()
        self.workers = (
            _workers_within(sight.area_id, roster, self._lineages)
            if sight.ordered_to is None
            else np.zeros(len(roster.rows), dtype=np.bool_)
        )

    def sees(self, area_id: int | None, groups: frozenset[str] = frozenset()) -> bool:
        """Whether something in this area (None: in no area), given to these groups, concerns it."""
        if self.sight.ordered_to is not None and self.sight.ordered_to not in groups:
            return False
        if self.area_id is None:
            return True
        return area_id is not None and self.area_id in self._lineages.get(area_id, frozenset())

    def areas(self) -> frozenset[int] | None:
        """The areas it sees; None means everything."""
        if self.area_id is None:
            return None
        return frozenset(area for area, above in self._lineages.items() if self.area_id in above)


def _workers_within(
    area_id: int | None, roster: Roster, lineages: Mapping[int, frozenset[int]]
) -> Bools:
    """By slot: whose own grids, or whose subdistrict, lie in the area."""
    if area_id is None:
        return np.ones(len(roster.rows), dtype=np.bool_)
    nothing = frozenset[int]()
    within = [
        any(area_id in lineages.get(place, nothing) for place in (row.area_id, *row.grid_ids))
        for row in roster.rows
    ]
    return np.array(within, dtype=np.bool_)
