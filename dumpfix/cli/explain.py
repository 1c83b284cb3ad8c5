"""``dumpfix explain``: one payload, where it breaks, and what was or could be done."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dumpfix.cli import options
from dumpfix.cli.streams import show
from dumpfix.errors import LayoutError, UsageError
from dumpfix.report.text import counted

if TYPE_CHECKING:
    from dumpfix.detection.choose import Told
    from dumpfix.record.model import Record


@options.takes_groups
def explain(
    place: Annotated[str, typer.Argument(metavar="DUMP:LINE", help="The dump, and a line of the record.")],
    layout: options.Layout = options.Layout(),
) -> int:
    """The summary names dump.txt:5012. What is wrong there, and what would repair it?

    \b
        dumpfix explain dump.txt:5012
    """
    from dumpfix.detection.choose import Told
    from dumpfix.report.explanation import explanation
    from dumpfix.report.text import Style

    path, line = _parts(place)
    wanted = layout.told()
    try:
        record = _of_a_dump(path, line, wanted)
    except LayoutError:
        # What `dumpfix repair` names is no dump; of documents a line is told by itself.
        record = _of_documents(path, line) if wanted == Told() else None
        if record is None:
            raise
    if record is None:
        raise UsageError(_why_none(path, line), path=path, line=line)
    coloured = sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for text in explanation(record, path, Style(coloured=coloured)):
        show(text)
    return 0


def _why_none(path: str, line: int) -> str:
    """Why no record is found in a line."""
    from dumpfix.cli.inputs import opened

    with opened([path]) as (source,):
        ends, last = 0, b"\n"
        for chunk in source.chunks():
            ends += chunk.count(b"\n")
            last = chunk[-1:] or last
    lines = ends + (last != b"\n")
    if line > lines:
        return f"there is no such line: it has {counted(lines, 'line')}"
    return "no record holds this line: it is a notice, blank, or garbage"


def refuse_pipe(arguments: Sequence[str]) -> None:
    """Raises UsageError for a place of standard input, as a summary names it: what came through a pipe is gone."""
    if any(text.startswith("-:") for text in arguments):
        raise UsageError("explain needs a file: keep what came through the pipe, and name it, like dump.txt:5012")


def _of_a_dump(path: str, line: int, wanted: Told) -> Record | None:
    """The record of a dump that holds a line. Raises LayoutError, SourceError."""
    from dumpfix.cli.inputs import opened
    from dumpfix.run.conversion import record_at
    from dumpfix.run.opening import find_layout

    with opened([path]) as (source,):
        return record_at(find_layout(source, wanted), line)


def _of_documents(path: str, line: int) -> Record | None:
    """The document in a line of a file that is no dump, if it looks like one."""
    from dumpfix.cli.inputs import opened
    from dumpfix.framing.frame import Frame
    from dumpfix.run.documents import Lines, choice_for_documents
    from dumpfix.run.position import Position

    with opened([path]) as (source,):
        reader = Lines(choice_for_documents(), Position(source.base))
        for item in reader.items(source.chunks()):
            if isinstance(item, Frame) and reader.position.line == line:
                record = next(reader.records_of(item), None)
                return record if record is not None and (record.raw_value or b"")[:1] in (b"{", b"[") else None
    return None


def _parts(place: str) -> tuple[str, int]:
    path, colon, number = place.rpartition(":")
    if not colon or not path or not number.isdecimal() or not int(number):
        raise UsageError("name the dump and a line, like dump.txt:5012")
    return path, int(number)
