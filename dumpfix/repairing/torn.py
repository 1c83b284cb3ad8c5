"""Whether a text looks like a part of a longer one: torn in a word or a number, or open to more."""

from dumpfix.repairing.atoms import LITERALS
from dumpfix.repairing.dialect import ELLIPSES


def looks_torn(text: bytes, *, lacks_front: bool) -> bool:
    """Whether a text begins (or ends) as one does of which a part is gone: in a sign that something precedes (or
    follows), in a single letter of a word, in a literal or a part of one."""
    before, _, word = text.rpartition(b" ")
    if lacks_front:
        word, _, before = text.partition(b" ")
        is_torn = text[:1] in _FOLLOWS or text.startswith((*ELLIPSES, *_LITERAL_BEGINNINGS))
    else:
        is_torn = text.endswith((*_PRECEDES, *ELLIPSES, *LITERALS, *_LITERAL_ENDS)) or _is_date_cut_short(text)
    return is_torn or (before != b"" and len(word) == 1 and word.isalpha() and word not in _WORDS_OF_ONE)


def may_go_on(data: bytes, begin: int, end: int) -> bool:
    """Whether a text that lacks its closing quote may have had more: a long number ends its last word, or it has
    several words, ends in no full stop or the like, and its last word stands nowhere else; or a comma ends it."""
    text = data[begin:end]
    if text[-1:] == b",":
        return True
    word = text.rpartition(b" ")[2].rpartition(b"\\")[2]
    letters = word.rstrip(b"0123456789")
    if len(word) - len(letters) >= _DIGITS_OF_NUMBERS and letters[-1:].isalpha():
        return True
    if len(word) == len(text):
        return False
    return text.endswith((b"[]", b"{}")) or (
        is_of_words(word[-1:]) and not _stands_elsewhere(data, end - len(word), end)
    )


def _stands_elsewhere(data: bytes, begin: int, end: int) -> bool:
    """Whether the word [begin, end) stands nearby once more, and not as a part of another."""
    word, at = data[begin:end], max(0, begin - _NEAR_WORDS) - 1
    for _ in range(_MOST_LOOKED_AT):
        at = data.find(word, at + 1, end + _NEAR_WORDS)
        if at < 0:
            return False
        around = data[at - 1 : at], data[at + len(word) : at + len(word) + 1]
        if at != begin and not any(map(is_of_words, around)):
            return True
    return False


def is_of_letters(sign: bytes) -> bool:
    """Whether a byte is a letter, or part of one."""
    return sign.isalpha() or sign >= b"\x80"


def is_of_words(sign: bytes) -> bool:
    """Whether a byte is a letter or digit, or part of one."""
    return sign.isalnum() or sign >= b"\x80"


_MOST_LOOKED_AT, _NEAR_WORDS = 64, 1 << 14


def _is_date_cut_short(text: bytes) -> bool:
    """Whether a text is the beginning of a date and time (ISO 8601): neither a day nor a time with its zone, nor one
    with a part of a second that people write."""
    if not (text[:4].isdigit() and text[4:5] == b"-" and text[5:7].isdigit()) or len(text) > _LONGEST_DATE:
        return False
    whole, point, rest = text.partition(b".")
    digits = len(rest) - len(rest.lstrip(b"0123456789"))
    if point:
        return len(whole) != _TO_THE_SECOND or digits not in _FRACTIONS
    return len(whole) not in _DATE_LENGTHS


_LONGEST_DATE, _DATE_LENGTHS, _TO_THE_SECOND, _FRACTIONS = 23, (10, 17, 20), 19, (3, 6, 7, 9)
_LITERAL_BEGINNINGS = (b"nul", b"tru", b"fals")
_LITERAL_ENDS = (b"ull", b"rue", b"alse")
_FOLLOWS = tuple(bytes((byte,)) for byte in b"\\-:=&?!*;|~^%).,")
_PRECEDES = (b"\\", b"-", b"_", b":", b":/", b"://", b"=", b"&")
_WORDS_OF_ONE = (b"a", b"A", b"I", b"i")


def is_number_cut_short(text: bytes) -> bool:
    """Whether a text begins with a number that something else goes on with: no hexadecimal number, no date."""
    whole = text.lstrip(b"0123456789")
    digits = len(text) - len(whole)
    is_time_cut_short = digits == 1 and whole[:1] == b":" and whole[1:3].isdigit()
    is_torn = is_of_letters(whole[:1]) or is_time_cut_short or (whole[:1] == b" " and digits > _DIGITS_OF_NUMBERS)
    if digits and b" " in text and is_torn:
        # Nobody begins a text of several words so.
        return True
    rest = whole[1:].lstrip(b"0123456789") if whole[:1] == b"." else whole
    if whole is not text and whole[:1] == b",":
        return True
    if digits > _DIGITS_OF_NUMBERS and whole[:1].isalpha() and b" " in text:
        return True
    goes_on = is_of_letters(rest[:1])
    is_fraction = rest is not whole and whole != text
    is_number = is_fraction or len(text) - len(rest) >= _DIGITS_OF_NUMBERS
    return goes_on and is_number and (is_fraction or rest[:1] not in _BEHIND_DIGITS)


# `5m` and `12px` are texts as well as not
_DIGITS_OF_NUMBERS = 4
_BEHIND_DIGITS = tuple(bytes((byte,)) for byte in b"abcdefABCDEFTxX")
