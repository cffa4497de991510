"""Owns what a scenario is: the figures that make one simulated day differ from another.

A scenario is a TOML file, one of `scenarios/*.toml` by name or any other by path. What the figures
do is up to the modules that read them.
"""

from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Duration = Annotated[float, msgspec.Meta(ge=0.0)]
Interval = Annotated[float, msgspec.Meta(ge=1.0, le=3600.0)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class ScenarioError(Exception):
    """A scenario is not there or not valid; the message names the file and the key."""


class _Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all tables: a misspelt key is an error instead of a silence."""


class FixPlan(_Plan, frozen=True):
    """How often a handset reports where it is."""

    moving_every_s: Interval = 10.0
    still_every_s: Interval = 30.0


class BackfillPlan(_Plan, frozen=True):
    """What the fleet tells of the time before it started; 0 days: nothing."""

    days: Annotated[int, msgspec.Meta(ge=0, le=31)] = 1
    moving_every_s: Interval = 25.0
    still_every_s: Interval = 50.0
    fixes_per_s: Annotated[float, msgspec.Meta(ge=100.0)] = 12_000.0


class RadioPlan(_Plan, frozen=True):
    """Shares of places and of time without mobile data, and masts that go down in turn."""

    dead_place_share: Share = 0.01
    outage_share: Share = 0.01
    indoor_outage_share: Share = 0.06
    mast_outage_every_s: Duration = 3600.0
    mast_outage_s: Duration = 0.0


class PeoplePlan(_Plan, frozen=True):
    """Shares of workers who are not the diligent rule, and how many have an odd phone."""

    slack_share: Share = 0.12
    straying_share: Share = 0.06
    weak_battery_share: Share = 0.05
    mock_phones: Count = 2
    killed_apps: Count = 1


class ReportPlan(_Plan, frozen=True):
    """When incidents come up. None is reported while `open_limit` are open."""

    first_after_s: Duration = 20.0
    early_every_s: Interval = 50.0
    early_for_s: Duration = 300.0
    every_s: Interval = 180.0
    open_limit: Count = 12
    hotline_share: Share = 0.15


class OrderPlan(_Plan, frozen=True):
    """How workers take orders: from, to in seconds."""

    acknowledge_s: tuple[Duration, Duration] = (3.0, 8.0)
    handle_s: tuple[Duration, Duration] = (30.0, 120.0)
    decline_share: Share = 0.03


class DispatcherPlan(_Plan, frozen=True):
    """A simulated dispatcher who takes what nobody took; off unless asked for."""

    enabled: bool = False
    takes_after_s: Duration = 360.0
    closes_after_s: Duration = 180.0


class Scenario(_Plan, frozen=True):
    """One simulated world; every table may be left out."""

    fixes: FixPlan = FixPlan()
    backfill: BackfillPlan = BackfillPlan()
    radio: RadioPlan = RadioPlan()
    people: PeoplePlan = PeoplePlan()
    reports: ReportPlan = ReportPlan()
    orders: OrderPlan = OrderPlan()
    dispatcher: DispatcherPlan = DispatcherPlan()


def load_scenario(name_or_path: str) -> Scenario:
    """Read a shipped scenario by name, or any TOML file by path.

    Raises:
        ScenarioError: there is none of that name, or a key or value is wrong.
    """
    text = _text(name_or_path)
    try:
        return msgspec.toml.decode(text, type=Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{name_or_path}: {error}") from error
    except msgspec.DecodeError as error:
        raise ScenarioError(f"{name_or_path}: not valid TOML: {error}") from error


def shipped_scenarios() -> list[str]:
    """Names of the scenarios that come with the simulators."""
    folder = resources.files("simulators") / "scenarios"
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name[-5:] == ".toml")


def _text(name_or_path: str) -> bytes:
    if name_or_path in shipped_scenarios():
        return (resources.files("simulators") / "scenarios" / f"{name_or_path}.toml").read_bytes()
    try:
        return Path(name_or_path).read_bytes()
    except OSError as error:
        known = ", ".join(shipped_scenarios())
        message = f"no scenario {name_or_path!r}; shipped: {known}; or give a path ({error})"
        raise ScenarioError(message) from error
