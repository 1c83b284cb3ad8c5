"""What ``convert`` and ``check`` share on the command line: the bar, the summary, the exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dumpfix.cli.streams import encoded, say
from dumpfix.io.output import open_output

if TYPE_CHECKING:
    from dumpfix.run.job import Done, Job


#: partitions that are named in one line
MOST_NAMED = 10


def hazard_kinds(text: str | None) -> frozenset[str]:
    """The kinds in ``--withhold-hazards``."""
    return frozenset(filter(None, (text or "").replace(" ", "").split(",")))


def check_all(job: Job, dumps: Sequence[str] | None, *, as_json: bool, progress: bool | None, quiet: bool) -> int:
    """Check and print the report; the exit status."""
    from dumpfix.report.json_report import json_report

    done = performed(job, dumps, progress=progress, quiet=quiet)
    stdout = open_output(None)
    if as_json:
        for piece in json_report(done.report):
            stdout.write(piece)
    elif not quiet:
        for line in _summary(done, is_terminal=sys.stdout is not None and sys.stdout.isatty()):
            stdout.write(encoded(f"{line}\n"))
    stdout.finish()
    return status_of(done)


def performed(job: Job, dumps: Sequence[str] | None, *, progress: bool | None, quiet: bool) -> Done:
    """Do it, with a bar where somebody sees it. Raises DumpfixError."""
    from dumpfix.cli.inputs import opened
    from dumpfix.cli.progress import progress_of
    from dumpfix.run.job import perform

    is_wanted = progress if progress is not None else not quiet and sys.stderr is not None and sys.stderr.isatty()
    job.validate()
    with opened(dumps) as sources:
        return perform(job, sources, (lambda run: progress_of(run, sources)) if is_wanted else None)


def status_of(done: Done) -> int:
    """The exit status. Raises BrokenRunError where the run broke off."""
    if done.broken is not None:
        raise done.broken
    return 1 if done.report.needs_a_look else 0


def print_summary(done: Done) -> None:
    """The summary on standard error, as far as somebody takes it."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    for line in _summary(done, is_terminal=is_terminal):
        pieces = fitted(line, _columns()) if is_terminal else [line]
        if not all(map(say, pieces)):
            return


def _columns() -> int:
    """How wide the terminal is."""
    try:
        return os.get_terminal_size(2).columns or 80
    except OSError:
        return 80


def fitted(line: str, columns: int) -> list[str]:
    """A line of the summary on a terminal: no word is broken, what follows is indented; commands stay in one piece."""
    import textwrap

    if line.startswith("put it back: "):
        return [line]
    colour, inner = "", line
    if line.startswith("\x1b[") and line.endswith("\x1b[0m"):
        colour, _, inner = line.removesuffix("\x1b[0m").partition("m")
        colour += "m"
    pieces = textwrap.wrap(
        inner,
        max(columns - 1, 20),
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return [f"{colour}{piece}\x1b[0m" if colour else piece for piece in pieces] or [line]


def _summary(done: Done, *, is_terminal: bool) -> Iterator[str]:
    from dumpfix.report.summary import summary
    from dumpfix.report.text import Style

    coloured = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    yield from summary(done.report, done.run.ledger, done.context, Style(coloured=coloured))
    yield from _unnamed(done)


def _unnamed(done: Done) -> Iterator[str]:
    """Partitions that the file of ``--from-offsets`` does not speak of, and that were taken whole."""
    from dumpfix.report.text import counted, places

    offsets = done.run.policy.selection.from_offsets
    if offsets is None:
        return
    rows = [row for row in done.report.partitions if (row["topic"] or "", row["partition"]) not in offsets]
    rows = [row for row in rows if row["records"]]
    if rows:
        names = places(((row["topic"], row["partition"]) for row in rows), MOST_NAMED)
        records = counted(sum(row["records"] for row in rows), "record")
        yield f"--from-offsets does not speak of {names}: all of it is taken, {records}"
