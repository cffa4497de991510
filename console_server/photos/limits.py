"""How large a photo may be, and how many a case may have; an installation sets them."""

from dataclasses import dataclass
from typing import Final

BYTES_CEILING: Final = 25 << 20  # whatever is set: no request body is read further
PIXELS_CEILING: Final = 100_000_000  # whatever is set: 300 MB of memory while it is decoded


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """`max_pixels` is width times height as sent; what is stored is scaled down."""

    max_bytes: int = 10 << 20
    max_pixels: int = 50_000_000
    per_case: int = 12
