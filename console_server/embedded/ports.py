"""Choosing loopback ports for parts that listen.

A free port is looked up, then given to the child that binds it. Owns, at run time, the reservation
of these ports: while a child is dead nobody else who looks for a free port is given its.
"""

import random
import socket
import sys
from collections.abc import Iterable
from typing import Final

LOOPBACK: Final = "127.0.0.1"
# Below what systems hand out to outgoing connections: one of those may take a port between our
# look and the child's bind. Source: Linux ip_local_port_range 32768-60999, IANA 49152-65535.
OURS: Final = range(20_000, 32_000)
TRIES: Final = 200


def is_free(port: int, host: str = LOOPBACK, *, unreserved: bool = False) -> bool:
    """Whether a listener could bind this port now; `unreserved`: and nobody has it reserved."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(not unreserved))
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """The preferred port if it is free (addresses stay the same between starts), else another."""
    if preferred and is_free(preferred):
        return preferred
    for port in random.sample(OURS, TRIES):  # children that start at once draw different ones
        if is_free(port, unreserved=True):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def unreserved(port: int) -> int | None:
    """The port, unless another installation is about to listen there."""
    return port if is_free(port, unreserved=True) else None


def reserve(ports: Iterable[int]) -> list[socket.socket]:
    """Keep these ports for listeners that set SO_REUSEADDR, as all parts do, until closed.

    Linux lets such a listener bind beside a socket that is bound and does not listen; elsewhere
    nothing is reserved. Source: SO_REUSEADDR in Linux socket(7).
    """
    if sys.platform != "linux":
        return []
    return [held for port in ports if (held := _held(port)) is not None]


def _held(port: int) -> socket.socket | None:
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((LOOPBACK, port))
    except OSError:  # somebody was faster; the child's own failure will say so
        held.close()
        return None
    return held


def answers(port: int, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout_s):
            return True
    except OSError:
        return False
