"""The readings that a head may have: shipped grammars, what was told, and what was read off it. Each with its price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dumpfix.detection import prices
from dumpfix.detection.told import Told, told_grammars
from dumpfix.layout.model import AnyLayout, Element, Field, Grammar, Layout, Literal, ObjectLayout
from dumpfix.layout.vocabulary import TOPIC_BYTES, Kind

#: the names of layouts that no grammar has, and that a command in the dump says
READ_OFF = "read off"
COMMANDED = "its command"
#: lines of a head that are compared with how records begin, and so few that each may hold one anywhere
MOST_LINES = 256
FEW_LINES = 64
_NAME = bytes(TOPIC_BYTES)
_NUMBERS = (Kind.INTEGER, Kind.SIZE)
#: separators of keys that keys hold as well
_WEAK = (b" ", b"-", b"_", b"=", b"->")


__all__ = ["Candidate", "Told", "layout_bits", "of_grammars", "told_grammars"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A layout that the head may have, the notices that go with it, and what it costs to say this layout."""

    layout: AnyLayout
    notices: tuple[Layout, ...]
    grammar: str
    bits: float


def of_grammars(grammars: Sequence[Grammar], head: bytes) -> Iterator[Candidate]:
    """The layouts of which a record may stand in the head: most are left out here."""
    known: dict[bytes, bool] = {}

    def stands(text: bytes) -> bool:
        answer = known.get(text)
        if answer is None:
            answer = known[text] = text in head
        return answer

    lines = head.split(b"\n")
    # The first ones side by side: of records over several lines, steps may pass over each that begins one.
    near, far = lines[: MOST_LINES // 2], lines[MOST_LINES // 2 :]
    lines = [*near, *far[:: len(far) // MOST_LINES * 2 + 1]]
    for grammar in grammars:
        for layout in grammar.layouts:
            if all(map(stands, _needed(layout))) and _may_begin_a_line(layout, lines):
                yield Candidate(layout, grammar.notices, grammar.name, layout_bits(layout))


@lru_cache(maxsize=1024)
def _needed(layout: AnyLayout) -> list[bytes]:
    """What a record of this layout holds at least. Of one over several lines the later ones may not be here yet."""
    if isinstance(layout, ObjectLayout):
        names = {member.field.meaning: member.path[-1] for member in layout.members}
        # What was set aside has its payload as a text or in base64.
        return [b'"' + names.get("kept_verdict", names["value"]) + b'"']
    literals = [e.text.strip(b"\n") for e in layout.elements if isinstance(e, Literal)]
    raw = [e.text for e in layout.elements if isinstance(e, Literal)]
    is_one_line = b"\n" not in b"".join(raw[:-1]) and not any(b"\n" in text.rstrip(b"\n") for text in raw)
    return [text for text in (literals if is_one_line else literals[:1]) if text]


def _may_begin_a_line(layout: AnyLayout, lines: Sequence[bytes]) -> bool:
    """Whether one of these lines begins as a record does. Of few lines any may hold one behind something else."""
    if isinstance(layout, ObjectLayout) or len(lines) <= FEW_LINES:
        return True
    ways = [variant.elements for variant in layout.variants or (layout,)]
    return any(_may_begin(elements, line) for elements in ways for line in lines)


def _may_begin(elements: Sequence[Element], line: bytes) -> bool:
    """Whether a line holds these literals, numbers and names, as far as no text stands before them."""
    rest = line
    has_text = False
    for index, element in enumerate(elements):
        if isinstance(element, Literal):
            first, *more = element.text.lstrip(b"\n").split(b"\n")
            if not (first in rest if has_text else rest.startswith(first)):
                return False
            if more:
                return True
            rest = rest[rest.find(first) + len(first) :]
            continue
        after = elements[index + 1] if index + 1 < len(elements) else None
        if not isinstance(element, Field) or not isinstance(after, Literal) or element.meaning == "value":
            return True
        end = after.text.split(b"\n", 1)[0]
        text, found, _ = rest.partition(end) if end else (rest, b"", b"")
        if end and not found:
            return False
        if element.kind in _NUMBERS and not has_text and not text.removeprefix(b"-").isdigit():
            return False
        if element.kind is Kind.NAME and not has_text and (not text or text.translate(None, _NAME)):
            return False
        # A text may hold what ends it, so that what follows may begin further on.
        has_text = has_text or element.kind not in (*_NUMBERS, Kind.NAME)
        rest = rest[len(text) :]
    return True


def layout_bits(layout: AnyLayout) -> float:
    """The price of a layout that a grammar has."""
    if isinstance(layout, ObjectLayout):
        return prices.SHIPPED
    fields = layout.fields
    literals = [e.text for e in layout.elements if isinstance(e, Literal)]
    if fields == ("VALUE",) and (not literals or literals == [b"\n"]):
        return prices.VALUES_ALONE + (0.0 if literals else prices.UNDELIMITED)
    bits = prices.SHIPPED + prices.FIELD * len(fields) + sum(prices.RARE_COLUMN.get(name, 0.0) for name in fields)
    if "HEADERS" in fields and "KEY" not in fields:
        bits += prices.NAMED_HEADERS_ALONE if layout.is_anchored else prices.HEADERS_ALONE
    if not layout.has_value:
        bits += prices.WITHOUT_PAYLOAD
    elif not layout.suffix:
        bits += prices.UNDELIMITED
    match layout.elements:
        case (*_, Field(terminal="VALUE"), Literal(), Field(terminal="PARTITION"), Literal()) if len(literals) < 4:
            bits += prices.PARTITION_LAST
        case (Field(terminal="KEY"), Literal(text=text), Field(terminal="VALUE"), *_) if text in _WEAK:
            bits += prices.WEAK_SEPARATOR
    return bits
