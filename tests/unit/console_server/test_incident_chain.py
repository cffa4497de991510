"""The hash chain of a case file: every change shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from console_server.incidents.chain import Link, find_faults, first_hash, link_hash

CASE = UUID(int=7)
START = datetime(2026, 11, 21, 9, tzinfo=UTC)
bodies = st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=9), st.integers()))


def chained(contents: list[dict[str, object]]) -> list[Link]:
    links: list[Link] = []
    previous = first_hash(CASE)
    for number, body in enumerate(contents, start=1):
        at = START + timedelta(minutes=number)
        link = Link(number, at, "status", "account", "名", body)
        previous = link_hash(previous, link)
        links.append(replace(link, hash=previous))
    return links


def faults(links: list[Link], version: int | None = None) -> list[str]:
    return list(find_faults(CASE, len(links) if version is None else version, links))


@given(st.lists(bodies, min_size=1, max_size=6))
def test_an_untouched_file_is_whole(contents: list[dict[str, object]]) -> None:
    assert faults(chained(contents)) == []


@given(st.lists(bodies, min_size=1, max_size=6), st.data())
def test_a_change_anywhere_shows_at_its_place(
    contents: list[dict[str, object]], chosen: st.DataObject
) -> None:
    links = chained(contents)
    place = chosen.draw(st.integers(0, len(links) - 1))
    changed = [
        replace(links[place], body=dict(links[place].body) | {"reason": "另一个"}),
        replace(links[place], actor="别人"),
        replace(links[place], at=links[place].at + timedelta(microseconds=1)),
        replace(links[place], hash=bytes(32)),
    ]
    for link in changed:
        if link != links[place]:
            found = faults([*links[:place], link, *links[place + 1 :]])
            assert f"event {place + 1} is not what was written" in found


def test_a_missing_event_shows_wherever_it_was() -> None:
    links = chained([{}, {"to": "accepted"}, {"to": "void"}])
    assert "event 2 is missing" in faults([links[0], links[2]], 3)
    assert faults(links[:2], 3) == ["the last event is 2, the case is at 3"]


def test_a_file_does_not_pass_for_that_of_another_case() -> None:
    assert list(find_faults(UUID(int=8), 1, chained([{}])))


def test_events_from_before_the_chain_are_no_fault_but_a_hash_that_is_lost_is() -> None:
    old = [replace(link, hash=None) for link in chained([{}, {}])]
    new = replace(old[0], version=3)
    new = replace(new, hash=link_hash(first_hash(CASE), new))
    assert faults([*old, new]) == []
    assert faults([*old, new, replace(old[0], version=4)]) == ["event 4 has lost its hash"]
