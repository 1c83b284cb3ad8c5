"""The one rule by which both readers find the records of a linear layout.

At a place where an item begins (the beginning of the dump, or directly behind another item), in this order:

1. **Notice**: a notice of the grammar matches, up to and with its line feed.
2. **Blank**: line ends between records are a separator, unless the layout begins with its payload and what follows the
   payload stands there: then it is an empty one. Where a text on a line of its own begins it, the last of them is the
   end of an empty one, if a record is whole from there on whose payload is an object or array.
3. **Record**: the elements before the payload match (texts: :mod:`dumpfix.framing.columns`). Then the payload ends

   a. by its size, or, if it is printed as a JSON value, where that ends; if what follows the payload in the
      layout stands there;
   b. else at the first place where it is empty, is the null literal, or is a complete JSON text, and what
      follows the payload in the layout stands there. The last text before it ends at the first place for which
      the payload does so and every text closes the brackets and quotes that it opens; behind another separator
      than the first the payload must not be a number (``12: 30: 45`` is a text with colons in it) nor empty.
      Behind a place at which an object begins no further one is tried: keys hold none. A scalar with a blank separator
      behind it (``user 1 ``) is the payload only where no other way is found, and
      here nothing (or the null literal) up to the end of the record is one: rather a key with a blank and a null;
   c. else it is broken. It begins behind the first place where the texts before it are closed and it looks like an
      object or array; else behind the first where they are closed, else behind the first. It ends before the next
      start (:mod:`dumpfix.framing.starts`), or before the first record inside it that is found again behind the place
      where it breaks: at the last place where what follows the payload stands; or, where it stands nowhere (then the
      record is not complete), behind an object or array that a line end follows, or at that end itself. What stands
      behind such an object is an item of its own.

4. **Garbage**: everything up to the next start, or up to a record that is found again before it. Where it begins with
   the layout's first literal of three bytes or more, or with all of its anchor, it is a record that is damaged before
   its payload.

A record is **found again** anywhere in a line by its anchor, where that holds a literal of three bytes: if the line
holds no quote before it (a prompt, ``> ``, the blanks of an indentation), or if it is whole: complete, its payload
JSON. With a weaker anchor it has to be whole and hold an object or array, and nothing before it in its line may be a
quote or a bracket. Without an anchor it is found again as a line that begins with a blank, that is whole, and whose
first text is empty; behind a payload only if that breaks on its first line.

A notice printed into the middle of a record (kcat writes records in blocks of 4096 bytes, notices at once) is
taken out where the record does not hold with it inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, repeat
from typing import NamedTuple

from dumpfix.framing.again import Line, found_again
from dumpfix.framing.columns import Bound, Columns, Way
from dumpfix.framing.elements import Cut, PartialMatch, PrintedNulls, fixed_run, sized_ends
from dumpfix.framing.endings import Ending, Endings, texts_before_blank
from dumpfix.framing.frame import Frame, Span
from dumpfix.framing.frame_builder import FrameBuilder
from dumpfix.framing.notices import Notices, RuleWithNotices
from dumpfix.framing.starts import TELLING, OwnLines, Starts, UpToNext
from dumpfix.framing.window import Window
from dumpfix.json.lexer import OPENERS
from dumpfix.layout.model import Field, Layout, Literal
from dumpfix.layout.vocabulary import Kind

Item = Frame | Span

#: ways of splitting what stands before a payload for which its end is looked for
MOST_READINGS = 12
#: ways of splitting that are tried against a printed size
MOST_SIZED_READINGS = 32
#: bytes of a beginning that a notice may have cut
LONGEST_BEGINNING = 1 << 12

_LINE_ENDS = b"\r\n"
#: how an object begins that no key holds; behind it no other end of the key is looked for
_DOCUMENTS = (b'{"', b"{'", b'[{"')
#: how every JSON value begins that is no number
_TELLING_BEGINNINGS = (*OPENERS, b'"', b"t", b"f", b"n")


class _Attempt(NamedTuple):
    """What is known of a record: its frame if it is whole; else the way up to its payload, and how far it may reach."""

    frame: Frame | None
    way: Way | None = None
    bound: Bound | None = None
    #: the fields before the first text, where nothing else of the record can be read
    begun: tuple[Cut, ...] = ()
    is_cut: bool = False


class LinearRule(RuleWithNotices):
    """The rule at the top of this file, for one layout. Knows nothing of files or of chunks."""

    def __init__(self, layout: Layout, notices: Sequence[Layout] = (), starts: Starts | None = None) -> None:
        self.layout = layout
        self.notices = Notices.of(tuple(notices))
        self.starts = starts or Starts(layout, self.notices)
        self.columns = Columns(layout.prefix)
        #: literals before the payload with which other records of the same layout begin
        self.own_starts = 0
        self.endings = Endings(layout, by_lines=self.starts.by_lines)
        self.value = self.endings.value
        self.null_texts = self.endings.null_texts
        self.nulls = PrintedNulls(layout.null_literal, layout.null_or_empty_literal)
        self.builder = FrameBuilder(layout, self.endings)
        self.is_sized = self.builder.is_sized
        self.is_value_first = layout.has_value and not layout.prefix
        match layout.prefix:
            case (Field(kind=Kind.TEXT), Literal(text=text)) if layout.has_value and text[:1] in (b"\r", b"\n"):
                #: the line end between a text and the payload, where a record begins so
                self.line_text = text
            case _:
                self.line_text = b""
        #: what stands between key and payload, where it is blank: JSON may end with it, and so may a key and no payload
        self.blank_separator = texts_before_blank(layout)

    # -- items -------------------------------------------------------------------------------------------------------

    def item(self, window: Window, at: int) -> Item | None:
        """The item that begins at ``at`` (< size), as if the dump ended with the window; None where that is known to be
        undecided before all is looked at."""
        notice = self.notices.match(window, at)
        if notice is not None:
            return notice
        if (
            window.data[at] in _LINE_ENDS
            and not self._is_empty_payload(window, at)
            and not self._is_empty_line(window, at)
        ):
            end = window.blank_end(at)
            last = end - len(self.line_text)
            return Span(at, last if last > at and self._is_empty_line(window, last) else end, "separator")
        frame = self.record(window, at)
        if window.is_undecided:
            return None
        if frame is not None and self.holds(frame):
            return frame
        mended = self.without_inner_notices(window, at, frame)
        if mended is not None:
            return mended
        if frame is not None:
            return frame
        stop = self.next_start(window, at + 1)
        if window.is_undecided:
            self.garbage_from = at
            return None
        again = found_again(self, window, at + 1, stop, Line(at))
        if again >= 0:
            stop = again
        return self._damaged(window, at, stop) or Span(at, stop, "garbage")

    def _is_empty_payload(self, window: Window, at: int) -> bool:
        text = self.endings.text
        return self.is_value_first and text is not None and window.holds(text, at)

    def _is_empty_line(self, window: Window, at: int) -> bool:
        """Whether a record begins here with an empty text on a line of its own."""
        value = at + len(self.line_text)
        if not self.line_text or not window.holds(self.line_text, at):
            return False
        if not window.data.startswith(OPENERS, value):
            window.touched_end |= value == window.size
            return False
        frame = self.whole(window, at)
        return frame is not None and frame.is_valid and frame.payload_start == value

    def holds(self, frame: Frame) -> bool:
        """Whether nothing suggests that a notice cuts into this record: its sizes fit, or its texts are whole."""
        if self.layout.is_sized and frame.complete and not frame.has_wrong_size:
            return True
        spans_lines = any(b"\n" in (text or b"") for name, text in frame.fields.items() if name != "value")
        return frame.is_valid and not spans_lines

    # -- starts ------------------------------------------------------------------------------------------------------

    def next_start(self, window: Window, at: int) -> int:
        """The next start at or after ``at``; the end of the data where there is none."""
        return self.starts.next(window, at)

    def cannot_begin(self, window: Window, at: int) -> bool:
        """Whether no record can begin at ``at``, which is the beginning of a line."""
        return self.layout.is_anchored and not self.starts.begins_record(window, at)

    def surely_begins(self, window: Window, at: int) -> bool:
        """Whether the anchor of a record stands at ``at``."""
        return self.layout.is_anchored and self.starts.begins_record(window, at)

    def may_be_cut(self, window: Window, at: int, notice: int) -> bool:
        """Whether what stands from ``at`` up to a notice may be the beginning of a record that it cuts."""
        if not self.layout.is_anchored:
            return window.line_end(at) > notice
        beginning = Window(window.data[at : min(notice, at + LONGEST_BEGINNING)], window.work)
        return fixed_run(self.layout.anchor, beginning, 0) is not None

    def first_elements(self, window: Window, at: int) -> tuple[Literal | Field, ...] | None:
        """The elements before the payload as the record at ``at`` has them, each choice settled; None if unknown."""
        bound = self.starts.lines(window, at)
        way = next(self.columns.ways(window, at, bound), None)
        return None if way is None else tuple(cut.element for cut in way.cuts)

    # -- one record --------------------------------------------------------------------------------------------------

    def record(self, window: Window, at: int) -> Frame | None:
        """The record that begins at ``at``; None where the elements before the payload do not match."""
        attempt = self._attempt(window, at)
        if attempt is None or attempt.frame is not None or window.is_undecided:
            return None if attempt is None else attempt.frame
        if attempt.way is None or attempt.bound is None:
            return self._cut_off(window, at, attempt.begun) if attempt.is_cut else None
        return self._broken(window, at, attempt.way, attempt.bound)

    def whole(self, window: Window, at: int, bound: Bound | None = None) -> Frame | None:
        """The record that begins at ``at`` if it is whole (within ``bound``, where one is given)."""
        attempt = self._attempt(window, at, bound, is_candidate=True)
        return None if attempt is None else attempt.frame

    def _attempt(
        self, window: Window, at: int, within: Bound | None = None, *, is_candidate: bool = False
    ) -> _Attempt | None:
        begun = fixed_run(self.layout.anchor, window, at)
        if begun is None:
            return None
        if isinstance(begun, PartialMatch):
            return _Attempt(None, begun=begun.cuts, is_cut=True)
        if self.is_sized:
            frame = self._by_size(window, at)
            if frame is not None:
                return _Attempt(frame)
        up_to_next = UpToNext(self.starts, window, self._behind_own_starts(window, max(at + 1, begun[1])))
        first: Way | None = None
        doubtful: Frame | None = None
        tried = 0
        nulls = self.nulls
        ways = self.columns.ways(window, at, self._texts(window, at, up_to_next), nulls=nulls)
        for count, way in enumerate(ways):
            if not self.layout.has_value:
                return _Attempt(self.builder.frame(window, at, way.cuts, None, Ending(way.end, (), way.end)))
            if first is None or self._is_likelier(window.data, way, first):
                first = way
            reach = within or self._reach(window, way, up_to_next)
            is_null = doubtful is not None and self._is_null(window, way.end, reach)
            if not way.is_closed or not (count == 0 or is_null or self._may_tell(window, way.end)):
                continue
            tried += 1
            ending = self.endings.whole(window, way.end, reach)
            if ending is not None and (count == 0 or is_null or self._tells(window.data[way.end : ending.end])):
                frame = self.builder.frame(window, at, way.cuts, way.end, ending)
                frame.has_wrong_size = self.is_sized
                if count or not self.may_be_key(window.data[way.end : ending.end]):
                    return _Attempt(frame)
                doubtful = frame
            if tried == MOST_READINGS or window.data.startswith(_DOCUMENTS, way.end):
                break
        if doubtful is not None:
            return _Attempt(doubtful)
        if first is None and self.layout.is_anchored and not is_candidate:
            # A text that spans lines ends at the first place, whatever the payload is.
            first = next(self.columns.ways(window, at, up_to_next, nulls=nulls), None)
            if first is not None and not self.layout.has_value:
                return _Attempt(self.builder.frame(window, at, first.cuts, None, Ending(first.end, (), first.end)))
            if first is not None:
                ending = self.endings.whole(window, first.end, up_to_next) if first.is_closed else None
                if ending is not None:
                    frame = self.builder.frame(window, at, first.cuts, first.end, ending)
                    frame.has_wrong_size = self.is_sized
                    return _Attempt(frame)
        if first is None:
            is_cut = self.layout.is_anchored and up_to_next.at() == window.size
            return _Attempt(None, begun=begun[0], is_cut=is_cut)
        return _Attempt(None, first, self._reach(window, first, up_to_next))

    def _texts(self, window: Window, at: int, up_to_next: UpToNext) -> Bound:
        """How far the texts before the payload may reach: to the end of the lines that the record's beginning takes."""
        lines = self.starts.lines(window, at)
        return OwnLines(lines, up_to_next) if self.layout.is_anchored else lines

    def _reach(self, window: Window, way: Way, up_to_next: UpToNext) -> Bound:
        """How far the payload may reach. Without an anchor, its own line is no start."""
        is_found = self.layout.is_anchored and not self.own_starts
        return up_to_next if is_found else UpToNext(self.starts, window, way.end + 1)

    def _behind_own_starts(self, window: Window, at: int) -> int:
        """Where a start may be looked for that is none of this record's own."""
        for _ in range(self.own_starts):
            at = min(self.starts.next(window, at) + 1, window.size)
        return at

    def _is_likelier(self, data: bytes, way: Way, first: Way) -> bool:
        """Whether a broken payload rather begins behind this way: its texts are closed, a document begins there."""
        if not first.is_closed:
            return way.is_closed
        return way.is_closed and data.startswith(OPENERS, way.end) and not data.startswith(OPENERS, first.end)

    def _may_tell(self, window: Window, value: int) -> bool:
        """Whether what begins at ``value`` may be a payload that no part of a key looks like."""
        data = window.data
        return data[value : value + 1] in _TELLING_BEGINNINGS or any(map(window.holds, self.null_texts, repeat(value)))

    def _tells(self, payload: bytes) -> bool:
        """Whether a payload that is JSON, null or empty is one that no part of a key looks like."""
        return payload[:1] in _TELLING_BEGINNINGS or (bool(payload) and payload in self.null_texts)

    def may_be_key(self, payload: bytes) -> bool:
        """Whether this is rather the end of a key with a blank in it and a separator behind (``user 1 ``)."""
        separator = self.blank_separator
        return bool(separator) and payload.endswith(separator) and payload[:1] not in OPENERS

    def _is_null(self, window: Window, value: int, bound: Bound) -> bool:
        return self.endings.ends_here(window, value, bound, is_anchored=self.layout.is_anchored)

    def _by_size(self, window: Window, at: int) -> Frame | None:
        """The record whose payload ends by its size and is followed by what the layout says."""
        data = window.data
        nulls = self.nulls
        bound = self._texts(window, at, UpToNext(self.starts, window, at + 1))
        ways = self.columns.ways(window, at, bound, nulls=nulls, by_size=True)
        for way in islice(ways, MOST_SIZED_READINGS):
            ends = sized_ends(self.value, way.cuts, data, way.end, nulls)
            if way.end in ends:
                # What is printed for null may still come.
                for text in filter(None, nulls):
                    window.holds(text, way.end)
            for end in ends:
                if end > window.size:
                    window.touched_end = True
                    continue
                tail = self.endings.tail(window, end, bound.moved(end))
                if isinstance(tail, PartialMatch):
                    if end == window.size or tail.cuts or not data[end:].strip(_LINE_ENDS):
                        ending = Ending(end, tail.cuts, window.size, complete=False, is_cut=True)
                        return self.builder.frame(window, at, way.cuts, way.end, ending)
                elif tail is not None:
                    return self.builder.frame(window, at, way.cuts, way.end, Ending(end, *tail))
        return None

    def _broken(self, window: Window, at: int, way: Way, bound: Bound) -> Frame:
        """Rule 3c."""
        value = way.end
        limit = bound.at()
        scan = window.scan(value, limit)
        if scan.state != "incomplete":
            again = found_again(self, window, max(scan.at, at + 1), limit, Line(value, is_quoted=True, breaks=scan.at))
            if again >= 0:
                limit = again
                scan = window.scan(value, limit) if scan.at > limit else scan
        ending = self.endings.broken(window, value, limit, bound, scan)
        frame = self.builder.frame(window, at, way.cuts, value, ending)
        frame.has_wrong_size = self.is_sized
        return frame

    # -- records that are not whole ----------------------------------------------------------------------------------

    def _damaged(self, window: Window, at: int, stop: int) -> Frame | None:
        """A record that begins as the layout says and is damaged before its payload; None where nothing says so.

        Its first literal says so, where that is long enough; else all of its anchor.
        """
        if not self.layout.is_anchored:
            return None
        text = self.starts.first_text
        is_told = text is not None and len(text.strip()) >= TELLING and window.data.startswith(text, at)
        if not is_told and not self.starts.begins_record(window, at):
            return None
        cuts: tuple[Cut, ...] = ()
        inside = Window(window.data[at : min(stop, at + LONGEST_BEGINNING)], window.work)
        for count in range(1, len(self.layout.anchor) + 1):
            taken = fixed_run(self.layout.anchor[:count], inside, 0)
            if taken is None or isinstance(taken, PartialMatch):
                break
            cuts = taken[0]
        moved = tuple(Cut(cut.element, cut.start + at, cut.end + at) for cut in cuts)
        return self.builder.without_payload(window, at, moved, stop)

    def _cut_off(self, window: Window, at: int, cuts: tuple[Cut, ...]) -> Frame | None:
        """A record of which the end of the dump shows only some fields; None if it shows none."""
        if not any(isinstance(cut.element, Field) for cut in cuts):
            return None
        return self.builder.without_payload(window, at, cuts, window.size)
