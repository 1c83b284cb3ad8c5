"""What happens on the way of a dump, as plain values in the dump's order.

The pipeline yields events; the output takes their bytes, the ledger folds them into the account. An event refers to no
buffer, so that one process can hand it to another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal, NamedTuple

from dumpfix.framing.frame import Batch, Counts
from dumpfix.record.fields import Reading
from dumpfix.record.model import Record

#: hazards of a dump that are told with their places; the others are only counted
MOST_HAZARDS = 1000

WithheldBecause = Literal["irrecoverable", "level", "incomplete", "not_representable", "hazard"]


class Offsets(NamedTuple):
    """Good records of one partition: their offsets in the dump's order (a range where they count up by one).

    ``unplaced`` more records show their partition and no offset. ``times`` has the texts of their timestamps, one for
    each offset, where somebody wants them; else nothing.
    """

    topic: str | None
    partition: int
    offsets: Sequence[int] = ()
    unplaced: int = 0
    times: Sequence[bytes | None] = ()


class GoodRecords(NamedTuple):
    """Records with payloads that are valid or null, none of them withheld. ``out`` are their lines in the output.

    ``emitted`` may be less than ``records`` by the tombstones that the output leaves out. ``end`` is where they end in
    the dump.
    """

    out: bytes
    records: int
    tombstones: int
    emitted: int
    offsets: tuple[Offsets, ...] = ()
    has_keys: bool = False
    has_headers: bool = False
    end: int = 0


class Samples(NamedTuple):
    """Some of the first records of a topic: where each begins in the dump, and its payload if that is intact."""

    topic: str | None
    rows: tuple[tuple[int, bytes | None], ...]


class LeftOut(NamedTuple):
    """Records that nobody asked for: counted, and their offsets known, so that they make no gaps.

    ``were_emitted``: the dump says that they went out already, which is why they do not now.
    """

    records: int
    offsets: tuple[Offsets, ...] = ()
    end: int = 0
    were_emitted: bool = False


class OneRecord(NamedTuple):
    """A record that was looked at by itself, with its verdict. ``out`` is its line in the output, if it has one.

    ``withheld_because`` is None where it was not withheld; ``reason`` says why it was, although it could be read.
    """

    record: Record
    out: bytes = b""
    emitted: bool = False
    withheld_because: WithheldBecause | None = None
    reason: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether all that there is to say of it can be said in bulk."""
        return (
            self.withheld_because is None and self.record.verdict in ("valid", "tombstone") and not self.record.doubts
        )

    def in_bulk(self) -> GoodRecords:
        """The same as bulk of one record; for one that is good."""
        record = self.record
        offsets = _offsets_of_one(record)
        return GoodRecords(
            self.out,
            records=1,
            tombstones=int(record.verdict == "tombstone"),
            emitted=int(self.emitted),
            offsets=offsets,
            has_keys=bool(record.key),
            has_headers=bool(record.headers_text) and record.headers != (),
            end=record.byte_end,
        )


class Hazard(NamedTuple):
    """One kind of hazard in one payload."""

    kind: str
    line: int
    topic: str | None
    partition: int | None
    offset: int | None


class Hazards(NamedTuple):
    """Payloads that are valid JSON and that may trip a consumer, whether they went out or were withheld for it.

    ``counts`` has the kinds with how many payloads have them; ``places`` the first of them, up to MOST_HAZARDS of a
    dump. ``largest`` is the size in bytes of the largest payload among them.
    """

    counts: tuple[tuple[str, int], ...]
    places: tuple[Hazard, ...]
    largest: int


class Unread(NamedTuple):
    """Members of records, by name, that hold something and that the layout does not know: they go nowhere."""

    counts: Counts


class NullKeys(NamedTuple):
    """Words that stood where a key does and were taken for none."""

    counts: Counts


class Notices(NamedTuple):
    """Lines that a tool printed about itself."""

    lines: int


class Said(NamedTuple):
    """What a notice says of the run that printed it, to be held against what was read before it.

    ``records`` were read in all; or ``offset`` is where a partition ended. What is not said is None.
    """

    line: int
    byte_start: int
    byte_end: int
    records: int | None
    topic: str | None
    partition: int | None
    offset: int | None


class RunMayBegin:
    """A command was typed here: what follows may be another run of a tool."""

    __slots__ = ()


class Garbage(NamedTuple):
    """Bytes that belong to no record. ``line_starts`` (line, offset) of its lines are given where it was wrapped."""

    text: bytes
    line: int
    byte_start: int
    line_starts: tuple[tuple[int, int], ...] = ()

    def place(self, at: int) -> tuple[int, int]:
        """The line and the offset in the file of the byte at ``at`` in the text."""
        before = self.text.count(b"\n", 0, at)
        if not self.line_starts:
            return self.line + before, self.byte_start + at
        line, start = self.line_starts[before]
        return line, start + at - (self.text.rfind(b"\n", 0, at) + 1)


Event = (
    GoodRecords | Samples | LeftOut | OneRecord | Hazards | Unread | NullKeys | Notices | Said | RunMayBegin | Garbage
)


def output_of(event: Event) -> bytes:
    """What an event adds to the output."""
    return event.out if isinstance(event, GoodRecords | OneRecord) else b""


def records_in(event: Event) -> int:
    """How many records an event tells of."""
    return event.records if isinstance(event, GoodRecords) else int(isinstance(event, OneRecord))


@lru_cache(1 << 10)
def topic_name(name: bytes | None) -> str | None:
    """A topic as text; bytes that are no UTF-8 are escaped."""
    return None if name is None else name.decode("utf-8", "backslashreplace")


# -- many records as one event -----------------------------------------------------------------------------------------


def good_records(
    batch: Batch, out: bytes, reading: Reading, *, emits_tombstones: bool, end: int, with_times: bool = False
) -> GoodRecords:
    """The event for a batch, no bytecode per record where one partition counts up. ``out`` are its lines."""
    count = len(batch.values)
    nulls = batch.values.count(None) + batch.values.count(b"")
    headers = batch.columns.get("headers", ())
    return GoodRecords(
        out,
        records=count,
        tombstones=nulls,
        emitted=count if emits_tombstones else count - nulls,
        offsets=tuple(_offsets_of(batch, with_times=with_times)),
        has_keys=reading.has_key and any(batch.columns.get("key", ())),
        has_headers=reading.has_headers and not {None, b"", reading.no_headers}.issuperset(headers),
        end=end,
    )


def _offsets_of_one(record: Record) -> tuple[Offsets, ...]:
    if record.partition is None:
        return ()
    known = () if record.offset is None else (record.offset,)
    times = () if record.offset is None or record.timestamp is None else (b"%d" % record.timestamp,)
    return (Offsets(record.topic, record.partition, known, int(record.offset is None), times),)


def left_out(record: Record, *, was_emitted: bool = False) -> LeftOut:
    """The event for a record that is not wanted."""
    return LeftOut(1, _offsets_of_one(record), record.byte_end, was_emitted)


def batch_left_out(batch: Batch, end: int) -> LeftOut:
    """The same for many."""
    return LeftOut(len(batch.values), tuple(_offsets_of(batch)), end)


def _offsets_of(batch: Batch, *, with_times: bool = False) -> Iterator[Offsets]:
    partitions = batch.columns.get("partition")
    if partitions is None:
        return
    offsets = batch.columns.get("offset")
    topics = batch.columns.get("topic") or [None] * len(partitions)
    if offsets is None or None in partitions or None in offsets:
        yield from _offsets_of_rows(topics, partitions, offsets or [None] * len(partitions))
        return
    numbers = list(map(int, offsets))  # type: ignore[arg-type]
    times = batch.columns.get("timestamp") if with_times else None
    if topics.count(topics[0]) == len(topics) and partitions.count(partitions[0]) == len(partitions):
        yield Offsets(topic_name(topics[0]), int(partitions[0] or b"0"), _compact(numbers), times=tuple(times or ()))
        return
    groups: dict[tuple[bytes | None, bytes | None], list[int]] = defaultdict(list)
    for topic, partition, number in zip(topics, partitions, numbers, strict=True):
        groups[topic, partition].append(number)
    moments: dict[tuple[bytes | None, bytes | None], list[bytes | None]] = defaultdict(list)
    for topic, partition, text in zip(topics, partitions, times or (), strict=False):
        moments[topic, partition].append(text)
    for (topic, partition), group in groups.items():
        when = tuple(moments.get((topic, partition), ()))
        yield Offsets(topic_name(topic), int(partition or b"0"), _compact(group), times=when)


def _offsets_of_rows(
    topics: Sequence[bytes | None], partitions: Sequence[bytes | None], offsets: Sequence[bytes | None]
) -> Iterator[Offsets]:
    """For batches in which a record lacks its partition or offset."""
    for topic, partition, offset in zip(topics, partitions, offsets, strict=True):
        if partition is not None:
            known = () if offset is None else (int(offset),)
            yield Offsets(topic_name(topic), int(partition), known, int(offset is None))


def _compact(offsets: Sequence[int]) -> Sequence[int]:
    run = range(offsets[0], offsets[-1] + 1) if offsets else range(0)
    return run if len(run) == len(offsets) and list(run) == list(offsets) else tuple(offsets)


def condensed(events: Iterable[Event]) -> Iterator[Event]:
    """The same story in fewer events: good records that nothing comes between are told together."""
    waiting: list[GoodRecords] = []
    for event in events:
        if isinstance(event, OneRecord) and event.is_good:
            waiting.append(event.in_bulk())
        elif isinstance(event, GoodRecords):
            waiting.append(event)
        else:
            if waiting:
                yield _together(waiting)
                waiting = []
            yield event
    if waiting:
        yield _together(waiting)


def _together(events: Sequence[GoodRecords]) -> GoodRecords:
    if len(events) == 1:
        return events[0]
    offsets: dict[tuple[str | None, int], list[int]] = defaultdict(list)
    unplaced: dict[tuple[str | None, int], int] = defaultdict(int)
    times: dict[tuple[str | None, int], list[bytes | None]] = defaultdict(list)
    has_times = any(some.times for event in events for some in event.offsets)
    for event in events:
        for some in event.offsets:
            if has_times:
                times[some.topic, some.partition].extend(some.times or [None] * len(some.offsets))
            offsets[some.topic, some.partition].extend(some.offsets)
            unplaced[some.topic, some.partition] += some.unplaced
    return GoodRecords(
        b"".join(event.out for event in events),
        records=sum(event.records for event in events),
        tombstones=sum(event.tombstones for event in events),
        emitted=sum(event.emitted for event in events),
        offsets=tuple(
            Offsets(*name, _compact(some), unplaced[name], tuple(times[name])) for name, some in offsets.items()
        ),
        has_keys=any(event.has_keys for event in events),
        has_headers=any(event.has_headers for event in events),
        end=events[-1].end,
    )


def moved(event: Event, lines: int) -> Event:
    """The event as it is in a dump that has so many lines before the bytes that were read."""
    if not lines or isinstance(event, GoodRecords | Samples | LeftOut | Unread | NullKeys | Notices | RunMayBegin):
        return event
    if isinstance(event, OneRecord):
        payload_line = event.record.payload_line
        later = None if payload_line is None else payload_line + lines
        return event._replace(record=replace(event.record, line=event.record.line + lines, payload_line=later))
    if isinstance(event, Hazards):
        return event._replace(places=tuple(place._replace(line=place.line + lines) for place in event.places))
    return event._replace(line=event.line + lines)
