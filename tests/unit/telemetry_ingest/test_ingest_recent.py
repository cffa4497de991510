import numpy as np

from telemetry_ingest.counters import Counters
from telemetry_ingest.recent import Recent


def test_only_the_last_minute_counts() -> None:
    clock = [0.0]
    counters = Counters()
    recent = Recent(counters, lambda: clock[0])
    assert recent.committed_per_s == 0
    assert recent.lag_s(0.5) is None
    for clock[0] in (10.0, 20.0):
        counters.committed += 1000
        counters.to_commit_s.observe(np.full(1000, 40.0))
        recent.look()
    assert recent.committed_per_s == 100
    assert recent.lag_s(0.99) == 60
    for clock[0] in np.arange(30.0, 120.0, 10.0):
        counters.committed += 20
        counters.to_commit_s.observe(np.array([0.01] * 19 + [0.2]))
        recent.look()
    assert recent.committed_per_s == 2
    assert (recent.lag_s(0.5), recent.lag_s(0.99)) == (0.05, 0.25)
