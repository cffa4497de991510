"""What a handler can ask for by name: pool, valkey, areas, pack, settings, clock, hub, streets."""

from typing import Any

from litestar.datastructures import State
from litestar.di import Provide

from console_server.parts import Parts


def _pool(state: State) -> Any:  # noqa: ANN401 - handlers name the type; here it is only passed on
    return _parts(state).pool


def _valkey(state: State) -> Any:  # noqa: ANN401 - idem
    return _parts(state).valkey


def _settings(state: State) -> Any:  # noqa: ANN401 - idem
    return _parts(state).settings


def _clock(state: State) -> Any:  # noqa: ANN401 - idem
    return _parts(state).clock


def _areas(state: State) -> Any:  # noqa: ANN401 - idem
    return _parts(state).areas()


def _pack(state: State) -> Any:  # noqa: ANN401 - idem
    return _parts(state).pack()


def _hub(state: State) -> Any:  # noqa: ANN401 - idem
    return _parts(state).hub


def _streets(state: State) -> Any:  # noqa: ANN401 - idem
    return state.streets


def _handset_accounts(state: State) -> Any:  # noqa: ANN401 - idem
    return state.handset_accounts


def _parts(state: State) -> Parts:
    parts: Parts = state.parts
    return parts


DEPENDENCIES = {
    "pool": Provide(_pool, sync_to_thread=False),
    "valkey": Provide(_valkey, sync_to_thread=False),
    "settings": Provide(_settings, sync_to_thread=False),
    "clock": Provide(_clock, sync_to_thread=False),
    "areas": Provide(_areas, sync_to_thread=False),
    "pack": Provide(_pack, sync_to_thread=False),
    "hub": Provide(_hub, sync_to_thread=False),
    "streets": Provide(_streets, sync_to_thread=False),
    "handset_accounts": Provide(_handset_accounts, sync_to_thread=False),
}
