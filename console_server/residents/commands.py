"""A resident reports, follows the report by its code, and rates once what was done.

Owns these commands and how long a telephone number is kept; words and bounds are `report.py`, the
opening of a case is `incidents/opening.py`. No name is asked, and the number goes nowhere but to
who answers this one case.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from console_server.database import Connection
from console_server.errors import Conflict, Invalid, NotFound
from console_server.incidents.actor import Act, Actor
from console_server.incidents.casefile import announce, lock_case, write_event
from console_server.incidents.opening import UNCLASSIFIED, Opening, Rules, open_incident
from console_server.incidents.outcome import Outcome, follow_merges, read_outcome
from console_server.photos.commands import Upload, add_to_case
from console_server.residents import store
from console_server.residents.follow_code import code_of, hashed, read_code, shown
from console_server.residents.report import REMARK_MAX, Report, cleaned, find_errors, title_of
from console_server.residents.store import ReportRow

RESIDENT: Final = Actor("outside", "居民", "outside")
PHOTOS_MAX: Final = 3
PHOTOS_WITHIN: Final = timedelta(hours=24)  # of the report
RATED: Final = frozenset({"closed", "evaluated"})


@dataclass(frozen=True, slots=True)
class Followed:
    """A report as its reporter sees it; `outcome` is of the case in which it goes on."""

    report: ReportRow
    code: str
    outcome: Outcome
    reported_at: datetime
    merged: bool


async def take_report(connection: Connection, report: Report, now: datetime, rules: Rules) -> str:
    """Open a case for the report, or find the one it opened before: the code to follow it by.

    Raises:
        Invalid: a field breaks a rule; all of them are named.
    """
    if errors := find_errors(report, rules.pack.resident, rules.areas):
        raise Invalid("The report cannot be taken like this.", errors)
    area = rules.areas.by_code(report.area_code) if report.area_code else None
    opening = Opening(
        class_code=report.class_code or UNCLASSIFIED,
        title=title_of(report),
        source="resident",
        reported_at=now,
        description=report.text,
        place=report.place,
        lon=report.lon,
        lat=report.lat,
        client_id=f"resident:{hashlib.sha256(report.client_id.encode()).hexdigest()}",
        area_id=area.area_id if area else None,
    )
    case = await open_incident(connection, opening, RESIDENT, rules)
    code = code_of(report.client_id)
    await store.insert_report(connection, case.incident_id, hashed(code), report.phone)
    return shown(code)


async def follow(connection: Connection, typed_code: str) -> Followed:
    """How the report with this code fares.

    Raises:
        NotFound: no report has it.
    """
    code = read_code(typed_code)
    report = await store.report_of_code(connection, hashed(code)) if code else None
    if report is None:
        raise NotFound("report", "with this code")
    own = await read_outcome(connection, report.incident_id)
    outcome = await follow_merges(connection, own)
    return Followed(report, own.code, outcome, own.reported_at, merged=outcome is not own)


async def add_photo(connection: Connection, typed_code: str, upload: Upload, now: datetime) -> None:
    """Add a photo to the own report, on the day of the report.

    Raises:
        NotFound: no report has this code.
        Conflict: it is too late, or the case is at its end.
        PhotosFull: it has as many as it may have.
    """
    followed = await follow(connection, typed_code)
    if now - followed.reported_at > PHOTOS_WITHIN:
        raise Conflict("Photos can be added on the day of the report.")
    incident_id = followed.report.incident_id
    await add_to_case(connection, incident_id, upload, Act(RESIDENT, now), open_only=True)


async def rate(
    connection: Connection, typed_code: str, rating: int, remark: str, now: datetime
) -> Followed:
    """Take the reporter's rating, once, after the close (群众评价).

    Raises:
        NotFound: no report has this code.
        Invalid: not 1 to 5 stars, or too many words.
        Conflict: the case is not closed, or was rated before.
    """
    words = cleaned(remark)
    if not 1 <= rating <= 5 or len(words) > REMARK_MAX:
        raise Invalid("Not a rating.", [f"stars: 1 to 5; remark: up to {REMARK_MAX} characters"])
    followed = await follow(connection, typed_code)
    if followed.outcome.status not in RATED:
        raise Conflict("A report can be rated once its case is closed.")
    incident_id = followed.report.incident_id
    case = await lock_case(connection, incident_id)
    if not await store.keep_rating(connection, incident_id, rating, words, now):
        raise Conflict("This report was rated before.")
    # The words stay out of the case file: there they could never be erased.
    case = await write_event(connection, case, "rated", Act(RESIDENT, now), {"stars": rating})
    await announce(connection, case)
    return await follow(connection, typed_code)


async def forget_contacts(
    connection: Connection, keep: timedelta, now: datetime, *, only_count: bool = False
) -> int:
    """Telephone numbers of cases that ended `keep` ago: how many go."""
    cursor = await connection.execute(
        """SELECT r.incident_id FROM resident_reports r JOIN incidents i USING (incident_id)
           WHERE r.phone IS NOT NULL AND i.closed_at < %(before)s""",
        {"before": now - keep},
    )
    ids = [row[0] for row in await cursor.fetchall()]
    if ids and not only_count:
        await connection.execute(
            "UPDATE resident_reports SET phone = NULL WHERE incident_id = ANY(%(ids)s)",
            {"ids": ids},
        )
    return len(ids)
