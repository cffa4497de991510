"""Owns `gridbeat load --faults …`: which run the words ask for, and where its files go.

    kills=100          so many processes killed at random, and other faults between
    flood=10           so many times the usual fixes, for seconds=900
    outage=1800        the store away for so many seconds
    …,handsets=40,interval_s=0.5    how much traffic

The installation is made in a folder of its own and removed when all was well.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from simulators.faults.flood import run_flood
from simulators.faults.kills import run_kills
from simulators.faults.outage import run_outage
from simulators.faults.report import write_report
from simulators.faults.runs import RunOptions
from simulators.process import StartError, open_many_sockets, speak_to_stderr

RUNS: Final = {"kills": run_kills, "flood": run_flood, "outage": run_outage}
MEANT: Final = {"kills": "kills", "flood": "factor", "outage": "seconds"}
NUMBERS: Final = ("handsets", "interval_s", "seconds")


def main(words: str, seed: int, report: Path) -> bool:
    """Run what the words ask for and report; whether all was well.

    Raises:
        StartError: the words are not understood, or the installation does not come up.
    """
    asked = read_words(words)
    speak_to_stderr()
    open_many_sockets()
    folder = Path(tempfile.mkdtemp(prefix="gridbeat-faults-"))
    name, options = chosen(asked, RunOptions(folder, report, seed=seed))
    well = False
    try:
        well = write_report(report, asyncio.run(RUNS[name](options)))
    finally:
        if well:
            shutil.rmtree(folder, ignore_errors=True)
    return well


def read_words(words: str) -> dict[str, float]:
    """`kills=100,handsets=40` as numbers by name.

    Raises:
        StartError: a word is not name=number, or no run is named.
    """
    asked: dict[str, float] = {}
    for word in words.split(","):
        name, _, value = word.partition("=")
        try:
            asked[name.strip()] = float(value)
        except ValueError as error:
            raise StartError(f"--faults: {word!r} is not name=number") from error
    if strange := set(asked) - set(RUNS) - set(NUMBERS):
        raise StartError(f"--faults knows no {', '.join(sorted(strange))}")
    if len(set(asked) & set(RUNS)) != 1:
        raise StartError(f"--faults needs one of {', '.join(f'{name}=…' for name in RUNS)}")
    return asked


def chosen(asked: Mapping[str, float], usual: RunOptions) -> tuple[str, RunOptions]:
    """The run that is named, and its options."""
    name = next(name for name in RUNS if name in asked)
    meant = {MEANT.get(key, key): value for key, value in asked.items()}
    return name, replace(
        usual,
        kills=int(meant.get("kills", usual.kills)),
        handsets=int(meant.get("handsets", usual.handsets)),
        interval_s=meant.get("interval_s", usual.interval_s),
        factor=meant.get("factor", usual.factor),
        seconds=meant.get("seconds", usual.seconds),
    )
