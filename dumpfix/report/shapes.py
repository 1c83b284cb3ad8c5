"""The entries of a report as types: what ``schemas/report.json`` says, for those who read it from Python."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from dumpfix.record.events import WithheldBecause

#: a reject: plain JSON values
JsonObject = dict[str, Any]


class Base64(TypedDict):
    """Bytes that are no UTF-8."""

    base64: str


#: a text of the dump
Text = str | Base64


class PayloadError(TypedDict):
    """Where a payload stops being JSON: ``at`` and ``column`` in bytes, ``line`` and ``column`` counted from 1."""

    at: int
    line: int
    column: int
    message: str


class EditEntry(TypedDict):
    """One change of a repair: at a byte of the payload. The first few have what stands around them."""

    at: int
    delete: Text
    insert: Text
    why: str
    before: NotRequired[str]
    after: NotRequired[str]


class FragmentEntry(TypedDict):
    """What is whole in a payload that could not be repaired, and where in the document it stands."""

    path: str
    text: Text


class Finding(TypedDict):
    """A payload that did not go out as it was, or (``count_mismatch``) a number that a tool printed and that is wrong.

    ``said`` and ``read`` are that number, and the one that was counted. What the dump does not show is None.
    """

    verdict: Literal["valid", "repaired", "tombstone", "irrecoverable", "count_mismatch"]
    level: Literal["lossless", "partial", "guess"] | None
    emitted: bool
    withheld_because: WithheldBecause | None
    path: str
    line: int
    payload_line: int | None
    column: int | None
    byte_start: int
    byte_end: int
    topic: str | None
    partition: int | None
    offset: int | None
    timestamp: int | None
    key: Text | None
    reason: str | None
    error: PayloadError | None
    edits: list[EditEntry]
    lost: list[list[int | None]]
    fragments: list[FragmentEntry]
    alternatives: list[Text]
    prices: list[float]
    said: NotRequired[int]
    read: NotRequired[int]


class PartitionEntry(TypedDict):
    """The account of one partition. A gap is two offsets, both missing; ``gaps`` and ``poison`` hold the first 1000.

    ``next_good_offset`` is the first from which on no payload is poison in the topic; None where none is, or where the
    topic is none of JSON.
    """

    topic: str | None
    partition: int
    records: int
    first_offset: int | None
    last_offset: int | None
    gaps: list[list[int]]
    gap_count: int
    duplicates: int
    poison: list[int]
    poison_count: int
    next_good_offset: int | None


class HazardEntry(TypedDict):
    """A payload that is valid JSON and may trip a consumer."""

    kind: str
    line: int
    topic: str | None
    partition: int | None
    offset: int | None


class WrapperEntry(TypedDict):
    """What was wrapped around the lines of a dump, or around all of it."""

    kind: str
    count: int
    first_line: int


class SectionEntry(TypedDict):
    """A stretch of a dump with a layout of its own."""

    first_line: int
    last_line: int
    grammar: str
    layout: str
    confidence: str
    records: int
