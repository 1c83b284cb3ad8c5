"""The insides of strings: what stands in them that JSON does not allow, byte by byte, and what it is respelled to.

Structure has been settled before; here only the text between quotes changes. Everything but a raw tab or a known
escape of another language is a guess.
"""

from collections.abc import Iterator

from dumpfix.payload.lexer import CONTROLS, escape_end, first_of, utf8_fault
from dumpfix.payload.repair.pieces import Change, Grade
from dumpfix.payload.repair.tokens import STRING, Tokens, delimiter_mask, hex_pair, lex

_SHORT = {0x08: b"\\b", 0x09: b"\\t", 0x0A: b"\\n", 0x0C: b"\\f", 0x0D: b"\\r"}
_REPLACEMENT = "\ufffd".encode()
# Escapes of Python, C and JavaScript that JSON has not: letter -> JSON spelling.
_OTHER_ESCAPES = {0x27: b"'", 0x61: b"\\u0007", 0x76: b"\\u000b", 0x60: b"`", 0x24: b"$"}
_BACKSLASH = 0x5C


def clean(data: bytes) -> list[Change]:
    """The changes that make every string of a structurally sound text a JSON string, and drop line ends outside."""
    changes: list[Change] = []
    if not _is_clean(data):
        tokens = lex(data, delimiter_mask(data), 0, len(data))
        encoding = _single_byte_text(data, tokens)
        for index, kind in enumerate(tokens.kinds):
            if kind == STRING:
                start, end = tokens.starts[index] + 1, tokens.ends[index] - 1
                piece = data[start:end]
                if len(piece.translate(None, _SUSPECTS)) != len(piece) or not piece.isascii():
                    changes.extend(_respelled(data, start, end, encoding))
        changes.extend(_line_ends(data, tokens))
        changes.sort()
    return changes


_SUSPECTS = CONTROLS + b"\\"


def _is_clean(data: bytes) -> bool:
    if len(data.translate(None, _SUSPECTS)) != len(data):
        return False
    return utf8_fault(data, 0, len(data)) is None


def _line_ends(data: bytes, tokens: Tokens) -> Iterator[Change]:
    """Line ends and the blanks behind them go where they stand between tokens; JSON Lines has room for none."""
    position = 0
    for start, end in zip([*tokens.starts, len(data)], [*tokens.ends, len(data)], strict=True):
        gap = data[position:start]
        if b"\n" in gap or b"\r" in gap:
            first = first_of(gap, 0, len(gap), b"\r\n")
            yield Change(position + first, start, b"", "line end")
        position = end


def _respelled(data: bytes, start: int, end: int, latin_1: bool) -> Iterator[Change]:
    """The changes inside one string [start, end)."""
    position = start
    limit = utf8_fault_start(data, start, end)
    while position < end:
        control = first_of(data, position, end, _SUSPECTS)
        at = min(control, limit)
        if at >= end:
            return
        if at == limit:
            stop = _bad_sequence_end(data, at, end)
            if latin_1:
                yield Change(at, stop, data[at:stop].decode("latin-1").encode(), "Latin-1 bytes", Grade.CHOICE)
            else:
                yield Change(at, stop, _REPLACEMENT, "bytes that are no UTF-8", Grade.CHOICE)
            position = stop
            limit = utf8_fault_start(data, position, end)
        elif data[at] == _BACKSLASH:
            stop = escape_end(data, at, end)
            if stop > 0:
                position = stop
                continue
            change = _escape(data, at, end)
            yield change
            position = max(change.end, at + 1)
        else:
            change = _control(data, at, end)
            yield change
            position = change.end


def utf8_fault_start(data: bytes, start: int, end: int) -> int:
    """The offset of the first byte sequence in data[start:end] that is no UTF-8; `end` if there is none."""
    try:
        data[start:end].decode()
    except UnicodeDecodeError as error:
        return start + error.start
    return end


def _bad_sequence_end(data: bytes, at: int, end: int) -> int:
    """Where Python's decoder would go on after the bad sequence at `at` (one U+FFFD for each maximal subpart)."""
    try:
        data[at:end].decode()
    except UnicodeDecodeError as error:
        return at + error.end
    return end


def _escape(data: bytes, at: int, end: int) -> Change:
    """A backslash that begins no JSON escape."""
    letter = data[at + 1] if at + 1 < end else 0
    if letter == 0x78 and hex_pair(data, at + 2):
        return Change(at, at + 4, b"\\u00" + data[at + 2 : at + 4], "hexadecimal escape")
    if letter == 0x55 and at + 10 <= end and all(hex_pair(data, at + place) for place in (2, 4, 6, 8)):
        spelled = _surrogates(int(data[at + 2 : at + 10], 16))
        if spelled:
            return Change(at, at + 10, spelled, "Python escape")
    if letter in _OTHER_ESCAPES:
        return Change(at, at + 2, _OTHER_ESCAPES[letter], "escape of another language")
    if letter == 0x0A:
        return Change(at, at + 2, b"\\n", "an escaped line end", Grade.CHOICE)
    return Change(at, at, b"\\", "a backslash that escapes nothing", Grade.CHOICE)


def _surrogates(code_point: int) -> bytes:
    """The JSON escape of a code point; empty if there is no such character."""
    if code_point > 0x10FFFF or 0xD800 <= code_point < 0xE000:
        return b""
    units = chr(code_point).encode("utf-16-be")
    return b"".join(b"\\u" + units[at : at + 2].hex().encode() for at in range(0, len(units), 2))


def _control(data: bytes, at: int, end: int) -> Change:
    """A raw control character. A tab is a tab; a line end may be text or a break that a viewer put there; a run of
    NULs stands for bytes that were lost; anything else was once another byte."""
    byte = data[at]
    if byte == 0x09:
        return Change(at, at + 1, b"\\t", "raw tab in a string")
    if byte in b"\r\n":
        stop = at + 2 if data[at : at + 2] == b"\r\n" and at + 2 <= end else at + 1
        spelled = b"".join(_SHORT[each] for each in data[at:stop])
        return Change(at, stop, spelled, "raw line end in a string", Grade.CHOICE)
    spelled = _SHORT.get(byte, b"\\u%04x" % byte)
    return Change(at, at + 1, spelled, "raw control character in a string", Grade.CHOICE)


def _single_byte_text(data: bytes, tokens: Tokens) -> bool:
    """Whether the bytes that are no UTF-8 look like Latin-1: every byte over 0x7F is a letter of Latin-1 in a word of
    ASCII letters, and nothing in the text is UTF-8 of several bytes."""
    del tokens
    high = [at for at, byte in enumerate(data) if byte >= 0x80] if not data.isascii() else []
    if not high or any(data[at] < 0xC0 or data[at] in (0xD7, 0xF7) for at in high):
        return False
    return all(_in_a_word(data, at) for at in high)


def _in_a_word(data: bytes, at: int) -> bool:
    """Whether the run of letters around `at` reads like a word: letters on a side, lower case behind the first."""
    first, stop = at, at + 1
    while first > 0 and at - first < 24 and _is_letter(data[first - 1]):
        first -= 1
    while stop < len(data) and stop - at < 24 and _is_letter(data[stop]):
        stop += 1
    edges = data[max(first - 1, 0) : first] + data[stop : stop + 1]
    if stop - first < 3 or any(edge in b"0123456789_-/=%" for edge in edges):
        return False
    text = data[first:stop].decode("latin-1")
    return text.islower() or text.istitle() or text.isupper()


def _is_letter(byte: int) -> bool:
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A or byte >= 0xC0
