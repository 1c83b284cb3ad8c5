"""What becomes of one payload: valid, repaired, a tombstone, or irrecoverable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from dumpfix.framing.frame import Frame
from dumpfix.json.validity import first_error, is_valid, join_lines
from dumpfix.layout.model import AnyLayout
from dumpfix.repairing.model import Repair

Kind = Literal["valid", "repaired", "tombstone", "irrecoverable"]

#: (payload, topic) -> what can be made of it; never raises, whatever the bytes are
Repairer = Callable[[bytes, bytes | None], Repair]

#: the levels of repair from careful to bold, as ``--repair`` names them; each but ``safe`` is one of a verdict, too.
#: ``safe``: partial, unless something is missing that every intact payload of the topic has
BOLDNESS = {"none": 0, "lossless": 1, "safe": 2, "partial": 3, "guess": 4}

_NUMBER_BEGINS = b"-0123456789"


class Verdict(NamedTuple):
    """``json`` is the text to put out: for ``valid`` and ``repaired`` one line of JSON, else None.

    ``level`` is that of a repair: ``lossless``, ``partial`` or ``guess``. ``ambiguous`` marks a tombstone that may as
    well have been an empty value, or the text that the tool prints for null. ``reason`` is in words: why it could not
    be saved, what had to be mended, or what it may have been.
    ``repair`` says how a payload was mended, or how far it could be followed. ``is_kept``: another run mended it, and
    set it aside.
    """

    kind: Kind
    json: bytes | None = None
    level: str = "none"
    ambiguous: bool = False
    reason: str | None = None
    repair: Repair | None = None
    is_kept: bool = False


def one_line(payload: bytes) -> bytes:
    """A valid payload as it goes out: a line end can only stand between its tokens, and is dropped there."""
    return join_lines(payload) if b"\n" in payload or b"\r" in payload else payload


def judge(frame: Frame, layout: AnyLayout, repair: Repairer | None = None) -> Verdict:
    """The verdict on the record that a frame holds. Does not depend on what may be put out later."""
    fields = frame.fields
    if fields.get("payload_error"):
        shown = (fields["payload_error"] or b"").decode("utf-8", "backslashreplace")
        return Verdict("irrecoverable", reason=f"the payload could not be decoded: {shown}")
    if frame.fault is not None:
        return Verdict("irrecoverable", reason=frame.fault)
    if "value" not in fields:
        return Verdict("irrecoverable", reason="the record is cut or damaged before its payload")
    payload = fields["value"]
    if payload is None:
        if fields.get("ambiguous") == b"true":
            return Verdict("tombstone", ambiguous=True)
        literal = (layout.null_literal or b"").decode("utf-8", "replace")
        return _ambiguous(f"the text {literal}") if layout.null_is_ambiguous else Verdict("tombstone")
    if payload == layout.null_or_empty_literal and not layout.is_sized:
        return _ambiguous("empty")
    if not payload:
        return _judge_empty(frame, layout)
    if not is_valid(payload):
        return _judge_broken(payload, fields.get("topic"), repair)
    if not frame.complete and payload.strip()[:1] in _NUMBER_BEGINS:
        where = "at the very end of the dump" if frame.is_cut else "with something else behind it"
        return Verdict("irrecoverable", reason=f"a number {where}: it may be cut")
    if frame.has_wrong_size and payload.strip()[:1] in _NUMBER_BEGINS:
        return Verdict("irrecoverable", reason="a number that is not as long as the dump says: it may be cut")
    return Verdict("valid", one_line(payload))


def _judge_empty(frame: Frame, layout: AnyLayout) -> Verdict:
    if frame.is_cut:
        return Verdict("irrecoverable", reason="the dump ends before the payload")
    if layout.empty_is_ambiguous:
        return _ambiguous("empty")
    return Verdict("irrecoverable", reason="empty")


def _ambiguous(other: str) -> Verdict:
    """A tombstone that may as well have been something else."""
    return Verdict("tombstone", ambiguous=True, reason=f"null, or {other}: the dump shows the same for both")


def _judge_broken(payload: bytes, topic: bytes | None, repair: Repairer | None) -> Verdict:
    mended = repair(payload, topic) if repair is not None else None
    if mended is not None and mended.json is not None and mended.level in BOLDNESS:
        return Verdict("repaired", mended.json, level=mended.level, reason=mended.reason, repair=mended)
    reason = mended.reason if mended is not None else None
    if reason is None:
        error = first_error(payload)
        reason = error.message if error else "not JSON"
    return Verdict("irrecoverable", reason=reason, repair=mended)
