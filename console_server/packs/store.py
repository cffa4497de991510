"""Keeps every pack version that was ever in force, so that a verdict or case can name its rules.

Owns writing the table `packs`; `versions.py` reads it, `pack.py` the file. Called once when a
server starts.
"""

from console_server.database import Connection
from console_server.errors import Conflict
from console_server.packs.pack import RulePack


async def ensure_pack(connection: Connection, pack: RulePack) -> None:
    """Store this version of the pack and its groups; calling it again changes nothing.

    Raises:
        Conflict: this version is stored with other content. A changed pack needs a new version.
    """
    await connection.execute(
        """
        INSERT INTO packs (code, version, body) VALUES (%(code)s, %(version)s, %(body)s)
        ON CONFLICT (code, version) DO NOTHING
        """,
        {"code": pack.code, "version": pack.version, "body": pack.text},
    )
    stored = await connection.execute(
        "SELECT body FROM packs WHERE code = %(code)s AND version = %(version)s",
        {"code": pack.code, "version": pack.version},
    )
    row = await stored.fetchone()
    if row is None or row[0] != pack.text:
        raise Conflict(
            f"Rule pack {pack.code} version {pack.version} is stored with other content; "
            "give the changed pack a new version."
        )
    await _ensure_groups(connection, pack)


async def _ensure_groups(connection: Connection, pack: RulePack) -> None:
    await connection.execute(
        """
        INSERT INTO functional_groups (code, name)
        SELECT code, name FROM unnest(%(codes)s::text[], %(names)s::text[]) AS g (code, name)
        ON CONFLICT (code) DO UPDATE SET name = excluded.name
            WHERE functional_groups.name <> excluded.name
        """,
        {
            "codes": [each.code for each in pack.groups],
            "names": [each.name for each in pack.groups],
        },
    )
