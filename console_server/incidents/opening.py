"""Opening an incident, from whatever source, once for each client id.

Owns the command and what a new incident gets of the rule pack (severity, group, deadline), of the
area tree and of the day's numbers; not how the sources speak (`routes.py`, `dispatches/inbox.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from console_server.areas.tree import AreaTree
from console_server.database import Connection
from console_server.errors import Invalid
from console_server.incidents import store
from console_server.incidents.actor import SYSTEM, Act, Actor
from console_server.incidents.case import Case
from console_server.incidents.casefile import announce, move_case
from console_server.incidents.deadlines import first_warning
from console_server.incidents.incident import Status
from console_server.packs.calendar import due_at
from console_server.packs.intake_rules import DURESS
from console_server.packs.pack import RulePack

GRAVEST = 1
UNCLASSIFIED = "unclassified"  # the field did not say; the centre decides
UNSORTED = frozenset({"handset", "hotline", "resident"})  # may leave the class to the centre
TITLE_MAX = 200
TEXT_MAX = 4000


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a new incident. lon/lat degrees WGS-84, both or neither.

    `reported_at` is when it was reported where it came from, by the server's clock.
    """

    class_code: str
    title: str
    source: str
    reported_at: datetime
    description: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    severity: int | None = None
    client_id: str | None = None
    reporter_worker_id: int | None = None
    area_id: int | None = None  # where it counts as lying when it has no place


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides about a new incident: the areas and the rule pack in force."""

    areas: AreaTree
    pack: RulePack


async def open_incident(
    connection: Connection, opening: Opening, actor: Actor, rules: Rules
) -> Case:
    """Open it, or give the one that the same client id opened before.

    Raises:
        Invalid: a field breaks a rule; all of them are named.
    """
    if errors := find_errors(opening, rules.pack):
        raise Invalid("The incident cannot be opened like this.", errors)
    await store.lock_openings(connection)
    if opening.client_id is not None:
        known = await store.case_of_client(connection, opening.client_id)
        if known is not None:
            return known
    case = await _new_case(connection, opening, rules)
    await store.insert_case(connection, case)
    body = {"source": opening.source, "classCode": opening.class_code}
    await store.append_event(connection, case, "opened", Act(actor, case.reported_at), body)
    if rules.pack.workflow.acceptance == "automatic":
        case = await move_case(connection, case, Status.ACCEPTED, Act(SYSTEM, case.reported_at))
    await announce(connection, case)
    return case


def find_errors(opening: Opening, pack: RulePack) -> Sequence[str]:
    """Every rule that the fields break, as `field: reason`."""
    checks = [
        (not _knows_class(opening, pack), "classCode: not a class of the rule pack"),
        (not opening.title.strip(), "title: is empty"),
        (len(opening.title) > TITLE_MAX, f"title: longer than {TITLE_MAX} characters"),
        (len(opening.description) > TEXT_MAX, f"description: longer than {TEXT_MAX} characters"),
        (len(opening.place) > TITLE_MAX, f"place: longer than {TITLE_MAX} characters"),
        ("\0" in opening.title + opening.description + opening.place, "text: has a NUL character"),
        (opening.severity not in {None, 1, 2, 3, 4}, "severity: not from 1 to 4"),
        ((opening.lon is None) != (opening.lat is None), "lon, lat: only one of them"),
        (not _in_range(opening.lon, 180), "lon: not from -180 to 180"),
        (not _in_range(opening.lat, 90), "lat: not from -90 to 90"),
        (not _usable_id(opening.client_id), "clientId: empty, or longer than 200 characters"),
    ]
    return [detail for broken, detail in checks if broken]


def _knows_class(opening: Opening, pack: RulePack) -> bool:
    if opening.class_code == DURESS:
        return opening.source == "duress"  # a call for help is never refused
    if opening.source in UNSORTED and opening.class_code == UNCLASSIFIED:
        return True
    return pack.find_class(opening.class_code) is not None


def _in_range(degrees: float | None, bound: float) -> bool:
    return degrees is None or -bound <= degrees <= bound


def _usable_id(client_id: str | None) -> bool:
    return client_id is None or (0 < len(client_id) <= 200 and "\0" not in client_id)


async def _new_case(connection: Connection, opening: Opening, rules: Rules) -> Case:
    pack, at = rules.pack, opening.reported_at
    due = due_at(pack.calendar, at, pack.due_after(opening.class_code))
    day = at.astimezone(pack.zone).date()
    serial = await store.next_serial(connection, day)
    return Case(
        incident_id=uuid4(),
        code=f"{day:%Y%m%d}-{serial:04d}",
        version=1,
        status=Status.REPORTED,
        class_code=opening.class_code,
        severity=opening.severity or pack.severity_of(opening.class_code),
        title=opening.title.strip(),
        description=opening.description,
        place=opening.place,
        lon=opening.lon,
        lat=opening.lat,
        area_id=_area_of(opening, rules.areas),
        source=opening.source,
        client_id=opening.client_id,
        reporter_worker_id=opening.reporter_worker_id,
        group_id=await store.group_id_of(connection, pack.group_of(opening.class_code)),
        pack_code=pack.code,
        pack_version=pack.version,
        reported_at=at,
        due_at=due,
        warn_at=first_warning(at, due, pack.dispatch.warn_before_s),
    )


def _area_of(opening: Opening, areas: AreaTree) -> int | None:
    if opening.lon is None or opening.lat is None:
        return opening.area_id
    located = areas.locate(opening.lon, opening.lat)
    return opening.area_id if located is None else located
