"""The line in front of a table that names its columns (``partition,offset,key,value``), as exports have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dumpfix.detection.lines import Line, tokens
from dumpfix.detection.objects import attribute_of
from dumpfix.detection.read_off.parts import Column, Part

#: words for a record's own columns that show that a line names them
LEAST_NAMED = 2


def are_column_names(line: Line) -> bool:
    """Whether this line holds words for a record's columns, and nothing that is a record's."""
    if line.has_document or any(byte in line.text for byte in b":={["):
        return False
    words = tokens(line.text)
    if any(map(bytes.isdigit, words)):
        return False
    attributes = {attribute_of(word.decode("utf-8", "replace")) for word in words}
    return len(attributes - {None}) >= LEAST_NAMED or attributes == {"value"}


def with_column_names(parts: Sequence[Part], header: bytes) -> tuple[Part, ...]:
    """The parts, each column named by the line in front of them all; nothing where they are not as many as the names,
    or another is called like the payload."""
    if isinstance(parts[-2], bytes) and isinstance(parts[-1], bytes):
        parts = (*parts[:-2], parts[-2] + parts[-1])
    between = [part.rstrip(b"\n") for part in parts[1::2] if isinstance(part, bytes)]
    separator = min(filter(None, between), key=len, default=b"\n")
    cells = list(_cells(parts, separator))
    names = header.split(separator)
    if len(names) != len(cells) or separator * between[-1].count(separator) != between[-1]:
        return ()
    out: list[Part] = []
    for name, cell in zip(names, cells, strict=True):
        attribute = attribute_of(name.decode("utf-8", "replace").strip(' "'))
        if (attribute == "value") != cell.is_payload:
            return ()
        label = (attribute or "").encode() or name.lower()
        out += [cell if cell.is_payload else cell._replace(label=label), separator]
    return (*out[:-1], b"\n")


def _cells(parts: Sequence[Part], separator: bytes) -> Iterator[Column]:
    """The columns; where the separator stands several times, with empty ones in between."""
    rows = max((len(part.texts) for part in parts if isinstance(part, Column)), default=0)
    for part in parts:
        if isinstance(part, Column):
            yield part
        else:
            is_last = part.endswith(b"\n")
            yield from [Column((b"",) * rows)] * (part.count(separator) - (not is_last))
