"""Which line of a TOML text brings in a key."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console_server.packs.lines import find_line, line_or_above

TEXT = '''# remark
code = "a"

[calendar]
spans = [
    { start = 08:30:00 },
    # between
    { start = 14:00:00 },
]

  [dispatch.default]
"quoted key" = 1
due = { hours = 2, days = 1 }

# of the class
[[classes]]
code = "1"
[[classes]]
code = "2"
text = """
[[classes]]
code = "no key"
"""
[classes.due]
hours = 4
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("code",), 2),
        (("calendar",), 4),
        (("calendar", "spans", 1, "start"), 5),
        (("dispatch", "default"), 11),
        (("dispatch", "default", "quoted key"), 12),
        (("dispatch", "default", "due", "days"), 13),
        (("classes", 0), 16),
        (("classes", 1, "code"), 19),
        (("classes", 1, "text"), 20),
        (("classes", 1, "due", "hours"), 25),
        (("classes", 2), None),
        (("nothing",), None),
        (("code", "below"), None),
    ],
)
def test_line_is_that_of_the_statement(path: tuple[str | int, ...], line: int | None) -> None:
    assert find_line(TEXT, path) == line


def test_what_is_missing_is_looked_for_around_it() -> None:
    assert line_or_above(TEXT, ("classes", 1, "due", "minutes")) == 24
    assert line_or_above(TEXT, ("nothing", 1)) is None


def test_text_that_is_no_toml_has_no_lines() -> None:
    assert find_line("code =", ("code",)) is None


VALUES = st.one_of(st.integers(), st.just([1, 2]), st.just({"inner": 1}))


@settings(deadline=None)  # the whole text is read many times
@given(
    st.lists(st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1), min_size=1, max_size=8)
)
def test_every_key_of_any_list_of_tables_is_found_where_it_was_written(
    tables: list[dict[str, Any]],
) -> None:
    lines, places = [], {}
    for at, table in enumerate(tables):
        lines += ["", "[[each]]"]
        for key, value in table.items():
            lines.append(
                f"{key} = {{ inner = 1 }}" if isinstance(value, dict) else f"{key} = {value}"
            )
            places["each", at, key] = len(lines)
    text = "\n".join(lines)
    assert len(tomllib.loads(text)["each"]) == len(tables)
    assert {path: find_line(text, path) for path in places} == places
