"""Why what was found is no answer, in words: what was seen, and which option would help."""

from __future__ import annotations

from dumpfix.detection import prices
from dumpfix.detection.candidates import READ_OFF
from dumpfix.detection.explain import Explanation
from dumpfix.detection.files import text_kind
from dumpfix.detection.named import is_labelled, is_named
from dumpfix.detection.reading import Reading, payloads
from dumpfix.detection.texts import documents_in
from dumpfix.errors import LayoutError
from dumpfix.json.validity import is_valid
from dumpfix.layout.model import AnyLayout, ObjectLayout
from dumpfix.layout.write import describe


class EventOrRecordError(LayoutError):
    """What this layout takes for a record's members may be an event's as well; ``member`` holds the payload where no
    layout is known."""

    def __init__(self, layout: AnyLayout | None, member: str = "") -> None:
        which, takes = f"its member {member!r}", "--grammar FILE says which members a record has"
        if layout is not None:
            which = f"one of its members ({describe(layout)})"
            takes += " (dumpfix detect --as-grammar DUMP > FILE writes it)"
        if layout is not None and layout.grammar != READ_OFF:
            takes = f"--from {layout.grammar} for records"
        super().__init__(
            f"each object may be an event, or a record whose payload is {which}\n"
            f"--from jsonl takes them for events; {takes}"
        )
        self.layout = layout


def _names_fields(reading: Reading) -> bool:
    """Whether its words name its fields: all of them, where no grammar has the layout."""
    return is_labelled(reading.layout) and (reading.grammar != READ_OFF or is_named(reading.layout))


def logged_documents(head: bytes) -> int:
    """How many lines hold a document with a key in it."""
    lines = (line for line in head.split(b"\n") if b'":' in line)
    return sum(any(is_valid(line[start:end]) for start, end in documents_in(line, 0, len(line))) for line in lines)


def nothing_fits(explanation: Explanation, head: bytes) -> str:
    """What was seen in its place; a layout is named only where it is near, and would say more than values."""
    best = explanation.best
    is_near = best is not None and best.bits < explanation.plain + prices.NEAR and _names_fields(best)
    said = text_kind(head)
    if said is not None and not is_near:
        return said
    shown = f" (nearest: {describe(best.layout)})" if best is not None and is_near else ""
    return (
        f"no layout fits this dump{shown}\n"
        "say how it was made: --kcat-format '…' (the string given to kcat -f), or --command '…' (the whole command)"
    )


def other_kind(explanation: Explanation, taken: Reading) -> Reading | None:
    """A reading that comes near and takes for a record's members what this one takes for an event's, or the reverse."""
    is_object = isinstance(taken.layout, ObjectLayout)
    near = (r for r in explanation.readings if isinstance(r.layout, ObjectLayout) != is_object and r is not taken)
    return next((r for r in near if r.bits < taken.bits + prices.LIKELY and payloads(r) != payloads(taken)), None)
