"""What was told of a dump, held against what it looks like by itself: that is no choice, but it has a price too."""

from __future__ import annotations

from math import inf

from dumpfix.detection import prices
from dumpfix.detection.choose import HEAD, Choice, Told, choose
from dumpfix.detection.reading import Reading, Scan, differs
from dumpfix.detection.texts import Texts
from dumpfix.detection.work import ExhaustedError, Work
from dumpfix.errors import LayoutError


def price(choice: Choice, head: bytes, work: Work | None = None) -> float:
    """Bits that it takes to say ``head``, of which nothing follows, by this layout.

    Raises ExhaustedError where that is more than ``work`` allows.
    """
    return _reading(choice, head, work).bits


def cheaper(told: Choice, head: bytes) -> Choice | None:
    """The layout that says a head for fewer bits than the one that was told, beyond doubt, and says something else.

    None where none does, and where it is too much work to know.
    """
    head = head[: head.rfind(b"\n", 0, HEAD) + 1] or head[:HEAD]
    try:
        found = choose(head, Told(), final=True)
        mine, its = _reading(told, head), _reading(found, head)
    except (LayoutError, ExhaustedError):
        return None
    return found if its.bits + prices.NEAR <= mine.bits and differs(mine, its) else None


def _reading(choice: Choice, head: bytes, work: Work | None = None) -> Reading:
    scan = Scan(choice.layout, choice.notices, choice.grammar, Texts(), work or Work(inf))
    reading = scan.read(head, choice.layout_bits, final=True, most=inf)
    assert reading is not None
    return reading
