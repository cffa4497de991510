"""What the tests of assessments know of the month that is over."""

from dataclasses import dataclass
from datetime import date

from attendance_record import Record
from small_district import RunningServer


@dataclass(frozen=True)
class PastMonth:
    """A server, worker W1's record, and the days of last month on which W1 worked."""

    server: RunningServer
    record: Record
    days: list[date]

    @property
    def name(self) -> str:
        return f"{self.days[0]:%Y-%m}"
