"""Tables as customers keep them: XLSX, or CSV in UTF-8 or GB18030, headers in two languages.

Owns turning a file into rows of text, datetimes and numbers under known column names; not what
the columns mean. Unknown columns are left alone: people keep remarks beside.
"""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from console_server.imports.complaints import Complaints

Cell = str | int | float | bool | datetime | date | time | timedelta
UNPACKED_MAX_BYTES = 256 << 20  # a sheet of 200,000 rows unpacks to some 60 MB
ROWS_MAX = 200_000
INJECTION_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is that of the sheet, the header being 1; empty cells are absent."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """The cell as text without outer blanks; "" when empty. Whole numbers without a point."""
        return cell_text(self.cells.get(column, ""))


def read_table(
    content: bytes, headers: Mapping[str, Sequence[str]], complaints: Complaints
) -> list[Row]:
    """The rows below the header, under the names that `headers` gives its spellings.

    What cannot be read at all is a complaint, and there are no rows then.
    """
    is_workbook = content.startswith(b"PK")
    grid = _workbook_cells(content, complaints) if is_workbook else _csv_cells(content, complaints)
    filled = [(number, cells) for number, cells in enumerate(grid, 1) if any(map(cell_text, cells))]
    if not filled:
        if not complaints.found:
            complaints.add(None, "文件中没有数据", "the file has no rows")
        return []
    if len(filled) > ROWS_MAX:
        complaints.add(None, f"超过 {ROWS_MAX} 行", f"more than {ROWS_MAX} rows")
        return []
    columns = _columns(filled[0][1], headers, complaints)
    return [
        Row(
            number,
            {
                columns[at]: cell
                for at, cell in enumerate(cells)
                if at in columns and cell_text(cell) != ""
            },
        )
        for number, cells in filled[1:]
    ]


def _columns(
    header: Sequence[Cell], known: Mapping[str, Sequence[str]], complaints: Complaints
) -> dict[int, str]:
    """Position → name. A name marked with `*` in `known` must be there."""
    spellings = {
        _folded(spelling): name.rstrip("*")
        for name, others in known.items()
        for spelling in (name.rstrip("*"), *others)
    }
    found: dict[int, str] = {}
    for at, cell in enumerate(header):
        name = spellings.get(_folded(cell_text(cell)))
        if name is not None and name not in found.values():
            found[at] = name
    for name, others in known.items():
        if name.endswith("*") and name.rstrip("*") not in found.values():
            wanted = "/".join((*others[:1], name.rstrip("*")))
            complaints.add(1, f"缺少列 {wanted}", f"the column {wanted} is missing")
    return found


def _folded(header: str) -> str:
    return header.strip().lower().replace(" ", "_").rstrip("*")


def cell_text(cell: Cell) -> str:
    """A cell as text; an apostrophe that keeps a spreadsheet from computing is dropped."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(INJECTION_STARTS) else text


def _workbook_cells(content: bytes, complaints: Complaints) -> Sequence[Sequence[Cell]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > UNPACKED_MAX_BYTES:
            complaints.add(None, "文件解压后过大", "the file is too large when unpacked")
            return []
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, IndexError, OSError) as error:
        complaints.add(None, "不是可读取的 Excel 文件", f"not a readable Excel file ({error})")
        return []


def _csv_cells(content: bytes, complaints: Complaints) -> Sequence[Sequence[Cell]]:
    text = decode(content)
    if text is None:
        complaints.add(None, "编码既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030 text")
        return []
    first = text.split("\n", 1)[0]
    separator = max(",\t;", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        complaints.add(None, "不是有效的 CSV", f"not valid CSV ({error})")
        return []


def decode(content: bytes) -> str | None:
    """Text in UTF-8 (with or without a mark) or GB18030, which Excel in China writes."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def split_list(text: str) -> list[str]:
    """Several values in one cell, separated by `;` `；` `、` `,` or `，`."""
    for separator in "；、，,":
        text = text.replace(separator, ";")
    return list(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
