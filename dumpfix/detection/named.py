"""Whether a layout says by its words which field is which."""

from __future__ import annotations

from dumpfix.detection.lines import LABELS, tokens
from dumpfix.detection.reading import SAID
from dumpfix.layout.model import Alternation, AnyLayout, Field, Literal, ObjectLayout
from dumpfix.layout.vocabulary import SIZES


def is_named(layout: AnyLayout) -> bool:
    """Whether each field that says something of a record but its payload has its own word right before it."""
    if isinstance(layout, ObjectLayout):
        return True
    said = b""
    for part in (*layout.prefix, *layout.suffix):
        if isinstance(part, Literal):
            said += part.text
        elif isinstance(part, Field) and part.kind not in SIZES:
            # A length may stand between the word and what it measures.
            if part.meaning in SAID and all(LABELS.get(word.lower()) != part.terminal for word in tokens(said)):
                return False
            said = b""
    return True


def is_labelled(layout: AnyLayout) -> bool:
    """Whether words of the layout name what stands in its fields."""
    if isinstance(layout, ObjectLayout):
        return True
    return any(map(_holds_words, layout.prefix))


def _holds_words(element: object) -> bool:
    if isinstance(element, Alternation):
        return True
    return isinstance(element, Literal) and any(byte >= 0x80 or chr(byte).isalpha() for byte in element.text)
