"""`gridbeat doctor`: what is configured, what answers, which editions, and how far clocks differ.

Owns looking; it changes nothing. What it prints as JSON holds credentials: it reads files that
belong to the operator alone.
"""

import json
import os
import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import redis

from console_server.command_line.database import running_directory
from console_server.embedded.addresses import StackAddresses
from console_server.embedded.data_directory import DataDirectory

ANSWER_WITHIN_S = 3
SKEW_WORTH_A_WORD_S = 2.0
DISK_WORTH_A_WORD_BYTES = 2 * 1024**3

Finding = dict[str, Any]


def examine(data_dir: Path | None, environment: Mapping[str, str] = os.environ) -> Finding:
    """Everything that can be said without changing anything. `problems` is what is wrong."""
    running = running_directory(data_dir)
    directory = (
        running[0] if running else DataDirectory((data_dir or Path("var/gridbeat")).absolute())
    )
    addresses = running[1] if running else None
    found: Finding = {
        "dataDirectory": _directory(directory, running=running is not None),
        "postgres": postgres(
            _address(environment, "DATABASE_URL", addresses, "database_owner_url")
        ),
        "valkey": valkey(_address(environment, "VALKEY_URL", addresses, "valkey_url")),
        "broker": broker(environment, addresses),
        "console": console(directory, environment),
    }
    if addresses:
        found["postgres"]["source"] = addresses.postgres_source
        found["postgres"]["superuserUrl"] = addresses.database_superuser_url
    return found | {"problems": problems(found)}


def postgres(url: str | None) -> Finding:
    """Version, TimescaleDB edition and clock skew (seconds the database is ahead of this host)."""
    if url is None:
        return {"configured": False}
    try:
        with psycopg.connect(url, connect_timeout=ANSWER_WITHIN_S) as connection:
            before = time.time()
            row = connection.execute(
                "SELECT current_setting('server_version'), extract(epoch FROM clock_timestamp()),"
                " (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),"
                " current_setting('timescaledb.license', true)"
            ).fetchone()
            middle = (before + time.time()) / 2
    except psycopg.Error as error:
        return {"configured": True, "url": url, "reachable": False, "error": str(error).strip()}
    version, clock, timescale, licence = row or ("", 0, None, None)
    return {
        "configured": True,
        "url": url,
        "reachable": True,
        "version": version,
        "edition": f"TimescaleDB {timescale} ({licence} licence)"
        if timescale
        else "bare PostgreSQL",
        "timescaledb": timescale,
        "timescaledbLicense": licence if timescale else None,
        "clockSkewS": round(float(clock) - middle, 3),
    }


def valkey(url: str | None) -> Finding:
    """Version of the live store."""
    if url is None:
        return {"configured": False}
    try:
        with redis.Redis.from_url(url, socket_timeout=ANSWER_WITHIN_S) as client:
            told = client.info("server")
    except redis.exceptions.RedisError as error:
        return {"configured": True, "url": url, "reachable": False, "error": str(error)}
    version = told.get("valkey_version") or told.get("redis_version")
    return {"configured": True, "url": url, "reachable": True, "version": version}


def broker(environment: Mapping[str, str], addresses: StackAddresses | None) -> Finding:
    """Whether MQTT answers; the version if the broker is NATS and its own port is known."""
    host = environment.get("GRIDBEAT_MQTT_HOST") or (addresses.mqtt_host if addresses else None)
    if host is None:
        return {"configured": False}
    port = int(
        environment.get("GRIDBEAT_MQTT_PORT") or (addresses.mqtt_port if addresses else 1883)
    )
    finding: Finding = {"configured": True, "mqtt": f"mqtt://{host}:{port}"}
    if addresses and addresses.mqtt_websocket_port:
        finding["websocket"] = f"ws://{host}:{addresses.mqtt_websocket_port}/mqtt"
    admin = environment.get("GRIDBEAT_BROKER_ADMIN_URL") or (
        addresses.broker_admin_url if addresses else ""
    )
    try:
        with socket.create_connection((host, port), ANSWER_WITHIN_S):
            finding["reachable"] = True
    except OSError as error:
        return finding | {"reachable": False, "error": str(error)}
    return finding | (_nats_version(admin) if admin else {})


def console(directory: DataDirectory, environment: Mapping[str, str]) -> Finding:
    """Whether the console serves, and what it says of its own health."""
    if directory.http_url_file.exists():
        url = directory.http_url_file.read_text()
    elif port := environment.get("GRIDBEAT_HTTP_PORT"):
        url = f"http://127.0.0.1:{port}"
    else:
        return {"configured": False}
    try:
        answer = httpx.get(f"{url}/api/health", timeout=ANSWER_WITHIN_S)
    except httpx.HTTPError as error:
        return {"configured": True, "url": url, "reachable": False, "error": str(error)}
    return {"configured": True, "url": url, "reachable": True, "status": answer.status_code}


def problems(found: Finding) -> list[str]:
    """What an operator should see to, in words."""
    said = [
        f"{part} does not answer: {finding.get('error')}"
        for part, finding in found.items()
        if finding.get("configured") and not finding.get("reachable")
    ]
    skew_s = abs(found["postgres"].get("clockSkewS", 0.0))
    if skew_s > SKEW_WORTH_A_WORD_S:
        said.append(
            f"the database's clock differs from this host's by {skew_s:.1f} s; set both by NTP"
        )
    if found["dataDirectory"]["freeBytes"] < DISK_WORTH_A_WORD_BYTES:
        said.append("less than 2 GiB are free where the data directory lies")
    if not any(found[part].get("configured") for part in ("postgres", "valkey", "broker")):
        said.append("nothing runs here and nothing is configured; start with gridbeat up")
    return said


def in_words(found: Finding) -> str:
    """The findings for people, without passwords."""
    lines = [f"data directory  {found['dataDirectory']['path']}"]
    for part in ("postgres", "valkey", "broker", "console"):
        finding = found[part]
        if not finding.get("configured"):
            lines.append(f"{part:<15} not configured")
            continue
        where = _without_password(str(finding.get("url") or finding.get("mqtt")))
        state = "answers" if finding["reachable"] else "DOES NOT ANSWER"
        what = finding.get("edition") or ""
        lines.append(f"{part:<15} {state}  {where}  {finding.get('version', '')}  {what}".rstrip())
    lines += [f"problem: {problem}" for problem in found["problems"]]
    return "\n".join(lines)


def _directory(directory: DataDirectory, *, running: bool) -> Finding:
    existing = next(p for p in (directory.root, *directory.root.parents) if p.exists())
    return {
        "path": str(directory.root),
        "running": running,
        "demo": directory.demo_marker.exists(),
        "freeBytes": shutil.disk_usage(existing).free,
    }


def _address(
    environment: Mapping[str, str], name: str, addresses: StackAddresses | None, field: str
) -> str | None:
    configured = environment.get(f"GRIDBEAT_{name}")
    return configured or (getattr(addresses, field) if addresses else None)


def _nats_version(admin_url: str) -> Finding:
    """NATS introduces itself before anybody signs in."""
    parts = urlsplit(admin_url)
    try:
        with socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or 4222), ANSWER_WITHIN_S
        ) as connection:
            greeting = connection.makefile("rb").readline()
    except OSError as error:
        return {"adminReachable": False, "error": str(error)}
    told = json.loads(greeting.removeprefix(b"INFO "))
    return {"adminReachable": True, "version": told["version"], "jetstream": told.get("jetstream")}


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":…@")
