"""The reference reader: the written rule of :mod:`dumpfix.framing.rule`, read off its page, one place after the other.

It decides by itself where records begin, where their fields end and how far they reach, from the loaded layout and the
bytes of a whole dump. It shares no code with the scanner (only what is talk, a command and what was typed for it, it
asks :mod:`dumpfix.framing.talk`, which has tests of its own). It knows no windows, no chunks and no batches, remembers
nothing, and may be as slow as it likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dumpfix.framing.frame import Span as Tile
from dumpfix.layout.model import AnyLayout, Layout, ObjectLayout
from tests.oracles.dump import Dump
from tests.oracles.linear import LinearDump
from tests.oracles.objects import ObjectDump


@dataclass
class Parsed:
    """What the reference reads: tiles, literals and separators that stand side by side as one, and the records."""

    tiles: list[Tile]
    extents: list[tuple[int, int, bool]]


def coalesced(tiles: Sequence[Any]) -> list[Any]:
    """The same tiles with literals or separators that stand side by side made one, and empty ones left out."""
    out: list[Any] = []
    for tile in tiles:
        if tile.start == tile.end:
            continue
        if out and tile.role in ("literal", "separator") and tile.role == out[-1].role and out[-1].end == tile.start:
            out[-1] = out[-1]._replace(end=tile.end)
        else:
            out.append(tile)
    return out


class Reference:
    """The reader of one layout."""

    def __init__(self, layout: AnyLayout, notices: Sequence[Layout] = ()) -> None:
        self.layout = layout
        self.notices = tuple(notices)

    def read(self, data: bytes) -> Parsed:
        """The tiles of a whole dump, and where its records begin and end."""
        if isinstance(self.layout, ObjectLayout):
            dump: Dump = ObjectDump(data, self.layout, self.notices)
        else:
            dump = LinearDump(data, self.layout, self.notices)
        tiles: list[Tile] = []
        extents: list[tuple[int, int, bool]] = []
        at = 0
        while at < len(data):
            item = dump.item(at)
            if isinstance(item, Tile):
                tiles.append(item)
                at = item.end
            else:
                tiles += item.tiles
                extents.append((item.start, item.stop, item.complete))
                at = item.stop
        for tile in tiles:
            assert tile.role != "separator" or not data[tile.start : tile.end].strip(b" \t\r\n")
        return Parsed(coalesced(tiles), extents)

    def spans(self, data: bytes) -> list[Tile]:
        """The tiles alone."""
        return self.read(data).tiles
