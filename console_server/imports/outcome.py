"""What came of an import: counts per kind, and the small words all importers share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from console_server.areas.tree import AreaTree
from console_server.database import Connection
from console_server.imports.complaints import Complaints
from console_server.packs.pack import RulePack
from console_server.wire.field import ImportReport


@dataclass(frozen=True, slots=True)
class ImportContext:
    """What an importer works with. `visible` None: the whole installation."""

    connection: Connection
    tree: AreaTree
    pack: RulePack | None
    now: datetime
    complaints: Complaints
    visible: frozenset[int] | None = None

    def may_touch(self, area_id: int) -> bool:
        """Whether whoever imports may change something in this area."""
        return self.visible is None or area_id in self.visible


def report(kind: str, outcomes: Sequence[str]) -> ImportReport:
    """Counts of `created`, `updated` and `unchanged`."""
    counts = Counter(outcomes)
    return ImportReport(
        kind=kind,
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
    )


def outcome(before: object | None, after: object) -> str:
    """How one record came out, by its value before (None: there was none) and after."""
    if before is None:
        return "created"
    return "unchanged" if before == after else "updated"
