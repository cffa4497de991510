"""What all bodies have in common."""

import msgspec


class Body(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Base of all bodies: camelCase, and a misspelt field is an error instead of a silence."""
