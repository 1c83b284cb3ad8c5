"""What becomes of one payload: valid, repaired, a tombstone, or irrecoverable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dumpfix.framing.frame import Frame
from dumpfix.grammar.layout import AnyLayout
from dumpfix.payload.model import Repair
from dumpfix.payload.validity import first_error, is_valid, join_lines

Kind = Literal["valid", "repaired", "tombstone", "irrecoverable"]

#: whether each kind of payload can be put out at all
CARRIES_JSON = frozenset({"valid", "repaired"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """``json`` is the text to put out: for ``valid`` and ``repaired`` one line of JSON, else None.

    ``ambiguous`` marks a tombstone that may as well have been an empty value. ``reason`` is in words, for
    ``irrecoverable``; ``repair`` says how a payload was mended, or how far it could be followed.
    """

    kind: Kind
    json: bytes | None = None
    level: str | None = None
    ambiguous: bool = False
    reason: str | None = None
    repair: Repair | None = None


def empty_is_ambiguous(layout: AnyLayout) -> bool:
    """Whether an empty payload of this layout may have been null: the tool prints the same for both."""
    return not layout.is_sized and layout.null_literal is None


def one_line(payload: bytes) -> bytes:
    """A valid payload as it goes out: a line end can only stand between its tokens, and is dropped there."""
    return join_lines(payload) if b"\n" in payload or b"\r" in payload else payload


def judge(frame: Frame, layout: AnyLayout) -> Verdict:
    """The verdict on the record that a frame holds."""
    fields = frame.fields
    if fields.get("payload_error"):
        shown = (fields["payload_error"] or b"").decode("utf-8", "backslashreplace")
        return Verdict("irrecoverable", reason=f"the tool could not decode the payload: {shown}")
    if "value" not in fields:
        return Verdict("irrecoverable", reason="the dump ends inside the record, before its payload")
    payload = fields["value"]
    if payload is None:
        return Verdict("tombstone")
    if payload == layout.null_or_empty_literal and not layout.is_sized:
        return Verdict("tombstone", ambiguous=True)
    if not payload:
        if not frame.complete:
            return Verdict("irrecoverable", reason="the dump ends before the payload")
        if empty_is_ambiguous(layout):
            return Verdict("tombstone", ambiguous=True)
        return Verdict("irrecoverable", reason="empty")
    if is_valid(payload):
        if not frame.complete and payload.strip()[:1] in b"-0123456789":
            return Verdict("irrecoverable", reason="a number at the very end of the dump: it may be cut")
        return Verdict("valid", one_line(payload))
    error = first_error(payload)
    return Verdict("irrecoverable", reason=error.message if error else "not JSON")
