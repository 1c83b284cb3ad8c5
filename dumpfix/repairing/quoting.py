"""Every single repair of a quote: missing, too many, of another kind, with a flipped bit, bare inside a string."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from dumpfix.json.validity import scan_value
from dumpfix.repairing import prices
from dumpfix.repairing.atoms import LITERALS
from dumpfix.repairing.automaton import AFTER, AFTER_KEY, FIRST_ELEMENT, FIRST_KEY, KEY
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.quotes import OTHER_QUOTES
from dumpfix.repairing.site import Candidate, Site, is_one_bit_off, meets
from dumpfix.repairing.tokens import ATOM, COMMA, OPEN_STRING, STRING, STRUCTURE, WORD, Text
from dumpfix.repairing.torn import is_number_cut_short, is_of_words, looks_torn, may_go_on

BARE_QUOTES = "a quote inside a string"
# How many bare quotes one string may have, how many of them may look like the ends of strings, and how many places
# inside one string are tried for a closing quote.
_MOST_INNER_QUOTES = 400
_MOST_STRUCTURAL = 3
_MOST_PLACES = 512
_LONGEST_SEPARATOR = 3
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")
_DEEPEST_IN_TEXT = 8
_VALUE_BEGINNINGS = tuple(bytes((byte,)) for byte in b"-0123456789tfn")
_OF_NAMES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-."
_LONGEST_KEY = 64
_COLON_AND_BLANK = b'": '
ESCAPED_DOCUMENTS = (b'{\\"', b'[{\\"', b'[\\"')
_BRACKETS_ALONE = (b'"{"', b'"["')
_QUOTABLE = (STRING, OPEN_STRING, WORD, ATOM)
_CLOSING_QUOTES = tuple(dict.fromkeys(mark for closing in OTHER_QUOTES.values() for mark in closing))


def first_with_inner_quotes(text: Text, known: int) -> int:
    """The offset before which no string begins that may have bare quotes inside and end behind `known`: there would be
    too many among them that look like the ends of strings."""
    quote, left = max(known - 1, 0), _MOST_STRUCTURAL
    while left >= 0:
        quote = text.plain.rfind(b'"', 0, quote)
        if quote < 0:
            return 0
        left -= _looks_structural(text.data, quote)
    return quote


def quote_repairs(site: Site, index: int, inner_from: int) -> Iterable[Candidate]:
    """Insert, drop, escape or restore one quote at token `index` (several, where quotes stand inside a string, which
    begins at `inner_from` or later)."""
    tokens = site.tokens
    kind, state = tokens.kinds[index], site.front.states[index]
    is_odd = tokens is not site.back.tokens  # else no quote is missing and none too many
    takes_string = state <= KEY
    if kind not in _QUOTABLE or not (is_odd or takes_string):
        return ()
    start, end = tokens.starts[index], tokens.ends[index]
    after = AFTER if state <= FIRST_ELEMENT else AFTER_KEY
    if kind in (STRING, OPEN_STRING) and site.text.data[start] == STRING:
        found: list[Iterator[Candidate]] = []
        if takes_string and is_odd:
            found.append(_closer_missing(site, index, after, start, end))
        if takes_string and start >= inner_from:
            found.append(_inner_quotes(site, index, after, start))
        if takes_string and site.text.data[start + 1 : start + 2] in (b"{", b"["):
            found.append(_document_in_string(site, index, after, start))
        if is_odd:
            found.append(_quote_too_many(site, index, state, start))
        return chain.from_iterable(found)
    is_bare = kind in (WORD, ATOM) and takes_string and is_odd
    return _opener_missing(site, index, after, start) if is_bare else ()


def _opener_missing(site: Site, index: int, after: int, start: int) -> Iterator[Candidate]:
    """A word that ends in a quote: its opening quote was dropped, or stands there with a flipped bit."""
    data, stack = site.text.data, site.front.stacks[index]
    quote = site.text.plain.find(b'"', start)
    if quote < 0:
        return
    meeting = meets(site, quote + 1, after, stack)
    if meeting < 0:
        return
    wrong = next((mark for mark in OTHER_QUOTES if data.startswith(mark, start)), b"")
    if wrong:
        # A quote of another kind stands where the right one should.
        change = Change(start, start + len(wrong), b'"', "an opening quote of another kind")
        yield Candidate(prices.OTHER_QUOTE, (change,), index, meeting)
        return
    # A blank where no other colon has one is rather a part of the text, and its beginning is gone.
    is_odd = data[start - 1 : start] == b" " and data.count(_COLON_AND_BLANK) == 1
    is_odd = is_odd or (quote == start + 1 and (after == AFTER or is_one_bit_off(data[start], site.quote)))
    is_odd = is_odd or (after == AFTER_KEY and _ends_another_key(data, start, quote))
    is_key = after == AFTER_KEY
    grade, price = _grade_of_string(data, start, quote, is_key=is_key, lacks_front=True)
    insertion = Change(start, start, b'"', "an opening quote was missing", Grade.CHOICE if is_odd else grade)
    yield Candidate(price, (insertion,), index, meeting)
    if quote > start + 1 and is_one_bit_off(data[start], site.quote) and data[start] not in STRUCTURE:
        flipped = Change(start, start + 1, b'"', "an opening quote with a flipped bit", Grade.CHOICE)
        yield Candidate(_flip_cost(data[start], b"bg"), (flipped,), index, meeting)


def _ends_another_key(data: bytes, start: int, quote: int) -> bool:
    """Whether a key that lacks its first quote is the end of a longer one elsewhere: `ce":` of `"price":`."""
    text = data[start : quote + 2]
    return data.count(text) > _ELSEWHERE and b'"' + text not in data


def _begins_another_key(data: bytes, start: int, place: int) -> bool:
    """Whether a key that lacks its last quote is the beginning of a longer one elsewhere: `"sen` of `"sensor":`."""
    text = data[start:place]
    return data.count(text) > _ELSEWHERE and text + b'"' not in data


# A key that stands only once elsewhere may be another one of the same object.
_ELSEWHERE = 2


def _grade_of_string(data: bytes, begin: int, end: int, *, is_key: bool, lacks_front: bool) -> tuple[Grade, float]:
    """How sure it is that [begin, end) is one string which only lacks a quote, and what it costs: with pieces of
    structure in it, bytes may be missing between two strings as well."""
    text = data[begin:end]
    holds_literal = any(b":" + literal in text for literal in LITERALS)
    is_bare = text != b"" and not any(chr(byte).isalnum() or byte >= 0x80 for byte in text)
    is_odd = (
        _is_open(text)
        or holds_literal
        or is_bare
        or is_number_cut_short(text)
        or (b'\\"' not in text and (text[:1] in _OF_STRUCTURE or any(each in text for each in _BESIDE_VALUES)))
        # An empty text where there is no other is rather what is left of a longer one.
        or (not text and b'""' not in data)
    )
    is_no_key = is_key and (not text or len(text.translate(None, _NOT_IN_KEYS)) != len(text))
    if is_odd or is_no_key or looks_torn(text, lacks_front=lacks_front):
        is_document = text[:1] in (b"{", b"[") and text[-1:] in (b"}", b"]") and not _is_open(text)
        return Grade.CHOICE, prices.LOST[STRING] + prices.TORN * (not is_document)
    is_open_ended = not is_key and not lacks_front and may_go_on(data, begin, end)
    return Grade.CHOICE if is_open_ended else Grade.SYNTAX, prices.LOST[STRING]


_OF_STRUCTURE = (b"{", b"[", b":", b",")
_BESIDE_VALUES = (b":[", b":{", b"},", b"],")
_NOT_IN_KEYS = b"?!*;|~^%=+<>(){}[],'`"


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


def _flip_cost(byte: int, usual: bytes) -> float:
    """Some signs stand at the edge of texts anyway, other neighbours of a quote rather do not."""
    return prices.LOST[STRING] + 0.3 if byte in usual else prices.FLIPPED_INTO_SIGN


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
        grade, price = _grade_of_string(data, start + 1, place, is_key=after == AFTER_KEY, lacks_front=False)
        if after == AFTER_KEY and _begins_another_key(data, start, place):
            grade = Grade.CHOICE
        wrong = next((mark for mark in _CLOSING_QUOTES if data[start + 1 : place].endswith(mark)), b"")
        if wrong:
            change = Change(place - len(wrong), place, b'"', "a closing quote of another kind", grade)
            yield Candidate(prices.OTHER_QUOTE, (change,), index, meeting)
            grade = Grade.CHOICE
        insertion = Change(place, place, b'"', "a closing quote was missing", grade)
        yield Candidate(price, (insertion,), index, meeting)
        if data[start + 1 : place].endswith(b'\\"'):
            freed = Change(place - 2, place - 1, b"", "a backslash before a closing quote")
            yield Candidate(prices.LOST[STRING] - 0.2, (freed,), index, meeting)
        last = data[place - 1]
        if place - 2 > start and is_one_bit_off(last, site.quote):
            flipped = Change(place - 1, place, b'"', "a closing quote with a flipped bit", Grade.CHOICE)
            yield Candidate(_flip_cost(last, b"b2g7%"), (flipped,), index, meeting)


def _inner_quotes(site: Site, index: int, after: int, start: int) -> Iterator[Candidate]:
    """A string with bare quotes inside: it closes at a later quote, the ones before are escaped."""
    data, stack, back = site.text.data, site.front.stacks[index], site.back
    known = back.tokens.starts[back.first] if back.first < len(back.tokens) else len(data)
    inner: list[int] = []
    structural = 0
    find = site.text.plain.find
    quote = find(b'"', start + 1)
    while quote >= 0 and len(inner) < _MOST_INNER_QUOTES:
        if inner and quote + 1 >= known:
            meeting = meets(site, quote + 1, after, stack)
            if meeting >= 0:
                is_text = (
                    after == AFTER
                    and not structural
                    and data[inner[0] - 1 : inner[0]] != b"\\"
                    # The sign between a backslash and a quote may have slipped in.
                    and not (len(inner) == 1 and data[inner[0] - 2 : inner[0] - 1] == b"\\")
                    and not _reads_like_more(data, start, inner, quote)
                )
                # Where no backslash is left all escapes may be gone, and which quotes had one is anyone's guess.
                grade = Grade.SYNTAX if is_text and b"\\" in data else Grade.CHOICE
                escapes = tuple(Change(at, at, b"\\", BARE_QUOTES, grade) for at in inner)
                apart = sum(not gap for gap in _between(data, start, inner, quote))
                extra = prices.STRUCTURE_IN_TEXT * (structural + apart)
                extra += prices.IN_KEY if after == AFTER_KEY else 0.0
                yield Candidate(prices.BARE_QUOTE + 0.05 * len(inner) + extra, escapes, index, meeting)
                if len(inner) == 1:
                    if is_one_bit_off(data[inner[0] - 1], 0x5C):
                        flipped = Change(inner[0] - 1, inner[0], b"\\", "a backslash with a flipped bit", Grade.CHOICE)
                        is_letter = data[inner[0] - 1 : inner[0]].isalpha()
                        yield Candidate(prices.BARE_QUOTE + 0.4 * is_letter + extra, (flipped,), index, meeting)
                    elif b'\\"' in data[start : inner[0]] and data[start:quote].count(b'\\"') & 1:
                        # Escaped, the quotes inside come in pairs.
                        extra += prices.UNPAIRED
                    yield _quote_dropped(data, inner[0], start, quote, index, meeting, extra)
                return
        inner.append(quote)
        site.effort.steps += 1
        structural += _looks_structural(data, quote)
        if structural > _MOST_STRUCTURAL:
            return
        quote = find(b'"', quote + 1)


def _document_in_string(site: Site, index: int, after: int, start: int) -> Iterator[Candidate]:
    """A string that holds a whole document whose quotes are bare: `"{"a":1}"`."""
    data = site.text.data
    found = scan_value(data, start + 1, len(data))
    site.effort.steps += found.at - start
    if found.state != "complete" or data[found.at : found.at + 1] != b'"':
        return
    meeting = meets(site, found.at + 1, after, site.front.stacks[index])
    if meeting >= 0:
        why = "a document inside a string"
        places = [at for at in range(start + 1, found.at) if data[at] in b'"\\']
        changes = tuple(Change(at, at, b"\\", why, Grade.CHOICE) for at in places)
        yield Candidate(prices.BARE_QUOTE, changes, index, meeting)


def _reads_like_more(data: bytes, start: int, inner: list[int], close: int) -> bool:
    """Whether what stands between the quotes in a string looks like what stands between two strings: signs alone."""
    between = _between(data, start, inner, close)
    return any(len(gap) <= _LONGEST_SEPARATOR and not gap.isalnum() for gap in between)


def _between(data: bytes, start: int, inner: list[int], close: int) -> list[bytes]:
    """What stands between the strings that the quotes would make, if none of them were text; without blanks."""
    places = [start, *inner, close]
    return [data[begin + 1 : end].strip() for begin, end in zip(places[1:-1:2], places[2:-1:2], strict=False)]


def _quote_dropped(data: bytes, at: int, start: int, close: int, index: int, meeting: int, extra: float) -> Candidate:
    """One bare quote inside a string may also be one that slipped in; rather so in the middle of a word (an inch mark
    follows a number, a quotation stands around words), surely so right beside a real one."""
    beside = at in (start + 1, close - 1)
    is_in_word = data[at - 1 : at].isalnum() and data[at + 1 : at + 2].isalnum()
    removal = Change(at, at + 1, b"", "a quote is one too many", Grade.CHOICE)
    return Candidate(
        prices.BARE_QUOTE + (-0.6 if beside else -0.2 if is_in_word else 0.3) + extra, (removal,), index, meeting
    )


def _looks_structural(data: bytes, quote: int) -> bool:
    """Whether the quote stands between structure and text, as one that opens or closes a string does."""
    before, behind = data[quote - 1], data[quote + 1] if quote + 1 < len(data) else COMMA
    if before == 0x20 and _follows_key(data[max(0, quote - _LONGEST_KEY) : quote]):
        return True
    opens = before in b"{[,:" and behind not in b" ,:}]"
    closes = behind in b",:}]" and before not in b" ,:{["
    return opens or closes


def _follows_key(text: bytes) -> bool:
    """Whether a text ends in a comma or brace, a word and a colon, as the one before the value of a member does."""
    before, colon, rest = text.rpartition(b":")
    name = before.rstrip(b"\"' ")
    word = name.rstrip(_OF_NAMES)
    return bool(colon) and not rest.strip() and word != name and word.rstrip(b"\"' ")[-1:] in (b",", b"{")


def _quote_too_many(site: Site, index: int, state: int, start: int) -> Iterator[Candidate]:
    """A quote where no string can be: it slipped in."""
    data = site.text.data
    meeting = meets(site, start + 1, state, site.front.stacks[index])
    if meeting >= 0:
        # Behind a brace it is rather what is left of the first key; before a letter one with a flipped bit,
        # behind a key and before a text what is left of several members.
        is_doubled = data[start : start + 2] == b'""' and is_of_words(data[start + 2 : start + 3])
        is_doubled = is_doubled or data.startswith((b'"":"', b'"":{', b'"":['), start - 1)
        # A text that is empty may be a quote that lost its backslash, one that is a bracket a document that was cut.
        is_doubled = is_doubled or b'"""' in data[max(0, start - 2) : start + 3]
        is_doubled = is_doubled or (index == 1 and data[:start].strip() in _BRACKETS_ALONE)
        grade = Grade.CHOICE if state == FIRST_KEY or is_doubled else Grade.SYNTAX
        removal = Change(start, start + 1, b"", "a quote is one too many", grade)
        yield Candidate(prices.EXTRA[STRING], (removal,), index, meeting)
