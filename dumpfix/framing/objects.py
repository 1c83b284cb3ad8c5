"""Records that are JSON objects: ``kcat -J`` as it prints them, and the same re-printed by jq.

The rule is the one of :mod:`dumpfix.framing.rule` with one difference: a record tells its own end. An object is
read leniently (kcat writes bytes that are no UTF-8 into its strings); the payload in it is judged strictly later.
A string holds no line end, since every tool escapes it: where one stands, the object was cut. What makes an array of
the objects (``jq -s``) stands between them and says nothing.

The next start is the nearest line that begins with an object or a notice, or the nearest place where an object begins
with the first member that the tool prints: nothing inside a string can look like that, since quotes are escaped there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from dumpfix.framing.frame import Frame, Span
from dumpfix.framing.json_fields import has_malformed_escape, take_json
from dumpfix.framing.notices import Notices, RuleWithNotices
from dumpfix.framing.rule import Item
from dumpfix.framing.window import Window
from dumpfix.json.lexer import WHITE_SPACE, run_end
from dumpfix.json.strings import MISMATCH, PARTIAL, unescape
from dumpfix.json.validity import is_valid
from dumpfix.layout.model import Field, Layout, ObjectLayout
from dumpfix.layout.vocabulary import Kind

#: blanks before an object of an array, and before its first member
DEEPEST_INDENT = 32
#: brackets and commas between two objects (``],[``)
MOST_OF_AN_ARRAY = 3

#: what stands around and between the objects of an array
_ARRAY = b"[,]"
_SCALAR = b"+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OPEN, _CLOSE, _QUOTE, _COLON, _COMMA, _LINE_END = 0x7B, 0x7D, 0x22, 0x3A, 0x2C, 0x0A


@dataclass(slots=True)
class _Value:
    path: tuple[bytes, ...]
    start: int
    end: int
    is_whole: bool = True


class _BrokenObjectError(Exception):
    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class ObjectRule(RuleWithNotices):
    """Reads one item at a time, like :class:`dumpfix.framing.rule.LinearRule`."""

    def __init__(self, layout: ObjectLayout, notices: Sequence[Layout] = ()) -> None:
        self.layout = layout
        self.notices = Notices.of(tuple(notices))
        self.members = {member.path: member.field for member in layout.members}
        #: without these an object is no record of the tool's, and what else is not in it says nothing
        self.required = layout.required
        #: members that hold members of the record
        self.outer = frozenset(path[:depth] for path in self.members for depth in range(1, len(path)))
        #: the names that the outermost object and each of those may hold
        self.known = {
            path: {name.decode() for *above, name in (*self.members, *self.outer) if tuple(above) == path}
            for path in ((), *self.outer)
        }
        #: the members that a record needs, their names as they are read
        self.paths = [
            (tuple(name.decode() for name in path), field.meaning, absent_is_null)
            for path, field, absent_is_null, _ in layout.members
            if field.meaning
        ]
        value = layout.path_of("value") or ()
        #: what stands before the payload, where it is a member of the outermost object
        self.payload_name = b'"%b":' % value[0] if len(value) == 1 else b""
        #: how the tool begins every object
        self.beginning = b'{"' + layout.members[0].path[0] + b'"'

    # -- items -------------------------------------------------------------------------------------------------------

    def item(self, window: Window, at: int) -> Item:
        """The item that begins at ``at`` (< size), as if the dump ended with the window."""
        notice = self.notices.match(window, at)
        if notice is not None:
            return notice
        byte = window.data[at]
        if byte in WHITE_SPACE:
            return Span(at, run_end(window.data, at, window.size, WHITE_SPACE), "separator")
        if byte in _ARRAY and (end := self._array_end(window, at)) > at:
            return Span(at, end, "literal")
        if byte == _OPEN:
            frame = self.record(window, at)
            return frame if self.holds(frame) else self.without_inner_notices(window, at, frame) or frame
        return Span(at, self.next_start(window, at + 1), "garbage")

    def _array_end(self, window: Window, at: int) -> int:
        """Behind the brackets and commas at ``at`` that stand before an object or end the dump; ``at`` for others."""
        data = window.data
        end = at
        for _ in range(MOST_OF_AN_ARRAY):
            if end < window.size and data[end] in _ARRAY:
                end += 1
            blank = run_end(data, end, window.size, WHITE_SPACE)
            if blank == window.size:
                window.touched_end = True
            if blank == window.size or data[blank] == _OPEN:
                return end
            if data[blank] not in _ARRAY:
                break
            end = blank
        return at + 1 if data[at] == 0x5D and data[at + 1 : at + 2] in (b"\n", b"\r") else at

    # -- starts ------------------------------------------------------------------------------------------------------

    def next_start(self, window: Window, at: int) -> int:
        """The next start at or after ``at``; the end of the data where there is none."""
        beginning = window.place(self.beginning, at)
        line_end = window.line_end(max(at - 1, 0))
        while line_end + 1 < min(beginning, window.size):
            start = line_end + 1
            if window.data[start] == _OPEN or self.notices.match(window, start) is not None:
                return start
            indented = self._indented(window, start)
            if indented >= 0:
                return indented
            line_end = window.line_end(start)
        if beginning == window.size:
            window.touched_end = True
        return beginning

    def _indented(self, window: Window, at: int) -> int:
        """Where in a line that begins at ``at`` an object begins that blanks stand before; -1 where none does.

        Its first member has to be the first of the tool's, since a payload may hold objects too.
        """
        data = window.data
        brace = run_end(data, at, min(window.size, at + DEEPEST_INDENT), WHITE_SPACE)
        if brace < window.size and data[brace] != _OPEN:
            return -1
        name = run_end(data, brace + 1, min(window.size, brace + 1 + DEEPEST_INDENT), WHITE_SPACE)
        return brace if window.holds(self.beginning[1:], name) else -1

    def holds(self, frame: Frame) -> bool:
        """Whether the object is whole: a notice inside breaks it."""
        return frame.complete

    def cannot_begin(self, window: Window, at: int) -> bool:
        """Whether no object begins at ``at``."""
        return window.data[at : at + 1] != b"{"

    def surely_begins(self, window: Window, at: int) -> bool:
        """Whether an object begins at ``at``."""
        return window.data[at : at + 1] == b"{"

    def may_be_cut(self, window: Window, at: int, notice: int) -> bool:  # noqa: ARG002
        """Whether an object may begin at ``at`` that a notice cuts."""
        return window.data[at : at + 1] == b"{"

    # -- one record --------------------------------------------------------------------------------------------------

    def record(self, window: Window, at: int) -> Frame:
        """The object that begins at ``at``, with what its members say."""
        members: list[_Value] = []
        try:
            end = self._object(window, at, members)
        except _BrokenObjectError as broken:
            stop = self.next_start(window, max(broken.at, at + 1))
            return self._frame(window.data, at, members, stop, complete=False)
        finally:
            window.work.steps += (members[-1].end if members else at + 1) - at
        separator = self.layout.separator
        stop = end + len(separator) if separator and window.holds(separator, end) else end
        return self._frame(window.data, at, members, stop, complete=True)

    def _object(self, window: Window, at: int, members: list[_Value], path: tuple[bytes, ...] = ()) -> int:
        """Walk the members of the object at ``at``; where it ends. Raises _BrokenObjectError where it stops.

        ``path`` are the names that lead to it: objects that hold members of the record are walked too.
        """
        data = window.data
        position = self._skip(window, at + 1)
        if data[position] == _CLOSE:
            return position + 1
        while True:
            position = self._skip(window, position)
            if data[position] != _QUOTE:
                raise _BrokenObjectError(position)
            name_end = self.string_end(window, position)
            name = (*path, data[position + 1 : name_end - 1])
            position = self._skip(window, name_end)
            if data[position] != _COLON:
                raise _BrokenObjectError(position)
            position = self._skip(window, position + 1)
            if data[position] == _OPEN and name in self.outer:
                end = self._object(window, position, members, name)
            else:
                end = self._value(window, position, members, name)
            position = self._skip(window, end)
            if data[position] == _CLOSE:
                return position + 1
            if data[position] != _COMMA:
                raise _BrokenObjectError(position)
            position += 1

    def _value(self, window: Window, at: int, members: list[_Value], path: tuple[bytes, ...]) -> int:
        """Note the value at ``at`` down as a member; where it ends."""
        try:
            end = self.value_end(window, at)
        except _BrokenObjectError as broken:
            members.append(_Value(path, at, broken.at, is_whole=False))
            raise
        members.append(_Value(path, at, end))
        return end

    def _skip(self, window: Window, at: int) -> int:
        """Behind the blanks at ``at``. Raises where the data ends there."""
        end = run_end(window.data, at, window.size, WHITE_SPACE)
        if end >= window.size:
            window.touched_end = True
            raise _BrokenObjectError(window.size)
        return end

    def string_end(self, window: Window, at: int) -> int:
        """Behind the string at ``at``. Raises where a line end or the end of the data comes before its quote."""
        end = window.string_end(at)
        if end == MISMATCH:
            raise _BrokenObjectError(window.line_end(at))
        if end == PARTIAL:
            window.touched_end = True
            raise _BrokenObjectError(window.size)
        return end

    def value_end(self, window: Window, at: int) -> int:
        """Where the value at ``at`` ends: a string, a scalar, or a container with its brackets matched."""
        data = window.data
        depth = 0
        position = at
        while True:
            if position >= window.size:
                window.touched_end = True
                raise _BrokenObjectError(window.size)
            byte = data[position]
            if byte == _QUOTE:
                position = self.string_end(window, position)
            elif byte in b"{[":
                depth += 1
                position += 1
            elif byte in b"}]":
                depth -= 1
                position += 1
            elif byte in _SCALAR:
                position = run_end(data, position, window.size, _SCALAR)
                window.touched_end |= position == window.size
            elif depth and byte in b",: \t\r\n":
                if byte == _LINE_END and data[position + 1 : position + 2] == b"{":
                    # A new line that begins with an object: the one before was cut.
                    raise _BrokenObjectError(position)
                position += 1
                continue
            else:
                raise _BrokenObjectError(position)
            if depth < 0:
                raise _BrokenObjectError(position - 1)
            if depth == 0:
                return position

    # -- frames ------------------------------------------------------------------------------------------------------

    def _frame(self, data: bytes, at: int, members: Sequence[_Value], stop: int, *, complete: bool) -> Frame:
        fields: dict[str, bytes | None] = {}
        spans: list[Span] = []
        position = at
        payload_start = None
        fault = None
        is_embedded = False
        unread: dict[bytes, bool] = {}
        seen: set[tuple[bytes, ...]] = set()
        for member in members:
            seen.add(member.path)
            bound = self.members.get(member.path)
            text = data[member.start : member.end]
            if bound is None:
                unread[b".".join(map(unescape, member.path))] = text != b"null"
                continue
            spans.append(Span(position, member.start, "literal"))
            spans.append(Span(member.start, member.end, "field", bound.terminal))
            position = member.end
            is_value = bound.meaning == "value" or (bound.meaning == "payload_text" and text != b"null")
            if is_value:
                payload_start = member.start
                is_embedded = text[:1] != b'"'
            if not bound.meaning or not (member.is_whole or is_value):
                continue
            self._take(fields, bound, text, is_whole=member.is_whole)
            if has_malformed_escape(text, is_whole=member.is_whole):
                name = b".".join(member.path).decode("utf-8", "backslashreplace")
                fault = f'the JSON that the tool printed is broken: "{name}" holds an escape that JSON does not know'
                if is_value:
                    fields[bound.meaning] = text.removeprefix(b'"').removesuffix(b'"')
        if position < stop:
            spans.append(Span(position, stop, "literal" if complete else "garbage"))
        if complete and self.required <= seen:
            for path, bound, absent_is_null, _ in self.layout.members:
                if absent_is_null and path not in seen:
                    fields[bound.meaning] = None
        if "payload_text" in fields and ((exact := fields.pop("payload_text")) is not None or "value" not in fields):
            fields["value"] = exact
        payload = fields.get("value")
        is_fine = payload is None or (not payload and not is_embedded) or is_valid(payload)
        is_judged = complete and "value" in fields and is_fine and fault is None
        is_cut = not complete and stop == len(data)
        return Frame(
            at,
            stop,
            fields,
            spans,
            payload_start,
            complete,
            is_valid=is_judged,
            fault=fault,
            is_cut=is_cut,
            unread=tuple((name.decode("utf-8", "backslashreplace"), 1) for name, holds in unread.items() if holds),
        )

    def _take(self, fields: dict[str, bytes | None], bound: Field, text: bytes, *, is_whole: bool) -> None:
        """Put what a member's value says among the fields: a string's content, None for null, else its JSON text."""
        if bound.kind is Kind.JSON_VALUE:
            # As the batches have it, which see only what orjson read.
            try:
                fields[bound.meaning] = orjson.dumps(orjson.loads(text))
            except ValueError:
                fields[bound.meaning] = text
        else:
            take_json(fields, bound, text, is_whole=is_whole)
