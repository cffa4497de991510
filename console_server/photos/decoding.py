"""Pictures are decoded away from the event loop, a few at once, with a bounded queue.

Owns the threads and who is turned away; what is decoded is `picture.py`.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from console_server.errors import PhotoTooLarge, Unavailable
from console_server.photos.limits import PhotoLimits
from console_server.photos.picture import Picture, read_picture

AT_ONCE: Final = 2  # each may hold a few hundred MB for a second; the decoder releases the GIL
WAITING_MAX: Final = 16  # bodies held in memory; whoever comes then is asked to come again

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="photos")
_slots = asyncio.Semaphore(AT_ONCE + WAITING_MAX)


async def decode(sent: bytes, limits: PhotoLimits) -> Picture:
    """The picture in what was sent.

    Raises:
        PhotoTooLarge, PhotoTypeRefused, PhotoUnreadable: it cannot be kept.
        Unavailable: too many wait already.
    """
    if len(sent) > limits.max_bytes:
        raise PhotoTooLarge(f"A photo may have {limits.max_bytes >> 20} MB.")
    if _slots.locked():
        raise Unavailable("Too many photos come at once. Send it again in a moment.")
    async with _slots:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_threads, read_picture, sent, limits.max_pixels)
