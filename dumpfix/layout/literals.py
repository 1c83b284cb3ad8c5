"""The strings of a grammar: the bytes that they stand for, and how bytes are written as one."""

from __future__ import annotations

from dumpfix.errors import GrammarError

_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_ESCAPES = {"n": 10, "t": 9, "r": 13, "f": 12, "\\": 0x5C, '"': 0x22}


def literal_bytes(quoted: str, path: str | None = None, line: int | None = None) -> bytes:
    r"""The bytes that a quoted string of a grammar stands for: UTF-8, ``\n \t \r \f \\ \" \xHH``."""
    if not quoted.endswith('"'):
        raise GrammarError(
            f"a literal with a flag ({quoted[:40]}): dumpfix compares bytes, write them out", path=path, line=line
        )
    source = quoted[1:-1]
    if "\\" not in source:
        return source.encode()
    out = bytearray()
    before, *escaped = source.split("\\")
    out += before.encode()
    pieces = iter(escaped)
    for piece in pieces:
        if not piece:
            # Two backslashes: what follows the second is no escape.
            out += b"\\" + next(pieces).encode()
        elif piece[0] in _ESCAPES:
            out += bytes((_ESCAPES[piece[0]],)) + piece[1:].encode()
        elif piece[0] == "x":
            digits = piece[1:3]
            if len(digits) < 2 or not _HEXADECIMAL.issuperset(digits):
                raise GrammarError(f"\\x needs two hexadecimal digits in {quoted[:40]}", path=path, line=line)
            out += bytes.fromhex(digits) + piece[3:].encode()
        else:
            raise GrammarError(f"unknown escape \\{piece[0]} in {quoted[:40]}", path=path, line=line)
    return bytes(out)


def literal_text(text: bytes) -> str:
    """How these bytes are written in a grammar: the inverse of :func:`literal_bytes`."""
    names = {10: "\\n", 9: "\\t", 13: "\\r", 12: "\\f", 0x5C: "\\\\", 0x22: '\\"'}
    return '"' + "".join(names.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}") for b in text) + '"'
