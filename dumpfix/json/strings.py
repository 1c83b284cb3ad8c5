"""JSON strings: where they end, and the bytes or the text that they stand for.

Tools print keys and payloads into JSON strings; those are read leniently, since kcat writes bytes that are no UTF-8 as
they are. A string holds no line end, since every tool escapes it: where one stands, the string was cut.
"""

from __future__ import annotations

from dumpfix.json.lexer import HEX_DIGITS

#: where no string ends; where the data ends inside it
MISMATCH = -1
PARTIAL = -2

_ESCAPED = {0x6E: 10, 0x74: 9, 0x72: 13, 0x62: 8, 0x66: 12, 0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F}


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


def unescape(text: bytes) -> bytes:
    r"""The bytes that the inside of a JSON string stands for; bytes from 0x80 on stay as they are.

    Where ``\u`` escapes a lone surrogate the result is no UTF-8 (it has the surrogate in UTF-8's manner), so that
    it is never taken for text that was in the topic. An escape that JSON does not know stays as it is.
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
        code = _code_unit(text, slash) if kind == 0x75 else _ESCAPED.get(kind)
        if code is None:
            out += text[slash : slash + 2]
            at = slash + 2
            continue
        at = slash + (6 if kind == 0x75 else 2)
        if 0xD800 <= code < 0xDC00 and text[at : at + 2] == b"\\u":
            low = _code_unit(text, at)
            if low is not None and 0xDC00 <= low < 0xE000:
                code, at = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), at + 6
        out += chr(code).encode("utf-8", "surrogatepass")


def _code_unit(text: bytes, at: int) -> int | None:
    """What the four digits of a ``\\u`` say; None where they are not four."""
    digits = text[at + 2 : at + 6]
    return int(digits, 16) if len(digits) == 4 and not digits.translate(None, HEX_DIGITS) else None


def string_text(token: bytes) -> str:
    """The text of a STRING token, quotes included; lone surrogates stay as they are (a Python str can hold them)."""
    return unescape(token[1:-1]).decode("utf-8", "surrogatepass")
