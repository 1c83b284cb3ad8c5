"""Records that are found again where no line begins with them: behind a prompt, blanks, garbage, a broken payload.

The rule is at the end of :mod:`dumpfix.framing.rule`.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from dumpfix.framing.columns import Bound
from dumpfix.framing.elements import PartialMatch, fixed_run
from dumpfix.framing.frame import Frame
from dumpfix.framing.starts import Lines, Starts
from dumpfix.framing.window import Window
from dumpfix.json.lexer import OPENERS
from dumpfix.layout.model import Layout

#: places in one line at which a whole record is looked for
MOST_IN_A_LINE = 12

_BLANKS = b" \t"


class Rule(Protocol):
    """What is needed of the rule: its layout, its starts, and whether a whole record stands at a place."""

    layout: Layout
    starts: Starts
    is_value_first: bool

    def whole(self, window: Window, at: int, bound: Bound | None = None) -> Frame | None:
        """The record that begins at ``at`` if it is whole (within ``bound``, where one is given)."""


class Line(NamedTuple):
    """The line in which the search begins: where it or what is searched begins, and what is known of it.

    ``is_quoted``: what is found in it stands inside a payload, which is no JSON any more at ``breaks``.
    """

    begin: int
    is_quoted: bool = False
    breaks: int = -1


def found_again(rule: Rule, window: Window, at: int, stop: int, line: Line) -> int:
    """The first record that is found again in ``[at, stop)``; -1 where none is. ``stop`` is the next start."""
    if not rule.layout.is_anchored:
        return _as_line(rule, window, at, stop, line)
    if not rule.starts.by_lines:
        # Its anchor is a start wherever it stands.
        return -1
    here = _Here(window, line)
    floor = at
    tried = 0
    while True:
        start = next(rule.starts.anchors(window, at, floor), stop)
        if start >= stop:
            return -1
        tried = 0 if here.go_to(start) else tried
        at = floor = _behind_anchor(rule, window, start, at)
        taken = fixed_run(rule.layout.anchor, window, start)
        if taken is None or isinstance(taken, PartialMatch):
            continue
        if rule.starts.is_telling and not here.is_quoted(start):
            return start
        if (rule.starts.is_telling or not here.is_bracketed(start)) and tried < MOST_IN_A_LINE:
            tried += 1
            frame = rule.whole(window, start)
            if frame is not None and _is_evidence(rule, frame):
                return start


def _behind_anchor(rule: Rule, window: Window, start: int, at: int) -> int:
    """Where to look for the next anchor: behind the first literal of the one that begins at ``start``."""
    return min(window.place(needle.text, max(start, at)) for needle in rule.starts.needles) + 1


def _is_evidence(rule: Rule, frame: Frame) -> bool:
    """Whether a whole record is no part of something else."""
    value = frame.fields.get("value")
    if not frame.is_valid or not value:
        return False
    return rule.starts.is_telling or value[:1] in OPENERS


class _Here:
    """What stands in the line of a place, before that place."""

    def __init__(self, window: Window, line: Line) -> None:
        self._window = window
        self._begin = line.begin
        self._end = window.line_end(line.begin)
        self._is_quoted = line.is_quoted
        self._look()

    def _look(self) -> None:
        self._quote = self._window.place(b'"', self._begin)
        self._bracket = min(self._window.place(b"{", self._begin), self._window.place(b"[", self._begin))

    def go_to(self, place: int) -> bool:
        """Go to the line of ``place``; whether it is another one."""
        if place <= self._end:
            return False
        while place > self._end:
            self._begin = self._end + 1
            self._end = self._window.line_end(self._begin)
        self._is_quoted = False
        self._look()
        return True

    def is_quoted(self, place: int) -> bool:
        """Whether a quote stands before it."""
        return self._is_quoted or self._quote < place

    def is_bracketed(self, place: int) -> bool:
        """Whether a quote or a bracket stands before it."""
        return self.is_quoted(place) or self._bracket < place


def _as_line(rule: Rule, window: Window, at: int, stop: int, line: Line) -> int:
    """Without an anchor: a line that begins with a blank, that is whole, and whose first text is empty."""
    first_end = window.line_end(line.begin)
    if line.is_quoted and not (line.breaks == first_end if rule.is_value_first else line.breaks <= first_end):
        # A payload over several lines: the lines inside it are its own.
        return -1
    start = window.line_end(max(at - 1, 0)) + 1
    while start < stop:
        line_end = window.line_end(start)
        if window.data[start] in _BLANKS:
            frame = rule.whole(window, start, Lines(rule.starts, window, start))
            if frame is not None and _is_line(rule, window, frame):
                return start
        start = line_end + 1
    return -1


def _is_line(rule: Rule, window: Window, frame: Frame) -> bool:
    """Whether a whole record that begins with a blank has an object or array, and no blank in a text before it."""
    value = frame.fields.get("value")
    if not frame.is_valid or not value or value.lstrip()[:1] not in OPENERS or frame.payload_start is None:
        return False
    if rule.is_value_first:
        return True
    first = frame.spans[0]
    begins_empty = first.role == "literal" or first.start == first.end
    return begins_empty and window.data[frame.payload_start : frame.payload_start + 1] in OPENERS
