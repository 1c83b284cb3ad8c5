"""Arguments and options that several commands share, each declared once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dumpfix.detection.choose import Told


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
    typer.Argument(metavar="DUMP", help="Dumps, .gz .zst .xz .bz2 .lz4 as well. None, or -: standard input."),
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


# -- what says how a dump is to be read --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layout:
    """The five options that say what a dump looks like, as they were given."""

    from_name: str | None = None
    kcat_format: str | None = None
    command: str | None = None
    command_file: str | None = None
    grammar_file: str | None = None

    def told(self, dumps: Sequence[str] | None = ("a file",)) -> Told:
        """What they say. Raises UsageError where they do not go together, or with the dumps."""
        from dumpfix.cli.inputs import told

        return told(self.from_name, self.kcat_format, self.command, self.command_file, self.grammar_file, dumps)


_LAYOUT_OPTIONS = {
    "from_name": From,
    "kcat_format": KcatFormat,
    "command": Command,
    "command_file": CommandFile,
    "grammar_file": GrammarFile,
}


def takes_layout(run: Callable[..., int]) -> Callable[..., int]:
    """A command with those options where its function has one parameter, ``layout``."""

    @functools.wraps(run)
    def command(**given: Any) -> int:
        layout = Layout(**{name: given.pop(name) for name in _LAYOUT_OPTIONS})
        return run(**given, layout=layout)

    def parameters() -> list[inspect.Parameter]:
        shown = []
        for parameter in inspect.signature(run, eval_str=True).parameters.values():
            if parameter.name != "layout":
                shown.append(parameter)
                continue
            kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
            shown += [inspect.Parameter(name, kind, default=None, annotation=o) for name, o in _LAYOUT_OPTIONS.items()]
        return shown

    command.__signature__ = inspect.Signature(parameters())  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters()}
    return command
