"""``dumpfix check``: the same pass without output."""

from __future__ import annotations

from typing import Annotated

import typer

from dumpfix.cli import options


@options.takes_groups
def check(
    dumps: options.Dumps = None,
    layout: options.Layout = options.Layout(),
    to: options.To = "values",
    repair: options.RepairLevel = "safe",
    json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
    hazards: Annotated[
        bool, typer.Option("--hazards", help="Look at every payload for duplicate keys and the like; slow.")
    ] = False,
    report: options.ReportFile = None,
    rejects: options.RejectsFile = None,
    withhold_hazards: options.WithholdHazards = None,
    records: options.Records = options.Records(),
    jobs: options.Jobs = None,
    max_record: options.MaxRecord = 1 << 30,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
) -> int:
    """The consumer is stuck, and I want to know which payload it dies on and where it can go on:

    \b
        dumpfix check dump.txt

    The same for a script:

    \b
        dumpfix check --json dump.txt | jq '.totals, .partitions'
    """
    from dumpfix.cli.task import check_all, hazard_kinds
    from dumpfix.run.job import Job

    job = Job(
        layout.told(dumps),
        to=to,
        level=repair,
        withheld_hazards=hazard_kinds(withhold_hazards),
        thorough=hazards,
        report=report,
        rejects=rejects,
        jobs=jobs,
        max_record=max_record,
        selection=records.selection(),
        is_check=True,
    )
    return check_all(job, dumps, as_json=json, progress=progress, quiet=quiet)
