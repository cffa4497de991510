"""Photos of cases, as lists carry them; the pictures themselves are `GET /api/photos/{id}`."""

from datetime import datetime

from console_server.wire.base import Body


class Photo(Body, frozen=True):
    """One photo as it is kept: JPEG, `width` by `height` pixels. `sha256` stands in the case file.

    `incident_id` None: the report that it belongs to has not come yet.
    """

    id: str
    incident_id: str | None
    added_at: datetime
    added_by: str
    width: int
    height: int
    size_bytes: int
    sha256: str


class Photos(Body, frozen=True):
    """GET /api/incidents/{id}/photos, oldest first; `may_have` is how many there may be."""

    photos: list[Photo]
    may_have: int
