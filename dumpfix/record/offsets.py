"""Offsets by topic and partition, as kafka-consumer-groups ``--export`` prints them and ``--from-file`` takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dumpfix.errors import UsageError


def read_offsets(lines: Iterable[str], path: str) -> Mapping[tuple[str, int], int]:
    """``topic,partition,offset`` a line, or ``group,topic,partition,offset`` of one group. Raises UsageError."""
    offsets: dict[tuple[str, int], int] = {}
    groups = set()
    for number, line in enumerate(lines, 1):
        cells = [cell.strip().strip('"') for cell in line.split(",")]
        if cells == [""]:
            continue
        if len(cells) not in (3, 4) or not all(cell.isascii() and cell.isdecimal() for cell in cells[-2:]):
            raise UsageError("topic,partition,offset is expected", path=path, line=number)
        topic, partition, offset = cells[-3:]
        groups.add(tuple(cells[:-3]))
        offsets[topic, int(partition)] = int(offset)
    if len(groups) > 1:
        raise UsageError("the offsets of several groups: keep the lines of one", path=path)
    return offsets
