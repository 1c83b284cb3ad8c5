"""What ``convert`` and ``check`` share: one pass, then rejects, report, output and summary, in that order."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dumpfix.errors import BrokenRunError, UsageError
from dumpfix.output import Nowhere, Output, ReaderGoneError, open_output

if TYPE_CHECKING:
    from dumpfix.grammar.choose import Told
    from dumpfix.report.model import Report
    from dumpfix.report.summary import Context
    from dumpfix.run import Run
    from dumpfix.source import Source

LEVELS = ("none", "lossless", "partial", "guess")


@dataclass(slots=True)
class Wanted:
    """What the options ask for."""

    told: Told
    to: str = "values"
    level: str = "partial"
    withheld_hazards: frozenset[str] = frozenset()
    thorough: bool = False
    output: str | None = None
    report: str | None = None
    rejects: str | None = None
    jobs: int | None = None
    progress: bool | None = None
    quiet: bool = False
    is_check: bool = False
    json_to_stdout: bool = False
    outputs: list[Output] = field(default_factory=list)


def hazard_kinds(text: str | None) -> frozenset[str]:
    """The kinds in ``--withhold-hazards``. Raises UsageError for one that does not exist."""
    from dumpfix.report.hazards import KINDS

    kinds = frozenset(filter(None, (text or "").replace(" ", "").split(",")))
    for kind in sorted(kinds.difference(KINDS)):
        raise UsageError(f"--withhold-hazards: no hazard is called {kind!r}; they are {', '.join(KINDS)}")
    return kinds


def check_names(wanted: Wanted) -> None:
    """Refuse values that do not exist or do not go together. Raises UsageError."""
    from dumpfix.sink import NAMES

    _one_of("--to", wanted.to, NAMES)
    _one_of("--repair", wanted.level, LEVELS)
    if wanted.report is not None and not wanted.report.endswith((".json", ".txt")):
        raise UsageError("--report: the name must end in .json or .txt, which says what is written")
    if wanted.rejects == "-" and wanted.output in (None, "-"):
        raise UsageError("--rejects - needs -o FILE: standard output is taken by the records")
    targets = [t for t in (wanted.output, wanted.report, wanted.rejects) if t not in (None, "-")]
    paths = [os.path.realpath(str(target)) for target in targets]
    if len(set(paths)) < len(paths) and not all(p.startswith("/dev/") for p in paths):
        raise UsageError("output, report and rejects must be different files")


def _one_of(option: str, value: str, names: Sequence[str]) -> None:
    if value not in names:
        raise UsageError(f"{option}: {value!r} is none of {', '.join(names)}")


def refuse_overwriting(sources: Iterable[Source], wanted: Wanted) -> None:
    """A dump is never written over. Raises UsageError."""
    from dumpfix.source import same_file

    for source in sources:
        for target in (wanted.output, wanted.report, wanted.rejects):
            if target is not None and same_file(target, source):
                raise UsageError("is the dump itself, which is never written over", path=target)


def perform(sources: Sequence[Source], wanted: Wanted) -> int:
    """Do the run; the exit status."""
    refuse_overwriting(sources, wanted)
    try:
        return _perform(sources, wanted)
    except BaseException:
        for output in wanted.outputs:
            output.discard()
        raise


def _perform(sources: Sequence[Source], wanted: Wanted) -> int:
    from dumpfix.pipeline import Policy
    from dumpfix.run import Run

    policy = Policy(wanted.level, wanted.withheld_hazards, wanted.thorough)
    rejects = _Late(wanted, wanted.rejects)
    run = Run.prepare(sources, wanted.told, to=wanted.to, policy=policy, write_reject=rejects.write)
    rejects.open()
    output = _opened(wanted, wanted.output) if not wanted.is_check else Nowhere()
    report_file = _Late(wanted, wanted.report)
    report_file.open()
    broken: BrokenRunError | None = None
    try:
        _pump(run, sources, output, wanted)
    except BrokenRunError as error:
        if not any(account.broken_off for account in run.ledger.inputs):
            raise
        # The input ended too early. What came before it is accounted for; a file for output does not appear.
        broken = error
    report = run.ledger.report()
    _write_report(report, run, wanted, report_file)
    rejects.finish()
    report_file.finish()
    if broken is None:
        output.finish()
    else:
        output.discard()
    if not wanted.quiet and not wanted.is_check:
        _summarise(report, run, wanted)
    if broken is not None:
        raise broken
    return 1 if report.needs_a_look else 0


def _pump(run: Run, sources: Sequence[Source], output: Output, wanted: Wanted) -> None:
    """Move the output along; before a source waits for more, the reader gets what there is."""
    from dumpfix.cli.progress import progress_of

    with progress_of(run, sources, wanted=_wants_progress(wanted)) as tick:

        def before_read() -> None:
            output.flush()
            tick()

        for source in sources:
            source.before_read = before_read
        for piece in run.output():
            output.write(piece)


def _wants_progress(wanted: Wanted) -> bool:
    if wanted.progress is not None:
        return wanted.progress
    return not wanted.quiet and sys.stderr.isatty()


class _Late:
    """A file that is opened when the layouts are known, and may not be wanted at all."""

    def __init__(self, wanted: Wanted, path: str | None) -> None:
        self._wanted = wanted
        self._path = path
        self._output: Output = Nowhere()

    def open(self) -> None:
        if self._path is not None:
            self._output = _opened(self._wanted, self._path)

    def write(self, data: bytes) -> None:
        self._output.write(data)

    def finish(self) -> None:
        self._output.finish()


def _opened(wanted: Wanted, path: str | None) -> Output:
    output = open_output(path)
    wanted.outputs.append(output)
    return output


def _write_report(report: Report, run: Run, wanted: Wanted, file: _Late) -> None:
    from dumpfix.report.json_report import json_report
    from dumpfix.report.summary import full_text

    if wanted.report is not None:
        if wanted.report.endswith(".json"):
            pieces: Iterable[bytes] = json_report(report)
        else:
            pieces = (f"{line}\n".encode() for line in full_text(report, run.ledger, _context(run, wanted)))
        for piece in pieces:
            file.write(piece)
    if wanted.is_check:
        _print_check(report, run, wanted)


def _print_check(report: Report, run: Run, wanted: Wanted) -> None:
    from dumpfix.report.json_report import json_report

    stdout = open_output(None)
    if wanted.json_to_stdout:
        for piece in json_report(report):
            stdout.write(piece)
    elif not wanted.quiet:
        for line in _summary_lines(report, run, wanted, is_terminal=sys.stdout.isatty()):
            stdout.write(f"{line}\n".encode())
    stdout.finish()


def _summarise(report: Report, run: Run, wanted: Wanted) -> None:
    try:
        for line in _summary_lines(report, run, wanted, is_terminal=sys.stderr.isatty()):
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError as error:
        raise ReaderGoneError from error


def _summary_lines(report: Report, run: Run, wanted: Wanted, *, is_terminal: bool) -> Iterable[str]:
    from dumpfix.report.summary import summary
    from dumpfix.report.text import Style

    coloured = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return summary(report, run.ledger, _context(run, wanted), Style(coloured=coloured))


def _context(run: Run, wanted: Wanted) -> Context:
    from dumpfix.report.summary import Context

    return Context(wanted.to, run.marker, wanted.level, wanted.rejects, wanted.report, wanted.is_check)
