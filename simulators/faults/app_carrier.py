"""Owns one phone with the OwnTracks app in a fault run: what it sends, entered in the book.

The app retains each location at the broker, so that ingest gets the last one again whenever it
subscribes; it counts in whole seconds and cannot say its duty.
"""

import json
import random
import time
from typing import Final

from console_server.wire.field import HandsetCredentials
from simulators.faults.book import STORED, Book, FixKey
from simulators.phone.owntracks_phone import OwnTracksPhone
from telemetry_ingest.wire.handset import Fix

BESIDE: Final = 0.05  # of the times: the app says something that is no location


class AppCarrier:
    """A phone with the OwnTracks app that keeps book."""

    def __init__(
        self,
        credentials: HandsetCredentials,
        spot: tuple[float, float],
        book: Book,
        draw: random.Random,
    ) -> None:
        self.phone = OwnTracksPhone(credentials)
        self._code, self._book, self._draw, self._spot = credentials.handset_id, book, draw, spot
        self._last_s = 0

    def live(self) -> None:
        """One location of now, or of the next second that has none yet."""
        self._last_s = max(int(time.time()), self._last_s + 1)
        key = FixKey(self._code, 1000 * self._last_s)
        self._book.fixes[key] = STORED
        self._book.messages["owntracks"] += 1
        lon, lat = (round(each + self._draw.uniform(-4e-4, 4e-4), 7) for each in self._spot)
        fix = Fix(at=float(self._last_s), lon=lon, lat=lat, acc=9.0, spd=1.0, bat=70.0)
        self.phone.send(fix, acked=lambda: self._book.acked_fixes.add(key))
        if self._draw.random() < BESIDE:
            self.phone.send_raw("event", json.dumps({"_type": "transition"}).encode())
