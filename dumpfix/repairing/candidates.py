"""Every single repair that makes the front and the back of a broken text meet.

A candidate keeps the tokens before `front_index` as the automaton read them, makes its own changes, and goes on with
token `back_index` of the back, from where everything is known to be well formed. Checking one costs a lookup, so all
gaps between the last place where the back makes sense and the first place where the front does not are tried.

Only brackets, commas, colons and quotes are ever inserted: never a key, never a value. Costs say how unlikely the
damage is that a candidate undoes; only their order matters.
"""

from collections.abc import Iterator

from dumpfix.repairing import prices
from dumpfix.repairing.automaton import AFTER, AFTER_KEY, ERROR, FIRST_ELEMENT, FIRST_KEY, KEY, Stacks, step
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.quoting import first_with_inner_quotes, quote_repairs
from dumpfix.repairing.site import Candidate, Site, is_one_bit_off, is_sign, separator_price
from dumpfix.repairing.tokens import (
    ATOM,
    CLOSE_ARRAY,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    OPEN_ARRAY,
    OPEN_OBJECT,
    STRING,
    STRUCTURE,
    WORD,
)
from dumpfix.repairing.words import word_repairs

# How many tokens before the error a quote may be wrong: it shows at once, because the text of the string after it is no
# JSON.
_QUOTE_WINDOW = 16
# How many tokens a list without brackets has, so that it is no lost stretch: three values and the commas between them.
_FEWEST_OF_A_LIST = 5
_MOST_COMMAS = 256
_BRACKETS = (OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY)
_LATE_COMMA = b","
NO_JSON = "bytes that are no JSON"
_NAMES = {byte: f"'{chr(byte)}'" for byte in STRUCTURE + b'"'}


def candidates(site: Site) -> Iterator[Candidate]:
    """All single repairs at the gaps where front and back overlap, nearest to the error first."""
    tokens, front, back = site.tokens, site.front, site.back
    known = back.tokens.starts[back.first] if back.first < len(back.tokens) else len(site.text.data)
    lowest, size = max(0, front.stop - site.window), len(tokens)
    inner_from = first_with_inner_quotes(site.text, known)
    for index in range(min(front.stop, size), lowest - 1, -1):
        site.effort.steps += 1
        # A structural repair at a token reaches to the next one at most, one of quotes over many.
        near = index + 2 >= size or tokens.starts[index + 2] >= known
        if not near and index < front.stop - _QUOTE_WINDOW:
            break
        if near and tokens is back.tokens:
            yield from _structural(site, index)
        if index < size:
            yield from quote_repairs(site, index, inner_from)
    if front.stop < size:
        yield from _list_without_brackets(site)
        yield from _without_commas(site)
        for index in range(front.stop, max(lowest, front.stop - 2) - 1, -1):
            yield from word_repairs(site, index)


def _structural(site: Site, index: int) -> Iterator[Candidate]:
    """Insert, delete or replace one structural token at token `index`."""
    tokens, back, table = site.tokens, site.back, site.table
    state, stack = site.front.states[index], site.front.stacks[index]
    at = tokens.starts[index] if index < len(tokens) else len(site.text.data)
    gap = tokens.ends[index - 1] if index else at
    for kind in _insertable(state, stack, table):
        after, inner = step(kind, state, stack, table)
        if after != ERROR and back.accepts(index, after, inner):
            # A closer follows what it closes, a comma what stands before a key without quotes; everything else precedes
            # what it separates or opens.
            is_behind = kind == COMMA and index < len(tokens) and tokens.kinds[index] == STRING != site.text.data[at]
            place = gap if is_behind or kind in (CLOSE_OBJECT, CLOSE_ARRAY) else at
            cost = prices.LOST[kind] + (0.8 if state in (FIRST_KEY, FIRST_ELEMENT) and place == gap else 0.0)
            at_edge = separator_price(site.text.data, gap, at) if kind in (COMMA, COLON) else 0.0
            cost += at_edge
            if kind == COMMA and is_odd_digit(site, index):
                cost += prices.ODD_DIGIT
            if kind in (CLOSE_OBJECT, CLOSE_ARRAY) and place == gap and _steps_back(site.text.data, gap, at):
                cost -= prices.STEP_BACK
            grade = Grade.CHOICE if at_edge or _may_stand_elsewhere(site, index, kind) else Grade.SYNTAX
            change = Change(place, place, bytes((kind,)), f"{_NAMES[kind]} was missing", grade)
            yield Candidate(cost, (change,), index, index)
    if index >= len(tokens):
        return
    kind, end = tokens.kinds[index], tokens.ends[index]
    if back.accepts(index + 1, state, stack) and not is_sign(site, index):
        deletion = _deletion(site.text.data, kind, at, end)
        beside = site.text.data[at - 1 : at], site.text.data[end : end + 2].lstrip(b":")[:1]
        is_beside_digit = kind == COLON and any(map(bytes.isdigit, beside))
        if is_beside_digit or not stack or state == FIRST_ELEMENT or (state == FIRST_KEY and kind != COMMA):
            # Behind a document it may be the beginning of more, before the first element the end of another, beside
            # a digit one more with a flipped bit; in an object a comma alone is the end of nothing.
            deletion = deletion._replace(grade=Grade.CHOICE)
        cost = prices.EXTRA_BYTE if is_odd_digit(site, index) else _deletion_cost(kind, end - at)
        yield Candidate(cost, (deletion,), index, index + 1)
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
            is_sure = {kind, other} == {CLOSE_OBJECT, CLOSE_ARRAY}
            # `"a":1,]"b"`: with the comma before it, that is a bracket which slipped in.
            is_sure = is_sure or (other == COMMA and kind in _BRACKETS and site.text.data[at - 1 : at] == _LATE_COMMA)
            grade = Grade.SYNTAX if is_sure else Grade.CHOICE
            why = f"{_NAMES[other]} stood here as {_NAMES.get(byte, hex(byte))}"
            yield Candidate(cost, (Change(at, end, bytes((other,)), why, grade),), index, index + 1)


def _may_stand_elsewhere(site: Site, index: int, kind: int) -> bool:
    """Whether a sign that was missing before token `index` may as well have been missing at another place: an object
    begins right before its first key, the list that a member holds behind the colon; where another array does is
    anyone's guess."""
    if kind == OPEN_OBJECT:
        return not (_is_first_key(site, index) or _is_key_in_list(site, index))
    return not _is_list_of_member(site, index) if kind == OPEN_ARRAY else kind == COMMA and _may_be_one(site, index)


def _list_without_brackets(site: Site) -> Iterator[Candidate]:
    """`"tags":"a","b","c"`: values that follow one another behind one key, where no key can be."""
    tokens, front, kinds = site.tokens, site.front, site.tokens.kinds
    stop = front.stop
    if front.states[stop] not in (AFTER_KEY, KEY) or tokens is not site.back.tokens:
        return
    first = stop - 1 if front.states[stop] == AFTER_KEY else stop
    while first > 1 and kinds[first - 1] == COMMA and kinds[first - 2] in (STRING, ATOM):
        first -= 2
    end = stop
    while kinds[end : end + 2] and kinds[end] == COMMA and kinds[end + 1 : end + 3] != b'":':
        end += 2
    if (
        end - first < _FEWEST_OF_A_LIST
        or kinds[first - 1] != COLON
        or end >= len(tokens)
        or kinds[end] not in (COMMA, CLOSE_OBJECT)
    ):
        return
    if site.back.accepts(end, AFTER, front.stacks[stop]):
        why = "a list without brackets"
        opening = Change(tokens.starts[first], tokens.starts[first], b"[", why, Grade.CHOICE)
        closing = Change(tokens.ends[end - 1], tokens.ends[end - 1], b"]", why, Grade.CHOICE)
        yield Candidate(prices.BARE_LIST, (opening, closing), first, end)


def _steps_back(data: bytes, gap: int, at: int) -> bool:
    """Whether what stands at `at` begins a line that is indented less than the one which ends at `gap`."""
    line = data.rfind(b"\n", max(0, gap - _LONGEST_LINE), at) + 1
    if line <= gap:
        return False
    before = data.rfind(b"\n", max(0, gap - _LONGEST_LINE), gap) + 1
    return (
        before > 0
        and data[at : at + 1] not in (b"}", b"]")
        and at - line < len(data[before:gap]) - len(data[before:gap].lstrip(b" \t"))
    )


_LONGEST_LINE = 1024


def _is_first_key(site: Site, index: int) -> bool:
    """Whether token `index` is a key right behind a colon, where an object must begin: a word, written like the key
    before it, which holds no text elsewhere: then they may be what is left of a text and a key behind it."""
    tokens, data = site.tokens, site.text.data
    if index < 2 or tokens.kinds[index - 2 : index + 2] != b'":":':
        return False
    around, key = (data[tokens.starts[at] + 1 : tokens.ends[at] - 1] for at in (index - 2, index))
    if data.count(b'"' + around + b'":"') > 1:
        return False
    return key.replace(b"_", b"").isalpha() and key[:1].isupper() == around[:1].isupper()


def _is_list_of_member(site: Site, index: int) -> bool:
    """Whether numbers or literals follow one another behind the colon before token `index`: what no member has; unless
    the same key holds no list elsewhere."""
    tokens, data = site.tokens, site.text.data
    if index < 2 or tokens.kinds[index - 1 : index + 3] != bytes((COLON, ATOM, COMMA, ATOM)):
        return False
    key = data[tokens.starts[index - 2] : tokens.starts[index]]
    return data.count(key) == 1 or data.count(key + b"[") > 0


def _is_key_in_list(site: Site, index: int) -> bool:
    """Whether token `index` is a key right behind the bracket of a list: there is no other place for its object's."""
    return site.tokens.kinds[index - 1 : index + 2] == b'[":'


def _without_commas(site: Site) -> Iterator[Candidate]:
    """`["a" "b" "c"]`, `{"a":1 "b":2 "c":3}`: one comma after the other is missing."""
    tokens, back, table = site.tokens, site.back, site.table
    at, places = site.front.stop, list[int]()
    state, stack = site.front.states[at], site.front.stacks[at]
    if tokens is not back.tokens:
        return
    while at < len(tokens) and len(places) < _MOST_COMMAS:
        if places and back.accepts(at, state, stack):
            if len(places) == 1:
                return
            whys = [Change(place, place, b",", "',' was missing", Grade.CHOICE) for place in places]
            yield Candidate(
                prices.LOST[COMMA] + prices.ONE_MORE_COMMA * (len(whys) - 1), tuple(whys), site.front.stop, at
            )
            return
        after, inner = step(tokens.kinds[at], state, stack, table)
        if after == ERROR:
            if state != AFTER or not stack:
                return
            places.append(tokens.ends[at - 1])
            after, inner = step(COMMA, state, stack, table)
            after, inner = step(tokens.kinds[at], after, inner, table)
            if after == ERROR:
                return
        state, stack, at = after, inner, at + 1
        site.effort.steps += 1


def _may_be_one(site: Site, index: int) -> bool:
    """Whether token `index` and the one before it may belong together, or one of them may not belong here: ``12 345``
    is one number as well, and in an array of other things a bare digit rather slipped in."""
    tokens, data = site.tokens, site.text.data
    if not 0 < index < len(tokens) or ATOM not in (tokens.kinds[index - 1], tokens.kinds[index]):
        return False
    is_number = [data[tokens.starts[at]] in b"-0123456789" for at in (index - 1, index)]
    is_array = not site.table.is_object[site.front.stacks[index]]
    return all(is_number) or (is_array and tokens.kinds[index - 1] != tokens.kinds[index])


def is_odd_digit(site: Site, index: int) -> bool:
    """Whether token `index` is a single digit in an array, right behind something else than a number."""
    tokens, stack = site.tokens, site.front.stacks[index]
    if index >= len(tokens) or not index or tokens.kinds[index] != ATOM or tokens.kinds[index - 1] == ATOM:
        return False
    is_in_array = stack != 0 and not site.table.is_object[stack]
    start = tokens.starts[index]
    return is_in_array and tokens.ends[index] == start + 1 and tokens.ends[index - 1] == start


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
    if kind in STRUCTURE:
        return prices.EXTRA[kind]
    return 2.0 + 0.1 * length if kind == WORD else 6.0


def _deletion(data: bytes, kind: int, at: int, end: int) -> Change:
    if kind in STRUCTURE:
        # A bracket too many may as well be what is left of a lost part; a comma or colon is nothing but syntax.
        grade = Grade.CHOICE if kind in _BRACKETS else Grade.SYNTAX
        return Change(at, end, b"", f"{_NAMES[kind]} is one too many", grade)
    return Change(at, end, b"", f"{len(data[at:end])} {NO_JSON}", Grade.CHOICE)


def _replacement_cost(kind: int, byte: int, other: int) -> float:
    if kind in _BRACKETS and other in _BRACKETS:
        return prices.OTHER_BRACKET
    is_near = is_one_bit_off(byte, other) or (other == COMMA and byte in b";|")
    return prices.FLIPPED_SIGN if is_near else prices.OTHER_SIGN
