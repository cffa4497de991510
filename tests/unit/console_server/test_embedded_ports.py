"""Ports of the embedded parts: theirs from the choice to the end, also while a part is dead."""

import socket
import sys

import pytest

from console_server.embedded.ports import LOOPBACK, free_port, is_free, reserve, unreserved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux reserves ports")


def test_a_reserved_port_is_for_its_own_part_and_for_nobody_who_looks_for_a_free_one() -> None:
    port = free_port()
    (held,) = reserve([port])
    with held:
        assert unreserved(port) is None
        assert not is_free(port, unreserved=True)
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind((LOOPBACK, port))
        for _ in range(2):  # the part, and the same part after its death
            with socket.create_server((LOOPBACK, port)), socket.create_connection((LOOPBACK, port)):
                assert not is_free(port)
    assert is_free(port)
    assert unreserved(port) == port


def test_a_port_that_somebody_else_listens_on_is_not_reserved() -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        assert reserve([other.getsockname()[1]]) == []
