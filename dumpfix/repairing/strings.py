"""The insides of strings: what stands in them that JSON does not allow, byte by byte, and what it is respelled to.

Structure has been settled before; here only the text between quotes changes. Everything but a raw tab or a known
escape of another language is a guess.
"""

import codecs
import threading
from collections import deque
from collections.abc import Iterator

from dumpfix.json.lexer import CONTROLS, escape_end, hex_pair, utf8_fault, white_space_end
from dumpfix.json.validity import is_valid
from dumpfix.repairing.latin import is_latin_1
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.tokens import prepare

_SHORT = {0x08: b"\\b", 0x09: b"\\t", 0x0A: b"\\n", 0x0C: b"\\f", 0x0D: b"\\r"}
# Escapes of Python, C and JavaScript that JSON has not: letter -> JSON spelling.
# `\\a` and `\\v` are none of them: where they stand, a path of Windows is meant.
_LANGUAGE = "escape of another language"
_OTHER_ESCAPES = {
    0x27: (b"'", _LANGUAGE, Grade.SYNTAX),
    0x60: (b"`", _LANGUAGE, Grade.CHOICE),
    0x24: (b"$", _LANGUAGE, Grade.CHOICE),
    0x0A: (b"\\n", "an escaped line end", Grade.CHOICE),
}
_BACKSLASH = 0x5C


def clean(data: bytes, known: bytes = b"") -> list[Change]:
    """The changes that make every string of a structurally sound text a JSON string, and drop line ends outside.

    `known` is more text of the same topic. Where a byte is damaged and the bytes around it stand intact elsewhere in
    the text or in `known`, what stands there tells what was meant.
    """
    cleaner = _Cleaner(data, known)
    plain, marks = prepare(data).plain, data.translate(_SUSPECTS)
    changes: list[Change] = []
    at = marks.find(1)
    quotes = position = 0
    while at >= 0:
        quotes += plain.count(b'"', position, at)
        position = at
        if quotes & 1:
            end = plain.find(b'"', at)
            if end < 0:
                break
            behind = white_space_end(data, end + 1, len(data))
            is_key = data[behind : behind + 1] == b":"
            changes.extend(cleaner.respelled(plain.rfind(b'"', 0, at) + 1, end, is_key))
        elif data[at] in b"\r\n":
            # The line end goes with the blanks behind it; JSON Lines has room for none.
            end = white_space_end(data, at, len(data))
            changes.append(Change(at, end, b"", "line end"))
        else:
            end = at + 1
        at = marks.find(1, end)
    changes.sort()
    return changes


_MARKS = bytes(byte in CONTROLS + b"\\" for byte in range(256))
_SUSPECTS = _MARKS[:0x80] + b"\1" * 0x80


def is_clean(data: bytes) -> bool:
    """Whether a text is JSON on one line."""
    return b"\n" not in data and b"\r" not in data and is_valid(data)


class _Cleaner:
    """Respells the insides of the strings of one text."""

    def __init__(self, data: bytes, known: bytes) -> None:
        self.data = data
        self.known = known
        self.latin_1 = is_latin_1(data, known)
        self.marks = data.translate(_MARKS)
        self.searches = _MOST_SEARCHES
        #: whether a single byte of the text is damaged, so that it is no encoding and no binary text
        self.is_single = _bad_up_to_two(data) + len(data) - len(data.translate(None, _FAULTY)) == 1

    def respelled(self, start: int, end: int, is_key: bool) -> Iterator[Change]:
        """The changes inside one string [start, end)."""
        data, marks = self.data, self.marks
        foreign = deque(bad_sequences(data, start, end))
        are_literal = _are_literal(data, start, end)
        position, suspect = start, -1
        while True:
            if suspect < position:
                found = marks.find(1, position, end)
                suspect = found if found >= 0 else end
            at = min(suspect, foreign[0][0] if foreign else end)
            if at >= end:
                return
            if foreign and at == foreign[0][0]:
                _, stop = foreign.popleft()
                change = self._foreign(at, stop, start, end)
                if change.end < stop:
                    # One byte of the sequence was meant to be another; the rest of it is still no character.
                    foreign.extendleft((each, each + 1) for each in range(stop - 1, change.end - 1, -1))
            elif data[at] == _BACKSLASH:
                stop = escape_end(data, at, end)
                if stop > 0 and not (are_literal and data[at + 1] not in b'\\"'):
                    position = stop
                    continue
                doubled = Change(at, at, b"\\", _NO_ESCAPE, Grade.CHOICE) if are_literal else None
                change = (
                    doubled
                    or self._meant(at, at + 1)
                    or _unpaired_quote(data, at, start, end)
                    or _escape(data, at, end)
                )
            else:
                is_meant = data[at] not in b"\t\r\n" and (self._meant(at, at + 1) or self._out_of_place(at, start, end))
                change = is_meant or _control(data, at, end, is_key)
            yield change
            position = max(change.end, at + 1)
            while foreign and foreign[0][0] < position:
                foreign.popleft()

    def _foreign(self, at: int, stop: int, start: int, end: int) -> Change:
        """Bytes [at, stop) that are no UTF-8, in the string [start, end)."""
        meant = self._meant(at, at + 1)
        if meant:
            return meant
        if self.latin_1:
            return Change(at, stop, self.data[at:stop].decode("latin-1").encode(), "Latin-1 bytes", Grade.CHOICE)
        byte, beside = self.data[at], self.data[at - 1 : at] + self.data[stop : stop + 1]
        if self.is_single and byte in _WINDOWS_1252 and (beside.isalpha() if byte == _APOSTROPHE else b" " in beside):
            return Change(at, stop, bytes((byte,)).decode("cp1252").encode(), "a sign of Windows-1252", Grade.CHOICE)
        if stop == at + 1 and self.data.count(byte) == 1 and (byte >= _LATIN_1 or not beside.isalpha()):
            # It is no part of a character that stands elsewhere, and no letter of DOS or of a Mac.
            odd = self._out_of_place(at, start, end)
            if odd:
                return odd
        plain = self.data[at:stop].decode("utf-8", "replace").encode()
        return Change(at, stop, plain, "bytes that are no UTF-8", Grade.CHOICE)

    def _meant(self, at: int, stop: int) -> Change | None:
        """What one damaged byte was, if the bytes around it stand elsewhere with a byte of one bit's difference, or
        with none, between them; None if they do not, or do both ways."""
        if self.searches <= 0:
            return None
        self.searches -= 1
        data = self.data
        # Most bytes stand nowhere at all, which is told at once.
        choices = [b"", *filter(self._stands, (bytes((data[at] ^ 1 << bit,)) for bit in range(8)))]
        found: list[bytes] = []
        for reach in _CONTEXTS:
            left, right = data[max(0, at - reach) : at], data[stop : stop + reach]
            nearer = [byte for byte in choices if self._stands(left + byte + right)]
            if not nearer:
                break
            choices = found = nearer
        if len(found) != 1 or not _is_plain(found[0]):
            return None
        why = "a byte that slipped in" if not found[0] else "a byte with a flipped bit"
        return Change(at, stop, found[0], f"{why}: the text stands intact elsewhere", Grade.CHOICE)

    def _out_of_place(self, at: int, start: int, end: int) -> Change | None:
        """What the one damaged byte of a text was, no control character that something is separated with: a letter,
        digit or sign with a flipped bit if that is at home between its neighbours, else it slipped in."""
        byte = self.data[at]
        if not self.is_single or byte in _SEPARATORS:
            return None
        classes = {_class_of(each) for each in (self.data[max(at - 1, start)], self.data[min(at + 1, end - 1)])}
        meant = (byte | 0x20, byte | 0x40) if byte < 0x80 else (byte & 0x7F,)
        fitting = [each for each in meant if {_class_of(each)} == classes != {0} or each in _BETWEEN_WORDS]
        why = "a byte with a flipped bit" if fitting else "a byte that slipped in"
        return Change(at, at + 1, bytes(fitting[:1]), f"{why}: nothing of its kind is at home here", Grade.CHOICE)

    def _stands(self, text: bytes) -> bool:
        return text in self.data or text in self.known


_BETWEEN_WORDS = b" -./"
# Dots, the apostrophe in words and dashes beside blanks, of which text from Windows has single ones.
_WINDOWS_1252, _APOSTROPHE, _LATIN_1 = b"\x85\x92\x96\x97", 0x92, 0xA0
_LOWER, _UPPER, _DIGIT = 1, 2, 3


def _class_of(byte: int) -> int:
    """Whether a byte is a small letter, a capital or a digit; 0 for all others."""
    sign = bytes((byte,))
    return _LOWER if sign.islower() else _UPPER if sign.isupper() else _DIGIT if sign.isdigit() else 0


#: control characters that programs separate fields with
_SEPARATORS = b"\x00\x01\x02\x03\x08\x0b\x0c\x1b\x1c\x1d\x1e\x1f"
#: control characters that nobody types
_FAULTY = bytes(byte for byte in CONTROLS if byte not in b"\t\r\n")
#: bytes to each side, the fewest first: what does not stand between these stands not between more
_CONTEXTS = (2, 3, 4)
_MOST_SEARCHES = 32


def _is_plain(byte: bytes) -> bool:
    return not byte or (0x20 <= byte[0] < 0x7F and byte not in b'"\\')


def _bad_up_to_two(data: bytes) -> int:
    """How many :func:`bad_sequences` all of a text has: none, one, or more, as two."""
    for count in range(2):
        try:
            data.decode()
        except UnicodeDecodeError as error:
            data = data[error.end :]
        else:
            return count
    return 2


def bad_sequences(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Where data[start:end] is no UTF-8: (from, to) of each maximal part of a character, as Python's decoder has them.

    One pass in C, however many there are.
    """
    if data.isascii():
        return []
    _noted.spans = []
    data[start:end].decode("utf-8", _NOTE)
    return [(start + begin, start + stop) for begin, stop in _noted.spans]


def _note(error: UnicodeError) -> tuple[str, int]:
    """What Python's decoder calls at each of them."""
    assert isinstance(error, UnicodeDecodeError)
    spans = _noted.spans
    if len(spans) >= _MOST_APART and spans[-1][1] == error.start:
        # So many are no damaged letters: the rest of a run is told as one.
        spans[-1] = (spans[-1][0], error.end)
    else:
        spans.append((error.start, error.end))
    return "", error.end


_NOTE = "dumpfix.note"
_MOST_APART = 1024
_noted = threading.local()
codecs.register_error(_NOTE, _note)


def _escape(data: bytes, at: int, end: int) -> Change:
    """A backslash that begins no JSON escape."""
    letter = data[at + 1] if at + 1 < end else 0
    if letter == 0x78 and hex_pair(data, at + 2):
        return _hex_escape(data, at, end)
    if letter == 0x55 and at + 10 <= end and all(hex_pair(data, at + place) for place in (2, 4, 6, 8)):
        spelled = _surrogates(int(data[at + 2 : at + 10], 16))
        if spelled:
            return Change(at, at + 10, spelled, "Python escape")
    if letter in b"'`$" and data[at + 2 : at + 3] == b"u" and hex_pair(data, at + 3) and hex_pair(data, at + 5):
        return Change(at + 1, at + 2, b"", "a byte that slipped in", Grade.CHOICE)
    if letter in _OTHER_ESCAPES:
        return Change(at, at + 2, *_OTHER_ESCAPES[letter])
    return Change(at, at, b"\\", "a backslash that escapes nothing", Grade.CHOICE)


def _unpaired_quote(data: bytes, at: int, start: int, end: int) -> Change | None:
    """In a string that holds a document the quotes are escaped, and come in pairs: where one is left over, the
    backslash that escapes nothing lost its quote, or the quote has a flipped bit."""
    if data[start] not in b"{[" or not data.count(b'\\"', start, end) & 1 or at + 1 >= end:
        return None
    if (data[at + 1] ^ 0x22).bit_count() == 1 and not chr(data[at + 1]).isalnum():
        return Change(at + 1, at + 2, b'"', "a quote with a flipped bit", Grade.CHOICE)
    return Change(at + 1, at + 1, b'"', "a quote was missing", Grade.CHOICE)


def _are_literal(data: bytes, start: int, end: int) -> bool:
    """Whether the backslashes in a string stand for themselves, those before `n` and `t` as well: it is a path of
    Windows, or most of them begin no escape."""
    faulty = sound = 0
    at = data.find(b"\\", start, end)
    while at >= 0:
        stop = escape_end(data, at, end)
        is_pair = data[at + 1 : at + 2] in (b"\\", b'"')
        is_other = stop < 0 and (data[at + 1] in _OTHER_ESCAPES or _escape(data, at, end).why != _NO_ESCAPE)
        faulty += stop < 0 and not is_other
        sound += stop > 0 and not is_pair
        at = data.find(b"\\", stop if stop > 0 else at + 1, end)
    is_path = data[start : start + 1].isalpha() and data.startswith(b":\\", start + 1)
    return faulty > 0 and sound > 0 and (is_path or faulty > sound)


_NO_ESCAPE = "a backslash that escapes nothing"


def _hex_escape(data: bytes, at: int, end: int) -> Change:
    r"""`\xHH`: a character of Latin-1, as Python and JavaScript have it; several that are UTF-8 together are bytes.
    Nobody escapes a letter or a digit: before one the backslash is one."""
    run = bytearray()
    stop = at
    while (
        len(run) < _LONGEST_CHARACTER and data.startswith(b"\\x", stop) and stop + 4 <= end and hex_pair(data, stop + 2)
    ):
        run.append(int(data[stop + 2 : stop + 4], 16))
        stop += 4
    if chr(run[0]).isalnum() and run[0] < 0x80:
        return Change(at, at, b"\\", _NO_ESCAPE, Grade.CHOICE)
    for size in range(len(run), 1, -1):
        if run[0] >= 0xC2 and utf8_fault(bytes(run), 0, size) is None and len(run[:size].decode()) == 1:
            return Change(at, at + 4 * size, bytes(run[:size]), "hexadecimal escapes of UTF-8", Grade.CHOICE)
    return Change(at, at + 4, b"\\u00" + data[at + 2 : at + 4], "hexadecimal escape")


_LONGEST_CHARACTER = 4


def _surrogates(code_point: int) -> bytes:
    """The JSON escape of a code point; empty if there is no such character."""
    if code_point > 0x10FFFF or 0xD800 <= code_point < 0xE000:
        return b""
    units = chr(code_point).encode("utf-16-be")
    return b"".join(b"\\u" + units[at : at + 2].hex().encode() for at in range(0, len(units), 2))


def _control(data: bytes, at: int, end: int, is_key: bool) -> Change:
    """A raw control character. A tab in a text is a tab; a line end may be text or a break that a viewer put there; a
    run of NULs stands for bytes that were lost; anything else was once another byte."""
    byte = data[at]
    if byte == 0x09:
        # Alone, unless it follows a sign that ends a part of a sentence, or beside a blank or a quote, it slipped in.
        before = data[at - 1]
        is_odd = is_key or any(each in b' "\\' for each in (before, data[at + 1]))
        is_odd = is_odd or (before not in b":;,.!?)" and data.count(b"\t") == 1)
        return Change(at, at + 1, b"\\t", "raw tab in a string", Grade.CHOICE if is_odd else Grade.SYNTAX)
    if byte in b"\r\n":
        stop = at + 2 if data[at : at + 2] == b"\r\n" and at + 2 <= end else at + 1
        spelled = b"".join(_SHORT[each] for each in data[at:stop])
        return Change(at, stop, spelled, "raw line end in a string", Grade.CHOICE)
    spelled = _SHORT.get(byte, b"\\u%04x" % byte)
    return Change(at, at + 1, spelled, "raw control character in a string", Grade.CHOICE)
