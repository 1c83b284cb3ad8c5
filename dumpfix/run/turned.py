"""A head whose layout changes on the way: its beginning is surely one thing, and all of it is hardly another."""

from __future__ import annotations

from dumpfix.detection import prices
from dumpfix.detection.choose import Choice, Search, Told
from dumpfix.detection.contrary import price
from dumpfix.detection.work import ExhaustedError, Work
from dumpfix.errors import LayoutError
from dumpfix.framing.frame import Batch, Span
from dumpfix.framing.framer import frame

#: steps that it may take to read a head by two layouts, and to find the second
MOST = 1 << 16


def beginning(search: Search, found: Choice, head: bytes, stripped: bytes) -> Choice | None:
    """What the head began with, where that and another layout for the rest say it for fewer bits than ``found`` does.

    ``stripped`` is the head without what is wrapped around the lines that were found. None where it is one thing all
    along, and where it is too much work to know.
    """
    for stop, choice in search.beginnings(head, found.layout):
        turn = _turn(choice, head, stop)
        if turn == len(head):
            continue
        try:
            work = Work(MOST)
            first = price(choice, head[:turn], work)
            if stripped == head and _turn(found, head, stop) <= turn and first < price(found, head[:turn], work):
                # What follows is explained by neither.
                return choice
            rest = Search(Told(), Work(MOST), looks_behind=False).look_at_all(head[turn:])
            bits = first + prices.NEW_SECTION + price(rest, head[turn:], work)
            if rest.confidence != "unclear" and bits < price(found, stripped, work):
                return choice
        except (LayoutError, ExhaustedError):
            continue
    return None


def _turn(choice: Choice, head: bytes, stop: int) -> int:
    """Where a line begins from ``stop`` on which the layout does not explain; the end of the head where none does."""
    for item, _, base in frame([head[stop:]], choice.layout, choice.notices):
        at = stop + base + item.start
        is_bad = item.role == "garbage" if isinstance(item, Span) else not isinstance(item, Batch) and not item.is_valid
        if is_bad and (at == 0 or head[at - 1] == 0x0A):
            return at
    return len(head)
