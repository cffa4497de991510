"""A step of a dispatch that a person takes or tells; one that is of no use any more is refused.

Owns that refusal, with who brought the dispatch to where it stands; the step is `commands.py`. What
a handset says too late is no fault of its worker and is passed over instead (`field.py`).
"""

from uuid import UUID

from console_server.database import Connection
from console_server.dispatches import store
from console_server.dispatches.commands import Step, advance_dispatch
from console_server.dispatches.dispatch import Ignored
from console_server.errors import NotFound
from console_server.incidents.casefile import last_told, lock_case
from console_server.incidents.conflicts import DispatchChanged


async def take_step(connection: Connection, dispatch_id: UUID, step: Step, version: int) -> None:
    """Make one step of a dispatch of which the person saw `version`.

    Raises:
        NotFound: no such dispatch.
        DispatchChanged: it is at another version, or has come too far for this step.
    """
    ruling = await advance_dispatch(connection, dispatch_id, step, version)
    if not isinstance(ruling, Ignored):
        return
    row = await store.find_dispatch(connection, dispatch_id)
    if row is None:
        raise NotFound("dispatch", str(dispatch_id))
    case = await lock_case(connection, row.incident_id)
    since = await last_told(connection, case, "dispatch", str(dispatch_id))
    why = f"{row.status} cannot become {step.to}"
    raise DispatchChanged(f"The dispatch of case {case.code} that is {why}{since}.")
