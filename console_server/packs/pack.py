"""The rule pack: one version of one deployment's rules, and how it is read from a file.

Owns look-ups over the whole pack; the single rules are in `rules.py`, what must belong together in
`checks.py`, the strict reading of TOML in `toml_file.py`. Every domain reads the pack in force.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from console_server.packs.arrangement_rules import AdmittedWork, Arrangement
from console_server.packs.assessment_rules import AssessmentScheme
from console_server.packs.checks import find_faults
from console_server.packs.intake_rules import DURESS, ResidentRules, SilenceRules
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
    VisitRules,
    WalkingRules,
    WorkflowRules,
    WorkingCalendar,
    WorkingTime,
    WorkRules,
)
from console_server.packs.toml_file import PackError, place, read_toml

SHIPPED = Path(__file__).parent


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
    resident: ResidentRules = field(default_factory=ResidentRules)
    silence: SilenceRules = field(default_factory=SilenceRules)
    patrol: PatrolRules | None = None
    share: ShareRules | None = None
    twice_daily: TwiceDailyRules | None = None
    checkpoints: CheckpointRules | None = None
    night_watch: NightWatch | None = None
    guide_tour: GuideTour | None = None
    visit_lists: tuple[VisitList, ...] = ()
    visits: VisitRules | None = None
    assessments: tuple[AssessmentScheme, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    admitted: tuple[AdmittedWork, ...] = ()
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
        if class_code == DURESS and self.find_class(DURESS) is None:
            return self.dispatch.duress_due
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
        if class_code == DURESS and self.find_class(DURESS) is None:
            return self.dispatch.duress_group or self.dispatch.fallback_group
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
    if faults := [place(text, file, path, why) for path, why in find_faults(pack)]:
        raise PackError(faults)
    return pack
