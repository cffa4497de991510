"""Keeping children alive: one that dies is started again, later each time, and it is said.

Owns when a child is started and stopped; `process.py` knows how. Driven by one thread that
calls `tick` (the kernel's parent-death signal needs the spawning thread to live on).
"""

import contextlib
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType

import structlog

from console_server.embedded.errors import StackError
from console_server.embedded.process import Command, log_tail, spawn, stop

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STEADY_AFTER_S = 60.0  # a child that ran this long starts its delays anew
POLL_S = 0.05
TICK_S = 0.2

logger = structlog.get_logger()


@dataclass(slots=True)
class Child:
    """One supervised process and its recent history."""

    command: Command
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


def delay_s(failures: int, jitter: float, longest_s: float = LONGEST_DELAY_S) -> float:
    """Wait before the next start; `jitter` in 0–1 spreads it from half to one and a half times."""
    return float(min(longest_s, FIRST_DELAY_S * 2 ** (failures - 1)) * (0.5 + jitter))


@dataclass(slots=True)
class Supervisor:
    """The children of one installation, stopped in the reverse order of their start."""

    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    longest_delay_s: float = LONGEST_DELAY_S
    children: dict[str, Child] = field(default_factory=dict)

    def start(self, command: Command) -> None:
        """Start a child and keep it running until `stop_all`."""
        self.children[command.name] = Child(command, spawn(command), self.clock())

    def await_ready(self, name: str, ready: Callable[[], bool], within_s: float) -> None:
        """Wait until a child answers.

        Raises:
            StackError: it died, or did not answer in time; the end of its log is in the message.
        """
        child = self.children[name]
        deadline = self.clock() + within_s
        while not ready():
            died = child.process.poll() is not None
            if died or self.clock() > deadline:
                fate = "stopped at once" if died else f"did not answer within {within_s:.0f} s"
                raise StackError(
                    f"{name} {fate}. Its log ends:\n{log_tail(child.command.log_path)}"
                )
            time.sleep(POLL_S)

    def tick(self) -> None:
        """Start again what has died and whose delay is over."""
        for child in self.children.values():
            if child.restart_at is not None:
                if self.clock() >= child.restart_at:
                    self._restart(child)
            elif child.process.poll() is not None:
                self._note_death(child)

    def drop(self, name: str) -> None:
        """Stop one child for good."""
        child = self.children.pop(name, None)
        if child is not None:
            stop([(child.process, child.command)])

    def stop_all(self) -> None:
        """Stop every child for good: first those that lean on others, then the others."""
        stopping = [(child.process, child.command) for child in self.children.values()]
        self.children.clear()
        for leant_on in (False, True):
            stop([each for each in stopping if each[1].leant_on is leant_on])

    def _note_death(self, child: Child) -> None:
        ran_s = self.clock() - child.started_at
        child.failures = 1 if ran_s > STEADY_AFTER_S else child.failures + 1
        wait_s = delay_s(child.failures, self.jitter(), self.longest_delay_s)
        child.restart_at = self.clock() + wait_s
        logger.warning(
            "child died; it will be started again",
            child=child.command.name,
            exit_code=child.process.returncode,
            ran_s=round(ran_s, 1),
            restart_in_s=round(wait_s, 1),
            log=str(child.command.log_path),
        )

    def _restart(self, child: Child) -> None:
        child.started_at = self.clock()
        child.restart_at = None
        try:
            child.process = spawn(child.command)
        except StackError as error:
            logger.warning("child could not be started", child=child.command.name, why=str(error))
            child.restart_at = self.clock() + self.longest_delay_s
            return
        logger.info("child started again", child=child.command.name, pid=child.process.pid)


def run_until_stopped(supervisor: Supervisor) -> None:
    """Keep the children running until a signal asks us to stop (see `stopping_on_signals`)."""
    while True:
        supervisor.tick()
        time.sleep(TICK_S)


@contextlib.contextmanager
def stopping_on_signals(stop_all: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM end the block at once and quietly; then `stop_all` runs undisturbed."""

    def end_the_block(_number: int, _frame: FrameType | None) -> None:
        # Make and a terminal send a second one right after the first.
        _set_both(signal.SIG_IGN)
        raise KeyboardInterrupt

    _set_both(end_the_block)  # a shell's background process starts with SIGINT ignored
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        _set_both(signal.SIG_IGN)
        stop_all()


def _set_both(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)
