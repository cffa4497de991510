"""The area tree: subtrees, visibility, and which grid a point lies in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from console_server.access.account import Account
from console_server.areas.tree import AreaKind, AreaNode, AreaTree
from console_server.errors import NotFound


def node(area_id: int, kind: AreaKind, *lineage: int) -> AreaNode:
    parent = lineage[-1] if lineage else None
    return AreaNode(area_id, f"c{area_id}", f"名{area_id}", kind, parent, (*lineage, area_id), None)


NODES = [
    node(1, "subdistrict"),
    node(2, "community", 1),
    node(3, "community", 1),
    node(4, "grid", 1, 2),
    node(5, "grid", 1, 2),
    node(6, "grid", 1, 3),
]
BORDERS = {
    2: box(0, 0, 2, 1),
    4: box(0, 0, 1, 1),
    5: box(1, 0, 2, 1),
    6: box(2, 0, 3, 1),
}
TREE = AreaTree(NODES, BORDERS)


def seen_from(area_id: int | None) -> Account:
    return Account(1, "x", "X", "dispatcher", area_id, None)


def test_a_subtree_holds_the_area_and_all_below() -> None:
    assert TREE.subtree_ids(1) == {1, 2, 3, 4, 5, 6}
    assert TREE.subtree_ids(2) == {2, 4, 5}
    assert TREE.subtree_ids(99) == frozenset()


def test_the_lineage_runs_from_the_root_down() -> None:
    assert [above.area_id for above in TREE.lineage(5)] == [1, 2, 5]
    found = TREE.ancestor(5, "community")
    assert found is not None
    assert found.area_id == 2
    assert TREE.ancestor(2, "grid") is None


def test_an_account_sees_its_subtree_and_one_without_area_sees_all() -> None:
    assert TREE.visible(seen_from(None)) is None
    assert TREE.visible(seen_from(2)) == {2, 4, 5}
    assert TREE.may_see(seen_from(2), 5)
    assert not TREE.may_see(seen_from(2), 6)
    assert not TREE.may_see(seen_from(2), None)
    assert TREE.may_see(seen_from(None), None)


def test_an_area_that_one_may_not_see_is_as_if_it_were_not_there() -> None:
    assert TREE.within(seen_from(2), "c4") == {4}
    for code in ("c6", "nothing"):
        with pytest.raises(NotFound):
            TREE.within(seen_from(2), code)


def test_a_point_lies_in_the_finest_area_and_on_a_border_in_the_lower_id() -> None:
    assert TREE.locate(0.5, 0.5) == 4
    assert TREE.locate(1.0, 0.5) == 4
    assert TREE.locate(2.5, 0.5) == 6
    assert TREE.locate(9.0, 9.0) is None
    assert AreaTree().locate(0.5, 0.5) is None


@given(lon=st.floats(-1, 4), lat=st.floats(-1, 2))
def test_a_located_point_is_inside_of_that_border(lon: float, lat: float) -> None:
    found = TREE.locate(lon, lat)
    inside = 0 <= lon <= 3 and 0 <= lat <= 1
    assert (found is not None) == inside
    if found is not None:
        west, south, east, north = BORDERS[found].bounds
        assert west <= lon <= east
        assert south <= lat <= north


def test_equal_trees_have_equal_versions_and_a_moved_border_has_another() -> None:
    assert AreaTree(NODES, dict(BORDERS)).version == TREE.version
    assert AreaTree(NODES, BORDERS | {6: box(2, 0, 3.1, 1)}).version != TREE.version
