"""A dump read section by section (EXPLAIN, 5): where its layout explains no more, what follows is explained anew.

The layout that was found in the head is a hypothesis. A run of garbage and of payloads that are none, without a good
record between them, is held back until it ends or is long; if another layout says it for fewer bits, a new section
begins where the run did, and what was made of it so far is dropped. Decisions are made at the ends of items, which do
not depend on how the dump arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from dumpfix.detection import prices
from dumpfix.detection.candidates import READ_OFF
from dumpfix.detection.choose import HEAD, Told
from dumpfix.errors import LayoutError
from dumpfix.framing.frame import Batch, Frame
from dumpfix.framing.framer import MAX_RECORD
from dumpfix.layout.model import Layout
from dumpfix.layout.write import describe
from dumpfix.repairing.siblings import Siblings
from dumpfix.report.model import InputAccount
from dumpfix.report.shapes import SectionEntry
from dumpfix.run.cost import cost_of
from dumpfix.run.feed import Feed
from dumpfix.run.pipeline import Pipeline
from dumpfix.run.position import Position, WrappedPosition
from dumpfix.run.safety import Sampler
from dumpfix.run.unwrapping import Explained, Finder
from dumpfix.run.watch import WORTH_A_LOOK, Item, Watch
from dumpfix.wrapping.strip import Unwrapped, stripped

T = TypeVar("T")
#: what is to be told of an item: events, or records
Tell = Callable[[Pipeline, Item], list[T]]

#: bytes that may be explained anew at any time, and the share of what was read that may be besides
ALLOWED, SHARE = 1 << 19, 8
#: looking costs as much as a whole head of so many bytes, however few are looked at
LOOK = 1 << 16
#: documents that show a layout which nothing in a record's beginning tells
ENOUGH_DOCUMENTS = 3
#: records of a run that would have shown another layout: they wait until it is known that there is none
MANY = 16


@dataclass(slots=True)
class Section:
    """One stretch of a dump with one layout; lines count from 1, the last one belongs to it."""

    explained: Explained
    first_line: int
    last_line: int = 0
    records: int = 0


@dataclass(slots=True)
class Budget:
    """How much may be explained anew: a share of what was read, so that a dump of any kind is read in linear time."""

    spent: int = 0

    def allows(self, length: int, at: int) -> bool:
        """Whether so many bytes may be looked at when the reader stands at ``at``; if so they are."""
        if self.spent + length + LOOK > ALLOWED + at // SHARE:
            return False
        self.spent += length + LOOK
        return True


@dataclass(slots=True)
class _Run(Generic[T]):
    """Items that the layout does not explain, with what is to be told of them if nothing better is found."""

    start: int
    line: int
    sampler: Sampler
    cost: float = 0.0
    look_at: float = WORTH_A_LOOK
    keys: list[bytes] = field(default_factory=list)
    records: int = 0
    is_heard: bool = False
    pending: list[T] = field(default_factory=list)


class Watched(Pipeline):
    """A pipeline that takes records one by one where the watch doubts them."""

    watch: Watch
    #: is told what the buffer holds that was joined out of chunks, and where it begins
    share: Callable[[int, bytes], None] | None = None

    def parts(self, item: Item) -> Iterator[Item]:
        """The records of a batch one by one, where one of them is doubted."""
        if isinstance(item, Batch) and self.watch.doubts(item):
            yield from item.frames()
        else:
            yield item

    def _joined(self, base: int, data: bytes) -> None:
        if self.share is not None:
            self.share(self._base + base, data)


class Sections:
    """Reads one dump from ``start`` on; single use. ``sections`` are those that were begun so far."""

    def __init__(
        self,
        found: Explained,
        told: Told,
        feed: Feed,
        start: Position,
        siblings: Siblings | None = None,
        sampler: Sampler | None = None,
        watch: Watch | None = None,
        max_record: int = MAX_RECORD,
    ) -> None:
        self.told = told
        self.feed = feed
        self.sections: list[Section] = []
        self.lines = start.lines
        self.budget = Budget()
        self._may_change = feed.is_kept = told.is_auto
        self._watch = watch
        self._max_record = max_record
        self._next: tuple[Explained, Position] | None = (found, start)
        self._siblings = siblings if siblings is not None else Siblings()
        self._sampler = sampler if sampler is not None else Sampler()
        self._wrappers: dict[str, tuple[int, int]] = {}

    def read(self, tell: Tell[T]) -> Iterator[T]:
        """What is to be told of every item, in the dump's order."""
        while self._next is not None:
            (found, start), self._next = self._next, None
            yield from self._section(found, start, tell)

    def describe(self, account: InputAccount, *, records: int = 0) -> None:
        """Tell the account what was read; ``records`` of the first section stood before this."""
        account.lines = self.lines
        account.wrappers = [{"kind": kind, "count": n, "first_line": at} for kind, (n, at) in self._wrappers.items()]
        account.sections = [_entry(section) for section in self.sections]
        if account.sections:
            account.sections[0]["first_line"] = 1
            account.sections[0]["records"] += records

    # -- one section -----------------------------------------------------------------------------------------------

    def _section(self, found: Explained, start: Position, tell: Tell[T]) -> Iterator[T]:
        section = Section(found, start.line)
        self.sections.append(section)
        pipeline = Watched(found.choice, start, self._siblings, self._sampler)
        chunks: Iterator[bytes] = self.feed.chunks(start.base)
        unwrapped: Unwrapped | None = None
        if found.wrappers:
            unwrapped = Unwrapped(found.wrappers, chunks, base=start.base, line=start.line)
            pipeline = Watched(found.choice, WrappedPosition(unwrapped, start.base), self._siblings, self._sampler)
            chunks = iter(unwrapped)
        elif self._may_change:
            pipeline.share = self.feed.share
        pipeline.max_record = self._max_record
        pipeline.watch = self._watch or Watch(found.choice.layout)
        self._watch = None
        try:
            yield from self._items(pipeline, chunks, section, tell)
        finally:
            if self._next is None:
                self.lines = section.last_line = max(pipeline.position.lines, section.first_line - 1)
            if unwrapped is not None:
                self._count(unwrapped)

    def _items(self, pipeline: Watched, chunks: Iterator[bytes], section: Section, tell: Tell[T]) -> Iterator[T]:
        run: _Run[T] | None = None
        begins_line = True
        for item in pipeline.items(chunks):
            if run is None:
                self.feed.forget(pipeline.position.line_start)
            weight = pipeline.watch.weigh(item) if self._may_change else 0.0
            count = len(item) if isinstance(item, Batch) else int(isinstance(item, Frame))
            if weight == 0.0 and run is not None:
                if self._is_another(pipeline, section, run, pipeline.position.line_start, final=True):
                    return
                yield from run.pending
                section.records += run.records
                run = None
            if weight and run is None and begins_line:
                run = _Run(pipeline.position.line_start, pipeline.position.line, self._sampler.copy())
            told = tell(pipeline, item)
            begins_line = pipeline.position.data[item.end - 1 : item.end] == b"\n"
            if run is None:
                yield from told
                section.records += count
                continue
            run.pending += told
            run.records += count
            if weight is None:
                run.is_heard = True
                continue
            run.cost += weight
            run.keys += [item.fields.get("key") or b""] if isinstance(item, Frame) and item.is_valid else []
            end = pipeline.position.end_of(item.end)
            if run.cost >= run.look_at:
                run.look_at = 2 * run.cost
                if self._is_another(pipeline, section, run, end, final=False):
                    return
            if end - run.start > HEAD:
                if self._is_another(pipeline, section, run, end, final=True):
                    return
                yield from run.pending
                section.records += run.records
                run = None
        if run is not None:
            if self._is_another(pipeline, section, run, None, final=True):
                return
            yield from run.pending
            section.records += run.records

    def _is_another(self, pipeline: Watched, section: Section, run: _Run[T], end: int | None, *, final: bool) -> bool:
        """Whether the run is better said by another layout; then the next section begins where it does."""
        if run.cost < WORTH_A_LOOK:
            return False
        limit = run.start + HEAD
        data = self.feed.between(run.start, limit if end is None else min(end, limit))
        cost = run.cost
        if end is not None and end > limit:
            # One stretch may go on for the rest of the dump: its beginning, up to a line end, shows what it is.
            data = data[: data.rfind(b"\n") + 1] or data
            cost *= len(data) / (end - run.start)
        if not self.budget.allows(len(data), run.start):
            return False
        found = _another(section.explained, data, cost, self.told, is_heard=run.is_heard, final=final)
        if found is None and (final or run.records >= MANY):
            found = _unclear(section.explained, pipeline.watch, run.keys)
            pipeline.watch.trust(max(map(len, run.keys), default=0))
        if found is None:
            return False
        section.last_line = run.line - 1
        if section.last_line < section.first_line:
            self.sections.remove(section)
        self._next = found, Position(run.start, run.line)
        self._sampler = run.sampler
        return True

    def _count(self, unwrapped: Unwrapped) -> None:
        for seen in unwrapped.seen():
            if seen.first_line is not None:
                count, first = self._wrappers.get(seen.kind, (0, seen.first_line))
                self._wrappers[seen.kind] = count + seen.count, first


def _another(now: Explained, data: bytes, cost: float, told: Told, *, is_heard: bool, final: bool) -> Explained | None:
    """Another layout that says the bytes for fewer bits than ``cost``, which they cost now; None where none does."""
    try:
        found = Finder(told).look(data, final=final)
    except LayoutError:
        return None
    is_anchored = not isinstance(now.choice.layout, Layout) or now.choice.layout.is_anchored
    if found is None or (found.choice.confidence == "unclear" and is_anchored):
        # What may be this or that stays unexplained, and is kept; a payload of values alone it is not.
        return None
    if _is_the_same(found, now):
        return None
    choice = found.choice
    bare = stripped(found.wrappers, data)
    new = cost_of(choice.layout, choice.notices, bare, is_shipped=choice.grammar != READ_OFF)
    is_told_apart = not isinstance(choice.layout, Layout) or choice.layout.is_anchored or is_heard
    needed = 1 if is_told_apart else ENOUGH_DOCUMENTS
    if new.documents < needed or new.total + prices.NEW_SECTION >= cost or new.unexplained * 2 > cost:
        return None
    return found


def _unclear(now: Explained, watch: Watch, keys: Sequence[bytes]) -> Explained | None:
    """The same layout, from here on unclear, where its keys look as if they were columns; None where they do not."""
    if len(keys) < ENOUGH_DOCUMENTS or now.choice.confidence == "unclear" or not watch.are_columns(keys):
        return None
    return now._replace(choice=replace(now.choice, confidence="unclear", rivals=()))


def _is_the_same(one: Explained, other: Explained) -> bool:
    kinds = [[wrapper.kind for wrapper in found.wrappers] for found in (one, other)]
    return kinds[0] == kinds[1] and one.choice.layout == other.choice.layout


def _entry(section: Section) -> SectionEntry:
    choice = section.explained.choice
    return {
        "first_line": section.first_line,
        "last_line": section.last_line,
        "grammar": choice.grammar,
        "layout": describe(choice.layout),
        "confidence": choice.confidence,
        "records": section.records,
    }
