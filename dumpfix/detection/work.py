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


class Searching(WorkCounter):
    """What framing does for detection is counted there: one item may be as long as the head."""

    __slots__ = ("_cut", "_known", "_work")

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        #: JSON values that were read before, by where they begin
        self._known: dict[int, ScanResult] = {}
        #: those that went on behind the end of what was searched
        self._cut: dict[tuple[int, int, bytes], ScanResult] = {}

    def searched(self, count: int) -> None:
        """See WorkCounter."""
        self._work.add(PLACE + count / SEARCHED)

    def read(self, data: bytes, at: int, stop: int) -> ScanResult:
        """See WorkCounter."""
        known = self._known.get(at)
        if known is not None and known.at < stop:
            self._work.add(PLACE)
            return known
        result = self._cut.get((at, stop, data)) or super().read(data, at, stop)
        if result.at < stop:
            self._known[at] = result
        else:
            self._cut[at, stop, data] = result
        self._work.add(PLACE + (result.at - at) / READ)
        return result
