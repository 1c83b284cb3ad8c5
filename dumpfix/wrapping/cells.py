"""Rows of CSV (RFC 4180), as databases and consoles export records: their cells, with tabs between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_QUOTE = b'"'
_DOUBLED = b'""'
_LINE_ENDS = b"\r\n"
#: how a cell begins that holds an object with members, or an array of some, in quotes
_DOCUMENTS = (b'"{""', b'"[{""')
_DELIMITERS = (b",", b";", b"\t", b"|")


class _Cell(NamedTuple):
    """A cell: where its text lies in the line, without the quotes around it."""

    start: int
    end: int
    is_quoted: bool


class Cells:
    """Rows of ``count`` cells with a delimiter between them; in a cell in quotes a quote is written twice.

    A row with a tab in a cell is left as it is: nobody could tell it from what separates cells.
    """

    kind = "csv"

    def __init__(self, delimiter: bytes, count: int) -> None:
        self._delimiter = delimiter
        self._count = count

    def __repr__(self) -> str:
        return f"Cells({self._delimiter!r}, {self._count})"

    def unwrapped(self, line: bytes) -> bytes | None:
        """The texts of the cells; None where the line has another number of them."""
        cells = list(_cells(line, self._delimiter))
        if len(cells) != self._count:
            return None
        texts = [_text(line, cell) for cell in cells]
        if any(b"\t" in text for text in texts):
            return None
        return b"\t".join(texts) + line[len(line.rstrip(_LINE_ENDS)) :]

    def place(self, line: bytes, at: int) -> int:
        """Where the byte stands in its cell; of a quote that is written twice the first."""
        begin = end = 0
        for cell in _cells(line, self._delimiter):
            length = len(_text(line, cell))
            if at < begin + length:
                inside = at - begin
                return cell.start + (_place(line[cell.start : cell.end], inside) if cell.is_quoted else inside)
            end = cell.end + (cell.is_quoted and line[cell.end : cell.end + 1] == _QUOTE)
            if at == begin + length:
                # What stands between two cells, or the line end.
                return end
            begin += length + 1
        return min(end + at - begin + 1, len(line) - 1)


def cells_of(lines: Sequence[bytes]) -> Cells | None:
    """How the cells lie in these lines, most of which have a document in quotes; None where they are no rows."""
    documents = [line for line in lines if any(map(line.__contains__, _DOCUMENTS))]
    if not documents or len(documents) * 2 < len(lines) - 1:
        return None
    delimiters = [_delimiter(line) for line in documents]
    delimiter = max(set(delimiters), key=delimiters.count)
    counts = [sum(1 for _ in _cells(line, delimiter)) for line in documents] if delimiter in _DELIMITERS else [0]
    count = max(set(counts), key=counts.count)
    return Cells(delimiter, count) if count and counts.count(count) * 2 >= len(documents) else None


def _delimiter(line: bytes) -> bytes:
    """What stands in front of the cell with the document, or behind the first; any where there is no other cell."""
    start = min(at for begin in _DOCUMENTS if (at := line.find(begin)) >= 0)
    end = _closing_quote(line, 1, len(line)) + 1
    return line[start - 1 : start] if start else line[end : end + 1].strip(_LINE_ENDS) or _DELIMITERS[0]


def _cells(line: bytes, delimiter: bytes) -> Iterator[_Cell]:
    """The cells of a line; nothing more behind a quote that something else than a delimiter follows."""
    stop = len(line.rstrip(_LINE_ENDS))
    at = 0
    while True:
        if line[at : at + 1] == _QUOTE:
            end = _closing_quote(line, at + 1, stop)
            yield _Cell(at + 1, end, True)
            end += 1
        else:
            found = line.find(delimiter, at, stop)
            end = stop if found < 0 else found
            yield _Cell(at, end, False)
        if end >= stop or not line.startswith(delimiter, end):
            return
        at = end + len(delimiter)


def _closing_quote(line: bytes, at: int, stop: int) -> int:
    """Where the quote stands that ends a cell; the end of a row that is cut."""
    while True:
        found = line.find(_QUOTE, at, stop)
        if found < 0:
            return stop
        if not line.startswith(_DOUBLED, found):
            return found
        at = found + 2


def _text(line: bytes, cell: _Cell) -> bytes:
    text = line[cell.start : cell.end]
    return text.replace(_DOUBLED, _QUOTE) if cell.is_quoted else text


def _place(text: bytes, at: int) -> int:
    """Where the byte stands that is the ``at``-th where quotes are written once."""
    begin = 0
    while 0 <= (found := text.find(_DOUBLED, begin)) < begin + at:
        at -= found - begin + 1
        begin = found + 2
    return begin + at
