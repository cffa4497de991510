"""The connection pool to PostgreSQL.

Owns how connections are made; not the SQL, which stands beside the function that runs it. A
route or a loop opens the transaction: `async with pool.connection() as connection`.
"""

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Connection = AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]

POOL_MIN = 2
POOL_MAX = 16  # PostgreSQL's default allows 100; several servers and ingest share them
WAIT_FOR_CONNECTION_S = 10.0
_SESSION = {"options": "-c timezone=UTC", "application_name": "gridbeat-server"}


async def connect(database_url: str) -> Connection:
    """One connection outside of a pool, for commands that run once. Commits at the end."""
    return await Connection.connect(
        database_url, options=_SESSION["options"], application_name=_SESSION["application_name"]
    )


def make_pool(database_url: str) -> Pool:
    """A closed pool; the caller opens it inside of the running loop. Sessions speak UTC."""
    return AsyncConnectionPool(
        database_url,
        connection_class=Connection,
        kwargs=_SESSION,
        min_size=POOL_MIN,
        max_size=POOL_MAX,
        timeout=WAIT_FOR_CONNECTION_S,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
