"""The pages say what the code does: commands, options, settings, metrics, links."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from prometheus_client import REGISTRY

import console_server.app  # noqa: F401 - with it every metric of the server is there
from console_server.cli import main
from console_server.settings import VARIABLES
from simulators.__main__ import main as simulators
from telemetry_ingest.counters import Counters
from telemetry_ingest.metrics import IngestCollector
from telemetry_ingest.waiting import WaitingRoom

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(page.read_text() for page in PAGES)
# What the product's own parts tell each other, and what only tests and benchmarks read.
INNER = {"GRIDBEAT_DEMO"}


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command with its options; those passed on take the options of what they become."""
    yield " ".join(path), {option for each in group.params for option in each.opts}
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, (*path, name))


OPTIONS = dict(commands(main))
PASSED_ON = {option for _, options in commands(simulators) for option in options}


def test_every_command_is_explained() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    groups = {name.split()[0] for name in OPTIONS if " " in name}
    assert [
        name for name in OPTIONS if name not in groups and name and f"`{name}`" not in page
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_a_page_shows_exist_with_their_options(page: Path) -> None:
    wrong = []
    for said in re.findall(r"gridbeat ([a-z][^\n`|]*)", page.read_text()):
        words = said.split()
        name = " ".join(words[:2]) if " ".join(words[:2]) in OPTIONS else words[0]
        known = OPTIONS.get(name, set()) | PASSED_ON | {"--help"}
        shown = set(re.findall(r"(?<=\s)--[a-z-]+", said))
        if name in OPTIONS and not shown <= known:
            wrong.append(said)
    assert wrong == []


def test_every_setting_is_explained_and_no_other() -> None:
    table = (ROOT / "docs/settings.md").read_text()
    named = set(re.findall(r"GRIDBEAT_[A-Z_]+[A-Z]", table))
    for line in table.splitlines():
        for first, more in re.findall(r"`(GRIDBEAT_[A-Z_]+)`((?: `_[A-Z]+`)+)", line):
            named |= {first.rpartition("_")[0] + each for each in re.findall(r"_[A-Z]+", more)}
    assert set(VARIABLES) - INNER - named == set()
    read = "\n".join(
        path.read_text()
        for package in ("console_server", "telemetry_ingest")
        for path in (ROOT / package).rglob("*.py")
    )
    written = {name for name in named if name not in read and f'"{name[9:]}"' not in read}
    assert written == set()


def test_every_metric_is_explained_and_no_other() -> None:
    room = WaitingRoom(threading.Event())
    ingest = IngestCollector(Counters(), room, lambda: 0).collect()
    families = [each for each in REGISTRY.collect() if each.name.startswith("gridbeat_")]
    there = {f"{e.name}_total" if e.type == "counter" else e.name for e in [*families, *ingest]}
    assert set(re.findall(r"`(gridbeat_[a-z_]+)`", TEXT)) == there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []
    assert page.name == "README.md" or f"docs/{page.name}" in (ROOT / "README.md").read_text()


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text())
    return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in headings}
