"""A run over one or more dumps: one after the other through the pipeline, into one output and one account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dumpfix.detection.choose import Choice, Told
from dumpfix.errors import BrokenInputError, LayoutError
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.io.source import Source
from dumpfix.layout.write import describe
from dumpfix.record.events import Event, OneRecord, output_of
from dumpfix.record.model import Record
from dumpfix.report.ledger import Ledger
from dumpfix.report.model import InputAccount
from dumpfix.report.shapes import WrapperEntry
from dumpfix.run.emission import Emission, Policy
from dumpfix.run.limit import Remaining
from dumpfix.run.opening import Opened, find_layout
from dumpfix.run.pipeline import Pipeline
from dumpfix.run.position import Position
from dumpfix.run.safety import settled
from dumpfix.sink import CARRIES_KEYS, sink_for

if TYPE_CHECKING:
    from dumpfix.run.seen import Seen


def unclear(choice: Choice, where: str = "", path: str | None = None) -> LayoutError:
    """Why keys that may be none do not go into a topic."""
    return LayoutError(
        f"its layout is unclear{where}, so that keys may go out that are none: {describe(choice.layout)}; "
        f"{choice.doubt}",
        path=path,
    )


@dataclass(slots=True)
class Run:
    """Several dumps, one output; ``ledger`` is the account.

    ``pipeline`` is how the dumps are read, by ``jobs`` processes where that is possible.
    """

    dumps: Sequence[Opened]
    to: str = "values"
    policy: Policy = field(default_factory=Policy)
    pipeline: type[Pipeline] = Pipeline
    jobs: int = 1
    ledger: Ledger = field(default_factory=Ledger)
    _remaining: Remaining | None = None
    _seen: Seen | None = None

    def __post_init__(self) -> None:
        selection = self.policy.selection
        if selection.limit is not None:
            self._remaining = Remaining(selection.limit)
        if selection.dedupe:
            from dumpfix.run.seen import Seen

            self._seen = Seen()
        if self.policy.is_one_by_one:
            self.jobs = 1

    def output(self) -> Iterator[bytes]:
        """What goes out, in pieces. Raises BrokenInputError where a dump cannot be read to its end."""
        return filter(None, map(output_of, self.events()))

    def lines(self) -> Iterator[tuple[Record, bytes]]:
        """The same record by record, where the policy tells them so. Raises BrokenInputError."""
        for event in self.events():
            if isinstance(event, OneRecord) and event.out:
                yield event.record, event.out

    def events(self) -> Iterator[Event]:
        """Everything that happens, taken down in the ledger. Raises BrokenInputError."""
        for dump in self.dumps:
            account = account_of(dump)
            self.ledger.begin(account)
            if dump.choice is not None and dump.choice.confidence == "unclear":
                self.ledger.needs_a_look |= dump.choice.doubts_payloads or self.to in CARRIES_KEYS
            try:
                for event in self._selected(self._events(dump, account)):
                    self.ledger.take(event)
                    yield event
                if self._remaining is None and (other := dump.contrary()) is not None:
                    account.doubt = (
                        f"it looks like {describe(other.layout)}: leave the option away, or add --force-layout"
                    )
            except BrokenInputError as error:
                account.broken_off = error.message
                raise
            except LayoutError as error:
                error.path = error.path or account.path
                raise
            finally:
                if any(section["confidence"] == "unclear" for section in account.sections):
                    self.ledger.needs_a_look |= self.to in CARRIES_KEYS
                outer = [WrapperEntry(kind=kind, count=1, first_line=1) for kind in dump.source.wrappers]
                account.wrappers = [*outer, *account.wrappers]

    def _selected(self, events: Iterator[Event]) -> Iterator[Event]:
        """What is decided of a record by others: those of its topic, and those before it in the run."""
        if self.policy.asks_siblings:
            events = settled(events)
        if self._seen is not None:
            events = self._seen.deduplicated(events)
        return events if self._remaining is None else self._remaining.limited(events)

    def _events(self, dump: Opened, account: InputAccount) -> Iterator[Event]:
        """What happens in one dump; the account is told how far it was read."""
        chunks = _measured(dump.chunks(), account)
        if dump.found is None:
            # Empty; or broken before its first byte, which this tells.
            for _ in chunks:
                pass
            return
        if self.pipeline is not Pipeline:
            reader = self.pipeline(dump.found.choice, Position(dump.source.base))
            try:
                yield from reader.events(chunks, self._emission(reader))
            finally:
                account.lines = reader.position.lines
            return
        tell = _Teller(self._emission)
        if self.jobs > 1 and not dump.found.wrappers:
            from dumpfix.run import parallel

            if parallel.is_possible(dump.source):
                task = parallel.Task(dump.found, dump.told, self._emission)
                yield from parallel.events(task, dump.source, account, self.jobs, tell)
                return
        sections = dump.sections(chunks, max_record=self.policy.max_record)
        try:
            yield from sections.read(tell)
        finally:
            sections.describe(account)

    def _emission(self, pipeline: Pipeline) -> Emission:
        is_unclear = pipeline.choice.confidence == "unclear"
        if is_unclear and self.policy.refuses_unclear:
            raise unclear(pipeline.choice, f" from line {pipeline.position.line} on")
        sink = sink_for(self.to, pipeline.reading, is_unclear=is_unclear)
        return Emission(sink, self.policy, pipeline.reading)


class _Teller:
    """Tells what happens in an item; each section has an output of its own."""

    def __init__(self, emission_for: Callable[[Pipeline], Emission]) -> None:
        self._emission_for = emission_for
        self._known: tuple[Pipeline, Emission] | None = None

    def __call__(self, pipeline: Pipeline, item: Batch | Frame | Span) -> list[Event]:
        if self._known is None or self._known[0] is not pipeline:
            self._known = pipeline, self._emission_for(pipeline)
        return list(pipeline.events_of(item, self._known[1]))


def records_of(source: Source, told: Told) -> Iterator[Record]:
    """The records of one dump, lazily."""
    yield from records_in(find_layout(source, told))


def records_in(dump: Opened) -> Iterator[Record]:
    """The records of a dump that was opened, lazily."""
    if dump.choice is not None:
        yield from dump.sections(dump.chunks()).read(_records)


def record_at(dump: Opened, line: int) -> Record | None:
    """The record that holds a line, counted from 1; None where none does."""
    if dump.choice is None:
        return None
    for last, records in dump.sections(dump.chunks()).read(_records_by_line):
        if last >= line:
            found = [record for record in records if record.line <= line]
            return found[-1] if found else None
    return None


def _records(pipeline: Pipeline, item: Batch | Frame | Span) -> list[Record]:
    return [] if isinstance(item, Span) else list(pipeline.records_of(item))


def _records_by_line(pipeline: Pipeline, item: Batch | Frame | Span) -> list[tuple[int, list[Record]]]:
    """The last line of an item, and its records."""
    last, _ = pipeline.position.of(item.start, item.end - 1)
    return [(last, _records(pipeline, item))]


def account_of(dump: Opened) -> InputAccount:
    """The entry of the report for a dump, before it is read."""
    choice: Choice | None = dump.choice
    if choice is None:
        return InputAccount(dump.source.path)
    return InputAccount(
        dump.source.path,
        grammar=choice.grammar,
        layout=describe(choice.layout),
        confidence=choice.confidence,
        doubt=choice.doubt or None,
        alternatives=list(choice.alternatives),
        holds_rejects="JSON_VERDICT" in choice.layout.fields,
    )


def _measured(chunks: Iterable[bytes], account: InputAccount) -> Iterator[bytes]:
    """Chunks that pass by, their bytes counted."""
    for chunk in chunks:
        account.bytes += len(chunk)
        yield chunk
