"""How much detection does, counted, and how much it may do: whatever a head holds, finding its layout takes no longer.

A step is some five microseconds of the machine that this was measured on. What is counted depends on the bytes of the
dump alone, never on a clock, so that the answer does too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dumpfix.framing.window import WorkCounter
from dumpfix.json.validity import ScanResult

#: steps that finding one layout may take: half a second; heads of dumps as tools print them take a tenth of that
MOST = 100_000
#: steps that all ways together may take in which something was wrapped around it
MOST_WRAPPED = 250_000
#: a record that the rule reads; one that the columns read; a layout that is looked at; its beginning beside a line
ITEM, ROW, LAYOUT, COMPARED = 40, 8, 1, 0.5
#: a line from which layouts are read off
LINE = 5
#: a place from which on something is searched
PLACE = 0.5
#: bytes that are searched, read as JSON, and priced, in a step
SEARCHED, READ, PRICED = 1000, 20, 50


class ExhaustedError(Exception):
    """There is no more work to be done on this head."""


class Work:
    """Counts steps; raises ExhaustedError where they are more than ``most``, but for those that are let through."""

    __slots__ = ("_is_free", "most", "steps")

    def __init__(self, most: float = MOST) -> None:
        self.steps = 0.0
        self.most = most
        self._is_free = False

    def add(self, steps: float) -> None:
        """So many steps were done."""
        self.steps += steps
        if self.steps > self.most and not self._is_free:
            raise ExhaustedError

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing more may be done."""
        return self.steps > self.most

    @contextmanager
    def free(self) -> Iterator[None]:
        """What is done in here is counted, and not stopped: the least that has to be looked at."""
        self._is_free, before = True, self._is_free
        try:
            yield
        finally:
            self._is_free = before


class Known:
    """The JSON values of one head that were read before, whichever layout asked: each is read once."""

    __slots__ = ("_cut", "_whole", "head")

    def __init__(self) -> None:
        self.head = b""
        #: by where they begin
        self._whole: dict[int, ScanResult] = {}
        #: those that went on behind the end of what was searched, by that too
        self._cut: dict[tuple[int, int], ScanResult] = {}

    def show(self, head: bytes) -> None:
        """What is at hand is ``head`` now, which begins with what was before."""
        self.head = head
        self._cut.clear()

    def value(self, at: int, stop: int) -> ScanResult | None:
        """The value in the front of ``head[at:stop]``, where it is known."""
        whole = self._whole.get(at)
        return whole if whole is not None and whole.at < stop else self._cut.get((at, stop))

    def keep(self, at: int, stop: int, value: ScanResult) -> None:
        """That is the value in the front of ``head[at:stop]``."""
        if value.at < stop:
            self._whole[at] = value
        else:
            self._cut[at, stop] = value


class Searching(WorkCounter):
    """What framing does for detection is counted there: one item may be as long as the head."""

    __slots__ = ("_known", "_work")

    def __init__(self, work: Work, known: Known | None = None) -> None:
        super().__init__()
        self._work = work
        self._known = known or Known()

    def searched(self, count: int) -> None:
        """See WorkCounter."""
        work = self._work
        work.steps += PLACE + count / SEARCHED
        # Asked for more often than anything else: the budget is looked at where it is over.
        if work.steps > work.most:
            work.add(0)

    def read(self, data: bytes, at: int, stop: int) -> ScanResult:
        """See WorkCounter."""
        is_head = data is self._known.head
        known = self._known.value(at, stop) if is_head else None
        if known is not None:
            self._work.add(PLACE)
            return known
        result = super().read(data, at, stop)
        if is_head:
            self._known.keep(at, stop, result)
        self._work.add(PLACE + (result.at - at) / READ)
        return result
