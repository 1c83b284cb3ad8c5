"""``dumpfix produce``: records back into a topic."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dumpfix.cli import options
from dumpfix.cli import produce_options as own
from dumpfix.cli.streams import say
from dumpfix.errors import DumpfixError, UsageError

if TYPE_CHECKING:
    from dumpfix.io.output import Output
    from dumpfix.producing.production import Production
    from dumpfix.producing.send import Watch


@options.takes_groups
def produce(
    dumps: options.Dumps = None,
    sending: own.Sending = own.Sending(),
    layout: options.Layout = options.Layout(),
    repair: options.RepairLevel = "safe",
    report: options.ReportFile = None,
    rejects: options.RejectsFile = None,
    withhold_hazards: options.WithholdHazards = None,
    records: options.Records = options.Records(),
    jobs: options.Jobs = None,
    progress: options.Progress = None,
    quiet: options.Quiet = False,
) -> int:
    """I want the records back in a topic as they were: partition, key, headers, time, and deletes.

    \b
        dumpfix produce dump.txt -b localhost:9092
        dumpfix produce dump.txt -b localhost:9092 -t events-restored --dry-run

    The connection may break, and nothing may come twice:

    \b
        dumpfix produce dump.txt -b localhost:9092 --journal produce.journal --verify

    My group is stuck, and has to read on with what I put back:

    \b
        dumpfix produce dump.txt -b localhost:9092 --group my-group --unread --starts starts.csv

    It shows a plan and asks before the first record. The exit status is 0 where every record went in whole, 1 where
    something was withheld or mended with loss, 2 where nothing was sent, 3 where it broke off (what is in, it says).
    """
    from dumpfix.cli.inputs import opened
    from dumpfix.cli.task import hazard_kinds, print_summary
    from dumpfix.producing.client import require_client
    from dumpfix.producing.production import NothingToSendError, production
    from dumpfix.run.job import Job

    require_client()
    known, settings = sending.known(), sending.settings()
    job = Job(
        layout.told(dumps),
        level=repair,
        withheld_hazards=hazard_kinds(withhold_hazards),
        report=report,
        rejects=rejects,
        jobs=jobs,
        selection=records.selection(),
    )
    try:
        with opened(dumps) as sources, production(job, sources, known, settings) as made:
            if not _goes_on(made, dry_run=sending.dry_run, yes=sending.yes, quiet=quiet):
                return 2 if not sending.dry_run else 1 if made.needs_a_look else 0
            _send(made, sending.starts, progress=progress, quiet=quiet)
            return 1 if made.needs_a_look else 0
    except NothingToSendError as nothing:
        if not quiet:
            print_summary(nothing.done)
        raise


def _send(made: Production, starts: str | None, *, progress: bool | None, quiet: bool) -> None:
    """Send what is planned and write where a group has to be set. Raises DumpfixError."""
    from dumpfix.io.output import open_output

    # A name that cannot be written is better known before the first record than behind the last.
    file = None if starts is None else open_output(starts)
    try:
        with _bar(made.plan.records, wanted=progress, quiet=quiet) as watch:
            made.send(watch)
        if file is not None:
            _write_starts(made, file)
    except BaseException:
        if file is not None:
            file.discard()
        raise
    finally:
        _say_what_is_in(made, quiet=quiet)


def _goes_on(made: Production, *, dry_run: bool, yes: bool, quiet: bool) -> bool:
    """Show the plan, refuse what needs an option, and ask. Raises UsageError."""
    from dumpfix.cli.task import print_summary
    from dumpfix.producing.words import plan_lines, require_no_obstacle
    from dumpfix.report.text import counted

    if not quiet or not yes:
        print_summary(made.done)
        _say(plan_lines(made))
    require_no_obstacle(made)
    if dry_run:
        return False
    if not made.plan.records:
        why = (
            "the group has read every record that goes out (--unread)" if made.plan.read else "every record is left out"
        )
        raise UsageError(f"nothing to send: {why}")
    if not made.left:
        # The journal says that everything is in: there is nothing to agree to.
        return True
    return yes or _is_answered(f"Put {counted(made.left, 'record')} into {made.plan.topic.name}? [y/N] ")


def _is_answered(question: str) -> bool:
    """Whether the person at the terminal says yes; standard input may be the dump. Raises UsageError."""
    from dumpfix.report.text import shown

    try:
        with open("/dev/tty", "r+b", buffering=0) as terminal:  # noqa: PTH123
            terminal.write(shown(question).encode())
            answer = terminal.readline()
    except OSError:
        raise UsageError("nothing was sent: there is no terminal to ask on; --yes sends without asking") from None
    return answer.strip().lower() in (b"y", b"yes")


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        if not say(line):
            return


def _say_what_is_in(made: Production, *, quiet: bool) -> None:
    from dumpfix.producing.words import arrived_lines

    if made.partitions and not (quiet and sys.exc_info()[0] is None):
        _say(arrived_lines(made))


def _write_starts(made: Production, output: Output) -> None:
    """Write the file, or say why not. Raises DumpfixError."""
    from dumpfix.producing.words import obstacle_lines, starts_text

    if not made.may_write_starts:
        raise UnsafeStartsError(f"--starts was not written: {obstacle_lines(made)[-1]}")
    output.write(starts_text(made))
    output.finish()
    if not made.starts:
        say("--starts: the file is empty, since the group stands where it reads on already: no offset has to be set")


class UnsafeStartsError(DumpfixError):
    """Everything is in, and a group that is set to it would skip events."""

    exit_code = 1


@contextlib.contextmanager
def _bar(total: int, *, wanted: bool | None, quiet: bool) -> Iterator[Watch | None]:
    """A function that shows how many records are in; None where nobody is to see it."""
    if not (wanted if wanted is not None else not quiet and sys.stderr is not None and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(20), MofNCompleteColumn(), TextColumn("records in"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda done, total: progress.update(task, completed=done, total=total)
