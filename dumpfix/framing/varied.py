"""Records of which some have a text that others have not: a key, headers or a payload that is not always printed.

Each way of writing such a record is a layout of its own. A record is read with each of them, in the order of the
grammar. Behind a text that only some records have, a record goes on as others begin: such starts are its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from dumpfix.framing.columns import Bound
from dumpfix.framing.frame import Frame
from dumpfix.framing.rule import LinearRule
from dumpfix.framing.window import Window
from dumpfix.layout.model import Layout, Literal


class VariedRule(LinearRule):
    """The rule of a layout with variants. All of them have their starts in common."""

    def __init__(self, layout: Layout, notices: Sequence[Layout] = ()) -> None:
        super().__init__(layout, notices)
        self.rules = [LinearRule(variant, notices, self.starts) for variant in layout.variants]
        firsts = [variant.anchor[0] for variant in layout.variants if variant.anchor]
        beginnings = {b"\n" + first.text for first in firsts if isinstance(first, Literal)}
        for rule in self.rules:
            texts = [element.text for element in rule.layout.prefix if isinstance(element, Literal)]
            rule.own_starts = sum(beginning in text for text in texts for beginning in beginnings)

    def record(self, window: Window, at: int) -> Frame | None:
        """The record that begins at ``at`` as the variant has it that fits best; None where none does."""
        return _best([rule.record(window, at) for rule in self.rules])

    def whole(self, window: Window, at: int, bound: Bound | None = None) -> Frame | None:
        """The record that begins at ``at`` if a variant finds it whole."""
        return _best([rule.whole(window, at, bound) for rule in self.rules])


def _best(frames: Sequence[Frame | None]) -> Frame | None:
    """The first that shows a payload that is JSON; else the first that is complete; else the one that shows most.

    A key over several lines has swallowed what the next record begins with.
    """
    found = [frame for frame in frames if frame is not None and b"\n" not in (frame.fields.get("key") or b"")]
    for frame in found:
        if frame.is_valid and frame.fields.get("value") and not frame.has_wrong_size:
            return frame
    complete = next((frame for frame in found if frame.complete and not frame.has_wrong_size), None)
    return complete or max(found, key=lambda frame: (frame.payload_start is not None, len(frame.fields)), default=None)
