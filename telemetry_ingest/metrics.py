"""Metrics: the counters as Prometheus reads them.

Owns names and help texts. The listener is on loopback only.
"""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from telemetry_ingest.counters import Counters, Histogram
from telemetry_ingest.waiting import WaitingRoom

LOOPBACK = "127.0.0.1"


class IngestCollector(Collector):
    """Reads the counters when asked."""

    def __init__(self, counters: Counters, room: WaitingRoom, backlog: Callable[[], int]) -> None:
        self._counters, self._room, self._backlog = counters, room, backlog

    def collect(self) -> Iterator[Metric]:
        """All metrics of this process."""
        counters = self._counters
        for name, text, value in (
            ("messages", "Messages of the fix lane, any kind", counters.messages),
            ("fixes_received", "Fixes decoded", counters.received),
            ("fixes_committed", "Fixes stored", counters.committed),
            ("fixes_duplicate", "Fixes that were stored before", counters.duplicate),
            ("fixes_removed", "Positions deleted by a late 'off duty'", counters.removed),
            ("inbox", "Reports, progress and duress stored", counters.inbox),
            ("redelivered", "Messages sent again while still in hand", counters.redelivered),
            ("live_frames", "Frames published for consoles", counters.live_frames),
        ):
            yield CounterMetricFamily(f"gridbeat_ingest_{name}", text, value=value)
        yield _by_label("rejected", "Dead letters", "reason", counters.rejected)
        yield _by_label("ignored", "Messages that are not for us", "kind", counters.ignored)
        yield _by_label("failures", "Failed attempts", "part", self._room.failures)
        yield from self._gauges()
        yield _histogram("fix_to_commit_seconds", "From fix to commit", counters.to_commit_s)
        yield _histogram("fix_to_live_seconds", "From fix to live frame", counters.to_live_s)
        yield _histogram("batch_fixes", "Fixes in one commit", counters.batch_fixes)

    def _gauges(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "gridbeat_ingest_backlog", "Messages in hand, not committed", value=self._backlog()
        )
        yield GaugeMetricFamily(
            "gridbeat_ingest_last_commit_seconds",
            "When fixes were last committed, Unix s",
            value=self._counters.last_commit_at or 0.0,
        )
        waiting = GaugeMetricFamily(
            "gridbeat_ingest_waiting", "1 while a part does not answer", labels=["part"]
        )
        absent = self._room.names()
        for part in ("broker", "store", "cache"):
            waiting.add_metric([part], float(part in absent))
        yield waiting


def serve(port: int, collector: IngestCollector) -> Callable[[], None]:
    """Answer Prometheus on loopback; returns what stops it.

    Raises:
        OSError: the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(collector)
    server, thread = start_http_server(port, addr=LOOPBACK, registry=registry)

    def stop() -> None:
        server.shutdown()
        thread.join()

    return stop


def _by_label(name: str, text: str, label: str, counts: dict[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"gridbeat_ingest_{name}", text, labels=[label])
    for value, count in sorted(dict(counts).items()):
        family.add_metric([value], count)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> HistogramMetricFamily:
    counts = histogram.counts.cumsum().tolist()
    bounds = [*(f"{bound:g}" for bound in histogram.bounds), "+Inf"]
    return HistogramMetricFamily(
        f"gridbeat_ingest_{name}",
        text,
        buckets=[(bound, float(count)) for bound, count in zip(bounds, counts, strict=True)],
        sum_value=histogram.total,
    )
