"""Do grids tile: overlaps, gaps, what sticks out, and slivers that do not count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from console_server.imports.tiling import METRES_PER_DEGREE, tiling_faults

METRE = 1 / METRES_PER_DEGREE
PARENT = box(0.0, 0.0, 0.02, 0.01)  # at the equator, where a degree is as long east as north


def halves(border: float = 0.01, gap: float = 0.0) -> dict[str, BaseGeometry]:
    return {"west": box(0, 0, border - gap / 2, 0.01), "east": box(border + gap / 2, 0, 0.02, 0.01)}


def kinds(grids: dict[str, BaseGeometry], parent: BaseGeometry | None = PARENT) -> list[str]:
    parents = {} if parent is None else {"parent": parent}
    return sorted(f.kind for f in tiling_faults(grids, dict.fromkeys(grids, "parent"), parents))


@given(border=st.floats(0.001, 0.019))
def test_two_halves_of_any_border_tile(border: float) -> None:
    assert kinds(halves(border)) == []


def test_a_sliver_narrower_than_half_a_metre_is_no_fault() -> None:
    assert kinds(halves(gap=0.3 * METRE)) == []
    assert kinds(halves(gap=-0.3 * METRE)) == []


def test_a_gap_is_told_with_its_place_and_size() -> None:
    (fault,) = tiling_faults(
        halves(gap=10 * METRE), {"west": "parent", "east": "parent"}, {"parent": PARENT}
    )
    assert (fault.kind, fault.codes) == ("gap", ("parent",))
    assert fault.area_m2 == pytest.approx(10 * 0.01 * METRES_PER_DEGREE, rel=1e-3)
    assert (fault.lon, fault.lat) == pytest.approx((0.01, 0.005), abs=0.005)


def test_an_overlap_names_both_grids() -> None:
    faults = tiling_faults(
        halves(gap=-10 * METRE), {"west": "parent", "east": "parent"}, {"parent": PARENT}
    )
    assert [(f.kind, set(f.codes)) for f in faults] == [("overlap", {"west", "east"})]


def test_what_sticks_out_of_the_parent_is_a_fault() -> None:
    grids = halves() | {"east": box(0.01, 0, 0.021, 0.01)}
    assert kinds(grids) == ["outside"]


def test_a_hole_between_grids_is_a_gap_without_a_parents_border_too() -> None:
    hole = Polygon(PARENT.exterior.coords, [box(0.009, 0.004, 0.011, 0.006).exterior.coords])
    west, east = hole.intersection(halves()["west"]), hole.intersection(halves()["east"])
    assert kinds({"west": west, "east": east}, None) == ["gap"]


def test_an_enclosed_grid_fills_the_hole_of_its_neighbour() -> None:
    inner = box(0.009, 0.004, 0.011, 0.006)
    ring = Polygon(PARENT.exterior.coords, [inner.exterior.coords])
    assert kinds({"inner": inner, "ring": ring}) == []


def test_no_grids_have_no_faults() -> None:
    assert tiling_faults({}, {}, {}) == []
