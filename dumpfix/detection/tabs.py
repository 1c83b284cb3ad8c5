"""Tabs that became blanks, as when text is copied from a terminal: which columns there were is not known any more."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from dumpfix.detection.candidates import READ_OFF
from dumpfix.detection.reading import Reading
from dumpfix.errors import RecognisedError
from dumpfix.layout.load import automatic, literal_text, shipped
from dumpfix.layout.model import AnyLayout, Field, Layout, Literal


def refuse_expanded_tabs(reading: Reading) -> None:
    """Raises RecognisedError where blanks stand for a tab that a tool prints, and nothing names what is behind some."""
    layout = reading.layout
    if reading.grammar != READ_OFF or not isinstance(layout, Layout):
        return
    nameless = any(
        isinstance(before, Literal) and not before.text.strip(b" ") and isinstance(field, Field)
        for before, field in pairwise(layout.prefix)
    )
    seen = [text for text in _literals(layout) if b"  " in text and _unexpanded(text) in _printed()]
    if nameless and seen:
        raise RecognisedError(
            "its tabs became blanks, as when text is copied from a terminal: "
            f"a tool prints {literal_text(_unexpanded(seen[0]))} where {literal_text(seen[0])} stands\n"
            "dump again into a file; or sed -E 's/ {2,}/\\t/g' DUMP | dumpfix convert, where no text holds two blanks"
        )


@lru_cache(maxsize=1)
def _printed() -> frozenset[bytes]:
    """What the tools of the shipped grammars print around their fields."""
    return frozenset(text for name in automatic() for layout in shipped(name).layouts for text in _literals(layout))


def _literals(layout: AnyLayout) -> list[bytes]:
    return [element.text for element in getattr(layout, "elements", ()) if isinstance(element, Literal)]


def _unexpanded(text: bytes) -> bytes:
    """The same with a tab for each run of two blanks or more."""
    parts = text.split(b"  ")
    return b"\t".join([parts[0], *(part.lstrip(b" ") for part in parts[1:] if part.strip(b" "))])
