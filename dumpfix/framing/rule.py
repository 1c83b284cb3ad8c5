"""The one rule by which both readers find the records of a linear layout.

At a place where an item begins (the beginning of the dump, or directly behind another item), in this order:

1. **Notice**: a notice of the grammar matches, up to and with its line feed.
2. **Blank**: line ends between records are a separator, unless a record of this layout can be an empty line.
3. **Record**: the elements before the payload match. Then the payload ends

   a. by its size, or, if it is printed as a JSON value, where that ends; if what follows the payload in the
      layout stands there;
   b. else at the first place where it is empty, is the null literal, or is a complete JSON text, and what
      follows the payload in the layout stands there. A text field before it ends at the first place for which
      the payload does so and the text closes the brackets and quotes that it opens; behind another separator
      than the first the payload must not be a number (``12: 30: 45`` is a text with colons in it) nor empty.
      A scalar with a blank separator behind it (``user 1 ``) is the payload only where no other way is found, and
      here nothing (or the null literal) up to the end of the record is one: rather a key with a blank and a null;
   c. else before the next start: at the last place where what follows the payload stands; or, where it stands
      nowhere (then the record is not complete), behind an object or array that a line end follows, or at the
      next start itself.

4. **Garbage**: everything up to a whole record that the line holds later on, where the layout's first literal tells
   it; else everything up to the next start. Where it begins with the layout's first literal, it is a record
   that is damaged before its payload.

The **next start** is the nearest later line that begins with a notice or with a record. A record's beginning is
recognised by its anchor: the literals and numbers before the first text. A layout without one (``%k: %s``) has
nothing to be recognised by; there a line is taken to begin a record if it holds all that stands before the
payload and is not empty nor begins with a blank, a comma or a closing bracket, as lines inside a pretty-printed
document do. That is on the careful side: ``{"a":[1,`` and ``{"b":2}]}`` stay two broken payloads.

A notice printed into the middle of a record (kcat writes records in blocks of 4096 bytes, notices at once) is
taken out where the record does not hold with it inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from dumpfix.framing.elements import (
    Cut,
    PartialMatch,
    fixed_run,
    prefixes,
    sized_ends,
)
from dumpfix.framing.frame import Frame, NeedMoreError, Span
from dumpfix.framing.json_fields import json_end, take_json
from dumpfix.framing.notices import Notices, RuleWithNotices
from dumpfix.json.strings import MISMATCH, PARTIAL, closing_quote
from dumpfix.json.validity import ScanResult, is_valid, passes_gate, scan_value
from dumpfix.layout.conversions import milliseconds
from dumpfix.layout.model import Field, Layout, Literal
from dumpfix.layout.vocabulary import FREE_TEXT, JSON_VALUES, MARKERS, SIZES, Kind

Item = Frame | Span

#: a first literal as long as this tells a damaged record from any other line
TELLING = 3
#: how many ways of splitting the text before a payload are tried
MOST_READINGS = 32
FEW_READINGS = 12
#: what stands before the payload of a record that the scanner takes for an example
LONGEST_PREFIX = 1 << 16

_INSIDE_A_DOCUMENT = b" \t\r\n}],"
_LINE_ENDS = b"\r\n"
_OPENERS = (b"{", b"[")
#: how every JSON value begins that is no number
_TELLING_BEGINNINGS = (*_OPENERS, b'"', b"t", b"f", b"n")
_JSON_WHITE_SPACE = b" \t\r\n"


class LinearRule(RuleWithNotices):
    """The rule at the top of this file, for one layout. Knows nothing of files or of chunks."""

    def __init__(self, layout: Layout, notices: Sequence[Layout] = ()) -> None:
        self.layout = layout
        self.notices = Notices.of(tuple(notices))
        texts = [e for e in layout.prefix if not (isinstance(e, Field) and e.kind in FREE_TEXT)]
        self.null_texts = tuple(t for t in (layout.null_literal, layout.null_or_empty_literal) if t is not None)
        self.value = layout.value or Field("VALUE")
        #: a length that is printed with a JSON value is that of its content, and not needed
        self.is_sized = layout.is_sized and not layout.is_json
        tail = layout.suffix
        self.tail_has_text = any(isinstance(e, Field) and e.kind is Kind.TEXT for e in tail)
        self.tail_text = tail[0].text if tail and isinstance(tail[0], Literal) else None
        is_value_first = layout.has_value and not texts
        self.blank_is_record = is_value_first and self.tail_text is not None and self.tail_text[:1] == b"\n"
        first = layout.anchor[0] if layout.anchor else None
        self.anchor_text = first.text if isinstance(first, Literal) else None
        last = layout.prefix[-1] if layout.prefix else None
        #: what stands between key and payload, where it is blank: JSON may end with it, and so may a key and no payload
        self.blank_separator = (
            last.text if isinstance(last, Literal) and texts_end(layout) and last.text.isspace() else b""
        )
        self.ends_line = bool(tail) and isinstance(tail[-1], Literal) and tail[-1].text.endswith(b"\n")

    # -- items -----------------------------------------------------------------------------------------------

    def item(self, data: bytes, at: int, *, final: bool) -> Item:
        """The item that begins at ``at`` (< len(data)). Raises NeedMoreError where only more bytes decide."""
        notice = self.notices.match(data, at, final=final)
        if notice is not None:
            return notice
        if data[at] in _LINE_ENDS and not self.blank_is_record:
            return Span(at, _blank_end(data, at), "separator")
        frame = self.record(data, at, final=final)
        if frame is not None and self.holds(frame):
            return frame
        mended = self.without_inner_notices(data, at, frame, final=final)
        if mended is not None:
            return mended
        if frame is not None:
            return frame
        stop, is_open = self.next_start(data, at + 1, final=final)
        glued = self._glued(data, at, stop, final=final)
        if glued is not None:
            return Span(at, glued, "garbage")
        if is_open:
            raise NeedMoreError
        return self._damaged(data, at, stop) or Span(at, stop, "garbage")

    def _glued(self, data: bytes, at: int, stop: int, *, final: bool) -> int | None:
        """Where a whole record begins later in the line at ``at``, behind a prompt or bytes of a damaged file."""
        text = self.anchor_text
        if not self.layout.is_anchored or text is None or len(text.strip()) < TELLING:
            return None
        line_end = data.find(b"\n", at, stop)
        limit = stop if line_end < 0 else line_end
        for start in islice(self._anchors(data, at + 1), FEW_READINGS):
            if start >= limit:
                return None
            frame = self.record(data, start, final=final)
            if frame is not None and frame.is_valid and frame.fields.get("value"):
                return start
        return None

    def holds(self, frame: Frame) -> bool:
        """Whether nothing suggests that a notice cuts into this record: its sizes fit, or its texts are whole."""
        if self.layout.is_sized and frame.complete and not frame.has_wrong_size:
            return True
        spans_lines = any(b"\n" in (text or b"") for name, text in frame.fields.items() if name != "value")
        return frame.is_valid and not spans_lines

    # -- starts ----------------------------------------------------------------------------------------------

    def cannot_begin(self, data: bytes, at: int, *, final: bool) -> bool:
        """Whether no record can begin at ``at``, which is the beginning of a line."""
        return self.layout.is_anchored and not self.begins_record(data, at, final=final)

    def surely_begins(self, data: bytes, at: int, *, final: bool) -> bool:
        """Whether the anchor of a record stands at ``at``."""
        return self.layout.is_anchored and self.begins_record(data, at, final=final)

    def begins_record(self, data: bytes, at: int, *, final: bool) -> bool:
        """Whether a line that begins at ``at`` is taken for the beginning of a record."""
        if self.layout.is_anchored:
            taken = fixed_run(self.layout.anchor, data, at)
            if isinstance(taken, PartialMatch):
                if not final:
                    raise NeedMoreError
                return False
            return taken is not None
        if at >= len(data):
            return False
        is_own_blank = self.anchor_text is not None and data.startswith(self.anchor_text, at)
        if data[at] in _INSIDE_A_DOCUMENT and not is_own_blank:
            return False
        if self.blank_is_record:
            return True
        end = data.find(b"\n", at)
        if end < 0:
            if not final:
                raise NeedMoreError
            end = len(data)
        ways = prefixes(self.layout.prefix, data, at, end, is_open=False, null_text=None)
        return next(iter(ways), None) is not None

    def next_start(self, data: bytes, at: int, *, final: bool) -> tuple[int, bool]:
        """The next start at or after ``at``; with True where the data at hand ends before one was found."""
        try:
            for start in self._candidates(data, at):
                if self.begins_record(data, start, final=final):
                    return start, False
                if data[start : start + 1] in self.notices.first_bytes and self.notices.match(data, start, final=final):
                    return start, False
        except NeedMoreError:
            return len(data), True
        return len(data), not final

    def _candidates(self, data: bytes, at: int) -> Iterator[int]:
        """Beginnings of lines; for an anchored layout whose records are no lines, its first literal too."""
        if self.layout.is_anchored and not self.ends_line:
            yield from self._anchors(data, at)
            return
        line_end = data.find(b"\n", max(at - 1, 0))
        while line_end >= 0 and line_end + 1 < len(data):
            yield line_end + 1
            line_end = data.find(b"\n", line_end + 1)

    def first_elements(self, data: bytes, at: int) -> tuple[Literal | Field, ...] | None:
        """The elements before the payload as the record at ``at`` has them, each choice settled; None if unknown."""
        try:
            ways = prefixes(
                self.layout.prefix, data, at, min(len(data), at + LONGEST_PREFIX), is_open=False, null_text=None
            )
            way = next(iter(ways), None)
        except NeedMoreError:
            return None
        return None if way is None else tuple(cut.element for cut in way[0])

    def _anchors(self, data: bytes, at: int) -> Iterator[int]:
        """Where the first literal of the anchor stands, or the digits before it begin: anywhere in a line."""
        literal = next((e for e in self.layout.anchor if isinstance(e, Literal)), None)
        if literal is None:
            return
        is_first = self.layout.anchor[0] is literal
        found = data.find(literal.text, at)
        while found >= 0:
            start = found
            while not is_first and start > at and (data[start - 1 : start].isdigit() or data[start - 1] == 0x2D):
                start -= 1
            yield start
            found = data.find(literal.text, found + 1)

    # -- one record ------------------------------------------------------------------------------------------

    def record(self, data: bytes, at: int, *, final: bool) -> Frame | None:
        """The record that begins at ``at``; None where the elements before the payload do not match."""
        anchor = fixed_run(self.layout.anchor, data, at)
        if anchor is None:
            return None
        if isinstance(anchor, PartialMatch):
            if not final:
                raise NeedMoreError
            return self._cut_off(data, at, anchor.cuts)
        limit, is_open = self.next_start(data, max(at + 1, anchor[1]), final=final)
        if self.is_sized:
            frame = self._by_size(data, at, limit, final=final)
            if frame is not None:
                return frame
        stop, text_is_open = limit, is_open
        if not self.layout.is_anchored:
            line_end = data.find(b"\n", at, limit)
            if line_end >= 0:
                stop, text_is_open = line_end + (0 if self.tail_text == b"\n" else 1), False
        first: tuple[tuple[Cut, ...], int] | None = None
        doubtful: Frame | None = None
        null_text = self.layout.null_or_empty_literal
        ways = prefixes(self.layout.prefix, data, at, stop, is_open=text_is_open, null_text=null_text)
        for count, (cuts, value) in enumerate(islice(ways, MOST_READINGS if self.is_thorough else FEW_READINGS)):
            closed = _is_closed(cuts, data)
            if not self.layout.has_value:
                return self._frame(data, at, cuts, None, (), value, True)
            # Behind a later separator a payload has to show that the ones before belong to the key:
            # "12: 30: 45" is rather a text with colons in it.
            is_null = doubtful is not None and self._is_null(data, value, limit)
            may_begin = count == 0 or is_null or self._may_tell(data, value)
            ending = None
            if closed and may_begin and self.layout.is_json:
                ending = self._json_value(data, value, limit, is_open, final=final)
            elif closed and may_begin:
                ending = self._complete(data, value, limit, is_open)
            is_told = ending is not None and (count == 0 or is_null or self._tells(data[value : ending[0]]))
            if ending is not None and is_told:
                end, tail, stop = ending
                frame = self._frame(data, at, cuts, (value, end), tail, stop, True)
                frame.has_wrong_size = self.is_sized
                if count == 0 and self.may_be_key(data[value:end]):
                    doubtful = frame
                    continue
                return frame
            if first is None or (closed and not _is_closed(first[0], data)):
                first = cuts, value
        if doubtful is not None:
            return doubtful
        if first is None:
            if final and limit == len(data) and self.layout.is_anchored:
                return self._cut_off(data, at, anchor[0])
            return None
        if is_open:
            raise NeedMoreError
        frame = self._up_to_next_start(data, at, first[0], first[1], limit)
        frame.has_wrong_size = self.is_sized
        return frame

    def _may_tell(self, data: bytes, value: int) -> bool:
        """Whether what begins at ``value`` may be a payload that no part of a key looks like."""
        return data[value : value + 1] in _TELLING_BEGINNINGS or any(
            text.startswith(data[value : value + len(text)]) for text in self.null_texts
        )

    def _tells(self, payload: bytes) -> bool:
        """Whether a payload that is JSON, null or empty is one that no part of a key looks like."""
        return payload[:1] in _TELLING_BEGINNINGS or (bool(payload) and payload in self.null_texts)

    def may_be_key(self, payload: bytes) -> bool:
        """Whether this is rather the end of a key with a blank in it and a separator behind (``user 1 ``)."""
        separator = self.blank_separator
        return bool(separator) and payload.endswith(separator) and payload[:1] not in _OPENERS

    def _is_null(self, data: bytes, value: int, limit: int) -> bool:
        """Whether nothing stands at ``value`` but what stands for null, and then the record ends."""
        if self.tail_text is None or len(self.layout.suffix) > 1:
            return False
        for text in (b"", *self.null_texts):
            end = value + len(text) + len(self.tail_text)
            if data.startswith(text + self.tail_text, value) and (end >= limit or not self.layout.is_anchored):
                return True
        return False

    def _by_size(self, data: bytes, at: int, limit: int, *, final: bool) -> Frame | None:
        """The record whose payload ends by its size and is followed by what the layout says."""
        null_text = self.layout.null_or_empty_literal
        ways = prefixes(self.layout.prefix, data, at, limit, is_open=not final, null_text=null_text)
        for cuts, value in islice(ways, MOST_READINGS if self.is_thorough else FEW_READINGS):
            ends = sized_ends(self.value, cuts, data, value, null_text)
            if not final and value in ends and null_text and null_text.startswith(data[value:]):
                # What is printed for null may still come.
                raise NeedMoreError
            for end in ends:
                if end > len(data):
                    if not final:
                        raise NeedMoreError
                    continue
                tail = self._tail(data, end, limit, is_open=not final)
                if isinstance(tail, PartialMatch):
                    if not final:
                        raise NeedMoreError
                    if end == len(data) or tail.cuts or data[end:].strip(_LINE_ENDS) == b"":
                        return self._frame(data, at, cuts, (value, end), tail.cuts, len(data), False)
                elif tail is not None:
                    return self._frame(data, at, cuts, (value, end), tail[0], tail[1], True)
        return None

    def _tail(
        self, data: bytes, at: int, limit: int, *, is_open: bool
    ) -> tuple[tuple[Cut, ...], int] | PartialMatch | None:
        """Match what stands behind the payload. A text in it ends where the layout goes on, before ``limit``."""
        taken = fixed_run(self.layout.suffix, data, at)
        if not self.tail_has_text or taken is None or isinstance(taken, PartialMatch):
            return taken
        stop = max(limit, taken[1])
        ways = prefixes(self.layout.suffix, data, at, stop, is_open=is_open, null_text=None)
        return next(iter(ways), None)

    def _complete(self, data: bytes, value: int, limit: int, is_open: bool) -> tuple[int, tuple[Cut, ...], int] | None:
        """Rule 3b: where the payload ends, the cuts behind it, and where the record ends."""
        tail_text = self.tail_text
        if tail_text is not None:
            first = data.find(tail_text, value, limit)
            if first >= 0:
                payload = data[value:first]
                if not payload or payload in self.null_texts or is_valid(payload):
                    tail = self._tail(data, first, limit, is_open=is_open)
                    if tail is not None and not isinstance(tail, PartialMatch):
                        return first, *tail
                    if isinstance(tail, PartialMatch) and is_open:
                        raise NeedMoreError
        if not self.layout.suffix:
            return self._up_to_follower(data, value, limit, is_open)
        scan = self._scan(data, value, limit, is_open)
        if scan.state == "incomplete" or (scan.state == "complete" and scan.at == limit and is_open):
            if is_open:
                raise NeedMoreError
            return None
        if scan.state != "complete":
            return None
        at = scan.at
        while True:
            tail = self._tail(data, at, limit, is_open=is_open)
            if isinstance(tail, PartialMatch):
                if is_open:
                    raise NeedMoreError
            elif tail is not None:
                return at, *tail
            if at >= limit or data[at] not in b" \t\r\n":
                return None
            at += 1

    def _json_value(
        self, data: bytes, value: int, limit: int, is_open: bool, *, final: bool
    ) -> tuple[int, tuple[Cut, ...], int] | None:
        """Rule 3a for a payload that is printed as a JSON value: a string may hold what looks like a next start."""
        is_bounded = data[value : value + 1] != b'"' and (self.ends_line or not self.layout.is_anchored)
        end = json_end(self.value, data, value, limit if is_bounded else len(data))
        if end == PARTIAL and (is_open or not (final or is_bounded)):
            raise NeedMoreError
        if is_open and is_bounded and next(self._candidates(data, value + 1), end) < end:
            # The next record may begin inside it.
            raise NeedMoreError
        if end in (PARTIAL, MISMATCH):
            return None
        tail = self._tail(data, end, limit, is_open=is_open)
        if isinstance(tail, PartialMatch):
            if is_open:
                raise NeedMoreError
            return None
        return None if tail is None else (end, *tail)

    def _scan(self, data: bytes, value: int, limit: int, is_open: bool) -> ScanResult:
        """The JSON value at ``value``. Where the next start is known, orjson can mostly vouch for what lies before."""
        last = -1 if is_open or self.tail_text is None else data.rfind(self.tail_text, value, limit)
        if last > value:
            text = data[value:last].rstrip(_JSON_WHITE_SPACE)
            if passes_gate(text):
                return ScanResult("complete", value + len(text))
        return scan_value(data, value, limit)

    def _up_to_follower(
        self, data: bytes, value: int, limit: int, is_open: bool
    ) -> tuple[int, tuple[Cut, ...], int] | None:
        """Rule 3b where nothing stands behind the payload: it ends where the next record, a notice or the dump does.

        An object or array shows its end by itself.
        """
        stop = len(data) if self.layout.is_anchored else limit
        scan = scan_value(data, value, stop)
        if data[value : value + 1] in _OPENERS:
            if scan.state == "complete":
                return scan.at, (), scan.at
            if scan.state == "incomplete" and is_open:
                raise NeedMoreError
        if is_open:
            raise NeedMoreError
        scan = scan_value(data, value, limit)
        if value == limit and limit < len(data):
            return value, (), value
        if scan.state == "complete" and scan.at == limit and not (scan.touches_end and limit == len(data)):
            return scan.at, (), scan.at
        return None

    def _up_to_next_start(self, data: bytes, at: int, cuts: tuple[Cut, ...], value: int, limit: int) -> Frame:
        """Rule 3c."""
        if self.tail_text is not None:
            end = limit
            for _ in range(MOST_READINGS):
                end = data.rfind(self.tail_text, value, end)
                if end < 0:
                    break
                tail = self._tail(data, end, limit, is_open=False)
                if tail is not None and not isinstance(tail, PartialMatch) and tail[1] <= limit:
                    return self._frame(data, at, cuts, (value, end), tail[0], tail[1], True)
                end += len(self.tail_text) - 1
        scan = scan_value(data, value, limit)
        if limit == len(data) and scan.state == "complete":
            rest = self._tail(data, scan.at, limit, is_open=False)
            if isinstance(rest, PartialMatch):
                return self._frame(data, at, cuts, (value, scan.at), rest.cuts, limit, False)
        is_container = data[value : value + 1] in _OPENERS
        if is_container and scan.state == "complete" and data[scan.at : scan.at + 1] in (b"\n", b"\r"):
            return self._frame(data, at, cuts, (value, scan.at), (), limit, False)
        end = limit
        while end > value and data[end - 1] in _LINE_ENDS:
            end -= 1
        return self._frame(data, at, cuts, (value, end), (), limit, False)

    def _damaged(self, data: bytes, at: int, stop: int) -> Frame | None:
        """A record that begins as the layout says and is damaged before its payload; None where nothing says so."""
        text = self.anchor_text
        if not self.layout.is_anchored or text is None or len(text.strip()) < TELLING or not data.startswith(text, at):
            return None
        cuts: tuple[Cut, ...] = ()
        for count in range(1, len(self.layout.anchor) + 1):
            taken = fixed_run(self.layout.anchor[:count], data[:stop], at)
            if taken is None or isinstance(taken, PartialMatch):
                break
            cuts = taken[0]
        return self._frame(data, at, cuts, None, (), stop, False)

    def _cut_off(self, data: bytes, at: int, cuts: tuple[Cut, ...]) -> Frame | None:
        """A record of which the end of the dump shows only some fields; None if it shows none."""
        if not any(isinstance(cut.element, Field) for cut in cuts):
            return None
        return self._frame(data, at, cuts, None, (), len(data), False)

    # -- frames ----------------------------------------------------------------------------------------------

    def _frame(
        self,
        data: bytes,
        at: int,
        cuts: tuple[Cut, ...],
        value: tuple[int, int] | None,
        tail: tuple[Cut, ...],
        stop: int,
        complete: bool,
    ) -> Frame:
        spans: list[Span] = []
        everything = [*cuts, *([Cut(self.value, *value)] if value else []), *tail]
        position = at
        for element, start, end in everything:
            if start > position:
                spans.append(Span(position, start, "separator"))
            if isinstance(element, Literal):
                spans.append(Span(start, end, "literal"))
            else:
                spans.append(Span(start, end, "field", element.terminal))
            position = end
        if position < stop:
            spans.append(Span(position, stop, "separator" if value or not cuts else "garbage"))
        fields = interpret(self.layout, everything, data)
        payload = fields.get("value")
        return Frame(
            at,
            stop,
            fields,
            spans,
            value[0] if value else None,
            complete,
            is_valid=complete and (payload is None or not payload or is_valid(payload)) and bool(value),
        )


def texts_end(layout: Layout) -> bool:
    """Whether a text stands right before the literal that stands before the payload."""
    before = layout.prefix[-2] if len(layout.prefix) > 1 else None
    return isinstance(before, Field) and before.kind is Kind.TEXT


def null_texts(layout: Layout, attribute: str) -> tuple[bytes, ...]:
    """The texts that stand for a null key or payload where no size is printed.

    A key that prints nothing is taken for null where the tool prints nothing for null; a payload that does so is
    left empty, since its verdict has to say that it is ambiguous.
    """
    if any(f"{attribute.upper()}_SIZE" in name for name in layout.fields):
        return ()
    if layout.null_literal is not None:
        return (layout.null_literal, b"") if layout.empty_may_be_null and attribute == "key" else (layout.null_literal,)
    if attribute == "value":
        return ()
    return (b"",) if layout.null_or_empty_literal is None else (b"", layout.null_or_empty_literal)


def interpret(layout: Layout, cuts: Sequence[Cut], data: bytes) -> dict[str, bytes | None]:
    """The attributes of a record: bytes, or None for a key or payload that is known to be null."""
    fields: dict[str, bytes | None] = {}
    sizes: dict[str, int] = {}
    #: attributes whose JSON says by itself whether they are null
    said: set[str] = set()
    for element, start, end in cuts:
        if isinstance(element, Literal):
            if element.name in MARKERS:
                attribute, says = MARKERS[element.name]
                fields[attribute] = says
            continue
        if element.kind in SIZES:
            binary = element.kind is Kind.BINARY_SIZE
            size = int.from_bytes(data[start:end], "big", signed=True) if binary else int(data[start:end])
            sizes[element.meaning.removesuffix("_size")] = size
        elif element.kind in JSON_VALUES and element.meaning:
            text = data[start:end]
            is_whole = closing_quote(text, 0) == len(text) if text[:1] == b'"' else True
            take_json(fields, element, text, is_whole=is_whole)
            said.add(element.meaning)
        elif element.kind is Kind.DATE:
            fields[element.meaning] = milliseconds(data[start:end])
        elif element.meaning:
            fields[element.meaning] = data[start:end]
    for name in ("key", "value"):
        shown = fields.get(name)
        if shown is None or name in said:
            continue
        known = sizes.get(name)
        if (known == -1 and shown in (b"", layout.null_or_empty_literal)) or (
            known is None and shown in null_texts(layout, name)
        ):
            fields[name] = None
        elif known == 0 and shown == layout.null_or_empty_literal:
            fields[name] = b""
    return fields


def is_closed_text(text: bytes) -> bool:
    """Whether a text closes the brackets and quotes that it opens."""
    return (
        text.count(b"{") == text.count(b"}")
        and text.count(b"[") == text.count(b"]")
        and not (text.count(b'"') - text.count(b'\\"')) % 2
    )


def _is_closed(cuts: Sequence[Cut], data: bytes) -> bool:
    """Whether every text before the payload closes the brackets and quotes that it opens."""
    return all(
        is_closed_text(data[start:end])
        for element, start, end in cuts
        if isinstance(element, Field) and element.kind is Kind.TEXT
    )


def _blank_end(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _LINE_ENDS:
        at += 1
    return at
