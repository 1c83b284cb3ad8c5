"""The account of a run: every record and every byte, where each went. Filled by the pipeline, read as a Report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Literal

from dumpfix.framing.frame import Batch
from dumpfix.record.fields import Reading
from dumpfix.record.model import Record
from dumpfix.report.finding import JsonObject, finding_of
from dumpfix.report.model import InputAccount, Report, Totals
from dumpfix.report.partitions import Partition
from dumpfix.report.rejects import garbage_payloads, garbage_reject, reject_of
from dumpfix.report.spool import Spool

#: hazards kept; their counts go on
MOST_HAZARDS = 1000

WithheldBecause = Literal["irrecoverable", "level", "not_representable", "hazard"]

#: (input, topic, partition); the input counts only where the topic is unknown: then it may be another topic
_Place = tuple[int, str | None, int]


class Ledger:
    """Takes down what the pipeline tells. ``write_reject`` gets the line of each withheld record.

    ``emits_tombstones``: whether the output has a line for a tombstone. ``lossy`` counts what went out with loss.
    """

    def __init__(self, *, emits_tombstones: bool) -> None:
        self.totals = Totals()
        self.inputs: list[InputAccount] = []
        self.findings = Spool()
        self.hazards: list[JsonObject] = []
        self.hazard_counts: Counter[str] = Counter()
        self.has_keys = False
        self.has_headers = False
        self.needs_a_look = False
        self.largest_payload = 0
        self.lossy = 0
        self.first_garbage: tuple[str, int] | None = None
        self._emits_tombstones = emits_tombstones
        self.write_reject: Callable[[bytes], None] | None = None
        self._partitions: dict[_Place, Partition] = {}
        self._topics: dict[bytes | None, str | None] = {}

    def begin(self, account: InputAccount) -> None:
        """The records to come are those of this input."""
        self.inputs.append(account)

    # -- records -------------------------------------------------------------------------------------------------

    def batch(self, batch: Batch, reading: Reading) -> None:
        """Many records with good payloads that went out (or are tombstones), as columns."""
        values = batch.values
        count = len(values)
        nulls = values.count(None) + values.count(b"")
        totals = self.totals
        totals.records += count
        totals.valid += count - nulls
        totals.tombstones += nulls
        totals.emitted += count if self._emits_tombstones else count - nulls
        if reading.has_key and not self.has_keys:
            self.has_keys = any(batch.columns.get("key", ()))
        if reading.has_headers and not self.has_headers:
            texts = batch.columns.get("headers", ())
            self.has_headers = any(text and text != reading.no_headers for text in texts)
        self._place_batch(batch)

    def _place_batch(self, batch: Batch) -> None:
        partitions = batch.columns.get("partition")
        if partitions is None:
            return
        offsets = batch.columns.get("offset")
        topics = batch.columns.get("topic")
        if offsets is None or None in partitions or None in offsets:
            self._place_rows(batch)
            return
        numbers = list(map(int, offsets))  # type: ignore[arg-type]
        first_topic = topics[0] if topics is not None else None
        is_one = partitions.count(partitions[0]) == len(partitions)
        if is_one and (topics is None or topics.count(first_topic) == len(topics)):
            self.partition(self._topic(first_topic), int(partitions[0] or b"0")).add(numbers)
            return
        groups: dict[tuple[bytes | None, bytes | None], list[int]] = defaultdict(list)
        names: Sequence[bytes | None] = topics if topics is not None else [None] * len(numbers)
        for name, partition, number in zip(names, partitions, numbers, strict=True):
            groups[name, partition].append(number)
        for (name, partition), group in groups.items():
            self.partition(self._topic(name), int(partition or b"0")).add(group)

    def _place_rows(self, batch: Batch) -> None:
        """For batches in which a record lacks its partition or offset."""
        for index in range(len(batch)):
            fields = batch.fields(index)
            partition, offset = fields.get("partition"), fields.get("offset")
            if partition is None:
                continue
            entry = self.partition(self._topic(fields.get("topic")), int(partition))
            if offset is None:
                entry.add_unplaced(1)
            else:
                entry.add([int(offset)])

    def record(
        self,
        record: Record,
        *,
        withheld_because: WithheldBecause | None = None,
        reason: str | None = None,
    ) -> None:
        """One record that was looked at by itself. ``reason`` says why it was withheld although it could be read."""
        kind = record.verdict
        totals = self.totals
        totals.records += 1
        if kind == "valid":
            totals.valid += 1
        elif kind == "repaired":
            totals.repaired += 1
        elif kind == "tombstone":
            totals.tombstones += 1
        else:
            totals.irrecoverable += 1
        emitted = withheld_because is None and (kind != "tombstone" or self._emits_tombstones)
        totals.emitted += emitted
        self.has_keys = self.has_keys or bool(record.key)
        self.has_headers = self.has_headers or (bool(record.headers_text) and record.headers != ())
        if withheld_because is not None or record.judgement.level in ("partial", "guess"):
            self.needs_a_look = True
            self.lossy += emitted
        if withheld_because is not None:
            totals.withheld += 1
            if self.write_reject is not None:
                self.write_reject(reject_of(record, self.inputs[-1].path, withheld_because, reason))
        if withheld_because is not None or kind in ("repaired", "irrecoverable"):
            path = self.inputs[-1].path
            self.findings.add(
                finding_of(record, path, emitted=emitted, withheld_because=withheld_because, reason=reason)
            )
        self._place_record(record)

    def _place_record(self, record: Record) -> None:
        if record.partition is None:
            return
        entry = self.partition(record.topic, record.partition)
        if record.offset is None:
            entry.add_unplaced(1)
        elif record.verdict in ("valid", "tombstone"):
            entry.add([record.offset])
        else:
            entry.add_bad(record.offset, is_irrecoverable=record.verdict == "irrecoverable")

    def hazard(
        self, kinds: Sequence[str], line: int, topic: str | None, partition: int | None, offset: int | None, size: int
    ) -> None:
        """A payload of ``size`` bytes that went out, or was withheld for it, although common parsers choke on it."""
        self.largest_payload = max(self.largest_payload, size)
        for kind in kinds:
            self.hazard_counts[kind] += 1
            if len(self.hazards) < MOST_HAZARDS:
                self.hazards.append(
                    {"kind": kind, "line": line, "topic": topic, "partition": partition, "offset": offset}
                )

    # -- what is no record ---------------------------------------------------------------------------------------

    def notices(self, count: int) -> None:
        """Lines that a tool printed about itself."""
        self.totals.notices += count

    def garbage(self, text: bytes, line: int, byte_start: int) -> None:
        """Bytes that belong to no record; documents that are whole in them are kept with the rejects."""
        self.totals.garbage_bytes += len(text)
        path = self.inputs[-1].path
        if self.first_garbage is None:
            self.first_garbage = path, line
        for start, end in garbage_payloads(text):
            self.totals.garbage_payloads += 1
            self.needs_a_look = True
            if self.write_reject is not None:
                where = line + text.count(b"\n", 0, start)
                self.write_reject(garbage_reject(text[start:end], path, where, byte_start + start))

    # -- the end -------------------------------------------------------------------------------------------------

    def report(self) -> Report:
        """The account so far, closed."""
        rows: list[JsonObject] = []
        for (_, topic, number), partition in self._partitions.items():
            partition.finish()
            rows.append(_row(topic, number, partition))
        rows.sort(key=lambda row: (row["topic"] or "", row["partition"]))
        return Report(
            inputs=self.inputs,
            totals=self.totals,
            partitions=rows,
            hazards=self.hazards,
            hazard_counts=dict(sorted(self.hazard_counts.items())),
            findings=self.findings,
            needs_a_look=self.needs_a_look or self.totals.holds_nothing,
        )

    def stops(self) -> list[tuple[str | None, int, list[tuple[int, int]]]]:
        """By partition: where a consumer gets stuck and where it can go on. To be asked after :meth:`report`."""
        return [(topic, number, p.stops) for (_, topic, number), p in self._partitions.items() if p.stops]

    def partition(self, topic: str | None, number: int) -> Partition:
        """The account of a partition of the input at hand."""
        place = (0 if topic is not None else len(self.inputs), topic, number)
        entry = self._partitions.get(place)
        if entry is None:
            entry = self._partitions[place] = Partition()
        return entry

    def _topic(self, name: bytes | None) -> str | None:
        if name not in self._topics:
            self._topics[name] = None if name is None else name.decode("utf-8", "backslashreplace")
        return self._topics[name]


def _row(topic: str | None, number: int, partition: Partition) -> JsonObject:
    return {
        "topic": topic,
        "partition": number,
        "records": partition.records,
        "first_offset": partition.first_offset,
        "last_offset": partition.last_offset,
        "gaps": [list(gap) for gap in partition.gaps],
        "gap_count": partition.gap_count,
        "duplicates": partition.duplicates,
        "next_good_offset": partition.next_good_offset,
    }
