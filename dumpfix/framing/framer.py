"""From chunks to items: keeps what is not decided yet, hands on the rest with its place in the dump."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.object_scanner import ObjectScanner
from dumpfix.framing.scanner import LinearScanner
from dumpfix.layout.model import AnyLayout, Layout, ObjectLayout

#: an undecided record is looked at anew when it has grown by this share; keeps a record of any length linear
GROWTH = 4
#: below this length it is looked at whenever something arrives, so that a live dump is not held back
SMALL = 1 << 16


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


def frame(chunks: Iterable[bytes], layout: AnyLayout, notices: Sequence[Layout]) -> Iterator[Located]:
    """Every item of a dump in order. Items tile the dump; what they are does not depend on how it is chunked."""
    scanner = scanner_for(layout, notices)
    data = b""
    base = 0
    wait_for = 0
    arrived: list[bytes] = []
    length = 0
    for chunk in chunks:
        arrived.append(chunk)
        length += len(chunk)
        if length < wait_for:
            continue
        data = b"".join((data, *arrived)) if data else b"".join(arrived)
        arrived.clear()
        at = 0
        for item in scanner.items(data, 0, final=False):
            yield Located(item, data, base)
            at = item.end
        data, base = data[at:], base + at
        length = len(data)
        wait_for = length + length // GROWTH if length > SMALL else 0
    data = b"".join((data, *arrived))
    at = 0
    for item in scanner.items(data, 0, final=True):
        yield Located(item, data, base)
        at = item.end
    if at != len(data):
        raise AssertionError(f"bytes {base + at} to {base + len(data)} were not framed")
