"""Arguments and options of ``dumpfix produce``, each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dumpfix.errors import UsageError

if TYPE_CHECKING:
    from dumpfix.producing.partitioner import Mode
    from dumpfix.producing.production import Settings
    from dumpfix.producing.properties import Properties

Brokers = Annotated[str | None, typer.Option("--brokers", "-b", metavar="HOST:PORT,…", help="Brokers to begin with.")]
ToTopic = Annotated[
    str | None, typer.Option("--to-topic", "-t", metavar="TOPIC", help="The topic. [default: the dump's]")
]
ToPartition = Annotated[
    str | None,
    typer.Option(
        "--to-partition",
        metavar="HOW",
        help="original, key (murmur2, as Java does), or a number. [default: original, if the dump has it]",
        autocompletion=lambda: ["original", "key"],
    ),
]
Timestamp = Annotated[
    str,
    typer.Option(
        "--timestamp",
        metavar="WHICH",
        help="original, or now: the time of sending.",
        autocompletion=lambda: ["original", "now"],
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Show the plan and send nothing.")]
JournalFile = Annotated[
    str | None,
    typer.Option("--journal", metavar="FILE", help="Note what is in, to go on after a crash: nothing comes twice."),
]
Verify = Annotated[bool, typer.Option("--verify", help="Read back what was sent, and compare.")]
StartsFile = Annotated[
    str | None, typer.Option("--starts", metavar="FILE", help="Write where a group has to be set to read it.")
]
Group = Annotated[
    str | None, typer.Option("--group", metavar="NAME", help="The group for --starts: the cluster is asked.")
]
Committed = Annotated[
    str | None,
    typer.Option("--committed", metavar="FILE", help="Where the group stands, from kafka-consumer-groups --export."),
]
Unread = Annotated[bool, typer.Option("--unread", help="Only what the group has not read where it stood before.")]
AllowSkip = Annotated[bool, typer.Option("--allow-skip", help="--starts may skip good events that were not put back.")]
AllowExpired = Annotated[bool, typer.Option("--allow-expired", help="Send what the topic's retention deletes at once.")]
AllowCompacted = Annotated[bool, typer.Option("--allow-compacted", help="Overwrite newer values in a compacted topic.")]
SkipRefused = Annotated[bool, typer.Option("--skip-refused", help="Leave out what the broker would not take.")]
Rate = Annotated[str | None, typer.Option("--rate", metavar="N/s", help="At most N records a second.")]
Property = Annotated[
    list[str] | None, typer.Option("-X", metavar="PROPERTY=VALUE", help="A property of librdkafka, as in kcat -X.")
]
PropertyFile = Annotated[str | None, typer.Option("-F", metavar="FILE", help="Properties from a file, as in kcat -F.")]


@dataclass(frozen=True, slots=True)
class Sending:
    """Where records go and how, as it was given."""

    brokers: Brokers = None
    to_topic: ToTopic = None
    to_partition: ToPartition = None
    timestamp: Timestamp = "original"
    yes: Yes = False
    dry_run: DryRun = False
    journal: JournalFile = None
    verify: Verify = False
    starts: StartsFile = None
    group: Group = None
    committed: Committed = None
    unread: Unread = False
    allow_skip: AllowSkip = False
    allow_expired: AllowExpired = False
    allow_compacted: AllowCompacted = False
    skip_refused: SkipRefused = False
    rate: Rate = None
    properties: Property = None
    property_file: PropertyFile = None

    def known(self) -> Properties:
        """The properties of librdkafka. Raises UsageError."""
        from dumpfix.cli.inputs import lines_of
        from dumpfix.producing.properties import properties_of

        lines = () if self.property_file is None else lines_of(self.property_file)
        return properties_of(self.brokers, lines, self.properties or ())

    def settings(self) -> Settings:
        """What was asked for. Raises UsageError."""
        from dumpfix.cli.inputs import offsets_in
        from dumpfix.producing.plan import Wanted
        from dumpfix.producing.production import Settings

        wanted = Wanted(
            self.to_topic,
            _mode(self.to_partition),
            _time(self.timestamp),
            self.allow_expired,
            self.allow_compacted,
            self.skip_refused,
        )
        return Settings(
            wanted,
            _rate(self.rate),
            self.journal,
            self.verify,
            self.starts is not None,
            self.group,
            offsets_in(self.committed),
            self.allow_skip,
            self.unread,
        )


def _mode(text: str | None) -> Mode | None:
    if text == "original":
        return "original"
    if text == "key":
        return "key"
    if text is None:
        return None
    if text.isascii() and text.isdecimal():
        return int(text)
    raise UsageError(f"--to-partition: {text!r} is none of original, key, or a number")


def _time(text: str) -> Literal["original", "now"]:
    if text == "now":
        return "now"
    if text == "original":
        return "original"
    raise UsageError(f"--timestamp: {text!r} is none of original, now")


def _rate(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text.removesuffix("/s"))
    except ValueError:
        raise UsageError(f"--rate: {text!r} is no number of records a second") from None
