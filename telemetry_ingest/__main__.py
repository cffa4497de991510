"""`python -m telemetry_ingest`: one ingest process, configured by the environment.

With the word `forget`: instead, end the sessions of GRIDBEAT_INGEST_AREAS at the broker.
"""

import logging
import os
import signal
import sys
import threading

import structlog

from telemetry_ingest.errors import SettingsError
from telemetry_ingest.forgetting import forget
from telemetry_ingest.service import Service
from telemetry_ingest.settings import Settings


def main() -> int:
    """Run until SIGINT or SIGTERM; the exit status."""
    configure_logging()
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if sys.argv[1:] == ["forget"]:
        sys.stdout.write("".join(f"forgot {name}\n" for name in forget(settings)))
        return 0
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return 0 if Service(settings).run(stop) else 1


def configure_logging() -> None:
    """JSON lines on stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    # Threads that hang in the network must not keep a stopped process: what they hold is at the
    # broker still.
    status = main()
    sys.stderr.flush()
    os._exit(status)
