# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/resident/…`: the residents' page, without an account; and whom to answer, for dispatchers.

Owns HTTP, how often one address and all together may call, and what a stranger is told; the work
is `commands.py`. An installation may close the page: then nothing of it is there.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, MultipartBody

from console_server.access.account import AccountRequest
from console_server.access.allowance import Allowance, count_use
from console_server.access.audit import record_act
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.cache import Valkey
from console_server.database import Pool
from console_server.errors import Invalid, NotFound
from console_server.incidents.opening import Rules
from console_server.incidents.visible import visible_case
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.photos.commands import Upload
from console_server.photos.decoding import decode
from console_server.photos.limits import BYTES_CEILING
from console_server.residents import store
from console_server.residents.commands import (
    PHOTOS_MAX,
    RATED,
    Followed,
    add_photo,
    follow,
    rate,
    take_report,
)
from console_server.residents.follow_code import hashed, read_code
from console_server.residents.report import Report, cleaned
from console_server.settings import Settings
from console_server.wire.residents import (
    FollowReport,
    RateReport,
    ReporterContact,
    ResidentArea,
    ResidentChoice,
    ResidentForm,
    ResidentReceipt,
    ResidentReport,
    ResidentStatus,
)

HOUR_S: Final = 3600
# A whole housing estate may share one address behind its operator.
REPORTS: Final = Allowance("resident-report", 20, 500, HOUR_S)
PHOTOS: Final = Allowance("resident-photo", 60, 1500, HOUR_S)
FOLLOWS: Final = Allowance("resident-follow", 120, 6000, HOUR_S)
BODY_MAX_BYTES: Final = 16 << 10
FORM_OVERHEAD_BYTES: Final = 64 << 10
UPLOAD_KEY_MAX: Final = 100
COMMANDERS = requires("dispatcher", "duty_leader")
StrangersRequest = Request[Any, Any, State]


def is_open(connection: Any, _handler: BaseRouteHandler) -> None:  # noqa: ANN401 - any connection
    """A guard: the installation has the page open.

    Raises:
        NotFound: it has not.
    """
    if not connection.app.state.parts.settings.resident_reports:
        raise NotFound("page", "for residents")


@dataclass
class PhotoForm:
    """A photo of a report, with the report's code."""

    code: str
    uploadId: str  # noqa: N815 - the name of a form's field
    file: UploadFile


@get("/form")
async def form(
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    settings: NamedDependency[Settings],
) -> ResidentForm:
    """What the page offers."""
    communities = [each for each in areas.nodes if each.kind == "community"]
    return ResidentForm(
        name=pack.name,
        choices=[
            ResidentChoice(each.code, each.name, each.english) for each in pack.resident.choices
        ],
        areas=[ResidentArea(each.code, each.name) for each in communities],
        photos_max=min(PHOTOS_MAX, settings.photos.per_case),
        photo_max_bytes=settings.photos.max_bytes,
        contact_days=settings.case_periods.contacts,
    )


@post("/reports", request_max_body_size=BODY_MAX_BYTES)
async def report(
    request: StrangersRequest,
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    data: JSONBody[ResidentReport],
) -> ResidentReceipt:
    """Take a report; the same `clientId` again is the same report, with the same code."""
    await count_use(valkey, REPORTS, _address(request))
    said = Report(
        client_id=data.client_id,
        text=cleaned(data.text, lines=True),
        place=cleaned(data.place),
        class_code=data.class_code,
        area_code=data.area_code,
        lon=data.lon,
        lat=data.lat,
        phone=cleaned(data.phone) if data.phone else None,
    )
    async with pool.connection() as connection:
        code = await take_report(connection, said, clock(), Rules(areas, pack))
    return ResidentReceipt(code)


@post("/photos", status_code=204, request_max_body_size=BYTES_CEILING + FORM_OVERHEAD_BYTES)
async def photo(
    request: StrangersRequest,
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
    data: MultipartBody[PhotoForm],
) -> None:
    """Add a photo to the own report; the same `uploadId` again is the same photo."""
    await count_use(valkey, PHOTOS, _address(request))
    code = read_code(data.code)
    if code is None or not 0 < len(data.uploadId) <= UPLOAD_KEY_MAX:
        raise Invalid("Not a photo of a report.", ["code, uploadId: not what they should be"])
    async with pool.connection() as connection:  # before the work of decoding
        await follow(connection, code)
    sent = await data.file.read()
    picture = await decode(sent, settings.photos)
    key = f"resident:{hashed(code).hex()}/{data.uploadId}"
    most = min(PHOTOS_MAX, settings.photos.per_case)
    upload = Upload(key, hashlib.sha256(sent).digest(), picture, most)
    async with pool.connection() as connection:
        await add_photo(connection, code, upload, clock())


@post("/follow", status_code=200, request_max_body_size=BODY_MAX_BYTES)
async def follow_report(
    request: StrangersRequest,
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    data: JSONBody[FollowReport],
) -> ResidentStatus:
    """How the report with this code fares."""
    await count_use(valkey, FOLLOWS, _address(request))
    async with pool.connection() as connection:
        return in_wire(await follow(connection, data.code))


@post("/rating", status_code=200, request_max_body_size=BODY_MAX_BYTES)
async def rate_report(
    request: StrangersRequest,
    pool: NamedDependency[Pool],
    valkey: NamedDependency[Valkey],
    clock: NamedDependency[Clock],
    data: JSONBody[RateReport],
) -> ResidentStatus:
    """Rate what was done, once, after the close."""
    await count_use(valkey, FOLLOWS, _address(request))
    async with pool.connection() as connection:
        rated = await rate(connection, data.code, data.stars, data.remark, clock())
    return in_wire(rated)


@get("/incidents/{incident_id:uuid}/reporter", guards=[COMMANDERS])
async def reporter(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    incident_id: FromPath[UUID],
) -> ReporterContact:
    """Whom to answer, and how it was rated; a look at a telephone number is on record."""
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id)
        found = await store.report_of_case(connection, incident_id)
        if found is not None and found.phone:
            seen: dict[str, object] = {"incident": case.code}
            await record_act(connection, request.user.username, "reporter_contact_seen", seen)
    if found is None:
        return ReporterContact(False, None, None, None, None)
    return ReporterContact(True, found.phone, found.rating, found.remark, found.rated_at)


def in_wire(followed: Followed) -> ResidentStatus:
    """As its reporter is told."""
    outcome = followed.outcome
    return ResidentStatus(
        case_code=followed.code,
        state=STATES.get(outcome.status, "accepted"),
        reported_at=followed.reported_at,
        accepted_at=outcome.accepted_at,
        started_at=outcome.started_at,
        closed_at=outcome.closed_at,
        group_name=outcome.group_name,
        answer=outcome.answer,
        merged=followed.merged,
        may_rate=outcome.status in RATED and followed.report.rating is None,
        stars=followed.report.rating,
    )


STATES: Final[dict[str, Any]] = {
    "reported": "received",
    "dispatched": "working",
    "handling": "working",
    "handled": "working",
    "rework": "working",
    "verified": "working",
    "closed": "done",
    "evaluated": "done",
    "rejected": "refused",
    "void": "refused",
}


def _address(request: StrangersRequest) -> str:
    return request.client.host if request.client else "unknown"


public = Router(
    path="/resident",
    route_handlers=[form, report, photo, follow_report, rate_report],
    guards=[is_open],
    opt={"public": True},  # no session: the code is the key to one report
    tags=["residents"],
)
router = Router(path="/", route_handlers=[public, reporter])
