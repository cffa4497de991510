"""Arithmetic on spans of time: union, difference, overlap.

Owns sorted, disjoint, half-open spans `(from, to)` in microseconds since 1970 UTC: whole numbers,
so that no order of adding changes a sum. Pure.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

Span = tuple[int, int]
Spans = tuple[Span, ...]
SECOND_US: Final = 1_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def union(*several: Iterable[Span]) -> Spans:
    """All the time that lies in any of the spans; empty and reversed ones hold none."""
    joined: list[Span] = []
    for start, end in sorted(span for spans in several for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def overlap(ours: Spans, theirs: Spans) -> Spans:
    """The time that lies in both."""
    if not ours or not theirs:
        return ()
    return union((max(start, low), min(end, high)) for start, end in ours for low, high in theirs)


def without(ours: Spans, theirs: Spans) -> Spans:
    """The time of ours that lies in none of theirs."""
    left = list(ours)
    for low, high in theirs:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, low)), (max(start, high), end))
            if piece[0] < piece[1]
        ]
    return union(left)


def clip(spans: Spans, low: int, high: int) -> Spans:
    """The time of the spans within `[low, high)`."""
    return overlap(spans, ((low, high),))


def length(spans: Spans) -> int:
    """How much time the spans hold, microseconds."""
    return sum(end - start for start, end in spans)


def held(span: Span, spans: Spans) -> int:
    """How much of one span lies in disjoint ones, microseconds."""
    start, end = span
    total = 0
    for low, high in spans:
        if low < end and high > start:
            total += min(end, high) - max(start, low)
    return total


def whole(spans: Spans) -> Span | None:
    """From the first begin to the last end."""
    return (spans[0][0], spans[-1][1]) if spans else None


def in_us(at: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)


def from_us(at_us: int) -> datetime:
    """The instant, UTC."""
    return EPOCH + timedelta(microseconds=at_us)
