"""Where a group has to be set so that it reads what was put back, and what it would miss that way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dumpfix.json.validity import is_valid
from dumpfix.producing.client import Client
from dumpfix.producing.journal import Journal
from dumpfix.producing.plan import ProducePlan
from dumpfix.report.shapes import Finding

#: ranges of offsets that are no further apart are read in one go
_NEAR = 1000


class Coverage:
    """The offsets of a topic that a dump has, by partition: what was put back, and what is poison."""

    def __init__(self) -> None:
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        self.poison: dict[int, list[int]] = {}

    def add(self, partition: int, offset: int) -> None:
        """One more record of the dump."""
        ranges = self._ranges.setdefault(partition, [])
        if ranges and ranges[-1][0] <= offset <= ranges[-1][1]:
            if offset == ranges[-1][1]:
                ranges[-1] = (ranges[-1][0], offset + 1)
            return
        ranges.append((offset, offset + 1))

    def add_poison(self, partition: int, offset: int) -> None:
        """A record whose payload nobody can read as it stands in the topic."""
        self.add(partition, offset)
        self.poison.setdefault(partition, []).append(offset)

    @property
    def partitions(self) -> set[int]:
        """The partitions of which there is something."""
        return set(self._ranges)

    def end(self, partition: int) -> int | None:
        """The offset behind the last one that is covered."""
        return max((end for _, end in self._ranges.get(partition, ())), default=None)

    def holes(self, partition: int, start: int, end: int) -> list[tuple[int, int]]:
        """The ranges between two offsets that are not covered; the end of each is not included."""
        holes = []
        for first, last in sorted(self._ranges.get(partition, ())):
            if first > start:
                holes.append((start, min(first, end)))
            start = max(start, last)
            if start >= end:
                return holes
        holes.append((start, end))
        return [hole for hole in holes if hole[0] < hole[1]]


@dataclass(slots=True)
class Start:
    """Where the group goes on in one partition. ``missed`` are offsets of good events that it would never read.

    ``twice`` counts records put back that the group has read already.
    """

    partition: int
    offset: int
    missed: list[int] = field(default_factory=list)
    twice: int = 0


def covered(plan: ProducePlan, findings: Iterable[Finding]) -> Coverage:
    """What the dump has of the topic that is written to; nothing where it is a dump of another topic."""
    coverage = Coverage()
    name = plan.topic.name
    for _, record in plan.routed():
        if record.topic == name and record.partition is not None and record.offset is not None:
            coverage.add(record.partition, record.offset)
    for finding in findings:
        partition, offset = finding["partition"], finding["offset"]
        if finding["topic"] != name or partition is None or offset is None:
            continue
        if finding["verdict"] in ("repaired", "irrecoverable"):
            coverage.add_poison(partition, offset)
    return coverage


def starts(
    plan: ProducePlan, client: Client, journal: Journal, coverage: Coverage, committed: Mapping[int, int]
) -> list[Start]:
    """A start for each partition in which the group has to move. ``committed``: where it stands now.

    A group without an offset that the partition has goes on where its consumers' auto.offset.reset says, the end maybe:
    it has to be set. Where nothing was sent yet, the records of this run are taken to come next. Raises ClusterError.
    """
    consumer = client.consumer()
    found = []
    try:
        for number in sorted(set(plan.partitions) | set(coverage.partitions)):
            if number < plan.topic.partitions:
                low, high = client.watermarks(consumer, plan.topic.name, number)
                state = journal.partitions.get(number)
                end = high if state is None or journal.is_resumed else state.begins
                known = committed.get(number)
                is_placed = known is not None and known <= end
                stands = max(known or 0, low) if is_placed else low
                # Offsets behind the end are those of a log that is gone: the topic was made anew.
                is_same = max(known or 0, coverage.end(number) or 0) <= end
                there = coverage if is_same else Coverage()
                if number in plan.partitions:
                    replay = high if state is None or state.first is None else state.first
                elif any(offset >= stands for offset in there.poison.get(number, ())):
                    replay = there.end(number) or high
                else:
                    continue
                if stands < replay or not is_placed:
                    found.append(_start(plan, client, consumer, there, number, stands, replay))
    finally:
        consumer.close()
    by_number = {start.partition: start for start in found}
    for _, record in plan.routed():
        start = by_number.get(-1 if record.partition is None else record.partition)
        if start is not None and record.topic == plan.topic.name and record.offset is not None:
            start.twice += record.offset < committed.get(start.partition, 0)
    return found


def _start(
    plan: ProducePlan, client: Client, consumer: Any, coverage: Coverage, number: int, stands: int, replay: int
) -> Start:
    """Behind everything that is poison; before what came in between and is good, if there is such."""
    good: list[int] = []
    last_poison = max((offset for offset in coverage.poison.get(number, ()) if offset < replay), default=-1)
    last_covered = (coverage.end(number) or 0) - 1
    for first, end, holes in _near(coverage.holes(number, stands, replay)):
        for one in client.read(consumer, plan.topic.name, number, first, end):
            if any(low <= one.offset < high for low, high in holes):
                if one.value is None or is_valid(one.value):
                    good.append(one.offset)
                else:
                    last_poison = one.offset
    behind = max(last_poison, last_covered)
    later = [offset for offset in good if offset > behind]
    return Start(number, later[0] if later else replay, [offset for offset in good if offset <= behind])


def _near(holes: Iterable[tuple[int, int]]) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Holes that lie near each other together, with the range that has them all."""
    groups: list[tuple[int, int, list[tuple[int, int]]]] = []
    for first, end in holes:
        if groups and first - groups[-1][1] <= _NEAR:
            groups[-1] = (groups[-1][0], end, [*groups[-1][2], (first, end)])
        else:
            groups.append((first, end, [(first, end)]))
    return groups
