"""The one place where the steps are joined: chunks, framing, verdict; what comes out are records, or events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter

from dumpfix.detection.choose import Choice
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import MAX_RECORD, Located, frame
from dumpfix.record.events import (
    MOST_HAZARDS,
    Event,
    Garbage,
    Hazard,
    Hazards,
    Notices,
    NullKeys,
    RunMayBegin,
    Said,
    Unread,
    batch_left_out,
    good_records,
    topic_name,
)
from dumpfix.record.fields import BITS, EXTRA, Reading, are_integers, doubts_of, integer, timestamp_type
from dumpfix.record.kept import is_kept, kept_of
from dumpfix.record.model import Record
from dumpfix.record.notices import TellingNotices
from dumpfix.record.verdict import Verdict, judge
from dumpfix.repairing.siblings import Siblings
from dumpfix.run.emission import Emission
from dumpfix.run.position import Position
from dumpfix.run.safety import Sampler

_UNAVAILABLE = -1


class Pipeline:
    """Reads one dump; single use. ``position`` tells how far it has come.

    ``start`` is the place in the file of the first byte of its chunks.
    """

    def __init__(
        self,
        choice: Choice,
        start: Position | None = None,
        siblings: Siblings | None = None,
        sampler: Sampler | None = None,
    ) -> None:
        self.choice = choice
        self.layout = choice.layout
        self.reading = Reading(choice.layout)
        self.position = start if start is not None else Position(0)
        self._base = self.position.base
        self._siblings = siblings if siblings is not None else Siblings()
        self._hazards_told = 0
        self.max_record = MAX_RECORD
        self._telling = TellingNotices(choice.notices)
        self._sampler = sampler if sampler is not None else Sampler()
        self._empty_is_known = not choice.layout.empty_is_ambiguous

    def events(self, chunks: Iterable[bytes], emission: Emission) -> Iterator[Event]:
        """Everything that happens, in the dump's order; the output is what the events add to it."""
        self.max_record = emission.policy.max_record
        for item in self.items(chunks):
            yield from self.events_of(item, emission)

    def events_of(self, item: Batch | Frame | Span, emission: Emission) -> Iterator[Event]:
        """What happens in the item at which the position stands."""
        if isinstance(item, Span):
            yield from self._of_span(item)
            return
        if item.unread:
            yield Unread(item.unread)
        if item.null_keys:
            yield NullKeys(item.null_keys)
        if isinstance(item, Frame):
            for notice in item.inner_notices:
                yield from self._of_notice(notice, item.start)
        elif (events := self._in_bulk(item, emission)) is not None:
            yield from events
            return
        for record in self.records_of(item):
            if emission.policy.asks_siblings:
                yield from self._sampler.of_record(record)
            yield from emission.of_record(record)

    def items(self, chunks: Iterable[bytes]) -> Iterator[Batch | Frame | Span]:
        """The items of the dump; while one is looked at the position stands where it begins."""
        position = self.position
        for item, data, base in self._located(chunks):
            position.enter(data, self._base + base)
            begin = item.start
            for part in self.parts(item):
                if part.start > begin:
                    position.pass_over(begin, part.start)
                yield part
                position.pass_over(part.start, part.end)
                begin = part.end

    def parts(self, item: Batch | Frame | Span) -> Iterable[Batch | Frame | Span]:
        """What an item is looked at as; a reader that doubts some records of a batch takes them one by one."""
        return (item,)

    def _located(self, chunks: Iterable[bytes]) -> Iterator[Located]:
        """The items of the dump, each in its buffer."""
        return frame(chunks, self.layout, self.choice.notices, max_record=self.max_record, joined=self._joined)

    def _joined(self, base: int, data: bytes) -> None:
        """What has arrived and is not decided is ``data``, which begins at ``base`` of the chunks."""

    # -- many at once --------------------------------------------------------------------------------------------------

    def _in_bulk(self, batch: Batch, emission: Emission) -> list[Event] | None:
        """What becomes of a batch; None where its records have to be looked at one by one."""
        if self._empty_is_known and b"" in batch.values:
            return None
        if not all(are_integers(name, batch.columns.get(name, ())) for name in BITS):
            return None
        is_wanted = emission.policy.selection.takes_batch(batch)
        answer = emission.of_batch(batch) if is_wanted else None
        if answer is None and is_wanted is not False:
            return None
        self._siblings.see(batch.columns.get("topic"), batch.values)
        samples = self._sampler.of_batch(batch, self.position.start_of) if emission.policy.asks_siblings else []
        end = self.position.end_of(batch.end)
        if answer is None:
            return [*samples, batch_left_out(batch, end)]
        out, dangerous = answer
        good = good_records(
            batch,
            out,
            self.reading,
            emits_tombstones=emission.sink.emits_tombstones,
            end=end,
            with_times=emission.policy.with_times,
        )
        return [*samples, good, self._hazards(batch, dangerous)] if dangerous else [*samples, good]

    def _hazards(self, batch: Batch, dangerous: Sequence[tuple[int, tuple[str, ...]]]) -> Hazards:
        counts: Counter[str] = Counter()
        for kinds, count in Counter(map(itemgetter(1), dangerous)).items():
            counts.update(dict.fromkeys(kinds, count))
        largest = max(len(batch.values[index] or b"") for index, _ in dangerous)
        told = dangerous[: max(MOST_HAZARDS - self._hazards_told, 0)]
        self._hazards_told += len(dangerous)
        return Hazards(tuple(counts.items()), tuple(self._places(batch, told)), largest)

    def _places(self, batch: Batch, dangerous: Sequence[tuple[int, tuple[str, ...]]]) -> Iterator[Hazard]:
        starts = batch.starts() if dangerous else []
        place = self.position.copy()
        at = batch.start
        for index, kinds in dangerous:
            place.pass_over(at, starts[index])
            at = starts[index]
            fields = batch.fields(index)
            topic, partition, offset = (fields.get(name) for name in ("topic", "partition", "offset"))
            for kind in kinds:
                yield Hazard(
                    kind, place.line, topic_name(topic), integer("partition", partition), integer("offset", offset)
                )

    # -- one by one ----------------------------------------------------------------------------------------------------

    def records_of(self, item: Batch | Frame) -> Iterator[Record]:
        """The records of the item at which the position stands."""
        if isinstance(item, Frame):
            yield self._record(item, self.position)
            return
        place = self.position.copy()
        at = item.start
        for one in item.frames():
            place.pass_over(at, one.start)
            at = one.start
            yield self._record(one, place)

    def _record(self, one: Frame, place: Position) -> Record:
        kept = kept_of(one.fields, is_whole=one.complete) if is_kept(one.fields) and one.fault is None else None
        if kept is not None:
            one = replace(one, fields=kept.fields)
        verdict = kept.verdict if kept is not None else None
        if verdict is None:
            verdict = judge(one, self.layout, self._siblings.repair)
        if verdict.kind == "valid":
            self._siblings.see((one.fields.get("topic"),), (verdict.json,))
        else:
            self._siblings.see_broken()
        record = record_of(one, verdict, self.reading, place)
        return replace(record, was_emitted=True) if kept is not None and kept.was_emitted else record

    def _of_span(self, span: Span) -> Iterator[Event]:
        if span.role == "notice":
            yield from self._of_notice(span, span.start)
        elif span.role == "garbage":
            place = self.position
            text = place.data[span.start : span.end]
            starts = place.line_starts(span.start, span.end)
            yield Garbage(text, place.line, place.start_of(span.start), starts)

    def _of_notice(self, span: Span, stands_at: int) -> Iterator[Event]:
        yield Notices(1)
        if span.name == "command":
            yield RunMayBegin()
            return
        place = self.position
        told = self._telling.told_by(place.data[span.start : span.end])
        if told is not None:
            where = (place.of(stands_at, span.start)[0], place.start_of(span.start), place.end_of(span.end))
            yield Said(*where, told.count, topic_name(told.topic), told.partition, told.offset)


def record_of(one: Frame, verdict: Verdict, reading: Reading, place: Position) -> Record:
    """The record that a frame holds, with its verdict; the reader stands where it begins."""
    fields = one.fields
    timestamp = integer("timestamp", fields.get("timestamp"))
    kind = timestamp_type(fields.get("timestamp_type"))
    if timestamp == _UNAVAILABLE:
        timestamp, kind = None, kind or "none"
    headers_text = fields.get("headers")
    if headers_text == b"null" and reading.are_pairs:
        headers_text = None
    headers = None if headers_text is None else reading.headers(headers_text)
    if (untold := fields.get("headers_text")) is not None:
        headers, headers_text = None, untold
    payload_line, payload_column = (None, None) if one.payload_start is None else place.of(one.start, one.payload_start)
    return Record(
        topic=topic_name(fields.get("topic")),
        partition=integer("partition", fields.get("partition")),
        offset=integer("offset", fields.get("offset")),
        timestamp=timestamp,
        timestamp_type=kind,
        headers=headers,
        headers_text=headers_text,
        key=reading.key(fields.get("key")),
        has_key="key" in fields,
        value=verdict.json,
        raw_value=fields.get("value", one.kept),
        line=place.line,
        payload_line=payload_line,
        payload_column=payload_column,
        byte_start=place.start_of(one.start),
        byte_end=place.end_of(one.end),
        judgement=verdict,
        extra={name: fields[name] for name in EXTRA if name in fields},
        doubts=doubts_of(fields),
        damaged=None if "value" in fields or one.fault is not None else place.data[one.start : one.end],
        is_unclear=fields.get("unclear") == b"true",
    )
