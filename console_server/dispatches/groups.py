"""Giving a case to functional groups (职能组): by class, chosen, the fallback (兜底), several.

Owns these commands and what a group's steps mean for the case; its office takes the steps here or
tells them to the centre. Workers may be sent to the same case besides. The rows are
`incidents/group_orders.py`.
"""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from console_server.database import Connection
from console_server.dispatches import store
from console_server.dispatches.commands import expect_dispatchable, made_dispatched
from console_server.dispatches.dispatch import RUNNING
from console_server.errors import Invalid, NotFound
from console_server.incidents import casefile
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.conflicts import GroupOrderChanged
from console_server.incidents.flow import pack_of
from console_server.incidents.group_orders import (
    STEPS,
    GroupOrderRow,
    GroupStep,
    find_order,
    group_state,
    insert_order,
    running_orders,
    save_order,
)
from console_server.incidents.incident import WITH_WORKERS, Status
from console_server.incidents.retelling import GROUP_STATES
from console_server.packs.pack import RulePack

RESULT_MAX = 1000


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """Who shall handle it, decided on by somebody who saw `version`. No group: by the class.

    `joint`: groups that take part besides (联合执法).
    """

    version: int
    group_code: str | None = None
    fallback: bool = False
    joint: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A step of an order, by its group or told to the centre; `version` is the order's own."""

    to: GroupStep
    version: int
    result: str = ""


async def send_group(
    connection: Connection, incident_id: UUID, order: GroupOrder, act: Act
) -> Case:
    """Give the case to a group, to handle by the case's deadline; another one gives it up.

    Raises:
        NotFound: there is no such incident.
        Conflict: it was changed meanwhile, or cannot be given to anybody.
        Invalid: no such group, the pack names none, or it has no joint handling.
    """
    case = await casefile.lock_case(connection, incident_id)
    await casefile.expect_version(connection, case, order.version)
    await expect_dispatchable(connection, case)
    pack = await pack_of(connection, case)
    running = await running_orders(connection, incident_id)
    only_joins = bool(running and order.joint and not (order.group_code or order.fallback))
    lead = running[0].group_code if only_joins else group_asked(order, case.class_code, pack)
    joint = joint_asked(order, lead, pack)
    case = await made_dispatched(connection, case, act)
    if not only_joins:
        case = await _lead(connection, case, lead, order, act)
    at_work = {each.group_code for each in await running_orders(connection, incident_id)}
    for code in joint:
        if code not in at_work:
            case = await _give(connection, case, code, act, joint=True)
    await casefile.announce(connection, case)
    return case


async def step_group(
    connection: Connection, order_id: UUID, step: OrderStep, act: Act, group: str | None
) -> Case:
    """One step of an order. `group`: the only one that the actor may speak for; None: any.

    Raises:
        NotFound: no such order, or not one of this group.
        GroupOrderChanged: it has moved on since.
        Invalid: done without a word of what came of it.
    """
    found = await find_order(connection, order_id)
    if found is None or group not in {None, found.group_code}:
        raise NotFound("group order", str(order_id))
    _expect_result(step)
    case = await casefile.lock_case(connection, found.incident_id)
    row = await find_order(connection, order_id)
    if row is None or row.version != step.version or step.to not in STEPS[row.status]:
        said = await casefile.last_told(connection, case, "group_step", str(order_id))
        raise GroupOrderChanged(f"The order to the group was changed meanwhile{said}.")
    others = [each for each in await running_orders(connection, case.incident_id) if each != row]
    case = _noted(case, step, act, others=bool(others))
    case = await _stepped(connection, case, row, step, act)
    case = await _follow(connection, case, step, act)
    await casefile.announce(connection, case)
    return case


def group_asked(order: GroupOrder, class_code: str, pack: RulePack) -> str:
    """The code of the group: the one that was named, else the fallback's or the class's.

    Raises:
        Invalid: it is none of the pack's groups.
    """
    if order.group_code is not None and order.fallback:
        raise Invalid("Not a group.", ["groupCode, fallback: only one of them"])
    routed = pack.dispatch.fallback_group if order.fallback else pack.group_of(class_code)
    code = order.group_code or routed
    if code is None or not _is_group(code, pack):
        raise Invalid("Not a group.", [f"groupCode: {code or 'the pack names none'}"])
    return code


def joint_asked(order: GroupOrder, lead: str, pack: RulePack) -> list[str]:
    """The groups that take part besides the leading one, each once.

    Raises:
        Invalid: the pack has no joint handling, or one is none of its groups.
    """
    codes = [code for code in dict.fromkeys(order.joint) if code != lead]
    if codes and not pack.workflow.joint:
        raise Invalid("Not several groups.", ["joint: the pack has no joint handling"])
    if unknown := [code for code in codes if not _is_group(code, pack)]:
        raise Invalid("Not a group.", [f"joint: {code}" for code in unknown])
    return codes


async def _lead(connection: Connection, case: Case, code: str, order: GroupOrder, act: Act) -> Case:
    """Make this group the leading one; the others give the case up."""
    for row in await running_orders(connection, case.incident_id):
        if row.joint or row.group_code != code:  # who only took part is told anew that it leads
            step = OrderStep("withdrawn", row.version)
            case = await _stepped(connection, case, row, step, act)
    return await _give(connection, case, code, act, joint=False, fallback=order.fallback)


async def _give(  # noqa: PLR0913 - the columns of an order
    connection: Connection,
    case: Case,
    code: str,
    act: Act,
    *,
    joint: bool,
    fallback: bool = False,
) -> Case:
    group_id = await casefile.group_id_of(connection, code)
    at_work = await running_orders(connection, case.incident_id)
    row = next((each for each in at_work if each.group_code == code), None)
    if row is None:
        row = GroupOrderRow(
            order_id=uuid4(),
            incident_id=case.incident_id,
            group_id=group_id,
            group_code=code,
            joint=joint,
            version=1,
            status="ordered",
            ordered_at=act.at,
            ordered_by=act.actor.name,
        )
        await insert_order(connection, row)
    given = replace(case, group_ordered_at=case.group_ordered_at or act.at)
    if not joint:
        given = replace(case, group_id=group_id, group_ordered_at=act.at)
    body = {
        "orderId": str(row.order_id),
        "group": code,
        "fallback": fallback,
        "joint": joint,
        GROUP_STATES: {str(row.order_id): group_state(row)},
    }
    if case.due_at is not None:
        body["dueAt"] = case.due_at.isoformat()
    return await casefile.write_event(connection, given, "group", act, body)


async def _stepped(
    connection: Connection, case: Case, row: GroupOrderRow, step: OrderStep, act: Act
) -> Case:
    """Store the step and write it into the case file."""
    after = row.stepped(step.to, act.at, step.result.strip() or None)
    await save_order(connection, row, after)
    body = {
        "orderId": str(row.order_id),
        "group": row.group_code,
        "to": step.to,
        "reason": step.result.strip() or None,
        GROUP_STATES: {str(row.order_id): group_state(after)},
    }
    given = {key: value for key, value in body.items() if value is not None}
    return await casefile.write_event(connection, case, "group_step", act, given)


def _noted(case: Case, step: OrderStep, act: Act, *, others: bool) -> Case:
    """Who handled it, and whether any group has it still."""
    if step.to == "done":
        case = replace(case, handled_by_account=act.actor.account_id)
    stays = others or step.to == "accepted"
    return case if stays else replace(case, group_ordered_at=None)


async def _follow(connection: Connection, case: Case, step: OrderStep, act: Act) -> Case:
    """Move the case on: work began, is done, or nobody is on it any more."""
    if case.status not in WITH_WORKERS:
        return case
    if step.to != "withdrawn" and case.status == Status.DISPATCHED:
        case = await casefile.move_case(connection, case, Status.HANDLING, act.following())
    workers = await store.dispatches_of(connection, case.incident_id)
    if case.group_ordered_at is not None or any(each.status in RUNNING for each in workers):
        return case
    handled = case.handled_by is not None or case.handled_by_account is not None
    to = Status.HANDLED if handled else Status.ACCEPTED
    return await casefile.move_case(connection, case, to, act.following())


def _expect_result(step: OrderStep) -> None:
    if len(step.result) > RESULT_MAX or "\0" in step.result:
        raise Invalid("Too long.", [f"result: longer than {RESULT_MAX} characters"])
    if step.to == "done" and not step.result.strip():
        raise Invalid("What came of it?", ["result: is empty"])


def _is_group(code: str, pack: RulePack) -> bool:
    return any(each.code == code for each in pack.groups)
