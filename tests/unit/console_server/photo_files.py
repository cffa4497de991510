"""Photos as phones, strangers and attackers make them."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

GPS_IFD, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A picture, red on its left half, blue on its right."""
    image = Image.new("RGB", size, (200, 20, 20))
    image.paste((20, 20, 200), (size[0] // 2, 0, size[0], size[1]))
    held = BytesIO()
    image.save(held, kind, **options)
    return held.getvalue()


def located(kind: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (64, 48)) -> bytes:
    """One with everything that a phone writes beside the picture: place, camera, comment, XMP."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "SecretPhone"
    exif[GPS_IFD] = {1: "N", 2: (32.0, 3.0, 4.0), 3: "E", 4: (118.0, 29.0, 5.0)}
    beside: dict[str, Any] = {"exif": exif, "icc_profile": b"secret profile"}
    if kind == "JPEG":
        beside["comment"] = b"secret comment"
    if kind != "PNG":
        beside["xmp"] = b"<x:xmpmeta>secret place</x:xmpmeta>"
    return picture(kind, size, **beside)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it is that large, and unpacks to nearly as much."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(min(width * 3 + 1, 1 << 20) * 4), 9)
    chunks = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def polyglot() -> bytes:
    """A JPEG that is a web page and an archive as well."""
    return picture() + b"<html><script>alert(1)</script></html>PK\x05\x06" + bytes(18)


def several_in_one() -> bytes:
    """A JPEG as phones with two lenses write it: more than one picture in a file (MPO)."""
    held = BytesIO()
    first, second = Image.new("RGB", (64, 48), (0, 90, 0)), Image.new("RGB", (64, 48))
    first.save(held, "MPO", save_all=True, append_images=[second])
    return held.getvalue()
