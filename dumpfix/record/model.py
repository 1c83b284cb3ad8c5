"""Plain typed values that cross the rooms: one record as people ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from dumpfix.record.fields import Headers
from dumpfix.record.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a dump. What the dump does not show is None.

    ``timestamp`` is in milliseconds since 1970, ``timestamp_type`` is ``create``, ``log_append`` or ``none``.
    ``headers`` are pairs of name and value where they can be taken apart; ``headers_text`` is what the dump shows.
    ``key`` and ``value`` are bytes; ``has_key`` tells a null key (True, None) from a dump without keys (False, None).
    ``value`` is the payload as it goes out (one line of JSON), None for a tombstone, an irrecoverable payload, and one
    that was mended more boldly than was asked for (``level``, ``proposal``);
    ``raw_value`` is the payload as the dump has it; in a record that is damaged before its payload, a document that is
    whole in it. ``damaged`` is all of such a record, None for others. ``line`` is where the record begins,
    ``payload_line`` and ``payload_column`` where its payload does (None where that is not known); all count from 1,
    columns in bytes.
    ``byte_start`` and ``byte_end`` are the record's extent in the dump. ``doubts`` says what a coordinate cannot be
    although the dump shows it; the coordinate is None then. ``is_unclear``: the dump says itself that key and
    coordinates may be others; ``was_emitted``: it says that the record went out already.
    """

    topic: str | None
    partition: int | None
    offset: int | None
    timestamp: int | None
    timestamp_type: str | None
    headers: Headers | None
    headers_text: bytes | None
    key: bytes | None
    has_key: bool
    value: bytes | None
    raw_value: bytes | None
    line: int
    payload_line: int | None
    payload_column: int | None
    byte_start: int
    byte_end: int
    judgement: Verdict
    extra: dict[str, bytes | None]
    doubts: tuple[str, ...] = ()
    damaged: bytes | None = None
    is_unclear: bool = False
    was_emitted: bool = False

    @property
    def verdict(self) -> str:
        """``valid``, ``repaired``, ``tombstone`` or ``irrecoverable``."""
        return self.judgement.kind

    @property
    def level(self) -> str:
        """How boldly the payload had to be mended: ``none``, ``lossless``, ``partial`` or ``guess``."""
        return self.judgement.level

    @property
    def proposal(self) -> bytes | None:
        """What could be made of a payload that had to be mended, however boldly; None for all others."""
        return self.judgement.json if self.verdict == "repaired" else None
