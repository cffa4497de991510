from heapq import heappop, heappush
from itertools import pairwise
from math import hypot, inf

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from street_lines import Metres, degrees, network_of

from console_server.packs.pack import load_pack, parse_pack
from console_server.packs.rules import WalkingRules
from console_server.packs.toml_file import PackError
from console_server.streets.network import StreetNetwork
from console_server.streets.walking import By, Reach
from console_server.streets.ways import Kind, Walkable, walkable


def walk(network: StreetNetwork, from_: Metres, to: Metres) -> tuple[float, By]:
    found = Reach(network, *degrees(*to)).walks(*(np.array([each]) for each in degrees(*from_)))
    return float(found.travel_s[0]), By(found.by[0])


@pytest.mark.parametrize(
    ("tags", "how"),
    [
        ({}, Walkable(Kind.STREET)),
        ({"highway": "primary"}, Walkable(Kind.STREET)),
        ({"highway": "motorway"}, None),
        ({"highway": "motorway", "foot": "yes"}, Walkable(Kind.STREET)),
        ({"highway": "residential", "foot": "no"}, None),
        ({"highway": "service", "access": "private"}, None),
        ({"highway": "service", "access": "private", "foot": "permissive"}, Walkable(Kind.STREET)),
        ({"highway": "residential", "oneway": "yes"}, Walkable(Kind.STREET)),
        ({"highway": "footway", "oneway:foot": "yes"}, Walkable(Kind.STREET, True, False)),
        ({"highway": "footway", "oneway:foot": "-1"}, Walkable(Kind.STREET, False, True)),
        ({"highway": "steps"}, Walkable(Kind.STEPS)),
        ({"highway": "footway", "footway": "crossing"}, Walkable(Kind.CROSSING)),
    ],
)
def test_tags_say_who_may_walk_where(tags: dict[str, str], how: Walkable | None) -> None:
    assert walkable(tags) == how


def test_people_walk_round_the_corner_not_through_the_block() -> None:
    network = network_of([(0, 0), (400, 0)], [(400, 0), (400, 300)])
    assert walk(network, (0, 0), (400, 300)) == (pytest.approx(700, rel=1e-3), By.STREETS)


def test_both_ends_may_lie_half_way_along_one_street() -> None:
    network = network_of([(0, 0), (400, 0)])
    assert walk(network, (100, 0), (350, 0))[0] == pytest.approx(250, rel=1e-3)


def test_the_way_to_the_street_and_from_it_is_walked_too() -> None:
    network = network_of([(0, 0), (400, 0)])
    assert walk(network, (100, 30), (300, -20))[0] == pytest.approx(250, rel=1e-3)


def test_streets_that_cross_without_a_common_vertex_do_not_meet() -> None:
    bridge = network_of([(-200, 0), (200, 0)], [(0, -200), (0, 200)], [(200, 0), (0, 200)])
    level = network_of(
        [(-200, 0), (0, 0), (200, 0)], [(0, -200), (0, 0), (0, 200)], [(200, 0), (0, 200)]
    )
    assert walk(level, (-200, 0), (0, 200))[0] == pytest.approx(400, rel=1e-3)
    assert walk(bridge, (-200, 0), (0, 200))[0] == pytest.approx(400 + 283, rel=1e-2)


def test_stairs_are_slow_and_a_crossing_takes_a_wait() -> None:
    rules = WalkingRules(speed_mps=1.0, steps_share=0.5, crossing_wait_s=20)
    line = [[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (400, 0)]]
    tags = [{"highway": "steps"}, {"footway": "crossing"}, {}]
    network = network_of(*line, tags=tags, rules=rules)
    assert walk(network, (0, 0), (400, 0))[0] == pytest.approx(200 + 120 + 200, rel=1e-3)


def test_a_one_way_footpath_is_walked_one_way() -> None:
    round_ = [[(0, 0), (300, 0)], [(300, 0), (300, 100), (0, 100), (0, 0)]]
    network = network_of(*round_, tags=[{"oneway:foot": "yes"}])
    assert walk(network, (0, 0), (300, 0))[0] == pytest.approx(300, rel=1e-3)
    assert walk(network, (300, 0), (0, 0))[0] == pytest.approx(500, rel=1e-3)
    assert walk(network, (100, 0), (200, 0))[0] == pytest.approx(100, rel=1e-3)
    assert walk(network, (200, 0), (100, 0))[0] == pytest.approx(700, rel=1e-3)


def test_a_river_without_a_bridge_is_said_and_far_from_streets_too() -> None:
    network = network_of([(0, 0), (800, 0)], [(0, 200), (800, 200)])
    assert walk(network, (400, 0), (400, 200)) == (
        pytest.approx(nan_(), nan_ok=True),
        By.UNREACHABLE,
    )
    assert walk(network, (400, 0), (400, 900))[1] == By.STRAIGHT
    assert walk(network, (400, -500), (400, 0))[1] == By.STRAIGHT


def test_a_slip_of_the_map_is_no_island() -> None:
    network = network_of([(0, 0), (2000, 0)], [(500, 5), (540, 5)])
    assert walk(network, (520, 6), (1000, 0))[1] == By.STREETS


def test_of_two_ways_between_two_junctions_the_shorter_counts() -> None:
    network = network_of([(0, 0), (400, 0)], [(0, 0), (200, 300), (400, 0)], [(400, 0), (900, 0)])
    assert walk(network, (0, 0), (900, 0))[0] == pytest.approx(900, rel=1e-3)


def test_a_street_that_comes_back_to_where_it_began_is_walked_the_shorter_way() -> None:
    loop = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)]
    network = network_of(loop, [(0, 0), (-500, 0)])
    assert walk(network, (-100, 0), (0, 200))[0] == pytest.approx(300, rel=1e-3)
    assert walk(network, (300, 200), (0, 200))[0] == pytest.approx(500, rel=1e-3)


@given(st.integers(0, 2**32 - 1), st.integers(3, 7))
@example(27, 7)  # the way by the nearer junction is a little beyond the first bound
@example(63, 3)
def test_times_are_those_of_a_plain_search_on_a_network_cut_at_every_place(
    seed: int, side: int
) -> None:
    random = np.random.default_rng(seed)
    spots = [(x * 400.0, y * 330.0) for x in range(side) for y in range(side)]
    ways = [
        (one, other)
        for one in spots
        for other in spots
        if one < other and hypot(one[0] - other[0], one[1] - other[1]) < 401
        if random.random() < 0.7
    ]
    ways.append(((0.0, 0.0), (-300.0, -200.0)))
    tags = [{"oneway:foot": "yes"} if random.random() < 0.2 else {} for _ in ways]
    network = network_of(*ways, tags=tags)
    places = [_somewhere(ways[int(random.integers(len(ways)))], random) for _ in range(6)]
    for from_ in places[1:]:
        found, by = walk(network, from_, places[0])
        expected = plain_search(ways, tags, from_, places[0])
        assert by == By.STREETS or expected > 3000  # an hour's walk and more is not looked into
        assert by != By.STREETS or expected < inf
        if by == By.STREETS:
            assert found == pytest.approx(expected, rel=2e-3, abs=0.1)


def _somewhere(way: tuple[Metres, Metres], random: np.random.Generator) -> Metres:
    (x0, y0), (x1, y1) = way
    share = random.uniform(0.1, 0.9)
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share


def plain_search(
    ways: list[tuple[Metres, Metres]], tags: list[dict[str, str]], from_: Metres, to: Metres
) -> float:
    """Dijkstra's search over ways that are cut at both places."""
    beside: dict[Metres, list[tuple[Metres, float]]] = {}
    for (one, other), tag in zip(ways, tags, strict=True):
        length = hypot(other[0] - one[0], other[1] - one[1])
        stops = [one, other]
        for place in (from_, to):
            by = hypot(place[0] - one[0], place[1] - one[1])
            left = hypot(place[0] - other[0], place[1] - other[1])
            if by + left < length + 1e-6:
                stops.append(place)
        stops.sort(key=lambda at: hypot(at[0] - one[0], at[1] - one[1]))
        for a, b in pairwise(stops):
            apart = hypot(a[0] - b[0], a[1] - b[1])
            beside.setdefault(a, []).append((b, apart))
            if not tag:
                beside.setdefault(b, []).append((a, apart))
    best, waiting = {from_: 0.0}, [(0.0, from_)]
    while waiting:
        walked, at = heappop(waiting)
        for other, apart in beside.get(at, []):
            if walked + apart < best.get(other, inf):
                best[other] = walked + apart
                heappush(waiting, (walked + apart, other))
    return best.get(to, inf)


def nan_() -> float:
    return float("nan")


@pytest.mark.parametrize(
    ("stated", "key"), [("speed_mps = 0.0", "speed_mps"), ("speed_mps = 9.0", "speed_mps")]
)
def test_a_pack_that_nobody_could_walk_by_is_refused_with_the_line(stated: str, key: str) -> None:
    text = load_pack("xingdian").text.replace("speed_mps = 1.3", stated)
    line = 1 + text[: text.index(stated)].count("\n")
    with pytest.raises(PackError, match=rf"pack.toml:{line}: walking.{key}"):
        parse_pack(text)
