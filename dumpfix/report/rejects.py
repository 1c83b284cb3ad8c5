"""Withheld records as they are kept: an object a line, with the bytes of the payload."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import orjson

from dumpfix.json.documents import documents
from dumpfix.record.model import Record
from dumpfix.report.finding import JsonObject, text_or_base64

#: so many blanks may stand behind a payload before its line ends
_BLANKS = 64


def reject_of(record: Record, path: str, withheld_because: str | None, reason: str | None) -> bytes:
    """The line for one record that is withheld, or emitted with loss (``withheld_because`` None)."""
    mended = record.value if record.verdict == "repaired" else None
    return _line(
        {
            "path": path,
            "line": record.line,
            "byte_start": record.byte_start,
            "byte_end": record.byte_end,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
            "headers": _headers(record),
            "key": text_or_base64(record.key),
            "verdict": record.verdict,
            "withheld_because": withheld_because,
            "reason": reason or record.judgement.reason,
            "record": True,
            "emitted": withheld_because is None,
            "proposal": None if mended is None else mended.decode(),
        },
        record.raw_value,
    )


def garbage_payloads(garbage: bytes) -> Iterator[tuple[int, int]]:
    """Where whole JSON objects or arrays, up to an end of line, lie in bytes that belong to no record: (start, end).

    ``Topic t [0] …: {…}`` has a bracket that begins none, and an array in the middle of a line is no payload.
    """
    return documents(garbage, lambda _, end: not garbage[end : end + _BLANKS].partition(b"\n")[0].strip())


def garbage_reject(payload: bytes, path: str, line: int, byte_start: int) -> bytes:
    """The line for a payload that was found whole inside garbage."""
    unknown = ("topic", "partition", "offset", "timestamp", "headers", "key")
    return _line(
        {
            "path": path,
            "line": line,
            "byte_start": byte_start,
            "byte_end": byte_start + len(payload),
            **dict.fromkeys(unknown),
            "verdict": "valid",
            "withheld_because": "not_representable",
            "reason": "it stands between the records, in none of them",
            "record": False,
            "emitted": False,
            "proposal": None,
        },
        payload,
    )


def _headers(record: Record) -> object:
    if record.headers is not None:
        named = [(name.encode("utf-8", "surrogateescape"), value) for name, value in record.headers]
        return [[text_or_base64(name), text_or_base64(value)] for name, value in named]
    return text_or_base64(record.headers_text)


def _line(reject: JsonObject, payload: bytes | None) -> bytes:
    if payload is None:
        reject["payload_text"] = None
    else:
        try:
            reject["payload_text"] = payload.decode()
        except UnicodeDecodeError:
            reject["payload_base64"] = b64encode(payload).decode()
    return orjson.dumps(reject) + b"\n"
