"""Records that are JSON objects: ``kcat -J`` as it prints them, and the same re-printed by jq.

The rule is the one of :mod:`dumpfix.framing.rule` with one difference: a record tells its own end. An object is
read leniently (kcat writes bytes that are no UTF-8 into its strings); the payload in it is judged strictly later.
A string holds no line end, since every tool escapes it: where one stands, the object was cut. What makes an array of
the objects (``jq -s``) stands between them and says nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, cast

import orjson

from dumpfix.framing.frame import Batch, Frame, NeedMoreError, Span
from dumpfix.framing.json_fields import take_json
from dumpfix.framing.notices import Notices, RuleWithNotices
from dumpfix.framing.rule import Item
from dumpfix.json.strings import MISMATCH, PARTIAL, closing_quote
from dumpfix.json.validity import all_valid, is_valid
from dumpfix.layout.model import Field, Layout, ObjectLayout
from dumpfix.layout.vocabulary import Kind

REGION = 1 << 18
#: bytes between two objects that are taken for a delimiter of the user's
LONGEST_SEPARATOR = 16

_BLANK = b" \t\r\n"
#: blanks before an object of an array, and before its first member
DEEPEST_INDENT = 32
#: what stands around and between the objects of an array
_ARRAY = b"[,]"
_TEXTS: frozenset[object] = frozenset((str, type(None)))
_NOTHING: frozenset[object] = frozenset((type(None),))
#: stands for a member that an object has not
_ABSENT = object()
#: the types that members of these kinds have where the tool printed them; an absent one reads as None
_TYPES: dict[Kind, frozenset[object]] = {
    Kind.INTEGER: frozenset((int, type(None))),
    Kind.JSON_STRING: _TEXTS,
    Kind.JSON_ANY: _TEXTS,
    # To be converted, which the rule does.
    Kind.JSON_DATE: _NOTHING,
    Kind.JSON_BASE64: _NOTHING,
}
_SCALAR = frozenset(b"+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _blank_end(data: bytes, at: int, most: int = sys.maxsize) -> int:
    stop = min(len(data), most)
    while at < stop and data[at] in _BLANK:
        at += 1
    return at


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
        #: how the tool begins every object; nothing inside a string can look like it, since quotes are escaped there
        self.beginning = b'{"' + layout.members[0].path[0] + b'"'

    def item(self, data: bytes, at: int, *, final: bool) -> Item:
        """The item that begins at ``at`` (< len(data)). Raises NeedMoreError where only more bytes decide."""
        notice = self.notices.match(data, at, final=final)
        if notice is not None:
            return notice
        if data[at] in _BLANK:
            return Span(at, _blank_end(data, at), "separator")
        if data[at] in _ARRAY and (end := self._array_end(data, at, final=final)) > at:
            return Span(at, end, "separator")
        if data[at] == 0x7B:
            frame = self.record(data, at, final=final)
            return frame if self.holds(frame) else self.without_inner_notices(data, at, frame, final=final) or frame
        near = data.find(self.beginning, at, at + LONGEST_SEPARATOR + len(self.beginning))
        if near > 0 and data[near - 1] != 0x0A:
            # kcat -J -D with some text of its own between the objects.
            return Span(at, near, "separator")
        stop, is_open = self.next_start(data, at + 1, final=final)
        if is_open:
            raise NeedMoreError
        return Span(at, stop, "garbage")

    def _array_end(self, data: bytes, at: int, *, final: bool) -> int:
        """Where the brackets, commas and blanks end that stand at ``at`` between objects; ``at`` if they do not."""
        end = at
        while end < len(data) and (data[end] in _ARRAY or data[end] in _BLANK):
            end += 1
        if end == len(data) and not final:
            raise NeedMoreError
        if end == len(data) or data[end] == 0x7B:
            return end
        return at + 1 if data[at] == 0x5D and data[at + 1] in _BLANK else at

    def next_start(self, data: bytes, at: int, *, final: bool) -> tuple[int, bool]:
        """The next line that begins with an object or a notice, or the next object of an array as jq prints it.

        True where the data at hand ends before one.
        """
        begin = at
        line_end = data.find(b"\n", max(at - 1, 0))
        try:
            while True:
                start = line_end + 1 if line_end >= 0 else len(data)
                inside = data.find(b"," + self.beginning, begin, start)
                if inside >= 0:
                    return inside + 1, False
                if start == len(data):
                    return start, not final
                if data[start] == 0x7B or self.notices.match(data, start, final=final):
                    return start, False
                indented = self._indented(data, start, final=final)
                if indented >= 0:
                    return indented, False
                begin = start
                line_end = data.find(b"\n", start)
        except NeedMoreError:
            return len(data), True

    def _indented(self, data: bytes, at: int, *, final: bool) -> int:
        """Where in a line that begins at ``at`` an object begins that blanks stand before; -1 where none does.

        Its first member has to be the first of the tool's, since a payload may hold objects too.
        """
        brace = _blank_end(data, at, at + DEEPEST_INDENT)
        name = _blank_end(data, brace + 1, brace + 1 + DEEPEST_INDENT)
        wanted = self.beginning[1:]
        if brace < len(data) and data[brace] != 0x7B:
            return -1
        if len(data) - name < len(wanted) and wanted.startswith(data[name:]) and not final:
            raise NeedMoreError
        return brace if data.startswith(wanted, name) else -1

    # -- one record ------------------------------------------------------------------------------------------

    def holds(self, frame: Frame) -> bool:
        """Whether the object is whole: a notice inside breaks it."""
        return frame.complete

    def cannot_begin(self, data: bytes, at: int, *, final: bool) -> bool:  # noqa: ARG002
        """Whether no object begins at ``at``."""
        return data[at : at + 1] != b"{"

    def surely_begins(self, data: bytes, at: int, *, final: bool) -> bool:  # noqa: ARG002
        """Whether an object begins at ``at``."""
        return data[at : at + 1] == b"{"

    def record(self, data: bytes, at: int, *, final: bool) -> Frame:
        """The object that begins at ``at``, with what its members say."""
        members: list[_Value] = []
        try:
            end = self._object(data, at, members, final=final)
        except _BrokenObjectError as broken:
            stop, is_open = self.next_start(data, max(broken.at, at + 1), final=final)
            if is_open:
                raise NeedMoreError from None
            return self._frame(data, at, members, stop, complete=False)
        separator = self.layout.separator
        stop = end
        if separator:
            if len(data) - end < len(separator) and separator.startswith(data[end:]) and not final:
                raise NeedMoreError
            if data.startswith(separator, end):
                stop = end + len(separator)
        return self._frame(data, at, members, stop, complete=True)

    def _object(self, data: bytes, at: int, members: list[_Value], *, final: bool, path: tuple[bytes, ...] = ()) -> int:
        """Walk the members of the object at ``at``; where it ends. Raises _BrokenObjectError where it stops.

        ``path`` are the names that lead to it: objects that hold members of the record are walked too.
        """

        def skip(position: int) -> int:
            while position < len(data) and data[position] in _BLANK:
                position += 1
            if position == len(data):
                if not final:
                    raise NeedMoreError
                raise _BrokenObjectError(position)
            return position

        position = skip(at + 1)
        if data[position] == 0x7D:
            return position + 1
        while True:
            position = skip(position)
            if data[position] != 0x22:
                raise _BrokenObjectError(position)
            name_end = self.string_end(data, position, final=final)
            name = (*path, data[position + 1 : name_end - 1])
            position = skip(name_end)
            if data[position] != 0x3A:
                raise _BrokenObjectError(position)
            position = skip(position + 1)
            if data[position] == 0x7B and name in self.outer:
                end = self._object(data, position, members, final=final, path=name)
            else:
                end = self._value(data, position, members, name, final=final)
            position = skip(end)
            if data[position] == 0x7D:
                return position + 1
            if data[position] != 0x2C:
                raise _BrokenObjectError(position)
            position += 1

    def _value(self, data: bytes, at: int, members: list[_Value], path: tuple[bytes, ...], *, final: bool) -> int:
        """Note the value at ``at`` down as a member; where it ends."""
        try:
            end = self.value_end(data, at, final=final)
        except _BrokenObjectError as broken:
            members.append(_Value(path, at, broken.at, is_whole=False))
            raise
        members.append(_Value(path, at, end))
        return end

    def string_end(self, data: bytes, at: int, *, final: bool) -> int:
        """Behind the string at ``at``. Raises where a line end or the end of the data comes before its quote."""
        end = closing_quote(data, at)
        if end == MISMATCH:
            raise _BrokenObjectError(data.find(b"\n", at))
        if end == PARTIAL:
            if not final:
                raise NeedMoreError
            raise _BrokenObjectError(len(data))
        return end

    def value_end(self, data: bytes, at: int, *, final: bool) -> int:
        """Where the value at ``at`` ends: a string, a scalar, or a container with its brackets matched."""
        depth = 0
        position = at
        while True:
            if position >= len(data):
                if not final:
                    raise NeedMoreError
                raise _BrokenObjectError(len(data))
            byte = data[position]
            if byte == 0x22:
                position = self.string_end(data, position, final=final)
            elif byte in b"{[":
                depth += 1
                position += 1
            elif byte in b"}]":
                depth -= 1
                position += 1
            elif byte in _SCALAR:
                while position < len(data) and data[position] in _SCALAR:
                    position += 1
                if position == len(data) and not final:
                    raise NeedMoreError
            elif depth and byte in b",: \t\r\n":
                if byte == 0x0A and data[position + 1 : position + 2] == b"{" and data[at] != 0x0A:
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

    def _frame(self, data: bytes, at: int, members: Sequence[_Value], stop: int, *, complete: bool) -> Frame:
        fields: dict[str, bytes | None] = {}
        spans: list[Span] = []
        position = at
        payload_start = None
        seen: set[tuple[bytes, ...]] = set()
        for member in members:
            seen.add(member.path)
            bound = self.members.get(member.path)
            if bound is None:
                continue
            text = data[member.start : member.end]
            spans.append(Span(position, member.start, "literal"))
            spans.append(Span(member.start, member.end, "field", bound.terminal))
            position = member.end
            if bound.meaning == "value":
                payload_start = member.start
                fields["value_embedded"] = None if text[:1] == b'"' else b"1"
            if bound.meaning and (member.is_whole or bound.meaning == "value"):
                self._take(fields, bound, text, is_whole=member.is_whole)
        if position < stop:
            role = "literal" if complete else "garbage"
            spans.append(Span(position, stop, role))  # type: ignore[arg-type]
        if complete and self.required <= seen:
            for path, bound, absent_is_null, _ in self.layout.members:
                if absent_is_null and path not in seen:
                    fields[bound.meaning] = None
        payload = fields.get("value")
        if fields.pop("value_embedded", None) is None:
            valid = payload is None or not payload or is_valid(payload)
        else:
            valid = payload is None or is_valid(payload)
        is_judged = complete and "value" in fields and valid
        return Frame(at, stop, fields, spans, payload_start, complete, is_valid=is_judged)

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


class _LazyColumns(Mapping[str, Sequence[bytes | None]]):
    """Columns of parsed objects, made when they are asked for."""

    def __init__(self, makers: dict[str, Callable[[], Sequence[bytes | None]]]) -> None:
        self._makers = makers
        self._made: dict[str, Sequence[bytes | None]] = {}

    def __getitem__(self, name: str) -> Sequence[bytes | None]:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class ObjectBatch(Batch):
    """Many objects that lie directly behind one another."""

    __slots__ = ("ending", "objects", "rows", "rule")

    objects: Sequence[dict[str, object]]
    rows: Sequence[bytes]
    ending: bytes
    rule: ObjectRule

    def fields(self, index: int) -> dict[str, bytes | None]:
        """The attributes of one record: those whose members it has."""
        parsed = (self.objects[index],)
        fields: dict[str, bytes | None] = {}
        for path, bound, absent_is_null, _ in self.rule.layout.members:
            value = next(iter(_at(path, parsed, _ABSENT)))
            if bound.meaning and (value is not _ABSENT or absent_is_null):
                fields[bound.meaning] = None if value is _ABSENT else _as_bytes(value)
        return fields

    def spans(self) -> Iterator[Span]:
        """The tiles of these records, as the rule reads them one by one."""
        for start, row in zip(self.starts(), self.rows, strict=True):
            item = self.rule.item(row + self.ending, 0, final=True)
            assert isinstance(item, Frame)
            for span in item.spans:
                yield span._replace(start=span.start + start, end=span.end + start)


def _parsed(rows: list[bytes], closer: bytes) -> list[dict[str, object]]:
    """The rows as orjson reads them, up to the first one that is no object or no JSON to it."""
    whole = [row + closer for row in rows] if closer else rows
    try:
        objects: list[Any] = list(map(orjson.loads, whole))
    except ValueError:
        objects = []
        for row in whole:
            try:
                objects.append(orjson.loads(row))
            except ValueError:
                break
    kinds = list(map(type, objects))
    if kinds.count(dict) == len(kinds):
        return objects
    return objects[: next(i for i, kind in enumerate(kinds) if kind is not dict)]


class ObjectScanner:
    """Reads whole lines (or jq's indented objects) with orjson; the rule reads what orjson cannot vouch for."""

    def __init__(self, layout: ObjectLayout, notices: Sequence[Layout] = ()) -> None:
        self.layout = layout
        self.rule = ObjectRule(layout, notices)
        self.payload = next(member for member in layout.members if member.field.meaning == "value")
        self.errors = [member.path for member in layout.members if member.field.meaning == "payload_error"]

    def items(self, data: bytes, at: int, *, final: bool) -> Iterator[Item | Batch]:
        """The items of ``data[at:]`` in order, as far as these bytes decide."""
        #: up to here no row is an object by itself
        slow_until = 0
        while at < len(data):
            rows, ending = self._rows(data, at) if at >= slow_until else ([], b"")
            batch = self._batch(rows, ending, at) if rows else None
            if batch is not None:
                yield batch
                at = batch.end
                if len(batch) == len(rows):
                    continue
            elif at >= slow_until and data[at] == 0x7B:
                slow_until = at + len(rows[0]) if rows else len(data)
            # The object that orjson could not vouch for, or no object at all.
            try:
                item = self.rule.item(data, at, final=final)
            except NeedMoreError:
                return
            yield item
            at = item.end

    def _rows(self, data: bytes, at: int) -> tuple[list[bytes], bytes]:
        """Whole records from ``at`` on, each without the bytes ``ending`` with which it ends."""
        if data[at] != 0x7B:
            return [], b""
        ending = b"\n}\n" if data.startswith(b"{\n", at) else self.layout.separator or b""
        if not ending:
            return [], b""
        stop = data.find(ending, at + REGION)
        if stop < 0:
            stop = data.rfind(ending, at)
        if stop < 0:
            return [], b""
        return data[at:stop].split(ending), ending

    def _batch(self, rows: list[bytes], ending: bytes, at: int) -> Batch | None:
        """The rows before the first one that orjson cannot vouch for; None where that is the first."""
        objects = _parsed(rows, b"\n}" if ending == b"\n}\n" else b"")
        values = self._payloads(objects)
        texts = [value for value in values if value] if None in values or b"" in values else values
        if not all_valid(cast("Sequence[bytes]", texts)):
            values = values[: next(i for i, value in enumerate(values) if value and not is_valid(value))]
        if not values:
            return None
        count = len(values)
        outer = len(ending)
        lengths = [length + outer for length in map(len, rows[:count])]
        batch = ObjectBatch(at, (), (), {}, {}, values, lengths, 0)
        batch.objects = objects[:count]
        batch.columns = _LazyColumns(self._makers(batch.objects, values))
        batch.rows = rows[:count]
        batch.ending = ending
        batch.rule = self.rule
        return batch

    def _payloads(self, objects: list[dict[str, object]]) -> Sequence[bytes | None]:
        """The payloads of the objects before the first one whose members are not of the types that the tool prints."""
        count = len(objects)
        payloads: list[object] = []
        for member in self.layout.members:
            is_payload = member is self.payload
            is_required = member.path in self.rule.required or (is_payload and not member.absent_is_null)
            column = _at(member.path, objects, _ABSENT if is_required else None)
            if is_payload:
                payloads = column
            if member.path in self.errors:
                allowed: frozenset[object] | None = _NOTHING
            else:
                allowed = _TYPES.get(member.field.kind)
            if allowed is not None and not set(map(type, column)) <= allowed:
                count = min(count, next(i for i, value in enumerate(column) if type(value) not in allowed))
        texts = cast("list[str | None]", payloads[:count])
        if None in texts:
            return [None if text is None else text.encode() for text in texts]
        return list(map(str.encode, cast("list[str]", texts)))

    def _makers(
        self, objects: list[dict[str, object]], values: Sequence[bytes | None]
    ) -> dict[str, Callable[[], Sequence[bytes | None]]]:
        def text(path: tuple[bytes, ...]) -> Callable[[], Sequence[bytes | None]]:
            return lambda: _column(_at(path, objects, None))

        present: set[str] = set().union(*objects)
        makers = {
            bound.meaning: text(path)
            for path, bound, absent_is_null, _ in self.layout.members
            if bound.meaning and (absent_is_null or path[0].decode() in present)
        }
        makers["value"] = lambda: values
        return makers


def _at(path: Sequence[bytes], objects: Sequence[object], absent: object) -> list[object]:
    """The value at a path of each of these parsed objects; ``absent`` where it is not there."""
    *outer, last = (name.decode() for name in path)
    for name in outer:
        objects = [
            found if isinstance(found := one.get(name), dict) else {}
            for one in cast("list[dict[str, object]]", objects)
        ]
    return list(map(methodcaller("get", last, absent), objects))


def _column(values: list[Any]) -> list[bytes | None]:
    """A column of parsed members as bytes, in C where all are of one type."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return list(map(str.encode, values))
    if kinds == {int}:
        return list(map(b"%d".__mod__, values))
    return [_as_bytes(value) for value in values]


def _as_bytes(value: object) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    return orjson.dumps(value)
