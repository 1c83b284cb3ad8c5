"""``dumpfix convert``: records → JSONL."""

from __future__ import annotations

from dumpfix.cli import options


@options.takes_groups
def convert(
    dumps: options.Dumps = None,
    output: options.Output = None,
    layout: options.Layout = options.Layout(),
    to: options.To = "values",
    repair: options.RepairLevel = "safe",
    report: options.ReportFile = None,
    rejects: options.RejectsFile = None,
    withhold_hazards: options.WithholdHazards = None,
    records: options.Records = options.Records(),
    split: options.Split = None,
    jobs: options.Jobs = None,
    max_record: options.MaxRecord = 1 << 30,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
) -> int:
    """I have dump.txt and I want the events back, one JSON document a line:

    \b
        dumpfix convert dump.txt > events.jsonl

    I want to put them back with their keys:

    \b
        dumpfix convert --to kcat dump.txt | kcat -P -b localhost:9092 -t events -K '\\t' -Z \\
            -X topic.partitioner=murmur2_random

    My dump was made with a -f of my own, or by a command that I still have:

    \b
        dumpfix convert -f '%t/%p/%o/%k: %s\\n' dump.txt > events.jsonl
        dumpfix convert --command "kcat -C -b broker -t events -K:" dump.txt > events.jsonl

    The exit status is 0 where every record went out whole, 1 where something was withheld or mended with loss (the
    summary names it), 2 where nothing was written, 3 where the run broke off.
    """
    from dumpfix.cli.task import hazard_kinds, performed, print_summary, status_of
    from dumpfix.run.job import Job

    job = Job(
        layout.told(dumps),
        to=to,
        level=repair,
        withheld_hazards=hazard_kinds(withhold_hazards),
        output=output,
        split=split,
        report=report,
        rejects=rejects,
        jobs=jobs,
        max_record=max_record,
        selection=records.selection(),
    )
    done = performed(job, dumps, progress=progress, quiet=quiet)
    if not quiet:
        print_summary(done)
    return status_of(done)
