"""Assessment: schemes of the pack, scores with what they rest on, and what people enter."""

from datetime import date, datetime
from typing import Literal

from console_server.wire.base import Body

IndicatorState = Literal["known", "undecided", "missing", "not_asked"]


class SchemeIndicator(Body, frozen=True):
    """A figure and what it is worth. `share`: of the whole score, 0-1, when everything is known."""

    code: str
    name: str
    source: str
    share: float
    zero: float
    full: float
    example: bool


class SchemeDimension(Body, frozen=True):
    """A side of the work. `share`: of the whole score, 0-1."""

    code: str
    name: str
    share: float
    example: bool
    indicators: list[SchemeIndicator]


class SchemeBand(Body, frozen=True):
    """What a score of at least `min_score` is called; `tone` is its colour beside the words."""

    code: str
    name: str
    min_score: float
    tone: Literal["red", "blue", "yellow", "green", "grey"]
    stars: int
    example: bool


class Scheme(Body, frozen=True):
    """One assessment of the pack. `last_period`: the latest one that is over."""

    code: str
    name: str
    subject: Literal["worker", "group"]
    period: Literal["month", "half_year"]
    form: Literal["colours", "stars", "points", "grades", "review"]
    kinds: list[str]
    min_known: float
    example: bool
    dimensions: list[SchemeDimension]
    bands: list[SchemeBand]
    current_period: str
    last_period: str


class Schemes(Body, frozen=True):
    """GET /api/assessment/schemes."""

    pack_code: str
    pack_name: str
    pack_version: str
    schemes: list[Scheme]


class ScoredDimension(Body, frozen=True):
    """A dimension's score 0-100; None: nothing of it is known."""

    code: str
    score: float | None


class AssessmentRow(Body, frozen=True):
    """One subject's result. `changed`: of a closed period, its figures are others by now."""

    subject_id: int
    code: str
    name: str
    area_code: str
    area_name: str
    score: float | None
    band: str | None
    known: float
    dimensions: list[ScoredDimension]
    revision: int | None
    changed: bool


class AssessmentBoard(Body, frozen=True):
    """GET /api/assessment?scheme&period&area: by area, then name. `over`: the period is past."""

    scheme: str
    period: str
    first: date
    last: date
    over: bool
    rows: list[AssessmentRow]


class Evidence(Body, frozen=True):
    """One thing that a figure counts. `ref`: a day, a case's or an order's case id, an entry.

    `counts`: for the subject, against it, or not at all because it is undecided.
    """

    kind: Literal["day", "month", "case", "order", "entry"]
    ref: str
    label: str
    on: date | None
    counts: Literal["for", "against", "open"]


class IndicatorResult(Body, frozen=True):
    """One indicator of one subject. `share`: of the score that it makes, after re-weighting."""

    code: str
    numerator: float
    denominator: float
    undecided: int
    value: float | None
    points: float | None
    state: IndicatorState
    share: float
    evidence: list[Evidence]


class EntryOf(Body, frozen=True):
    """What somebody entered; the latest one counts, and a value of null takes it back."""

    entry_id: int
    indicator: str
    value: float | None
    note: str
    entered_at: datetime
    entered_by: str


class Revision(Body, frozen=True):
    """A stored result of a closed period."""

    revision: int
    computed_at: datetime
    computed_by: str
    reason: str
    score: float | None
    band: str | None
    pack_version: str
    input_hash: str


class AssessmentDetail(Body, frozen=True):
    """GET /api/assessment/{scheme}/{period}/{subjectId}."""

    row: AssessmentRow
    pack_version: str
    input_hash: str
    indicators: list[IndicatorResult]
    entries: list[EntryOf]
    revisions: list[Revision]


class NewEntry(Body, frozen=True):
    """POST /api/assessment/entries. `value` 0-100; null takes back what was entered."""

    scheme: str
    indicator: str
    period: str
    subject_id: int
    value: float | None
    note: str


class NewClosing(Body, frozen=True):
    """POST /api/assessment/{scheme}/{period}/closing. Again: adds what came out otherwise."""

    reason: str


class ChangedResult(Body, frozen=True):
    """A stored result that came out otherwise when it was computed again."""

    code: str
    name: str
    score_before: float | None
    score_after: float | None
    band_before: str | None
    band_after: str | None


class Closing(Body, frozen=True):
    """What closing did: how many results were stored for the first time, and which changed."""

    stored: int
    changes: list[ChangedResult]
