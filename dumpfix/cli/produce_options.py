"""Arguments and options of ``dumpfix produce``, each declared once."""

from __future__ import annotations

from typing import Annotated

import typer

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
