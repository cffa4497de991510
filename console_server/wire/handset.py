"""What a handset asks and is told by HTTP, below `/api/field`; its telemetry goes by MQTT."""

from console_server.wire.base import Body


class HandsetSession(Body, frozen=True):
    """POST and GET /api/field/session. `csrf_token` goes back in the header `X-CSRF-Token`."""

    worker_id: int
    worker_code: str
    worker_name: str
    handset_id: str
    csrf_token: str
