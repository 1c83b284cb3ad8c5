"""What a member of a record's object does: the terminal that a column of values fits, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dumpfix.detection.columns import EARLIEST, LARGEST, LATEST, MOST_PARTITIONS


def _partition(values: Sequence[Any], _: Sequence[Any]) -> str:
    return "PARTITION" if all(type(v) is int and 0 <= v < MOST_PARTITIONS for v in values) else ""


def _offset(values: Sequence[Any], partitions: Sequence[Any]) -> str:
    """Never less than the one before it in its partition. One that Kafka has no bits for is damaged, and said."""
    last: dict[Any, int] = {}
    for value, partition in zip(values, partitions, strict=True):
        if isinstance(value, float) and value >= LARGEST:
            continue
        if type(value) is not int or value < 0 or value < last.get(partition, 0):
            return ""
        last[partition] = value
    return "OFFSET"


def _topic(values: Sequence[Any], _: Sequence[Any]) -> str:
    is_name = all(isinstance(v, str) and v and v.isprintable() and not set(v) & set(' "{}/') for v in values)
    return "JSON_TOPIC" if is_name else ""


def timestamp(values: Sequence[Any], _: Sequence[Any] = ()) -> str:
    """The terminal for times that these values fit."""
    if all(type(v) is int and (v == -1 or EARLIEST < v < LATEST) for v in values):
        return "TIMESTAMP"
    is_date = all(isinstance(v, str) and v[:4].isdigit() and v[4:5] == "-" and v[10:11] in ("T", " ") for v in values)
    return "JSON_TIMESTAMP" if is_date else ""


def _timestamp_type(values: Sequence[Any], _: Sequence[Any]) -> str:
    return "JSON_TIMESTAMP_TYPE" if all(isinstance(v, str) for v in values) else ""


def _headers(values: Sequence[Any], _: Sequence[Any]) -> str:
    return "JSON_HEADERS" if all(v is None or isinstance(v, list | dict) for v in values) else ""


def _key(values: Sequence[Any], _: Sequence[Any]) -> str:
    return "JSON_KEY" if values else ""


def _value(values: Sequence[Any], _: Sequence[Any]) -> str:
    return "JSON_PAYLOAD" if values else ""


FITS: dict[str, Callable[[Sequence[Any], Sequence[Any]], str]] = {
    "partition": _partition,
    "offset": _offset,
    "topic": _topic,
    "timestamp": timestamp,
    "timestamp_type": _timestamp_type,
    "headers": _headers,
    "key": _key,
    "value": _value,
}
