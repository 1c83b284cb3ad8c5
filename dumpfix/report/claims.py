"""What the tools say of themselves, held against what was read.

With care: several runs may stand in one dump, one behind the other, each with a count of its own; what stands before a
command that was typed may belong to its run or not; and where records went through a pipe the count, which did not, may
stand before all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dumpfix.record.events import Offsets, Said

#: places at which a run may have begun that are remembered; beyond them the oldest but the first is forgotten
MOST_BEGINNINGS = 64


class Mismatch(NamedTuple):
    """A notice, the number in it, the number that was read, and the sentence for people."""

    notice: Said
    said: int
    read: int
    reason: str


class Claims:
    """A fold over the records and notices of one input."""

    def __init__(self) -> None:
        self._records = 0
        #: how many records had been read where the run at hand may have begun; the first is behind the last count
        self._beginnings = [0]
        #: a count before which no record stood: they may stand behind it
        self._early: Said | None = None
        self._highest: dict[tuple[str | None, int], int] = {}
        self._topics: set[str] = set()

    def read(self, records: int, offsets: Sequence[Offsets]) -> None:
        """So many records were read, with these offsets among them."""
        self._records += records
        for some in offsets:
            if some.offsets:
                place = some.topic, some.partition
                last = some.offsets[-1] if isinstance(some.offsets, range) else max(some.offsets)
                self._highest[place] = max(self._highest.get(place, -1), last)

    def may_begin_anew(self) -> None:
        """A command was typed: what follows may be another run, and another topic of the same name."""
        self._highest.clear()
        if self._beginnings[-1] != self._records:
            self._beginnings.append(self._records)
            del self._beginnings[1 : len(self._beginnings) - MOST_BEGINNINGS]

    def check(self, said: Said) -> Iterator[Mismatch]:
        """What one more notice says, and what was read; nothing where they agree."""
        if said.records is not None:
            yield from self._check_count(said, said.records)
            return
        if said.partition is None or said.offset is None or said.topic is None:
            return
        self._topics.add(said.topic)
        highest = self._highest.get((said.topic, said.partition), -1)
        if self._topics == {said.topic}:
            # A dump that does not show its topic is of one, as long as the notices name one.
            highest = max(highest, self._highest.get((None, said.partition), -1))
        if highest >= said.offset:
            where = f"{said.topic}[{said.partition}]"
            reason = f"the tool says that {where} ended at offset {said.offset}, and a record before that has {highest}"
            yield Mismatch(said, said.offset, highest, reason)

    def finish(self) -> Iterator[Mismatch]:
        """The dump is over."""
        if self._early is not None and self._early.records != self._since()[0]:
            yield _mismatch(self._early, 0)
        self._early = None

    def _check_count(self, said: Said, count: int) -> Iterator[Mismatch]:
        since = self._since()
        early, self._early = self._early, None
        if early is not None:
            if early.records == since[0]:
                since = [0]
            else:
                yield _mismatch(early, 0)
        self._beginnings = [self._records]
        self._highest.clear()
        if count not in since:
            if since[0]:
                yield _mismatch(said, since[0])
            else:
                self._early = said

    def _since(self) -> list[int]:
        return [self._records - beginning for beginning in self._beginnings]


def _mismatch(said: Said, read: int) -> Mismatch:
    reason = f"the tool says that it read {said.records} records, and {read} were read here"
    return Mismatch(said, said.records or 0, read, reason)
