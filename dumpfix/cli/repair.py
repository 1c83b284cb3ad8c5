"""``dumpfix repair``: JSON that comes from no dump."""

from __future__ import annotations

from typing import Annotated

import typer

from dumpfix.cli import options


def repair(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="JSON, a document a line. None, or -: standard input."),
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
    from dumpfix.cli.task import convert_all
    from dumpfix.detection.told import Told
    from dumpfix.run.documents import pipeline_for
    from dumpfix.run.job import Job

    job = Job(
        Told(),
        level=level,
        output=output,
        report=report,
        rejects=rejects,
        documents=pipeline_for(whole=whole, unwrap=unwrap),
        is_explained=explain,
    )
    return convert_all(job, files, progress=progress, quiet=quiet)
