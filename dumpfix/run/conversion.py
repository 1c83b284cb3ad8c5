"""A run over one or more dumps: all opened and their layouts found first, then one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dumpfix.detection.choose import LARGEST_HEAD, Choice, Told, choose
from dumpfix.detection.detect import HEAD, describe
from dumpfix.errors import BrokenInputError, LayoutError
from dumpfix.framing.frame import NeedMoreError
from dumpfix.framing.framer import GROWTH
from dumpfix.io.source import Source
from dumpfix.record.model import Record
from dumpfix.repairing.siblings import Siblings
from dumpfix.report.ledger import Ledger
from dumpfix.report.model import InputAccount
from dumpfix.run.pipeline import Pipeline, Policy
from dumpfix.sink import Sink, sink_for
from dumpfix.sink.console_producer import marker_for

if TYPE_CHECKING:
    from dumpfix.run import parallel


@dataclass(slots=True)
class Opened:
    """A dump whose layout is known. ``choice`` is None where the dump is empty; ``head`` was read to find it.

    ``broken`` says why nothing can be read behind the head.
    """

    source: Source
    choice: Choice | None
    head: bytes
    broken: BrokenInputError | None = None

    def holds(self, text: bytes) -> bool:
        """Whether ``text`` occurs in the dump: in all of a plain file, in the beginning of anything else."""
        return text in self.head[:HEAD] or (self.source.is_plain and self.source.holds(text))

    def chunks(self) -> Iterator[bytes]:
        """All of the dump, from its first byte."""
        if self.head:
            yield self.head
        if self.broken is not None:
            raise self.broken
        yield from self.source.chunks()


def find_layout(source: Source, told: Told) -> Opened:
    """Read as much of a dump as its layout needs: nothing more where it was told. Raises LayoutError, SourceError."""
    head = b""
    arrived: list[bytes] = []
    length = wait_for = 0
    broken: BrokenInputError | None = None
    try:
        for chunk in source.chunks():
            arrived.append(chunk)
            length += len(chunk)
            if length < wait_for:
                continue
            head = b"".join((head, *arrived))
            arrived.clear()
            # A first record of hundreds of megabytes is looked at anew only when it has grown by a share of itself.
            wait_for = length + length // GROWTH if length > LARGEST_HEAD else 0
            try:
                return Opened(source, _choose(head, told, source.path, final=False), head)
            except NeedMoreError:
                continue
    except BrokenInputError as error:
        broken = error
    head = b"".join((head, *arrived))
    if not head:
        return Opened(source, None, head, broken)
    try:
        return Opened(source, _choose(head, told, source.path, final=True), head, broken)
    except LayoutError:
        if broken is not None:
            raise broken from None
        raise


def _choose(head: bytes, told: Told, path: str, *, final: bool) -> Choice:
    try:
        return choose(head, told, final=final)
    except LayoutError as error:
        error.path = error.path or path
        raise


@dataclass(slots=True)
class Run:
    """Several dumps, one output. ``marker`` stands for null in ``--to console-producer``."""

    dumps: Sequence[Opened]
    to: str
    policy: Policy
    ledger: Ledger
    marker: bytes
    pipeline: type[Pipeline] = Pipeline
    jobs: int = 1

    @classmethod
    def prepare(
        cls,
        sources: Iterable[Source],
        told: Told,
        *,
        to: str = "values",
        policy: Policy | None = None,
    ) -> Run:
        """Find the layouts of all dumps. Raises SourceError, LayoutError, UsageError before anything is put out."""
        dumps = [find_layout(source, told) for source in sources]
        return cls.of(dumps, to=to, policy=policy)

    @classmethod
    def of(
        cls,
        dumps: Sequence[Opened],
        *,
        to: str = "values",
        policy: Policy | None = None,
        pipeline: type[Pipeline] = Pipeline,
    ) -> Run:
        """A run over dumps whose layouts are known."""
        ledger = Ledger(emits_tombstones=to != "values")
        marker = marker_for(lambda text: any(dump.holds(text) for dump in dumps)) if to == "console-producer" else b""
        return cls(dumps, to, policy or Policy(), ledger, marker, pipeline)

    def output(self) -> Iterator[bytes]:
        """What goes out, in pieces. Raises BrokenInputError where a dump cannot be read to its end."""
        for dump in self.dumps:
            account = account_of(dump)
            self.ledger.begin(account)
            chunks = _Measured(dump.chunks(), account)
            if dump.choice is None:
                # Empty; or broken before its first byte, which this tells.
                deque(_broken_off(chunks, account), 0)
                continue
            pipeline = self.pipeline(dump.choice, base=dump.source.base)
            sink = sink_for(self.to, pipeline.reading, self.marker)
            if self.pipeline is Pipeline and self.jobs > 1:
                from dumpfix.run import parallel

                if parallel.is_possible(dump.source):
                    task = self._task(dump.source, dump.choice, sink)
                    yield from _broken_off(parallel.convert(task, dump.source, self.ledger, self.jobs), account)
                    continue
            try:
                yield from _broken_off(pipeline.convert(chunks, sink, self.ledger, self.policy), account)
            finally:
                account.lines = pipeline.place.lines
                account.wrappers = [{"kind": kind, "count": 1, "first_line": 1} for kind in dump.source.wrappers]

    def _task(self, source: Source, choice: Choice, sink: Sink) -> parallel.Task:
        """What several processes need to know to read one file."""
        from dumpfix.run import parallel

        return parallel.Task(
            source.descriptor,
            source.path,
            choice,
            sink,
            self.policy,
            Siblings(),
            emits_tombstones=self.to != "values",
            keeps_rejects=self.ledger.write_reject is not None,
        )


def records_of(source: Source, told: Told) -> Iterator[Record]:
    """The records of one dump, lazily."""
    dump = find_layout(source, told)
    if dump.choice is not None:
        pipeline = Pipeline(dump.choice, base=source.base)
        yield from pipeline.records(dump.chunks())


def account_of(dump: Opened) -> InputAccount:
    """The entry of the report for a dump, before it is read."""
    choice = dump.choice
    if choice is None:
        return InputAccount(dump.source.path)
    return InputAccount(
        dump.source.path,
        grammar=choice.grammar,
        layout=describe(choice.layout),
        alternatives=list(choice.alternatives),
    )


def _broken_off(pieces: Iterable[bytes], account: InputAccount) -> Iterator[bytes]:
    """The same pieces; the account is told where the dump breaks off."""
    try:
        yield from pieces
    except BrokenInputError as error:
        account.broken_off = error.message
        raise


class _Measured:
    """Chunks that pass by, their bytes counted."""

    def __init__(self, chunks: Iterator[bytes], account: InputAccount) -> None:
        self._chunks = chunks
        self._account = account

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._account.bytes += len(chunk)
            yield chunk
