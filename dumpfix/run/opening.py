"""A dump, opened, and its layout found in as much of it as that takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dumpfix.detection.choose import HEAD, Choice, Told
from dumpfix.detection.contrary import cheaper
from dumpfix.errors import BrokenInputError, LayoutError
from dumpfix.framing.framer import MAX_RECORD, GrowingWindow
from dumpfix.io.source import Source
from dumpfix.run.feed import Feed
from dumpfix.run.position import Position
from dumpfix.run.sections import Sections
from dumpfix.run.unwrapping import Explained, Finder
from dumpfix.wrapping.strip import stripped


@dataclass(slots=True)
class Opened:
    """A dump whose layout is known. ``found`` is None where the dump is empty; ``head`` was read to find it.

    ``broken`` says why nothing can be read behind the head.
    """

    source: Source
    found: Explained | None
    head: bytes
    told: Told
    broken: BrokenInputError | None = None
    #: what came behind the head, as much of it as is held against what was told
    _more: bytearray = field(default_factory=bytearray)

    @property
    def choice(self) -> Choice | None:
        """The layout of its first section."""
        return None if self.found is None else self.found.choice

    def sections(self, chunks: Iterator[bytes], *, max_record: int = MAX_RECORD) -> Sections:
        """What reads it, from these bytes. Raises ValueError for one that is empty."""
        if self.found is None:
            raise ValueError("an empty dump has no sections")
        base = self.source.base
        return Sections(self.found, self.told, Feed(chunks, base), Position(base), max_record=max_record)

    def chunks(self) -> Iterator[bytes]:
        """All of the dump, from its first byte."""
        if self.head:
            yield self.head
        if self.broken is not None:
            raise self.broken
        for chunk in self.source.chunks():
            if self.told.is_doubted and len(self.head) + len(self._more) < HEAD:
                self._more += chunk[:HEAD]
            yield chunk

    def contrary(self) -> Choice | None:
        """The layout that its beginning has rather than the one that was told; None where it is as told.

        Asked when the dump was read: a layout that was told is not waited for.
        """
        if self.found is None or not self.told.is_doubted:
            return None
        head = self.head[: 2 * HEAD] + self._more
        return cheaper(self.found.choice, stripped(self.found.wrappers, head))


def find_layout(source: Source, told: Told) -> Opened:
    """Read as much of a dump as its layout needs: nothing more where it was told. Raises LayoutError, SourceError."""
    window = GrowingWindow()
    finder = Finder(told)
    broken: BrokenInputError | None = None
    try:
        for chunk in source.chunks():
            if not window.add(chunk):
                continue
            found = _found(finder, window.data, source.path, final=False)
            if found is not None:
                return Opened(source, found, window.data, told)
            window.drop(0)
    except BrokenInputError as error:
        broken = error
    window.close()
    head = window.data
    if not head:
        return Opened(source, None, head, told, broken)
    try:
        return Opened(source, _found(finder, head, source.path, final=True), head, told, broken)
    except LayoutError:
        if broken is not None:
            raise broken from None
        raise


def _found(finder: Finder, head: bytes, path: str, *, final: bool) -> Explained | None:
    try:
        return finder.look(head, final=final)
    except LayoutError as error:
        error.path = error.path or path
        raise
