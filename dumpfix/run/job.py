"""One pass over some dumps with everything that is to be written: rejects, then the report, then the output.

In that order: a file of records does not appear before what was withheld from it is on disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from dumpfix.detection.choose import Told
from dumpfix.errors import BrokenInputError, UsageError
from dumpfix.framing.framer import MAX_RECORD
from dumpfix.io.output import STANDARD_OUTPUT, Output, Stream, open_output
from dumpfix.io.source import Source, same_file
from dumpfix.io.split import SplitOutput
from dumpfix.layout.model import Field
from dumpfix.record.hazards import KINDS
from dumpfix.record.selection import EVERYTHING, Selection
from dumpfix.record.verdict import BOLDNESS
from dumpfix.report.model import Report
from dumpfix.report.summary import Context, full_text
from dumpfix.run.conversion import Run, unclear
from dumpfix.run.documents import choice_for_documents
from dumpfix.run.emission import Policy
from dumpfix.run.opening import Opened, find_layout
from dumpfix.run.pipeline import Pipeline
from dumpfix.run.unwrapping import Explained
from dumpfix.sink import INTO_A_TOPIC, NAMES, QUEUE

#: shows how a run gets on: entered when it begins, gives a function to call now and then
Watch = Callable[[Run], AbstractContextManager[Callable[[], None]]]


@dataclass(slots=True)
class Job:
    """What is wanted. ``output`` is a path (None: standard output), or something that takes bytes already.

    ``jobs`` is the number of processes, None for as many as there are cores. ``documents`` is how JSON that comes from
    no dump is read; None for dumps. ``is_explained``: the summary shows every alternative. ``is_queue``: the output is
    what ``dumpfix produce`` sets aside (``to`` is QUEUE).
    """

    told: Told
    to: str = "values"
    level: str = "safe"
    withheld_hazards: frozenset[str] = frozenset()
    thorough: bool = False
    output: str | Output | None = None
    report: str | None = None
    rejects: str | None = None
    is_check: bool = False
    is_queue: bool = False
    documents: type[Pipeline] | None = None
    jobs: int | None = 1
    selection: Selection = EVERYTHING
    split: str | None = None
    max_record: int = MAX_RECORD
    is_explained: bool = False

    def validate(self) -> None:
        """Refuse values that do not exist or do not go together. Raises UsageError."""
        _one_of("--to", self.to, (QUEUE,) if self.is_queue else NAMES)
        _one_of("--repair", self.level, tuple(BOLDNESS))
        for kind in sorted(self.withheld_hazards):
            _one_of("--withhold-hazards", kind, KINDS)
        if self.report is not None and not self.report.endswith((".json", ".txt", ".html")):
            raise UsageError("--report: the name must end in .json, .txt or .html, which says what is written")
        if self.split is not None and self.output is not None:
            raise UsageError("--split writes files of its own: leave out -o")
        if self.rejects == STANDARD_OUTPUT and (self.output in (None, STANDARD_OUTPUT)):
            raise UsageError("--rejects - needs -o FILE: standard output is taken by the records")
        paths = [os.path.realpath(path) for path in self.files()]
        if len(set(paths)) < len(paths) and not all(path.startswith("/dev/") for path in paths):
            raise UsageError("output, report and rejects must be different files")

    def files(self) -> list[str]:
        """The paths that are to be written."""
        paths = (self.output, self.report, self.rejects)
        return [path for path in paths if isinstance(path, str) and path != STANDARD_OUTPUT]


@dataclass(slots=True)
class Done:
    """How it went. ``broken`` says why a dump could not be read to its end; then no file of records was left."""

    report: Report
    run: Run
    context: Context
    broken: BrokenInputError | None = None


@dataclass(slots=True)
class _Files:
    """What is open for writing, so that nothing half-done is left behind."""

    opened: list[Output] = field(default_factory=list)

    def open(self, path: str | Output | None) -> Output:
        output = open_output(path) if path is None or isinstance(path, str) else path
        self.opened.append(output)
        return output

    def discard(self) -> None:
        for output in self.opened:
            output.discard()


def perform(job: Job, sources: Sequence[Source], watch: Watch | None = None) -> Done:
    """Do it. Raises UsageError, SourceError, LayoutError before anything is written, BrokenRunError later.

    LayoutError comes later too, where keys are to go into a topic and a layout gets unclear on the way.
    """
    job.validate()
    _refuse_overwriting(job, sources)
    files = _Files()
    try:
        return _perform(job, sources, files, watch)
    except BaseException:
        files.discard()
        raise


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _refuse_overwriting(job: Job, sources: Iterable[Source]) -> None:
    for source in sources:
        for path in job.files():
            if same_file(path, source):
                raise UsageError("is the dump itself, which is never written over", path=path)
        if (
            not job.is_check
            and job.split is None
            and job.output in (None, STANDARD_OUTPUT)
            and same_file("/dev/stdout", source)
        ):
            raise UsageError("standard output is the dump itself, which is never written over", path=source.path)


def _perform(job: Job, sources: Sequence[Source], files: _Files, watch: Watch | None) -> Done:
    policy = Policy(
        job.level,
        job.withheld_hazards,
        job.thorough,
        job.selection,
        one_by_one=job.split is not None,
        max_record=job.max_record,
        with_times=job.report is not None and job.report.endswith(".html"),
        refuses_unclear=job.to in INTO_A_TOPIC and not job.is_check,
    )
    if job.documents is None:
        dumps = [find_layout(source, job.told) for source in sources]
    else:
        dumps = [Opened(source, Explained(choice_for_documents()), b"", job.told) for source in sources]
    for dump in dumps:
        if dump.choice is not None:
            if dump.choice.doubt and policy.refuses_unclear:
                raise unclear(dump.choice, path=dump.source.path)
            shown = frozenset(Field(name).meaning for name in dump.choice.layout.fields)
            job.selection.require(shown, dump.source.path)
    run = Run(dumps, job.to, policy, job.documents or Pipeline, job.jobs if job.jobs is not None else _cores())
    output = _output(job, files)
    rejects = files.open(job.rejects) if job.rejects is not None else Output()
    report_file = files.open(job.report) if job.report is not None else Output()
    if job.rejects is not None:
        run.ledger.write_reject = rejects.write
    broken = _pump(run, sources, output, watch)
    done = Done(run.ledger.report(), run, _context(job, output), broken)
    rejects.finish()
    for piece in _report(job, done):
        report_file.write(piece)
    report_file.finish()
    if broken is None:
        output.finish()
    else:
        output.discard()
    return done


def _output(job: Job, files: _Files) -> Output:
    """Where records go."""
    if job.is_check:
        return Output()
    if job.split is None:
        return files.open(job.output)
    return files.open(SplitOutput(job.split, ".jsonl" if job.to in ("values", "envelope") else ".txt"))


def _pump(run: Run, sources: Iterable[Source], output: Output, watch: Watch | None) -> BrokenInputError | None:
    """Move the output along; before a source waits for more, the reader gets what there is.

    The answer is why a dump could not be read to its end. What came before is accounted for all the same.
    """
    with watch(run) if watch is not None else nullcontext(_nothing) as tick:

        def before_read() -> None:
            output.flush()
            tick()

        for source in sources:
            source.before_read = before_read
        try:
            if isinstance(output, SplitOutput):
                for record, line in run.lines():
                    output.write_to(record.topic, record.partition, line)
            else:
                for piece in run.output():
                    output.write(piece)
        except BrokenInputError as error:
            return error
    return None


def _report(job: Job, done: Done) -> Iterable[bytes]:
    if job.report is None:
        return ()
    if job.report.endswith(".json"):
        from dumpfix.report.json_report import json_report

        return json_report(done.report)
    if job.report.endswith(".html"):
        from dumpfix.report.html import html_report

        return html_report(done.report, _plan(done.report))
    return (f"{line}\n".encode() for line in full_text(done.report, done.run.ledger, done.context))


def _plan(report: Report) -> Sequence[str]:
    """What heals a group that is stuck in the topic; nothing where nothing is poison, or where it cannot be told."""
    from dumpfix.planning.healing import healing_of
    from dumpfix.planning.words import healing_lines

    try:
        healing = healing_of(report)
    except UsageError:
        return ()
    dumps = [account.path for account in report.inputs]
    return tuple(healing_lines(healing, dumps, None)) if healing.partitions else ()


def _context(job: Job, output: Output) -> Context:
    is_piped = isinstance(output, Stream) and output.is_pipe
    is_repair = job.documents is not None
    return Context(
        job.to, job.level, job.rejects, job.report, job.is_check, is_repair, is_piped, is_explained=job.is_explained
    )


def _one_of(option: str, value: str, names: Iterable[str]) -> None:
    if value not in names:
        raise UsageError(f"{option}: {value!r} is none of {', '.join(names)}")


def _nothing() -> None:
    return None
