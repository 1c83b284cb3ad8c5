"""What a group has read of a dump, and what nobody can tell of it: a place without an offset is not one unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dumpfix.producing.plan import Survey
from dumpfix.report.text import counted, places, shown

#: partitions that are named in one line
_MOST_NAMED = 5


def unread_obstacles(survey: Survey, offsets: Mapping[tuple[str, int], int], group: str | None) -> list[str]:
    """Why it cannot be told which records a group has not read, each with what to do. ``group`` None: a file told it.

    A group that never committed goes on where its consumers' auto.offset.reset says: it may have read everything.
    """
    obstacles = []
    if survey.without_place:
        obstacles.append(
            f"--unread: {counted(survey.without_place, 'record')} of the dump "
            f"{'does' if survey.without_place == 1 else 'do'} not show topic, partition and offset, so nobody can "
            "tell whether the group has read them: dump it again with kcat -C -J, or leave out --unread"
        )
    known = {topic for topic, _ in offsets}
    for topic in sorted({topic for topic, _ in survey.places}):
        lacking = sorted(name for name in survey.places if name[0] == topic and name not in offsets)
        if not lacking:
            continue
        count = counted(sum(survey.places[name] for name in lacking), "record")
        if topic not in known:
            obstacles.append(
                f"--unread: {_nothing_of(topic, group)}, so nobody can tell which of {count} it has read; if it has "
                "read none, leave out --unread"
            )
        else:
            obstacles.append(
                f"--unread: {_nothing(group)} for {places(lacking, _MOST_NAMED)} ({count}), so nobody can tell "
                "what of it is read; if nothing is, name the group's offsets with --committed FILE, and these as "
                "TOPIC,PARTITION,0"
            )
    return obstacles


def _nothing_of(topic: str, group: str | None) -> str:
    """That there is no offset in a topic, and what may be the reason."""
    if group is None:
        return f"the file of --committed says nothing of topic {shown(topic)}"
    return f"group {shown(group)} has no committed offset in {shown(topic)} (is that its name?)"


def _nothing(group: str | None) -> str:
    return "the file of --committed has no line" if group is None else f"group {shown(group)} has no committed offset"


def unplaced_note(names: Iterable[tuple[str, int]], group: str | None) -> str:
    """What is taken for granted where a group is to be set, and nobody knows where it stands."""
    return f"{_nothing(group)} for {places(sorted(names), _MOST_NAMED)}: the group is taken to have read nothing there"
