"""Owns what every simulator process needs round it: account, signals, log lines, sockets."""

import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

USERNAME: Final = "GRIDBEAT_SIMULATOR_USERNAME"
PASSWORD: Final = "GRIDBEAT_SIMULATOR_PASSWORD"  # noqa: S105 - the variable's name


class StartError(Exception):
    """A simulator cannot start; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in to the centre."""

    username: str
    password: str = field(repr=False)


def account_of_environment() -> Account:
    """The account that the environment names.

    Raises:
        StartError: it names none.
    """
    try:
        return Account(os.environ[USERNAME], os.environ[PASSWORD])
    except KeyError as missing:
        raise StartError(f"the environment has no {missing.args[0]}") from missing


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or cancel at SIGTERM or SIGINT."""

    async def guarded() -> None:
        running = asyncio.ensure_future(work)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        await asyncio.wait([running])
        if not running.cancelled() and (error := running.exception()) is not None:
            raise error

    asyncio.run(guarded())
    gc.freeze()  # a large town is not searched for garbage once more on the way out


def speak_to_stderr() -> None:
    """Say what happens as one structured line each, on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def open_many_sockets() -> None:
    """Allow this process as many open sockets as the system lets it: one a handset."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
