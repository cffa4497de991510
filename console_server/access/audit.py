"""Administrative acts, kept for good: who did what, when."""

import msgspec

from console_server.database import Connection


async def record_act(
    connection: Connection, actor: str, act: str, body: dict[str, object] | msgspec.Struct
) -> None:
    """Write one act, in the transaction of the act itself. No secrets in `body`."""
    await connection.execute(
        "INSERT INTO audit_log (actor, act, body) VALUES (%(actor)s, %(act)s, %(body)s::jsonb)",
        {"actor": actor, "act": act, "body": msgspec.json.encode(body).decode()},
    )
