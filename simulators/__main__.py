"""Owns the simulators' command line: `python -m simulators seed|roster|…`.

Each command only reads its options and calls one function.
"""

from datetime import datetime
from pathlib import Path

import click

from simulators.district_files import read_pack, write_district, write_roster
from simulators.people.staff import USUAL_WORKERS


class Instant(click.ParamType[datetime]):
    """An ISO 8601 instant that says its time zone."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the option, or end the program with a message."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError as error:
            self.fail(f"{value} is no ISO 8601 instant: {error}", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value} says no time zone, for example {value}+08:00", param, ctx)
        return instant


@click.group()
def main() -> None:
    """Make synthetic districts and drive synthetic fleets."""


@main.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--workers", type=click.IntRange(1, 10_000), default=USUAL_WORKERS)
@click.option("--seed", type=int, default=1)
@click.option("--now", type=Instant(), required=True)
@click.option(
    "--pack",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON of GET /api/pack or `gridbeat packs show --json`: also makes ten weeks of cases.",
)
def seed(out: Path, workers: int, seed: int, now: datetime, pack: Path | None) -> None:
    """Make a district and write its areas, map, workers, shifts and checkpoints."""
    city = write_district(out, workers, seed, now, read_pack(pack) if pack else None)
    click.echo(f"{out}: {len(city.grids)} grids, {workers} workers")


@main.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option(
    "--district", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True
)
@click.option("--now", type=Instant(), required=True)
def roster(out: Path, district: Path, now: datetime) -> None:
    """Plan a seeded district's shifts anew round another moment."""
    click.echo(f"{out}: {write_roster(out, district, now)} shifts")


@main.command()
@click.option("--http-url", required=True, help="Address of the console server.")
@click.option("--scenario", default="demo", help="A shipped scenario's name, or a TOML file.")
@click.option("--workers", type=click.IntRange(1, 10_000), default=USUAL_WORKERS)
@click.option("--seed", type=int, default=1)
@click.option(
    "--district", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True
)
def fleet(http_url: str, scenario: str, workers: int, seed: int, district: Path) -> None:
    """Drive the workers of a seeded district; the environment names an administrator."""
    from simulators.centre import NO_CENTRE  # noqa: PLC0415 - only what the command runs
    from simulators.process import StartError  # noqa: PLC0415
    from simulators.runner import FleetOptions, main  # noqa: PLC0415
    from simulators.scenario import ScenarioError  # noqa: PLC0415

    try:
        main(FleetOptions(http_url, scenario, workers, seed, district))
    except (StartError, ScenarioError, *NO_CENTRE) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--http-url", help="Address of the console server.")
@click.option("--faults", help="Instead: kills=100, flood=10 or outage=1800; brings its own stack.")
@click.option("--workers", type=click.IntRange(1, 100_000), default=USUAL_WORKERS)
@click.option("--interval-s", type=click.FloatRange(0.05), default=10.0, help="Of one handset.")
@click.option("--seconds", type=click.FloatRange(1.0), default=60.0)
@click.option("--seed", type=int, default=1)
@click.option("--json", "report", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--ledger", type=click.Path(path_type=Path, dir_okay=False), help="CSV of fixes.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(click.get_app_dir("gridbeat-load")),
    help="Keeps the handsets' credentials for the next run.",
)
def load(  # noqa: PLR0913, PLR0917 - one parameter an option
    http_url: str | None,
    faults: str | None,
    workers: int,
    interval_s: float,
    seconds: float,
    seed: int,
    report: Path,
    ledger: Path | None,
    state: Path,
) -> None:
    """Measure an installation with an open-loop fleet; the environment names an administrator."""
    from simulators.centre import NO_CENTRE  # noqa: PLC0415 - only what the command runs
    from simulators.load import LoadOptions, main  # noqa: PLC0415
    from simulators.process import StartError  # noqa: PLC0415

    if faults is not None:
        break_things(faults, seed, report)
        return
    if http_url is None:
        raise click.UsageError("give --http-url, or --faults")
    options = LoadOptions(http_url, workers, interval_s, seconds, seed, report, ledger, state)
    try:
        main(options)
    except (StartError, *NO_CENTRE) as error:
        raise click.ClickException(str(error)) from error


def break_things(faults: str, seed: int, report: Path) -> None:
    """Try an installation of its own with faults; exit code 1 when something was lost."""
    from simulators.faults.command import main  # noqa: PLC0415
    from simulators.process import StartError  # noqa: PLC0415

    try:
        well = main(faults, seed, report)
    except StartError as error:
        raise click.ClickException(str(error)) from error
    if not well:
        raise click.exceptions.Exit(1)


if __name__ == "__main__":
    main(prog_name="python -m simulators")
