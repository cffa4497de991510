"""How smoothly a replay plays in Chromium without a graphics card, beside the same page at rest.

    python tests/bench/measure_replay_page.py [--workers 300 2000] [--seconds 12] [--speeds 1 60]

At 1 times the layer is drawn as often as at 60, and all but stands: what is more at 60 is replay's.

Starts a demonstration of its own with a shift of made-up history for each number of workers.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import psycopg
from playwright.sync_api import CDPSession, Page, sync_playwright
from replay_history import Shift, workers_of, write_cases, write_shift

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "browser"), str(TESTS)]
ZONE = ZoneInfo("Asia/Shanghai")
HOURS = 3.0
FRAMES = """(seconds) => new Promise((done) => {
  const gaps = [];
  const from = performance.now();
  let last = from;
  const step = (now) => {
    gaps.push(now - last);
    last = now;
    if (now - from < seconds * 1000) requestAnimationFrame(step);
    else done(gaps.slice(1));
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--workers", type=int, nargs="+", default=[300, 2000])
    asked.add_argument("--seconds", type=float, default=12.0)
    asked.add_argument("--speeds", type=int, nargs="+", default=[1, 60, 600])
    given = asked.parse_args()
    from outsider import running_demo

    for workers in given.workers:
        with tempfile.TemporaryDirectory(prefix="gridbeat-replay-") as folder:
            Path(folder).chmod(0o755)
            options = ("--workers", str(workers), "--no-fleet")
            with running_demo(Path(folder) / "demo", *options, within_s=300) as demo:
                start = _write(demo)
                for line in _measure(demo, start, given):
                    print(f"{workers} workers, {line}", flush=True)  # noqa: T201


def _write(demo: Any) -> datetime:
    """History of yesterday morning; its start."""
    made = json.loads((demo.data_dir / "credentials.json").read_text())
    port = json.loads((demo.data_dir / "ports.json").read_text())["postgres"]
    url = f"postgresql://gridbeat_owner:{made['database_owner']}@127.0.0.1:{port}/gridbeat"
    day = (datetime.now(ZONE) - timedelta(days=1)).date()
    start = datetime.combine(day, time(8), ZONE)
    with psycopg.connect(url) as connection:
        shift = Shift(workers_of(connection), start, HOURS)
        write_shift(connection, shift)
        write_cases(connection, shift, 6)
    return start


def _measure(demo: Any, start: datetime, given: argparse.Namespace) -> Iterator[str]:
    import chromium
    from screen_sizes import WALL

    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": WALL["width"], "height": WALL["height"]})
        page.set_default_timeout(60_000)
        _open(page, demo, start)
        told = page.context.new_cdp_session(page)
        told.send("Performance.enable")
        yield f"at rest: {_look(page, told, given.seconds)}"
        page.get_by_test_id("replay-play").click()
        for speed in given.speeds:
            page.get_by_test_id(f"replay-speed-{speed}").click()
            page.wait_for_timeout(2_000)
            yield f"at {speed} times: {_look(page, told, given.seconds)}"
        browser.close()


def _open(page: Page, demo: Any, start: datetime) -> None:
    from outsider import DEMO_PASSWORD

    asked = {
        "from": start.isoformat(),
        "to": (start + timedelta(hours=HOURS)).isoformat(),
        "at": (start + timedelta(minutes=10)).isoformat(),
    }
    page.goto(f"{demo.url}/replay?{urlencode(asked)}")
    page.get_by_test_id("sign-in-username").locator("input").or_(
        page.locator("input[data-testid=sign-in-username]")
    ).fill("supervisor")
    page.locator("input[type=password]").fill(DEMO_PASSWORD)
    page.get_by_test_id("sign-in-submit").click()
    page.get_by_test_id("then-onDuty").wait_for()
    page.locator("[data-testid=map][data-ready=true]").wait_for()
    page.get_by_test_id("replay-buffering").wait_for(state="detached")
    page.wait_for_timeout(10_000)  # the ground is drawn, too


def _look(page: Page, told: CDPSession, seconds: float) -> str:
    before = _metrics(told)
    gaps: list[float] = page.evaluate(FRAMES, seconds)
    after = _metrics(told)
    ordered = sorted(gaps)
    took_s = sum(gaps) / 1000
    busy, script = (
        1000 * (after[name] - before[name]) / took_s for name in ("TaskDuration", "ScriptDuration")
    )
    return (
        f"{len(gaps) / took_s:.0f} pictures/s, {statistics.median(ordered):.1f} ms in the middle,"
        f" {ordered[int(len(ordered) * 0.95)]:.1f} ms at 95 %, {ordered[-1]:.0f} ms at most;"
        f" main thread {busy:.0f} ms/s, of it script {script:.0f} ms/s;"
        f" heap {after['JSHeapUsedSize'] / 1e6:.0f} MB;"
        f" on duty {page.get_by_test_id('then-onDuty').inner_text()}"
    )


def _metrics(told: CDPSession) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in told.send("Performance.getMetrics")["metrics"]}


if __name__ == "__main__":
    main()
