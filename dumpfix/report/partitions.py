"""The account of one partition: which offsets a dump has, which it lacks, where a stuck consumer can go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

#: gaps kept by partition; the count goes on
MOST_GAPS = 1000
#: places kept where a consumer would get stuck
MOST_STOPS = 20


@dataclass(slots=True)
class Partition:
    """Offsets in the order of the dump. A gap is ``(from, to)``, both missing, both inclusive.

    A duplicate is a record whose offset is not above the highest one seen before. ``stops`` pairs the first offset
    of a run of irrecoverable payloads with the next good offset behind it.
    """

    records: int = 0
    first_offset: int | None = None
    last_offset: int | None = None
    gaps: list[tuple[int, int]] = field(default_factory=list)
    gap_count: int = 0
    duplicates: int = 0
    stops: list[tuple[int, int]] = field(default_factory=list)
    _stuck_at: int | None = None
    _bad_until: int = -1

    def add(self, offsets: Sequence[int]) -> None:
        """Records with good payloads."""
        if self._stuck_at is not None:
            self._go_on(offsets)
        count = len(offsets)
        first, last = offsets[0], offsets[-1]
        follows = self.last_offset is None or first == self.last_offset + 1
        if not follows or last - first != count - 1 or list(offsets) != list(range(first, last + 1)):
            for offset in offsets:
                self._add(offset)
            return
        self.records += count
        if self.first_offset is None:
            self.first_offset = first
        self.last_offset = last

    def add_bad(self, offset: int, *, is_irrecoverable: bool) -> None:
        """A record whose payload in the topic is not good; repaired or not, a consumer may die on it."""
        is_new = self.last_offset is None or offset > self.last_offset
        self._add(offset)
        # A second copy of a payload stops nobody who is past the first.
        if is_irrecoverable and self._stuck_at is None and is_new:
            self._stuck_at = offset
        if self._stuck_at is not None:
            self._bad_until = max(self._bad_until, offset)

    def add_unplaced(self, count: int) -> None:
        """Records of which the dump does not show the offset."""
        self.records += count

    def finish(self) -> None:
        """The dump is over: where it ends with a bad payload, the next offset is the one to go on with."""
        if self._stuck_at is not None:
            self._stop(self._bad_until + 1)

    @property
    def next_good_offset(self) -> int | None:
        """Where to set a group that is stuck at the first irrecoverable payload; None where there is none."""
        return self.stops[0][1] if self.stops else None

    def _add(self, offset: int) -> None:
        self.records += 1
        highest = self.last_offset
        if highest is None:
            self.first_offset = self.last_offset = offset
            return
        if offset <= highest:
            self.duplicates += 1
            return
        if offset > highest + 1:
            self.gap_count += 1
            if len(self.gaps) < MOST_GAPS:
                self.gaps.append((highest + 1, offset - 1))
        self.last_offset = offset

    def _go_on(self, offsets: Sequence[int]) -> None:
        later = [offset for offset in offsets if offset > self._bad_until]
        if later:
            self._stop(min(later))

    def _stop(self, next_good: int) -> None:
        assert self._stuck_at is not None
        if len(self.stops) < MOST_STOPS:
            self.stops.append((self._stuck_at, next_good))
        self._stuck_at = None
        self._bad_until = -1
