"""Turn a broken payload into JSON by the least and most honest edits, or say that it cannot be done."""

from collections.abc import Iterable

from dumpfix.payload.model import Repair
from dumpfix.payload.repair import strings, structure
from dumpfix.payload.repair.pieces import Draft, Grade
from dumpfix.payload.shape import ShapeModel
from dumpfix.payload.validity import is_valid

_LEVELS = {Grade.SYNTAX: "lossless", Grade.LOSS: "partial", Grade.CHOICE: "guess"}


def repair(payload: bytes, *, siblings: Iterable[bytes] = (), shape: ShapeModel | None = None) -> Repair:
    if is_valid(payload):
        return Repair(payload, "intact")
    siblings = list(siblings)
    if shape is None and siblings:
        shape = ShapeModel.from_payloads(siblings)
    draft = Draft(payload)
    reading = structure.read(payload)
    outcome = structure.mend(reading, shape)
    if outcome is None:
        return Repair(None, "irrecoverable", reason="no reading")
    structure.lay(draft, outcome)
    draft.lay(strings.clean(draft.text), 1)
    if not is_valid(draft.text):
        return Repair(None, "irrecoverable", reason="internal")
    grade = max(draft.grade, outcome.grade)
    return Repair(draft.text, _LEVELS[grade], draft.edits(), None, tuple(outcome.fragments), tuple(outcome.alternatives), tuple(outcome.lost))
