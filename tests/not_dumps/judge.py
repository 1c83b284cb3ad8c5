"""Whether a file that is no dump was refused, and called what it is."""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

from tests.not_dumps.inputs import NotDump
from tests.outcomes import Outcome, outcome


class Judgement(NamedTuple):
    """``fault`` says what went wrong, ``unnamed`` that the message does not say what was seen; both empty: right."""

    fault: str
    unnamed: str
    message: str


@cache
def judged(one: NotDump) -> Judgement:
    done = outcome(one.content)
    fault = _fault(one, done)
    is_named = not one.sees or any(word in done.message.lower() for word in one.sees)
    return Judgement(fault, "" if is_named else f"the message has none of {', '.join(one.sees)}", done.message)


def _fault(one: NotDump, done: Outcome) -> str:
    if done.status == 2:
        return "something was written before it was refused" if done.output else ""
    if one.may_hold_nothing and not done.output and done.totals is not None and done.totals["records"] == 0:
        return ""
    values = [record.get("value") for record in done.records]
    if one.is_document and done.status < 2 and values == [json.loads(one.content)]:
        return ""
    return f"exit status {done.status}, {done.confidence}: {len(values)} events, {done.output[:80]!r}"
