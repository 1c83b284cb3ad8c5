"""Strings in other quotes than JSON's: `'…'` of Python and JavaScript, backticks, and what word processors write.

They are put in double quotes before the structure is read, whatever may be wrong around them, so that one that is
missing or too many is repaired like any other. A quote of the string's own kind that does not look like its end is
passed over as an apostrophe: then the text does not say where the string ends, and the answer is a choice.
"""

from collections.abc import Generator, Iterator

from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.repairing.pieces import Change, Grade, in_groups

# Each with what closes it.
OTHER_QUOTES = {
    b"'": (b"'",),
    b"`": (b"`",),
    "\u201c".encode(): ("\u201d".encode(), "\u201c".encode()),
    "\u201d".encode(): ("\u201d".encode(),),
    "\u201e".encode(): ("\u201c".encode(), "\u201d".encode()),
    "\u2018".encode(): ("\u2019".encode(),),
}
_LEADS = frozenset(quote[:1] for quote in OTHER_QUOTES)
_MASK = bytes(bytes((byte,)) in _LEADS or byte == 0x22 for byte in range(256))
_WORDS = (b"true", b"false", b"null", b"True", b"False", b"None")
_ESCAPES = (b"\\\\", b'\\"', b"\\'", b"\\`")
# How far a blank may reach between a quote and what tells its role.
_NEAR = 64
# How many strings may be odd; of more, a quarter.
_MOST_ODD = 1024
_BLANKS = frozenset((b" ", b"\t", b"\r", b"\n"))
TRIPLE = "triple quotes"
_SINGLE, _OTHER = "single quotes", "quotes of another kind"
_BEHIND_VALUES = (b",", b"}", b"]")
_INSIDE = bytes(byte in b'"\\' for byte in range(256))


def in_double_quotes(data: bytes, at: int) -> list[Change] | None:
    """The changes that put every string from `at` on in double quotes; None if none of them is in others.

    `at` must be outside of strings, and the first string behind it in other quotes, or in three.
    """
    if b'""' not in data and not any(quote in data for quote in OTHER_QUOTES):
        return None
    walk = _Walk(data)
    first = walk.mask.find(1, at)
    if first < 0 or not walk.opens(first):
        return None
    # About one for each quote.
    changes = in_groups(data, walk.strings(first), walk.mask.count(1))
    return None if not changes or walk.is_lost() else changes


class _Walk:
    """One way from string to string; `mask` is 1 where a quote begins, escaped ones blotted out."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.plain = data
        if b"\\" in data:
            for escape in _ESCAPES:
                self.plain = self.plain.replace(escape, b"\0\0")
        self.mask = self.plain.translate(_MASK)
        #: quotes of which no three stand in a row any more, and those that nothing closes any more
        self.never_tripled: set[bytes] = set()
        self.never_closed: set[bytes] = set()
        #: strings so far, and those of them in which a quote is none or whose closing one is missing
        self.count = self.odd = 0

    def is_lost(self) -> bool:
        """Whether so many strings are odd that the quotes mean something else."""
        return self.odd > _MOST_ODD and self.odd * 4 > self.count

    def quote_at(self, at: int) -> bytes:
        """The other quote that begins at `at`; empty if none does."""
        lead = self.plain[at : at + 1]
        if lead == b"'" or lead not in _LEADS:
            return lead if lead == b"'" else b""
        return next((quote for quote in OTHER_QUOTES if self.plain.startswith(quote, at)), b"")

    def before(self, at: int) -> bytes:
        """The last byte before `at` that is no blank."""
        last = self.data[at - 1 : at]
        if last and last not in _BLANKS:
            return last
        return self.data[max(0, at - _NEAR) : at].rstrip(WHITE_SPACE)[-1:]

    def opens(self, at: int) -> bool:
        """Whether the quote at `at` may open a string in other quotes: it follows structure, a prefix letter too."""
        if not self.quote_at(at) and not self.plain.startswith(b'"""', at):
            return False
        last = self.before(at)
        if last in (b"u", b"b", b"r", b"U", b"B", b"R"):
            last = self.before(at - 1)
        return last in (b"", b"{", b"[", b",", b":", b"(", b"=", b">")

    def strings(self, at: int) -> Iterator[Change]:
        """The changes for the strings from the one at `at` on."""
        size = len(self.data)
        while 0 <= at < size and not self.is_lost():
            close = self._plain_end(at)
            self.count += 1
            if close:
                why = _SINGLE if self.plain[at] == 0x27 else _OTHER
                yield Change(at, at + 1, b'"', why)
                yield Change(close, close + 1, b'"', why)
                at = self.mask.find(1, close + 1)
                continue
            quote = self.quote_at(at) or (b'"' if self.plain[at] == 0x22 else b"")
            end = self._tripled(at, quote) if quote else 0
            if end:
                yield Change(at, at + 3 * len(quote), b'"', TRIPLE)
                yield from self._inside(at + 3 * len(quote), end, TRIPLE)
                at = end + 3 * len(quote)
                yield Change(end, at, b'"', TRIPLE)
            elif quote in self.never_closed:
                at += len(quote)
            elif quote in OTHER_QUOTES:
                at = yield from self._string(at, quote)
            elif quote:
                end = self.plain.find(b'"', at + 1)
                at = end + 1 if end >= 0 else size
            else:
                at += 1
            at = self.mask.find(1, at)

    def _plain_end(self, at: int) -> int:
        """The offset of the quote that closes a string in single ones, or in backticks, of which nothing is unusual; 0
        for any other."""
        close = self.plain.find(self.plain[at], at + 1) if self.plain[at] in b"'`" else -1
        if close <= at + 1 or self.mask.find(1, at + 1) != close or b"\\" in self.data[at:close]:
            return 0
        behind = self.data[close + 1 : close + 2]
        return close if behind == b":" or (behind in _BEHIND_VALUES and self.before(at) != b"{") else 0

    def _tripled(self, at: int, quote: bytes) -> int:
        """The offset of the three quotes that close a string which three at `at` open; 0 if there are none."""
        triple = 3 * quote
        if quote in self.never_tripled or not self.plain.startswith(triple, at):
            return 0
        end = self.plain.find(triple, at + len(triple))
        if end < 0:
            self.never_tripled.add(quote)
        return max(end, 0)

    def _string(self, at: int, opening: bytes) -> Generator[Change, None, int]:
        """The changes of one string; the generator's value is the offset behind it."""
        why = _SINGLE if opening == b"'" else _OTHER
        begin = position = at + len(opening)
        is_first_key = self.before(at) == b"{"
        grade, role = Grade.SYNTAX, _TEXT
        while True:
            close, size = (
                (self.plain.find(opening, position), 1)
                if opening == b"'"
                else self._next(position, OTHER_QUOTES[opening])
            )
            if close < 0 and (opening != b"'" or self.plain.find(b'"', begin) >= 0):
                # Nothing closes it, or nothing but quotes of JSON: it is no string.
                self.never_closed.add(opening)
                return begin
            if close < 0:
                yield Change(at, begin, b'"', why, grade)
                yield from self._inside(begin, len(self.data), why)
                return len(self.data)
            role = self._role(begin, close, close + size, is_first_key)
            if role != _CLOSER:
                self.odd += 1
            if role != _TEXT:
                break
            grade = Grade.CHOICE
            position = close + size
        yield Change(at, begin, b'"', why, grade)
        yield from self._inside(begin, close, why)
        if role == _OPENER:
            # The string before it lacks its closing quote.
            return close
        yield Change(close, close + size, b'"', why, grade)
        return close + size

    def _next(self, at: int, closing: tuple[bytes, ...]) -> tuple[int, int]:
        """The offset and length of the next of several quotes; (-1, 0) if there is none."""
        while at >= 0:
            mark = next((mark for mark in closing if self.plain.startswith(mark, at)), b"")
            if mark:
                return at, len(mark)
            at = self.mask.find(1, at + 1)
        return -1, 0

    def _role(self, begin: int, at: int, end: int, is_first_key: bool) -> int:
        """What a quote [at, end) in a string from `begin` on is: its end, the beginning of the next one, or text."""
        behind = self.data[end : end + 1]
        if behind and behind in (b":" if is_first_key else b",:}]"):
            return _CLOSER
        near = self.data[end : end + _NEAR]
        behind = near.lstrip(WHITE_SPACE)
        if not behind:
            return _CLOSER
        if behind[:1] in (b":=" if is_first_key else b",:}]);="):
            return _CLOSER
        next_quote = self.quote_at(end + len(near) - len(behind))
        is_next = next_quote != b"" and behind[:1] != near[:1]
        if at > begin and not is_next and self.before(at) in (b",", b":", b"{", b"[") and behind[:1] not in b",:}]":
            return _OPENER
        if behind[:1] in b'"-0123456789{[' or next_quote or behind.startswith(_WORDS) or self._is_bare_key(end):
            return _CLOSER
        return _CLOSER if behind[:1] in b",}]" else _TEXT

    def _is_bare_key(self, at: int) -> bool:
        """Whether blanks, a name, a colon and a blank follow, where keys stand without quotes."""
        name, colon, rest = self.data[at : at + _NEAR].partition(b":")
        words = name.split()
        is_name = len(words) == 1 and name[:1] in _BLANKS and words[0].replace(b"_", b"a").isalnum()
        return is_name and colon != b"" and rest[:1] in _BLANKS and self.data.lstrip(b"{[" + WHITE_SPACE)[:1].isalpha()

    def _inside(self, begin: int, close: int, why: str) -> Iterator[Change]:
        """The changes that make the inside of a JSON string of [begin, close)."""
        if begin == close:
            return
        text = self.data[begin:close]
        if b"\\" not in text and b'"' not in text:
            return
        marks = text.translate(_INSIDE)
        at = marks.find(1)
        while at >= 0:
            step = 1
            if text[at] == 0x22:
                yield Change(begin + at, begin + at, b"\\", why)
            else:
                step = 2
                if text[at + 1 : at + 2] in (b"'", b"`"):
                    yield Change(begin + at, begin + at + 1, b"", why)
            at = marks.find(1, at + step)


_TEXT, _CLOSER, _OPENER = range(3)
