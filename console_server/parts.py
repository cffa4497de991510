"""What the server's loops and routes work with, made once by `app.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the domain folders import this module
    from console_server.areas.tree import AreaTree
    from console_server.cache import Valkey
    from console_server.database import Pool
    from console_server.live.hub import Hub
    from console_server.packs.pack import RulePack
    from console_server.settings import Settings

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Parts:
    """Long-lived parts. `areas` and `pack` give the value in force now."""

    settings: Settings
    pool: Pool
    valkey: Valkey
    clock: Clock
    areas: Callable[[], AreaTree]
    pack: Callable[[], RulePack]
    hub: Hub


def utc_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)
