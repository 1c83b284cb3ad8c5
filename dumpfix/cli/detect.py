"""``dumpfix detect``: which layout a dump has, how sure that is, and its first records."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from dumpfix.cli import options
from dumpfix.cli.streams import document, show

if TYPE_CHECKING:
    from dumpfix.record.model import Record
    from dumpfix.run.opening import Opened

#: records that are shown
SHOWN = 3


@options.takes_groups
def detect(
    dumps: options.Dumps = None,
    layout: options.Layout = options.Layout(),
    as_grammar: Annotated[
        bool, typer.Option("--as-grammar", help="Print the layout as a .lark grammar, to change and to use.")
    ] = False,
) -> int:
    """What is this file, and will it be read as I think?

    \b
        dumpfix detect dump.txt

    The layout as a grammar, to change it and read the dump with it:

    \b
        dumpfix detect --as-grammar dump.txt > mine.lark
        dumpfix convert --grammar mine.lark dump.txt
    """
    from dumpfix.cli.inputs import opened
    from dumpfix.detection.refusals import EventOrRecordError
    from dumpfix.layout.write import grammar_of
    from dumpfix.run.opening import find_layout

    wanted = layout.told(dumps)
    with opened(dumps) as sources:
        for source in sources:
            try:
                dump = find_layout(source, wanted)
            except EventOrRecordError as error:
                if not as_grammar or error.layout is None:
                    raise
                document(grammar_of([error.layout]))
                continue
            if as_grammar and dump.choice is not None:
                document(grammar_of([dump.choice.layout]))
            else:
                _show(dump)
    return 0


def _show(dump: Opened) -> None:
    from dumpfix.layout.write import describe
    from dumpfix.report.text import shown
    from dumpfix.run.conversion import records_in

    choice = dump.choice
    path = shown(dump.source.path)
    if choice is None:
        show(f"{path}: empty")
        return
    show(f"{path}: {choice.grammar}, {choice.confidence}: {shown(describe(choice.layout))}")
    if choice.doubt:
        show(f"  {shown(choice.doubt)}")
    for name in choice.alternatives:
        show(f"  the same output as {shown(name)}")
    for wrapper in dump.found.wrappers if dump.found else ():
        show(f"  every line is wrapped: {wrapper.kind}")
    for record in islice(records_in(dump), SHOWN):
        show(f"  {_line(record)}")


def _line(record: Record) -> str:
    from dumpfix.report.text import place, shown

    where = place(record.topic, record.partition, record.offset)
    words = [f"line {record.line}", where]
    if record.has_key:
        words.append("key null" if record.key is None else f"key {shown(record.key, 40)}")
    words.append(f"{record.verdict} {shown(record.raw_value or b'', 80)}".rstrip())
    return "  ".join(filter(None, words))
