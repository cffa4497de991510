"""`gridbeat broker-accounts`: what a broker of one's own must let each account do.

Owns the words and mosquitto's form of them; NATS gets its own from `embedded/broker.py`.
"""

from typing import Final

from console_server.handsets.accounts import probe_password
from console_server.settings import Settings
from telemetry_ingest.wire.loopback import LOOPBACK_TOPIC, PROBE_HANDSET
from telemetry_ingest.wire.topics import OWNTRACKS_PREFIX, PREFIX, Downlink, Uplink

INGEST: Final = "ingest"
ANY_HANDSET: Final = f"{PREFIX}/+/%u"  # a native handset's username is its code


def access_list(settings: Settings) -> str:
    """The access list (`acl_file`) of mosquitto, with the accounts it is about named above it."""
    return "\n".join(
        [
            "# Accounts (mosquitto_passwd -b FILE NAME PASSWORD):",
            f"#   {settings.mqtt_username}: the server, GRIDBEAT_MQTT_USERNAME and _PASSWORD there",
            f"#   {INGEST}: telemetry ingest, the same variables there",
            f"#   {PROBE_HANDSET}: the server's own fix; password {probe_password(settings)}",
            "#   each handset: name and password as its enrolment shows them",
            "",
            f"user {settings.mqtt_username}",
            *(f"topic write {PREFIX}/+/+/{kind.value}" for kind in Downlink),
            "",
            f"user {INGEST}",
            f"topic read {PREFIX}/#",
            f"topic read {OWNTRACKS_PREFIX}/#",
            "",
            f"user {PROBE_HANDSET}",
            f"topic write {LOOPBACK_TOPIC}",
            "",
            *(f"pattern write {ANY_HANDSET}/{kind.value}" for kind in Uplink),
            *(f"pattern read {ANY_HANDSET}/{kind.value}" for kind in Downlink),
            f"pattern write {OWNTRACKS_PREFIX}/%u/#",
        ]
    )
