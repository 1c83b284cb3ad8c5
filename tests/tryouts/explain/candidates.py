"""The readings that a head may have: shipped grammars, what was told, and what was read off it. Each with its price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dumpfix.detection.choose import Told
from dumpfix.detection.choose import candidates as told_grammars
from dumpfix.layout.model import AnyLayout, Field, Grammar, Layout, Literal, ObjectLayout
from tests.tryouts.explain import prices

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
    """The layouts whose literals stand in the head: most are left out here."""
    known: dict[bytes, bool] = {}

    def stands(text: bytes) -> bool:
        answer = known.get(text)
        if answer is None:
            answer = known[text] = text in head
        return answer

    for grammar in grammars:
        for layout in grammar.layouts:
            if all(map(stands, _needed(layout))):
                yield Candidate(layout, grammar.notices, grammar.name, layout_bits(layout))


def _needed(layout: AnyLayout) -> list[bytes]:
    """What a record of this layout holds at least. Of one over several lines the later ones may not be here yet."""
    if isinstance(layout, ObjectLayout):
        return [b'"' + next(m.path[-1] for m in layout.members if m.field.meaning == "value") + b'"']
    literals = [e.text.strip(b"\n") for e in layout.elements if isinstance(e, Literal)]
    raw = [e.text for e in layout.elements if isinstance(e, Literal)]
    is_one_line = b"\n" not in b"".join(raw[:-1]) and not any(b"\n" in text.rstrip(b"\n") for text in raw)
    return [text for text in (literals if is_one_line else literals[:1]) if text]


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
