"""Every single repair that makes the front and the back of a broken text meet.

A candidate keeps the tokens before `front_index` as the automaton read them, makes its own changes, and goes on with
token `back_index` of the back, from where everything is known to be well formed. Checking one costs a lookup, so all
gaps between the last place where the back makes sense and the first place where the front does not are tried.

Only brackets, commas, colons and quotes are ever inserted: never a key, never a value. Costs say how unlikely the
damage is that a candidate undoes; only their order matters.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from dumpfix.repairing import prices
from dumpfix.repairing.automaton import (
    AFTER,
    AFTER_KEY,
    ERROR,
    FIRST_ELEMENT,
    FIRST_KEY,
    KEY,
    Ahead,
    Back,
    Effort,
    Front,
    Stacks,
    step,
)
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.quotes import OTHER_QUOTES
from dumpfix.repairing.tokens import (
    ATOM,
    CLOSE_ARRAY,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    ELLIPSES,
    OPEN_ARRAY,
    OPEN_OBJECT,
    OPEN_STRING,
    STRING,
    STRUCTURE,
    WORD,
    Text,
    Tokens,
    is_atom,
    lex,
    prepare,
)

# How far before the error a bracket may be missing, and a quote; both in tokens. A wrong quote shows at once, because
# the text of the string after it is no JSON; a wrong bracket may show only at the end.
WINDOW = 512
_QUOTE_WINDOW = 16
# How many bare quotes one string may have, how many of them may look like the ends of strings, how many places inside
# one string are tried for a closing quote, and how long a word may be that is looked at byte by byte.
_MOST_INNER_QUOTES = 400
_MOST_STRUCTURAL = 3
_MOST_PLACES = 512
_LONGEST_WORD = 40
_LONGEST_SEPARATOR = 3
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")
_DEEPEST_IN_TEXT = 8
_VALUE_BEGINNINGS = tuple(bytes((byte,)) for byte in b"-0123456789tfn")

# What an edit costs: a comma is forgotten sooner than a bracket, and a flipped bit leaves a byte that is one bit off.
_INSERT_COST = {COMMA: 0.8, COLON: 0.8, OPEN_OBJECT: 1.5, OPEN_ARRAY: 1.5, CLOSE_OBJECT: 1.5, CLOSE_ARRAY: 1.5}
_DELETE_COST = {COMMA: 0.6, COLON: 1.0, OPEN_OBJECT: 2.0, OPEN_ARRAY: 2.0, CLOSE_OBJECT: 1.6, CLOSE_ARRAY: 1.6}
_BRACKETS = (OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY)
_REPLACE_BRACKET, _REPLACE_FLIPPED, _REPLACE_OTHER = 1.2, 1.0, 3.0
_QUOTE_MISSING, _QUOTE_FLIPPED, _QUOTE_EXTRA, _QUOTE_INNER = 2.0, 1.6, 2.2, 1.0
_STRUCTURAL_QUOTE, _QUOTE_IN_KEY, _QUOTE_OTHER = 1.6, 2.0, 1.0
_CLOSING_QUOTES = tuple(dict.fromkeys(mark for closing in OTHER_QUOTES.values() for mark in closing))
_FLIP_IN_WORD, _DELETE_IN_WORD, _SPLIT_WORD, _QUOTE_WORD = 1.8, 2.2, 1.5, 4.0
# A separator that became the first byte of the number behind it: `"a"81` was `"a":1` or `"a":81`.
_FLIP_TO_SEPARATOR = 1.2
_NAMES = {byte: f"'{chr(byte)}'" for byte in STRUCTURE + b'"'}


class Candidate(NamedTuple):
    """One way to make front and back meet; see the module."""

    cost: float
    changes: tuple[Change, ...]
    front_index: int
    back_index: int


class Site(NamedTuple):
    """A broken text with what is known about it. `tokens` is the front's list, `back.tokens` the back's: the same one
    where the quotes pair up, another where one is missing or too many. `window`: how many tokens before the error are
    looked at."""

    text: Text
    tokens: Tokens
    front: Front
    back: Back | Ahead
    table: Stacks
    effort: Effort
    window: int = WINDOW


def is_one_bit_off(byte: int, other: int) -> bool:
    """Whether one flipped bit makes one byte of the other."""
    return (byte ^ other).bit_count() == 1


def candidates(site: Site) -> Iterator[Candidate]:
    """All single repairs at the gaps where front and back overlap, nearest to the error first."""
    tokens, front, back = site.tokens, site.front, site.back
    known = back.tokens.starts[back.first] if back.first < len(back.tokens) else len(site.text.data)
    lowest = max(0, front.stop - site.window)
    for index in range(min(front.stop, len(tokens)), lowest - 1, -1):
        site.effort.steps += 1
        # A structural repair at a token reaches to the next one at most, one of quotes over many.
        near = index + 2 >= len(tokens) or tokens.starts[index + 2] >= known
        if not near and index < front.stop - _QUOTE_WINDOW:
            break
        if near and tokens is back.tokens:
            yield from _structural(site, index)
        if index < len(tokens):
            yield from _quotes(site, index)
    if front.stop < len(tokens):
        for index in range(front.stop, max(lowest, front.stop - 2) - 1, -1):
            yield from _inside_token(site, index)


def _structural(site: Site, index: int) -> Iterator[Candidate]:
    """Insert, delete or replace one structural token at token `index`."""
    tokens, back, table = site.tokens, site.back, site.table
    state, stack = site.front.states[index], site.front.stacks[index]
    at = tokens.starts[index] if index < len(tokens) else len(site.text.data)
    gap = tokens.ends[index - 1] if index else at
    for kind in _insertable(state, stack, table):
        after, inner = step(kind, state, stack, table)
        if after != ERROR and back.accepts(index, after, inner):
            # A closer follows what it closes; everything else precedes what it separates or opens.
            place = gap if kind in (CLOSE_OBJECT, CLOSE_ARRAY) else at
            cost = _INSERT_COST[kind] + (0.8 if state in (FIRST_KEY, FIRST_ELEMENT) and place == gap else 0.0)
            if kind in (COMMA, COLON) and site.text.data[max(0, gap - 2) : gap] in (b',"', b':"'):
                cost += prices.SEPARATOR_AT_EDGE
            is_choice = kind in (OPEN_OBJECT, OPEN_ARRAY) or (kind == COMMA and _may_be_one(site, index))
            grade = Grade.CHOICE if is_choice else Grade.SYNTAX
            change = Change(place, place, bytes((kind,)), f"{_NAMES[kind]} was missing", grade)
            yield Candidate(cost, (change,), index, index)
    if index >= len(tokens):
        return
    kind, end = tokens.kinds[index], tokens.ends[index]
    if back.accepts(index + 1, state, stack) and not _is_sign(site, index):
        yield Candidate(_deletion_cost(kind, end - at), (_deletion(site.text.data, kind, at, end),), index, index + 1)
    if end - at != 1 or kind == STRING:
        return
    byte = site.text.data[at]
    for other in STRUCTURE:
        if other == kind:
            continue
        after, inner = step(other, state, stack, table)
        if after != ERROR and back.accepts(index + 1, after, inner):
            cost = _replacement_cost(kind, byte, other)
            # At the very beginning it is rather the rest of a text whose head is gone.
            # `["a":1]` may as well be an object in the wrong brackets.
            # A colon in the place of a comma, or the other way round, may be brackets that are missing.
            is_sure = kind in _BRACKETS and other in _BRACKETS and index
            grade = Grade.SYNTAX if is_sure else Grade.CHOICE
            why = f"{_NAMES[other]} stood here as {_NAMES.get(byte, hex(byte))}"
            yield Candidate(cost, (Change(at, end, bytes((other,)), why, grade),), index, index + 1)


def _is_sign(site: Site, index: int) -> bool:
    """Whether token `index` is a minus before a number: without it the number would be another one."""
    tokens, data = site.tokens, site.text.data
    is_minus = tokens.kinds[index] == WORD and data[tokens.starts[index] : tokens.ends[index]] == b"-"
    return is_minus and index + 1 < len(tokens) and tokens.kinds[index + 1] == ATOM


def _may_be_one(site: Site, index: int) -> bool:
    """Whether token `index` and the one before it may belong together, or one of them may not belong here: ``12 345``
    is one number as well, and in an array of other things a bare digit rather slipped in."""
    tokens, data = site.tokens, site.text.data
    if not 0 < index < len(tokens) or ATOM not in (tokens.kinds[index - 1], tokens.kinds[index]):
        return False
    is_number = [data[tokens.starts[at]] in b"-0123456789" for at in (index - 1, index)]
    is_array = not site.table.is_object[site.front.stacks[index]]
    return all(is_number) or (is_array and tokens.kinds[index - 1] != tokens.kinds[index])


def _insertable(state: int, stack: int, table: Stacks) -> bytes:
    """The structural tokens that may be inserted in `state`."""
    closer = b"}" if table.is_object[stack] else b"]"
    if state == AFTER:
        return b"," + closer if stack else b""
    if state == AFTER_KEY:
        return b":"
    if state == FIRST_KEY:
        return closer
    if state == FIRST_ELEMENT:
        return closer + b"{["
    return b"" if state == KEY else b"{["


def _deletion_cost(kind: int, length: int) -> float:
    """Structure is cheap to drop, garbage costs by length, data is dear."""
    if kind in _DELETE_COST:
        return _DELETE_COST[kind]
    return 2.0 + 0.1 * length if kind == WORD else 6.0


def _deletion(data: bytes, kind: int, at: int, end: int) -> Change:
    if kind in STRUCTURE:
        # A bracket too many may as well be what is left of a lost part; a comma or colon is nothing but syntax.
        grade = Grade.CHOICE if kind in _BRACKETS else Grade.SYNTAX
        return Change(at, end, b"", f"{_NAMES[kind]} is one too many", grade)
    return Change(at, end, b"", f"{len(data[at:end])} bytes that are no JSON", Grade.CHOICE)


def _replacement_cost(kind: int, byte: int, other: int) -> float:
    if kind in _BRACKETS and other in _BRACKETS:
        return _REPLACE_BRACKET
    is_near = is_one_bit_off(byte, other) or (other == COMMA and byte in b";|")
    return _REPLACE_FLIPPED if is_near else _REPLACE_OTHER


# ------------------------------------------------------------------------------------------------------- quotes


def _quotes(site: Site, index: int) -> Iterator[Candidate]:
    """Insert, drop, escape or restore one quote at token `index` (several, where quotes stand inside a string)."""
    tokens = site.tokens
    kind, state = tokens.kinds[index], site.front.states[index]
    start, end = tokens.starts[index], tokens.ends[index]
    takes_string = state <= KEY
    after = AFTER if state <= FIRST_ELEMENT else AFTER_KEY
    if kind in (STRING, OPEN_STRING) and site.text.data[start] == STRING:
        if takes_string:
            yield from _closer_missing(site, index, after, start, end)
            yield from _inner_quotes(site, index, after, start)
        yield from _quote_too_many(site, index, state, start)
    elif kind in (WORD, ATOM) and takes_string:
        yield from _opener_missing(site, index, after, start)


def _meets(site: Site, offset: int, state: int, stack: int) -> int:
    """The index of the back's first token at or behind `offset` if the back takes over there in this state, else -1."""
    starts, ends = site.back.tokens.starts, site.back.tokens.ends
    index = bisect_left(starts, offset)
    if (index and ends[index - 1] > offset) or not site.back.accepts(index, state, stack):
        return -1
    return index


def _opener_missing(site: Site, index: int, after: int, start: int) -> Iterator[Candidate]:
    """A word that ends in a quote: its opening quote was dropped, or stands there with a flipped bit."""
    data, stack = site.text.data, site.front.stacks[index]
    quote = site.text.quote(start)
    if quote < 0:
        return
    meeting = _meets(site, quote + 1, after, stack)
    if meeting < 0:
        return
    wrong = next((mark for mark in OTHER_QUOTES if data.startswith(mark, start)), b"")
    if wrong:
        # A quote of another kind stands where the right one should.
        change = Change(start, start + len(wrong), b'"', "an opening quote of another kind")
        yield Candidate(_QUOTE_OTHER, (change,), index, meeting)
        return
    grade = _grade_of_string(data[start:quote])
    insertion = Change(start, start, b'"', "an opening quote was missing", grade)
    yield Candidate(_QUOTE_MISSING, (insertion,), index, meeting)
    if is_one_bit_off(data[start], STRING) and data[start] not in STRUCTURE:
        flipped = Change(start, start + 1, b'"', "an opening quote with a flipped bit", Grade.CHOICE)
        yield Candidate(_flip_cost(data[start]), (flipped,), index, meeting)


def _grade_of_string(text: bytes) -> Grade:
    """How sure it is that ``text`` is one string which only lacks a quote: with pieces of structure in it, bytes may be
    missing between two strings as well."""
    holds_literal = any(b":" + literal in text for literal in (b"null", b"true", b"false"))
    is_elided = text.endswith(ELLIPSES)
    return Grade.CHOICE if _is_open(text) or holds_literal or is_elided or text[:1] == b"\\" else Grade.SYNTAX


def looks_like_structure(text: bytes) -> bool:
    """Whether a text looks like a piece of a document: brackets, bare commas, colons before values."""
    if len(text.translate(None, b"{}[]")) != len(text):
        return True
    if any(not piece[:1].isspace() for piece in text.split(b",")[1:]):
        return True
    return any(
        piece[:1] in _VALUE_BEGINNINGS and not before[-1:].isdigit() for before, piece in pairwise(text.split(b":"))
    )


def _is_open(text: bytes) -> bool:
    """Whether a text leaves a bracket open, or closes one that it did not open."""
    brackets = text.translate(None, _NO_BRACKETS)
    for _ in range(_DEEPEST_IN_TEXT):
        if not brackets:
            return False
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return bool(brackets)


def _flip_cost(byte: int) -> float:
    """Letters, digits and blanks stand at the edge of texts anyway, other neighbours of a quote rather do not."""
    return _QUOTE_MISSING + 0.3 if byte in b"b2 " else _QUOTE_FLIPPED


def _closer_missing(site: Site, index: int, after: int, start: int, end: int) -> Iterator[Candidate]:
    """A string that ran on into the next one: its closing quote belongs before one of the tokens inside it."""
    data, stack, back = site.text.data, site.front.stacks[index], site.back
    starts, kinds = back.tokens.starts, back.tokens.kinds
    first = max(bisect_left(starts, start + 1), back.first)
    for meeting in range(first, min(first + _MOST_PLACES, len(starts) + 1)):
        place = starts[meeting] if meeting < len(starts) else len(data)
        if place >= end and (place > end or end < len(data)):
            break
        if (meeting < len(starts) and kinds[meeting] not in STRUCTURE) or not back.accepts(meeting, after, stack):
            continue
        if meeting == len(starts) and back.tokens.ends and back.tokens.ends[-1] > start:
            continue
        grade = _grade_of_string(data[start + 1 : place])
        wrong = next((mark for mark in _CLOSING_QUOTES if data[start + 1 : place].endswith(mark)), b"")
        if wrong:
            change = Change(place - len(wrong), place, b'"', "a closing quote of another kind", grade)
            yield Candidate(_QUOTE_OTHER, (change,), index, meeting)
            grade = Grade.CHOICE
        insertion = Change(place, place, b'"', "a closing quote was missing", grade)
        yield Candidate(_QUOTE_MISSING, (insertion,), index, meeting)
        if data[start + 1 : place].endswith(b'\\"'):
            freed = Change(place - 2, place - 1, b"", "a backslash before a closing quote")
            yield Candidate(_QUOTE_MISSING - 0.2, (freed,), index, meeting)
        last = data[place - 1]
        if place - 1 > start and is_one_bit_off(last, STRING):
            flipped = Change(place - 1, place, b'"', "a closing quote with a flipped bit", Grade.CHOICE)
            yield Candidate(_flip_cost(last), (flipped,), index, meeting)


def _inner_quotes(site: Site, index: int, after: int, start: int) -> Iterator[Candidate]:
    """A string with bare quotes inside: it closes at a later quote, the ones before are escaped."""
    data, stack, back = site.text.data, site.front.stacks[index], site.back
    known = back.tokens.starts[back.first] if back.first < len(back.tokens) else len(data)
    inner: list[int] = []
    structural = 0
    quote = site.text.quote(start + 1)
    while quote >= 0 and len(inner) < _MOST_INNER_QUOTES:
        if inner and quote + 1 >= known:
            meeting = _meets(site, quote + 1, after, stack)
            if meeting >= 0:
                is_text = after == AFTER and not structural and not _reads_like_more(data, start, inner, quote)
                grade = Grade.SYNTAX if is_text else Grade.CHOICE
                escapes = tuple(Change(at, at, b"\\", "a quote inside a string", grade) for at in inner)
                extra = _STRUCTURAL_QUOTE * structural + (_QUOTE_IN_KEY if after == AFTER_KEY else 0.0)
                yield Candidate(_QUOTE_INNER + 0.05 * len(inner) + extra, escapes, index, meeting)
                if len(inner) == 1:
                    yield _quote_dropped(data, inner[0], start, quote, index, meeting, extra)
                return
        inner.append(quote)
        site.effort.steps += 1
        structural += _looks_structural(data, quote)
        if structural > _MOST_STRUCTURAL:
            return
        quote = site.text.quote(quote + 1)


def _reads_like_more(data: bytes, start: int, inner: list[int], close: int) -> bool:
    """Whether what stands between the quotes in a string looks like what stands between two strings: signs alone."""
    places = [start, *inner, close]
    between = (data[begin + 1 : end].strip() for begin, end in zip(places[1:-1:2], places[2::2], strict=False))
    return any(0 < len(gap) <= _LONGEST_SEPARATOR and not gap.isalnum() for gap in between)


def _quote_dropped(data: bytes, at: int, start: int, close: int, index: int, meeting: int, extra: float) -> Candidate:
    """One bare quote inside a string may also be one that slipped in; rather so in the middle of a word (an inch mark
    follows a number, a quotation stands around words), surely so right beside a real one."""
    beside = at in (start + 1, close - 1)
    is_in_word = data[at - 1 : at].isalnum() and data[at + 1 : at + 2].isalnum()
    removal = Change(at, at + 1, b"", "a quote is one too many", Grade.CHOICE)
    return Candidate(
        _QUOTE_INNER + (-0.6 if beside else -0.2 if is_in_word else 0.3) + extra, (removal,), index, meeting
    )


def _looks_structural(data: bytes, quote: int) -> bool:
    """Whether the quote stands between structure and text, as one that opens or closes a string does."""
    before, behind = data[quote - 1], data[quote + 1] if quote + 1 < len(data) else COMMA
    opens = before in b"{[,:" and behind not in b" ,:}]"
    closes = behind in b",:}]" and before not in b" ,:{["
    return opens or closes


def _quote_too_many(site: Site, index: int, state: int, start: int) -> Iterator[Candidate]:
    """A quote where no string can be: it slipped in."""
    meeting = _meets(site, start + 1, state, site.front.stacks[index])
    if meeting >= 0:
        removal = Change(start, start + 1, b"", "a quote is one too many")
        yield Candidate(_QUOTE_EXTRA, (removal,), index, meeting)


# ------------------------------------------------------------------------------------------- bytes inside one token


def _inside_token(site: Site, index: int) -> Iterator[Candidate]:
    """One byte of a word (or number) flipped back, dropped, or a comma put between its halves."""
    tokens, data = site.tokens, site.text.data
    kind, start, end = tokens.kinds[index], tokens.starts[index], tokens.ends[index]
    if kind not in (WORD, ATOM) or end - start > _LONGEST_WORD or _is_sign(site, index):
        return
    text = data[start:end]
    edited = list(_edited_words(text, start))
    number = _only_number(text, [changed for changed, _, _ in edited if _is_number(changed)])
    for changed, cost, change in edited:
        if changed == number or not _is_number(changed):
            yield from _if_it_reads(site, index, changed, cost, change)
    for at in range(1, len(text)):
        if is_atom(text[:at]) and is_atom(text[at:]):
            is_choice = text[at - 1] in b".0123456789" and text[at] in b"-0123456789"
            grade = Grade.CHOICE if is_choice else Grade.SYNTAX
            comma = Change(start + at, start + at, b",", "',' was missing", grade)
            yield from _if_it_reads(site, index, text[:at] + b"," + text[at:], _SPLIT_WORD, comma)
    literal = _mended_literal(text)
    if literal:
        completed = Change(start, end, literal, "a literal was incomplete")
        yield from _if_it_reads(site, index, literal, 1.0, completed)
    if site.front.states[index] <= KEY and b'"' not in text and kind == WORD:
        quoted = (
            Change(start, start, b'"', "a word without quotes", Grade.CHOICE),
            Change(end, end, b'"', "a word without quotes", Grade.CHOICE),
        )
        yield from _if_it_reads(site, index, b'"' + text + b'"', _QUOTE_WORD, *quoted)


def _edited_words(text: bytes, start: int) -> Iterator[tuple[bytes, float, Change]]:
    """A word with one byte dropped, or one bit flipped back, with what it costs. ``start`` is its offset."""
    for at, byte in enumerate(text):
        place = start + at
        if byte not in _OF_NUMBERS or not _is_number(text[:at] + text[at + 1 :]):
            dropped = Change(place, place + 1, b"", "a byte is one too many", Grade.CHOICE)
            yield text[:at] + text[at + 1 :], _DELETE_IN_WORD, dropped
        for bit in range(8):
            other = byte ^ 1 << bit
            if other not in _PLAUSIBLE or (len(text) == 1 and other not in STRUCTURE):
                continue
            changed = text[:at] + bytes((other,)) + text[at + 1 :]
            flipped = Change(place, place + 1, bytes((other,)), "a byte with a flipped bit", Grade.CHOICE)
            cost = _FLIP_TO_SEPARATOR if other in b",:" and at == 0 else _FLIP_IN_WORD
            yield changed, cost, flipped


def _only_number(text: bytes, numbers: list[bytes]) -> bytes | None:
    """The number that a damaged word was: a flipped bit is likelier than a byte that slipped in.

    None where two would do, or where what makes it no number is a sign that people write beside numbers.
    """
    if text[:1] in _CURRENCIES or text[-1:] == b"%":
        return None
    flipped = {number for number in numbers if len(number) == len(text)}
    found = flipped or set(numbers)
    return found.pop() if len(found) == 1 else None


def _is_number(text: bytes) -> bool:
    return text[:1] in _NUMBER_BEGINNINGS and is_atom(text)


_CURRENCIES = (b"$",)
#: without one of these a number would be another one
_OF_NUMBERS = frozenset(b"-+.eE")
_NUMBER_BEGINNINGS = tuple(bytes((byte,)) for byte in b"-0123456789")
_PLAUSIBLE = frozenset(STRUCTURE + b"0123456789.-+eE" + b"truefalsn")


def _mended_literal(text: bytes) -> bytes:
    """The literal of which one byte was dropped, if `text` is one: such a word has no other reading."""
    for literal in (b"true", b"false", b"null"):
        if len(text) == len(literal) - 1 and any(
            literal[:at] + literal[at + 1 :] == text for at in range(len(literal))
        ):
            return literal
    return b""


def _if_it_reads(site: Site, index: int, text: bytes, cost: float, *changes: Change) -> Iterator[Candidate]:
    """The candidate that puts `text` in the place of token `index`, if front and back meet behind it."""
    state, stack = site.front.states[index], site.front.stacks[index]
    if text:
        inner = lex(prepare(text))
        if inner.changes:
            return
        for kind in inner.kinds:
            state, stack = step(kind, state, stack, site.table)
            if state == ERROR:
                return
    meeting = _meets(site, site.tokens.ends[index], state, stack)
    if meeting >= 0:
        yield Candidate(cost, changes, index, meeting)
