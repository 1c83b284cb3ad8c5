"""How the tests read a dump: every record's fields, and the tiles, from the compiled scanner or from Lark."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from dumpfix.detection.told.kcat_format import grammar_text
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import frame
from dumpfix.layout.load import load
from dumpfix.layout.model import AnyLayout, Grammar, Layout, Literal
from tests.oracles.framing import Reference, coalesced


@dataclass
class Reading:
    """What a reader made of a dump, offsets absolute."""

    records: list[dict[str, bytes | None]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    batched: int = 0
    #: (start, end, complete) of each record
    extents: list[tuple[int, int, bool]] = field(default_factory=list)

    @property
    def values(self) -> list[bytes | None]:
        return [record.get("value") for record in self.records]

    def of_role(self, role: str) -> list[Span]:
        return [span for span in self.spans if span.role == role]


@functools.cache
def kcat_grammar(format_string: bytes) -> Grammar:
    return load(grammar_text(format_string), "kcat")


def scan(chunks: bytes | Iterable[bytes], layout: AnyLayout, notices: Sequence[Layout]) -> Reading:
    """What the compiled scanner makes of a dump that arrives in these chunks."""
    reading = Reading()
    tiles: list[Span] = []
    for item, _, base in frame([chunks] if isinstance(chunks, bytes) else chunks, layout, notices):
        if isinstance(item, Batch):
            reading.batched += len(item)
            reading.records.extend(item.fields(index) for index in range(len(item)))
            ends = map(int.__add__, item.starts(), item.lengths)
            reading.extents += [
                (base + start, base + end, True) for start, end in zip(item.starts(), ends, strict=True)
            ]
            spans = list(spans_of(item))
        elif isinstance(item, Frame):
            reading.records.append(item.fields)
            reading.extents.append((base + item.start, base + item.end, item.complete))
            spans = item.spans
        else:
            spans = [item]
        tiles.extend(span._replace(start=span.start + base, end=span.end + base) for span in spans)
    reading.spans = coalesced(tiles)
    return reading


def spans_of(batch: Batch) -> Iterator[Span]:
    """The tiles of the records of a batch."""
    for index, start in enumerate(batch.starts()):
        if index and batch.gap:
            yield Span(start - batch.gap, start, "separator")
        if hasattr(batch, "frame"):
            # Objects: as the rule reads them one by one.
            for span in batch.frame(index).spans:
                yield span._replace(start=start + span.start, end=start + span.end)
            continue
        cells = iter(batch.cells)
        for element in batch.elements:
            if isinstance(element, Literal):
                span = Span(start, start + len(element.text), "literal")
            else:
                span = Span(start, start + len(next(cells)[index]), "field", element.terminal)
            yield span
            start = span.end


@functools.cache
def reference(layout: AnyLayout, notices: tuple[Layout, ...]) -> Reference:
    """Lark's reader, built once for each layout."""
    return Reference(layout, notices)


def chunked(dump: bytes) -> st.SearchStrategy[list[bytes]]:
    """The dump in pieces of any size."""
    return st.lists(st.integers(0, len(dump)), max_size=6).map(
        lambda cuts: [
            dump[start:stop] for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), len(dump)], strict=True)
        ]
    )


def tiles(reading: Reading, dump: bytes) -> bool:
    """Whether the spans, in order, are the dump."""
    return b"".join(dump[start:end] for start, end, *_ in reading.spans) == dump and all(
        one.end == other.start for one, other in zip(reading.spans, reading.spans[1:], strict=False)
    )
