"""The host's own package mirror, restated for one other suite of the same distribution.

Owns reading apt's two source formats; not fetching (`debian.py`). No mirror is named in our
code: whatever serves this host, with its keyring and options, serves us.
"""

import re
from collections.abc import Iterator
from pathlib import Path

ROLLING_SUITES = frozenset({"oldstable", "stable", "testing", "unstable", "sid"})
_ONE_LINE = re.compile(
    r"^deb\s+(?P<options>\[[^\]]*\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)$"
)


def restated_sources(apt_folder: Path, codename: str, suite: str) -> dict[str, str]:
    """File name → content of private source files that serve `suite` from the host's mirror.

    Only the entry of the host's own release is taken: not its security or update suites, and
    not third parties', since their suites have other names.
    """
    wanted = ROLLING_SUITES | {codename}
    lines = [
        line
        for file in _files(apt_folder, ".list")
        for line in _restated_lines(file.read_text(errors="replace"), wanted, suite)
    ]
    stanzas = [
        stanza
        for file in _files(apt_folder, ".sources")
        for stanza in _restated_stanzas(file.read_text(errors="replace"), wanted, suite)
    ]
    found = {}
    if lines:
        found["gridbeat.list"] = "\n".join(lines) + "\n"
    if stanzas:
        found["gridbeat.sources"] = "\n\n".join(stanzas) + "\n"
    return found


def _files(apt_folder: Path, suffix: str) -> Iterator[Path]:
    main = apt_folder / f"sources{suffix}"
    if main.is_file():
        yield main
    yield from sorted((apt_folder / "sources.list.d").glob(f"*{suffix}"))


def _restated_lines(text: str, wanted: frozenset[str], suite: str) -> Iterator[str]:
    for line in text.splitlines():
        match = _ONE_LINE.match(line.split("#", 1)[0].strip())
        if match and match["suite"] in wanted and "main" in match["components"].split():
            yield f"deb {match['options'] or ''}{match['uri']} {suite} main"


def _restated_stanzas(text: str, wanted: frozenset[str], suite: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", text):
        fields = _deb822_fields(block)
        offered = fields.get("suites", "").split()
        usable = (
            "deb" in fields.get("types", "").split()
            and fields.get("enabled", "yes").strip().lower() not in {"no", "false", "0"}
            and "main" in fields.get("components", "").split()
            and wanted.intersection(offered)
        )
        if usable:
            restated = fields | {"types": "deb", "suites": suite, "components": "main"}
            restated.pop("snapshot", None)
            yield "\n".join(f"{name.title()}: {value}" for name, value in restated.items())


def _deb822_fields(block: str) -> dict[str, str]:
    """Field name in lower case → raw value, continuation lines (an inline key) included."""
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and name:
            fields[name] += "\n" + line
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields
