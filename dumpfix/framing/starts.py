r"""Where the next record or notice begins: at the beginning of a line, or somewhere in one.

The **next start** is the nearest later line that begins with a notice or with a record. A record's beginning is
recognised by its anchor: the literals and numbers before the first text. Where the records of a layout do not end
their lines, its anchor is a start anywhere. A layout without an anchor (``%k: %s``) has nothing to be recognised by;
there a line is taken to begin a record if it holds all that stands before the payload and is not empty nor begins with
a blank, a comma or a closing bracket, as lines inside a pretty-printed document do, nor as the lines that the layout
prints behind the payload (``%s\n---\n``). That is on the careful side:
``{"a":[1,`` and ``{"b":2}]}`` stay two broken payloads.

What has been searched once is remembered in the window, so that all searches together are linear.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dumpfix.framing.columns import Bound, Columns
from dumpfix.framing.elements import PartialMatch, fixed_run
from dumpfix.framing.notices import Notices
from dumpfix.framing.window import Window
from dumpfix.layout.model import Alternation, Element, Layout, Literal
from dumpfix.layout.vocabulary import JSON_VALUES, LONGEST_TOPIC, TOPIC_BYTES, Kind

#: a literal of so many bytes that are no blanks tells a record from any other text
TELLING = 3

_INSIDE_A_DOCUMENT = b" \t\r\n}],"
_MINUS = 0x2D
_DIGITS = frozenset(b"0123456789")
_DATE_TIME_LENGTH = len("0000-00-00 00:00:00,000")
#: digits of a number that stands before a literal, the sign among them
_LONGEST_NUMBER = 21


class Needle(NamedTuple):
    """A literal by which an anchor is found, and the kinds of the fields that stand before it, the last one first."""

    text: bytes
    before: tuple[Kind, ...]


class Starts:
    """The starts of one layout."""

    def __init__(self, layout: Layout, notices: Notices) -> None:
        self.layout = layout
        self.notices = notices
        self.columns = [Columns(variant.prefix) for variant in layout.variants or (layout,)]
        self.needles = tuple(_needles(layout.anchor)) if layout.is_anchored else ()
        self.is_telling = any(len(text.strip()) >= TELLING for text in _literals(layout.anchor))
        first = layout.elements[0] if layout.elements else None
        self.first_text = first.text if isinstance(first, Literal) else None
        #: line feeds that stand before the payload: so many lines more does the beginning of a record take
        self.more_lines = max(
            sum(text.count(b"\n") for text in _literals(variant.prefix)) for variant in layout.variants or (layout,)
        )
        tail = layout.suffix
        self.ends_line = bool(tail) and isinstance(tail[-1], Literal) and tail[-1].text.endswith(b"\n")
        #: how the lines begin that a layout prints behind the payload's
        self.behind_payload = tail[0].text.partition(b"\n")[2] if tail and isinstance(tail[0], Literal) else b""
        #: whether every start is the beginning of a line
        self.by_lines = self.ends_line or not layout.is_anchored

    # -- one place ---------------------------------------------------------------------------------------------------

    def begins_record(self, window: Window, at: int) -> bool:
        """Whether a line that begins at ``at`` is taken for the beginning of a record."""
        first = self.first_text
        if self.layout.is_anchored:
            if first is not None and not window.data.startswith(first, at) and window.size - at >= len(first):
                # Most lines are told so.
                return False
            taken = fixed_run(self.layout.anchor, window, at)
            return taken is not None and not isinstance(taken, PartialMatch)
        if at >= window.size:
            window.touched_end = True
            return False
        is_own_blank = first is not None and window.data.startswith(first, at)
        if window.data[at] in _INSIDE_A_DOCUMENT and not is_own_blank:
            return False
        if self.behind_payload and window.holds(self.behind_payload, at):
            return False
        if not self.layout.prefix:
            return True
        lines = self.lines(window, at)
        return any(next(columns.ways(window, at, lines), None) is not None for columns in self.columns)

    def lines(self, window: Window, at: int) -> Lines:
        """The bound of the lines that the beginning of a record takes which has no anchor."""
        return Lines(self, window, at)

    # -- the next one ------------------------------------------------------------------------------------------------

    def next(self, window: Window, at: int) -> int:
        """The next start at or after ``at``; the end of the data, which then decided, where there is none."""
        found = self.before(window, at, window.size)
        if found < 0:
            window.touched_end = True
            return window.size
        return found

    def before(self, window: Window, at: int, stop: int) -> int:
        """The first start in ``[at, stop)``, -1 where there is none. Looks at no line behind ``stop``."""
        begin, clear, found, touched = window.clear or (at, at, -1, window.size)
        # Where an anchor begins that stands in a line depends on where it is looked for.
        if not begin <= at <= clear or (begin != at and not self.by_lines):
            begin, clear, found, touched = at, at, -1, window.size
        if found < 0 and clear < stop:
            was_touched, window.touched_end = window.touched_end, False
            for start in self._candidates(window, clear, begin):
                if start >= stop:
                    break
                if self._is_start(window, start):
                    found = start
                    break
                if window.touched_end:
                    touched = min(touched, start)
                    window.touched_end = False
            clear = found if found >= 0 else stop
            window.touched_end = was_touched
        window.clear = begin, clear, found, touched
        if touched < stop:
            window.touched_end = True
        return found if 0 <= found < stop else -1

    def _is_start(self, window: Window, at: int) -> bool:
        return self.begins_record(window, at) or self.notices.match(window, at) is not None

    def _candidates(self, window: Window, at: int, floor: int) -> Iterator[int]:
        """Beginnings of lines from ``at`` on; where records do not end their lines, anywhere in a line."""
        if not self.by_lines:
            yield from self.anchors(window, at, floor)
            return
        line_end = window.line_end(max(at - 1, 0))
        while line_end + 1 < window.size:
            yield line_end + 1
            line_end = window.line_end(line_end + 1)

    # -- somewhere in a line -----------------------------------------------------------------------------------------

    def anchors(self, window: Window, at: int, floor: int) -> Iterator[int]:
        """Where an anchor may begin whose first literal stands at ``at`` or later, but not before ``floor``.

        The end of the data is not touched: one has to know how far to look.
        """
        while self.needles:
            places = [window.place(needle.text, at) for needle in self.needles]
            found = min(places)
            if found >= window.size:
                return
            window.work.searched(1)
            yield _walk_back(window.data, found, self.needles[places.index(found)].before, floor)
            at = found + 1


class Lines:
    """The bound of a record without an anchor: the end of its line, or of the lines that its literals take."""

    __slots__ = ("_begin", "_end", "_starts", "_window")

    def __init__(self, starts: Starts, window: Window, begin: int) -> None:
        self._starts = starts
        self._window = window
        end = window.line_end(begin)
        for _ in range(starts.more_lines):
            if end < window.size:
                end = window.line_end(end + 1)
        self._end = end

    def allows(self, end: int) -> bool:
        """See Bound."""
        return end <= self._end

    def at(self) -> int:
        """See Bound."""
        return self._end

    def moved(self, begin: int) -> Lines:
        """See Bound."""
        return self if begin <= self._end else Lines(self._starts, self._window, begin)


class OwnLines:
    """The bound of the texts of a record with an anchor: its own lines, as far as no next start stands in them."""

    __slots__ = ("_lines", "_next")

    def __init__(self, lines: Lines, up_to_next: UpToNext) -> None:
        self._lines = lines
        self._next = up_to_next

    def allows(self, end: int) -> bool:
        """See Bound."""
        return self._lines.allows(end) and self._next.allows(end)

    def at(self) -> int:
        """See Bound."""
        end = self._lines.at()
        return end if self._next.allows(end) else self._next.at()

    def moved(self, begin: int) -> Bound:
        """See Bound."""
        return OwnLines(self._lines.moved(begin), self._next.moved(begin))


class UpToNext:
    """The bound that the next start is, looked for no farther than need be."""

    __slots__ = ("_begin", "_starts", "_window")

    def __init__(self, starts: Starts, window: Window, begin: int) -> None:
        self._starts = starts
        self._window = window
        self._begin = begin

    def allows(self, end: int) -> bool:
        """See Bound."""
        return self._starts.before(self._window, self._begin, end) < 0

    def at(self) -> int:
        """See Bound."""
        return self._starts.next(self._window, self._begin)

    def moved(self, begin: int) -> UpToNext:
        """See Bound."""
        return UpToNext(self._starts, self._window, max(begin, self._begin))


def _literals(elements: tuple[Element, ...]) -> Iterator[bytes]:
    """The texts of the literals, those of the first alternative of each choice among them."""
    for element in elements:
        if isinstance(element, Literal):
            yield element.text
        elif isinstance(element, Alternation):
            yield from (one.text for one in element.alternatives[0] if isinstance(one, Literal))


def _needles(anchor: tuple[Element, ...], before: tuple[Kind, ...] = ()) -> Iterator[Needle]:
    """The first literal of every way in which an anchor can begin; none of a way that has none."""
    for index, element in enumerate(anchor):
        if isinstance(element, Literal):
            yield Needle(element.text, before)
            return
        if isinstance(element, Alternation):
            for way in element.alternatives:
                yield from _needles((*way, *anchor[index + 1 :]), before)
            return
        if element.kind in JSON_VALUES or element.kind is Kind.DATE:
            return
        before = (element.kind, *before)


def _walk_back(data: bytes, at: int, kinds: tuple[Kind, ...], floor: int) -> int:
    """Where the fields begin that end at ``at``, the last one first."""
    for kind in kinds:
        if kind is Kind.DATE_TIME:
            at = max(at - _DATE_TIME_LENGTH, floor)
            continue
        if kind is Kind.BINARY_SIZE:
            at = max(at - 4, floor)
            continue
        is_number = kind in (Kind.INTEGER, Kind.SIZE)
        allowed = _DIGITS if is_number else TOPIC_BYTES
        stop = max(floor, at - (_LONGEST_NUMBER if is_number else LONGEST_TOPIC))
        while at > stop and data[at - 1] in allowed:
            at -= 1
        if is_number and at > stop and data[at - 1] == _MINUS:
            at -= 1
    return at
