"""Bytes that are gone from the middle or the front: what may be joined, and what can only be listed.

A join never splices two cut tokens together: everything between the last whole value before the hole and the first
separator behind it goes into a fragment. Behind the hole the text must fit the containers that are open before it; what
belongs to containers that were opened inside the hole is passed over. All of this is a guess, and graded so.
"""

from bisect import bisect_left
from collections.abc import Iterator

from dumpfix.repairing.automaton import AFTER, FIRST_ELEMENT, FIRST_KEY, KEY, VALUE, Back, Stacks
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.site import Candidate, Site
from dumpfix.repairing.tokens import (
    ATOM,
    CLOSE_ARRAY,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    OPEN_ARRAY,
    OPEN_OBJECT,
    STRING,
    Tokens,
)

REACH = 96
_HOLE, _DROPPED_TOKEN, _CLOSED_CONTAINER = 3.2, 0.12, 0.3
WHY = "bytes are missing here"


def joins(site: Site, back: Back, trusted: int, offset: int) -> Iterator[Candidate]:
    """Candidates that drop what is around a hole and join what is left.

    `trusted` is the number of front tokens that are surely whole; the back is joined at or behind byte `offset`.
    """
    starts = back.tokens.starts
    best: Candidate | None = None
    seen = 0
    for index in range(back.first, len(starts) + 1):
        place = starts[index] if index < len(starts) else len(site.text.data)
        if place < offset:
            continue
        seen += 1
        if seen > REACH:
            break
        kind = back.tokens.kinds[index] if index < len(starts) else None
        if kind not in (COMMA, CLOSE_OBJECT, CLOSE_ARRAY, None) or not back.masks[index] >> AFTER & 1:
            continue
        candidate = _join(site, back, trusted, index, place)
        if candidate and (best is None or candidate.cost < best.cost):
            best = candidate
    if best:
        yield best


def _join(site: Site, back: Back, trusted: int, index: int, place: int) -> Candidate | None:
    """The join of back token `index` to the last front token that fits it."""
    front, table = site.front, site.table
    need = back.needs[index]
    is_comma = index < len(back.tokens) and back.tokens.kinds[index] == COMMA
    for kept in range(trusted, max(trusted - REACH, 0), -1):
        state, stack = front.states[kept], front.stacks[kept]
        if state == AFTER:
            if not table.contains(stack, need):
                continue
            closers = table.closers(stack, need)
            resume = place
        elif state in (FIRST_KEY, FIRST_ELEMENT) and is_comma and stack == need:
            closers = b""
            resume = place + 1
        else:
            continue
        end = site.tokens.ends[kept - 1]
        if end > place:
            return None
        dropped = bisect_left(site.tokens.starts, place) - kept
        cost = _HOLE + _DROPPED_TOKEN * dropped + _CLOSED_CONTAINER * len(closers)
        change = Change(end, resume, closers, WHY, Grade.CHOICE)
        return Candidate(cost, (change,), kept, index)
    return None


def islands(data: bytes, back: Back, table: Stacks) -> list[Change] | None:
    """What is left of a text whose front is gone, as changes that make a document of it; None if nothing is whole.

    Members of each container whose opening bracket was lost become a container of their own, a value whose key was
    lost stands by itself; several are listed in an array, in order. No key is invented for any of them.
    """
    tokens = back.tokens
    size = len(tokens)
    whole = _first_whole(back, table)
    if whole is None:
        return None
    index, orphan = whole
    changes: list[Change] = []
    position = count = 0
    need = back.needs[index]
    if orphan:
        changes.append(Change(0, tokens.starts[index], b"", WHY, Grade.CHOICE))
        index = _next_separator(tokens, index)
        position = tokens.ends[index - 1]
        count = 1
        if tokens.kinds[index] == COMMA:
            index += 1
    while need and index < size:
        opener = b"{" if table.is_object[need] else b"["
        end = min(_next_separator(tokens, index, closes=True), size - 1)
        if end > index:
            insert = (b"," if count else b"") + opener
            changes.append(Change(position, tokens.starts[index], insert, WHY, Grade.CHOICE))
            count += 1
            position = tokens.ends[end]
        need = table.parent[need]
        index = end + 1
        if index < size and tokens.kinds[index] == COMMA:
            index += 1
    if not count:
        return None
    if position < len(data):
        changes.append(Change(position, len(data), b"", WHY, Grade.CHOICE))
    if count > 1:
        changes[0] = changes[0]._replace(insert=b"[" + changes[0].insert)
        changes.append(Change(len(data), len(data), b"]", WHY, Grade.CHOICE))
    return changes


def _first_whole(back: Back, table: Stacks) -> tuple[int, bool] | None:
    """The first back token at which a whole member or element begins (False), or a whole value without its key
    (True); or a closer, if nothing stands before it."""
    tokens = back.tokens
    index = back.first
    while index < len(tokens):
        need, mask = back.needs[index], back.masks[index]
        kind = tokens.kinds[index]
        cut = tokens.starts[index] == 0 and kind == ATOM
        is_object = table.is_object[need]
        if need and mask >> (KEY if is_object else VALUE) & 1 and not cut:
            return index, False
        if kind == COLON:
            return index + 1, True
        if is_object and mask >> VALUE & 1 and kind in (OPEN_OBJECT, OPEN_ARRAY, STRING):
            return index, True
        if kind in (CLOSE_OBJECT, CLOSE_ARRAY):
            return index, False
        following = _next_separator(tokens, index)
        if following >= len(tokens):
            return None
        index = following + 1 if tokens.kinds[following] == COMMA else following
    return None


def _next_separator(tokens: Tokens, index: int, *, closes: bool = False) -> int:
    """The index of the first comma or closer from `index` on that belongs to the container around it; with `closes`
    of its closer."""
    depth = 0
    for at in range(index, len(tokens)):
        kind = tokens.kinds[at]
        if kind in (OPEN_OBJECT, OPEN_ARRAY):
            depth += 1
        elif not depth and (kind in (CLOSE_OBJECT, CLOSE_ARRAY) or (kind == COMMA and not closes)):
            return at
        elif kind in (CLOSE_OBJECT, CLOSE_ARRAY):
            depth -= 1
    return len(tokens)
