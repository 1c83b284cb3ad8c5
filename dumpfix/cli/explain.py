"""``dumpfix explain``: one payload, where it breaks, and what was or could be done."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dumpfix.cli import options
from dumpfix.errors import UsageError

if TYPE_CHECKING:
    from dumpfix.model import Record


def explain(
    place: Annotated[str, typer.Argument(metavar="DUMP:LINE", help="The dump, and a line of the record.")],
    from_name: options.From = None,
    kcat_format: options.KcatFormat = None,
    command: options.Command = None,
    command_file: options.CommandFile = None,
    grammar_file: options.GrammarFile = None,
) -> int:
    """The summary names dump.txt:5012. What is wrong there, and what would repair it?

    \b
        dumpfix explain dump.txt:5012
    """
    from dumpfix.cli.inputs import opened, told
    from dumpfix.pipeline import Pipeline
    from dumpfix.report.explanation import explanation
    from dumpfix.report.text import Style
    from dumpfix.run import find_layout

    path, line = _parts(place)
    with opened([path]) as sources:
        dump = find_layout(sources[0], told(from_name, kcat_format, command, command_file, grammar_file))
        record: Record | None = None
        if dump.choice is not None:
            record = Pipeline(dump.choice, base=sources[0].base).record_at(dump.chunks(), line)
    if record is None:
        raise UsageError("no record holds this line", path=path, line=line)
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for text in explanation(record, path, Style(coloured=coloured)):
        typer.echo(text)
    return 0


def _parts(place: str) -> tuple[str, int]:
    path, colon, number = place.rpartition(":")
    if not colon or not path or not number.isdecimal() or not int(number):
        raise UsageError("name the dump and a line, like dump.txt:5012")
    return path, int(number)
