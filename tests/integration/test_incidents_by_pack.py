"""The published flow of each of the five deployments, walked from report to the end."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from live_centre import Centre, Handset, running_centre, seed, until

from console_server.incidents.flow import flow_of
from console_server.incidents.incident import Status
from console_server.incidents.verify import verify_files_of
from console_server.packs.pack import load_pack, shipped_packs
from console_server.packs.versions import kept_pack

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def district(timescale_database: Any) -> Any:
    seed(timescale_database.owner_url)
    return timescale_database


@pytest_asyncio.fixture(loop_scope="module")
async def centre(district: Any, request: pytest.FixtureRequest) -> AsyncIterator[Centre]:
    async with running_centre(district, pack=request.param) as running:
        yield running


def of(*packs: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("centre", packs, indirect=True)


class Walk:
    """One case on its way, as two people of the centre see it."""

    def __init__(self, centre: Centre, incident: dict[str, Any]) -> None:
        self.centre, self.now = centre, incident
        self.path = f"incidents/{incident['id']}"

    async def post(self, path: str, who: str, **body: Any) -> Any:
        return await (await self.centre.console(who)).post(path, json=body)

    async def read(self) -> dict[str, Any]:
        self.now = (await (await self.centre.console()).get(self.path)).json()
        return self.now

    async def tries(self, to: str, who: str = "dispatcher", **values: Any) -> int:
        body = {"to": to, "version": (await self.read())["version"]} | values
        return int((await self.post(f"{self.path}/transitions", who, **body)).status_code)

    async def moves(self, *steps: str, who: str = "dispatcher", **values: Any) -> None:
        for to in steps:
            assert await self.tries(to, who, **values) == 200, (to, self.now["status"])

    async def group(self, **values: Any) -> dict[str, Any]:
        body = {"version": (await self.read())["version"]} | values
        answer = await self.post(f"{self.path}/group", "dispatcher", **body)
        assert answer.status_code == 200, answer.text
        self.now = answer.json()
        return self.now

    async def steps(self, to: str, result: str = "") -> None:
        """The running order to a group goes on, told by the centre for it."""
        order = next(each for each in (await self.read())["groupOrders"] if not each["endedAt"])
        body = {"to": to, "version": order["version"], "result": result}
        path = f"group-orders/{order['orderId']}/steps"
        answer = await self.post(path, "dispatcher", **body)
        assert answer.status_code == 200, answer.text
        self.now = answer.json()

    async def send(self, worker: str) -> Any:
        return await self.post(
            f"{self.path}/dispatches", "dispatcher", workerId=self.centre.workers[worker]
        )

    async def field(self, handset: Handset, dispatch: str, *steps: str) -> None:
        for step in steps:
            body = {"dispatch": dispatch, "step": step, "at": 0.0}
            message = await self.centre.say(handset, "progress", body)
            assert await self.centre.outcome(message) == f"step:{step}"

    async def statuses(self) -> list[str]:
        events = (await self.read())["events"]
        return [each["body"]["to"] for each in events if each["kind"] == "status"]


async def reported(centre: Centre, worker: str, **values: Any) -> tuple[Walk, Handset]:
    """A report of a worker by handset, as the case that came of it."""
    handset = await centre.enrol(worker)
    body = {"id": handset.code, "at": 0.0, "lon": 118.505, "lat": 32.005, "text": "道路破损"}
    outcome = await centre.outcome(await centre.say(handset, "report", body | values))
    console = await centre.console()
    listed = (await console.get("incidents", params={"state": "all"})).json()["incidents"]
    code = outcome.removeprefix("incident:")
    walk = Walk(centre, next(each for each in listed if each["code"] == code))
    await walk.read()
    return walk, handset


@of("xingdian")
async def test_xingdian_a_report_goes_to_a_functional_group_by_a_deadline_and_is_answered(
    centre: Centre,
) -> None:
    walk, handset = await reported(centre, "11", cls="0601")
    given = await walk.group()
    assert (given["groupCode"], given["status"]) == ("shizheng", "dispatched")
    assert given["events"][-1]["body"]["dueAt"] == given["dueAt"].replace("Z", "+00:00")
    await walk.moves("handling", "handled")
    assert await walk.tries("verified") == 403  # whoever said that it was handled
    await walk.moves("verified", "closed", who="supervisor", reason="已修复")
    told = await until(lambda: [each for each in handset.got if each.get("kind") == "answer"])
    assert "已修复" in told[0]["text"]


@of("xingdian")
async def test_xingdian_unclear_responsibility_falls_to_the_fallback_group_after_sending_back(
    centre: Centre,
) -> None:
    walk, _ = await reported(centre, "12", cls="0701")
    await walk.group(groupCode="zhian")
    asked = await walk.post(
        f"{walk.path}/requests",
        "dispatcher",
        kind="sent_back",
        reason="非本组职责",
        version=walk.now["version"],
    )
    request = asked.json()["requests"][0]["id"]
    back = await walk.post(f"requests/{request}/ruling", "duty_leader", granted=True)
    assert (back.json()["status"], back.json()["groupOrderedAt"]) == ("sent_back", None)
    given = await walk.group(fallback=True)
    assert (given["groupCode"], given["stoppedAt"]) == ("minsheng", None)


@of("gaoxin")
async def test_gaoxin_collects_assigns_feeds_back_to_the_reporter_files_and_assesses(
    centre: Centre,
) -> None:
    walk, _ = await reported(centre, "21")
    sent = await walk.send("21")
    assert sent.status_code == 201, sent.text
    handset = await centre.enrol("21")
    await walk.field(handset, sent.json()["dispatchId"], "acknowledged", "on_scene", "cleared")
    await walk.moves("verified")
    assert await walk.tries("closed") == 409  # without feedback to whoever reported it
    await walk.moves("closed", reason="已反馈居民")
    await walk.moves("evaluated", who="supervisor")
    assert (await walk.statuses())[-3:] == ["verified", "closed", "evaluated"]


@of("jingjiang")
async def test_jingjiang_accepts_by_itself_routes_by_class_and_answers_every_report(
    centre: Centre,
) -> None:
    walk, _ = await reported(centre, "11", cls="91")
    assert (walk.now["status"], walk.now["groupCode"]) == ("accepted", "chengguan")
    assert walk.now["events"][1]["actorKind"] == "system"
    assert await walk.tries("rejected", reason="不受理") == 409  # a step that the pack has not
    await walk.group()
    await walk.moves("handling", "handled")
    await walk.moves("verified", who="supervisor")
    assert await walk.tries("closed", "supervisor") == 409
    await walk.moves("closed", who="supervisor", reason="垃圾已清运")
    events = (await walk.read())["events"]
    assert [each["kind"] for each in events[-2:]] == ["status", "answered"]
    assert "垃圾已清运" in events[-1]["body"]["text"]


@of("jingjiang")
async def test_jingjiang_a_hard_case_is_consulted_on_and_its_result_fed_back(
    centre: Centre,
) -> None:
    walk, handset = await reported(centre, "12", cls="95")
    given = await walk.group(groupCode="xieshang")
    assert (given["groupCode"], given["status"]) == ("xieshang", "dispatched")
    await walk.steps("accepted")
    assert await walk.tries("verified", "supervisor") == 409
    await walk.steps("done", result="双方同意共用通道，各让半米")
    assert walk.now["groupOrders"][-1]["result"] == "双方同意共用通道，各让半米"
    await walk.moves("verified", who="supervisor")
    assert await walk.tries("closed", "supervisor") == 409  # without the answer to the reporter
    await walk.moves("closed", who="supervisor", reason="协商一致，通道已让出")
    told = await until(lambda: [each for each in handset.got if each.get("kind") == "answer"])
    assert "协商一致，通道已让出" in told[0]["text"]


@of("jingjiang")
async def test_jingjiang_what_is_reported_as_a_hard_case_is_routed_to_consultation(
    centre: Centre,
) -> None:
    walk, _ = await reported(centre, "21", cls="96")
    assert (walk.now["status"], walk.now["groupCode"]) == ("accepted", "xieshang")


@of("jinshui")
async def test_jinshui_a_small_wish_is_published_claimed_and_granted(centre: Centre) -> None:
    form = (await (await centre.console()).get("resident/form")).json()
    assert "96" in {each["code"] for each in form["choices"]}
    walk, _ = await reported(centre, "12", cls="96", text="想要一副老花镜，放在社区服务站")
    await walk.moves("accepted")
    seen = (await (await centre.console("wall")).get("incidents")).json()["incidents"]
    assert walk.now["id"] in {each["id"] for each in seen}  # published on every console
    given = await walk.group()
    assert given["groupCode"] == "yuanmeng"
    await walk.steps("accepted")
    assert walk.now["status"] == "handling"  # claimed
    await walk.steps("done", result="已送到服务站")
    await walk.moves("closed", "evaluated", who="supervisor")
    steps = ["accepted", "dispatched", "handling", "handled", "closed", "evaluated"]
    assert await walk.statuses() == steps


@of("jinshui")
async def test_jinshui_walks_five_steps_and_knows_no_separate_verification(centre: Centre) -> None:
    walk, _ = await reported(centre, "21")
    await walk.moves("accepted")
    assert "suspended" not in walk.now["askable"]
    await walk.group()
    await walk.moves("handling", "handled")
    assert await walk.tries("verified", "supervisor") == 409
    assert await walk.tries("closed") == 403  # whoever said that it was handled
    await walk.moves("closed", "evaluated", who="supervisor")
    steps = ["accepted", "dispatched", "handling", "handled", "closed", "evaluated"]
    assert await walk.statuses() == steps


@of("dongcheng")
async def test_dongcheng_admits_every_matter_at_the_centre_before_anybody_is_sent(
    centre: Centre,
) -> None:
    walk, handset = await reported(centre, "12")
    refused = await walk.send("12")
    assert refused.status_code == 409
    assert "admitted by the centre" in refused.json()["detail"]
    version = walk.now["version"]
    assert (await walk.post(f"{walk.path}/group", "dispatcher", version=version)).status_code == 409
    assert await walk.tries("accepted", "department") == 403
    await walk.moves("accepted")
    sent = await walk.send("12")
    assert sent.status_code == 201, sent.text
    await walk.field(handset, sent.json()["dispatchId"], "acknowledged", "on_scene", "cleared")
    await walk.moves("verified", "closed", who="supervisor")


@of("dongcheng")
async def test_dongcheng_a_call_for_help_waits_for_no_admission(centre: Centre) -> None:
    handset = await centre.enrol("22")
    message = await centre.say(handset, "duress", {"id": "d1", "at": 0.0})
    code = (await centre.outcome(message)).removeprefix("incident:")
    listed = (await (await centre.console()).get("incidents")).json()["incidents"]
    walk = Walk(centre, next(each for each in listed if each["code"] == code))
    assert walk.now["groupCode"] == "minjing"
    assert (await walk.send("22")).status_code == 201


@of("jinshui")
async def test_a_case_keeps_the_pack_it_was_opened_under(centre: Centre, district: Any) -> None:
    walk, _ = await reported(centre, "22")
    async with contextlib.AsyncExitStack() as stack:
        other = await stack.enter_async_context(running_centre(district, pack="xingdian"))
        later = Walk(other, walk.now)
        await later.group(groupCode=load_pack("jinshui").groups[0].code)
        await later.moves("handling", "handled")
        assert await later.tries("verified", "supervisor") == 409
        await later.moves("closed", who="supervisor")


@of("xingdian")
async def test_every_shipped_pack_can_bring_a_case_to_its_end(centre: Centre) -> None:
    for code in shipped_packs():
        steps = flow_of(load_pack(code)).steps
        assert {Status.CLOSED, Status.VOID, Status.MERGED} <= steps
    pool = centre.app.state.parts.pool
    async with pool.connection() as connection:
        version = centre.app.state.parts.pack().version
        assert (await kept_pack(connection, "xingdian", version)).code == "xingdian"


@of("gaoxin", "jingjiang")
async def test_where_the_pack_names_a_level_above_a_case_is_reported_there(centre: Centre) -> None:
    console = await centre.console()
    pack = (await console.get("pack")).json()
    walk, _ = await reported(centre, "22", cls=pack["upwardClasses"][0])
    assert walk.now["mayReportUpward"]
    body = {"version": walk.now["version"], "text": "请求上级协调"}
    told = (await walk.post(f"{walk.path}/upward", "dispatcher", **body)).json()
    assert told["upwardAt"] is not None
    assert told["events"][-1]["body"]["level"] == pack["upward"]
    assert (await walk.post(f"{walk.path}/upward", "supervisor", **body)).status_code == 403


@of("dongcheng")
async def test_dongcheng_says_that_a_case_waits_for_its_admission(centre: Centre) -> None:
    walk, _ = await reported(centre, "11")
    assert (walk.now["status"], walk.now["sendable"]) == ("reported", False)
    await walk.moves("accepted")
    assert (await walk.read())["sendable"]


@of("xingdian")
async def test_a_changed_order_to_a_group_does_not_stand_up_to_its_case_file(
    centre: Centre,
) -> None:
    walk = Walk(centre, await centre.open_incident())
    await walk.group(groupCode="zhian", joint=["xiaoqu"])
    await walk.moves("handling", "handled")
    assert await faults_of(centre, walk.now["code"]) == []
    leading = next(each for each in walk.now["groupOrders"] if not each["joint"])["orderId"]
    change = "UPDATE group_orders SET result = %s WHERE order_id = %s"
    await centre.query(change, "什么也没做", leading)
    assert await faults_of(centre, walk.now["code"]) == [
        f"group order {leading} has result 什么也没做, its file tells None"
    ]
    await centre.query(change, None, leading)


async def faults_of(centre: Centre, code: str) -> list[str]:
    async with centre.app.state.parts.pool.connection() as connection:
        checked = [each async for each in verify_files_of(connection) if each.code == code]
    assert checked[0].retold
    return checked[0].faults
