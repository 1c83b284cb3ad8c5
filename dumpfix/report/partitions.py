"""The account of one partition: which offsets a dump has, which it lacks, which payloads are poison in the topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dumpfix.json.lexer import OPENERS
from dumpfix.report.model import Picture
from dumpfix.report.moments import Moments

#: gaps and poison offsets kept by partition; the counts go on
MOST_GAPS = 1000
MOST_POISON = 1000
#: offsets of duplicates that are kept for the picture
MOST_DUPLICATES = 1000


@dataclass(slots=True)
class Partition:
    """Offsets in the order of the dump. A gap is ``(from, to)``, both missing, both inclusive.

    A duplicate is a record whose offset is not above the highest one seen before. Poison is an offset whose payload, as
    it stands in the topic, is no valid JSON, whether it could be mended or not: a consumer may die of it.
    """

    records: int = 0
    first_offset: int | None = None
    last_offset: int | None = None
    gaps: list[tuple[int, int]] = field(default_factory=list)
    gap_count: int = 0
    duplicates: int = 0
    poison_count: int = 0
    last_poison: int | None = None
    #: whether a record is none, or begins as JSON does: else the topic is of another kind
    has_json: bool = False
    moments: Moments = field(default_factory=Moments)
    repeated: list[int] = field(default_factory=list)
    _poison: dict[int, int | None] = field(default_factory=dict)

    @property
    def poison(self) -> list[int]:
        """The first MOST_POISON offsets whose payloads are poison, in the order of the dump, each once."""
        return list(self._poison)

    def picture(self) -> Picture:
        """What is to be drawn of it."""
        return Picture(self.moments.points, list(self._poison.items()), self.repeated, self.moments.bounds)

    @property
    def next_good_offset(self) -> int | None:
        """The first offset from which on nothing is poison; None where nothing is."""
        return None if self.last_poison is None else self.last_poison + 1

    def add(self, offsets: Sequence[int], times: Sequence[bytes | None] = ()) -> None:
        """Records with good payloads."""
        self.has_json = True
        if times:
            self.moments.add(offsets, times)
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

    def pass_by(self, offsets: Sequence[int]) -> None:
        """Records that nobody asked for: no gap, and no record of this account."""
        had_json = self.has_json
        self.add(offsets)
        self.records -= len(offsets)
        self.has_json = had_json

    def add_poison(self, offset: int, payload: bytes = b"", moment: int | None = None) -> None:
        """A record whose payload in the topic is no valid JSON. A second copy of it is not counted again.

        Beyond MOST_POISON a copy is known by an offset that is not above the last one.
        """
        self._add(offset)
        self.has_json = self.has_json or payload[:1] in OPENERS
        if offset in self._poison:
            return
        if len(self._poison) < MOST_POISON:
            self._poison[offset] = moment
            self.poison_count += 1
        elif self.last_poison is None or offset > self.last_poison:
            self.poison_count += 1
        self.last_poison = offset if self.last_poison is None else max(self.last_poison, offset)

    def add_unplaced(self, count: int) -> None:
        """Records of which the dump does not show the offset."""
        self.records += count

    def _add(self, offset: int) -> None:
        self.records += 1
        highest = self.last_offset
        if highest is None:
            self.first_offset = self.last_offset = offset
            return
        if offset <= highest:
            self.duplicates += 1
            if len(self.repeated) < MOST_DUPLICATES:
                self.repeated.append(offset)
            return
        if offset > highest + 1:
            self.gap_count += 1
            if len(self.gaps) < MOST_GAPS:
                self.gaps.append((highest + 1, offset - 1))
        self.last_offset = offset
