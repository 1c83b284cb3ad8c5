"""The one place where the steps are joined: source, layout, framing, verdict, sink, ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import Located, frame
from dumpfix.grammar.choose import Choice
from dumpfix.model import Record
from dumpfix.payload.verdict import Verdict, empty_is_ambiguous, judge
from dumpfix.sink import NotRepresentableError, Sink

#: a layout is looked for in this much of a dump
HEAD = 1 << 16

_EXTRA = ("broker", "epoch", "delivery", "key_schema_id", "value_schema_id", "key_error")


class Ledger(Protocol):
    """What an account of a run has to take down."""

    def batch(self, batch: Batch, line: int) -> None:
        """Many records that went out (or are tombstones); the first begins on this line."""

    def record(self, record: Record, *, emitted: bool, withheld_because: str | None) -> None:
        """One record that was looked at by itself."""

    def span(self, span: Span, line: int, text: bytes) -> None:
        """A notice, a separator or garbage."""


def convert(chunks: Iterable[bytes], choice: Choice, sink: Sink, ledger: Ledger) -> Iterator[bytes]:
    """The output for one dump, in pieces; the ledger is told of everything."""
    line = 1
    for located in frame(chunks, choice.layout, choice.notices):
        item, data, base = located
        if isinstance(item, Batch) and not _holds_known_empty(item, choice):
            ledger.batch(item, line)
            out = sink.batch(item)
            if out:
                yield out
        elif isinstance(item, Span):
            ledger.span(item._replace(start=item.start + base, end=item.end + base), line, data[item.start : item.end])
        else:
            for one, record_line in _frames(item, data, line):
                record = record_of(one, judge(one, choice.layout), base, record_line)
                yield from _settle(record, sink, ledger)
                for notice in one.inner_notices:
                    ledger.span(notice, record_line, data[notice.start : notice.end])
        line += data.count(b"\n", item.start, item.end)


def records(chunks: Iterable[bytes], choice: Choice) -> Iterator[Record]:
    """Every record of one dump, lazily."""
    line = 1
    for located in frame(chunks, choice.layout, choice.notices):
        item, data, base = located
        if not isinstance(item, Span):
            for one, record_line in _frames(item, data, line):
                yield record_of(one, judge(one, choice.layout), base, record_line)
        line += data.count(b"\n", item.start, item.end)


def _holds_known_empty(batch: Batch, choice: Choice) -> bool:
    """Whether a payload of the batch is known to be empty, which no output can carry."""
    return b"" in batch.values and not empty_is_ambiguous(choice.layout)


def _frames(item: Batch | Frame, data: bytes, line: int) -> Iterator[tuple[Frame, int]]:
    """The records of an item with the lines on which they begin."""
    if isinstance(item, Frame):
        yield item, line
        return
    at = item.start
    for one in item.frames():
        line += data.count(b"\n", at, one.start)
        at = one.start
        yield one, line


def _settle(record: Record, sink: Sink, ledger: Ledger) -> Iterator[bytes]:
    if record.verdict == "irrecoverable":
        ledger.record(record, emitted=False, withheld_because="irrecoverable")
        return
    try:
        out = sink.record(record)
    except NotRepresentableError:
        ledger.record(record, emitted=False, withheld_because="not_representable")
        return
    ledger.record(record, emitted=bool(out), withheld_because=None)
    if out:
        yield out


def record_of(one: Frame, verdict: Verdict, base: int, line: int) -> Record:
    """The record that a frame holds, with its verdict; ``base`` is the offset of the frame's buffer in the dump."""
    fields = one.fields
    topic = fields.get("topic")
    return Record(
        topic=None if topic is None else topic.decode("utf-8", "backslashreplace"),
        partition=_integer(fields.get("partition")),
        offset=_integer(fields.get("offset")),
        timestamp=_integer(fields.get("timestamp")),
        timestamp_type=_text(fields.get("timestamp_type")),
        headers=None,
        headers_text=fields.get("headers"),
        key=fields.get("key"),
        has_key="key" in fields,
        value=verdict.json,
        raw_value=fields.get("value"),
        line=line,
        byte_start=base + one.start,
        byte_end=base + one.end,
        judgement=verdict,
        extra={name: fields[name] for name in _EXTRA if name in fields},
    )


def _integer(text: bytes | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _text(text: bytes | None) -> str | None:
    return None if text is None else text.decode("utf-8", "backslashreplace")


__all__ = ["HEAD", "Ledger", "Located", "convert", "record_of", "records"]
