"""One payload that was not put out as it was: what is wrong, where, and what was done about it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Literal, cast, overload

from dumpfix.json.validity import first_error
from dumpfix.record.events import WithheldBecause
from dumpfix.record.model import Record
from dumpfix.repairing.model import Edit
from dumpfix.report.claims import Mismatch
from dumpfix.report.shapes import EditEntry, Finding, PayloadError, Text
from dumpfix.report.text import place, shown

#: how much of a reason or key a line of text shows
_MOST_SHOWN = 160
#: bytes of a key, an edit, a fragment or an alternative that a finding has: enough to see what it is
_MOST_BYTES = 1000
#: bytes of the payload before and behind an edit, and edits that have them
_AROUND = 40
_MOST_SHOWN_AROUND = 10


@overload
def text_or_base64(text: None) -> None: ...
@overload
def text_or_base64(text: bytes) -> Text: ...
def text_or_base64(text: bytes | None) -> Text | None:
    """A string, ``{"base64": …}`` where it is no UTF-8, None for null."""
    if text is None:
        return None
    try:
        return text.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(text).decode()}


@overload
def shortened(text: None) -> None: ...
@overload
def shortened(text: bytes) -> Text: ...
def shortened(text: bytes | None) -> Text | None:
    """The same for a finding: of a long text the beginning, and how long it is. All of it stands in the rejects."""
    if text is None or len(text) <= _MOST_BYTES:
        return text_or_base64(text)
    return f"{text[:_MOST_BYTES].decode('utf-8', 'backslashreplace')}… ({len(text)} bytes)"


def finding_of(
    record: Record, path: str, *, emitted: bool, withheld_because: WithheldBecause | None, reason: str | None
) -> Finding:
    """The entry of the report for one record."""
    judgement = record.judgement
    repair = judgement.repair
    is_repaired = judgement.kind == "repaired"
    return {
        "verdict": judgement.kind,
        "level": cast("Literal['lossless', 'partial', 'guess']", judgement.level) if is_repaired else None,
        "emitted": emitted,
        "withheld_because": withheld_because,
        "path": path,
        "line": record.line,
        "payload_line": record.payload_line,
        "column": record.payload_column,
        "byte_start": record.byte_start,
        "byte_end": record.byte_end,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": shortened(record.key),
        "reason": "; ".join(filter(None, (reason or judgement.reason, *record.doubts))) or None,
        "error": _error(record),
        "edits": _edits(record.raw_value or b"", repair.edits) if repair else [],
        "lost": [list(extent) for extent in repair.lost] if repair else [],
        "fragments": [{"path": f.path, "text": shortened(f.text)} for f in repair.fragments] if repair else [],
        "alternatives": [shortened(text) for text in repair.alternatives] if repair else [],
        "prices": list(repair.prices) if repair else [],
    }


def mismatch_of(mismatch: Mismatch, path: str) -> Finding:
    """The entry for a number that a tool printed about itself, where another was read."""
    notice = mismatch.notice
    return {
        "verdict": "count_mismatch",
        "level": None,
        "emitted": False,
        "withheld_because": None,
        "path": path,
        "line": notice.line,
        "payload_line": None,
        "column": None,
        "byte_start": notice.byte_start,
        "byte_end": notice.byte_end,
        "topic": notice.topic,
        "partition": notice.partition,
        "offset": None,
        "timestamp": None,
        "key": None,
        "reason": mismatch.reason,
        "error": None,
        "edits": [],
        "lost": [],
        "fragments": [],
        "alternatives": [],
        "prices": [],
        "said": mismatch.said,
        "read": mismatch.read,
    }


def _error(record: Record) -> PayloadError | None:
    payload = record.raw_value
    if not payload or record.judgement.kind not in ("repaired", "irrecoverable"):
        return None
    fault = first_error(payload)
    if fault is None:
        return None
    return {"at": fault.at, "line": fault.line, "column": fault.column, "message": fault.message}


def _edits(payload: bytes, edits: Sequence[Edit]) -> list[EditEntry]:
    entries: list[EditEntry] = [
        {"at": edit.at, "delete": shortened(edit.delete), "insert": shortened(edit.insert), "why": edit.why}
        for edit in edits
    ]
    for entry, edit in zip(entries[:_MOST_SHOWN_AROUND], edits, strict=False):
        entry["before"] = _around(payload[max(edit.at - _AROUND, 0) : edit.at])
        entry["after"] = _around(payload[edit.end : edit.end + _AROUND])
    return entries


def _around(text: bytes) -> str:
    """Some bytes of a payload, without half a character at their ends."""
    begin = next((at for at in range(min(3, len(text))) if text[at] & 0xC0 != 0x80), 0)
    whole = text[begin:].decode("utf-8", "replace")
    return whole[:-1] if whole.endswith("\ufffd") else whole


def line_of(finding: Finding) -> str:
    """``dump.txt:5012  events[3]@88120  irrecoverable: cut inside a string after 12 members``."""
    words = [f"{shown(finding['path'])}:{finding['line']}"]
    where = place(finding["topic"], finding["partition"], finding["offset"])
    if where:
        words.append(where)
    elif finding["key"] is not None:
        words.append(f"key {shown_text(finding['key'], 40)}")
    words.append(f"{judgement_of(finding)}: {reason_of(finding)}")
    return "  ".join(words)


def shown_text(text: Text, most: int) -> str:
    """A text of a finding for people, of at most so many characters."""
    return shown(text if isinstance(text, str) else f"base64 {text['base64']}", most)


def judgement_of(finding: Finding) -> str:
    """In words what became of a payload."""
    verdict: str = finding["verdict"]
    if verdict == "repaired":
        verdict = f"repaired ({finding['level']})"
    because = finding["withheld_because"]
    if because == "incomplete":
        return f"{verdict}, withheld"
    if because is None or because == "irrecoverable":
        return verdict
    said = {"level": "bolder than --repair allows", "not_representable": "--to cannot carry it", "hazard": "a hazard"}
    return f"{verdict}, withheld ({said[because]})"


def reason_of(finding: Finding) -> str:
    """In words why, not too long."""
    reason = finding["reason"]
    if reason is None and finding["edits"]:
        reason = "; ".join(dict.fromkeys(edit["why"] for edit in finding["edits"]))
    if reason is None and finding["error"]:
        reason = finding["error"]["message"]
    return shown(str(reason or "no reason given"), _MOST_SHOWN)
