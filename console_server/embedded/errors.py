"""Errors of the embedded stack; the message says what to do.

StackError                 the stack cannot run; shown to the operator as it stands
├── DataDirectoryInUse     another copy holds the data directory
├── PortLost               somebody took a port that had been free; others are tried
└── TimescaleUnavailable   TimescaleDB cannot be had here; bare PostgreSQL can stand in
"""


class StackError(Exception):
    """The embedded stack cannot start or keep running."""


class DataDirectoryInUse(StackError):  # noqa: N818  # reads as the fact it states
    """Another running copy holds this data directory."""


class PortLost(StackError):  # noqa: N818  # idem
    """Somebody took a port between our look and the bind of the part that it was for."""


class TimescaleUnavailable(StackError):  # noqa: N818  # idem
    """TimescaleDB cannot be obtained on this host."""
