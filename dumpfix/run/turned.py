"""A head whose layout changes on the way: its beginning is surely one thing, and all of it is hardly another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from dumpfix.detection import prices
from dumpfix.detection.choose import Choice, Search, Told
from dumpfix.detection.contrary import price
from dumpfix.detection.doubts import SEVERAL
from dumpfix.detection.refusals import logged_documents
from dumpfix.detection.work import ExhaustedError, Work
from dumpfix.errors import LayoutError
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import frame

#: steps that it may take to read a head by two layouts, and to find the second
MOST = 1 << 16


def beginning(search: Search, found: Choice | None, head: bytes, stripped: bytes) -> Choice | None:
    """What the head began with, where that and another layout for the rest say it for fewer bits than ``found`` does,
    or nothing was found. None where it is one thing all along, and where it is too much work to know.

    ``stripped`` is the head without what is wrapped around the lines that were found.
    """
    last = _last_turn(found, head) if found is not None and stripped == head else 0
    if last and logged_documents(head[last:]) >= SEVERAL:
        # How sure it is has to show without what it does not explain.
        with suppress(LayoutError, ExhaustedError):
            return _explained(head[:last])
    for stop, choice in search.beginnings(head, None if found is None else found.layout):
        turn = _turn(choice, head, stop)
        if turn == len(head):
            continue
        try:
            work = Work(MOST)
            bits = price(choice, head[:turn], work)
            if found is not None and 0 < last <= turn and bits < price(found, head[:turn], work):
                # What follows is explained by neither.
                return choice
            rest = _explained(head[turn:])
            bits += prices.NEW_SECTION + price(rest, head[turn:], work)
            if rest.confidence != "unclear" and (found is None or bits < price(found, stripped, work)):
                return choice
        except (LayoutError, ExhaustedError):
            continue
    return None


def _explained(part: bytes) -> Choice:
    """What a part of a head is by itself. Raises LayoutError, ExhaustedError."""
    return Search(Told(), Work(MOST), looks_behind=False).look_at_all(part)


def _turn(choice: Choice, head: bytes, stop: int) -> int:
    """Where a line begins from ``stop`` on which the layout does not explain; the end of the head where none does."""
    return next((at for at, is_good in _judged(choice, head, stop) if not is_good), len(head))


def _last_turn(choice: Choice, head: bytes) -> int:
    """Where a line begins from which on the layout explains nothing more; the end of the head where it does."""
    turn = len(head)
    for at, is_good in _judged(choice, head, 0):
        turn = len(head) if is_good else min(turn, at)
    return turn


def _judged(choice: Choice, head: bytes, stop: int) -> Iterator[tuple[int, bool]]:
    """Records, and what is none, that begin a line from ``stop`` on; whether they are as the layout says."""
    last_line = head.rfind(b"\n") + 1
    for item, _, base in frame([head[stop:]], choice.layout, choice.notices):
        at = stop + base + item.start
        is_said = isinstance(item, Span) and item.role != "garbage"
        if not is_said and (at == 0 or head[at - 1] == 0x0A):
            yield at, isinstance(item, Batch) or (isinstance(item, Frame) and item.is_valid)
        if at >= last_line:
            return
