"""Who is told what: one interest group for all consoles that see the same areas.

Owns which workers and which events concern a group; not the telling (`hub.py`). Pure.
"""

from collections.abc import Mapping

import numpy as np

from console_server.live.frame import Bools
from console_server.live.roster import Roster


class Interest:
    """What the accounts of one area may see; `area_id` None: everything."""

    def __init__(self, area_id: int | None, roster: Roster) -> None:
        self.area_id = area_id
        self._lineages = roster.lineages()
        self.workers = _workers_within(area_id, roster, self._lineages)

    def sees(self, area_id: int | None) -> bool:
        """Whether something in this area (None: in no area) concerns the group."""
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
