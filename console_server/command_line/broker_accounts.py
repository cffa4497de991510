"""`gridbeat broker-accounts`: what a broker of one's own must let each account do.

Owns mosquitto's form of it, an access list (`acl_file`); NATS gets its own from
`embedded/broker.py`.
"""

from collections.abc import Iterator
from typing import Final

from telemetry_ingest.wire.loopback import LOOPBACK_TOPIC
from telemetry_ingest.wire.topics import OWNTRACKS_PREFIX, PREFIX, Downlink, Uplink

ANY_HANDSET: Final = f"{PREFIX}/+/%u"  # a native handset's username is its code


def access_list(server: str, ingest: str) -> str:
    """Which topics the accounts of server, ingest and handsets may write and read.

    Server and ingest may share an account, as they do under `gridbeat up`.
    """
    return "\n".join(_lines(server, ingest))


def _lines(server: str, ingest: str) -> Iterator[str]:
    yield "# The server: orders and notices to handsets, and a fix of its own around the loop"
    yield f"user {server}"
    yield from (f"topic write {PREFIX}/+/+/{kind.value}" for kind in Downlink)
    yield f"topic write {LOOPBACK_TOPIC}"
    yield ""
    yield "# Telemetry ingest: reads all that handsets send, writes nothing"
    yield f"user {ingest}"
    yield f"topic read {PREFIX}/#"
    yield f"topic read {OWNTRACKS_PREFIX}/#"
    yield ""
    yield "# Handsets, each under its own name (%u); accounts as their enrolment shows them"
    yield from (f"pattern write {ANY_HANDSET}/{kind.value}" for kind in Uplink)
    yield from (f"pattern read {ANY_HANDSET}/{kind.value}" for kind in Downlink)
    yield f"pattern write {OWNTRACKS_PREFIX}/%u/#"
