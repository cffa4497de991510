"""Messages between a native handset and the broker (JSON, QoS 1).

Owns the payloads of `fix status report progress duress` (up) and `order notice` (down). Unknown
keys are ignored; a missing optional value is absent (None), never 0. Times on the wire are Unix
seconds as the handset's clock showed them.
"""

from enum import StrEnum
from typing import Literal

import msgspec

FIXES_PER_MESSAGE_MAX = 500  # one offline backlog message; more is rejected whole


class Datum(StrEnum):
    """The coordinate system a handset reports in; stored positions are always WGS-84."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Fix(msgspec.Struct, frozen=True, omit_defaults=True):
    """One GNSS observation: `at` s, `acc` m, `spd` m/s, `cog` degrees, `bat` percent."""

    at: float
    lon: float
    lat: float
    acc: float | None = None
    spd: float | None = None
    cog: float | None = None
    bat: float | None = None
    mock: bool = False
    src: str | None = None


class FixMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`fix`: one live fix, or up to 500 of an offline backlog, oldest first."""

    fixes: list[Fix]
    datum: Datum = Datum.WGS84
    sent: float | None = None


class StatusMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`status`: duty and health of the handset; the will message carries `online: false` alone.

    `duty` is absent when the message says nothing of it. Health flags:
    `permission` (location allowed), `optimised` (battery optimisation may kill the app).
    """

    at: float | None = None
    duty: bool | None = None
    online: bool = True
    bat: float | None = None
    net: str | None = None
    permission: bool | None = None
    optimised: bool | None = None


class ReportMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`report`: a new incident from the field. `id` is made by the handset: a retry is the same."""

    id: str
    at: float
    lon: float
    lat: float
    text: str
    cls: str | None = None
    title: str | None = None
    datum: Datum = Datum.WGS84


class ProgressStep(StrEnum):
    """What a worker does with an order."""

    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    DECLINED = "declined"


class ProgressMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`progress`: one step of one dispatch, at the handset's time `at`."""

    dispatch: str
    step: ProgressStep
    at: float
    note: str | None = None


class DuressMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`duress`: a worker calls for help. `id` is made by the handset: a retry is the same call."""

    id: str
    at: float
    lon: float | None = None
    lat: float | None = None
    text: str | None = None
    datum: Datum = Datum.WGS84


class OrderMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`order`: a dispatch for this worker, or its withdrawal.

    The same dispatch may arrive again with a higher `version`; the highest counts. `action` says
    whether to go (`go`) or to drop it (`withdraw`). `lon`/`lat` are WGS-84 degrees.
    """

    dispatch: str
    version: int
    action: Literal["go", "withdraw"]
    incident: str
    code: str
    title: str
    at: float
    lon: float | None = None
    lat: float | None = None
    text: str | None = None
    place: str | None = None
    due: float | None = None
    acknowledge_by: float | None = None


class NoticeMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """`notice`: text for the worker that asks for no answer, such as "one patrol is missing"."""

    id: str
    at: float
    kind: str
    text: str
