"""Owns the simulators' command line: `python -m simulators seed|roster|…`.

Each command only reads its options and calls one function.
"""

from datetime import datetime
from pathlib import Path

import click

from simulators.district_files import write_district, write_roster
from simulators.staff import USUAL_WORKERS


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
def seed(out: Path, workers: int, seed: int, now: datetime) -> None:
    """Make a district and write its areas, map, workers, shifts and checkpoints."""
    city = write_district(out, workers, seed, now)
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


if __name__ == "__main__":
    main(prog_name="python -m simulators")
