"""What people read of a production: the plan before it, the account behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dumpfix.errors import UsageError
from dumpfix.producing.plan import PartitionPlan
from dumpfix.producing.production import Production
from dumpfix.report.text import counted, place, shown

#: partitions that are listed one by one
MOST_LINES = 20


def plan_lines(made: Production) -> Iterator[str]:
    """What will be done, and what the topic would do to it."""
    plan = made.plan
    name = shown(plan.topic.name)
    deletes = f", {plan.deletes} of them {_delete(plan.deletes)} something (null values)" if plan.deletes else ""
    done = f": {made.before.arrived} in already, {made.left} to go" if made.before.arrived else ""
    yield f"to {name} ({counted(plan.topic.partitions, 'partition')}): {counted(plan.records, 'record')}{deletes}{done}"
    if plan.ambiguous:
        yield (
            f"  {plan.ambiguous} of these {plan.deletes} may have been empty payloads, no deletes: the dump does not "
            "tell them apart, one by kcat -J does"
        )
    rows = sorted(plan.partitions.items())
    for number, row in rows[:MOST_LINES]:
        yield f"  {name}[{number}]  {_row(row)}"
    if len(rows) > MOST_LINES:
        yield f"  … and {counted(len(rows) - MOST_LINES, 'more partition')}"
    yield from _withheld(made)
    for reason, count in plan.skipped.items():
        yield f"  left out {count}: {reason}"
    for note in plan.notes:
        yield f"  {note}"
    if made.left:
        yield f"  consumer groups that read {name} already will read these records as new ones"
    yield from _missed(made)


def _delete(count: int) -> str:
    return "deletes" if count == 1 else "delete"


def _row(row: PartitionPlan) -> str:
    text = counted(row.records, "record")
    if row.first_offset is not None:
        is_one = row.first_offset == row.last_offset
        some = f"offset {row.first_offset}" if is_one else f"offsets {row.first_offset} to {row.last_offset}"
        text += f", {some} of the dump"
    return text + (f", {counted(row.deletes, 'delete')}" if row.deletes else "")


def _withheld(made: Production) -> Iterator[str]:
    """How many of each partition are withheld, and why."""
    counts: Counter[tuple[str, str]] = Counter()
    for finding in made.done.report.findings:
        because = finding["withheld_because"]
        if because is not None:
            where = place(finding["topic"], finding["partition"], None) or "of no known partition"
            counts[where, because] += 1
    for (where, words), count in sorted(counts.items())[:MOST_LINES]:
        yield f"  {where}  {count} withheld: {_WITHHELD.get(words, words)}"


#: what ``withheld_because`` says of a record, in words
_WITHHELD = {
    "irrecoverable": "irrecoverable",
    "level": "the repair is bolder than --repair allows",
    "incomplete": "the repair lacks what the other payloads of the topic all have",
    "hazard": "a hazard that --withhold-hazards names",
    "not_representable": "no client can send it as the dump shows it",
}


def _missed(made: Production) -> Iterator[str]:
    for start in made.starts:
        where = place(made.plan.topic.name, start.partition, None)
        if start.twice:
            yield f"  {where}  the group has read {start.twice} of these already: --unread leaves them out"
        if start.missed:
            first, last = start.missed[0], start.missed[-1]
            yield (
                f"  {where}  {counted(len(start.missed), 'good event')} at {first} to {last} "
                f"{'is' if len(start.missed) == 1 else 'are'} not put back, and a group set to this run would skip "
                f"{'it' if len(start.missed) == 1 else 'them'}"
            )


def obstacle_lines(made: Production) -> list[str]:
    """Why it may not begin; each says what to do."""
    lines = list(made.plan.obstacles)
    if not made.may_write_starts:
        name = made.plan.topic.name
        lines.append(
            f"{counted(made.missed, 'good event')} would be skipped by a group that is set to this run: dump {name} "
            "again and put that back, or --allow-skip"
        )
    return lines


def require_no_obstacle(made: Production) -> None:
    """Raises UsageError with everything that needs an option of its own."""
    obstacles = obstacle_lines(made)
    if obstacles:
        raise UsageError("nothing was sent:\n" + "\n".join(obstacles))


def arrived_lines(made: Production) -> Iterator[str]:
    """What is in, by partition, and what is not."""
    plan = made.plan
    total = sum(state.arrived for state in made.partitions.values())
    yield f"{total} of {counted(plan.records, 'record')} {'is' if total == 1 else 'are'} in {shown(plan.topic.name)}"
    for number, row in sorted(plan.partitions.items())[:MOST_LINES]:
        state = made.partitions.get(number)
        arrived = state.arrived if state is not None else 0
        text = f"  {shown(plan.topic.name)}[{number}]  {arrived} in"
        if state is not None and state.first is not None:
            text += f", at offsets {state.first} to {state.last}"
        if arrived < row.records:
            text += f"; {row.records - arrived} not"
            if state is not None and state.sent > arrived:
                text += f" ({state.sent - arrived} of them may be: their answer did not come)"
        yield text
    if made.verified is not None:
        yield f"verified: {made.verified.same} read back, the same byte for byte"
        yield from (f"  {line}" for line in made.verified.missing)


def starts_text(made: Production) -> bytes:
    """``topic,partition,offset``, as kafka-consumer-groups ``--reset-offsets --from-file`` takes it."""
    return b"".join(b"%b,%d,%d\n" % (made.plan.topic.name.encode(), one.partition, one.offset) for one in made.starts)
