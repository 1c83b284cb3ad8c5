"""The commands by name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

#: the commands in the order of the help, each in a module of its name
COMMANDS = ("convert", "check", "detect", "grammar", "repair", "explain", "plan", "produce")

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

        typer.echo(man_page(program(), __version__), nl=False)
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


def program(arguments: Sequence[str] = ()) -> Any:
    """The program with its commands: all of them, or the one that is called, since each has to be read and built."""
    app.registered_commands.clear()
    for name in arguments[:1] if arguments[:1] and arguments[0] in COMMANDS else COMMANDS:
        app.command()(getattr(import_module(f"dumpfix.cli.{name}"), name))
    return typer.main.get_command(app)
