"""The one place where the steps are joined: source, layout, framing, verdict, sink, ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dumpfix.detection.choose import Choice
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import Located, frame
from dumpfix.layout.model import Field
from dumpfix.layout.model import Literal as LiteralElement
from dumpfix.layout.vocabulary import Kind
from dumpfix.record.fields import EXTRA, Reading, integer, timestamp_type
from dumpfix.record.model import Record
from dumpfix.record.verdict import BOLDNESS, Verdict, empty_is_ambiguous, judge
from dumpfix.repairing.siblings import Siblings
from dumpfix.report.hazards import THOROUGH, hazards_of, hazards_of_many
from dumpfix.report.ledger import Ledger, WithheldBecause
from dumpfix.sink import NotRepresentableError, Sink

_UNAVAILABLE = -1


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be put out: the boldest repair, and hazards that are kept back. ``thorough`` looks for all hazards."""

    level: str = "partial"
    withheld_hazards: frozenset[str] = frozenset()
    thorough: bool = False

    @property
    def looks_for_all(self) -> bool:
        """Whether each payload has to be read token by token."""
        return self.thorough or bool(self.withheld_hazards & THOROUGH)


class _Place:
    """Where in the dump the pipeline stands: the line, and the offset at which that line begins."""

    __slots__ = ("at", "base", "data", "line", "line_start")

    def __init__(self, base: int) -> None:
        self.data = b""
        self.base = base
        self.line = 1
        self.line_start = base
        self.at = base

    @property
    def lines(self) -> int:
        """Lines passed so far, the one in which the place is among them, unless it is at its beginning."""
        return self.line - (self.line_start == self.at)

    def begin_at(self, line: int, line_start: int) -> None:
        """The first byte lies in this line, which began there."""
        self.line, self.line_start = line, line_start

    def copy(self) -> _Place:
        """Another one that stands there."""
        other = _Place(self.base)
        other.data, other.line, other.line_start = self.data, self.line, self.line_start
        return other

    def enter(self, data: bytes, base: int) -> None:
        """The bytes to come are those of ``data``, which begins at offset ``base``."""
        self.data, self.base = data, base

    def pass_over(self, start: int, end: int) -> None:
        """Go from ``start`` to ``end`` in the data."""
        self.line += self.data.count(b"\n", start, end)
        self.at = self.base + end
        last = self.data.rfind(b"\n", start, end)
        if last >= 0:
            self.line_start = self.base + last + 1

    def of(self, start: int, at: int) -> tuple[int, int]:
        """Line and column of ``at``, in a record that begins at ``start``, where the pipeline stands."""
        line = self.line + self.data.count(b"\n", start, at)
        last = self.data.rfind(b"\n", start, at)
        line_start = self.base + last + 1 if last >= 0 else self.line_start
        return line, self.base + at - line_start + 1


class Pipeline:
    """The way of one dump, to be gone once. ``base`` is the offset of the first byte of its chunks.

    ``place`` tells how far it has come.
    """

    def __init__(self, choice: Choice, *, base: int = 0, siblings: Siblings | None = None) -> None:
        self.choice = choice
        self.layout = choice.layout
        self.reading = Reading(choice.layout)
        self._siblings = siblings if siblings is not None else Siblings()
        self._empty_is_known = not empty_is_ambiguous(choice.layout)
        self._base = base
        self.place = _Place(base)

    def records(self, chunks: Iterable[bytes]) -> Iterator[Record]:
        """Every record, lazily."""
        for located, place in self._items(chunks):
            if not isinstance(located.item, Span):
                yield from self._records_of(located.item, place)

    def record_at(self, chunks: Iterable[bytes], line: int) -> Record | None:
        """The record that holds a line, counted from 1; None where none does."""
        for located, place in self._items(chunks):
            item = located.item
            last = place.line + located.data.count(b"\n", item.start, item.end - 1)
            if not isinstance(item, Span) and place.line <= line <= last:
                found = [record for record in self._records_of(item, place) if record.line <= line]
                return found[-1] if found else None
        return None

    def convert(self, chunks: Iterable[bytes], sink: Sink, ledger: Ledger, policy: Policy) -> Iterator[bytes]:
        """The output, in pieces; the ledger is told of everything."""
        for located, place in self._items(chunks):
            item = located.item
            if isinstance(item, Span):
                self._tell_span(item, place, ledger)
            elif isinstance(item, Frame):
                ledger.notices(len(item.inner_notices))
                yield from self._one_by_one(item, place, sink, ledger, policy)
            else:
                out = self._bulk(item, place, sink, ledger, policy)
                if out is None:
                    yield from self._one_by_one(item, place, sink, ledger, policy)
                elif out:
                    yield out

    def _items(self, chunks: Iterable[bytes]) -> Iterator[tuple[Located, _Place]]:
        place = self.place
        at = 0
        for located in self._located(chunks):
            place.enter(located.data, self._base + located.base)
            if located.base + located.item.start != at:
                # Only documents that come from no dump leave something between them.
                place.pass_over(at - located.base, located.item.start)
            yield located, place
            place.pass_over(located.item.start, located.item.end)
            at = located.base + located.item.end

    def _located(self, chunks: Iterable[bytes]) -> Iterator[Located]:
        """The items of the dump."""
        return frame(chunks, self.layout, self.choice.notices)

    # -- many at once --------------------------------------------------------------------------------------------

    def _bulk(self, batch: Batch, place: _Place, sink: Sink, ledger: Ledger, policy: Policy) -> bytes | None:
        """The output for a batch; None where its records have to be looked at one by one."""
        if self._empty_is_known and b"" in batch.values:
            return None
        out = sink.batch(batch)
        if out is None:
            return None
        found = hazards_of_many(batch.values, out, shows_null=self.reading.shows_null, thorough=policy.looks_for_all)
        dangerous = list(found)
        if any(not policy.withheld_hazards.isdisjoint(kinds) for _, kinds in dangerous):
            return None
        self._siblings.see(batch.columns.get("topic"), batch.values)
        ledger.batch(batch, self.reading)
        if dangerous:
            self._tell_hazards(batch, dangerous, place, ledger)
        return out

    def _tell_hazards(
        self, batch: Batch, dangerous: list[tuple[int, tuple[str, ...]]], place: _Place, ledger: Ledger
    ) -> None:
        starts = batch.starts()
        line, at = place.line, batch.start
        for index, kinds in dangerous:
            line += place.data.count(b"\n", at, starts[index])
            at = starts[index]
            fields = batch.fields(index)
            topic = fields.get("topic")
            ledger.hazard(
                kinds,
                line,
                None if topic is None else topic.decode("utf-8", "backslashreplace"),
                integer(fields.get("partition")),
                integer(fields.get("offset")),
                len(fields.get("value") or b""),
            )

    # -- one by one ----------------------------------------------------------------------------------------------

    def _records_of(self, item: Batch | Frame, place: _Place) -> Iterator[Record]:
        if isinstance(item, Frame):
            yield self._record(item, place)
            return
        inner = place.copy()
        at = item.start
        for index, one in enumerate(item.frames()):
            inner.pass_over(at, one.start)
            at = one.start
            one.payload_start = _payload_start(item, index, one.start)
            yield self._record(one, inner)

    def _record(self, one: Frame, place: _Place) -> Record:
        verdict = judge(one, self.layout, self._siblings.repair)
        if verdict.kind == "valid":
            self._siblings.see((one.fields.get("topic"),), (verdict.json,))
        else:
            self._siblings.see_broken()
        return record_of(one, verdict, self.reading, place.base, place.line, _payload_place(one, place))

    def _one_by_one(
        self, item: Batch | Frame, place: _Place, sink: Sink, ledger: Ledger, policy: Policy
    ) -> Iterator[bytes]:
        for record in self._records_of(item, place):
            out, because, reason = self._settle(record, sink, ledger, policy)
            ledger.record(record, withheld_because=because, reason=reason)
            if out:
                yield out

    def _settle(
        self, record: Record, sink: Sink, ledger: Ledger, policy: Policy
    ) -> tuple[bytes, WithheldBecause | None, str | None]:
        """The line of a record; or nothing, and why it is withheld."""
        if record.verdict == "irrecoverable":
            return b"", "irrecoverable", None
        if record.verdict == "repaired" and BOLDNESS[record.judgement.level] > BOLDNESS[policy.level]:
            return b"", "level", None
        if record.value is not None:
            found = hazards_of(record.value, shows_null=self.reading.shows_null, thorough=policy.looks_for_all)
            if found:
                size = len(record.value)
                ledger.hazard(found, record.line, record.topic, record.partition, record.offset, size)
            unwanted = policy.withheld_hazards.intersection(found)
            if unwanted:
                return b"", "hazard", f"valid JSON, but a hazard: {', '.join(sorted(unwanted))}"
        try:
            return sink.record(record), None, None
        except NotRepresentableError as error:
            return b"", "not_representable", str(error)

    def _tell_span(self, span: Span, place: _Place, ledger: Ledger) -> None:
        if span.role == "notice":
            ledger.notices(1)
        elif span.role == "garbage":
            ledger.garbage(place.data[span.start : span.end], place.line, place.base + span.start)


def _payload_start(batch: Batch, index: int, start: int) -> int | None:
    """Where the payload of one record of a batch begins."""
    column = 0
    for element in batch.elements:
        if isinstance(element, LiteralElement):
            start += len(element.text)
            continue
        if isinstance(element, Field) and element.kind is Kind.PAYLOAD:
            return start
        start += len(batch.cells[column][index])
        column += 1
    return None


def _payload_place(one: Frame, place: _Place) -> tuple[int | None, int | None]:
    return (None, None) if one.payload_start is None else place.of(one.start, one.payload_start)


def record_of(
    one: Frame, verdict: Verdict, reading: Reading, base: int, line: int, payload: tuple[int | None, int | None]
) -> Record:
    """The record that a frame holds, with its verdict; ``base`` is the offset of the frame's buffer in the dump."""
    fields = one.fields
    topic = fields.get("topic")
    timestamp = integer(fields.get("timestamp"))
    kind = timestamp_type(fields.get("timestamp_type"))
    if timestamp == _UNAVAILABLE:
        timestamp, kind = None, kind or "none"
    headers_text = fields.get("headers")
    return Record(
        topic=None if topic is None else topic.decode("utf-8", "backslashreplace"),
        partition=integer(fields.get("partition")),
        offset=integer(fields.get("offset")),
        timestamp=timestamp,
        timestamp_type=kind,
        headers=None if headers_text is None else reading.headers(headers_text),
        headers_text=headers_text,
        key=reading.key(fields.get("key")),
        has_key="key" in fields,
        value=verdict.json,
        raw_value=fields.get("value"),
        line=line,
        payload_line=payload[0],
        payload_column=payload[1],
        byte_start=base + one.start,
        byte_end=base + one.end,
        judgement=verdict,
        extra={name: fields[name] for name in EXTRA if name in fields},
    )
