"""The account of a run: every record and every byte, where each went. Folded from events, read as a Report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from dumpfix.json.documents import documents_at_line_ends
from dumpfix.record.events import (
    MOST_HAZARDS,
    Event,
    Garbage,
    GoodRecords,
    Hazards,
    LeftOut,
    Notices,
    NullKeys,
    Offsets,
    OneRecord,
    RunMayBegin,
    Said,
    Unread,
)
from dumpfix.record.model import Record
from dumpfix.report.claims import Claims, Mismatch
from dumpfix.report.finding import finding_of, mismatch_of
from dumpfix.report.model import InputAccount, Report, Totals
from dumpfix.report.partitions import Partition
from dumpfix.report.rejects import garbage_reject, reject_of
from dumpfix.report.shapes import HazardEntry, PartitionEntry
from dumpfix.report.spool import Spool

#: names of members that are told apart; a hostile dump has as many as it has bytes
MOST_MEMBERS = 1000
#: (input, topic, partition); the input counts only where the topic is unknown: then it may be another topic
_Place = tuple[int, str | None, int]


class Ledger:
    """A fold over the events of a run. ``write_reject`` gets the line of each withheld record, in pieces.

    ``lossy`` counts what went out with loss.
    """

    def __init__(self) -> None:
        self.totals = Totals()
        self.inputs: list[InputAccount] = []
        self.findings = Spool()
        self.hazards: list[HazardEntry] = []
        self.hazard_counts: Counter[str] = Counter()
        self.has_keys = False
        self.has_headers = False
        self.needs_a_look = False
        self.largest_payload = 0
        self.lossy = 0
        self.first_garbage: tuple[str, int] | None = None
        self.write_reject: Callable[[bytes], None] | None = None
        self._claims = Claims()
        self._partitions: dict[_Place, Partition] = {}

    def begin(self, account: InputAccount) -> None:
        """The records to come are those of this input."""
        self._mismatches(self._claims.finish())
        self.inputs.append(account)
        self._claims = Claims()

    def take(self, event: Event) -> None:
        """One more event of the input at hand, in the dump's order."""
        match event:
            case GoodRecords():
                self._good(event)
            case OneRecord():
                self._good(event.in_bulk()) if event.is_good else self._bad(event)
            case LeftOut():
                self._left_out(event)
            case Hazards():
                self._hazards(event)
            case Unread():
                self._unread(event)
            case NullKeys():
                words = self.inputs[-1].null_keys
                words.update({word: words.get(word, 0) + count for word, count in event.counts})
            case Notices():
                self.totals.notices += event.lines
            case Said():
                self._mismatches(self._claims.check(event))
            case RunMayBegin():
                self._claims.may_begin_anew()
            case Garbage():
                self._garbage(event)

    def _good(self, good: GoodRecords) -> None:
        totals = self.totals
        totals.records += good.records
        totals.valid += good.records - good.tombstones
        totals.tombstones += good.tombstones
        totals.emitted += good.emitted
        self.has_keys |= good.has_keys
        self.has_headers |= good.has_headers
        self._claims.read(good.records, good.offsets)
        for some in good.offsets:
            partition = self._partition(some.topic, some.partition)
            if some.offsets:
                partition.add(some.offsets, some.times)
            partition.add_unplaced(some.unplaced)

    def _left_out(self, event: LeftOut) -> None:
        """Records that are not wanted count nowhere else."""
        if event.were_emitted:
            self.totals.emitted_before += event.records
        else:
            self.totals.left_out += event.records
        self._claims.read(event.records, event.offsets)
        for some in event.offsets:
            if some.offsets:
                self._partition(some.topic, some.partition).pass_by(some.offsets)

    def _bad(self, one: OneRecord) -> None:
        """A record that is withheld, or mended, or shows what cannot be."""
        record, because = one.record, one.withheld_because
        totals, path = self.totals, self.inputs[-1].path
        totals.records += 1
        name = {"tombstone": "tombstones"}.get(record.verdict, record.verdict)
        setattr(totals, name, getattr(totals, name) + 1)
        totals.emitted += one.emitted
        self.has_keys |= bool(record.key)
        self.has_headers |= bool(record.headers_text) and record.headers != ()
        is_lossy = record.judgement.level in ("partial", "guess")
        self.needs_a_look |= because is not None or is_lossy or bool(record.doubts)
        self.lossy += is_lossy and one.emitted
        totals.withheld += because is not None
        if self.write_reject is not None and (because is not None or is_lossy):
            for piece in reject_of(record, path, because, one.reason):
                self.write_reject(piece)
        finding = finding_of(record, path, emitted=one.emitted, withheld_because=because, reason=one.reason)
        self.findings.add(finding)
        self._place(record)

    def _place(self, record: Record) -> None:
        if record.partition is None:
            self._claims.read(1, ())
            return
        known = () if record.offset is None else (record.offset,)
        self._claims.read(1, (Offsets(record.topic, record.partition, known),))
        entry = self._partition(record.topic, record.partition)
        if record.offset is None:
            entry.add_unplaced(1)
        elif record.verdict in ("valid", "tombstone"):
            entry.add([record.offset])
        else:
            entry.add_poison(record.offset, (record.raw_value or b"").lstrip(), record.timestamp)

    def _hazards(self, hazards: Hazards) -> None:
        self.largest_payload = max(self.largest_payload, hazards.largest)
        self.hazard_counts.update(dict(hazards.counts))
        for kind, line, topic, partition, offset in hazards.places[: MOST_HAZARDS - len(self.hazards)]:
            self.hazards.append({"kind": kind, "line": line, "topic": topic, "partition": partition, "offset": offset})

    def _unread(self, unread: Unread) -> None:
        members = self.inputs[-1].unread_members
        for name, count in unread.counts:
            known = name if name in members or len(members) < MOST_MEMBERS else "…"
            members[known] = members.get(known, 0) + count

    def _mismatches(self, found: Iterable[Mismatch]) -> None:
        for mismatch in found:
            self.needs_a_look = True
            self.findings.add(mismatch_of(mismatch, self.inputs[-1].path))

    def _garbage(self, garbage: Garbage) -> None:
        """Documents that are whole in it are kept with the rejects."""
        text = garbage.text
        self.totals.garbage_bytes += len(text)
        self.needs_a_look = True
        path = self.inputs[-1].path
        if self.first_garbage is None:
            self.first_garbage = path, garbage.line
        for start, end in documents_at_line_ends(text):
            self.totals.garbage_payloads += 1
            if self.write_reject is not None:
                line, byte_start = garbage.place(start)
                byte_end = garbage.place(end - 1)[1] + 1
                for piece in garbage_reject(text[start:end], path, line, byte_start, byte_end):
                    self.write_reject(piece)

    # -- the end -------------------------------------------------------------------------------------------------

    def report(self) -> Report:
        """The account so far, closed."""
        self._mismatches(self._claims.finish())
        for account in self.inputs:
            # In an order that does not depend on how many were read at a time.
            account.unread_members = dict(sorted(account.unread_members.items()))
        json_topics = {topic for (_, topic, _), partition in self._partitions.items() if partition.has_json}
        accounts = sorted(self._partitions.items(), key=lambda one: (one[0][1] or "", one[0][2]))
        rows = [
            _row(topic, number, partition, is_json=topic in json_topics) for (_, topic, number), partition in accounts
        ]
        return Report(
            inputs=self.inputs,
            totals=self.totals,
            partitions=rows,
            pictures=[one.picture() for _, one in accounts],
            hazards=self.hazards,
            hazard_counts=dict(sorted(self.hazard_counts.items())),
            findings=self.findings,
            needs_a_look=self.needs_a_look or self.totals.holds_nothing,
        )

    def _partition(self, topic: str | None, number: int) -> Partition:
        place = (0 if topic is not None else len(self.inputs), topic, number)
        entry = self._partitions.get(place)
        if entry is None:
            entry = self._partitions[place] = Partition()
        return entry


def _row(topic: str | None, number: int, partition: Partition, *, is_json: bool) -> PartitionEntry:
    """``is_json``: the topic is one of JSON; in one of another kind nothing is poison to those who read it."""
    return {
        "topic": topic,
        "partition": number,
        "records": partition.records,
        "first_offset": partition.first_offset,
        "last_offset": partition.last_offset,
        "gaps": [list(gap) for gap in partition.gaps],
        "gap_count": partition.gap_count,
        "duplicates": partition.duplicates,
        "poison": partition.poison,
        "poison_count": partition.poison_count,
        "next_good_offset": partition.next_good_offset if is_json else None,
    }
