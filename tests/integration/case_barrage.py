"""Random commands at cases, as consoles and handsets fire them, and what must hold whatever came.

Owns the random commands and the invariants, which are asked of the store by SQL; who fires how many
at once is the tests'.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import httpx
from live_centre import Centre, Handset, until

from console_server.incidents.incident import DONE, WITH_WORKERS, Status
from console_server.incidents.verify import verify_files_of

FIRING = ("dispatcher", "duty_leader", "supervisor", "administrator")
STEPS = ("acknowledged", "en_route", "on_scene", "cleared", "declined")
LIKELY = {  # what people mostly do next, so that runs get somewhere
    "reported": ["accepted", "accepted", "accepted", "rejected", "merged"],
    "accepted": ["handling", "handling", "merged"],
    "dispatched": ["handling"],
    "handling": ["handled", "suspended"],
    "handled": ["verified", "rework", "closed"],
    "verified": ["closed", "rework"],
    "closed": ["evaluated"],
    "suspended": ["accepted"],
    "sent_back": ["accepted"],
    "rework": ["handling"],
}
EXPECTED = {200, 201, 403, 404, 409, 422}  # whatever is fired, no answer is a fault of the server


@dataclass
class Barrage:
    """Cases under random commands; every answer is kept. `alone`: nobody else fires meanwhile."""

    centre: Centre
    consoles: list[httpx.AsyncClient]
    handsets: "list[Carried]"
    dice: random.Random
    cases: list[str] = field(default_factory=list)
    answers: list[httpx.Response] = field(default_factory=list)
    alone: bool = False

    async def open(self, count: int) -> None:
        """New cases, by the form and from the field."""
        for _ in range(count):
            self.cases.append((await self.centre.open_incident())["id"])

    async def fire(self) -> None:
        """One random command at a random case by a random person."""
        shots = [self._move, self._move, self._move, self._send, self._send, self._step]
        shots += [self._say, self._say, self._group, self._ask, self._rule]
        await self.dice.choice(shots)(self.dice.choice(self.cases))

    async def _move(self, case: str) -> None:
        console, now = await self._seen(case)
        if now["closedAt"] and self.dice.random() < 0.6:
            opened = await self.centre.open_incident()
            self.cases = [opened["id"] if each == case else each for each in self.cases]
            return
        to = self.dice.choice(LIKELY.get(now["status"], ["accepted"]))
        if self.dice.random() < 0.1:
            to = self.dice.choice(list(Status)).value
        version = now["version"] - (self.dice.random() < 0.15)
        body = {"to": to, "version": version, "reason": "核实"}
        if to == "merged":
            body["into"] = self.dice.choice(self.cases)
        await self._post(console, f"incidents/{case}/transitions", body)

    async def _send(self, case: str) -> None:
        worker = self.dice.choice(list(self.centre.workers.values()))
        path = f"incidents/{case}/dispatches"
        before = await self._elsewhere(worker, case) if self.alone else []
        await self._post(self._anybody(), path, {"workerId": worker})
        if self.alone:
            assert await self._elsewhere(worker, case) == before

    async def _elsewhere(self, worker: int, case: str) -> list[tuple[Any, ...]]:
        """The worker's running orders for other cases, once every handset was heard."""
        await self.heard()
        return await self.centre.query(
            "SELECT dispatch_id, version, status FROM dispatches"
            " WHERE worker_id = %s AND incident_id <> %s AND ended_at IS NULL ORDER BY dispatch_id",
            worker,
            case,
        )

    async def heard(self) -> None:
        """Until every message of a handset was dealt with."""

        async def nothing_waits() -> bool:
            rows = await self.centre.query(
                "SELECT count(*) FROM handset_inbox WHERE handled_at IS NULL"
            )
            return bool(rows[0][0] == 0)

        await until(nothing_waits)

    async def _step(self, case: str) -> None:
        console, now = await self._seen(case)
        if now["dispatches"]:
            one = self.dice.choice(now["dispatches"])
            to = self.dice.choice([*STEPS, "cancelled", "cancelled"])
            body = {"to": to, "version": one["version"], "reason": "电话告知"}
            await self._post(console, f"dispatches/{one['dispatchId']}/transitions", body)

    async def _say(self, case: str) -> None:
        """A handset's own step, which may come late or for what is over."""
        _, now = await self._seen(case)
        if now["dispatches"]:
            one = self.dice.choice(now["dispatches"])
            worker = {worker: code for code, worker in self.centre.workers.items()}
            handset = next(each for each in self.handsets if each.worker == worker[one["workerId"]])
            body = {"dispatch": one["dispatchId"], "step": self.dice.choice(STEPS), "at": 0.0}
            await self.centre.say(handset.handset, "progress", body)

    async def _group(self, case: str) -> None:
        console, now = await self._seen(case)
        body = {"version": now["version"], "fallback": self.dice.random() < 0.5}
        await self._post(console, f"incidents/{case}/group", body)

    async def _ask(self, case: str) -> None:
        console, now = await self._seen(case)
        body: dict[str, Any] = {"version": now["version"], "reason": "季节原因"}
        body["kind"] = self.dice.choice(["suspended", "extended", "sent_back"])
        body |= {"hours": 4.0} if body["kind"] == "extended" else {}
        await self._post(console, f"incidents/{case}/requests", body)

    async def _rule(self, case: str) -> None:
        console, now = await self._seen(case)
        if now["requests"]:
            request = self.dice.choice(now["requests"])["id"]
            body = {"granted": self.dice.random() < 0.7, "reason": "同意"}
            await self._post(console, f"requests/{request}/ruling", body)

    def _anybody(self) -> httpx.AsyncClient:
        return self.dice.choice(self.consoles)

    async def _seen(self, case: str) -> tuple[httpx.AsyncClient, dict[str, Any]]:
        console = self._anybody()
        return console, dict((await console.get(f"incidents/{case}")).json())

    async def _post(self, console: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
        self.answers.append(await console.post(path, json=body))

    def count(self, status: int) -> int:
        return sum(answer.status_code == status for answer in self.answers)


@dataclass
class Carried:
    """A handset and the code of the worker who carries it."""

    worker: str
    handset: Handset


async def consoles_of(centre: Centre, each: int) -> list[httpx.AsyncClient]:
    """So many open consoles of every role that may fire."""
    opened = []
    for role in FIRING:
        signed_in = await centre.console(role)
        for _ in range(each):
            client = httpx.AsyncClient(
                base_url=f"{centre.url}/api/",
                timeout=300,
                trust_env=False,
                cookies=signed_in.cookies,
                headers={"X-CSRF-Token": signed_in.headers["X-CSRF-Token"]},
            )
            centre.closing.push_async_callback(client.aclose)
            opened.append(client)
    return opened


async def broken_rules(centre: Centre) -> list[Any]:
    """Every invariant that does not hold in the store, with the case that breaks it."""
    found: list[Any] = []
    values = {
        "done": sorted(each.value for each in DONE),
        "with_workers": sorted(each.value for each in WITH_WORKERS),
    }
    async with centre.app.state.parts.pool.connection() as connection:
        for name, query in INVARIANTS.items():
            cursor = await connection.execute(query, values)
            found += [(name, *row) for row in await cursor.fetchall()]
        async for checked in verify_files_of(connection):
            found += [("case file", checked.code, fault) for fault in checked.faults]
            found += [] if checked.retold else [("not retold", checked.code)]
    return found


INVARIANTS = {
    "open without a deadline": """
        SELECT code, status FROM incidents WHERE closed_at IS NULL AND due_at IS NULL""",
    "open and nobody's": """
        SELECT code, status FROM incidents i
        WHERE status = 'dispatched' AND group_ordered_at IS NULL
        AND NOT EXISTS (SELECT FROM dispatches d
                        WHERE d.incident_id = i.incident_id AND d.ended_at IS NULL)""",
    "handled by nobody": """
        SELECT code, status FROM incidents WHERE status IN ('handled', 'verified')
        AND handled_at IS NULL""",
    "closed and not at its end, or at its end and open": """
        SELECT code, status FROM incidents
        WHERE (closed_at IS NOT NULL) <> (status = ANY(%(done)s))""",
    "left its end": """
        SELECT code, body ->> 'from', body ->> 'to'
        FROM incident_events JOIN incidents USING (incident_id)
        WHERE kind = 'status' AND body ->> 'from' = ANY(%(done)s)
        AND NOT (body ->> 'from' = 'closed' AND body ->> 'to' = 'evaluated')""",
    "at its end twice": """
        SELECT code, count(*) FROM incident_events JOIN incidents USING (incident_id)
        WHERE kind = 'status' AND body ->> 'to' = ANY(%(done)s) AND body ->> 'to' <> 'evaluated'
        GROUP BY code HAVING count(*) > 1""",
    "verified by who handled it": """
        SELECT i.code, v.actor FROM incident_events v JOIN incidents i USING (incident_id)
        JOIN LATERAL (
            SELECT h.body ->> 'accountId' AS account FROM incident_events h
            WHERE h.incident_id = v.incident_id AND h.version < v.version AND h.kind = 'status'
              AND h.body ->> 'to' = 'handled' ORDER BY h.version DESC LIMIT 1) h ON true
        WHERE v.kind = 'status' AND v.body ->> 'to' IN ('verified', 'rework')
        AND h.account = v.body ->> 'accountId' AND i.handled_by IS NULL""",
    "workers under way where the case needs none": """
        SELECT code, i.status, d.status FROM dispatches d JOIN incidents i USING (incident_id)
        WHERE d.ended_at IS NULL AND NOT i.status = ANY(%(with_workers)s)""",
    "one worker twice on a case": """
        SELECT code, worker_id FROM dispatches d JOIN incidents i USING (incident_id)
        WHERE d.ended_at IS NULL GROUP BY code, worker_id HAVING count(*) > 1""",
    "a dispatch that is over and not, or times that run backwards": """
        SELECT code, d.status FROM dispatches d JOIN incidents i USING (incident_id)
        WHERE (d.ended_at IS NOT NULL) <> (d.status IN ('cleared', 'declined', 'cancelled',
            'lapsed'))
        OR NOT (ordered_at <= COALESCE(acknowledged_at, 'infinity')
            AND COALESCE(acknowledged_at, '-infinity') <= COALESCE(en_route_at, 'infinity')
            AND COALESCE(en_route_at, '-infinity') <= COALESCE(on_scene_at, 'infinity')
            AND COALESCE(on_scene_at, '-infinity') <= COALESCE(d.cleared_at, 'infinity'))""",
    "a version without an event, or the reverse": """
        SELECT code, i.version, count(*) FROM incidents i JOIN incident_events e
        USING (incident_id) GROUP BY code, i.version HAVING count(*) <> i.version""",
    "a clock that stands where it should run": """
        SELECT code, status FROM incidents
        WHERE (stopped_at IS NOT NULL) <> (status IN ('suspended', 'sent_back'))""",
    "an order that no handset was sent": """
        SELECT code, d.status FROM dispatches d JOIN incidents i USING (incident_id)
        WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.channel = 'order'
            AND o.body ->> 'dispatch' = d.dispatch_id::text AND o.body ->> 'action' = 'go')""",
    "taken back without a word to the handset": """
        SELECT code, d.status FROM dispatches d JOIN incidents i USING (incident_id)
        WHERE d.status = 'cancelled' AND NOT EXISTS (SELECT FROM outbox o
            WHERE o.channel = 'order' AND o.body ->> 'dispatch' = d.dispatch_id::text
            AND o.body ->> 'action' = 'withdraw')""",
}
