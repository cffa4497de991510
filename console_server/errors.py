# ruff: noqa: N818 - a name says what happened, the base says that it is an error
"""Rules that were broken, as the control plane says it; no HTTP in here (`problems.py` maps).

GridbeatError
├── NotFound            what was named is not there, or not in the areas one may see
├── Conflict            it was changed meanwhile, or it exists already
│   └── PhotosFull      the case, or whoever sends, has as many photos as allowed
├── Forbidden           the role does not allow it
├── Invalid             what was sent breaks a rule; `errors` names fields or rows
│   ├── PhotoTypeRefused, PhotoTooLarge, PhotoUnreadable
├── Unauthenticated     nobody is signed in, or the sign-in failed
│   └── HandsetRevoked  the handset that asks is no longer enrolled
├── TooManyAttempts     sign-in is throttled for a while
│   └── TooManyRequests a caller's share of a route is used up for a while
└── Unavailable         a part that is needed (broker, ingest) does not answer
"""

from collections.abc import Sequence
from typing import ClassVar


class GridbeatError(Exception):
    """A request that cannot be done; `code` is stable, `detail` is for people."""

    code: ClassVar[str] = "gridbeat_error"

    def __init__(self, detail: str, errors: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class NotFound(GridbeatError):
    """What was named is not there, or lies outside of what the account may see."""

    code = "not_found"

    def __init__(self, what: str, key: str | int) -> None:
        super().__init__(f"There is no {what} {key}.")
        self.what = what
        self.key = str(key)


class Conflict(GridbeatError):
    """It was changed meanwhile, or it exists already."""

    code = "conflict"


class Forbidden(GridbeatError):
    """The role does not allow it."""

    code = "forbidden"


class Invalid(GridbeatError):
    """What was sent breaks a rule; `errors` names every field or row that does."""

    code = "invalid"


class PhotosFull(Conflict):
    """There are as many photos as there may be."""

    code = "photos_full"


class PhotoTypeRefused(Invalid):
    """Not a kind of picture that is taken, whatever it is called."""

    code = "photo_type"


class PhotoTooLarge(Invalid):
    """More bytes or pixels than a photo may have."""

    code = "photo_too_large"


class PhotoUnreadable(Invalid):
    """It begins like a picture and is broken or incomplete."""

    code = "photo_unreadable"


class Unauthenticated(GridbeatError):
    """Nobody is signed in, or the name and password do not match."""

    code = "unauthenticated"


class HandsetRevoked(Unauthenticated):
    """The handset was known and is no longer enrolled: it should forget what it was given."""

    code = "handset_revoked"


class TooManyAttempts(GridbeatError):
    """Sign-in is throttled; trying again makes sense after `retry_after_s` seconds."""

    code = "too_many_attempts"

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class TooManyRequests(TooManyAttempts):
    """A caller's share is used up; the next call makes sense after `retry_after_s` seconds."""

    code = "too_many_requests"


class Unavailable(GridbeatError):
    """A part that this needs does not answer at the moment."""

    code = "unavailable"
