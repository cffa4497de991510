"""Owns the restarting of the roles: a child that died is started again a moment later."""

import asyncio
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from simulators.faults.children import environment, spawn, stop

DELAY_S: Final = (0.2, 1.5)
TICK_S: Final = 0.05


@dataclass(slots=True)
class Kept:
    """One child, and when it is due again after its death."""

    argv: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes]
    restart_at: float | None = None


@dataclass(slots=True)
class Keeper:
    """The children by name."""

    logs: Path
    restarts: Counter[str] = field(default_factory=Counter)
    _children: dict[str, Kept] = field(default_factory=dict)

    def start(self, name: str, argv: Sequence[str], variables: Mapping[str, str]) -> None:
        """Start a child and keep it."""
        env = environment(variables)
        self._children[name] = Kept(argv, env, spawn(argv, env, self.logs / f"{name}.log"))

    def pid_of(self, name: str) -> int | None:
        """The process of a child; None while it is dead or not known."""
        kept = self._children.get(name)
        return kept.process.pid if kept is not None and kept.process.poll() is None else None

    def names(self) -> list[str]:
        """All that are kept."""
        return list(self._children)

    def tick(self) -> None:
        """Start again what has died and is due."""
        for name, kept in self._children.items():
            if kept.restart_at is not None:
                if time.monotonic() >= kept.restart_at:
                    kept.process = spawn(kept.argv, kept.env, self.logs / f"{name}.log")
                    kept.restart_at = None
                    self.restarts[name] += 1
            elif kept.process.poll() is not None:
                kept.restart_at = time.monotonic() + random.uniform(*DELAY_S)

    async def run(self) -> None:
        """Keep them until cancelled."""
        while True:
            self.tick()
            await asyncio.sleep(TICK_S)

    def drop(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop a child for good, in order unless said otherwise."""
        process = self._children.pop(name).process
        if process.poll() is None:
            process.send_signal(number)
        stop(process)

    def stop_all(self) -> None:
        """Stop all."""
        for name in reversed(list(self._children)):
            self.drop(name)
