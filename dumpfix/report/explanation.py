"""One payload for people: where it breaks, with a caret; what was or could be done, as a difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from dumpfix.json.validity import first_error
from dumpfix.record.model import Record
from dumpfix.repairing.model import Edit, Repair
from dumpfix.report.text import Style, counted, place, shown

#: bytes that are shown on each side of a place
AROUND = 30
#: edits and alternatives that are shown
MOST = 10


def explanation(record: Record, path: str, style: Style) -> Iterator[str]:
    """The lines of ``dumpfix explain``."""
    yield "  ".join(filter(None, (f"{shown(path)}:{record.line}", _where(record))))
    judgement = record.judgement
    payload = record.raw_value
    yield style.bold(_verdict(record))
    if payload is None:
        return
    yield f"payload: {counted(len(payload), 'byte')}{_begins(record)}"
    fault = first_error(payload) if payload else None
    if fault is not None:
        text, caret = _window(payload, fault.at)
        yield f"  {text}"
        yield style.red(f"  {' ' * caret}^ byte {fault.at}: {fault.message}")
    if judgement.repair is not None:
        yield from _repair(payload, judgement.repair, style)
    elif fault is None and payload:
        yield f"  {shown(payload[: 2 * AROUND])}{'…' if len(payload) > 2 * AROUND else ''}"


def _where(record: Record) -> str:
    where = place(record.topic, record.partition, record.offset)
    if record.has_key:
        where += "  key null" if record.key is None else f"  key {shown(record.key, 40)}"
    return where


def _begins(record: Record) -> str:
    if record.payload_line is None:
        return ""
    return f" from line {record.payload_line}, column {record.payload_column}"


def _verdict(record: Record) -> str:
    judgement = record.judgement
    text = f"{judgement.kind} ({judgement.level})" if judgement.kind == "repaired" else judgement.kind
    return f"{text}: {shown(judgement.reason)}" if judgement.reason else text


def _window(payload: bytes, at: int) -> tuple[str, int]:
    """The payload around a place, on one line, and the column of the place in it."""
    begin = max(at - AROUND, 0)
    before = ("…" if begin else "") + shown(payload[begin:at])
    end = at + AROUND
    return before + shown(payload[at:end]) + ("…" if end < len(payload) else ""), len(before)


def _repair(payload: bytes, repair: Repair, style: Style) -> Iterator[str]:
    yield from _edits(payload, repair.edits, style)
    for start, end in repair.lost[:MOST]:
        lost = f"bytes {start} to {end}" if end is not None else f"what stood behind byte {start}"
        yield f"  lost: {lost}"
    for fragment in repair.fragments[:MOST]:
        yield f"  left over at {shown(fragment.path) or '/'}: {shown(fragment.text, 60)}"
    own, *others = repair.prices if repair.json is not None and repair.prices else (None, *repair.prices)
    if repair.alternatives and own is not None:
        yield f"  price {own:g}"
    for alternative, price in zip_longest(repair.alternatives[:MOST], others[:MOST]):
        yield f"  or{f', price {price:g}' if price is not None else ''}: {shown(alternative, 70)}"


def _edits(payload: bytes, edits: Sequence[Edit], style: Style) -> Iterator[str]:
    """Each edit with what stands around it, before and after."""
    for edit in edits[:MOST]:
        begin, end = max(edit.at - AROUND, 0), edit.end + AROUND
        before, after = shown(payload[begin : edit.at]), shown(payload[edit.end : end])
        yield f"  at byte {edit.at}: {shown(edit.why)}"
        yield f"  - {before}{style.red(shown(edit.delete, 60))}{after}"
        yield f"  + {before}{style.green(shown(edit.insert, 60))}{after}"
    if len(edits) > MOST:
        yield f"  … and {counted(len(edits) - MOST, 'more edit')}"
