"""What of a rule pack must belong together: each fault with the key that has it, and why.

Owns these checks alone, each over the whole pack; types and misspelt keys are `toml_file.py`'s,
and naming the line is `lines.py`'s. Pure.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from console_server.packs.arrangement_rules import arrangement_faults
from console_server.packs.assessment_rules import scheme_faults
from telemetry_ingest.wire.presence import STALE_WITHIN_S

if TYPE_CHECKING:
    from console_server.packs.pack import RulePack

DAYS_OF_ANY_MONTH = 28
POSTED_RULES = ("patrol", "share", "twice_daily", "checkpoints")
EVERY_CASE = frozenset({"reported", "accepted", "dispatched", "handling", "handled", "closed"})
Path = tuple[str | int, ...]
Fault = tuple[Path, str]  # where in the pack, as keys and positions in arrays; what is wrong


def find_faults(pack: "RulePack") -> Iterator[Fault]:
    """Everything that is wrong with a pack whose types are right."""
    yield from _class_faults(pack)
    yield from _class_value_faults(pack)
    yield from _rule_faults(pack)
    yield from _walking_faults(pack)
    yield from _patrol_faults(pack)
    yield from _workflow_faults(pack)
    yield from _month_faults(pack)
    yield from _intake_faults(pack)
    yield from _arranged_faults(pack)


def _class_faults(pack: "RulePack") -> Iterator[Fault]:
    yield from _repeated("classes", "code", [each.code for each in pack.classes])
    yield from _repeated("groups", "code", [each.code for each in pack.groups])
    groups = {each.code for each in pack.groups}
    for at, each in enumerate(pack.classes):
        name, place = f"classes {each.code}", ("classes", at)
        if each.parent and pack.find_class(each.parent) is None:
            yield (*place, "parent"), f"{name}: parent {each.parent} does not exist"
        elif _circular(pack, each.code):
            yield (*place, "parent"), f"{name}: its parents lead back to itself"
        if each.group and each.group not in groups:
            yield (*place, "group"), f"{name}: group {each.group} does not exist"
    for key in ("fallback_group", "duress_group"):
        code = getattr(pack.dispatch, key)
        if code and code not in groups:
            yield ("dispatch", key), f"dispatch.{key}: group {code} does not exist"


def _class_value_faults(pack: "RulePack") -> Iterator[Fault]:
    for at, each in enumerate(pack.classes):
        name, place = f"classes {each.code}", ("classes", at)
        if each.severity is not None and not 1 <= each.severity <= 4:
            yield (*place, "severity"), f"{name}: severity {each.severity} is not 1 to 4"
        if each.due is not None and not each.due.hours + each.due.days + each.due.clock_hours > 0:
            yield (*place, "due"), f"{name}: due is no time at all"


def _rule_faults(pack: "RulePack") -> Iterator[Fault]:
    if pack.time_zone not in available_timezones():
        yield ("time_zone",), f"time_zone: {pack.time_zone} is not known"
    if not pack.calendar.spans:
        yield ("calendar", "spans"), "calendar.spans: at least one span is needed"
    for before, after in zip(pack.calendar.spans, pack.calendar.spans[1:], strict=False):
        if after.start < before.end:
            why = f"calendar.spans: {after.start} begins before {before.end} is over"
            yield ("calendar", "spans"), why
    try:
        re.compile(pack.structure.grid_code_pattern)
    except re.error as error:
        place = ("structure", "grid_code_pattern")
        yield place, f"structure.grid_code_pattern: {error}"


def _walking_faults(pack: "RulePack") -> Iterator[Fault]:
    walking = pack.walking
    for name, sound, range_ in (
        ("speed_mps", 0 < walking.speed_mps <= 5, "over 0, to 5"),
        ("detour_factor", walking.detour_factor >= 1, "1 or more"),
        ("steps_share", 0 < walking.steps_share <= 1, "over 0, to 1"),
        ("crossing_wait_s", walking.crossing_wait_s >= 0, "0 or more"),
    ):
        if not sound:
            yield ("walking", name), f"walking.{name}: {getattr(walking, name)} is not {range_}"


def _patrol_faults(pack: "RulePack") -> Iterator[Fault]:
    if pack.share and not 0 < pack.share.min_share <= 1:
        why = f"share.min_share: {pack.share.min_share} is not between 0 and 1"
        yield ("share", "min_share"), why
    if pack.twice_daily and not pack.patrol:
        yield ("twice_daily",), "twice_daily: needs [patrol] to say what a patrol is"
    for name in ("checkpoints", "night_watch"):
        if getattr(pack, name) and not pack.patrol:
            yield (name,), f"{name}: needs [patrol]"
    if pack.twice_daily and bool(pack.twice_daily.windows) == (
        pack.twice_daily.min_separation_s is not None
    ):
        yield ("twice_daily",), "twice_daily: needs windows or min_separation_s, one of the two"


def _workflow_faults(pack: "RulePack") -> Iterator[Fault]:
    rules = pack.workflow
    approvals: list[str] = [each.to for each in rules.approvals]
    yield from _repeated("workflow", "approvals", approvals, inside="approvals")
    for at, each in enumerate(rules.approvals):
        place = ("workflow", "approvals", at)
        if not each.by:
            yield place, f"workflow.approvals {each.to}: nobody may approve it"
        if rules.steps is not None and each.to != "extended" and each.to not in rules.steps:
            yield place, f"workflow.approvals: {each.to} is not one of the steps"
    if rules.steps is not None:
        for step in sorted(EVERY_CASE - set(rules.steps)):
            yield ("workflow", "steps"), f"workflow.steps: no case can do without {step}"
    yield from _upward_faults(pack)


def _upward_faults(pack: "RulePack") -> Iterator[Fault]:
    rules, place = pack.workflow, ("workflow", "upward_classes")
    if rules.upward_classes and rules.upward is None:
        why = "workflow.upward_classes: needs workflow.upward to say which level is above"
        yield place, why
    for code in rules.upward_classes:
        if pack.find_class(code) is None:
            yield place, f"workflow.upward_classes: class {code} does not exist"


def _intake_faults(pack: "RulePack") -> Iterator[Fault]:
    choices = [each.code for each in pack.resident.choices]
    yield from _repeated("resident", "code", choices, inside="choices")
    for at, each in enumerate(pack.resident.choices):
        if pack.find_class(each.code) is None:
            why = f"resident.choices {each.code}: class {each.code} does not exist"
            yield ("resident", "choices", at, "code"), why
    if not 0 < pack.silence.area_share <= 1:
        yield ("silence", "area_share"), "silence.area_share: not between 0 and 1"
    if pack.silence.alert_after_s < STALE_WITHIN_S:
        why = f"silence.alert_after_s: nobody is silent before {STALE_WITHIN_S:.0f} s"
        yield ("silence", "alert_after_s"), why


def _arranged_faults(pack: "RulePack") -> Iterator[Fault]:
    yield from _repeated("arrangements", "code", [each.code for each in pack.arrangements])
    yield from _repeated("admitted", "code", [each.code for each in pack.admitted])
    for at, why in arrangement_faults(pack.arrangements):
        yield ("arrangements", at), why
    groups = {each.code for each in pack.groups}
    for at, each in enumerate(pack.admitted):
        if each.group and each.group not in groups:
            why = f"admitted {each.code}: group {each.group} does not exist"
            yield ("admitted", at, "group"), why


def _month_faults(pack: "RulePack") -> Iterator[Fault]:
    if pack.visits and not pack.visit_lists:
        yield ("visits",), "visits: needs [[visit_lists]] to say which places"
    if pack.visits and not 1 <= pack.visits.per_month <= DAYS_OF_ANY_MONTH:
        why = f"visits.per_month: not between 1 and {DAYS_OF_ANY_MONTH}"
        yield ("visits", "per_month"), why
    for name in POSTED_RULES:
        yield from _post_faults(pack, name)
    if pack.guide_tour and not pack.guide_tour.posts:
        yield ("guide_tour",), "guide_tour: needs posts to say whom it asks"
    for at, why in scheme_faults(pack.assessments):
        yield ("assessments", at), why


def _post_faults(pack: "RulePack", name: str) -> Iterator[Fault]:
    """A post that nobody can hold would silently ask nobody; where no staffing is stated, any."""
    rules = getattr(pack, name)
    held = [each.split()[0] for each in pack.structure.staffing if each.strip()]
    for post in rules.posts if rules and held else ():
        if post not in held:
            yield (name, "posts"), f"{name}.posts: {post} is not in structure.staffing"


def _repeated(table: str, key: str, codes: list[str], inside: str = "") -> Iterator[Fault]:
    """Codes that stand more than once, at their second place."""
    name = f"{table}.{inside}" if inside else table
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        second = codes.index(code, codes.index(code) + 1)
        place: Path = (table, inside, second) if inside else (table, second, key)
        yield place, f"{name}: code {code} stands more than once"


def _circular(pack: "RulePack", code: str) -> bool:
    seen: set[str] = set()
    at: str | None = code
    while at is not None and at not in seen:
        seen.add(at)
        found = pack.find_class(at)
        at = found.parent if found else None
    return at is not None
