"""Owns how the simulators speak with the command centre: its public HTTP API, signed in.

One `Centre` is one account's session (cookie and CSRF token). It decides nothing.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import date
from types import TracebackType
from typing import Final, Literal, Self, TypeVar

import httpx
import msgspec

from console_server.wire.access import Problem, Session, SignIn
from console_server.wire.cases import (
    Incident,
    IncidentPage,
    IncidentStatus,
    IncidentSummary,
    NewIncident,
    Transition,
)
from console_server.wire.field import (
    HandsetCredentials,
    NewHandset,
    NewShift,
    NewWorker,
    Shift,
    Worker,
)
from console_server.wire.packs import Pack
from console_server.wire.positions import Position
from console_server.wire.recommendations import NewDispatch

PATIENCE_S: Final = 60.0  # how long a server may take to come up
RETRY_S: Final = 0.5
REQUEST_LIMIT_S: Final = 60.0
CONNECTIONS_MAX: Final = 100
KEPT_S: Final = 2.0  # shorter than servers keep an idle connection, which would break a request
PAGE: Final = 500

T = TypeVar("T")


class GridCode(msgspec.Struct, frozen=True):
    """What a grid's feature says of it, as far as it is used here."""

    code: str


class Grid(msgspec.Struct, frozen=True):
    """One feature of the grids' GeoJSON."""

    properties: GridCode
    geometry: msgspec.Raw


class Grids(msgspec.Struct, frozen=True):
    """The grids' GeoJSON."""

    features: list[Grid]


class CentreError(Exception):
    """The centre refused a request; `code` is the stable code of its answer."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code = status, code

    @property
    def may_pass(self) -> bool:
        """Whether the same request may be granted later."""
        return self.status >= httpx.codes.INTERNAL_SERVER_ERROR


NO_CENTRE: Final = (CentreError, httpx.TransportError, TimeoutError)  # what ends a simulator


class Centre:
    """A signed-in session. Use as an async context manager, or close it."""

    def __init__(self, http_url: str, username: str, password: str) -> None:
        self._sign_in = SignIn(username, password)
        self._token = ""
        self._http = httpx.AsyncClient(
            base_url=http_url.rstrip("/") + "/api",
            timeout=REQUEST_LIMIT_S,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=KEPT_S),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self.sign_in()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def sign_in(self) -> Session:
        """Sign in; waits a while for a server that is not up yet.

        Raises:
            CentreError: the name and the password do not match.
            httpx.TransportError: no server answered in time.
        """
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    answer = await self._http.post("/session", content=_encode(self._sign_in))
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(RETRY_S)
        session = _read(answer, Session)
        self._token = session.csrf_token
        return session

    async def workers(self) -> list[Worker]:
        """All workers in service."""
        return await self._get("/workers", list[Worker])

    async def shifts(self, day: date) -> list[Shift]:
        """Planned shifts that touch a day of the pack's time zone."""
        return await self._get("/shifts", list[Shift], {"date": day.isoformat()})

    async def grids(self) -> Grids:
        """All grids with their shapes, GeoJSON degrees WGS-84."""
        return await self._get("/areas/grids.geojson", Grids)

    async def positions(self) -> list[Position]:
        """The latest known place of every worker."""
        return await self._get("/positions", list[Position])

    async def pack(self) -> Pack:
        """The rule pack in force."""
        return await self._get("/pack", Pack)

    async def open_incidents(self) -> list[IncidentSummary]:
        """The newest open incidents."""
        page = await self._get("/incidents", IncidentPage, {"state": "open", "limit": str(PAGE)})
        return page.incidents

    async def enrol(
        self, worker_id: int, kind: Literal["native", "owntracks"] = "native"
    ) -> HandsetCredentials:
        """Enrol a handset; its credentials are in force when this returns."""
        return await self._post("/handsets", NewHandset(worker_id, kind), HandsetCredentials)

    async def take_on(self, worker: NewWorker) -> Worker:
        """Take on a worker."""
        return await self._post("/workers", worker, Worker)

    async def plan(self, shift: NewShift) -> Shift:
        """Plan a shift."""
        return await self._post("/shifts", shift, Shift)

    async def open_incident(self, incident: NewIncident) -> Incident:
        """Open an incident; the same client id again is the same incident."""
        return await self._post("/incidents", incident, Incident)

    async def dispatch_first(self, incident_id: str) -> None:
        """Send the first recommended worker."""
        await self._post(f"/incidents/{incident_id}/dispatches", NewDispatch(), object)

    async def move(
        self, incident_id: str, to: IncidentStatus, version: int, reason: str | None = None
    ) -> Incident:
        """Move an incident along its table."""
        path = f"/incidents/{incident_id}/transitions"
        return await self._post(path, Transition(to, version, reason), Incident)

    async def _get(self, path: str, kind: type[T], query: Mapping[str, str] | None = None) -> T:
        answer = await self._asked(path, query)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await self.sign_in()
            answer = await self._asked(path, query)
        return _read(answer, kind)

    async def _asked(self, path: str, query: Mapping[str, str] | None) -> httpx.Response:
        """Ask, and ask again while the server restarts."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await self._http.get(path, params=query)
            except httpx.TransportError:
                if time.monotonic() > deadline_s:
                    raise
            await asyncio.sleep(RETRY_S)

    async def _post(self, path: str, body: msgspec.Struct, kind: type[T]) -> T:
        answer = await self._command(path, body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await self.sign_in()
            answer = await self._command(path, body)
        return _read(answer, kind)

    async def _command(self, path: str, body: msgspec.Struct) -> httpx.Response:
        headers = {"X-CSRF-Token": self._token, "Content-Type": "application/json"}
        return await self._http.post(path, content=_encode(body), headers=headers)


def _encode(body: msgspec.Struct) -> bytes:
    return msgspec.json.encode(body)


def _read(answer: httpx.Response, kind: type[T]) -> T:
    if answer.is_success:
        return msgspec.json.decode(answer.content, type=kind)
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        raise CentreError(answer.status_code, "unknown", answer.reason_phrase) from None
    raise CentreError(answer.status_code, problem.code, problem.detail)
