"""Withheld records as they are kept: an object a line, with the bytes of the payload."""

from __future__ import annotations

from base64 import b64encode
from codecs import utf_8_decode
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from dumpfix.json.lexer import utf8_fault
from dumpfix.record.kept import digest
from dumpfix.record.model import Record
from dumpfix.report.finding import text_or_base64
from dumpfix.report.shapes import JsonObject

#: bytes of a text that are written at a time, in threes for base64: each may become six, and a payload may be as large
#: as half of the memory
PIECE = 3 << 18


def reject_of(record: Record, path: str, withheld_because: str | None, reason: str | None) -> Iterator[bytes]:
    """The line, in pieces, for one record that is withheld, or emitted with loss (``withheld_because`` None)."""
    judgement = record.judgement
    mended = record.value if record.verdict == "repaired" else None
    damaged = {} if record.damaged is None else _bytes("record", record.damaged)
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
            **_there({"timestamp_type": record.timestamp_type}),
            **_headers(record),
            "key": text_or_base64(record.key),
            "verdict": record.verdict,
            **_there({"level": judgement.level if record.verdict == "repaired" else None}),
            "withheld_because": withheld_because,
            "reason": reason or judgement.reason,
            "record": True,
            "emitted": withheld_because is None,
            "proposal": None if mended is None else _text(mended),
            **_there({"proposal_digest": _digest(mended)}),
            **_there({"ambiguous": judgement.ambiguous or None, "unclear": record.is_unclear or None}),
            **damaged,
        },
        record.raw_value,
    )


def garbage_reject(payload: bytes, path: str, line: int, byte_start: int, byte_end: int) -> Iterator[bytes]:
    """The line, in pieces, for a payload that was found whole inside garbage."""
    unknown = ("topic", "partition", "offset", "timestamp", "headers", "key")
    return _line(
        {
            "path": path,
            "line": line,
            "byte_start": byte_start,
            "byte_end": byte_end,
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


def _headers(record: Record) -> JsonObject:
    if record.headers is not None:
        named = [(name.encode("utf-8", "surrogateescape"), value) for name, value in record.headers]
        return {"headers": [[text_or_base64(name), text_or_base64(value)] for name, value in named]}
    return {"headers": None, **_there({"headers_text": text_or_base64(record.headers_text)})}


def _there(members: JsonObject) -> JsonObject:
    """Members that most rejects have not."""
    return {name: value for name, value in members.items() if value is not None}


def _digest(text: bytes | None) -> str | None:
    found = digest(text)
    return None if found is None else found.decode()


class _Long(NamedTuple):
    """A text that is written piece by piece; in base64 where it is no UTF-8."""

    text: bytes
    is_utf_8: bool

    def pieces(self) -> Iterator[bytes]:
        """What stands between the quotes."""
        at = 0
        while at < len(self.text):
            piece = self.text[at : at + PIECE]
            if self.is_utf_8:
                shown, length = utf_8_decode(piece, "strict", at + PIECE >= len(self.text))
                yield orjson.dumps(shown)[1:-1]
            else:
                length = len(piece)
                yield b64encode(piece)
            at += length


def _line(reject: JsonObject, payload: bytes | None) -> Iterator[bytes]:
    reject.update({"payload_text": None} if payload is None else _bytes("payload", payload))
    reject["payload_digest"] = _digest(payload)
    begin = b"{"
    short: JsonObject = {}
    for name, value in reject.items():
        if not isinstance(value, _Long):
            short[name] = value
            continue
        yield begin + orjson.dumps({**short, name: ""})[1:-2]
        yield from value.pieces()
        begin, short = b'",', {}
    yield begin + orjson.dumps(short)[1:] + b"\n"


def _text(text: bytes) -> str | _Long:
    return text.decode() if len(text) <= PIECE else _Long(text, is_utf_8=True)


def _bytes(name: str, text: bytes) -> JsonObject:
    """Bytes as text, where they are UTF-8, else in base64."""
    is_utf_8 = utf8_fault(text, 0, len(text)) is None
    named = f"{name}_text" if is_utf_8 else f"{name}_base64"
    if len(text) > PIECE:
        return {named: _Long(text, is_utf_8)}
    return {named: text.decode() if is_utf_8 else b64encode(text).decode()}
