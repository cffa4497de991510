"""Dates and periods as people write them."""

from datetime import UTC, date, datetime

import pytest

from console_server.assessment.periods import period_in_words
from console_server.languages import Language, listed, moment_in_words, month_in_words


def test_months_moments_and_lists_are_written_as_people_do() -> None:
    at = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
    assert month_in_words(date(2026, 11, 1), "zh") == "2026年11月"
    assert month_in_words(date(2026, 11, 1), "en") == "November 2026"
    assert moment_in_words(at, "zh") == "2026-11-02 09:05"
    assert moment_in_words(at, "en") == "2 Nov 2026, 09:05"
    assert (listed("ab", "zh"), listed("ab", "en")) == ("a、b", "a, b")


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("2026-11", "zh", "2026年11月"),
        ("2026-11", "en", "November 2026"),
        ("2026-H1", "zh", "2026年上半年"),
        ("2026-H2", "en", "second half of 2026"),
    ],
)
def test_periods_are_written_as_people_do(name: str, language: Language, said: str) -> None:
    assert period_in_words(name, language) == said
