"""Arguments and options that several commands share, each declared once."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dumpfix.errors import UsageError

if TYPE_CHECKING:
    from dumpfix.detection.choose import Told
    from dumpfix.record.selection import Selection


def _grammars() -> list[str]:
    from dumpfix.layout.load import names

    return ["auto", *names()]


def _outputs() -> list[str]:
    from dumpfix.sink import NAMES

    return list(NAMES)


def _levels() -> list[str]:
    from dumpfix.record.verdict import BOLDNESS

    return list(BOLDNESS)


Dumps = Annotated[
    list[str] | None,
    typer.Argument(metavar="[DUMP]...", help="Dumps, .gz .zst .xz .bz2 .lz4 as well. None, or -: standard input."),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, whole or not at all. [default: stdout]"),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        "-f",
        metavar="NAME",
        help="Grammar of the dump (see: dumpfix grammar). With a % in it: --kcat-format.",
        autocompletion=_grammars,
    ),
]
KcatFormat = Annotated[
    str | None, typer.Option("--kcat-format", metavar="FMT", help="The string that was given to kcat -f.")
]
Command = Annotated[
    str | None,
    typer.Option("--command", metavar="CMD", help="The command that made the dump, pasted whole."),
]
CommandFile = Annotated[
    str | None,
    typer.Option("--command-file", metavar="FILE", help="The same from a file (or -), where its quotes fight yours."),
]
GrammarFile = Annotated[str | None, typer.Option("--grammar", metavar="FILE", help="A .lark grammar of your own.")]
ForceLayout = Annotated[
    bool,
    typer.Option("--force-layout", help="What these say is so, whatever the dump looks like."),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        "-t",
        metavar="NAME",
        help="What goes out: values, envelope, kcat, console-producer.",
        autocompletion=_outputs,
    ),
]
RepairLevel = Annotated[
    str,
    typer.Option(
        "--repair",
        metavar="LEVEL",
        help="The boldest repair that may go out: none, lossless, safe, partial, guess.",
        autocompletion=_levels,
    ),
]
Partitions = Annotated[
    list[int] | None, typer.Option("--partition", metavar="N", min=0, help="Only this partition; may be repeated.")
]
OffsetRange = Annotated[
    str | None, typer.Option("--offset", metavar="A..B", help="Only these offsets, both included; A.., ..B, A as well.")
]
FromOffsets = Annotated[
    str | None,
    typer.Option(
        "--from-offsets", metavar="FILE", help="Only from topic,partition,offset on, as the Kafka tools print."
    ),
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Only from this time on: ISO 8601, or ms since 1970.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Only before this time.")]
Keys = Annotated[list[str] | None, typer.Option("--key", metavar="KEY", help="Only this key; may be repeated.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", metavar="NAME", help="Only this topic; may be repeated.")]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=0, help="Only the first N of these.")]
Dedupe = Annotated[
    bool, typer.Option("--dedupe", help="No second record with the same topic, partition, offset and bytes.")
]
Split = Annotated[
    str | None, typer.Option("--split", metavar="DIR", help="A file for each topic and partition: DIR/events-0.jsonl.")
]
ReportFile = Annotated[
    str | None, typer.Option("--report", metavar="FILE", help="Write the whole report: .json, .txt or .html.")
]
RejectsFile = Annotated[
    str | None,
    typer.Option("--rejects", metavar="FILE", help="Keep what is withheld: JSONL, bytes included."),
]
WithholdHazards = Annotated[
    str | None,
    typer.Option("--withhold-hazards", metavar="KIND,…", help="Keep back valid JSON with these hazards."),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", metavar="N", min=1, help="Processes for a large file. [default: all cores]"),
]
MaxRecord = Annotated[
    int,
    typer.Option(
        "--max-record",
        metavar="BYTES",
        min=1,
        help="A longer record is named and passed over; bounds the memory.",
    ),
]
Progress = Annotated[
    bool | None, typer.Option("--progress/--no-progress", help="A bar on standard error. [default: on a terminal]")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")]


# -- groups: a parameter of this type is all of its options ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layout:
    """What says how a dump is to be read, as it was given."""

    from_name: From = None
    kcat_format: KcatFormat = None
    command: Command = None
    command_file: CommandFile = None
    grammar_file: GrammarFile = None
    force_layout: ForceLayout = False

    def told(self, dumps: Sequence[str] | None = ("a file",)) -> Told:
        """What they say. Raises UsageError where they do not go together, or with the dumps."""
        from dumpfix.cli.inputs import STANDARD_INPUT, read_command
        from dumpfix.detection.choose import Told

        from_name, kcat_format, command = self.from_name, self.kcat_format, self.command
        if from_name is not None and "%" in from_name:
            if kcat_format is not None:
                raise UsageError("-f with a % is a kcat format already: leave out --kcat-format")
            from_name, kcat_format = None, from_name
        if self.command_file is not None:
            if command is not None:
                raise UsageError("give one of --command and --command-file")
            if self.command_file == STANDARD_INPUT and STANDARD_INPUT in (dumps or [STANDARD_INPUT]):
                raise UsageError("--command-file - and a dump on standard input: only one of them can be read there")
            command = read_command(self.command_file)
        if from_name == "auto":
            from_name = None
        given = [v for v in (from_name, kcat_format, command, self.grammar_file) if v is not None]
        if len(given) > 1:
            raise UsageError("give one of --from, --kcat-format, --command and --grammar")
        if self.force_layout and not given:
            raise UsageError("--force-layout needs a layout: --from, --kcat-format, --command or --grammar")
        return Told(
            from_name=from_name,
            kcat_format=None if kcat_format is None else os.fsencode(kcat_format),
            command=command,
            grammar_file=self.grammar_file,
            is_forced=self.force_layout,
        )


@dataclass(frozen=True, slots=True)
class Records:
    """What says which records are wanted, as it was given."""

    partition: Partitions = None
    offset: OffsetRange = None
    from_offsets: FromOffsets = None
    since: Since = None
    until: Until = None
    key: Keys = None
    topic: Topics = None
    limit: Limit = None
    dedupe: Dedupe = False

    def selection(self) -> Selection:
        """What they ask for. Raises UsageError."""
        from dumpfix.cli.inputs import offsets_in
        from dumpfix.record.selection import Selection, moment, offset_range

        first, last = (None, None) if self.offset is None else offset_range(self.offset)
        return Selection(
            topics=frozenset(self.topic or ()),
            partitions=frozenset(self.partition or ()),
            keys=frozenset(map(os.fsencode, self.key or ())),
            first=first,
            last=last,
            from_offsets=offsets_in(self.from_offsets),
            since=None if self.since is None else moment(self.since, "--since"),
            until=None if self.until is None else moment(self.until, "--until"),
            limit=self.limit,
            dedupe=self.dedupe,
        )


def takes_groups(run: Callable[..., int]) -> Callable[..., int]:
    """The command with the options of its groups one by one, where its function has a parameter for each group."""
    own = inspect.signature(run, eval_str=True).parameters.values()
    groups: dict[str, Any] = {option.name: option.annotation for option in own if is_dataclass(option.annotation)}

    @functools.wraps(run)
    def command(**given: Any) -> int:
        for name, group in groups.items():
            given[name] = group(**{option.name: given.pop(option.name) for option in fields(group)})
        return run(**given)

    shown = [
        option
        for parameter in own
        for option in (
            inspect.signature(groups[parameter.name], eval_str=True).parameters.values()
            if parameter.name in groups
            else (parameter,)
        )
    ]
    command.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    command.__annotations__ = {option.name: option.annotation for option in shown}
    return command
