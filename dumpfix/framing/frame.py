"""What framing hands on: frames of single records, batches of many, and spans that tile the dump."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, NamedTuple

from dumpfix.layout.model import Field
from dumpfix.layout.model import Literal as LiteralElement
from dumpfix.layout.vocabulary import Kind

Role = Literal["field", "literal", "separator", "notice", "garbage"]


#: how often each name was met
Counts = tuple[tuple[str, int], ...]


def counts_of(texts: Sequence[bytes], words: Iterable[bytes]) -> Counts:
    """How often each of these words is one of the texts; those that are none are left out."""
    return tuple((word.decode(), count) for word in words if (count := texts.count(word)))


class Span(NamedTuple):
    """Bytes ``start`` to ``end`` (exclusive) of the dump and what they are.

    ``name`` is the terminal of a field, the rule of a notice, else empty.
    """

    start: int
    end: int
    role: Role
    name: str = ""


@dataclass(slots=True)
class Frame:
    """One record as the rule reads it. Offsets are relative to the buffer that was read.

    ``fields`` maps a record's attribute (``topic``, ``offset``, ``key``, ``value`` …) to its bytes, None for a
    known null. ``complete`` is false where the dump does not show the record's end. ``inner_notices`` are
    notices that were printed into the middle of the record; the spans hold them, the fields do not.
    ``is_valid`` says that the payload is complete JSON, empty or a known null, so that no more needs to be asked.
    ``has_wrong_size`` says that a printed length is not that of the payload. ``fault`` says in words why the payload
    cannot be taken although it could be read; ``kept`` is a document that is whole in a record without a payload.
    ``is_cut`` says that the dump ends in the record. ``unread`` counts the members of a record, by name, that hold
    something and that the layout does not know; ``null_keys`` the words that were taken for no key.
    """

    start: int
    end: int
    fields: dict[str, bytes | None]
    spans: list[Span]
    payload_start: int | None
    complete: bool = True
    inner_notices: list[Span] = field(default_factory=list)
    is_valid: bool = False
    has_wrong_size: bool = False
    fault: str | None = None
    kept: bytes | None = None
    is_cut: bool = False
    unread: Counts = ()
    null_keys: Counts = ()


@dataclass(slots=True)
class Batch:
    """Many records of one layout that lie directly behind one another, as columns. All payloads are fine.

    Every payload is valid JSON by itself, or None (known null), or empty. ``cells`` has a list of texts for
    each Field of ``elements`` in order, ``columns`` the same lists under the record's attributes;
    ``constants`` are attributes that are the same for all. ``lengths`` are the records' lengths in bytes without
    the ``gap`` bytes of line ends between one and the next. ``null_words`` are the texts that the layout takes for no
    key.
    """

    start: int
    elements: Sequence[LiteralElement | Field]
    cells: Sequence[Sequence[bytes]]
    columns: Mapping[str, Sequence[bytes | None]]
    constants: dict[str, bytes]
    values: Sequence[bytes | None]
    lengths: Sequence[int]
    gap: int
    null_words: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def end(self) -> int:
        """The offset behind the last record."""
        return self.start + sum(self.lengths) + self.gap * (len(self.lengths) - 1)

    def starts(self) -> list[int]:
        """Where each record begins."""
        return [
            self.start + offset + self.gap * index
            for index, offset in enumerate(accumulate(self.lengths[:-1], initial=0))
        ]

    @property
    def unread(self) -> Counts:
        """As a frame has it, of all these records."""
        return ()

    @property
    def null_keys(self) -> Counts:
        """As a frame has it, of all these records."""
        return self._null_keys(0, len(self))

    def _null_keys(self, begin: int, stop: int) -> Counts:
        keys = self.columns.get("key", ()) if self.null_words else ()
        if None not in keys[begin:stop]:
            return ()
        fields = (element for element in self.elements if isinstance(element, Field))
        texts = next(cells for element, cells in zip(fields, self.cells, strict=True) if element.meaning == "key")
        return counts_of(texts[begin:stop], self.null_words)

    def fields(self, index: int) -> dict[str, bytes | None]:
        """The attributes of one record, as a frame of it would have them."""
        fields: dict[str, bytes | None] = dict(self.constants)
        for name, column in self.columns.items():
            fields[name] = column[index]
        return fields

    def frames(self) -> Iterator[Frame]:
        """The same records one by one, without their spans."""
        for index, (start, length) in enumerate(zip(self.starts(), self.lengths, strict=True)):
            payload = self.payload_start(index)
            place = None if payload is None else start + payload
            nulls = self._null_keys(index, index + 1)
            yield Frame(start, start + length, self.fields(index), [], place, is_valid=True, null_keys=nulls)

    def payload_start(self, index: int) -> int | None:
        """Where the payload of one record begins, from the record's first byte."""
        at = column = 0
        for element in self.elements:
            if isinstance(element, LiteralElement):
                at += len(element.text)
                continue
            if element.kind is Kind.PAYLOAD:
                return at
            at += len(self.cells[column][index])
            column += 1
        return None


class NeedMoreError(Exception):
    """The bytes at hand do not decide; more of the dump would."""
