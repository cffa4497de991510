"""Answers that a browser saves as a file.

Owns their headers; what is in a file is the caller's. A file has a plain name for old programs and
may have a Chinese title, which the others save it under (RFC 6266, RFC 8187).
"""

from typing import Final
from urllib.parse import quote

from litestar import Response

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Cells are what they say: a name that begins with `=` is no formula, an address no link.
BOOK: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
CSV: Final = "text/csv"  # the framework adds the charset to every text


def download(content: bytes, media_type: str, plain_name: str, title: str = "") -> Response[bytes]:
    """The file, saved as `plain_name`, or as `title` with the same ending where that is known."""
    named = f'attachment; filename="{plain_name}"'
    if title:
        ending = plain_name.rpartition(".")[2]
        named += f"; filename*=UTF-8''{quote(f'{title}.{ending}', safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": named})
