"""``--repair safe``: a lossy repair goes out only if it lacks nothing that every intact payload of its topic has.

Its siblings are the intact payloads among the first MOST_RECORDS records of its topic that begin in the MOST_BYTES
of the dump that follow the first of them, before it or after it: the same set however the dump arrives and however many
processes read it. So a lossy repair among them waits, and what follows it waits too.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from dumpfix.errors import BrokenInputError
from dumpfix.framing.frame import Batch
from dumpfix.record.events import Event, GoodRecords, LeftOut, OneRecord, Samples, topic_name
from dumpfix.record.model import Record
from dumpfix.repairing.completeness import Common

#: records of a topic among which siblings are looked for
MOST_RECORDS = 1000
#: bytes of the dump in which they are looked for: what has to wait, at most
MOST_BYTES = 16 << 20
#: bytes of siblings that are kept as they are; more of them are taken apart at once
MOST_KEPT = 4 * MOST_BYTES


@dataclass(slots=True)
class _Window:
    """The first records of a topic: how many there were, and where the first began."""

    first: int
    records: int = 0

    def holds(self, start: int) -> bool:
        """Whether a record that begins there, behind all others, is one of them."""
        return self.records < MOST_RECORDS and start < self.first + MOST_BYTES


class Sampler:
    """Tells of the first records of each topic, and of no more than that."""

    def __init__(self, windows: dict[str | None, _Window] | None = None) -> None:
        self._windows = windows if windows is not None else {}

    def copy(self) -> Sampler:
        """Another one that has told the same, and goes its own way from now on."""
        return Sampler({topic: replace(window) for topic, window in self._windows.items()})

    def of_record(self, record: Record) -> Iterator[Samples]:
        """For a record that is looked at by itself."""
        if self._wants(record.topic, record.byte_start):
            payload = record.value if record.verdict == "valid" else None
            yield self._told(record.topic, [(record.byte_start, payload)])

    def of_batch(self, batch: Batch, start_of: Callable[[int], int]) -> list[Samples]:
        """For many; ``start_of`` gives the offset in the dump of a byte of the buffer in which they lie."""
        topics = batch.columns.get("topic") or [None] * len(batch.values)
        wanted = {topic for topic in set(topics) if self._wants(topic_name(topic), start_of(batch.start))}
        if not wanted:
            return []
        rows: defaultdict[str | None, list[tuple[int, bytes | None]]] = defaultdict(list)
        for topic, start, value in zip(topics, batch.starts(), batch.values, strict=True):
            if topic in wanted:
                rows[topic_name(topic)].append((start_of(start), value or None))
        return [self._told(topic, some[:MOST_RECORDS]) for topic, some in rows.items()]

    def take(self, samples: Samples) -> None:
        """Somebody else has told of these already."""
        self._told(samples.topic, samples.rows)

    def _wants(self, topic: str | None, start: int) -> bool:
        window = self._windows.get(topic)
        return window is None or window.holds(start)

    def _told(self, topic: str | None, rows: Iterable[tuple[int, bytes | None]]) -> Samples:
        some = tuple(rows)
        self._windows.setdefault(topic, _Window(some[0][0])).records += len(some)
        return Samples(topic, some)


@dataclass(slots=True)
class _Siblings:
    """The siblings of one topic: ``kept`` are to be taken apart when somebody asks."""

    window: _Window
    kept: list[bytes] = field(default_factory=list)
    size: int = 0
    common: Common = field(default_factory=Common)

    def known(self) -> Common:
        """What they have in common."""
        for payload in self.kept:
            self.common.add(payload)
        self.kept.clear()
        self.size = 0
        return self.common


class _Settlement:
    """Events in their order, each lossy repair decided when its siblings are known."""

    def __init__(self) -> None:
        self._topics: dict[str | None, _Siblings] = {}
        self._waiting: deque[Event] = deque()
        self._at = 0
        self._kept = 0

    def take(self, event: Event) -> Iterator[Event]:
        """One more event; those that nothing holds back any more."""
        if isinstance(event, Samples):
            self._learn(event)
        elif self._waiting or _is_lossy(event):
            self._waiting.append(event)
        else:
            yield event
            return
        if isinstance(event, GoodRecords | LeftOut):
            self._at = event.end
        elif isinstance(event, OneRecord):
            self._at = event.record.byte_end
        yield from self.release(at_end=False)

    def release(self, *, at_end: bool) -> Iterator[Event]:
        """What need not wait any more; ``at_end``: nobody comes after this."""
        while self._waiting:
            event = self._waiting[0]
            if isinstance(event, OneRecord) and _is_lossy(event):
                siblings = self._topics[event.record.topic]
                if not at_end and siblings.window.holds(self._at):
                    return
                event = _decided(event, siblings.known())
            self._waiting.popleft()
            yield event

    def _learn(self, samples: Samples) -> None:
        siblings = self._topics.get(samples.topic)
        if siblings is None:
            siblings = self._topics[samples.topic] = _Siblings(_Window(samples.rows[0][0]))
        for start, payload in samples.rows:
            if not siblings.window.holds(start):
                break
            siblings.window.records += 1
            if payload is not None:
                siblings.kept.append(payload)
                siblings.size += len(payload)
                self._kept += len(payload)
        if self._kept > MOST_KEPT:
            self._kept = 0
            for one in self._topics.values():
                one.known()


def settled(events: Iterable[Event]) -> Iterator[Event]:
    """The events of one dump without samples, lossy repairs withheld that lack what their siblings all have."""
    settlement = _Settlement()
    try:
        for event in events:
            yield from settlement.take(event)
    except BrokenInputError:
        # What came before the dump broke off counts all the same.
        yield from settlement.release(at_end=True)
        raise
    yield from settlement.release(at_end=True)


def _is_lossy(event: Event) -> bool:
    return (
        isinstance(event, OneRecord)
        and event.withheld_because is None
        and event.record.verdict == "repaired"
        and event.record.judgement.level == "partial"
    )


def _decided(event: OneRecord, common: Common) -> OneRecord:
    objection = common.objection(event.record.value or b"null")
    if objection is None:
        return event
    reason = event.record.judgement.reason or "mended with loss"
    what = "cut" if reason.startswith("cut") else reason
    return event._replace(out=b"", emitted=False, withheld_because="incomplete", reason=f"{what}: {objection}")
