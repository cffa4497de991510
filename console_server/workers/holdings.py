"""What is a worker's for a time: grids and a post, each with from and to.

Owns the writing of those histories; every change re-opens the days that it touches (by triggers).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, LiteralString

from psycopg import sql

from console_server.database import Connection


async def hold_grids(
    connection: Connection, worker_id: int, grid_ids: Collection[int], since: datetime
) -> bool:
    """Exactly these grids are the worker's from `since` on. Whether that is new."""
    values = {"worker": worker_id, "grids": sorted(grid_ids), "since": since}
    return await _hold(connection, _GRIDS, values)


async def hold_post(connection: Connection, worker_id: int, post: str, since: datetime) -> bool:
    """This post is the worker's from `since` on ("": none). Whether that is new."""
    values = {"worker": worker_id, "posts": [post] if post else [], "since": since}
    return await _hold(connection, _POSTS, values)


async def _hold(
    connection: Connection, statements: Sequence[sql.Composed], values: Mapping[str, object]
) -> bool:
    known, *changes = statements
    row = await (await connection.execute(known, values)).fetchone()
    if row and row[0]:
        return False
    for each in changes:
        await connection.execute(each, values)
    return True


# Whether it is so already; then what held since goes, ends, goes on, and begins.
_STATEMENTS: Final = (
    """
    SELECT coalesce(array_agg({column} ORDER BY {column}) = {wanted}
                        AND bool_and(valid_from <= %(since)s AND valid_to IS NULL),
                    cardinality({wanted}) = 0)
    FROM {table}
    WHERE worker_id = %(worker)s AND (valid_to IS NULL OR valid_to > %(since)s)
    """,
    "DELETE FROM {table} WHERE worker_id = %(worker)s AND valid_from >= %(since)s",
    """
    UPDATE {table} SET valid_to = %(since)s
    WHERE worker_id = %(worker)s AND (valid_to IS NULL OR valid_to > %(since)s)
      AND {column} <> ALL({wanted})
    """,
    """
    UPDATE {table} SET valid_to = NULL
    WHERE worker_id = %(worker)s AND valid_to >= %(since)s AND {column} = ANY({wanted})
    """,
    """
    INSERT INTO {table} (worker_id, {column}, valid_from)
    SELECT %(worker)s, wanted, %(since)s FROM unnest({wanted}) AS wanted
    WHERE NOT EXISTS (SELECT FROM {table} held WHERE held.worker_id = %(worker)s
                      AND held.{column} = wanted AND held.valid_to IS NULL)
    """,
)


def _holding(table: str, column: str, wanted: LiteralString) -> Sequence[sql.Composed]:
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    return [sql.SQL(each).format(**names, wanted=sql.SQL(wanted)) for each in _STATEMENTS]


_GRIDS: Final = _holding("worker_grids", "area_id", "%(grids)s::integer[]")
_POSTS: Final = _holding("worker_posts", "post", "%(posts)s::text[]")
