"""The plan in words, with the commands to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from dumpfix.planning.healing import Blind, Healing, Row, StuckPartition
from dumpfix.report.text import counted, place, places, shown

#: partitions, stops and steps that are listed
MOST_LINES = 20


def healing_lines(healing: Healing, dumps: Sequence[str], folder: str | None) -> Iterator[str]:
    """What a person does, in order. ``folder`` is where the files are; None: they were not written."""
    if not healing.partitions:
        what = "nothing that was asked for" if healing.blind.left_out else "nothing"
        known = "is known to be poison" if healing.blind.may_hide_poison else "is poison"
        where = " at or behind the group's offsets" if healing.knows_group else ""
        yield f"{what} {known}{where}: no offset has to be set"
        yield from _blind(healing.blind)
        return
    for one in healing.partitions[:MOST_LINES]:
        yield _stuck(one)
    if len(healing.partitions) > MOST_LINES:
        yield f"… and {counted(len(healing.partitions) - MOST_LINES, 'more partition')}"
    yield from _unplaced(healing)
    yield from _blind(healing.blind)
    yield ""
    yield "1. Stop the group's consumers. One that crashed is still a member until its session timeout has passed"
    yield "   (session.timeout.ms: 45 s, before Kafka 3.0 10 s): until then the reset is refused and changes nothing."
    yield ""
    shown_folder = folder or "DIR"
    yield from _replay(healing, dumps)
    number = 3 if healing.skips else 2
    words = "Or skip" if healing.skips else "Skip"
    yield f"{number}. {words} all of it: {_skips(healing, healing.skip)}"
    yield f"   {_reset(f'{shown_folder}/skip.csv')}"
    if len(healing.steps) > 1:
        yield ""
        yield "   Or go step by step, after each death of the consumer:"
        for step, rows in list(enumerate(healing.steps, 1))[:MOST_LINES]:
            yield f"   step-{step}.csv  {_rows(rows)}: {_skips(healing, rows)}"
        more = len(healing.steps) + healing.more_steps - MOST_LINES
        if more > 0:
            yield f"   … and {counted(more, 'more step')}"
    if not healing.knows_group:
        yield ""
        yield "The group is taken to stand at the first poison offset of each partition. Where it really stands:"
        yield "   kafka-consumer-groups.sh --bootstrap-server BROKER --group GROUP --all-topics \\"
        yield "     --reset-offsets --to-current --dry-run --export > committed.csv"
        yield "   dumpfix plan --committed committed.csv …"
    if folder is None:
        yield "-o DIR writes the files."


def _unplaced(healing: Healing) -> Iterator[str]:
    """What is taken of partitions of which nobody said where the group stands."""
    some = healing.unplaced
    if not some:
        return
    names = places(((one.topic, one.partition) for one in some), MOST_LINES)
    poison = counted(sum(one.poison for one in some), "poison offset")
    yield f"--committed does not speak of {names} ({poison}): the group is taken to have read nothing there"
    if not {one.topic for one in some} & set(healing.known_topics):
        topics = ", ".join(map(shown, healing.known_topics[:3])) or "no topic"
        yield f"  it speaks of {topics}{', …' if len(healing.known_topics) > 3 else ''}: is it the right file?"


def _blind(blind: Blind) -> Iterator[str]:
    """What is not in the plan."""
    if blind.left_out:
        is_one = blind.left_out == 1
        yield (
            f"{counted(blind.left_out, 'more record')} of the dump {'was' if is_one else 'were'} not asked for: no "
            "poison among them is in this plan"
        )
    if blind.unplaced:
        yield (
            f"{counted(blind.unplaced, 'more payload')} that {'is' if blind.unplaced == 1 else 'are'} no valid JSON "
            f"{'does' if blind.unplaced == 1 else 'do'} not show topic, partition and offset"
        )
    if blind.garbage:
        yield f"{counted(blind.garbage, 'byte')} of garbage may be records: dumpfix check DUMP shows where"
    if blind.mismatches:
        yield "what a tool said of its records is not what the dump holds: dumpfix check DUMP shows where"
    for topic, number, count in blind.others[:MOST_LINES]:
        none = f"{counted(count, 'payload')} that {'is' if count == 1 else 'are'} no JSON"
        yield f"{place(topic, number, None)}  {none}, like all of the topic: it is of another format"
    for path, doubt in blind.doubts:
        yield f"{shown(path)}: it is not sure how it is to be read: {shown(doubt, 400)}"


def _stuck(one: StuckPartition) -> str:
    runs = [f"{stop.first}" if stop.first == stop.last else f"{stop.first}-{stop.last}" for stop in one.stops]
    some = ", ".join(runs[:6]) + (", …" if len(runs) > 6 else "")
    return f"{place(one.topic, one.partition, None)}  {counted(one.poison, 'poison offset')}: {some}"


def _skips(healing: Healing, rows: Sequence[Row]) -> str:
    count, unknown = sum(row.skips for row in rows), sum(row.unknown for row in rows)
    text = f"skips {counted(count, 'good event') if count else 'no good event'}"
    if count and not healing.is_exact:
        text += " at most"
    return text + (f", and {counted(unknown, 'offset')} that the dump does not have" if unknown else "")


def _rows(rows: Sequence[Row]) -> str:
    some = ", ".join(f"{place(row.topic, row.partition, row.offset)}" for row in rows[:3])
    return some + (", …" if len(rows) > 3 else "")


def _replay(healing: Healing, dumps: Sequence[str]) -> Iterator[str]:
    """The better way where something good would be skipped."""
    if not healing.skips:
        return
    names = " ".join(shlex.quote(shown(name)) for name in dumps) or "DUMP"
    yield "2. Best, since good events would be skipped: put them back, and let the group read them there"
    yield f"   dumpfix produce {names} -b BROKER --group GROUP --unread --starts starts.csv"
    yield f"   {_reset('starts.csv')}"
    yield ""


def _reset(path: str) -> str:
    return (
        "kafka-consumer-groups.sh --bootstrap-server BROKER --group GROUP --reset-offsets "
        f"--from-file {shlex.quote(path)} --execute"
    )
