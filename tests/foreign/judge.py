"""Whether a dump of another tool was read right, against the records that it was printed from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from tests.foreign import detours, objects, texts
from tests.foreign.events import Event, Tool, events, parsed
from tests.outcomes import Outcome, outcome

TOOLS = {tool.name: tool for tool in (*objects.OBJECTS, *texts.TEXTS, *detours.DETOURS)}
#: how many records, and what keys they have
SIZES = ((1, "plain"), (1, "json"), (3, "plain"), (3, "colons"), (3, "json"), (30, "colons"))


class Case(NamedTuple):
    tool: str
    size: int
    keys: str

    @property
    def name(self) -> str:
        return f"{self.tool}-{self.size}-{self.keys}"

    def printed(self) -> list[Event]:
        made = events(self.size, self.keys, with_null_key=TOOLS[self.tool].nulls)
        return [event for event in made if not event.is_broken] if self.tool == "own-envelope" else made


class Judgement(NamedTuple):
    """What came of a case; ``why`` says more of what is not right.

    ``kind`` is ``right``, ``refused``, ``unclear`` (the payloads are right, and it is said that the rest may be
    otherwise), ``lost`` (what went out is right, and it is said that something did not), ``unnamed`` (refused without
    what was seen) or ``wrong``.
    """

    kind: str
    why: str
    status: int
    confidence: str


#: the checks and what each takes for good. What is read later is refused until then; one record need not be sure
CHECKS: dict[str, Callable[[Case], frozenset[str]]] = {
    "honest": lambda case: frozenset({"right", "refused", "unclear", "lost", "unnamed"}),
    "read": lambda case: _wanted(TOOLS[case.tool], case.size),
}


def _wanted(tool: Tool, size: int) -> frozenset[str]:
    if tool.must_be_read and size > 1:
        return frozenset({"right"})
    return frozenset({"right", "refused"} if tool.sees else {"right", "refused", "unclear"})


CASES = [Case(tool.name, *size) for tool in TOOLS.values() for size in SIZES if size[0] >= tool.least]


@cache
def judged(case: Case) -> Judgement:
    tool, printed = TOOLS[case.tool], case.printed()
    done = outcome(tool.dump(printed))
    kind, why = compared(tool, printed, done)
    return Judgement(kind, why, done.status, done.confidence)


def compared(tool: Tool, printed: Sequence[Event], done: Outcome) -> tuple[str, str]:
    """The kind and the reason of what a run made of the events that a tool printed."""
    if done.status >= 2:
        return _judged_refusal(tool, done)
    left = list(printed)
    differ = []
    for record in done.records:
        event = next((event for event in left if not event.is_broken and _same(record.get("value"), event)), None)
        if event is None and record.get("value") is None and not tool.tombstones:
            continue
        if event is None:
            return "wrong", f"an event that is none: {json.dumps(record)[:120]}"
        left.remove(event)
        differ += list(_differences(tool, record, event))
    broken = [event for event in left if event.is_broken]
    lost = [event for event in left if not event.is_broken and (event.value is not None or tool.tombstones)]
    if broken and done.status == 0:
        return "wrong", "a broken payload, and exit status 0"
    if differ:
        return ("unclear" if done.confidence == "unclear" and done.status == 1 else "wrong"), "; ".join(differ[:3])
    if lost:
        return ("lost" if done.status == 1 else "wrong"), f"{len(lost)} of {len(printed)} records did not go out"
    if len(broken) > sum(not finding["emitted"] for finding in done.findings if "verdict" in finding):
        return "lost", "a broken payload is no finding"
    return "right", ""


def _judged_refusal(tool: Tool, done: Outcome) -> tuple[str, str]:
    if done.status > 2 or done.output:
        return "wrong", "something was written before it was refused"
    said = done.message.partition("\n")[0]
    if "<repeats>" in said:
        return "unnamed", "the message is about a grammar that nobody wrote"
    if tool.sees and not any(word in done.message.lower() for word in tool.sees):
        return "unnamed", f"the message has none of {', '.join(tool.sees)}"
    return "refused", said


def _same(value: Any, event: Event) -> bool:
    return bool(value == parsed(event.value))


def _differences(tool: Tool, record: Mapping[str, Any], event: Event) -> Iterator[str]:
    """Where the members of an envelope are not those of the event, as far as the tool shows them."""
    right = {
        "topic": "orders",
        "partition": event.partition,
        "offset": event.offset,
        "timestamp": event.timestamp,
        "key": event.key,
    }
    for name, value in right.items():
        mine = record.get(name)
        if name not in tool.shows:
            if mine is not None:
                yield f"{name} {mine!r} that is not shown"
        elif name == "key":
            if not _is_key(tool, mine, event):
                yield f"key {mine!r}, not {event.key!r}"
        elif mine != value and not (name in tool.loosely and mine in (None, event.timestamp // 1000 * 1000)):
            yield f"{name} {mine!r}, not {value!r}"


def _is_key(tool: Tool, mine: Any, event: Event) -> bool:
    if mine == event.key or (mine is None and "key" in tool.loosely):
        return True
    if event.key is None or mine is None:
        return not tool.nulls and not mine and not event.key
    # A tool that parses keys prints them in other spaces.
    return isinstance(parsed(event.key), dict) and parsed(mine) == parsed(event.key)
