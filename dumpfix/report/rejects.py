"""Withheld records as they are kept: an object a line, with the bytes of the payload."""

from __future__ import annotations

from base64 import b64encode

import orjson

from dumpfix.json.validity import scan_value
from dumpfix.record.model import Record
from dumpfix.report.finding import JsonObject, text_or_base64


def reject_of(record: Record, path: str, withheld_because: str, reason: str | None) -> bytes:
    """The line for one withheld record."""
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
        },
        record.raw_value,
    )


def garbage_payloads(garbage: bytes) -> list[tuple[int, int]]:
    """Where whole JSON objects or arrays, up to an end of line, lie in bytes that belong to no record: (start, end).

    They are looked for at every bracket (``Topic t [0] …: {…}`` has one that begins none), as long as no more than a
    few times the length of the garbage is read in all.
    """
    found = []
    at = 0
    work = 4 * len(garbage) + 1024
    while work > 0:
        start = min((i for i in (garbage.find(b"{", at), garbage.find(b"[", at)) if i >= 0), default=-1)
        if start < 0:
            break
        result = scan_value(garbage, start, len(garbage))
        work -= result.at - start
        is_whole = result.state == "complete"
        if is_whole and _ends_a_line(garbage, result.at):
            found.append((start, result.at))
        at = result.at if is_whole else start + 1
    return found


def _ends_a_line(garbage: bytes, at: int) -> bool:
    """Whether nothing but blanks follows: a bracket in the middle of a sentence holds no payload."""
    return not garbage[at : at + 64].partition(b"\n")[0].strip()


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
