"""What payloads look like that carry something else than events: refused, with how to take it out.

What something on the way made of records, or keeps them in, is valid JSON as events are: rows of a key and a document,
an array of all payloads, documents in base64, a log's lines with documents in them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import orjson

from dumpfix.detection.doubts import SEVERAL
from dumpfix.detection.members import timestamp
from dumpfix.detection.objects import Row, attribute_of, flat

#: payloads that are looked at
MOST_LOOKED_AT = 8
#: what programs call the member that holds what they carry, and a log its line, in small letters without signs around
_HOLDERS = frozenset(["value", "payload", "message", "msg", "body", "content", "data"])
_LINES = frozenset(["message", "msg", "log", "line", "raw", "text"])
#: what stands beside a payload in a record, hardly in an event
_OF_RECORDS = ("partition", "offset", "key")
#: what queues print there: Kinesis, Pub/Sub, SQS
_OF_CARRIERS = frozenset(["partitionkey", "sequencenumber", "messageid", "publishtime", "ackid", "receipthandle"])
#: how a text in base64 begins that holds an object or an array of them
_IN_BASE64 = ("ey", "ew", "W3", "Ww")
_CONTAINERS = ("{", "[")
_OR_EVENTS = "or --from jsonl, if the {} are the events"


def parsed(payloads: Iterable[bytes]) -> list[Any]:
    """The first payloads that are JSON, as values."""
    found: list[Any] = []
    for payload in islice(payloads, MOST_LOOKED_AT):
        try:
            found.append(orjson.loads(payload))
        except ValueError:
            continue
    return found


def what_is_carried(values: Sequence[Any], records: int) -> str | None:
    """What is carried by the first payloads of so many records without keys, and how it is taken out; None where they
    are events."""
    if records == 1 and len(values) == 1 and _is_array_of_objects(values[0]):
        return (
            "this is one JSON array of documents: one event, or all payloads together\n"
            "where each of them is a payload: jq -c '.[]' DUMP | dumpfix convert (jq before 1.7 changes long numbers); "
            + _OR_EVENTS.format("arrays")
        )
    if values and sum(map(_is_row, values)) * 2 > len(values) and len({_columns(value) for value in values}) == 1:
        return (
            "each line is an array of texts or numbers, the last a document as a text, as jq prints [.key, .payload]: "
            "an event, or a record with its key\n"
            "as records: jq -r 'map(tostring) | join(\"\\t\")' DUMP | dumpfix convert (jq before 1.7 changes long "
            "numbers); " + _OR_EVENTS.format("arrays")
        )
    every = [one for value in values for one in (value if isinstance(value, list) else [value])]
    if not every or not all(isinstance(one, dict) for one in every):
        return None
    rows = [dict(flat(one)) for one in every]
    each = ".[]" if all(isinstance(value, list) for value in values) else ""
    for path in _leaves(rows[0]):
        column = [row.get(path) for row in rows]
        called = path[-1].lower().strip("_@")
        name = each + "." + ".".join(f'"{part}"' for part in path)
        if called in _HOLDERS and all(map(_is_in_base64, column)) and _is_carrier(rows[0]):
            return (
                f"each object holds a document in base64 in its member {path[-1]!r}\n"
                f"take the documents out: jq -r '{name} | @base64d' DUMP | dumpfix convert; "
                + _OR_EVENTS.format("objects")
            )
        if called in _LINES and all(map(_is_document_text, column)) and _is_log(rows, path):
            return (
                f"each object holds a document in its member {path[-1]!r}, and beside it times and what is the same in "
                "all, as a log does\n"
                f"take the documents out: jq -r '{name}' DUMP | dumpfix convert; " + _OR_EVENTS.format("objects")
            )
    return None


def payload_of_records(values: Sequence[Any]) -> str | None:
    """The member that is the payload if these objects are records rather than events: most have a document as a text in
    it, beside a key or a coordinate, or beside nothing but what records have. None where they are events."""
    rows: list[dict[str, Any]] = [row for row in values if isinstance(row, dict)]
    for name in rows[0] if rows and len(rows) == len(values) else ():
        held = [row.get(name) for row in rows if isinstance(row.get(name), str)]
        beside = {attribute_of(other) for row in rows for other in row if other != name}
        is_record = attribute_of(name) == "value" and (
            not beside.isdisjoint(_OF_RECORDS) or (bool(beside) and None not in beside)
        )
        if is_record and held and sum(map(_is_document_text, held)) * 2 > len(held):
            return name
    return None


def lines_held(values: Sequence[Any]) -> tuple[str, bytes] | None:
    """The member with the longest texts in each of these values, all objects; its texts as lines."""
    if not values or not all(isinstance(row, dict) for row in values):
        return None
    texts = {name: [row.get(name) for row in values] for name in values[0]}
    held = {name: list(map(str, column)) for name, column in texts.items() if all(isinstance(t, str) for t in column)}
    if not held:
        return None
    member = max(held, key=lambda name: sum(map(len, held[name])))
    lines = (text.rstrip("\n") + "\n" for text in held[member])
    return member, "".join(lines).encode("utf-8", "surrogatepass")


def _is_array_of_objects(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(one, dict) for one in value)


def _columns(value: Any) -> int:
    """How many values an array holds; 0 for anything else."""
    return len(value) if isinstance(value, list) else 0


def _is_row(value: Any) -> bool:
    """Whether this is an array of scalars, and a document as a text behind them; objects are parts of events."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    *scalars, last = value
    return _is_document_text(last) and not any(isinstance(one, dict | list) for one in scalars)


def _is_document_text(value: Any) -> bool:
    """Whether a value is a string that holds an object or an array."""
    if not isinstance(value, str) or not value.lstrip().startswith(_CONTAINERS):
        return False
    try:
        return isinstance(orjson.loads(value), dict | list)
    except ValueError:
        return False


def _is_in_base64(value: Any) -> bool:
    """Whether a value is an object or an array in base64."""
    if not isinstance(value, str) or not value.startswith(_IN_BASE64):
        return False
    try:
        return isinstance(orjson.loads(base64.b64decode(value, validate=True)), dict | list)
    except (binascii.Error, ValueError):
        return False


def _is_carrier(row: Row) -> bool:
    """Whether an object has what a record of some queue has beside its payload."""
    names = {path[-1].lower().replace("_", "") for path in _leaves(row)}
    return not names.isdisjoint(_OF_CARRIERS) or any(attribute_of(name) in _OF_RECORDS for name in names)


def _is_log(rows: Sequence[Row], holder: tuple[str, ...]) -> bool:
    """Whether what stands beside this member of several objects is a time, or the same in all."""
    beside = [[row.get(path) for row in rows] for path in {path for row in rows for path in _leaves(row)} - {holder}]
    changing = [column for column in beside if column.count(column[0]) < len(column)]
    return len(rows) >= SEVERAL and bool(changing) and all(map(_are_times, changing))


def _are_times(values: Sequence[Any]) -> bool:
    return bool(timestamp(values)) or all(isinstance(value, str) and value.isdigit() for value in values)


def _leaves(row: Row) -> list[tuple[str, ...]]:
    """The names that lead to what is no object, or is inside of one."""
    return [path for path, value in row.items() if len(path) > 1 or not isinstance(value, dict)]
