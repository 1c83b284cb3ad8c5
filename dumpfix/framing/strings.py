"""JSON values as tools print them into their records: where they end, and what they say.

A string is read leniently, since kcat writes bytes that are no UTF-8 as they are. It holds no line end, since every
tool escapes it: where one stands, the record was cut.
"""

from __future__ import annotations

from dumpfix.grammar.layout import Field
from dumpfix.grammar.vocabulary import Kind
from dumpfix.payload.validity import scan_value

#: what :func:`json_end` says where no such value stands there, and where the data ends inside it
MISMATCH = -1
PARTIAL = -2

_ESCAPED = {0x6E: 10, 0x74: 9, 0x72: 13, 0x62: 8, 0x66: 12, 0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F}
_QUOTE = 0x22


def closing_quote(data: bytes, at: int) -> int:
    """Behind the string that begins at ``at``; MISMATCH where a line end comes first, PARTIAL where the data ends."""
    position = at + 1
    while True:
        quote = data.find(b'"', position)
        if data.find(b"\n", position, quote if quote >= 0 else len(data)) >= 0:
            return MISMATCH
        if quote < 0:
            return PARTIAL
        slashes = quote
        while data[slashes - 1] == 0x5C:
            slashes -= 1
        if (quote - slashes) % 2 == 0:
            return quote + 1
        position = quote + 1


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


def unescape(text: bytes) -> bytes:
    r"""The bytes that the inside of a JSON string stands for; bytes from 0x80 on stay as they are.

    Where ``\u`` escapes a lone surrogate the result is no UTF-8 (it has the surrogate in UTF-8's manner), so that
    it is never taken for text that was in the topic.
    """
    if b"\\" not in text:
        return text
    out = bytearray()
    at = 0
    while True:
        slash = text.find(b"\\", at)
        if slash < 0 or slash + 1 >= len(text):
            out += text[at:]
            return bytes(out)
        out += text[at:slash]
        kind = text[slash + 1]
        if kind != 0x75:
            out.append(_ESCAPED.get(kind, kind))
            at = slash + 2
            continue
        code, at = _code_unit(text, slash), slash + 6
        if 0xD800 <= code < 0xDC00 and text[at : at + 2] == b"\\u":
            low = _code_unit(text, at)
            if 0xDC00 <= low < 0xE000:
                code, at = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), at + 6
        out += chr(code).encode("utf-8", "surrogatepass")


def _code_unit(text: bytes, at: int) -> int:
    try:
        return int(text[at + 2 : at + 6], 16)
    except ValueError:
        return 0xFFFD
