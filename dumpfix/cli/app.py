"""The commands by name."""

from __future__ import annotations

from typing import Annotated

import typer

from dumpfix.cli.check import check
from dumpfix.cli.convert import convert
from dumpfix.cli.detect import detect
from dumpfix.cli.explain import explain
from dumpfix.cli.grammar import grammar
from dumpfix.cli.plan import plan
from dumpfix.cli.produce import produce
from dumpfix.cli.repair import repair

app = typer.Typer(
    name="dumpfix",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from dumpfix import __version__

        typer.echo(f"dumpfix {__version__}")
        raise typer.Exit


def _man(wanted: bool) -> None:
    if wanted:
        from dumpfix import __version__
        from dumpfix.cli.man import man_page

        typer.echo(man_page(typer.main.get_command(app), __version__), nl=False)
        raise typer.Exit


@app.callback()
def dumpfix(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    man: Annotated[
        bool, typer.Option("--man", callback=_man, is_eager=True, help="Print the man page: dumpfix --man | man -l -")
    ] = False,
) -> None:
    """Someone saved your topic with kafkacat or kafka-console-consumer, and you need the events back:

    \b
        dumpfix convert dump.txt > events.jsonl
        dumpfix convert dump.txt | kcat -P -b localhost:9092 -t events

    Every record that is whole goes out, one per line; a payload that is cut or malformed is mended or withheld,
    and named with its line, partition and offset.
    """


app.command()(convert)
app.command()(check)
app.command()(detect)
app.command()(grammar)
app.command()(repair)
app.command()(explain)
app.command()(plan)
app.command()(produce)
