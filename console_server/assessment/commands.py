"""Assessing: results as of now, closing a period, and taking down what people enter.

Owns the steps from figures to results, stored or not, and what stands in the audit trail. A closed
period keeps its results; computing them again adds a revision to those that came out otherwise,
and nothing is ever written over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from console_server.access.account import Account
from console_server.access.audit import record_act
from console_server.assessment.figures import Asked, read_figures
from console_server.assessment.periods import period_named
from console_server.assessment.score import Figure, Result, assess, input_hash
from console_server.assessment.store import (
    NewResult,
    StoredResult,
    Subject,
    groups_assessed,
    lock_period,
    put_entry,
    put_results,
    results_of,
    workers_assessed,
)
from console_server.database import Connection
from console_server.errors import Conflict, Invalid, NotFound
from console_server.packs.assessment_rules import AssessmentScheme
from console_server.packs.pack import RulePack
from console_server.wire.assessment import ChangedResult, Closing, NewEntry

NOTE_MAX = 500


@dataclass(frozen=True, slots=True)
class Assessed:
    """A subject's result as of now, what it was made from, and what is stored of it."""

    subject: Subject
    figures: dict[str, Figure]
    result: Result
    input_hash: str
    stored: Sequence[StoredResult]

    @property
    def shown(self) -> Result:
        """What counts: the stored result of a closed period, else the one of now."""
        return stored_result(self.stored[0]) if self.stored else self.result

    @property
    def changed(self) -> bool:
        """Whether the figures of a closed period are others by now."""
        return bool(self.stored) and self.stored[0].input_hash != self.input_hash


def scheme_named(pack: RulePack, code: str) -> AssessmentScheme:
    """A scheme of the pack.

    Raises:
        NotFound: it has none of this code.
    """
    found = next((each for each in pack.assessments if each.code == code), None)
    if found is None:
        raise NotFound("scheme", code)
    return found


async def assess_now(  # noqa: PLR0913, PLR0917 - whom, by what, over which time, as of when
    connection: Connection,
    pack: RulePack,
    scheme: AssessmentScheme,
    period: str,
    visible: Collection[int] | None,
    now: datetime,
    subject_id: int | None = None,
) -> list[Assessed]:
    """Everybody whom the scheme assesses, or one of them, by area and then by name.

    Groups belong to the whole installation: whoever sees a part of it sees none.
    """
    span = period_named(period, scheme.period, pack.zone)
    if scheme.subject == "worker":
        subjects = await workers_assessed(
            connection, visible, scheme.kinds, span.first, span.last, subject_id
        )
    else:
        codes = [each.code for each in pack.groups] if visible is None else []
        groups = await groups_assessed(connection, codes)
        subjects = [each for each in groups if subject_id in {None, each.subject_id}]
    ids = [each.subject_id for each in subjects]
    figures = await read_figures(connection, Asked(pack, scheme, period, span, now, ids))
    kept: dict[int, list[StoredResult]] = {each: [] for each in ids}
    for stored in await results_of(connection, scheme.code, period, ids):
        kept[stored.subject_id].append(stored)
    return [
        Assessed(
            subject=each,
            figures=figures[each.subject_id],
            result=assess(scheme, figures[each.subject_id]),
            input_hash=input_hash(
                pack.code, pack.version, scheme.code, period, figures[each.subject_id]
            ),
            stored=kept[each.subject_id],
        )
        for each in subjects
    ]


async def close_period(  # noqa: PLR0913, PLR0917 - as `assess_now`, and who closes why
    connection: Connection,
    pack: RulePack,
    account: Account,
    scheme: AssessmentScheme,
    period: str,
    visible: Collection[int] | None,
    reason: str,
    now: datetime,
) -> Closing:
    """Store the results of a period that is over; again, those that came out otherwise.

    Raises:
        Conflict: the period still runs.
        Invalid: computing again without saying why.
    """
    if not is_over(pack, scheme, period, now):
        raise Conflict("The period still runs.")
    await lock_period(connection, scheme.code, period)
    assessed = await assess_now(connection, pack, scheme, period, visible, now)
    fresh = [each for each in assessed if not each.stored]
    changed = [each for each in assessed if each.changed]
    if any(each.stored for each in assessed) and not reason.strip():
        raise Invalid("Computing a closed period again needs a reason.", ["reason: empty"])
    await put_results(
        connection,
        [_to_store(pack, each) for each in (*fresh, *changed)],
        scheme.code,
        period,
        account.account_id,
        reason.strip(),
        now,
    )
    entry: dict[str, object] = {
        "scheme": scheme.code,
        "period": period,
        "stored": len(fresh),
        "changed": [each.subject.code for each in changed],
        "reason": reason.strip(),
    }
    await record_act(connection, account.username, "assessment closed", entry)
    return Closing(stored=len(fresh), changes=[_change(each) for each in changed])


async def enter(  # noqa: PLR0913, PLR0917 - who enters what of whom
    connection: Connection,
    pack: RulePack,
    account: Account,
    entry: NewEntry,
    visible: Collection[int] | None,
    now: datetime,
) -> int:
    """Take down what somebody enters; the number of the entry. A correction is a further one.

    Raises:
        NotFound: no such scheme or subject, or one that the account may not see.
        Invalid: not a value that people enter, not 0-100, or without a note.
    """
    scheme = scheme_named(pack, entry.scheme)
    period_named(entry.period, scheme.period, pack.zone)
    faults = _entry_faults(scheme, entry)
    if faults:
        raise Invalid("This cannot be entered.", faults)
    found = await assess_now(connection, pack, scheme, entry.period, visible, now, entry.subject_id)
    if not found:
        raise NotFound("subject", entry.subject_id)
    entry_id = await put_entry(
        connection,
        {
            "scheme": scheme.code,
            "indicator": entry.indicator,
            "period": entry.period,
            "subject": entry.subject_id,
            "value": entry.value,
            "note": entry.note.strip(),
            "now": now,
            "account": account.account_id,
        },
    )
    told: dict[str, object] = {
        "entryId": entry_id,
        "scheme": scheme.code,
        "period": entry.period,
        "indicator": entry.indicator,
        "subject": found[0].subject.code,
        "value": entry.value,
    }
    await record_act(connection, account.username, "assessment entered", told)
    return entry_id


def is_over(pack: RulePack, scheme: AssessmentScheme, period: str, now: datetime) -> bool:
    """Whether a period is past."""
    return now >= period_named(period, scheme.period, pack.zone).to_at


def stored_result(stored: StoredResult) -> Result:
    """The result of a stored body."""
    return msgspec.convert(stored.body, Result)


def _entry_faults(scheme: AssessmentScheme, entry: NewEntry) -> list[str]:
    entered = {
        each.code
        for dimension in scheme.dimensions
        for each in dimension.indicators
        if each.source == "manual"
    }
    faults = []
    if entry.indicator not in entered:
        faults.append("indicator: not one that is entered")
    if entry.value is not None and not 0 <= entry.value <= 100:
        faults.append("value: not 0 to 100")
    if not entry.note.strip() or len(entry.note) > NOTE_MAX:
        faults.append(f"note: 1 to {NOTE_MAX} characters")
    return faults


def _to_store(pack: RulePack, each: Assessed) -> NewResult:
    return NewResult(
        subject_id=each.subject.subject_id,
        revision=each.stored[0].revision + 1 if each.stored else 1,
        pack_code=pack.code,
        pack_version=pack.version,
        input_hash=each.input_hash,
        body=msgspec.json.encode(each.result),
    )


def _change(each: Assessed) -> ChangedResult:
    before = stored_result(each.stored[0])
    return ChangedResult(
        code=each.subject.code,
        name=each.subject.name,
        score_before=before.score,
        score_after=each.result.score,
        band_before=before.band,
        band_after=each.result.band,
    )
