"""What may be a photo, and what is kept of it: the picture alone, upright, as JPEG.

Owns the decision by content (never by name or declared type), the bounds, and the making anew that
leaves place, camera, comments and whatever was hidden behind the picture. Pure, and CPU work: run
it off the event loop (`decoding.py`).
"""

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from console_server.errors import PhotoTooLarge, PhotoTypeRefused, PhotoUnreadable
from console_server.photos.limits import PIXELS_CEILING

MEDIA_TYPE: Final = "image/jpeg"
FORMATS: Final = ("JPEG", "PNG", "WEBP")
KEPT_SIDE_PX: Final = 2560  # a number plate at ten metres stays readable
THUMBNAIL_SIDE_PX: Final = 360
QUALITY: Final = 82
THUMBNAIL_QUALITY: Final = 72
HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
WHITE: Final = (255, 255, 255)
# What decoders raise on broken input; a fault of ours would be something else.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
)

Image.MAX_IMAGE_PIXELS = PIXELS_CEILING  # beyond: a warning, twice beyond: refused unread


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is kept. `content` and `thumbnail` are JPEG; the hash is of `content`."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int

    @property
    def sha256(self) -> bytes:
        """What the case file vouches for."""
        return hashlib.sha256(self.content).digest()


def read_picture(sent: bytes, max_pixels: int) -> Picture:
    """The picture in these bytes; the same bytes give the same picture.

    Raises:
        PhotoTypeRefused: not JPEG, PNG or WebP, whatever it is called.
        PhotoTooLarge: more pixels than allowed; nothing was decoded.
        PhotoUnreadable: it begins like a picture and is broken.
    """
    with _opened(sent) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise PhotoTooLarge(f"The photo has {width} x {height} pixels.")
        try:
            whole = _bare(image)
        except (*_BROKEN, MemoryError, Image.DecompressionBombError) as error:
            raise PhotoUnreadable("The photo is broken or incomplete.") from error
    small = whole.copy()
    small.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX))
    content, thumbnail = _as_jpeg(whole, QUALITY), _as_jpeg(small, THUMBNAIL_QUALITY)
    return Picture(content, thumbnail, *whole.size)


def _opened(sent: bytes) -> Image.Image:
    """The picture with its head read and nothing decoded."""
    if sent[4:8] == b"ftyp" and sent[8:12] in HEIF_BRANDS:
        raise PhotoTypeRefused("HEIC is not taken. Send JPEG, PNG or WebP.")
    try:
        return Image.open(BytesIO(sent), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PhotoTypeRefused("Only JPEG, PNG and WebP are taken.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge("The photo has too many pixels.") from error
    except _BROKEN as error:
        raise PhotoUnreadable("The photo is broken or incomplete.") from error


def _bare(image: Image.Image) -> Image.Image:
    """Decoded, scaled down, upright, on white where it was transparent, and nothing else."""
    image.draft("RGB", (KEPT_SIDE_PX, KEPT_SIDE_PX))  # JPEG decodes straight to a smaller size
    image.load()
    image.thumbnail((KEPT_SIDE_PX, KEPT_SIDE_PX))  # before anything that copies it
    upright = _upright(image)
    bare = Image.new("RGB", upright.size, WHITE)
    if upright.has_transparency_data:
        layered = upright.convert("RGBA")
        bare.paste(layered, mask=layered)
    else:
        bare.paste(upright.convert("RGB"))
    return bare


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; a broken EXIF says nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        return image


def _as_jpeg(image: Image.Image, quality: int) -> bytes:
    held = BytesIO()
    image.save(held, "JPEG", quality=quality, optimize=True)
    return held.getvalue()
