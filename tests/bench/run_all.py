"""`make bench`: every figure with its limit, as a table and as JSON. Nothing is asserted.

python tests/bench/run_all.py [--json FILE] [--rounds 5] [--only NAME …]
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench_attendance import attendance
from bench_board import board
from bench_cpu import cpu
from bench_figures import Figure, machine
from bench_grid_lookup import grid_lookup
from bench_hub import hub
from bench_ingest import backlog, single
from bench_order_path import order_path
from bench_recommendation import recommendation
from bench_replay import replay
from bench_rig import Rig, rig
from bench_sink import sink
from city_day import CityDay


def _attendance(rounds: int) -> Iterator[Figure]:
    return attendance(CityDay(workers=10_000), rounds)


def _board(rounds: int) -> Iterator[Figure]:
    return board(argparse.Namespace(workers=10_000, rounds=rounds))


ALONE: dict[str, Callable[[int], Iterator[Figure]]] = {
    "grid_lookup": grid_lookup,
    "hub": hub,
    "attendance": _attendance,
    "board": _board,
    "replay": replay,
    "recommendation": recommendation,
    "order_path": order_path,
}
ON_A_STACK: dict[str, Callable[[Rig, int], Iterator[Figure]]] = {
    "sink": sink,
    "ingest_single": single,
    "ingest_backlog": backlog,
    "cpu": cpu,
}


def main() -> None:
    names = [*ALONE, *ON_A_STACK]
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--json", type=Path)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--only", nargs="+", choices=names, default=names)
    options = asked.parse_args()
    measured_on = machine()
    _say(f"{measured_on['cpu']}, {measured_on['cores']} cores, load {measured_on['load'][0]}")
    figures = []
    for figure in _figures(options.only, options.rounds):
        _say("\n".join(figure.in_words()))
        figures.append(figure.as_json())
    if options.json:
        said = {"machine": measured_on, "rounds": options.rounds, "figures": figures}
        options.json.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def _figures(names: list[str], rounds: int) -> Iterator[Figure]:
    for name, measure in ALONE.items():
        if name in names:
            yield from measure(rounds)
    chosen = [measure for name, measure in ON_A_STACK.items() if name in names]
    if chosen:
        with rig() as installation:
            for measure_on in chosen:
                yield from measure_on(installation, rounds)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
