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


def make_pool(database_url: str) -> Pool:
    """A closed pool; the caller opens it inside of the running loop. Sessions speak UTC."""
    return AsyncConnectionPool(
        database_url,
        connection_class=Connection,
        kwargs={"options": "-c timezone=UTC", "application_name": "gridbeat-server"},
        min_size=POOL_MIN,
        max_size=POOL_MAX,
        timeout=WAIT_FOR_CONNECTION_S,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
