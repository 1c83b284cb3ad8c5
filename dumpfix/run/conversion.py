"""A run over one or more dumps: one after the other through the pipeline, into one output and one account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dumpfix.detection.choose import Choice, Told
from dumpfix.detection.detect import describe
from dumpfix.errors import BrokenInputError
from dumpfix.io.source import Source
from dumpfix.record.events import Event, OneRecord, output_of
from dumpfix.record.model import Record
from dumpfix.report.ledger import Ledger
from dumpfix.report.model import InputAccount
from dumpfix.run.emission import Emission, Policy
from dumpfix.run.opening import Opened, find_layout
from dumpfix.run.pipeline import Pipeline
from dumpfix.run.position import Position
from dumpfix.run.safety import settled
from dumpfix.run.selecting import Remaining, Seen
from dumpfix.sink import sink_for


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
            try:
                for event in self._selected(self._events(dump, account)):
                    self.ledger.take(event)
                    yield event
            except BrokenInputError as error:
                account.broken_off = error.message
                raise
            finally:
                account.wrappers = [{"kind": kind, "count": 1, "first_line": 1} for kind in dump.source.wrappers]

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
        if dump.choice is None:
            # Empty; or broken before its first byte, which this tells.
            for _ in chunks:
                pass
            return
        reader = self.pipeline(dump.choice, Position(dump.source.base))
        emission = Emission(sink_for(self.to, reader.reading), self.policy, reader.reading)
        if self.pipeline is Pipeline and self.jobs > 1:
            from dumpfix.run import parallel

            if parallel.is_possible(dump.source):
                yield from parallel.events(parallel.Task(dump.choice, emission), dump.source, account, self.jobs)
                return
        try:
            yield from reader.events(chunks, emission)
        finally:
            account.lines = reader.position.lines


def records_of(source: Source, told: Told) -> Iterator[Record]:
    """The records of one dump, lazily."""
    dump = find_layout(source, told)
    if dump.choice is not None:
        yield from Pipeline(dump.choice, Position(source.base)).records(dump.chunks())


def account_of(dump: Opened) -> InputAccount:
    """The entry of the report for a dump, before it is read."""
    choice: Choice | None = dump.choice
    if choice is None:
        return InputAccount(dump.source.path)
    return InputAccount(
        dump.source.path,
        grammar=choice.grammar,
        layout=describe(choice.layout),
        alternatives=list(choice.alternatives),
    )


def _measured(chunks: Iterable[bytes], account: InputAccount) -> Iterator[bytes]:
    """Chunks that pass by, their bytes counted."""
    for chunk in chunks:
        account.bytes += len(chunk)
        yield chunk
