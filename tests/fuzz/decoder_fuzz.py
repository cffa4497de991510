"""Mutated payloads through every decoder and every rule: nothing raises, nothing goes uncounted.

    python tests/fuzz/decoder_fuzz.py [--inputs 1000000] [--seed 1]

Owns seeds, mutations and what must hold; also used by the unit tests with fewer inputs. Any seed
number can be run again.
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "telemetry_ingest"))
from ingest_builders import NOW_S, border, message, world

from telemetry_ingest import store
from telemetry_ingest.decoding import decode
from telemetry_ingest.fix import FOREVER_US
from telemetry_ingest.geofencing import BorderHistory
from telemetry_ingest.inbox import read_inbox
from telemetry_ingest.message import Handling, InboxEntry, Message, Reject, Route
from telemetry_ingest.packing import packed
from telemetry_ingest.pipeline import judge
from telemetry_ingest.planning import dead_letters
from telemetry_ingest.wire.topics import Uplink

BATCH: Final = 1000
FIX: Final = (
    '{"at":%d.5,"lon":118.605,"lat":32.005,"acc":5,"spd":1.2,"cog":90,"bat":80,"mock":false}'
)
SEEDS: Final[dict[Handling, list[str]]] = {
    Handling.FIX: [
        f'{{"fixes":[{FIX % (NOW_S - 5)}],"datum":"wgs84","sent":{NOW_S}}}',
        f'{{"fixes":[{FIX % (NOW_S - 9)},{FIX % (NOW_S - 86_000)}],"datum":"gcj02"}}',
        '{"fixes":[{"at":1795000000,"lat":118.605,"lon":32.005}],"datum":"bd09"}',
        '{"fixes":[]}',
    ],
    Handling.STATUS: [
        '{"at":1795000000,"duty":true,"bat":80,"net":"wifi","permission":true,"optimised":false}',
        '{"online":false}',
    ],
    Handling.OWNTRACKS: [
        '{"_type":"location","tst":1795000000,"lat":32.005,"lon":118.605,"vel":4,"batt":80}',
        '{"_type":"location","tst":1795000000,"lat":32,"lon":118,"conn":"w","created_at":1795000001}',
        '{"_type":"lwt","tst":1795000000}',
        '{"_type":"status","android":{"loc":0,"bo":1,"hib":0,"ps":0,"wifi":1}}',
        '{"_type":"status","iOS":{"locationManagerAuthorizationStatus":"kCLAuthorizationStatusDenied"}}',
        '{"_type":"transition","event":"enter"}',
    ],
    Handling.OSMAND: [
        "id=1&lat=32.005&lon=118.605&timestamp=1795000000&speed=10&bearing=90&accuracy=5&batt=80",
        "deviceid=1&location=32.005,118.605&timestamp=2026-11-18T18%3A55%3A47Z&valid=true&mock=1",
        '{"location":{"coords":{"latitude":32.005,"longitude":118.605},"battery":{"level":0.7}}}',
        '{"location":{"timestamp":"2026-11-18T08:06:34.444Z","coords":{"latitude":32,"longitude":1}}}',
        '{"location":[{"timestamp":1795000000,"coords":{"latitude":32,"longitude":118}}]}',
    ],
    Handling.INBOX: [
        '{"id":"r1","at":1795000000,"lon":118.605,"lat":32.005,"text":"路面积水","cls":"flood"}',
        '{"dispatch":"d1","step":"acknowledged","at":1795000000,"note":"好"}',
        '{"id":"s1","at":1795000000}',
    ],
}
HOSTILE: Final = [
    *(b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e308", b"5e-324", b"-0.0", b"0", b"null"),
    *(b"true", b'"x"', b"[]", b"{}", b"18446744073709551616", b"-9223372036854775809", b"9" * 400),
    *(b"[" * 3000, b'{"a":' * 3000, b"\xff\xfe", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b"\0"),
    *(b"118.605", b"32.005", b"179.999", b"-181", b"90.1", b"1795000301", b"1779000000", b"%ff"),
]  # fmt: skip
_NUMBER: Final = re.compile(rb"-?\d[\d.]*")
_AT: Final = re.compile(rb"179[45]\d{6}")  # an instant of a seed
Rng = random.Random


def run(seed: int, inputs: int) -> Counter[str]:
    """Outcomes of so many inputs, by name.

    Raises:
        AssertionError: an input went uncounted or came out of bounds.
    """
    rng = Rng(seed)
    outcomes: Counter[str] = Counter()
    for first in range(0, inputs, BATCH):
        batch = [_input(rng) for _ in range(min(BATCH, inputs - first))]
        outcomes += _inbox([said for handling, said in batch if handling is Handling.INBOX])
        fixes = [(h, said) for h, said in batch if h is not Handling.INBOX]
        outcomes += _fixes(fixes)
    return outcomes


def _input(rng: Rng) -> tuple[Handling, bytes]:
    handling = rng.choice(list(SEEDS))
    said = rng.choice(SEEDS[handling]).encode()
    said = _AT.sub(lambda _: b"%d" % (NOW_S - rng.randrange(80_000)), said)
    for _ in range(rng.randrange(4)):
        said = rng.choice(MUTATIONS)(rng, said)
    return handling, said


def _fixes(batch: list[tuple[Handling, bytes]]) -> Counter[str]:
    """Each message has an outcome by itself; together their fixes end in exactly one place each."""
    outcomes: Counter[str] = Counter()
    for handling, said in batch:
        alone = decode([_message(handling, said)], _route)
        outcome = bool(alone.origins or alone.statuses or alone.rejects or alone.ignored)
        assert outcome, (handling, said)
        outcomes += alone.ignored
        outcomes.update(reject.reason.value for reject in alone.rejects)
        outcomes["status"] += len(alone.statuses)
        _storable(alone.rejects)
    decoded = decode([_message(handling, said) for handling, said in batch], _route)
    columns = decoded.fixes()
    judged = judge(columns, WORLD)
    refused = sum(len(some) for _, some in judged.refused)
    assert len(judged.positions) + refused + judged.repeats == len(columns)
    placed = judged.positions.fixes
    assert (np.abs(placed.lon) <= 180).all()
    assert (np.abs(placed.lat) <= 90).all()
    assert np.isin(judged.positions.grid, (0, 1, 2)).all()
    assert packed(judged.positions).startswith(b"PGCOPY")
    _storable(dead_letters(decoded, judged))
    outcomes["stored"] += len(placed)
    outcomes["repeated"] += judged.repeats
    for reason, some in judged.refused:
        outcomes[reason.value] += len(some)
    return outcomes


def _inbox(batch: list[bytes]) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    for number, said in enumerate(batch):
        kind = (Uplink.REPORT, Uplink.PROGRESS, Uplink.DURESS)[number % 3]
        read = read_inbox(message(said), Route(Handling.INBOX, 7, kind=kind), FOREVER_US)
        if isinstance(read, InboxEntry):
            assert b"\\u0000" not in read.body
            msgspec.json.decode(read.body)
            outcomes["inbox"] += 1
        else:
            _storable([read])
            outcomes[read.reason.value] += 1
    return outcomes


def _storable(rejects: list[Reject]) -> None:
    for reject in rejects:
        row = store.reject_row(reject)
        assert all("\0" not in value for value in row if isinstance(value, str)), row
        assert len(reject.payload or b"") <= 4096


def _message(handling: Handling, said: bytes) -> Message:
    return message(said, handling.value)


def _route(topic: str) -> Route:
    return Route(Handling(topic), 7)


def _borders() -> BorderHistory:
    boxes = [shapely.box(118.6, 32, 118.61, 32.01), shapely.box(118.61, 32, 118.62, 32.01)]
    return BorderHistory([border(number, box) for number, box in enumerate(boxes, 1)])


def _flip(rng: Rng, said: bytes) -> bytes:
    at = rng.randrange(len(said) + 1)
    return said[:at] + bytes([rng.randrange(256)]) + said[at + 1 :]


def _cut(rng: Rng, said: bytes) -> bytes:
    first, last = sorted(rng.choices(range(len(said) + 1), k=2))
    return said[:first] + said[last:]


def _double(rng: Rng, said: bytes) -> bytes:
    first, last = sorted(rng.choices(range(len(said) + 1), k=2))
    return said[:last] + said[first:last] + said[last:]


def _insert(rng: Rng, said: bytes) -> bytes:
    at = rng.randrange(len(said) + 1)
    return said[:at] + rng.choice(HOSTILE) + said[at:]


def _renumber(rng: Rng, said: bytes) -> bytes:
    found = list(_NUMBER.finditer(said))
    if not found:
        return said
    one = rng.choice(found)
    return said[: one.start()] + rng.choice(HOSTILE) + said[one.end() :]


def _splice(rng: Rng, said: bytes) -> bytes:
    other = rng.choice(SEEDS[rng.choice(list(SEEDS))]).encode()
    return said[: rng.randrange(len(said) + 1)] + other[rng.randrange(len(other)) :]


MUTATIONS: Final[list[Callable[[Rng, bytes], bytes]]] = [
    *(_flip, _cut, _double, _insert, _renumber, _renumber, _renumber, _splice)
]
WORLD: Final = world(borders=_borders())


def in_words(outcomes: Counter[str]) -> Iterator[str]:
    for name, count in outcomes.most_common():
        yield f"{name:<20}{count:>12,}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--inputs", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    began = time.perf_counter()
    outcomes = run(options.seed, options.inputs)
    spent_s = time.perf_counter() - began
    sys.stdout.write("\n".join(in_words(outcomes)) + "\n")
    sys.stdout.write(
        f"{options.inputs:,} inputs in {spent_s:.0f} s, seed {options.seed}: none lost\n"
    )


if __name__ == "__main__":
    main()
