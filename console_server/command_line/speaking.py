"""How the command line speaks: progress to standard error, results to standard output.

Owns the look; a terminal gets a spinner for what takes long, a log file plain lines.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
import structlog
from rich.console import Console

_console = Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """One line of progress."""
    _console.print(line, markup=False, soft_wrap=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show that something is under way, and how long it took if that was noticeable."""
    started = time.monotonic()
    if _console.is_terminal:
        with _console.status(what):
            yield
    else:
        say(f"{what} …")
        yield
    took_s = time.monotonic() - started
    if _console.is_terminal or took_s >= 1:
        say(f"{what}: done in {took_s:.1f} s")


def set_up_logging() -> None:
    """Log lines go to standard error, for people at a terminal and as JSON elsewhere."""
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class Failure(click.ClickException):
    """An expected failure: its message alone, exit code 1."""

    def show(self, file: object = None) -> None:  # noqa: ARG002  # click's signature
        """Print the message without a trace."""
        click.echo(f"gridbeat: {self.message}", err=True)
