"""When the records of a partition were written: some of them, evenly, for the picture in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, islice

from dumpfix.record.fields import integer

#: points of one partition: more could not be told apart on a screen
MOST_POINTS = 800


@dataclass(slots=True)
class Moments:
    """Every n-th record's offset and time, in the dump's order; n is 1, 2, 4 …, as few records as fit.

    Which records these are depends on the records alone, and not on how many come at a time. ``bounds`` are the
    earliest and the latest time of all.
    """

    bounds: tuple[int, int] | None = None
    _points: list[tuple[int, int, int]] = field(default_factory=list)
    _every: int = 1
    _records: int = 0

    def add(self, offsets: Sequence[int], times: Sequence[bytes | None]) -> None:
        """So many records more."""
        moments = list(filter((0).__le__, map(_moment, times)))
        if moments:
            low, high = self.bounds or (moments[0], moments[0])
            self.bounds = min(low, *moments), max(high, *moments)
        skip = -self._records % self._every
        numbers = count(self._records + skip, self._every)
        self._records += len(offsets)
        some = (islice(column, skip, None, self._every) for column in (offsets, times))
        for number, offset, text in zip(numbers, *some, strict=False):
            if (moment := _moment(text)) >= 0:
                self._points.append((number, offset, moment))
        while len(self._points) > MOST_POINTS:
            self._every *= 2
            self._points = [point for point in self._points if point[0] % self._every == 0]

    @property
    def points(self) -> list[tuple[int, int]]:
        """Offsets and milliseconds since 1970."""
        return [(offset, moment) for _, offset, moment in self._points]


def _moment(text: bytes | None) -> int:
    """Milliseconds since 1970; less than 0 for none."""
    moment = integer("timestamp", text)
    return -1 if moment is None else moment
