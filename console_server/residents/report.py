"""What a resident may send: rules and the cleaning of words that come from strangers.

Owns bounds and what is dropped from a text; not the opening of a case (`commands.py`). Pure. Words
stay words: whoever shows them encodes them.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from console_server.areas.tree import AreaTree
from console_server.packs.intake_rules import ResidentRules

TEXT_MAX: Final = 1000
PLACE_MAX: Final = 200
REMARK_MAX: Final = 300
TITLE_FROM_TEXT: Final = 40
PHONE: Final = re.compile(r"\+?\d[\d -]{4,18}\d")
# Turning the direction of writing around can make a text say something else than it holds.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@dataclass(frozen=True, slots=True)
class Report:
    """What a resident says. lon/lat degrees WGS-84, both or neither. Texts are cleaned."""

    client_id: str
    text: str
    place: str = ""
    class_code: str | None = None  # None: the centre decides
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    phone: str | None = None


def cleaned(text: str, *, lines: bool = False) -> str:
    """Without what cannot be seen; with `lines` line breaks stay."""
    kept = "".join(
        each
        for each in unicodedata.normalize("NFC", text if lines else text.replace("\n", " "))
        if each not in _TURNING
        and (not unicodedata.category(each).startswith("C") or (lines and each == "\n"))
    )
    return kept.strip() if lines else " ".join(kept.split())


def find_errors(report: Report, rules: ResidentRules, areas: AreaTree) -> list[str]:
    """Every rule that the report breaks, as `field: reason`."""
    offered = {each.code for each in rules.choices}
    placed = report.lon is not None and report.lat is not None
    checks = [
        (not _is_random_id(report.client_id), "clientId: not a UUID"),
        (not 0 < len(report.text) <= TEXT_MAX, f"text: empty, or over {TEXT_MAX} characters"),
        (len(report.place) > PLACE_MAX, f"place: over {PLACE_MAX} characters"),
        (report.class_code is not None and report.class_code not in offered, "classCode: unknown"),
        ((report.lon is None) != (report.lat is None), "lon, lat: only one of them"),
        (placed and not _lies_in(report, areas), "lon, lat: outside of the area served"),
        (report.area_code is not None and not _served(report.area_code, areas), "area: unknown"),
        (not placed and not report.place, "place: neither a position nor words"),
        (report.phone is not None and not PHONE.fullmatch(report.phone), "phone: not a number"),
    ]
    return [detail for broken, detail in checks if broken]


def title_of(report: Report) -> str:
    """What the case is called: how the text begins."""
    first = report.text.split("\n", 1)[0]
    return first if len(first) <= TITLE_FROM_TEXT else first[: TITLE_FROM_TEXT - 1] + "…"


def _is_random_id(client_id: str) -> bool:
    try:
        return UUID(client_id).version == 4
    except ValueError:
        return False


def _lies_in(report: Report, areas: AreaTree) -> bool:
    lon, lat = report.lon, report.lat
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return False
    return areas.locate(lon, lat) is not None


def _served(code: str, areas: AreaTree) -> bool:
    return areas.by_code(code) is not None
