"""Bytes that are no UTF-8: whether they are letters of a text that was written in Latin-1 or Windows-1252."""

from itertools import compress


def is_latin_1(data: bytes, known: bytes) -> bool:
    """Whether the bytes that are no UTF-8 look like Latin-1: nothing in the text is UTF-8 of several bytes, and the
    bytes over 0x7F are printable in Latin-1 and letters that touch letters, but for a few where there are many."""
    if data.isascii() or len(data.translate(None, _NO_LATIN_1)) != len(data):
        return False
    high = list(compress(range(len(data)), data.translate(_NOT_ASCII)))
    if len(high) == 1:
        return _touches_a_letter(data, high[0]) and _is_at_home(data, high[0], known)
    letters = sum(_touches_a_letter(data, at) for at in high)
    return letters == len(high) or letters * 2 >= len(high) >= 4


def _is_at_home(data: bytes, at: int, known: bytes) -> bool:
    """Whether a lone accented letter may be meant: one that French and German texts are full of, or one in a word of a
    language, no address or name of a program, that does not stand elsewhere with a plain letter in this place. A byte
    that begins most accented characters of UTF-8 does no more than that."""
    if data[at] in _LEADS or data[at] in _COMMON:
        return data[at] in _COMMON
    begin, stop = at, at + 1
    while begin and data[begin - 1] not in _WORD_ENDS:
        begin -= 1
    while stop < len(data) and data[stop] not in _WORD_ENDS:
        stop += 1
    if stop - begin > _LONGEST_WORD or data[begin:stop].translate(None, _NOT_IN_WORDS) != data[begin:stop]:
        return False
    left, right = data[max(0, at - 2) : at], data[at + 1 : at + 3]
    return not (_stands_with_a_letter(left, right, data) or _stands_with_a_letter(left, right, known))


def _stands_with_a_letter(left: bytes, right: bytes, text: bytes) -> bool:
    """Whether ``left`` and ``right`` stand in the text with one plain letter between them."""
    found = text.find(left)
    for _ in range(_MOST_LOOKED_AT):
        if found < 0:
            return False
        middle = found + len(left)
        if text[middle : middle + 1].isalpha() and text.startswith(right, middle + 1):
            return True
        found = text.find(left, found + 1)
    return False


_COMMON = "àâäçéèêëïîñôöùûüßÄÖÜÉ".encode("latin-1")
_LEADS = b"\xc2\xc3"
_WORD_ENDS = b" \t\r\n\"',.;!?()"
_NOT_IN_WORDS = b"0123456789/_@:=&#%+<>{}[]|\\$*~^"
_LONGEST_WORD = 32
_MOST_LOOKED_AT = 256
# What is no sign of Latin-1; bytes that fill erased or unwritten storage, and letters that only Icelandic uses.
_NO_LATIN_1 = bytes(range(0x80, 0xA0)) + b"\xff\xfe\xf0\xd0\xde"
_NOT_ASCII = bytes(byte >= 0x80 for byte in range(256))


def _touches_a_letter(data: bytes, at: int) -> bool:
    """Whether an accented letter stands in a word: beside a letter of its own case, or before one if upper case."""
    byte = data[at]
    if byte < 0xC0 or byte in (0xD7, 0xF7):
        return False
    before = data[at - 1] if at else 0
    behind = data[at + 1] if at + 1 < len(data) else 0
    if byte >= 0xDF:
        return _is_letter(before) or 0x61 <= behind <= 0x7A
    return 0x41 <= before <= 0x5A or 0x41 <= behind <= 0x5A or (not _is_letter(before) and _is_letter(behind))


def _is_letter(byte: int) -> bool:
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A or byte >= 0xC0
