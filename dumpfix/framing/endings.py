"""Where the payload of a linear layout ends, and with it its record: rule 3 of :mod:`dumpfix.framing.rule`."""

from __future__ import annotations

from typing import NamedTuple

from dumpfix.framing.columns import Bound, Columns
from dumpfix.framing.elements import Cut, PartialMatch, fixed_run
from dumpfix.framing.json_fields import json_end
from dumpfix.framing.window import Window
from dumpfix.json.lexer import OPENERS, WHITE_SPACE, run_end
from dumpfix.json.strings import MISMATCH, PARTIAL
from dumpfix.json.validity import ScanResult, is_valid, passes_gate
from dumpfix.layout.model import Field, Layout, Literal
from dumpfix.layout.vocabulary import Kind

#: blanks between a payload and what follows it in the layout
MOST_BLANKS = 16
#: bytes behind what looks like a start to which a payload is followed where records do not end their lines
LONGEST_GLUED = 1 << 16
#: places, counted from the end, where what follows a broken payload is looked for
MOST_LAST_PLACES = 8

_LINE_ENDS = b"\r\n"


class Ending(NamedTuple):
    """Where the payload ends, the cuts behind it, and where the record ends. ``complete``: all of the layout is there.

    ``is_cut`` says that the dump ends in what follows the payload.
    """

    end: int
    tail: tuple[Cut, ...]
    stop: int
    complete: bool = True
    is_cut: bool = False


class Endings:
    """The ways in which the payload of one layout may end."""

    def __init__(self, layout: Layout, *, by_lines: bool) -> None:
        self.layout = layout
        self.by_lines = by_lines
        self.value = layout.value or Field("VALUE")
        self.columns = Columns(layout.suffix)
        first = layout.suffix[0] if layout.suffix else None
        self.text = first.text if isinstance(first, Literal) else None
        self.null_texts = tuple(t for t in (layout.null_literal, layout.null_or_empty_literal) if t is not None)
        self.has_fields = any(not isinstance(element, Literal) for element in layout.suffix)

    def tail(self, window: Window, at: int, bound: Bound) -> tuple[tuple[Cut, ...], int] | PartialMatch | None:
        """Match what stands behind the payload. A text in it ends where the layout goes on, within the bound."""
        taken = fixed_run(self.layout.suffix, window, at)
        if not self.columns.parts or taken is None or isinstance(taken, PartialMatch):
            return taken
        way = next(self.columns.ways(window, at, bound), None)
        return None if way is None else (way.cuts, way.end)

    # -- whole payloads ----------------------------------------------------------------------------------------------

    def whole(self, window: Window, value: int, bound: Bound) -> Ending | None:
        """The first place where the payload is empty, null or a JSON text, and what follows it stands there."""
        if self.layout.is_json:
            return self._json_value(window, value, bound)
        if not self.layout.suffix:
            return self._up_to_follower(window, value, bound)
        if self.text is not None:
            first = window.place(self.text, value)
            if first < window.size and bound.allows(first + 1):
                window.work.steps += first - value
                if self._is_whole(window.data[value:first]):
                    tail = self.tail(window, first, bound)
                    if tail is not None and not isinstance(tail, PartialMatch):
                        return Ending(first, *tail)
        limit = bound.at()
        scan = self._scan(window, value, limit)
        return self._behind(window, scan.at, limit, bound) if scan.state == "complete" else None

    def _is_whole(self, payload: bytes) -> bool:
        return not payload or payload in self.null_texts or is_valid(payload)

    def _behind(self, window: Window, at: int, limit: int, bound: Bound) -> Ending | None:
        """The ending of a payload that ends at ``at``, or behind blanks that follow it."""
        for end in range(at, min(limit, at + MOST_BLANKS) + 1):
            tail = self.tail(window, end, bound)
            if tail is not None and not isinstance(tail, PartialMatch):
                return Ending(end, *tail)
            if end >= limit or window.data[end] not in WHITE_SPACE:
                break
        return None

    def _json_value(self, window: Window, value: int, bound: Bound) -> Ending | None:
        """A payload that is printed as a JSON value: a string in it may hold what looks like a next start."""
        end = json_end(self.value, window, value)
        if end < 0 and window.data[value : value + 1] in OPENERS:
            end = json_end(self.value, window, value, bound.at())
        if end == PARTIAL:
            window.touched_end = True
        if end in (PARTIAL, MISMATCH):
            return None
        tail = self.tail(window, end, bound)
        return None if tail is None or isinstance(tail, PartialMatch) else Ending(end, *tail)

    def _up_to_follower(self, window: Window, value: int, bound: Bound) -> Ending | None:
        """Where nothing stands behind the payload: it ends where the next record, a notice or the dump does.

        An object or array shows its end by itself.
        """
        if window.data[value : value + 1] in OPENERS:
            scan = window.scan(value, self._line_stop(window, value, bound))
            if scan.state == "incomplete":
                scan = window.scan(value, bound.at())
            if scan.state == "complete":
                return Ending(scan.at, (), scan.at)
        limit = bound.at()
        if value == limit and limit < window.size:
            return Ending(value, (), value)
        scan = window.scan(value, limit)
        if scan.state == "complete" and scan.at == limit and not (scan.touches_end and limit == window.size):
            return Ending(scan.at, (), scan.at)
        return None

    def _line_stop(self, window: Window, value: int, bound: Bound) -> int:
        """How far an object or array is followed before the next start is asked for: to the end of its line.

        Where records do not end their lines, a string in it may hold what looks like a start (``12:30:``).
        """
        line_end = window.line_end(value)
        if self.by_lines or bound.allows(line_end):
            return line_end
        return min(line_end, bound.at() + LONGEST_GLUED)

    def _scan(self, window: Window, value: int, limit: int) -> ScanResult:
        """The JSON value at ``value``. Where the next start is known, orjson can mostly vouch for what lies before."""
        last = -1 if limit == window.size or self.text is None else window.last(self.text, value, limit)
        if last > value:
            text = window.data[value:last].rstrip(WHITE_SPACE)
            window.work.steps += len(text)
            if passes_gate(text):
                return ScanResult("complete", value + len(text))
        return window.scan(value, limit)

    # -- broken payloads ---------------------------------------------------------------------------------------------

    def broken(self, window: Window, value: int, limit: int, bound: Bound, scan: ScanResult) -> Ending:
        """Rule 3c, before ``limit``; ``scan`` is how far the payload can be read as JSON."""
        if self.text is not None:
            end = limit
            for _ in range(MOST_LAST_PLACES):
                end = window.last(self.text, value, end)
                if end < 0:
                    break
                tail = self.tail(window, end, bound)
                if tail is not None and not isinstance(tail, PartialMatch) and tail[1] <= limit:
                    return Ending(end, *tail)
                end += len(self.text) - 1
        if limit == window.size and scan.state == "complete":
            rest = self.tail(window, scan.at, bound)
            if isinstance(rest, PartialMatch):
                return Ending(scan.at, rest.cuts, limit, complete=False, is_cut=True)
        data = window.data
        is_container = data[value : value + 1] in OPENERS
        if is_container and scan.state == "complete" and data[scan.at : scan.at + 1] in (b"\n", b"\r"):
            return Ending(scan.at, (), run_end(data, scan.at, limit, _LINE_ENDS), complete=False)
        end = limit
        while end > value and data[end - 1] in _LINE_ENDS:
            end -= 1
        return Ending(end, (), limit, complete=False)

    # -- what a payload says -----------------------------------------------------------------------------------------

    def ends_here(self, window: Window, value: int, bound: Bound, *, is_anchored: bool) -> bool:
        """Whether nothing stands at ``value`` but what stands for null, and then the record ends."""
        if self.text is None or len(self.layout.suffix) > 1:
            return False
        for text in (b"", *self.null_texts):
            end = value + len(text) + len(self.text)
            if window.holds(text + self.text, value) and (not is_anchored or end >= bound.at()):
                return True
        return False


def texts_before_blank(layout: Layout) -> bytes:
    """What stands between a text and the payload, where it is blank: JSON may end with it, and so may a key."""
    last = layout.prefix[-1] if layout.prefix else None
    before = layout.prefix[-2] if len(layout.prefix) > 1 else None
    is_text = isinstance(before, Field) and before.kind is Kind.TEXT
    return last.text if is_text and isinstance(last, Literal) and last.text.isspace() else b""
