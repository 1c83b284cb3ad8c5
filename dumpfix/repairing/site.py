"""The place of a repair: a broken text with what is known about it, and one way to mend it there."""

from bisect import bisect_left
from typing import NamedTuple

from dumpfix.repairing import prices
from dumpfix.repairing.automaton import Ahead, Back, Effort, Front, Stacks
from dumpfix.repairing.pieces import Change
from dumpfix.repairing.tokens import ATOM, STRING, WORD, Text, Tokens

# How far before the error a bracket may be missing, in tokens: it may show only at the end.
WINDOW = 512


class Candidate(NamedTuple):
    """One way to make front and back meet; see the module."""

    cost: float
    changes: tuple[Change, ...]
    front_index: int
    back_index: int


class Site(NamedTuple):
    """A broken text with what is known about it. `tokens` is the front's list, `back.tokens` the back's: the same one
    where the quotes pair up, another where one is missing or too many. `window`: how many tokens before the error are
    looked at. `quote`: the quote that strings had, before they were put in double ones."""

    text: Text
    tokens: Tokens
    front: Front
    back: Back | Ahead
    table: Stacks
    effort: Effort
    window: int = WINDOW
    quote: int = STRING


def is_one_bit_off(byte: int, other: int) -> bool:
    """Whether one flipped bit makes one byte of the other."""
    return (byte ^ other).bit_count() == 1


def one_bit_off(allowed: bytes) -> list[tuple[bytes, ...]]:
    """For each byte those of the allowed ones that one flipped bit makes of it."""
    return [tuple(bytes((other,)) for bit in range(8) if (other := byte ^ 1 << bit) in allowed) for byte in range(256)]


def meets(site: Site, offset: int, state: int, stack: int) -> int:
    """The index of the back's first token at or behind `offset` if the back takes over there in this state, else -1."""
    starts, ends = site.back.tokens.starts, site.back.tokens.ends
    index = bisect_left(starts, offset)
    if (index and ends[index - 1] > offset) or not site.back.accepts(index, state, stack):
        return -1
    return index


def separator_price(data: bytes, gap: int, at: int) -> float:
    """What it costs that a separator is gone from [gap, at) where the strings around have one at their edge."""
    is_odd = data[max(0, gap - 2) : gap] in _SEPARATORS_AT_EDGES or data[at : at + 2] in _SEPARATORS_AT_EDGES
    return prices.SEPARATOR_AT_EDGE if is_odd else 0.0


_SEPARATORS_AT_EDGES = frozenset((b',"', b':"', b'",', b'":'))


def is_sign(site: Site, index: int) -> bool:
    """Whether token `index` is a minus before a number: without it the number would be another one."""
    tokens, data = site.tokens, site.text.data
    is_minus = tokens.kinds[index] == WORD and data[tokens.starts[index] : tokens.ends[index]] == b"-"
    return is_minus and index + 1 < len(tokens) and tokens.kinds[index + 1] == ATOM
