"""Where a group is set to read a replay, held against a topic that lives on: nothing good may be skipped unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dumpfix.producing.client import Read
from dumpfix.producing.starts import Coverage, starts
from dumpfix.sink.queue import Queued

GOOD, POISON, NOTHING, GONE = "good", "poison", "delete", "gone"
kinds = st.sampled_from([GOOD, GOOD, POISON, NOTHING, GONE])
live_kinds = st.sampled_from([GOOD, GOOD, GOOD, POISON])
PAYLOADS = {GOOD: b"{}", POISON: b"{", NOTHING: None}


class Topic:
    """One partition as a client sees it."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    def consumer(self) -> Any:
        return SimpleNamespace(close=lambda: None)

    def watermarks(self, _: Any, topic: str, partition: int) -> tuple[int, int]:
        assert (topic, partition) == ("t", 0)
        return 0, len(self.log)

    def read(self, _: Any, topic: str, partition: int, start: int, end: int) -> Iterator[Read]:
        for offset in range(start, min(end, len(self.log))):
            if self.log[offset] != GONE:
                yield Read(offset, 1, b"k", PAYLOADS[self.log[offset]], ())


@given(
    st.lists(kinds, min_size=1, max_size=12),
    st.lists(live_kinds, max_size=4),
    st.lists(live_kinds, max_size=4),
    st.data(),
)
def test_whatever_is_good_is_read_or_named(
    old: list[str], before: list[str], between: list[str], data: st.DataObject
) -> None:
    """Of ``old`` somebody dumped some; ``before`` came until the run, ``between`` until its first record was in."""
    dumped = sorted(data.draw(st.sets(st.integers(0, len(old) - 1))))
    stands = data.draw(st.integers(0, len(old)))
    unread = data.draw(st.booleans())
    coverage = Coverage()
    replayed = []
    for offset in dumped:
        if old[offset] == POISON:
            coverage.add_poison(0, offset)
        elif old[offset] != GONE and not (unread and offset < stands):
            coverage.add(0, offset)
            replayed.append(offset)
    log = [*old, *before, *between]
    first = len(log)
    log += [old[offset] for offset in replayed]
    rows = [Queued("t", 0, offset, 1, b"k", b"{}", (), 1) for offset in replayed]
    plan: Any = SimpleNamespace(
        topic=SimpleNamespace(name="t", partitions=1),
        partitions={0: None} if replayed else {},
        routed=lambda: ((0, row) for row in rows),
    )
    state = SimpleNamespace(first=first, begins=len(old) + len(before))
    journal: Any = SimpleNamespace(partitions={0: state} if replayed else {}, is_resumed=False)
    client: Any = Topic(log)
    found = starts(plan, client, journal, coverage, {0: stands})
    if not found:
        # It is left where it is: nothing of the dump is poison to it, or it is behind everything.
        assert not replayed or stands >= first
        assert not any(old[offset] == POISON and offset >= stands for offset in dumped) or stands >= first
        return
    (start,) = found
    assert start.offset >= stands
    is_good = {offset for offset, kind in enumerate(log) if kind in (GOOD, NOTHING) and offset >= stands}
    originals = {offset for offset in is_good if offset < first}
    read = {offset for offset in is_good if offset >= start.offset}
    read_as_copies = {old_offset for at, old_offset in enumerate(replayed, first) if at >= start.offset}
    assert originals - read - read_as_copies == set(start.missed), "what is skipped is named, and nothing else is"
    if replayed:
        assert POISON not in log[start.offset : first], "it does not die before it reads the replay"
        assert read_as_copies == set(replayed), "the replay is read from its first record on"
        assert not set(replayed) & read, "nothing is read twice"
    assert start.twice == sum(offset < stands for offset in replayed)


def started(log: list[str], dumped: list[int], committed: dict[int, int]) -> list[tuple[int, list[int]]]:
    """Where a group is set that gets the offsets ``dumped``, sent behind ``log``; which good events it misses."""
    coverage = Coverage()
    for offset in dumped:
        coverage.add(0, offset)
    rows = [Queued("t", 0, offset, 1, b"k", b"{}", (), 1) for offset in dumped]
    plan: Any = SimpleNamespace(
        topic=SimpleNamespace(name="t", partitions=1), partitions={0: None}, routed=lambda: ((0, row) for row in rows)
    )
    state = SimpleNamespace(first=len(log), begins=len(log))
    journal: Any = SimpleNamespace(partitions={0: state}, is_resumed=False)
    client: Any = Topic([*log, *(GOOD for _ in dumped)])
    return [(start.offset, start.missed) for start in starts(plan, client, journal, coverage, committed)]


def test_a_group_that_stands_nowhere_is_set_where_the_replay_begins() -> None:
    # Where nothing was before: its consumers may begin at the end, behind what was put back.
    assert started([], [0, 1], {}) == [(0, [])]
    assert started([GONE, GONE], [0, 1], {}) == [(2, [])]
    assert started([], [0, 1], {0: 0}) == [], "it stands there"


@given(st.integers(1, 5), st.integers(0, 3), st.integers(0, 20))
def test_a_topic_that_was_made_anew_is_not_the_one_that_was_dumped(size: int, live: int, stands: int) -> None:
    """The dump and the group speak of offsets that the new topic does not have yet: they say nothing of its events."""
    dumped = list(range(live + stands, live + stands + size))
    offset, missed = started([GOOD] * live, dumped, {0: live + 1 + stands})[0]
    assert (offset, missed) == (0, []), "what is there is read, then what was put back"


def test_holes_are_what_is_not_covered_whatever_the_order() -> None:
    coverage = Coverage()
    for offset in (5, 6, 7, 3, 10, 6):
        coverage.add(0, offset)
    assert coverage.holes(0, 2, 12) == [(2, 3), (4, 5), (8, 10), (11, 12)]
    assert coverage.holes(0, 5, 8) == []
    assert coverage.holes(1, 0, 2) == [(0, 2)]
    assert coverage.end(0) == 11
