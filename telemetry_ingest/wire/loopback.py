"""The loopback fix: how the control plane knows that the whole path works.

The server publishes a `FixMessage` with one fix to `LOOPBACK_TOPIC` every few seconds, as a handset
that is nobody's: it has an account at the broker, but no row in the store. Ingest

- subscribes to `LOOPBACK_TOPIC` besides its areas (`gb/1/#` covers it already),
- writes `fixed_at` of the fix into the table `loopback`, in the transaction of its batch
  (`INSERT … ON CONFLICT (area_code) DO UPDATE`), applying no rule and counting nothing,
- after the commit publishes a `LoopbackFix` to `LOOPBACK_CHANNEL`, then acknowledges.

The server is ready when its own fix comes back.
"""

from typing import Final

import msgspec

from telemetry_ingest.wire.topics import Uplink, handset_prefix, uplink_topic

PROBE_AREA: Final = "_"
PROBE_HANDSET: Final = "_probe"  # no enrolled handset's code begins with an underscore
LOOPBACK_TOPIC: Final = uplink_topic(handset_prefix(PROBE_AREA, PROBE_HANDSET), Uplink.FIX)
LOOPBACK_CHANNEL: Final = "gb:loopback"


class LoopbackFix(msgspec.Struct, frozen=True, array_like=True):
    """msgpack in `LOOPBACK_CHANNEL`: the fix of this time (Unix s) is committed.

    `areas` names the ingest process as its heartbeat does.
    """

    fixed_at: float
    areas: list[str]
