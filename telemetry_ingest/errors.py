"""What can go wrong in ingest that is not an expected outcome of a message.

    IngestError
    ├── SettingsError        the environment is incomplete or wrong
    ├── StoreUnavailable     PostgreSQL does not answer; the batch waits
    └── UnstorableBatch      PostgreSQL refuses the content; the batch is taken apart

A bad message is not an error: it is a `Reject` with its `Reason` (see `fix.py`).
"""


class IngestError(Exception):
    """Base of everything this package raises on purpose."""


class SettingsError(IngestError):
    """Ingest cannot start as configured; the message names the variable and the mend."""


class StoreUnavailable(IngestError):  # noqa: N818  # a state of the world, not a programming error
    """The store cannot take the batch now; nothing of it is acknowledged."""


class UnstorableBatch(IngestError):  # noqa: N818  # idem
    """The store will never take this batch as it is."""
