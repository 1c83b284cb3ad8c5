"""The second judge: every single byte that may have been lost, slipped in, changed or changed places near a repair.

It shares no search with `candidates`: it edits bytes, and asks a JSON parser whether the neighbourhood reads, between
what the automaton knows before it and what it knows behind it. A repair may say that nothing was lost only if no other
value comes out at nearly the same price; a rival that is cheaper takes its place.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import orjson

from dumpfix.repairing import prices
from dumpfix.repairing.automaton import AFTER, AFTER_KEY, FIRST_ELEMENT, FIRST_KEY, KEY, VALUE, Back, Stacks
from dumpfix.repairing.candidates import is_odd_digit
from dumpfix.repairing.pieces import Change, Grade, apply_changes
from dumpfix.repairing.quoting import ESCAPED_DOCUMENTS, looks_like_structure
from dumpfix.repairing.site import Candidate, Site, one_bit_off, separator_price
from dumpfix.repairing.tokens import (
    CLOSE_ARRAY,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    OPEN_STRING,
    PRINTABLE,
    STRING,
    STRUCTURE,
    Tokens,
)

# How many bytes on both sides of a place are tried, how far the neighbourhood reaches for a place where it may begin
# or end, in tokens and in bytes, and how deep it may lie.
REACH = 3
_TOKENS = 6
_LONGEST = 2048
_DEEPEST = 64
_NEAR = 64
SLIPPED_IN, LOST_QUOTE = "a byte slipped in", "'\"' was missing"
_SIGNS = STRUCTURE + b'"'
_SIGN_SET = frozenset(bytes((sign,)) for sign in _SIGNS)
_BLANKS = frozenset((b"", b" ", b"\t", b"\r", b"\n"))
_OF_NUMBERS = b"0123456789.-"
_OF_WORDS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
_UNKNOWN = b"0"
_FILLERS = {VALUE: b"", FIRST_ELEMENT: b"", FIRST_KEY: b"", KEY: b'"":0,', AFTER_KEY: b'""', AFTER: b"0"}


Damage = tuple[float, int, bytes, str]
"""What a byte may have met with: its price, where what it left ends, what undoes it, its name."""


class Neighbourhood:
    """The bytes [begin, end) around a place, and what stands for everything before and behind them."""

    def __init__(self, site: Site, begin: int, end: int, head: bytes, tail: bytes) -> None:
        self.begin, self.end = begin, end
        self.head, self.tail = head, tail
        # What JSON does not allow in strings would hide every rival beside it; the judge asks for structure only.
        self.plain = site.text.data[begin:end].translate(PRINTABLE)
        front, back = site.tokens.changes, site.back.tokens.changes
        known = {each for each in (front if front is back else front + back) if begin <= each.at and each.end <= end}
        self.dialect = sorted(each._replace(at=each.at - begin, end=each.end - begin) for each in known)
        bare = self.plain.replace(b"\\\\", b"\0\0").replace(b'\\"', b"\0\0")
        #: whether its quotes come in pairs; -1 where other languages have quotes of their own
        self.parity = -1 if self.dialect else bare.count(b'"') & 1
        #: whether every quote in it is one: then much is told without a parser
        self.is_plain = not self.dialect and b"\\" not in self.plain
        #: the plain text by what its bytes are to JSON's structure
        self.outline = _outline(self.plain) if self.is_plain else b""
        self.is_sound = self.is_plain and not self.parity and self._is_json(self.plain)

    def asks(self, at: int) -> int:
        """Which damages at a byte may be one: any, one of a quote alone, or none."""
        if not self.is_plain or self.is_sound:
            return _ANY
        if self.parity:
            return _OF_A_QUOTE
        at -= self.begin
        return _NONE if at and self.outline[at - 1] in _IN_STRING and b'"' not in self.plain[at : at + 2] else _ANY

    def undone(self, at: int, damages: list[Damage]) -> Iterator[Damage]:
        """Those of the damages at a byte whose undoing makes the neighbourhood well formed."""
        text, outline, origin = self.plain, self.outline, self.begin
        at -= origin
        # Much is told without a parser. Inside a string nothing changes, and outside two signs do not fit.
        is_told = self.is_plain and at > 0
        is_inside = is_told and outline[at - 1] in _IN_STRING
        before = outline[:at].rstrip(b" ")[-1:] if is_told else b""
        for damage in damages:
            _, end, insert, _ = damage
            end -= origin
            quotes = text.count(b'"', at, end) + insert.count(b'"')
            if quotes & 1 == 1 - self.parity and (self.is_plain or b"\\" not in text[max(0, at - 1) : end]):
                # One quote is left over.
                continue
            if is_told and not quotes:
                chain = before + insert.translate(_SIGNS_ALONE) + self._sign(end)
                may_read = self.is_sound if is_inside else _fit_together(chain)
            else:
                may_read = not is_told or insert != b'"' or self._pairs(at, end, is_inside)
            if not may_read:
                continue
            if self.dialect:
                around = [each for each in self.dialect if each.end <= at or each.at >= end]
                mended = apply_changes(text, sorted([*around, Change(at, end, insert, "")]))
            else:
                mended = text[:at] + insert + text[end:]
            if self._is_json(mended):
                yield damage

    def _sign(self, at: int) -> bytes:
        """The first sign from `at` on, blanks aside."""
        sign = self.outline[at : at + 1]
        return sign if sign != b" " else self.outline[at:].lstrip(b" ")[:1]

    def _pairs(self, at: int, end: int, is_inside: bool) -> bool:
        """Whether a quote in the place of [at, end), which has none, closes a string where one may end, or opens one
        that ends where one may."""
        if not is_inside:
            if self.plain[:at].rstrip(b" ")[-1:] not in _BEFORE_STRINGS:
                return False
            end = self.plain.find(b'"', end) + 1
        return self.plain[end : end + _NEAR].lstrip(b" ")[:1] in _BEHIND_STRINGS

    def _is_json(self, text: bytes) -> bool:
        try:
            orjson.loads(self.head + text + self.tail)
        except ValueError:
            return False
        return True


@cache
def _fit_together(chain: bytes) -> bool:
    """Whether each of a few signs may stand beside the next."""
    return not any(pair in _MISFITS for pair in pairwise(chain))


def _outline(plain: bytes) -> bytes:
    """A text without backslashes by what its bytes are to JSON's structure: signs, blanks, parts of a string or of
    something else; an opening quote is told from a closing one."""
    parts: list[bytes] = []
    for at, piece in enumerate(plain.split(b'"')):
        parts += (b"\2", b"\1" * len(piece), b'"') if at & 1 else (piece.translate(_SIGNS_ALONE),)
    return b"".join(parts)


_ANY, _OF_A_QUOTE, _NONE = range(3)
_BEFORE_STRINGS = frozenset((b"", b"{", b"[", b",", b":"))
_BEHIND_STRINGS = frozenset((b"", b":", b",", b"}", b"]"))
_IN_STRING, _BLANK = b"\1\2", 0x20
_SIGNS_ALONE = bytes(byte if byte in STRUCTURE + b" " else 0x30 for byte in range(256))
#: what may follow each sign, blanks aside
_NEXT = {b"{": b"\2}", b"[": b"\2{[]0", b",": b"\2{[0", b":": b"\2{[0", b'"': b",:}]", b"}]": b",}]", b"0": b",}]0"}
_MISFITS = frozenset(
    (one, other) for signs, fitting in _NEXT.items() for one in signs for other in b'\2"{}[],:0' if other not in fitting
)


def neighbourhood(site: Site, place: int) -> Neighbourhood | None:
    """What lies around byte `place`; None where front and back do not reach so far."""
    front, back, tokens = site.front, site.back, site.tokens
    if not isinstance(back, Back):
        return None
    first = max(0, bisect_right(tokens.starts, max(0, place - REACH - 1)) - _TOKENS)
    # A key without quotes has one inserted right before its colon.
    first -= 0 < first < len(tokens) and tokens.kinds[first] == COLON
    last = bisect_left(back.tokens.starts, place + REACH + 1)
    size = len(back.tokens)
    while last < size and (
        back.tokens.kinds[last] not in (COMMA, CLOSE_OBJECT, CLOSE_ARRAY) or not back.masks[last] >> AFTER & 1
    ):
        last += 1
    if first > front.stop or last < back.first:
        return None
    begin = tokens.starts[first] if first < len(tokens) else len(site.text.data)
    end = back.tokens.starts[last] if last < size else len(site.text.data)
    stack, need = front.stacks[first], back.needs[last]
    if end - begin > _LONGEST or max(site.table.depth[stack], site.table.depth[need]) > _DEEPEST:
        return None
    head = _openers(site.table, stack) + _FILLERS[front.states[first]]
    if front.states[first] in (VALUE, AFTER) and stack and site.table.is_object[stack]:
        head = _openers(site.table, stack) + b'"":' + _FILLERS[front.states[first]]
    return Neighbourhood(site, begin, end, head, site.table.closers(need))


def _openers(table: Stacks, stack: int) -> bytes:
    """The brackets that open the containers of a stack, each member of an object with a key."""
    out: list[bytes] = []
    while stack:
        inner = bool(out)
        out.append((b'{"":' if inner else b"{") if table.is_object[stack] else b"[")
        stack = table.parent[stack]
    return b"".join(reversed(out))


def rivals(site: Site, places: list[int], most: float) -> Iterator[Candidate]:
    """The single damages around `places` that cost at most `most` and whose undoing reads, as candidates.

    One that lost a byte of data has `back_index` -1: nobody knows what it says.
    """
    data = site.text.data
    seen: set[int] = set()
    around: Neighbourhood | None = None
    for place in places:
        if around is None or not around.begin <= place - REACH <= place + REACH <= around.end:
            around = neighbourhood(site, place)
        if around is None:
            continue
        for at in range(max(around.begin, place - REACH), min(around.end, place + REACH) + 1):
            if at in seen:
                continue
            seen.add(at)
            asked = around.asks(at)
            if asked == _NONE:
                continue
            damages = [each for each in _single_damages(data, at, most, asked) if each[1] <= around.end]
            site.effort.steps += len(damages)
            for price, end, insert, why in around.undone(at, damages):
                yield _as_candidate(site, price, Change(at, end, insert, why, Grade.CHOICE))


def _single_damages(data: bytes, at: int, most: float, asked: int) -> Iterator[Damage]:
    """Every single damage at byte `at` that costs at most `most`."""
    byte, other = data[at : at + 1], data[at + 1 : at + 2]
    is_any = asked == _ANY
    is_behind_blank = data[at - 1 : at] in _BLANKS and at > 0
    for sign, price, why in _LOST_SIGNS if is_any else _LOST_QUOTE:
        # Behind a blank a sign says what it says before it; a quote does not.
        if price <= most and not (is_behind_blank and sign != b'"'):
            yield price, at, sign, why
    if is_any and most >= prices.LOST_DATA:
        yield prices.LOST_DATA, at, _UNKNOWN, "a byte was lost"
    is_quote = byte == b'"'
    if not byte or not (is_any or is_quote or _FLIPPED_TO_QUOTE[byte[0]]):
        return
    price = prices.EXTRA.get(byte[0], prices.EXTRA_BYTE)
    if (is_any or is_quote) and price <= most and not _may_be_of_number(data, at):
        yield price, at + 1, b"", SLIPPED_IN
    price = _swap_price(byte, other) if is_any else prices.NEVER
    if price <= most:
        price += prices.DOUBLED * (other == data[at + 2 : at + 3])
        if price <= most:
            yield price, at + 2, other + byte, "two neighbours changed places"
    if most >= prices.FLIPPED:
        in_word = is_quote and (data[at - 1 : at].isalnum() or data[at - 1 : at] == b'"') and other.isalnum()
        price = prices.FLIPPED_TO_QUOTE if is_quote else prices.FLIPPED
        table = _FLIPPED if is_any or is_quote else _FLIPPED_TO_QUOTE
        for meant in _FLIPPED_IN_WORDS if in_word else table[byte[0]]:
            cost = prices.FLIPPED_QUOTE if meant == b'"' else price
            yield cost, at + 1, meant, "a byte with a flipped bit"


def _may_be_of_number(data: bytes, at: int) -> bool:
    """Whether the byte at `at` may be a part of a number beside it, or a sign that people write there."""
    beside = (data[max(0, at - 2) : at].strip()[-1:], data[at + 1 : at + 3].strip()[:1])
    return any(each.isdigit() for each in beside) and (
        data[at] not in _SIGNS or (beside[0].isdigit() and beside[1].isdigit())
    )


_LOST_SIGNS = [(bytes((sign,)), price, f"'{chr(sign)}' was missing") for sign, price in prices.LOST.items()]
_LOST_QUOTE = [each for each in _LOST_SIGNS if each[0] == b'"']
_FLIPPED, _FLIPPED_TO_QUOTE = one_bit_off(_SIGNS), one_bit_off(b'"')
for _separator in b",:":
    _FLIPPED[_separator] = one_bit_off(_SIGNS + _OF_NUMBERS)[_separator]
_FLIPPED_IN_WORDS = one_bit_off(_SIGNS + _OF_WORDS)[STRING]


def _swap_price(one: bytes, other: bytes) -> float:
    """The price of two neighbours that changed places: two signs, or a sign and a letter or digit."""
    if one == other or one in _BLANKS or other in _BLANKS:
        return prices.NEVER
    if one in _SIGN_SET and other in _SIGN_SET:
        return prices.SWAPPED
    if (one in _SIGN_SET and other.isalnum()) or (other in _SIGN_SET and one.isalnum()):
        return prices.SWAPPED_DIGIT if one.isdigit() or other.isdigit() else prices.SWAPPED_LETTER
    return prices.NEVER


def _string_at(site: Site, change: Change) -> bytes:
    """The text of the string that a change of a quote makes; empty if it changes none."""
    data, _, plain = site.text
    if b'"' not in data[change.at : change.end] + change.insert:
        return b""
    opening = plain.rfind(b'"', max(0, change.at - _NEAR), change.at)
    closing = plain.find(b'"', change.end, change.end + _NEAR)
    inside = data[opening + 1 if opening >= 0 else max(0, change.at - _NEAR) : change.at]
    rest = data[change.end : closing if closing >= 0 else change.end + _NEAR]
    left, quote, right = change.insert.partition(b'"')
    if not quote:
        return inside + change.insert + rest
    closes = _is_inside(site.tokens, change.at)
    if b'"' in data[change.at : change.end] and not (left if closes else right):
        # A quote that moves inwards makes no string of what was none.
        return b""
    return inside + left if closes else right + rest


def _is_inside(tokens: Tokens, at: int) -> bool:
    """Whether offset `at` lies inside a string, or at its closing quote."""
    index = bisect_right(tokens.starts, at) - 1
    return (
        index >= 0 and tokens.kinds[index] in (STRING, OPEN_STRING) and tokens.starts[index] < at < tokens.ends[index]
    )


def _oddness(text: bytes) -> float:
    """What a string costs that hardly anyone writes: structure in it, a separator or blank at its edge."""
    # A document in a string has its quotes escaped, so it is text like any other.
    is_odd = b"\n" in text or (looks_like_structure(text) if b'\\"' not in text else text.endswith((b"{", b"[")))
    price = prices.STRUCTURE_IN_TEXT * is_odd
    edges = text[:1] + text[-1:]
    if any(edge in b",:" for edge in edges):
        price += prices.SEPARATOR_AT_EDGE
    return price + prices.BLANK_AT_EDGE * (text != text.strip())


def _as_candidate(site: Site, price: float, change: Change) -> Candidate:
    """A rival as the structure's search has its own."""
    text = _string_at(site, change)
    price += _oddness(text)
    if not text and change.insert == b'"' and change.end > change.at and b'""' not in site.text.data:
        # Where no other text is empty, one that would be rather has this one letter.
        price += prices.BLANK_AT_EDGE
    if change.insert in (b",", b":") and change.end == change.at:
        price += separator_price(site.text.data, change.at, change.at)
    index = bisect_left(site.tokens.starts, change.end)
    if change.insert == b"," and index <= site.front.stop and is_odd_digit(site, index):
        price += prices.ODD_DIGIT
    front = bisect_right(site.tokens.ends, change.at)
    back = -1 if change.insert == _UNKNOWN else bisect_left(site.back.tokens.starts, change.end)
    if change.insert == b'"' and site.text.data.startswith(ESCAPED_DOCUMENTS, change.end):
        # Escaped quotes stand inside of strings alone.
        change = change._replace(grade=Grade.SYNTAX)
    return Candidate(price, (change,), front, back)
