"""A session that nobody takes up again is ended: the broker must not keep for it for ever."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from ingest_rig import eventually, found


def held(district: Any) -> int:
    """How many subscriptions the broker keeps messages for, in all."""
    query = {"accounts": "true", "streams": "true", "consumers": "true"}
    address = f"{district.database.stack.broker_monitor_url}/jsz"
    said = httpx.get(address, params=query, trust_env=False).json()
    streams = [s for a in said.get("account_details", []) for s in a.get("stream_detail", [])]
    return sum(len(s.get("consumer_detail", [])) for s in streams if s["name"] == "$MQTT_msgs")


def test_forgotten_sessions_are_gone_from_the_broker(
    timescale_database: Any, tmp_path: Path
) -> None:
    district = found(timescale_database, tmp_path)
    before = held(district)
    areas = {"GRIDBEAT_INGEST_AREAS": "forgotten-area"}
    with district.ingest(**areas):
        eventually(lambda: held(district) == before + 8)
    assert held(district) == before + 8
    given = district.database.stack.ingest_environment()
    done = subprocess.run(
        [sys.executable, "-m", "telemetry_ingest", "forget"],
        env={**os.environ, **given, **areas},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "forgot fixes-forgotten-area\nforgot urgent-forgotten-area\n", done.stderr
    eventually(lambda: held(district) == before)
