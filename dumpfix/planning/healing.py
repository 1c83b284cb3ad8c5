"""The plan for a stuck group, made of a dump's report.

A group is stuck at the first payload that is poison as it stands in the topic, repaired in the dump or not. It goes on
behind it and gets stuck at the next one: each is a *stop*, a run of poison offsets without one between them that the
dump shows as good, or does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dumpfix.errors import UsageError
from dumpfix.report.model import Report
from dumpfix.report.shapes import Finding

#: steps that get a file of their own; who has more stops than that puts the events back instead
MOST_STEPS = 100
#: verdicts on payloads that are no valid JSON as they stand in the topic
_POISON = ("repaired", "irrecoverable")


@dataclass(frozen=True, slots=True)
class Stop:
    """Offsets ``first`` to ``last`` are poison; a group goes on at ``next``."""

    first: int
    last: int

    @property
    def next(self) -> int:
        """The offset behind it."""
        return self.last + 1


@dataclass(frozen=True, slots=True)
class StuckPartition:
    """A partition with poison at or behind the place where the group stands.

    ``stands`` is that place; the first stop, where nobody said. Not ``is_placed``: what was said does not speak of this
    partition, and the group is taken to have read nothing of it. ``is_exact``: all gaps of the dump are known, so that
    good events can be counted, else they are at most as many. ``poison`` counts offsets.
    """

    topic: str
    partition: int
    stops: tuple[Stop, ...]
    poison: int
    stands: int
    first_offset: int
    last_offset: int
    gaps: tuple[tuple[int, int], ...] = ()
    is_exact: bool = True
    is_placed: bool = True

    def next_good_offset(self, start: int | None = None) -> int:
        """Behind the first stop from ``start`` on; without one behind the last, where nothing is poison any more."""
        if start is None:
            return self.stops[-1].next
        return next((stop.next for stop in self.stops if stop.last >= start), start)

    def skipped(self, start: int, end: int) -> int:
        """Good events of the dump from ``start`` to ``end`` (not included)."""
        low, high = max(start, self.first_offset), min(end, self.last_offset + 1)
        missing = sum(_overlap(low, high, first, last + 1) for first, last in self.gaps)
        bad = sum(_overlap(low, high, stop.first, stop.last + 1) for stop in self.stops)
        return max(high - low, 0) - missing - bad

    def unknown(self, start: int, end: int) -> int:
        """Offsets from ``start`` to ``end`` that the dump does not have: nothing was there, or it was not dumped."""
        missing = sum(_overlap(start, end, first, last + 1) for first, last in self.gaps)
        return missing + max(min(self.first_offset, end) - start, 0)


def _overlap(low: int, high: int, first: int, end: int) -> int:
    return max(min(high, end) - max(low, first), 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file for ``--reset-offsets --from-file``; ``skips`` good events, at most where it is not exact.

    ``unknown`` offsets that it skips are not in the dump.
    """

    topic: str
    partition: int
    offset: int
    skips: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Blind:
    """What a plan says nothing of, since the dump does not, or nobody asked.

    ``left_out`` counts records that were not asked for, ``garbage`` bytes that belong to no record, ``unplaced`` poison
    payloads that lack topic, partition or offset, ``mismatches`` counts of a tool that disagree with the dump.
    ``others`` are partitions of topics in which nothing is JSON, each with its payloads; ``doubts`` are dumps of which
    it is not sure how they are to be read, each with what they may be as well.
    """

    left_out: int = 0
    garbage: int = 0
    unplaced: int = 0
    mismatches: int = 0
    others: tuple[tuple[str | None, int, int], ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()

    @property
    def may_hide_poison(self) -> bool:
        """Whether something may be poison although everything was asked for."""
        return bool(self.garbage or self.unplaced or self.mismatches or self.others or self.doubts)


@dataclass(frozen=True, slots=True)
class Healing:
    """``steps`` are the rows of step-1.csv, step-2.csv …; ``skip`` those of skip.csv, behind all poison.

    ``knows_group``: the places where the group stands were given, for ``known_topics``. ``blind`` is what is not in it.
    """

    partitions: tuple[StuckPartition, ...]
    steps: tuple[tuple[Row, ...], ...] = ()
    skip: tuple[Row, ...] = ()
    knows_group: bool = False
    more_steps: int = 0
    known_topics: tuple[str, ...] = ()
    blind: Blind = Blind()

    @property
    def needs_a_look(self) -> bool:
        """What exit status 1 says: something is poison, or may be."""
        return bool(self.partitions) or self.blind.may_hide_poison

    @property
    def unplaced(self) -> tuple[StuckPartition, ...]:
        """Partitions that what was said of the group's places does not speak of."""
        return tuple(one for one in self.partitions if not one.is_placed)

    @property
    def skips(self) -> int:
        """Good events that skip.csv skips."""
        return sum(row.skips for row in self.skip)

    @property
    def is_exact(self) -> bool:
        """Whether the counts are what they say, not the most that they can be."""
        return all(one.is_exact for one in self.partitions)

    def files(self) -> dict[str, bytes]:
        """What to write, by name."""
        named = {f"step-{number}.csv": rows for number, rows in enumerate(self.steps, 1)}
        if self.skip:
            named["skip.csv"] = self.skip
        return {name: b"".join(_line(row) for row in rows) for name, rows in named.items()}


def _line(row: Row) -> bytes:
    return f"{row.topic},{row.partition},{row.offset}\n".encode("utf-8", "surrogateescape")


@dataclass(slots=True)
class _Poison:
    """The poison offsets of one partition, as they come."""

    runs: list[tuple[int, int]] = field(default_factory=list)

    def add(self, offset: int) -> None:
        if self.runs and self.runs[-1][1] == offset - 1:
            self.runs[-1] = (self.runs[-1][0], offset)
        elif not self.runs or not self.runs[-1][0] <= offset <= self.runs[-1][1]:
            self.runs.append((offset, offset))

    def stops(self) -> list[Stop]:
        """In order, those that touch joined."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted(self.runs):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        return [Stop(first, last) for first, last in joined]


def healing_of(report: Report, committed: Mapping[tuple[str, int], int] | None = None) -> Healing:
    """The plan. ``committed`` says where the group stands, by topic and partition.

    A partition that it lacks counts from its first record on, as for ``convert --from-offsets``: the group never
    committed there, or somebody took the wrong file.

    Raises UsageError where the dump does not show what a plan needs.
    """
    for account in report.inputs:
        if account.holds_rejects:
            raise UsageError("is what was set aside, not all of a topic: plan needs the dump itself", path=account.path)
    _require_coordinates(report)
    poison = _poison_of(report.findings)
    stuck = []
    for row in report.partitions:
        topic, first, last = row["topic"], row["first_offset"], row["last_offset"]
        if topic is None or first is None or last is None:
            continue
        name = topic, row["partition"]
        stops = poison[name].stops() if row["next_good_offset"] is not None and name in poison else []
        stands = (stops[0].first if stops else first) if committed is None else committed.get(name, first)
        left = tuple(Stop(max(stop.first, stands), stop.last) for stop in stops if stop.last >= stands)
        if left:
            stuck.append(
                StuckPartition(
                    *name,
                    stops=left,
                    poison=sum(stop.next - stop.first for stop in left),
                    stands=stands,
                    first_offset=first,
                    last_offset=last,
                    gaps=tuple((gap[0], gap[1]) for gap in row["gaps"]),
                    is_exact=row["gap_count"] == len(row["gaps"]),
                    is_placed=committed is None or name in committed,
                )
            )
    most = max((len(one.stops) for one in stuck), default=0)
    return Healing(
        tuple(stuck),
        tuple(tuple(_step(stuck, number)) for number in range(min(most, MOST_STEPS))),
        tuple(_row(one, one.stands, one.next_good_offset()) for one in stuck),
        committed is not None,
        max(most - MOST_STEPS, 0),
        tuple(sorted({topic for topic, _ in committed or ()})),
        _blind(report),
    )


def _blind(report: Report) -> Blind:
    placeless = mismatches = 0
    for finding in report.findings:
        mismatches += finding["verdict"] == "count_mismatch"
        if finding["verdict"] in _POISON:
            placeless += None in (finding["topic"], finding["partition"], finding["offset"])
    return Blind(
        report.totals.left_out,
        report.totals.garbage_bytes,
        placeless,
        mismatches,
        tuple(
            (row["topic"], row["partition"], row["poison_count"])
            for row in report.partitions
            if row["poison_count"] and row["next_good_offset"] is None
        ),
        tuple((account.path, account.doubt) for account in report.inputs if account.doubt is not None),
    )


def _step(stuck: Iterable[StuckPartition], number: int) -> Iterable[Row]:
    """Over one stop in each partition that has so many; before the first the group may not have committed all."""
    for one in stuck:
        if number < len(one.stops):
            stop = one.stops[number]
            yield _row(one, one.stands if number == 0 else stop.first, stop.next)


def _row(one: StuckPartition, start: int, offset: int) -> Row:
    return Row(one.topic, one.partition, offset, one.skipped(start, offset), one.unknown(start, offset))


def _poison_of(findings: Iterable[Finding]) -> dict[tuple[str, int], _Poison]:
    poison: dict[tuple[str, int], _Poison] = {}
    for finding in findings:
        topic, partition, offset = finding["topic"], finding["partition"], finding["offset"]
        if topic is None or partition is None or offset is None:
            continue
        if finding["verdict"] in _POISON:
            poison.setdefault((topic, partition), _Poison()).add(offset)
    return poison


def _require_coordinates(report: Report) -> None:
    """Raises UsageError where no record says where in the topic it is."""
    if not report.totals.records:
        left_out = report.totals.left_out
        why = f"none of the {left_out} records of the dump was asked for" if left_out else "the dump holds no record"
        raise UsageError(f"no plan: {why}")
    if not report.partitions:
        raise UsageError(f"no plan: the dump does not show partitions. {_AGAIN}")
    if all(row["topic"] is None for row in report.partitions):
        raise UsageError(f"no plan: the dump does not show its topic. {_AGAIN}")
    if all(row["first_offset"] is None for row in report.partitions):
        raise UsageError(f"no plan: the dump does not show offsets. {_AGAIN}")


_AGAIN = "Dump it again with topic, partition and offset: kcat -C -J"
