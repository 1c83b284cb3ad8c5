"""``dumpfix repair``: JSON that comes from no dump."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from dumpfix.cli import options
from dumpfix.errors import DumpfixError
from dumpfix.report.text import shown


def repair(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="JSON, a document a line. None, or -: standard input."),
    ] = None,
    output: options.Output = None,
    whole: Annotated[bool, typer.Option("--whole", help="Each file is one document.")] = False,
    unwrap: Annotated[bool, typer.Option("--unwrap", help="Give the document inside a JSON string.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show every alternative with its price.")] = False,
    level: options.RepairLevel = "safe",
    report: options.ReportFile = None,
    rejects: options.RejectsFile = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
) -> int:
    """Some lines of events.jsonl are cut or malformed, and I want what can be saved:

    \b
        dumpfix repair events.jsonl > fixed.jsonl

    One document over many lines, or one that sits inside a JSON string:

    \b
        dumpfix repair --whole config.json
        dumpfix repair --unwrap wrapped.jsonl

    Every change is shown on standard error, with its place; with --explain what else the text may have been as well. A
    price says how unlikely the damage is that a reading undoes: readings whose prices differ by 0.5 at most are nearly
    as likely, and none of them is lossless.
    """
    from dumpfix.cli.inputs import STANDARD_INPUT, refuse_terminal
    from dumpfix.cli.streams import say
    from dumpfix.cli.task import performed, print_summary, status_of
    from dumpfix.detection.told import Told
    from dumpfix.run.documents import pipeline_for
    from dumpfix.run.job import Job

    if STANDARD_INPUT in (files or [STANDARD_INPUT]):
        refuse_terminal("JSON", "dumpfix repair events.jsonl > fixed.jsonl")
    job = Job(
        Told(),
        level=level,
        output=output,
        report=report,
        rejects=rejects,
        documents=pipeline_for(whole=whole, unwrap=unwrap),
        is_explained=explain,
    )
    done = performed(job, files, progress=progress, quiet=quiet)
    if not quiet:
        print_summary(done)
        if done.report.findings:
            for path in files or ():
                if _is_dump(path):
                    say(f"{shown(path)} looks like a dump of a topic: dumpfix convert {shown(shlex.quote(path))}")
    return status_of(done)


def _is_dump(path: str) -> bool:
    """Whether a file is surely one of records, with a place in a topic or a key, and no documents alone."""
    from dumpfix.cli.inputs import STANDARD_INPUT, opened
    from dumpfix.detection.told import Told
    from dumpfix.run.opening import find_layout

    if path == STANDARD_INPUT:
        return False
    try:
        with opened([path]) as (source,):
            choice = find_layout(source, Told()).choice
    except DumpfixError:
        return False
    return choice is not None and choice.confidence == "sure" and "OFFSET" in choice.layout.fields
