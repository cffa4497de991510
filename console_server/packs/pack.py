"""The rule pack: one version of one deployment's rules, and how it is read from a file.

Owns look-ups over the whole pack and the checks of what belongs together; the single rules are in
`rules.py`, the strict reading of TOML in `toml_file.py`. Every domain reads the pack in force.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from console_server.packs.rules import (
    CheckpointRules,
    DispatchRules,
    FunctionalGroup,
    GuideTour,
    IncidentClass,
    JudgementRules,
    NightWatch,
    PatrolRules,
    ShareRules,
    Structure,
    TwiceDailyRules,
    VisitList,
    WalkingRules,
    WorkflowRules,
    WorkingCalendar,
    WorkingTime,
    WorkRules,
)
from console_server.packs.toml_file import PackError, read_toml

SHIPPED = Path(__file__).parent
EVERY_CASE = frozenset({"reported", "accepted", "dispatched", "handling", "handled", "closed"})


@dataclass(frozen=True)
class RulePack:
    """One version of one deployment's rules. `text` is the TOML it was read from."""

    code: str
    version: str
    name: str
    time_zone: str
    structure: Structure
    calendar: WorkingCalendar
    groups: tuple[FunctionalGroup, ...]
    classes: tuple[IncidentClass, ...]
    dispatch: DispatchRules
    judgement: JudgementRules
    work: WorkRules = field(default_factory=WorkRules)
    workflow: WorkflowRules = field(default_factory=WorkflowRules)
    walking: WalkingRules = field(default_factory=WalkingRules)
    patrol: PatrolRules | None = None
    share: ShareRules | None = None
    twice_daily: TwiceDailyRules | None = None
    checkpoints: CheckpointRules | None = None
    night_watch: NightWatch | None = None
    guide_tour: GuideTour | None = None
    visit_lists: tuple[VisitList, ...] = ()
    text: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days begin and end."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def _classes(self) -> dict[str, IncidentClass]:
        return {each.code: each for each in self.classes}

    def find_class(self, code: str) -> IncidentClass | None:
        """The class of this code, or None."""
        return self._classes.get(code)

    def lineage(self, class_code: str) -> tuple[IncidentClass, ...]:
        """A class and its parents, itself first; empty for an unknown code."""
        found = self.find_class(class_code)
        if found is None:
            return ()
        return (found, *(self.lineage(found.parent) if found.parent else ()))

    def due_after(self, class_code: str) -> WorkingTime:
        """The time limit of a class: its own, else its nearest parent's, else the default."""
        stated = (each.due for each in self.lineage(class_code) if each.due is not None)
        return next(stated, self.dispatch.default_due)

    def severity_of(self, class_code: str) -> int:
        """The severity of a class by the same inheritance; 1 is the gravest."""
        stated = (each.severity for each in self.lineage(class_code) if each.severity is not None)
        return next(stated, self.dispatch.default_severity)

    def skill_of(self, class_code: str) -> str | None:
        """The skill that a class asks for by the same inheritance, if any."""
        stated = (each.skill for each in self.lineage(class_code) if each.skill is not None)
        return next(stated, None)

    def group_of(self, class_code: str) -> str | None:
        """The code of the group that handles a class, else the fallback group (兜底)."""
        stated = (each.group for each in self.lineage(class_code) if each.group is not None)
        return next(stated, self.dispatch.fallback_group)


def shipped_packs() -> tuple[str, ...]:
    """Codes of the packs that come with Gridbeat."""
    return tuple(sorted(each.stem for each in SHIPPED.glob("*.toml")))


def load_pack(code_or_path: str | Path) -> RulePack:
    """Read a shipped pack by its code, or any pack by its path.

    Raises:
        PackError: no such file, not TOML, or a value that the rules cannot work with.
    """
    path = Path(code_or_path)
    if path.suffix != ".toml":
        path = SHIPPED / f"{code_or_path}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PackError([f"{path.name}: {error.strerror}"]) from error
    return parse_pack(text, path.name)


def parse_pack(text: str, file: str = "pack.toml") -> RulePack:
    """Read a pack from its text; `file` names it in errors.

    Raises:
        PackError: as `load_pack`.
    """
    pack = read_toml(text, RulePack, file)
    pack = replace(pack, text=text, calendar=replace(pack.calendar, time_zone=pack.time_zone))
    if faults := [f"{file}: {fault}" for fault in _faults(pack)]:
        raise PackError(faults)
    return pack


def _faults(pack: RulePack) -> Iterator[str]:
    yield from _class_faults(pack)
    yield from _rule_faults(pack)
    yield from _workflow_faults(pack)


def _workflow_faults(pack: RulePack) -> Iterator[str]:
    rules = pack.workflow
    if rules.steps is not None:
        for step in sorted(EVERY_CASE - set(rules.steps)):
            yield f"workflow.steps: no case can do without {step}"
        for each in rules.approvals:
            if each.to != "extended" and each.to not in rules.steps:
                yield f"workflow.approvals: {each.to} is not one of the steps"
    yield from _repeated("workflow.approvals", [each.to for each in rules.approvals])
    for each in rules.approvals:
        if not each.by:
            yield f"workflow.approvals {each.to}: nobody may approve it"


def _class_faults(pack: RulePack) -> Iterator[str]:
    yield from _repeated("classes", [each.code for each in pack.classes])
    yield from _repeated("groups", [each.code for each in pack.groups])
    groups = {each.code for each in pack.groups}
    for each in pack.classes:
        if each.parent and pack.find_class(each.parent) is None:
            yield f"classes {each.code}: parent {each.parent} does not exist"
        elif _circular(pack, each.code):
            yield f"classes {each.code}: its parents lead back to itself"
        if each.group and each.group not in groups:
            yield f"classes {each.code}: group {each.group} does not exist"
        if each.severity is not None and not 1 <= each.severity <= 4:
            yield f"classes {each.code}: severity {each.severity} is not 1 to 4"
    if pack.dispatch.fallback_group and pack.dispatch.fallback_group not in groups:
        yield f"dispatch.fallback_group: group {pack.dispatch.fallback_group} does not exist"


def _rule_faults(pack: RulePack) -> Iterator[str]:
    if pack.time_zone not in available_timezones():
        yield f"time_zone: {pack.time_zone} is not known"
    if not pack.calendar.spans:
        yield "calendar.spans: at least one span is needed"
    for before, after in zip(pack.calendar.spans, pack.calendar.spans[1:], strict=False):
        if after.start < before.end:
            yield f"calendar.spans: {after.start} begins before {before.end} is over"
    if pack.share and not 0 < pack.share.min_share <= 1:
        yield f"share.min_share: {pack.share.min_share} is not between 0 and 1"
    if pack.twice_daily and not pack.patrol:
        yield "twice_daily: needs [patrol] to say what a patrol is"
    if (pack.checkpoints or pack.night_watch) and not pack.patrol:
        yield "checkpoints, night_watch: need [patrol]"
    if pack.twice_daily and bool(pack.twice_daily.windows) == (
        pack.twice_daily.min_separation_s is not None
    ):
        yield "twice_daily: needs windows or min_separation_s, one of the two"
    try:
        re.compile(pack.structure.grid_code_pattern)
    except re.error as error:
        yield f"structure.grid_code_pattern: {error}"


def _repeated(table: str, codes: list[str]) -> Iterator[str]:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield f"{table}: code {code} stands more than once"


def _circular(pack: RulePack, code: str) -> bool:
    seen: set[str] = set()
    at: str | None = code
    while at is not None and at not in seen:
        seen.add(at)
        found = pack.find_class(at)
        at = found.parent if found else None
    return at is not None
