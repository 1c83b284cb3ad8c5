"""Every single repair inside a word or number: a byte flipped back, dropped, or a comma put between its halves."""

from bisect import bisect_left
from collections.abc import Iterator

from dumpfix.repairing import prices
from dumpfix.repairing.atoms import LITERALS, is_atom
from dumpfix.repairing.automaton import AFTER, ERROR, FIRST_ELEMENT, KEY, Back, step
from dumpfix.repairing.lexer import lex
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.site import Candidate, Site, is_sign, meets, one_bit_off
from dumpfix.repairing.tokens import ATOM, STRUCTURE, WORD, prepare

# How long a word may be that is looked at byte by byte.
_LONGEST_WORD = 40


def word_repairs(site: Site, index: int) -> Iterator[Candidate]:
    """One byte of a word (or number) flipped back, dropped, or a comma put between its halves."""
    tokens, data = site.tokens, site.text.data
    kind, start, end = tokens.kinds[index], tokens.starts[index], tokens.ends[index]
    if kind not in (WORD, ATOM) or end - start > _LONGEST_WORD or is_sign(site, index):
        return
    if isinstance(site.back, Back) and bisect_left(site.back.tokens.starts, end) < site.back.first:
        # Whatever it was, what follows it makes no sense.
        return
    text = data[start:end]
    # What makes no more of the word than another atom, or two of a list, is of use only where an atom can stand.
    state, stack = site.front.states[index], site.front.stacks[index]
    is_told = isinstance(site.back, Back)
    takes_atom = state <= FIRST_ELEMENT and (not is_told or meets(site, end, AFTER, stack) >= 0)
    has_sign = len(text.translate(None, _SIGNS)) != len(text)
    edited = list(_edited_words(text, start, takes_atom or has_sign or len(text) == 1))
    number = _only_number(text, [changed for changed, _, _ in edited if _is_number(changed)]) if takes_atom else None
    for changed, cost, change in edited:
        if changed == number or not _is_number(changed):
            yield from _if_it_reads(site, index, changed, cost, change)
    is_in_list = takes_atom and stack and not site.table.is_object[stack]
    for at in range(1, len(text)) if is_in_list else ():
        if is_atom(text[:at]) and is_atom(text[at:]):
            # A digit alone may have slipped in, or changed places with the comma behind it.
            is_digit = (at == 1 and text[:1].isdigit()) or (at == len(text) - 1 and text[-1:].isdigit())
            is_choice = is_digit or (text[at - 1] in b".0123456789" and text[at] in b"-0123456789")
            grade = Grade.CHOICE if is_choice else Grade.SYNTAX
            comma = Change(start + at, start + at, b",", "',' was missing", grade)
            yield from _if_it_reads(site, index, text[:at] + b"," + text[at:], prices.LOST_IN_WORD, comma)
    literal = _mended_literal(text)
    if literal:
        completed = Change(start, end, literal, "a literal was incomplete")
        yield from _if_it_reads(site, index, literal, 1.0, completed)
    if site.front.states[index] <= KEY and b'"' not in text and kind == WORD:
        quoted = (
            Change(start, start, b'"', "a word without quotes", Grade.CHOICE),
            Change(end, end, b'"', "a word without quotes", Grade.CHOICE),
        )
        yield from _if_it_reads(site, index, b'"' + text + b'"', prices.BARE_WORD, *quoted)


def _edited_words(text: bytes, start: int, may_be_atom: bool) -> Iterator[tuple[bytes, float, Change]]:
    """A word with one byte dropped, or one bit flipped back, with what it costs; without `may_be_atom` only those that
    structure cuts in two. ``start`` is its offset."""
    for at, byte in enumerate(text):
        place = start + at
        if may_be_atom and (byte not in _OF_NUMBERS or not _is_number(text[:at] + text[at + 1 :])):
            dropped = Change(place, place + 1, b"", "a byte is one too many", Grade.CHOICE)
            yield text[:at] + text[at + 1 :], prices.EXTRA_BYTE, dropped
        for other in _FLIPPED[byte] if may_be_atom else _FLIPPED_TO_SIGNS[byte]:
            if len(text) == 1 and other not in _STRUCTURE_SIGNS:
                continue
            flipped = Change(place, place + 1, other, "a byte with a flipped bit", Grade.CHOICE)
            cost = prices.FLIPPED_SEPARATOR if other in (b",", b":") and at == 0 else prices.FLIPPED
            yield text[:at] + other + text[at + 1 :], cost, flipped


def _only_number(text: bytes, numbers: list[bytes]) -> bytes | None:
    """The number that a damaged word was: a flipped bit is likelier than a byte that slipped in.

    None where two would do, or where what makes it no number is a sign that people write beside numbers.
    """
    if text[:1] in _CURRENCIES or text[-1:] == b"%" or b"/" in text:
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
_SIGNS = STRUCTURE + b'"'
_STRUCTURE_SIGNS = frozenset(bytes((sign,)) for sign in STRUCTURE)
_FLIPPED = one_bit_off(STRUCTURE + b"0123456789.-+eE" + b"truefalsn")
_FLIPPED_TO_SIGNS = one_bit_off(STRUCTURE)


def _mended_literal(text: bytes) -> bytes:
    """The literal of which one byte was dropped, if `text` is one: such a word has no other reading."""
    for literal in LITERALS:
        if len(text) == len(literal) - 1 and any(
            literal[:at] + literal[at + 1 :] == text for at in range(len(literal))
        ):
            return literal
    return b""


def _if_it_reads(site: Site, index: int, text: bytes, cost: float, *changes: Change) -> Iterator[Candidate]:
    """The candidate that puts `text` in the place of token `index`, if front and back meet behind it."""
    state, stack = site.front.states[index], site.front.stacks[index]
    if text and not is_atom(text) and len(text.translate(None, _SIGNS)) == len(text):
        # A word like the one before.
        return
    if text:
        inner = lex(prepare(text)) if not is_atom(text) else None
        if inner is not None and inner.changes:
            return
        for kind in inner.kinds if inner is not None else (ATOM,):
            state, stack = step(kind, state, stack, site.table)
            if state == ERROR:
                return
    meeting = meets(site, site.tokens.ends[index], state, stack)
    if meeting >= 0:
        yield Candidate(cost, changes, index, meeting)
