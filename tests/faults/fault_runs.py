"""`gridbeat load --faults` as anybody runs it, bounded in time."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

WITHIN_S = 900  # a minute or two on a machine of its own


def faults(words: str, report: Path, seed: int) -> dict[str, Any]:
    """What `gridbeat load --faults` found; it is stopped in any case."""
    command = [sys.executable, "-m", "simulators", "load", "--faults", words]
    running = subprocess.Popen(
        [*command, "--seed", str(seed), "--json", str(report)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = running.communicate(timeout=WITHIN_S)
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGINT)
            running.wait(timeout=120)
    assert report.exists(), said[-3000:]
    print(said[-3000:])  # noqa: T201 - the figures, for who looks
    return dict(json.loads(report.read_bytes()))
