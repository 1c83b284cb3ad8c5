"""The records that every tool prints here, and what is right for a tool that shows a part of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TOPIC = "orders"
FIRST = 1_700_000_000_250


@dataclass(frozen=True, slots=True)
class Event:
    """``value`` is the payload's text, None for a tombstone. ``is_broken``: it is no JSON."""

    partition: int
    offset: int
    timestamp: int
    key: str | None
    value: str | None
    is_broken: bool = False

    @property
    def moment(self) -> str:
        """The timestamp as RFC 3339 has it, in UTC with milliseconds."""
        when = datetime.fromtimestamp(self.timestamp // 1000, UTC)
        return f"{when:%Y-%m-%dT%H:%M:%S}.{self.timestamp % 1000:03d}Z"


#: kind of key -> the key of a customer
KEYS: dict[str, Callable[[int], str]] = {
    "plain": lambda number: f"user-{number}",
    "colons": lambda number: f"eu:user:{number}",
    "json": lambda number: json.dumps({"id": number, "zone": "eu"}),
}


def events(count: int, keys: str, *, with_null_key: bool = False) -> list[Event]:
    """The second payload of three or more is cut; of many, the fifth record is a tombstone."""
    made = []
    for number in range(count):
        document = {
            "order": 4100 + number * 7,
            "city": ("Springfield", "Ulm", "Æbeltoft")[number % 3],
            "items": [{"sku": f"A-{number}", "count": number % 4}],
            "note": 'says "hi", twice\nand leaves',
        }
        value: str | None = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        is_broken = number == 1
        if is_broken and value is not None:
            value = value[: value.index('"count"') + 3]
        if number == 4:
            value = None
        key = None if with_null_key and number == 7 else KEYS[keys](number * 37 % 11)
        moment = FIRST + number * 1370
        made.append(Event(number % 2, 17 + number // 2, moment, key, value, is_broken))
    return made


@dataclass(frozen=True, slots=True)
class Tool:
    """How one tool prints records.

    ``shows`` are the members of the envelope that can be told from its output. Of them, ``loosely`` need not be read,
    but have to be right if they are: a time to the second. ``nulls``: it prints a null key otherwise than an empty one.
    ``tombstones``: a reader can tell that there is a record without a value. ``must_be_read``: a refusal is not good
    enough. ``sees``: reading it comes later, so that it has to be refused, with one of these words in the message.
    ``least``: from how many records on a reader can tell that they are records.
    """

    name: str
    write: Callable[[Sequence[Event]], str]
    shows: frozenset[str]
    must_be_read: bool = True
    loosely: frozenset[str] = frozenset()
    nulls: bool = True
    tombstones: bool = True
    sees: tuple[str, ...] = ()
    least: int = 1

    def dump(self, printed: Sequence[Event]) -> bytes:
        return self.write(printed).encode()


def shown(words: str) -> frozenset[str]:
    """Members of the envelope, by the first letters of their names."""
    names = {"t": "topic", "p": "partition", "o": "offset", "T": "timestamp", "k": "key"}
    return frozenset(names[letter] for letter in words)


def parsed(value: str | None) -> Any:
    """A payload as a tool that parses it has it: what is no JSON stays a string."""
    try:
        return None if value is None else json.loads(value)
    except ValueError:
        return value


def compact(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":"))


def pretty(thing: Any, indent: int | str = 2) -> str:
    return json.dumps(thing, ensure_ascii=False, indent=indent)
