"""A session that nobody takes up again is ended: the broker must not keep for it for ever."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from ingest_rig import eventually, found

AREA = "forgotten-area"


def held(district: Any) -> list[tuple[str, str]]:
    """The session and the filter of each subscription that the broker keeps messages for."""
    query = {"accounts": "true", "streams": "true", "consumers": "true", "config": "true"}
    address = f"{district.database.stack.broker_monitor_url}/jsz"
    said = httpx.get(address, params=query, trust_env=False, timeout=120).json()
    streams = [s for a in said.get("account_details", []) for s in a.get("stream_detail", [])]
    kept = [s.get("consumer_detail", []) for s in streams if s["name"] == "$MQTT_msgs"]
    return [
        (consumer["name"].partition("_")[0], consumer["config"]["filter_subject"])
        for consumers in kept
        for consumer in consumers
    ]


def sessions(district: Any) -> set[str]:
    """Those that listen for the area of this test: others come and go at the same broker."""
    return {session for session, subject in held(district) if f".{AREA}." in subject}


def test_forgotten_sessions_are_gone_from_the_broker(
    timescale_database: Any, tmp_path: Path
) -> None:
    district = found(timescale_database, tmp_path)

    def held_for(ours: set[str]) -> int:
        return sum(session in ours for session, _ in held(district))

    areas = {"GRIDBEAT_INGEST_AREAS": AREA}
    with district.ingest(**areas):
        eventually(lambda: held_for(sessions(district)) == 8)
    ours = sessions(district)
    assert (len(ours), held_for(ours)) == (2, 8)
    given = district.database.stack.ingest_environment()
    done = subprocess.run(
        [sys.executable, "-m", "telemetry_ingest", "forget"],
        env={**os.environ, **given, **areas},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == f"forgot fixes-{AREA}\nforgot urgent-{AREA}\n", done.stderr
    eventually(lambda: held_for(ours) == 0)
