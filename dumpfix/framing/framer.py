"""From chunks to items: keeps what is not decided yet, hands on the rest with its place in the dump."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.object_scanner import ObjectScanner
from dumpfix.framing.scanner import LinearScanner
from dumpfix.framing.window import Window, WorkCounter
from dumpfix.layout.model import AnyLayout, Layout, ObjectLayout

#: an undecided record is looked at anew when it has grown by this share; keeps a record of any length linear
GROWTH = 4
#: bytes that may be looked at again for each byte that arrives, before that: so a live dump is not held back
CREDIT = 4
#: bytes of a record beyond which it is named and passed over (Kafka's own limit on a message is far below)
MAX_RECORD = 1 << 30
#: bytes of a record that is too long in which its fields are read
LONGEST_HEAD = 1 << 12


class Located(NamedTuple):
    """An item, the buffer it lies in, and the buffer's place in the dump: ``base`` is the offset of its first byte."""

    item: Batch | Frame | Span
    data: bytes
    base: int


def scanner_for(layout: AnyLayout, notices: Sequence[Layout]) -> LinearScanner | ObjectScanner:
    """The compiled reader of a layout."""
    if isinstance(layout, ObjectLayout):
        return ObjectScanner(layout, notices)
    return LinearScanner(layout, notices)


def frame(
    chunks: Iterable[bytes],
    layout: AnyLayout,
    notices: Sequence[Layout],
    *,
    max_record: int = MAX_RECORD,
    work: WorkCounter | None = None,
    joined: Callable[[int, bytes], None] = lambda _base, _data: None,
) -> Iterator[Located]:
    """Every item of a dump in order. Items tile the dump; what they are does not depend on how it is chunked.

    A record of more than ``max_record`` bytes is named without its payload; the rest of it, up to the end of a line, is
    garbage, and the dump goes on behind it. Where such a record is cut off depends on the chunks, nothing else does.
    ``joined`` is told what the buffer holds that the chunks were copied into, and where it begins.
    """
    scanner = scanner_for(layout, notices)
    work = work or WorkCounter()
    window = GrowingWindow(joined)
    for chunk in chunks:
        if not window.add(chunk):
            continue
        if window.is_passing:
            yield from _passed_over(window)
            continue
        at = 0
        data = window.data
        for item in scanner.items(Window(data, work, is_all=False), 0):
            yield Located(item, data, window.base)
            at = item.end
        window.drop(at)
        if len(window.data) > max_record:
            yield _too_long(scanner, window, max_record)
    window.close()
    if window.is_passing:
        yield from _passed_over(window)
    data, at = window.data, 0
    for item in scanner.items(Window(data, work), 0):
        yield Located(item, data, window.base)
        at = item.end
    if at != len(data):
        raise AssertionError(f"bytes {window.base + at} to {window.base + len(data)} were not framed")


def _too_long(scanner: LinearScanner | ObjectScanner, window: GrowingWindow, max_record: int) -> Located:
    """The record that fills the window, with what stands before its payload. What follows of it is passed over."""
    data = window.data
    first = next(iter(scanner.items(Window(data[:LONGEST_HEAD]), 0)), None)
    fields = {name: text for name, text in first.fields.items() if name != "value"} if isinstance(first, Frame) else {}
    frame = Frame(0, len(data), fields, [Span(0, len(data), "garbage")], None, complete=False)
    frame.fault = f"the record is longer than {max_record} bytes (--max-record)"
    located = Located(frame, data, window.base)
    window.drop(len(data))
    window.is_passing = True
    return located


def _passed_over(window: GrowingWindow) -> Iterator[Located]:
    """What has arrived, up to the end of the line in which a record was too long."""
    data = window.data
    end = data.find(b"\n") + 1 or len(data)
    window.is_passing = end == len(data) and not data.endswith(b"\n")
    if end:
        yield Located(Span(0, end, "garbage"), data, window.base)
    window.drop(end)


class GrowingWindow:
    """The bytes of a dump that are here and not decided yet; ``base`` is the offset of the first of them.

    What is looked at more than once is looked at rarely enough that all looks together are linear in the dump,
    however small the pieces are in which it arrives.
    """

    __slots__ = ("_arrived", "_joined", "_length", "_looked", "_total", "_wait_for", "base", "data", "is_passing")

    def __init__(self, joined: Callable[[int, bytes], None] = lambda _base, _data: None) -> None:
        self._joined = joined
        self.data = b""
        self.base = 0
        #: whether the rest of a record that was too long is passed over
        self.is_passing = False
        self._arrived: list[bytes] = []
        self._length = self._total = self._looked = self._wait_for = 0

    def add(self, chunk: bytes) -> bool:
        """Take what arrived; whether it is time for a look."""
        self._arrived.append(chunk)
        self._length += len(chunk)
        self._total += len(chunk)
        if self._length < self._wait_for and self._looked + self._length > CREDIT * self._total:
            return False
        self._looked += self._length
        self._join()
        return True

    def drop(self, count: int) -> None:
        """The first ``count`` bytes are decided."""
        self.data = self.data[count:]
        self.base += count
        self._length = len(self.data)
        self._wait_for = self._length + self._length // GROWTH

    def close(self) -> None:
        """Nothing more arrives."""
        self._join()

    def _join(self) -> None:
        if self._arrived:
            self.data = b"".join((self.data, *self._arrived)) if self.data else b"".join(self._arrived)
            self._arrived.clear()
            self._joined(self.base, self.data)
