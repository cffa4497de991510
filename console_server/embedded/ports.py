"""Choosing loopback ports for parts that listen.

Owns nothing at run time: a free port is looked up, then given to the child that binds it.
"""

import random
import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"
# Below what systems hand out to outgoing connections: one of those may take a port between our
# look and the child's bind. Source: Linux ip_local_port_range 32768-60999, IANA 49152-65535.
OURS: Final = range(20_000, 32_000)
TRIES: Final = 200


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a listener could bind this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
        if is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def answers(port: int, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout_s):
            return True
    except OSError:
        return False
