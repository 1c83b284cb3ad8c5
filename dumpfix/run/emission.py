"""What may go out, and as which bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dumpfix.framing.frame import Batch
from dumpfix.framing.framer import MAX_RECORD
from dumpfix.json.hazards import THOROUGH
from dumpfix.record.events import Event, Hazard, Hazards, OneRecord, left_out
from dumpfix.record.fields import Reading
from dumpfix.record.hazards import hazards_of, hazards_of_many
from dumpfix.record.kept import NOT_MENDED, said_before
from dumpfix.record.model import Record
from dumpfix.record.selection import EVERYTHING, Selection
from dumpfix.record.verdict import BOLDNESS
from dumpfix.sink import NotRepresentableError, Sink


class Policy(NamedTuple):
    """What may be put out: the boldest repair, hazards that are kept back, and which records are wanted at all.

    ``thorough`` looks for all hazards; ``one_by_one`` keeps records from being told in bulk. A record of more than
    ``max_record`` bytes is named and passed over. ``with_times``: the account shows when the records were written.
    ``refuses_unclear``: keys that may be none do not go out.
    """

    level: str = "safe"
    withheld_hazards: frozenset[str] = frozenset()
    thorough: bool = False
    selection: Selection = EVERYTHING
    one_by_one: bool = False
    max_record: int = MAX_RECORD
    with_times: bool = False
    refuses_unclear: bool = False

    @property
    def is_one_by_one(self) -> bool:
        """Whether nothing may be told in bulk: somebody wants to see each record."""
        return self.one_by_one or self.selection.is_in_order

    @property
    def asks_siblings(self) -> bool:
        """Whether a lossy repair is held against the intact payloads of its topic."""
        return self.level == "safe"

    @property
    def looks_for_all(self) -> bool:
        """Whether each payload has to be read token by token."""
        return self.thorough or bool(self.withheld_hazards & THOROUGH)


class Emission(NamedTuple):
    """The output of one dump and what it may hold; ``reading`` says what the dump's fields mean."""

    sink: Sink
    policy: Policy
    reading: Reading

    def of_batch(self, batch: Batch) -> tuple[bytes, list[tuple[int, tuple[str, ...]]]] | None:
        """The lines of a batch, and the hazards among its payloads by index; None to look at them one by one."""
        if self.policy.is_one_by_one:
            return None
        out = self.sink.batch(batch)
        if out is None:
            return None
        policy = self.policy
        shows_null = self.reading.shows_null
        found = hazards_of_many(batch.values, out, shows_null=shows_null, thorough=policy.looks_for_all)
        if any(not policy.withheld_hazards.isdisjoint(kinds) for _, kinds in found):
            return None
        return out, found

    def of_record(self, record: Record) -> Iterator[Event]:
        """What becomes of one record: its hazards, then whether it goes out, and why not."""
        level = self.policy.level
        if not self.policy.selection.takes(record):
            yield left_out(record)
            return
        if record.was_emitted:
            yield left_out(record, was_emitted=True)
            return
        if record.verdict == "irrecoverable":
            yield OneRecord(record, withheld_because="irrecoverable")
            return
        if record.verdict == "repaired" and not _may_go_out(record.judgement.level, level):
            yield OneRecord(record, withheld_because="level")
            return
        if record.judgement.is_kept and record.judgement.level == "partial" and level == "safe":
            # The records around it, which it was held against, are not here.
            reason = said_before(NOT_MENDED, record.judgement.reason)
            yield OneRecord(record, withheld_because="incomplete", reason=reason)
            return
        if record.value is not None:
            thorough = self.policy.looks_for_all
            found = hazards_of(record.value, shows_null=self.reading.shows_null, thorough=thorough)
            if found:
                where = (record.line, record.topic, record.partition, record.offset)
                places = tuple(Hazard(kind, *where) for kind in found)
                yield Hazards(tuple((kind, 1) for kind in found), places, len(record.value))
            unwanted = self.policy.withheld_hazards.intersection(found)
            if unwanted:
                reason = f"valid JSON, but a hazard: {', '.join(sorted(unwanted))}"
                yield OneRecord(record, withheld_because="hazard", reason=reason)
                return
        try:
            out = self.sink.record(record)
        except NotRepresentableError as error:
            yield OneRecord(record, withheld_because="not_representable", reason=str(error))
            return
        yield OneRecord(record, out, emitted=record.value is not None or self.sink.emits_tombstones)


def _may_go_out(level: str, boldest: str) -> bool:
    """Whether a repair is not too bold; under ``safe`` what is missing from a partial one is looked at later."""
    return BOLDNESS[level] <= BOLDNESS["partial" if boldest == "safe" else boldest]
