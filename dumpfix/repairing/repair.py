"""The way of one payload through the room: what it was, what it becomes, and how much of that is certain."""

from collections.abc import Iterable

from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.json.strings import string_text
from dumpfix.json.validity import first_error, is_valid
from dumpfix.repairing import not_json, strings, structure, surroundings
from dumpfix.repairing.automaton import Effort
from dumpfix.repairing.causes import CAUSES, RESPELLINGS, WITHIN_DOCUMENTS, begins_plainly
from dumpfix.repairing.losses import NO_VALUE
from dumpfix.repairing.model import Level, Repair, lead_to
from dumpfix.repairing.pieces import Draft, Grade
from dumpfix.repairing.reading import Outcome, Reading, in_double_quotes, is_sound_but_for_strings, may_be_surrounded
from dumpfix.repairing.reading import read as reading_of
from dumpfix.repairing.shape import ShapeModel
from dumpfix.repairing.surroundings import BEFORE, BEHIND

_LEVELS: dict[Grade, Level] = {Grade.SYNTAX: "lossless", Grade.LOSS: "partial", Grade.CHOICE: "guess"}
_LEAST_KEPT = 0.3
_UNDECIDED = "several readings cost the same and nothing tells them apart"


def repair(payload: bytes, *, siblings: Iterable[bytes] = (), shape: ShapeModel | None = None) -> Repair:
    """Repair one payload; never raises, for any bytes, and takes time and memory linear in its length.

    `siblings` are intact payloads of the same topic that may break ties; a `shape` made of them once
    (`ShapeModel.from_payloads`) saves making it for every payload. The answer is a function of the arguments alone.

    A valid payload is `intact` and comes back as it is, line ends and all (`validity.join_lines` joins it); every other
    output is on one line. `lossless`: nothing but syntax was wrong and one reading is cheapest. `partial`: bytes are
    missing, every leaf of the output is whole. `guess`: there was more than one reading, or a respelling that gives
    something up; `alternatives` has up to four others. `irrecoverable`: no output; `reason` says why.
    """
    if is_valid(payload):
        return Repair(payload, "intact")
    reason = not_json.reason(payload)
    if reason:
        return Repair(None, "irrecoverable", reason=reason, work=len(payload))
    if shape is None:
        shape = ShapeModel.from_payloads(siblings)
    return _repaired(payload, shape if shape.payloads else None)


def unwrap(payload: bytes) -> bytes | None:
    """The document inside a payload that is a JSON string holding an object or array; None if it is no such thing.

    The inner text is given as it is, valid or not: what is broken may be repaired in turn.
    """
    if payload.lstrip(WHITE_SPACE)[:1] != b'"' or not is_valid(payload):
        return None
    try:
        inner = string_text(payload.strip(WHITE_SPACE)).encode()
    except UnicodeEncodeError:
        return None
    return inner if inner.lstrip(WHITE_SPACE)[:1] in (b"{", b"[") else None


def _repaired(payload: bytes, shape: ShapeModel | None) -> Repair:
    """Repair what is not valid but may be JSON."""
    effort = Effort()
    draft = Draft(payload)
    is_respelled = _unframe(draft)
    if (draft.text is not payload and is_valid(draft.text)) or is_sound_but_for_strings(draft.text, effort):
        outcome = Outcome([], Grade.SYNTAX, 0.0)
    else:
        settled, reading = _settled(draft, shape, effort)
        if settled is None:
            return _given_up(payload, reading)
        outcome = settled
        if is_respelled and any(b'"' in change.insert for change in outcome.changes):
            # A quote of several bytes is hardly gone as a whole: what is left of it is in the text.
            outcome.grade = Grade.CHOICE
    if outcome.undecided:
        others = ({draft.text: outcome.cost} if is_valid(draft.text) else {}) | _priced(outcome)
        prices = tuple(map(_rounded, others.values()))
        alternatives = tuple(others)
        return Repair(None, "irrecoverable", (), _UNDECIDED, (), alternatives, work=effort.steps, prices=prices)
    is_clean = strings.is_clean(draft.text)
    if not is_clean:
        draft.lay(strings.clean(draft.text, shape.text if shape else b""))
    grade = max(draft.grade, outcome.grade)
    edits = draft.edits()
    # Checked, not trusted: what is given out is JSON and what the edits say, whatever went wrong above.
    is_sound = (is_clean or is_valid(draft.text)) and lead_to(edits, payload, draft.text)
    # A value that is none is a loss of its own, whatever its length; what stands around a document is none of it.
    known = sum(len(edit.delete) for edit in edits if any(why in edit.why for why in (NO_VALUE, BEFORE, BEHIND)))
    if not is_sound or (grade is Grade.CHOICE and len(draft.text) < _LEAST_KEPT * (len(payload) - known)):
        return Repair(None, "irrecoverable", (), _why_not(payload), tuple(outcome.fragments), work=effort.steps)
    others = _priced(outcome)
    return Repair(
        draft.text,
        _LEVELS[grade],
        edits,
        "; ".join(list(dict.fromkeys(edit.why for edit in edits))[:3]),
        tuple(outcome.fragments),
        tuple(others),
        tuple(outcome.lost),
        effort.steps,
        tuple(map(_rounded, (outcome.cost, *others.values()))),
    )


def _priced(outcome: Outcome) -> dict[bytes, float]:
    """The valid alternatives with their prices; those that were not weighed cost what the outcome does."""
    prices = outcome.prices or [outcome.cost] * len(outcome.alternatives)
    return {text: price for text, price in zip(outcome.alternatives, prices, strict=True) if is_valid(text)}


def _rounded(price: float) -> float:
    return round(price, 2)


def _given_up(payload: bytes, reading: Reading) -> Repair:
    """The answer where nothing is known to do; a text that was cut before its first whole value is a fragment of it."""
    work = reading.effort.steps
    cut = structure.cut_before_anything(reading)
    if cut is None:
        return Repair(None, "irrecoverable", reason=_why_not(payload), work=work)
    reason = "cut before the first value was whole"
    return Repair(None, "irrecoverable", reason=reason, fragments=(cut,), lost=((0, None),), work=work)


def _why_not(payload: bytes) -> str:
    """What to say of a payload of which nothing could be saved."""
    fault = first_error(payload)
    return f"{fault.message} at byte {fault.at}" if fault else "no reading"


def _unframe(draft: Draft) -> bool:
    """Undo what was done to the whole text. Whether its quotes were spelled otherwise."""
    is_respelled = False
    is_plain = begins_plainly(draft.text)
    for cause in CAUSES:
        changes = cause(draft.text) if not is_plain or cause in WITHIN_DOCUMENTS else None
        if changes:
            is_plain = False
            is_respelled = is_respelled or cause in RESPELLINGS
            draft.lay(changes)
            if is_valid(draft.text):
                break
    return is_respelled


def _taken_out(draft: Draft, effort: Effort) -> Outcome | None:
    """Take the document out of the text around it, or list several; None if there is no such thing."""
    around = surroundings.surrounded(draft.text)
    if around is None:
        return None
    effort.steps += around.work
    draft.lay(around.changes)
    return Outcome([], Grade.SYNTAX, 1.0, fragments=around.fragments, alternatives=around.alternatives)


def _settled(draft: Draft, shape: ShapeModel | None, effort: Effort) -> tuple[Outcome | None, Reading]:
    """Lay the changes that make the draft's structure sound; the outcome (None: there is no way) and what was read."""
    reading = _read(draft, effort)
    if may_be_surrounded(reading):
        around = _taken_out(draft, effort)
        if around is not None:
            return around, reading
        cut = surroundings.prefix(draft.text)
        if cut:
            draft.lay(cut)
            reading = _read(draft, effort)
    outcome = structure.mend(reading, shape)
    if outcome is not None:
        outcome.lost = [(draft.origin(a), None if b is None else draft.origin(b)) for a, b in outcome.lost]
        draft.lay(outcome.changes)
    return outcome, reading


def _read(draft: Draft, effort: Effort) -> Reading:
    """The draft's text as it is read once all its strings are in double quotes."""
    reading = reading_of(draft.text, effort)
    changes = in_double_quotes(reading)
    if changes:
        draft.lay(changes)
        reading = reading_of(draft.text, effort)
        reading.requoted = True
    return reading
