"""Owns how a worker spends a shift: patrols, calls at houses, the office, rests, and detours.

The plan is drawn by chance from a stream that seed, worker and shift name, so the same shift is
always walked the same. It knows neither orders (`errand`) nor what the phone sees of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from simulators.gnss import Surroundings
from simulators.movement import Pen, Walk
from simulators.people.persona import Habit, Persona
from simulators.people.terrain import Spot, Terrain, Way

SPEED_RANGE_MPS: Final = (0.9, 1.5)
LINGER_AT_CHECKPOINT_S: Final = (40.0, 100.0)
WAIT_AT_CORNER_S: Final = (3.0, 25.0)
WAITS_AT_CORNER_SHARE: Final = 0.06
DEEP_SHARE: Final = 0.2  # of calls: inner stairs, lifts, cellars


@dataclass(frozen=True, slots=True)
class Beat:
    """Where a worker belongs: nodes of the own grid, and the places to call at."""

    nodes: frozenset[int]
    checkpoints: tuple[Spot, ...]
    houses: tuple[Spot, ...]
    office: Spot
    elsewhere: tuple[int, ...]


@dataclass(slots=True)
class Stroll:
    """Walks a pen over the terrain, in this worker's manner."""

    terrain: Terrain
    draw: Random
    pace_mps: float
    pen: Pen
    hurry: float = 1.0
    node: int = 0
    _seen: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.node = self.terrain.nearest(self.pen.xy)

    def along(self, way: Way) -> None:
        """Walk one way from the node stood at; now and then wait at the corner."""
        low, high = (limit * self.hurry for limit in SPEED_RANGE_MPS)
        speed = min(max(self.pace_mps * self.hurry * self.draw.uniform(0.9, 1.1), low), high)
        self.pen.go(self.terrain.spots[way.to], speed, way.around)
        self.node = way.to
        self._seen[way.number] = self._seen.get(way.number, 0) + 1
        if self.hurry <= 1.0 and self.draw.random() < WAITS_AT_CORNER_SHARE:
            self.pen.stay(self.draw.uniform(*WAIT_AT_CORNER_S), way.around)

    def to_node(self, goal: int) -> None:
        """Walk the shortest route to a node."""
        for way in self.terrain.route(self.node, goal):
            self.along(way)

    def to_spot(self, spot: Spot, around: Surroundings = Surroundings.CANYON) -> None:
        """Walk to a place beside the ways."""
        self.to_node(self.terrain.nearest(spot))
        self.pen.go(spot, SPEED_RANGE_MPS[0] * self.hurry, around)

    def wander(self, nodes: frozenset[int]) -> None:
        """Take one way further inside the nodes, rather one not walked lately, rather not back."""
        ways = [way for way in self.terrain.ways_at[self.node].values() if way.to in nodes]
        if not ways:
            self.to_node(self.draw.choice(sorted(nodes)))
            return
        weights = [1.0 / (1.0 + 3.0 * self._seen.get(way.number, 0)) for way in ways]
        self.along(self.draw.choices(ways, weights)[0])


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be planned: from, to in Unix seconds; from the office unless `start` is given."""

    from_s: float
    to_s: float
    start: Spot | None = None


def plan_walk(terrain: Terrain, beat: Beat, persona: Persona, span: Span, draw: Random) -> Walk:
    """Draw the walk of one shift, or of what is left of it."""
    pen = Pen(span.from_s, span.start or beat.office)
    day = _Day(Stroll(terrain, draw, persona.pace_mps, pen), beat, draw, span.to_s)
    if span.start is None and draw.random() < 0.5:
        pen.stay(draw.uniform(60, 600), Surroundings.INDOOR)
    doings = day.doings(persona.habit)
    while pen.at_s < span.to_s:
        draw.choices(list(doings), list(doings.values()))[0]()
    return pen.walk()


@dataclass(slots=True)
class _Day:
    """What can be done in a shift; each takes the pen on by minutes."""

    stroll: Stroll
    beat: Beat
    draw: Random
    to_s: float
    _next_checkpoint: int = 0

    def doings(self, habit: Habit) -> dict[Callable[[], None], float]:
        """What somebody of that habit does, and how likely next."""
        match habit:
            case Habit.DILIGENT:
                return {self.patrol: 4, self.call: 3, self.rest: 1.5, self.office: 1}
            case Habit.SLACK:
                return {self.office: 5, self.patrol: 0.5, self.rest: 1}
            case Habit.STRAYING:
                return {self.stray: 3, self.patrol: 2, self.call: 1}

    def patrol(self) -> None:
        """Walk the streets of the grid and touch its checkpoints in turn."""
        until_s = self.stroll.pen.at_s + self.draw.uniform(18, 40) * 60
        while self.stroll.pen.at_s < min(until_s, self.to_s):
            for _ in range(self.draw.randint(3, 8)):
                self.stroll.wander(self.beat.nodes)
            if self.beat.checkpoints:
                self._touch_checkpoint()

    def _touch_checkpoint(self) -> None:
        turn = self._next_checkpoint % len(self.beat.checkpoints)
        self._next_checkpoint += 1
        self.stroll.to_spot(self.beat.checkpoints[turn])
        self.stroll.pen.stay(self.draw.uniform(*LINGER_AT_CHECKPOINT_S), Surroundings.CANYON)

    def call(self) -> None:
        """Call at a house: in at the door, up some floors, out again."""
        if not self.beat.houses:
            return self.rest()
        self.stroll.to_spot(self.draw.choice(self.beat.houses))
        door = self.stroll.pen.xy
        until_s = self.stroll.pen.at_s + self.draw.uniform(4, 18) * 60
        around = Surroundings.DEEP if self.draw.random() < DEEP_SHARE else Surroundings.INDOOR
        while self.stroll.pen.at_s < until_s:
            inside = (door[0] + self.draw.uniform(-9, 9), door[1] - self.draw.uniform(3, 10))
            self.stroll.pen.go(inside, 0.6, around)
            self.stroll.pen.stay(self.draw.uniform(40, 200), around)
        return self.stroll.pen.go(door, 0.8, around)

    def office(self) -> None:
        """Go to the community's office and stay at the desk."""
        self.stroll.to_spot(self.beat.office)
        self.stroll.pen.stay(self.draw.uniform(12, 45) * 60, Surroundings.INDOOR)

    def rest(self) -> None:
        """Sit down outdoors for some minutes."""
        self.stroll.pen.stay(self.draw.uniform(3, 8) * 60, Surroundings.OPEN)

    def stray(self) -> None:
        """Be somewhere else for a long while."""
        self.stroll.to_node(self.draw.choice(self.beat.elsewhere or sorted(self.beat.nodes)))
        self.stroll.pen.stay(self.draw.uniform(25, 70) * 60, Surroundings.CANYON)
