"""``dumpfix plan``: what heals a stuck consumer group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dumpfix.cli import options
from dumpfix.cli.streams import require_open, show
from dumpfix.errors import UsageError

if TYPE_CHECKING:
    from dumpfix.planning.healing import Healing


@options.takes_groups
def plan(
    dumps: options.Dumps = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write step-1.csv …, skip.csv into a new folder."),
    ] = None,
    committed: Annotated[
        str | None,
        typer.Option(
            "--committed", metavar="FILE", help="Where the group stands, from kafka-consumer-groups --export."
        ),
    ] = None,
    layout: options.Layout = options.Layout(),
    records: options.Records = options.Records(),
    jobs: options.Jobs = None,
    progress: options.Progress = None,
) -> int:
    """My consumer dies on one payload, restarts, and dies on it again. Where do I set its group?

    \b
        dumpfix plan dump.txt -o plan
        dumpfix plan dump.txt --committed committed.csv -o plan

    Every payload that is poison in the topic counts, whether dumpfix can repair it in the dump or not. The files are
    for kafka-consumer-groups --reset-offsets --from-file; each says how many good events it skips. The exit status is
    0 where nothing is poison, 1 where something is or may be, 2 where no plan can be made.
    """
    from dumpfix.cli.inputs import offsets_in
    from dumpfix.cli.task import performed
    from dumpfix.planning.healing import healing_of
    from dumpfix.planning.words import healing_lines
    from dumpfix.run.job import Job

    require_open()
    offsets = offsets_in(committed)
    if output is not None:
        _refuse_full(output)
    job = Job(layout.told(dumps), jobs=jobs, is_check=True, selection=records.selection())
    done = performed(job, dumps, progress=progress, quiet=False)
    if done.broken is not None:
        raise done.broken
    healing = healing_of(done.report, offsets)
    if output is not None and healing.partitions:
        _write(healing, output)
    for line in healing_lines(healing, list(dumps or ()), output):
        show(line)
    return 1 if healing.needs_a_look else 0


def _refuse_full(folder: str) -> None:
    """Files of another plan would be taken for those of this one."""
    try:
        if Path(folder).exists() and (not Path(folder).is_dir() or any(Path(folder).iterdir())):
            raise UsageError("is there already, and not empty: name a new folder", path=folder)
    except OSError as error:
        raise UsageError(f"cannot be used: {error.strerror or error}", path=folder) from None


def _write(healing: Healing, folder: str) -> None:
    from dumpfix.io.output import open_output

    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror or error}", path=folder) from None
    for name, text in healing.files().items():
        output = open_output(str(Path(folder) / name))
        output.write(text)
        output.finish()
