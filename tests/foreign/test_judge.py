"""The judge of foreign dumps: what is right can be reached for every case, and each fault is seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.foreign import judge
from tests.foreign.events import TOPIC, Event, Tool, parsed
from tests.outcomes import Outcome

CASE = judge.Case("kt", 30, "colons")


def envelope(tool: Tool, event: Event) -> dict[str, Any]:
    """The event as a reader that gets everything right puts it out."""
    members: dict[str, Any] = {
        "topic": TOPIC,
        "partition": event.partition,
        "offset": event.offset,
        "timestamp": event.timestamp,
        "key": event.key,
    }
    return {name: value for name, value in members.items() if name in tool.shows} | {"value": parsed(event.value)}


def done(
    case: judge.Case, change: Any = lambda records: records, *, status: int | None = None, confidence: str = "sure"
) -> Outcome:
    """What a run gives that reads a case right, and then changes what goes out."""
    tool, printed = judge.TOOLS[case.tool], case.printed()
    good = [envelope(tool, event) for event in printed if not event.is_broken]
    broken = sum(event.is_broken for event in printed)
    output = "".join(json.dumps(record) + "\n" for record in change(good)).encode()
    finding = {"verdict": "irrecoverable", "emitted": False}
    status = int(broken > 0) if status is None else status
    return Outcome(status, "", output, (finding,) * broken, None, ({"confidence": confidence},))


def kind(case: judge.Case, found: Outcome) -> str:
    return judge.compared(judge.TOOLS[case.tool], case.printed(), found)[0]


@pytest.mark.parametrize("tool", judge.TOOLS)
def test_every_case_can_be_right(tool: str) -> None:
    for case in judge.CASES:
        if case.tool == tool:
            assert kind(case, done(case)) == "right", case


@pytest.mark.parametrize("tool", judge.TOOLS)
def test_every_payload_stands_in_what_the_tool_prints(tool: str) -> None:
    for case in judge.CASES:
        if case.tool == tool:
            dump = judge.TOOLS[tool].dump(case.printed()).decode()
            shown = dump.replace("\\", "").replace("\n", "").replace("\r", "")
            assert all(f"A-{number}" in shown for number in range(case.size) if number not in (1, 4)), case


@pytest.mark.parametrize("name", ["partition", "offset", "timestamp", "key", "value"])
def test_one_member_of_one_record_is_enough_to_be_wrong(name: str) -> None:
    def change(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        records[17][name] = records[16][name] if name in ("key", "value") else 7
        return records

    assert kind(CASE, done(CASE, change)) == "wrong"


def test_a_member_that_is_gone_is_wrong_and_one_that_need_not_be_read_is_not() -> None:
    for name, expected in (("offset", "wrong"), ("key", "wrong"), ("timestamp", "right")):
        found = done(CASE, lambda records, name=name: [{k: v for k, v in r.items() if k != name} for r in records])
        assert kind(CASE, found) == expected


def test_a_member_that_the_tool_does_not_show_is_wrong() -> None:
    assert kind(CASE, done(CASE, lambda records: [r | {"topic": TOPIC} for r in records])) == "wrong"


def test_coordinates_that_are_doubted_are_unclear_but_payloads_have_to_be_right() -> None:
    without = done(CASE, lambda records: [{"value": r["value"]} for r in records], confidence="unclear")
    assert kind(CASE, without) == "unclear"
    whole = done(CASE, lambda records: [{"value": r} for r in records], confidence="unclear")
    assert kind(CASE, whole) == "wrong"
    assert kind(CASE, done(CASE, lambda records: [r | {"offset": 1} for r in records], confidence="likely")) == "wrong"


def test_what_is_lost_has_to_be_said() -> None:
    assert kind(CASE, done(CASE, lambda records: records[:-1])) == "lost"
    assert kind(CASE, done(CASE, lambda records: records[:-1], status=0)) == "wrong"
    assert kind(CASE, done(CASE, status=0)) == "wrong"


def test_an_event_twice_is_one_too_many() -> None:
    assert kind(CASE, done(CASE, lambda records: [*records, records[0]])) == "wrong"


def test_a_refusal_writes_nothing_and_says_what_was_seen() -> None:
    refused = Outcome(2, "dump: no layout fits")
    assert kind(CASE, refused) == "refused"
    assert kind(CASE, Outcome(2, "dump: no layout fits", b"{}\n")) == "wrong"
    assert kind(CASE, Outcome(2, "<repeats>:2: a record says its topic once")) == "unnamed"
    later = judge.Case("hard-wrapped", 3, "plain")
    assert kind(later, refused) == "unnamed"
    assert kind(later, Outcome(2, "dump: its lines are broken at 80 columns")) == "refused"
