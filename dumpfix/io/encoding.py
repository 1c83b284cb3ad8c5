"""Byte order marks: PowerShell's ``>`` writes UTF-16, editors put a mark in front of UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Mark(NamedTuple):
    """A byte order mark, what it says, and the codec to read with (None: the bytes are UTF-8 as they stand)."""

    name: str
    text: bytes
    codec: str | None


MARKS = (
    Mark("utf-8-bom", codecs.BOM_UTF8, None),
    Mark("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
    Mark("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
)


def mark_of(head: bytes) -> Mark | None:
    """The byte order mark that ``head`` begins with."""
    return next((mark for mark in MARKS if head.startswith(mark.text)), None)


def as_utf8(chunks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """UTF-16 text as UTF-8. What is no text (half a pair, half a unit at the end) stays visible as invalid UTF-8."""
    decoder = codecs.getincrementaldecoder(codec)("surrogatepass")
    for chunk in chunks:
        text = decoder.decode(chunk)
        if text:
            yield text.encode("utf-8", "surrogatepass")
    rest = decoder.getstate()[0]
    if rest:
        yield b"\xff" * len(rest)
