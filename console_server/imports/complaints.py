"""What is wrong with a file: all of it at once, each with its row and reason in two languages."""

from dataclasses import dataclass, field

from console_server.errors import Invalid

SHOWN_MAX = 500  # nobody reads more; the rest is counted


@dataclass(slots=True)
class Complaints:
    """The complaints about one file, gathered while it is read and checked."""

    file: str
    found: list[tuple[int | None, str]] = field(default_factory=list)

    def add(self, row: int | None, chinese: str, english: str) -> None:
        """Complain about a row (of a table: its number in the sheet; of GeoJSON: the feature)."""
        self.found.append((row, f"{chinese} · {english}"))

    def raise_if_any(self) -> None:
        """Refuse the file if there was any complaint.

        Raises:
            Invalid: with every complaint, in the order of rows.
        """
        if not self.found:
            return
        ordered = sorted(self.found, key=lambda each: (each[0] is None, each[0] or 0))
        lines = [self._line(row, reason) for row, reason in ordered[:SHOWN_MAX]]
        if len(ordered) > SHOWN_MAX:
            more = len(ordered) - SHOWN_MAX
            lines.append(f"{self.file}: 另有 {more} 处错误 · and {more} more")
        raise Invalid(
            f"{self.file}: {len(ordered)} 处错误，未作任何更改 · "
            f"{len(ordered)} errors, nothing was changed.",
            lines,
        )

    def _line(self, row: int | None, reason: str) -> str:
        place = f"{self.file} 第 {row} 行 (row {row})" if row is not None else self.file
        return f"{place}: {reason}"
