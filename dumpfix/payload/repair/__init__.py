"""Turn a broken payload into JSON by the least and most honest edits, or say that it cannot be done."""

from collections.abc import Iterable

from dumpfix.payload.model import Fragment, Level, Repair
from dumpfix.payload.repair import framing, not_json, strings, structure
from dumpfix.payload.repair.pieces import Change, Draft, Grade
from dumpfix.payload.repair.structure import Outcome
from dumpfix.payload.shape import ShapeModel
from dumpfix.payload.validity import first_error, is_valid

_LEVELS: dict[Grade, Level] = {Grade.SYNTAX: "lossless", Grade.LOSS: "partial", Grade.CHOICE: "guess"}
_LEAST_KEPT = 0.3


def repair(payload: bytes, *, siblings: Iterable[bytes] = (), shape: ShapeModel | None = None) -> Repair:
    """Repair one payload; never raises, for any bytes.

    `siblings` are intact payloads of the same topic that may break ties; a `shape` made of them once saves making it
    for every payload. The answer's level says how sure it is: see `dumpfix.payload.model.Repair`.
    """
    if is_valid(payload):
        return Repair(payload, "intact")
    reason = not_json.reason(payload)
    if reason:
        return _given_up(payload, reason)
    if shape is None:
        shape = ShapeModel.from_payloads(siblings)
    return _repaired(payload, shape if shape.payloads else None)


def unwrap(payload: bytes) -> bytes | None:
    """The document inside a payload that is a JSON string holding an object or array; None if it is no such thing."""
    return None


def _given_up(payload: bytes, reason: str, fragments: tuple[Fragment, ...] = ()) -> Repair:
    return Repair(None, "irrecoverable", reason=reason, fragments=fragments)


def _undecided(draft: Draft, outcome: Outcome) -> Repair:
    """Several readings, and nothing to choose by: they are listed, none is taken."""
    readings = [reading for reading in (draft.text, *outcome.alternatives) if is_valid(reading)]
    return Repair(
        None,
        "irrecoverable",
        reason="several readings cost the same and nothing tells them apart",
        alternatives=tuple(readings),
    )


def _repaired(payload: bytes, shape: ShapeModel | None) -> Repair:
    draft = Draft(payload)
    padded = _unframe(draft)
    outcome = _settled(draft, padded, shape)
    if outcome is None:
        fault = first_error(payload)
        return _given_up(payload, fault.message if fault else "no reading")
    if outcome.undecided:
        return _undecided(draft, outcome)
    draft.lay(strings.clean(draft.text, shape.text if shape else b""), 1)
    output = draft.text
    if not is_valid(output):
        return _given_up(payload, "no reading is valid")
    grade = max(draft.grade, outcome.grade)
    return Repair(
        output,
        _LEVELS[grade],
        draft.edits(),
        None,
        tuple(outcome.fragments),
        tuple(outcome.alternatives),
        tuple(outcome.lost),
    )


def _unframe(draft: Draft) -> bool:
    """Undo what was done to the whole text; whether NULs stood where the end should be."""
    for cause in (framing.byte_order_mark, framing.bytes_literal, framing.hex_escapes):
        draft.lay(cause(draft.text) or (), 1)
    padding = framing.padding(draft.text)
    draft.lay(padding or (), 1)
    for cause in (framing.escaped_document, framing.hard_wrap, framing.doubled_backslashes):
        draft.lay(cause(draft.text) or (), 1)
    return bool(padding)


def _settled(draft: Draft, padded: bool, shape: ShapeModel | None) -> Outcome | None:
    """Lay the changes that make the draft's structure sound."""
    if is_valid(draft.text):
        return Outcome([], Grade.SYNTAX, 0.0)
    reading = structure.read(draft.text)
    if structure.may_be_surrounded(reading):
        around = framing.surrounded(draft.text)
        if around is not None:
            changes, alternatives = around
            draft.lay(changes, 1)
            return Outcome([], Grade.SYNTAX, 1.0, alternatives=alternatives)
        cut = framing.prefix(draft.text)
        if cut:
            draft.lay(cut, 1)
            reading = structure.read(draft.text)
    outcome = structure.mend(reading, shape)
    if outcome is not None:
        outcome.lost = [(draft.origin(a), None if b is None else draft.origin(b)) for a, b in outcome.lost]
        draft.lay(outcome.changes, 1)
    return outcome
