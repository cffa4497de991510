"""A running district with must-visit places and a month of work that is over."""

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "attendance"))

from attendance_record import INSIDE, ZONE, Record, at, standing
from past_month import PastMonth
from small_district import GRIDS, PASSWORD, RunningServer, more_accounts, serving, write_district

from console_server.access.commands import ensure_demo_accounts
from console_server.embedded.ports import free_port
from console_server.imports.commands import import_file
from console_server.packs.pack import load_pack
from console_server.settings import Settings

RULES = """
[[visit_lists]]
code = "bicha"
name = "三必查"
places = ["安全隐患"]

[visits]
per_month = 1
min_work_days = 3
"""
PLACES = f"""编号,名称,网格,经度,纬度,走访清单
P1,东门值班室,{GRIDS[0]},{INSIDE[0]},{INSIDE[1]},三必查
P2,后巷,{GRIDS[0]},{INSIDE[0] + 0.004},{INSIDE[1] + 0.004},bicha
P3,岗亭,{GRIDS[0]},{INSIDE[0]},{INSIDE[1]},
"""


@pytest.fixture(scope="module")
def past_month(
    timescale_database: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PastMonth]:
    """Four days of last month in the own grid, one hour each; verdicts are final at once."""
    folder = tmp_path_factory.mktemp("assessment")
    database = timescale_database
    write_district(folder)
    (folder / "places.csv").write_text(PLACES)
    pack = folder / "visiting.toml"
    text = load_pack("xingdian").text
    for key in ("final_after_s", "quiet_s"):
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = 0", text)
    pack.write_text(text.replace('code = "xingdian"', 'code = "visiting"') + RULES)
    ensure_demo_accounts(database.owner_url, PASSWORD)
    rules = load_pack(pack)
    for kind, name in (("areas", "areas.geojson"), ("workers", "workers.csv")):
        import_file(database.owner_url, kind, folder / name)  # type: ignore[arg-type]
    import_file(database.owner_url, "checkpoints", folder / "places.csv", rules)
    more_accounts(database.owner_url)
    settings = Settings.from_environment(
        database.stack.server_environment()
        | {
            "GRIDBEAT_HTTP_PORT": str(free_port()),
            "GRIDBEAT_PACK": str(pack),
            "GRIDBEAT_RETENTION_DAYS": "70",
        }
    )
    with serving(settings):
        server = RunningServer(
            f"http://127.0.0.1:{settings.http_port}", settings, database.owner_url
        )
        record = Record(server)
        last = datetime.now(ZONE).date().replace(day=1) - timedelta(days=1)
        days = [last - timedelta(days=3 - number) for number in range(4)]
        for day in days:
            record.shift(at(day, "09:00"), at(day, "11:00"))
            record.fixes(standing(INSIDE, at(day, "09:00"), at(day, "11:00")))
        for day in days:
            assert record.wait_for_verdict(day)[0] is True
        yield PastMonth(server, record, days)
