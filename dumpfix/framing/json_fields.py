"""JSON values as tools print them into their records: where they end, and what they say."""

from __future__ import annotations

from dumpfix.json.strings import MISMATCH, PARTIAL, closing_quote, unescape
from dumpfix.json.validity import scan_value
from dumpfix.layout.model import Field
from dumpfix.layout.vocabulary import Kind

_QUOTE = 0x22


def json_end(element: Field, data: bytes, at: int, stop: int | None = None) -> int:
    """Where the JSON value of this field ends that begins at ``at``; MISMATCH, or PARTIAL where the data ends first.

    It has to end before ``stop``; where none is given, on its line, so that one that does not end costs no more.
    """
    if stop is None:
        # Only a container could go on behind the line.
        line_end = data.find(b"\n", at) if data[at : at + 1] in (b"{", b"[") else -1
        stop = len(data) if line_end < 0 else line_end
    cut = PARTIAL if stop == len(data) else MISMATCH
    if at >= stop:
        return cut
    if data[at] == _QUOTE:
        end = closing_quote(data, at)
        return cut if end == PARTIAL or end > stop else end
    if data[at] in b" \t\r\n":
        return MISMATCH
    scan = scan_value(data, at, stop)
    if scan.state != "complete":
        return cut if scan.state == "incomplete" else MISMATCH
    if element.kind is Kind.JSON_STRING and data[at : scan.at] != b"null":
        return MISMATCH
    # Where a number stands at the end of the data, more digits may follow.
    return cut if scan.touches_end and stop == len(data) else scan.at


def json_content(element: Field, text: bytes, *, is_whole: bool = True) -> bytes | None:
    """What a value says: a string's content, None for null, else the JSON text itself."""
    if element.kind in (Kind.JSON_ANY, Kind.JSON_STRING):
        if text[:1] == b'"':
            return unescape(text[1:-1] if is_whole else text[1:])
        if text == b"null":
            return None
    return text
