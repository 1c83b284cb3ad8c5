r"""``kcat -f FORMAT`` and its relatives ``-K``, ``-D``, ``-J``, ``-Z`` as the text of a grammar.

How kcat reads a format is settled by its ``format.c`` (1.2.0 to 1.7.1): the text is cut at ``%`` first, then
each piece in between has its backslashes undone: ``\n \t \r``; ``\x`` and hexadecimal digits of which the first is
0 to 9; any other digit begins a number as C's ``strtoul`` reads it with base 0 (``\012`` is octal); a backslash before
anything else goes away (``\P`` prints P). A NUL ends its piece.
"""

from __future__ import annotations

from collections.abc import Iterator

from dumpfix.errors import UsageError
from dumpfix.layout.load import literal_text

_TOKENS = {
    0x73: "VALUE",
    0x53: "VALUE_SIZE",
    0x52: "VALUE_SIZE_BINARY",
    0x6B: "KEY",
    0x4B: "KEY_SIZE",
    0x54: "TIMESTAMP",
    0x68: "HEADERS",
    0x74: "TOPIC",
    0x70: "PARTITION",
    0x6F: "OFFSET",
}
_SIMPLE = {0x6E: 10, 0x74: 9, 0x72: 13}
_HEX = b"0123456789abcdefABCDEF"


#: what kcat makes of ``%h``, as kafkacat.lark says it
HEADER_SPELLING = (
    'AMBIGUOUS_HEADERS_SEPARATOR: ","\n'
    'HEADER_VALUE_SEPARATOR: "="\n'
    'NULL_HEADER_LITERAL: "NULL"\n'
)  # fmt: skip


def pieces(format_string: bytes) -> Iterator[str | bytes]:
    """The terminals and literals of a format in order. Raises UsageError for a ``%`` that kcat refuses."""
    at = 0
    while at < len(format_string):
        percent = format_string.find(b"%", at)
        if percent < 0:
            yield _unescaped(format_string[at:])
            return
        if percent > at:
            yield _unescaped(format_string[at:percent])
        token = format_string[percent + 1 : percent + 2]
        at = percent + 2
        if token == b"%":
            yield b"%"
        elif token and token[0] in _TOKENS:
            yield _TOKENS[token[0]]
        else:
            shown = token.decode("ascii", "backslashreplace")
            raise UsageError(
                f"kcat has no %{shown} in -f; it has %t %p %o %T %h %k %K %s %S %R and %%"
                if token
                else "a -f format cannot end with a single %"
            )


def _unescaped(text: bytes) -> bytes:
    out = bytearray()
    at = 0
    while at < len(text):
        byte = text[at]
        if byte != 0x5C or at + 1 == len(text):
            out.append(byte)
            at += 1
            continue
        at += 1
        byte = text[at]
        if byte in _SIMPLE:
            out.append(_SIMPLE[byte])
            at += 1
            continue
        base = 0
        if byte == 0x78:
            base = 16
            at += 1
            if at == len(text):
                break
            byte = text[at]
        if 0x30 <= byte <= 0x39:
            number, at = _strtoul(text, at, base)
            out.append(number & 0xFF)
        else:
            out.append(byte)
            at += 1
    return bytes(out.partition(b"\0")[0])


def _strtoul(text: bytes, at: int, base: int) -> tuple[int, int]:
    """The number at ``at`` as C's strtoul reads it, and where it ends."""
    prefixed = text[at : at + 2].lower() == b"0x" and text[at + 2 : at + 3] != b"" and text[at + 2] in _HEX
    if base in (0, 16) and prefixed:
        base, at = 16, at + 2
    elif base == 0:
        base = 8 if text[at] == 0x30 else 10
    digits = {8: b"01234567", 10: b"0123456789", 16: _HEX}[base]
    end = at
    while end < len(text) and text[end] in digits:
        end += 1
    return int(text[at:end], base), end


def delimiter(text: bytes) -> bytes:
    r"""What kcat 1.7 makes of the argument of ``-K`` or ``-D``: ``\n``, ``\t`` and ``\x`` with hexadecimal digits."""
    out = bytearray()
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        if pair == b"\\n":
            out.append(10)
            at += 2
        elif pair == b"\\t":
            out.append(9)
            at += 2
        elif pair == b"\\x" and text[at + 2 : at + 3] and text[at + 2] in _HEX:
            end = at + 2
            while end < len(text) and text[end] in _HEX:
                end += 1
            out.append(int(text[at + 2 : end], 16) & 0xFF)
            at = end
        else:
            out.append(text[at])
            at += 1
    return bytes(out.partition(b"\0")[0])


def default_format(key_delimiter: bytes | None, record_delimiter: bytes) -> bytes:
    """The format that kcat builds where no ``-f`` is given."""
    end = delimiter(record_delimiter)
    return b"%s" + end if key_delimiter is None else b"%k" + delimiter(key_delimiter) + b"%s" + end


def grammar_text(format_string: bytes, *, prints_null_as: bytes | None = b"NULL") -> str:
    """A ``.lark`` text for dumps that ``kcat -f format_string`` printed; one that a person can read and change.

    ``prints_null_as`` is what ``-Z`` prints for null and empty; None where the dump is known to be made without.
    """
    parts: list[str] = []
    terminals: list[str] = []
    for piece in pieces(format_string):
        if isinstance(piece, bytes):
            if piece:
                parts.append(literal_text(piece))
        else:
            parts.append(piece)
            terminals.append(piece)
    if len(terminals) != len(set(terminals)):
        twice = next(name for name in terminals if terminals.count(name) > 1)
        parts = _second_time_as_text(parts)
        terminals = [name for name in parts if not name.startswith('"')]
        if twice == "VALUE":
            raise UsageError("the format prints %s twice: dumpfix reads one payload a record")
    if not terminals:
        raise UsageError("the format prints no field of a record: there is nothing to convert (the payload is %s)")
    if "VALUE" not in terminals:
        raise UsageError("a dump made like that holds no payloads (the format has no %s): there is nothing to convert")
    shown = format_string.decode("utf-8", "backslashreplace").replace("\n", "\\n").replace("\r", "\\r")
    null = f"NULL_OR_EMPTY_LITERAL: {literal_text(prints_null_as)}\n" if prints_null_as is not None else ""
    headers = HEADER_SPELLING if "HEADERS" in terminals else ""
    return (
        f"// kcat -f '{shown}'\n"
        "start: record*\n"
        f"record: {' '.join(parts)}\n"
        f"{null}{headers}"
        f"%declare {' '.join(dict.fromkeys(terminals))}\n"
    )


def _second_time_as_text(parts: list[str]) -> list[str]:
    """A field that is printed twice counts where it stands first; the second is text that nobody needs."""
    seen: set[str] = set()
    out = []
    for part in parts:
        if not part.startswith('"') and part in seen:
            part = "INTEGER" if part in ("PARTITION", "OFFSET", "TIMESTAMP") or part.endswith("_SIZE") else "TEXT"
        seen.add(part)
        out.append(part)
    return out
