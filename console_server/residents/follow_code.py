"""The code by which a resident follows a report: short enough to read aloud, too long to guess.

Owns making, reading and hashing it. It is made from the random id that the reporter's own page
chose, of which the store keeps a hash alone: a retry gets the same code, and whoever reads the
store gets none. Pure.
"""

import hashlib
import hmac
from typing import Final

# Crockford's base 32: no I, L, O or U, so that nothing is mistaken for another when read aloud.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12  # 60 bits
GROUP: Final = 4
MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def code_of(client_id: str) -> str:
    """The code of the report with this id, as it is stored and hashed: without hyphens."""
    digest = hmac.digest(client_id.encode(), b"gridbeat follow code", "sha256")
    bits = int.from_bytes(digest, "big") >> (256 - 5 * LENGTH)
    return "".join(ALPHABET[bits >> (5 * at) & 31] for at in reversed(range(LENGTH)))


def shown(code: str) -> str:
    """In groups, as people read it: `7K3M-9QTX-02BD`."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read_code(typed: str) -> str | None:
    """What somebody typed or was told, as it is stored; None: it cannot be a code."""
    code = typed.upper().translate(MISREAD)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def hashed(code: str) -> bytes:
    """How the store knows it."""
    return hashlib.sha256(b"gridbeat follow code:" + code.encode()).digest()
