"""One file, several processes, the same bytes as from one.

A file is cut into regions where a record seems to begin. A process reads its region as the beginning of a longer
text, so what it decides is what one process would have decided. Its answer is taken only if the region before ended,
by the same reading, exactly where this one begins; else the region is read anew from where the one before ended. So
a cut in the wrong place costs time, and never an answer.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dumpfix.detection.choose import Told
from dumpfix.errors import BrokenInputError, BrokenRunError
from dumpfix.framing.framer import Located, scanner_for
from dumpfix.framing.window import Window
from dumpfix.io.source import CHUNK, Source
from dumpfix.record.events import Event, Samples, condensed, moved, records_in
from dumpfix.repairing.siblings import Siblings
from dumpfix.report.model import InputAccount
from dumpfix.run.emission import Emission
from dumpfix.run.feed import Feed
from dumpfix.run.pipeline import Pipeline
from dumpfix.run.position import Position
from dumpfix.run.safety import Sampler
from dumpfix.run.sections import Sections, Tell, Watched
from dumpfix.run.unwrapping import Explained
from dumpfix.run.watch import WORTH_A_LOOK, Watch

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: bytes of a region
REGION = 1 << 23
#: a file below this is done before processes have started
SMALLEST = 4 * REGION
#: how far behind a cut the beginning of a record is looked for
WINDOW = 1 << 18
#: signals for which a process of ours has another answer than the one that started it
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stretch(NamedTuple):
    """Bytes ``start`` to ``stop`` of the file; the line of the first one begins at ``line_start``."""

    start: int
    stop: int
    line_start: int


class Task:
    """What each process needs to know; it inherits it. ``siblings`` and ``watch`` have seen the first records.

    ``sampler`` knows which first records of each topic have been told of in regions that are done.
    """

    def __init__(self, found: Explained, told: Told, emission_for: Callable[[Pipeline], Emission]) -> None:
        self.found = found
        self.told = told
        self.siblings = Siblings()
        self.sampler = Sampler()
        self.watch = Watch(found.choice.layout)
        self.emission = emission_for(Pipeline(found.choice))


class Answer(NamedTuple):
    """What happened in a region, its lines counted from the region's first, and how far it could be decided.

    ``lines`` are the line feeds up to there; the last of them ends right before ``line_start``, if there is one.
    ``is_unexplained``: what follows may be another section, which is for one process to say.
    """

    events: list[Event]
    end: int
    lines: int
    line_start: int | None
    is_unexplained: bool


class _Region(Watched):
    """A pipeline over bytes that others follow; ``decided`` is where its last item ends, relative to its first byte."""

    decided = 0

    def _located(self, chunks: Iterable[bytes]) -> Iterator[Located]:
        data = b"".join(chunks)
        for item in scanner_for(self.layout, self.choice.notices).items(Window(data, is_all=False), 0):
            yield Located(item, data, 0)
            self.decided = item.end

    def explained(self, data: bytes, emission: Emission, *, may_change: bool) -> tuple[list[Event], bool]:
        """What happens up to where the layout may explain no more, and whether that was reached.

        A run that is open at the end is left to those who see how it ends.
        """
        happened: list[Event] = []
        run: tuple[int, int] | None = None
        cost = 0.0
        for item in self.items([data]):
            weight = self.watch.weigh(item) if may_change else 0.0
            if weight == 0.0:
                run, cost = None, 0.0
            elif weight and run is None:
                run = len(happened), item.start
            happened += self.events_of(item, emission)
            cost += weight or 0.0
            if run is not None and cost >= WORTH_A_LOOK:
                self.decided = run[1]
                return happened[: run[0]], True
        if run is not None:
            self.decided = run[1]
            return happened[: run[0]], False
        return happened, False


def is_possible(source: Source) -> bool:
    """Whether a dump can be read by several processes, and is worth it."""
    return hasattr(os, "fork") and source.is_plain and (source.size or 0) >= SMALLEST


def events(task: Task, source: Source, account: InputAccount, jobs: int, tell: Tell[Event]) -> Iterator[Event]:
    """What happens in one file, in order. Raises BrokenRunError, BrokenInputError."""
    run = _Run(task, source)
    try:
        cuts = run.cuts()
        yield from run.learn(cuts)
        yield from run.share_out(cuts, jobs)
        yield from run.finish(tell)
    except OSError as error:
        raise BrokenInputError(f"reading broke off: {error.strerror or error}", path=source.path) from error
    finally:
        run.describe(account)


class _Run:
    def __init__(self, task: Task, source: Source) -> None:
        self.task = task
        self.source = source
        self.end = 0
        self.lines = 0
        self.line_start = 0
        self.is_unexplained = False
        self.records = 0
        self.sections: Sections | None = None

    def cuts(self) -> deque[int]:
        """Where records seem to begin, about REGION bytes apart; at the beginnings of lines."""
        rule = scanner_for(self.task.found.choice.layout, self.task.found.choice.notices).rule
        found: deque[int] = deque()
        size = self.source.size or 0
        for wanted in range(REGION, size - REGION, REGION):
            window = os.pread(self.source.descriptor, WINDOW, wanted)
            start = rule.next_start(Window(window), 1)
            if start < len(window) and window[start - 1] == 0x0A:
                found.append(wanted + start)
        return found

    def learn(self, cuts: deque[int]) -> Iterator[Event]:
        """Regions that are read here, until the siblings that all processes share have been seen."""
        while cuts and not self.task.siblings.is_full and not self.is_unexplained:
            yield from self._join(self._answer(cuts.popleft()))

    def share_out(self, cuts: deque[int], jobs: int) -> Iterator[Event]:
        """Regions that are read by processes, each of which is one or two ahead of the answer that is waited for."""
        starts = [(self.end, self.line_start), *zip(cuts, cuts, strict=True)]
        regions = deque(Stretch(start, stop, line) for (start, line), stop in zip(starts, cuts, strict=False))
        if not regions or self.is_unexplained:
            return
        workers = deque(_Worker.several(self.task, self.source.descriptor, min(jobs, len(regions))))
        try:
            for worker in (*workers, *workers):
                worker.take(regions)
            while workers[0].asked:
                self.source.before_read()
                start, stop, _ = workers[0].asked[0]
                if self.end != start and stop - self.end > 4 * REGION:
                    # One record goes on and on: what is left is read in one go.
                    return
                answer = workers[0].answer()
                if self.end != start:
                    answer = self._answer(stop)
                yield from self._join(answer)
                if self.is_unexplained:
                    return
                workers[0].take(regions)
                workers.rotate(-1)
        except (EOFError, OSError) as error:
            raise BrokenRunError("a process that read the dump died", path=self.source.path) from error
        finally:
            for worker in workers:
                worker.end()

    def finish(self, tell: Tell[Event]) -> Iterator[Event]:
        """What is left, up to the end of the file, wherever that is by now."""
        task = self.task
        place = Position(self.end, self.lines + 1, self.line_start)
        feed = Feed(self._rest(), self.end)
        limit = task.emission.policy.max_record
        self.sections = Sections(task.found, task.told, feed, place, task.siblings, task.sampler, task.watch, limit)
        yield from self.sections.read(tell)

    def describe(self, account: InputAccount) -> None:
        """Tell the account how far the file was read."""
        account.lines, account.bytes = self.lines, self.source.taken
        if self.sections is not None:
            self.sections.describe(account, records=self.records)

    def _rest(self) -> Iterator[bytes]:
        at = self.end
        self.source.before_read()
        while chunk := os.pread(self.source.descriptor, CHUNK, at):
            at += len(chunk)
            self.source.taken = at
            yield chunk
            self.source.before_read()

    def _answer(self, stop: int) -> Answer:
        """What is next, up to ``stop``, read here."""
        return _answer(self.task, self.source.descriptor, Stretch(self.end, stop, self.line_start))

    def _join(self, answer: Answer) -> Iterator[Event]:
        for event in answer.events:
            if isinstance(event, Samples):
                self.task.sampler.take(event)
            self.records += records_in(event)
            yield moved(event, self.lines)
        self.is_unexplained = answer.is_unexplained
        self.end = self.source.taken = answer.end
        self.lines += answer.lines
        if answer.line_start is not None:
            self.line_start = answer.line_start


class _Worker:
    """A process that reads regions in the order in which it was asked; ``asked`` are those it has not answered.

    Each has a pipe of its own, so that one that dies in the middle of an answer is noticed, and stops nobody else.
    """

    def __init__(self, task: Task, descriptor: int, others: Sequence[_Worker]) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self.connection, theirs = context.Pipe()
        inherited = [self.connection, *(other.connection for other in others)]
        self.process = context.Process(target=_serve, args=(task, descriptor, theirs, inherited), daemon=True)
        # Until the process has its own handlers it has ours, which are not made for it: nothing may arrive before.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        theirs.close()
        self.asked: deque[Stretch] = deque()

    @classmethod
    def several(cls, task: Task, descriptor: int, count: int) -> list[_Worker]:
        workers: list[_Worker] = []
        for _ in range(count):
            workers.append(cls(task, descriptor, workers))
        return workers

    def take(self, regions: deque[Stretch]) -> None:
        """Ask for the next region, if there is one."""
        if regions:
            self.asked.append(regions.popleft())
            self.connection.send(self.asked[-1])

    def answer(self) -> Answer:
        """Wait for the oldest answer. Raises EOFError or OSError where the process is no more."""
        self.asked.popleft()
        answer = self.connection.recv()
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Answer)
        return answer

    def end(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()


def _serve(task: Task, descriptor: int, connection: Connection, inherited: Sequence[Connection]) -> None:
    """What a process does: regions in, answers out, until nobody asks any more."""
    # Ctrl-C reaches all processes of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    for other in inherited:
        other.close()
    while True:
        try:
            stretch = connection.recv()
            try:
                connection.send(_answer(task, descriptor, stretch))
            except Exception as error:
                # Told by the process that waits for the answer, in one line.
                connection.send(error)
        except (EOFError, OSError):
            return


def _answer(task: Task, descriptor: int, stretch: Stretch) -> Answer:
    """Read some bytes of the file as far as they decide."""
    start, stop, line_start = stretch
    data = _bytes(descriptor, start, stop)
    place = Position(start, line_start=line_start)
    region = _Region(task.found.choice, place, task.siblings, task.sampler.copy())
    region.watch = task.watch
    told, is_unexplained = region.explained(data, task.emission, may_change=task.told.is_auto)
    lines = data.count(b"\n", 0, region.decided)
    last_line = start + data.rfind(b"\n", 0, region.decided) + 1 if lines else None
    return Answer(list(condensed(told)), start + region.decided, lines, last_line, is_unexplained)


def _bytes(descriptor: int, start: int, stop: int) -> bytes:
    pieces = []
    while start < stop and (piece := os.pread(descriptor, stop - start, start)):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)
