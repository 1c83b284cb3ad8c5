"""When enough of a dump was looked at: whether what is here says what it is, however it goes on."""

from __future__ import annotations

from dumpfix.detection import prices
from dumpfix.detection.candidates import READ_OFF
from dumpfix.detection.doubts import SEVERAL, ends_headers_as_each
from dumpfix.detection.explain import Explanation
from dumpfix.detection.named import is_labelled
from dumpfix.detection.reading import Reading
from dumpfix.layout.model import Layout, Literal

#: the records of a layout that no grammar has, which may still have lines that are not seen yet
MOST_UNKNOWN = 12
#: records after which what is sure is so for good: whatever speaks for another layout has shown by then
MANY = 32

_NULLS = (b"null", b"", None)


def is_begun(explanation: Explanation) -> bool:
    """Whether it may be a dump of which not one record is whole."""
    return explanation.best is not None and not explanation.best.records


def is_settled(explanation: Explanation) -> bool:
    """Whether nothing that follows can change what the cheapest reading says: it is far from all others."""
    best = explanation.best
    return (
        best is not None
        and best.records > 0
        and explanation.gap >= (prices.SURE if best.records >= MANY else prices.NEAR)
        and not explanation.is_open
        and not best.rest_is_text
        and _shows_its_end(best)
        and best.layout.has_value
        and (best.kinds.get("container", 0) > 0 or (is_labelled(best.layout) and best.documents > 0))
        and not _is_null_for_another(explanation, best)
        and not ends_headers_as_each(best.layout)
    )


def is_beginning(explanation: Explanation) -> bool:
    """Whether some first records very likely have a layout that leaves nothing of them unexplained."""
    best = explanation.best
    is_whole = best is not None and best.records >= SEVERAL and not best.unexplained
    return is_whole and explanation.gap >= prices.LIKELY


def _is_null_for_another(explanation: Explanation, best: Reading) -> bool:
    """Whether a key or payload is null, or is not, if it was printed by another tool that comes near: its notices may
    follow."""
    if not any(fields.get(name, b"0") in _NULLS for fields in best.says for name in ("key", "value")):
        return False
    literals = {r.layout.null_literal for r in explanation.readings if isinstance(r.layout, Layout)}
    return len(literals) > 1


def _shows_its_end(reading: Reading) -> bool:
    """Whether no more lines can belong to a record: it is one line, ends with one of its own, or another has begun."""
    layout = reading.layout
    is_read_off = reading.grammar == READ_OFF
    if reading.records > (MOST_UNKNOWN if is_read_off else 1) or not isinstance(layout, Layout):
        return True
    if is_read_off:
        return False
    literals = [element.text for element in layout.elements if isinstance(element, Literal)]
    return len(layout.suffix) > 1 or b"\n" not in b"".join(literals[:-1]) or literals[-1].strip(b"\n") != b""
