"""``dumpfix grammar``: list the grammars, print one, or print a JSON Schema of what dumpfix writes."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from dumpfix.cli import options
from dumpfix.cli.streams import document, show
from dumpfix.errors import UsageError


def grammar(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The grammar to print.")] = None,
    kcat_format: options.KcatFormat = None,
    command: options.Command = None,
    command_file: options.CommandFile = None,
    schema: Annotated[
        str | None,
        typer.Option("--schema", metavar="NAME", help="Print a JSON Schema instead: report, envelope, rejects."),
    ] = None,
    vocabulary: Annotated[
        bool, typer.Option("--vocabulary", help="Print the fields that a grammar may declare, and where each ends.")
    ] = False,
) -> int:
    """What does a dump have to look like? List the grammars, then read one:

    \b
        dumpfix grammar
        dumpfix grammar kafkacat

    A grammar to start from, for a format of your own:

    \b
        dumpfix grammar --kcat-format '%t/%p/%o/%k: %s\\n' > mine.lark
        dumpfix grammar --vocabulary
        dumpfix convert --grammar mine.lark dump.txt
    """
    said = options.Layout(kcat_format=kcat_format, command=command, command_file=command_file).told().command
    if len([choice for choice in (name, kcat_format, said, schema) if choice is not None]) > 1:
        raise UsageError("give one of NAME, --kcat-format, --command and --schema")
    if vocabulary:
        from dumpfix.layout.write import vocabulary_text

        document(vocabulary_text())
    elif schema is not None:
        from dumpfix.report.schemas import schema_text

        document(schema_text(schema))
    elif kcat_format is not None:
        from dumpfix.detection.told.kcat_format import grammar_text

        document(grammar_text(os.fsencode(kcat_format)))
    elif said is not None:
        from dumpfix.detection.told.command import grammar_of
        from dumpfix.layout.write import grammar_of as written

        document(written(grammar_of(said).layouts))
    elif name is not None:
        from dumpfix.layout.load import path_of

        document(path_of(name).read_text("utf-8"))
    else:
        from dumpfix.layout.load import names

        for shipped in names():
            show(shipped)
    return 0
