"""The secrets of a handset: a code that stands in its topics, a name, a password. Pure but random.

A worker types them on a phone once, so the letters and digits that look alike are left out.
"""

import secrets
from typing import Final

from console_server.handsets.store import HandsetKind
from telemetry_ingest.wire.osmand import OSMAND_PATH, osmand_topic
from telemetry_ingest.wire.topics import OWNTRACKS_PREFIX, handset_prefix

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
PASSWORD_LENGTH: Final = 26  # 128.8 bits: guessing is hopeless, so the hash may be a fast one
CODE_LENGTH: Final = 10  # 49.5 bits: no two alike in any installation


def new_code() -> str:
    """A handset's code, its user name at the broker too."""
    return "h" + _random(CODE_LENGTH)


def new_password() -> str:
    """A password with at least 128 random bits."""
    return _random(PASSWORD_LENGTH)


def topic_prefix(kind: HandsetKind, area_code: str, code: str, username: str) -> str:
    """Where the handset publishes: below its own prefix, or where apps of others do."""
    if kind == "traccar":
        return osmand_topic(username)
    if kind == "owntracks":
        return f"{OWNTRACKS_PREFIX}/{username}"
    return handset_prefix(area_code, code)


def report_url(base_url: str, token: str) -> str:
    """The address that Traccar Client is given; who has it can report as this handset."""
    return f"{base_url.rstrip('/')}{OSMAND_PATH}/{token}"


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
