"""How smoothly a replay plays in Chromium without a graphics card, beside the same page at rest.

    python tests/bench/measure_replay_page.py [--workers 300 2000] [--seconds 12] [--speeds 1 60]
                                              [--compositing processor opengl]

`processor`: as Chromium starts by itself where no graphics card is; WebGL is computed, the page put
together by the processor. `opengl`: the page, too, is put together through a computed OpenGL, as
the browser tests do. Pictures are those with the workers drawn anew; their cost is the processor
time of all of Chromium. At 1 times they are drawn as often as at 60, and all but stand: what is
more at 60 is replay's.

Starts a demonstration of its own with a shift of made-up history for each number of workers.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
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

import chromium  # noqa: E402
from outsider import DEMO_PASSWORD, Demo, running_demo  # noqa: E402
from screen_sizes import WALL  # noqa: E402

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = 3.0
COMPOSITING = {"processor": ["--no-sandbox"], "opengl": chromium.FLAGS}
COUNT_PICTURES = """
  window.pictures = 0;
  const seen = new WeakMap();
  let frame = 0;
  const next = () => { frame += 1; requestAnimationFrame(next); };
  requestAnimationFrame(next);
  const clear = WebGL2RenderingContext.prototype.clear;
  WebGL2RenderingContext.prototype.clear = function (...given) {
    const isWorkers = this.canvas.id === "deckgl-overlay";
    if (isWorkers && seen.get(this.canvas) !== frame) window.pictures += 1;
    seen.set(this.canvas, frame);
    return clear.apply(this, given);
  };
"""
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
    asked.add_argument(
        "--compositing", choices=COMPOSITING, nargs="+", default=["processor", "opengl"]
    )
    given = asked.parse_args()
    for workers in given.workers:
        with tempfile.TemporaryDirectory(prefix="gridbeat-replay-") as folder:
            Path(folder).chmod(0o755)
            options = ("--workers", str(workers), "--no-fleet")
            with running_demo(Path(folder) / "demo", *options, within_s=300) as demo:
                start = _write(demo)
                for compositing in given.compositing:
                    for line in _measure(demo, start, given, compositing):
                        print(f"{workers} workers, {compositing}, {line}", flush=True)  # noqa: T201


def _write(demo: Demo) -> datetime:
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


def _measure(
    demo: Demo, start: datetime, given: argparse.Namespace, compositing: str
) -> Iterator[str]:
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=COMPOSITING[compositing])
        page = browser.new_page(viewport={"width": WALL["width"], "height": WALL["height"]})
        page.set_default_timeout(60_000)
        page.add_init_script(COUNT_PICTURES)
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


def _open(page: Page, demo: Demo, start: datetime) -> None:
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
    before, pictures, spent = _metrics(told), page.evaluate("window.pictures"), _processor_s()
    gaps: list[float] = page.evaluate(FRAMES, seconds)
    after, spent = _metrics(told), _processor_s() - spent
    pictures = page.evaluate("window.pictures") - pictures
    ordered = sorted(gaps)
    took_s = sum(gaps) / 1000
    each_ms = f"{1000 * spent / pictures:.0f} ms" if pictures else "– ms"
    busy, script = (
        1000 * (after[name] - before[name]) / took_s for name in ("TaskDuration", "ScriptDuration")
    )
    return (
        f"{pictures / took_s:.1f} pictures/s for {each_ms} of processor time each"
        f" ({1000 * spent / took_s:.0f} ms/s);"
        f" the page answers after {statistics.median(ordered):.0f} ms in the middle,"
        f" {ordered[int(len(ordered) * 0.95)]:.0f} ms at 95 %, {ordered[-1]:.0f} ms at most;"
        f" main thread {busy:.0f} ms/s, of it script {script:.0f} ms/s;"
        f" heap {after['JSHeapUsedSize'] / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f};"
        f" on duty {page.get_by_test_id('then-onDuty').inner_text()}"
    )


def _processor_s() -> float:
    """Processor time of all processes of Chromium that this one has started, seconds."""
    parents, ticks = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            name, _, told = path.read_text().rpartition(")")
            number, fields = int(path.parent.name), told.split()
            parents[number] = int(fields[1])
            ticks[number] = int(fields[11]) + int(fields[12]) if "chrom" in name else 0

    def is_ours(number: int) -> bool:
        while number > 1 and number != os.getpid():
            number = parents.get(number, 0)
        return number == os.getpid()

    return sum(ticks[each] for each in ticks if is_ours(each)) / os.sysconf("SC_CLK_TCK")


def _metrics(told: CDPSession) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in told.send("Performance.getMetrics")["metrics"]}


if __name__ == "__main__":
    main()
