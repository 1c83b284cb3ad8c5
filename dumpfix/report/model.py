"""The report: what became of every record of a run, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from dumpfix.report.shapes import HazardEntry, JsonObject, PartitionEntry, SectionEntry, WrapperEntry
from dumpfix.report.spool import Spool

VERSION = 1


@dataclass(slots=True)
class Totals:
    """Counts over all inputs. records = emitted + withheld + tombstones that ``--to values`` leaves out.

    ``left_out`` are records of the dump that nobody asked for (``--partition``, ``--dedupe`` …); ``records`` counts the
    others. ``emitted_before`` are records of a file of rejects that went out when they were set aside, and do not now.
    ``garbage_payloads`` are whole documents in bytes that belong to no record; they are among the rejects.
    """

    records: int = 0
    valid: int = 0
    repaired: int = 0
    tombstones: int = 0
    irrecoverable: int = 0
    emitted: int = 0
    withheld: int = 0
    notices: int = 0
    garbage_bytes: int = 0
    garbage_payloads: int = 0
    left_out: int = 0
    emitted_before: int = 0

    @property
    def holds_nothing(self) -> bool:
        """Whether no record was found in a dump that is not empty: the layout is hardly the right one."""
        return self.garbage_bytes > 0 and self.records == 0

    def as_json(self) -> dict[str, int]:
        """The counts by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(slots=True)
class InputAccount:
    """One dump. ``bytes`` and ``lines`` count what was read after decompression and decoding.

    ``doubt`` says what the dump may be as well, or is rather than what was told; None where nothing comes near.
    ``broken_off`` says why it could not be read to its end, None where it could. ``holds_rejects``: another run set it
    aside, it is not all of a topic. ``unread_members`` counts the members of its records, by name, that hold something
    and that the layout does not know: they are in no output. ``null_keys`` counts the words (``null``) that stood where
    a key does and were taken for none.
    """

    path: str
    bytes: int = 0
    lines: int = 0
    grammar: str | None = None
    layout: str | None = None
    confidence: str | None = None
    doubt: str | None = None
    alternatives: list[str] = field(default_factory=list)
    wrappers: list[WrapperEntry] = field(default_factory=list)
    broken_off: str | None = None
    sections: list[SectionEntry] = field(default_factory=list)
    holds_rejects: bool = False
    unread_members: dict[str, int] = field(default_factory=dict)
    null_keys: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        """The entry of the report."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


class Picture(NamedTuple):
    """What a picture of a partition shows beside its account: some of its good records, its poison (offset and
    milliseconds), and offsets of duplicates. ``bounds`` are the times of the earliest and the latest good record.
    """

    good: Sequence[tuple[int, int]] = ()
    poison: Sequence[tuple[int, int | None]] = ()
    repeated: Sequence[int] = ()
    bounds: tuple[int, int] | None = None


@dataclass(slots=True)
class Report:
    """What ``convert`` and ``check`` found out; the same fields as the JSON report.

    ``findings`` can be iterated over, counted and indexed; they lie on disk. ``needs_a_look`` is what exit status 1
    says: something was withheld, or emitted with loss. ``pictures`` are for the report in HTML, one for each partition.
    """

    inputs: list[InputAccount]
    totals: Totals
    partitions: list[PartitionEntry]
    hazards: list[HazardEntry]
    hazard_counts: dict[str, int]
    findings: Spool
    needs_a_look: bool = False
    pictures: Sequence[Picture] = ()
    version: int = VERSION

    def parts(self) -> Iterable[tuple[str, object]]:
        """The members of the JSON report but for the findings."""
        yield "version", self.version
        yield "inputs", [account.as_json() for account in self.inputs]
        yield "totals", self.totals.as_json()
        yield "partitions", self.partitions
        yield "hazards", self.hazards
        yield "hazard_counts", self.hazard_counts
