"""A small town for the fleet's tests: two grids of straight streets with doors along them."""

from typing import Literal, TypeVar

import numpy as np

from simulators.geodesy import LocalPlane
from simulators.people.beats import District
from simulators.people.duty import Spell
from simulators.people.persona import Habit, Persona, PhoneKind
from simulators.people.terrain import Terrain
from simulators.phone.outbox import Message
from simulators.radio import Radio
from simulators.scenario import RadioPlan, Scenario
from simulators.town.network import DOOR, PAVEMENT, RANKS, Network
from simulators.worker import FieldWorker, World
from telemetry_ingest.wire.handset import Fix, OrderMessage

T = TypeVar("T")

PLANE = LocalPlane(118.49, 32.05)
GRID_CODES = ("320111011001001", "320111011001002")
SIDE = 12  # streets each way
BLOCK_M = 100.0
NOON_S = 1795230000.0


def make_network() -> Network:
    """A chessboard of lanes; the west half is the first grid; a door beside every fourth corner."""
    corners = [(x * BLOCK_M, y * BLOCK_M) for y in range(SIDE) for x in range(SIDE)]
    ends = [(y * SIDE + x, y * SIDE + x + 1) for y in range(SIDE) for x in range(SIDE - 1)]
    ends += [(y * SIDE + x, (y + 1) * SIDE + x) for y in range(SIDE - 1) for x in range(SIDE)]
    hosts = range(0, len(corners), 4)
    doors = [(corners[n][0] + 8.0, corners[n][1] + 9.0) for n in hosts]
    ends += [(host, len(corners) + i) for i, host in enumerate(hosts)]
    spots = np.array([*corners, *doors])
    legs = spots[np.array(ends)]
    return Network(
        grid_codes=GRID_CODES,
        lonlat=PLANE.to_lonlat(spots),
        grid=(spots[:, 0] >= SIDE / 2 * BLOCK_M).astype(np.int16),
        kind=np.array([PAVEMENT] * len(corners) + [DOOR] * len(doors), dtype=np.uint8),
        floors=np.zeros(len(spots), dtype=np.uint8),
        ends=np.array(ends, dtype=np.int32),
        rank=np.full(len(ends), RANKS.index("lane"), dtype=np.uint8),
        length_m=np.hypot(*(legs[:, 1] - legs[:, 0]).T),
    )


def make_terrain() -> Terrain:
    return Terrain(make_network(), PLANE)


def make_district(terrain: Terrain, seed: int = 1) -> District:
    checkpoints = {GRID_CODES[0]: [(205.0, 303.0), (401.0, 800.0)]}
    return District(terrain, checkpoints, seed)


def make_persona(
    code: str = "W001",
    habit: Habit = Habit.DILIGENT,
    phone: PhoneKind = PhoneKind.SOUND,
    charge_percent: float = 95.0,
) -> Persona:
    return Persona(code, 12345, habit, phone, 1.2, charge_percent, 5.0)


class RecordingPhone:
    """Keeps what a worker sends, in order."""

    def __init__(self) -> None:
        self.sent: list[Fix | Message] = []
        self.has_network = True

    def send(self, item: Fix | Message) -> None:
        self.sent.append(item)

    def set_network(self, has_network: bool) -> None:  # noqa: FBT001
        self.has_network = has_network

    def of(self, kind: type[T]) -> list[T]:
        return [item for item in self.sent if isinstance(item, kind)]


PERFECT_RADIO = RadioPlan(dead_place_share=0, outage_share=0, indoor_outage_share=0)


def make_worker(
    terrain: Terrain,
    spells: list[Spell] | None = None,
    scenario: Scenario | None = None,
    persona: Persona | None = None,
    seed: int = 1,
) -> tuple[FieldWorker, RecordingPhone]:
    phone = RecordingPhone()
    scenario = scenario or Scenario(radio=PERFECT_RADIO)
    world = World(terrain, Radio(7, scenario.radio), scenario, seed)
    beat = make_district(terrain, seed).beat_of("W001", [GRID_CODES[0]])
    assert beat is not None
    spells = spells or [Spell(NOON_S, NOON_S + 6 * 3600)]
    return FieldWorker(persona or make_persona(), beat, spells, world, phone), phone


def make_order(
    dispatch: str = "d1",
    version: int = 1,
    action: Literal["go", "withdraw"] = "go",
    lon: float | None = None,
    lat: float | None = None,
) -> OrderMessage:
    return OrderMessage(
        dispatch=dispatch,
        version=version,
        action=action,
        incident="i1",
        code="20261121-0001",
        title="井盖缺失",
        at=NOON_S,
        lon=lon,
        lat=lat,
    )
