"""A dump, opened, and its layout found in as much of it as that takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dumpfix.detection.choose import Choice, Told, choose
from dumpfix.errors import BrokenInputError, LayoutError
from dumpfix.framing.frame import NeedMoreError
from dumpfix.framing.framer import GrowingWindow
from dumpfix.io.source import Source


@dataclass(slots=True)
class Opened:
    """A dump whose layout is known. ``choice`` is None where the dump is empty; ``head`` was read to find it.

    ``broken`` says why nothing can be read behind the head.
    """

    source: Source
    choice: Choice | None
    head: bytes
    broken: BrokenInputError | None = None

    def chunks(self) -> Iterator[bytes]:
        """All of the dump, from its first byte."""
        if self.head:
            yield self.head
        if self.broken is not None:
            raise self.broken
        yield from self.source.chunks()


def find_layout(source: Source, told: Told) -> Opened:
    """Read as much of a dump as its layout needs: nothing more where it was told. Raises LayoutError, SourceError."""
    window = GrowingWindow()
    broken: BrokenInputError | None = None
    try:
        for chunk in source.chunks():
            if not window.add(chunk):
                continue
            try:
                return Opened(source, _choose(window.data, told, source.path, final=False), window.data)
            except NeedMoreError:
                window.drop(0)
    except BrokenInputError as error:
        broken = error
    window.close()
    head = window.data
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
