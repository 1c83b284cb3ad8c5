"""The rule for records that are JSON objects, as :mod:`dumpfix.framing.objects` has it written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dumpfix.framing.frame import Span as Tile
from dumpfix.layout.model import Layout, ObjectLayout
from tests.oracles.dump import Dump, Record

_BLANKS = re.compile(rb"[ \t\r\n]*")
_FEW_BLANKS = re.compile(rb"[ \t\r\n]{0,32}")
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]+")


class _BrokenError(Exception):
    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class ObjectDump(Dump):
    """A dump whose records are objects."""

    def __init__(self, data: bytes, layout: ObjectLayout, notices: Sequence[Layout]) -> None:
        super().__init__(data, notices)
        self.layout = layout
        self.all_notices = notices
        self.beginning = b'{"' + layout.members[0].path[0] + b'"'
        self.members = {member.path: member.field for member in layout.members}

    def like_this(self, data: bytes) -> Dump:
        return ObjectDump(data, self.layout, self.all_notices)

    def item(self, at: int) -> Tile | Record:
        notice = self.notice(at)
        if notice is not None:
            return notice
        blanks = self._blanks(at)
        if blanks > at:
            return Tile(at, blanks, "separator")
        if self.d[at] in b"[,]" and (end := self._array(at)) > at:
            return Tile(at, end, "literal")
        if self.d[at : at + 1] == b"{":
            record = self.record(at)
            return record if self.holds(record) else self.without_notices(at, record) or record
        return Tile(at, self.next_start(at + 1), "garbage")

    def _blanks(self, at: int) -> int:
        found = _BLANKS.match(self.d, at)
        assert found
        return found.end()

    def _array(self, at: int) -> int:
        """Up to three brackets and commas, blanks between them, before an object or the end."""
        for count in (1, 2, 3):
            found = re.compile(rb"([\[,\]])([ \t\r\n]*[\[,\]]){%d}" % (count - 1)).match(self.d, at)
            if found and (self._blanks(found.end()) == self.n or self.d[self._blanks(found.end())] == 0x7B):
                return found.end()
        return at + 1 if re.compile(rb"\][\r\n]").match(self.d, at) else at

    def next_start(self, at: int) -> int:
        for place in range(at, self.n):
            if self.d.startswith(self.beginning, place):
                return place
            if place and self.d[place - 1] == 0x0A:
                if self.d[place : place + 1] == b"{" or self.notice(place) is not None:
                    return place
                indent = _FEW_BLANKS.match(self.d, place)
                assert indent
                inner = _FEW_BLANKS.match(self.d, indent.end() + 1)
                is_open = self.d[indent.end() : indent.end() + 1] == b"{"
                if is_open and inner and self.d.startswith(self.beginning[1:], inner.end()):
                    return indent.end()
        return self.n

    def holds(self, record: Record) -> bool:
        return record.complete

    def surely_begins(self, at: int) -> bool:
        return self.d[at : at + 1] == b"{"

    def cannot_begin(self, at: int) -> bool:
        return self.d[at : at + 1] != b"{"

    def may_be_cut(self, at: int, notice: int) -> bool:
        return notice > at and self.d[at : at + 1] == b"{"

    def record(self, at: int) -> Record:
        fields: list[tuple[tuple[bytes, ...], int, int]] = []
        try:
            stop, complete = self._object(at, fields, ()), True
            separator = self.layout.separator or b""
            if separator and self.d.startswith(separator, stop):
                stop += len(separator)
        except _BrokenError as broken:
            stop, complete = self.next_start(max(broken.at, at + 1)), False
        record = Record(at, stop, [], None, complete)
        position = at
        for path, start, end in fields:
            if path in self.members:
                record.tiles.append(Tile(position, start, "literal"))
                record.tiles.append(Tile(start, end, "field", self.members[path].terminal))
                position = end
        record.tiles.append(Tile(position, stop, "literal" if complete else "garbage"))
        return record

    def _next(self, at: int) -> tuple[int, bytes]:
        at = self._blanks(at)
        if at >= self.n:
            raise _BrokenError(self.n)
        return at, self.d[at : at + 1]

    def _object(self, at: int, fields: list[tuple[tuple[bytes, ...], int, int]], path: tuple[bytes, ...]) -> int:
        at, byte = self._next(at + 1)
        if byte == b"}":
            return at + 1
        while True:
            if byte != b'"':
                raise _BrokenError(at)
            end = self._string(at)
            name = (*path, self.d[at + 1 : end - 1])
            at, byte = self._next(end)
            if byte != b":":
                raise _BrokenError(at)
            at, byte = self._next(at + 1)
            if byte == b"{" and any(known[: len(name)] == name and known != name for known in self.members):
                end = self._object(at, fields, name)
            else:
                end = self._value(at, name, fields)
            at, byte = self._next(end)
            if byte == b"}":
                return at + 1
            if byte != b",":
                raise _BrokenError(at)
            at, byte = self._next(at + 1)

    def _value(self, at: int, name: tuple[bytes, ...], fields: list[tuple[tuple[bytes, ...], int, int]]) -> int:
        try:
            end = self._any(at)
        except _BrokenError as broken:
            fields.append((name, at, broken.at))
            raise
        fields.append((name, at, end))
        return end

    def _string(self, at: int) -> int:
        end = self.string_end(at)
        if end is None:
            raise _BrokenError(self.line_end(at))
        if end == -1:
            raise _BrokenError(self.n)
        return end

    def _any(self, at: int) -> int:
        """A string, a scalar, or whatever stands between brackets of which as many close as open."""
        depth = 0
        while at < self.n:
            byte = self.d[at : at + 1]
            if byte == b'"':
                at = self._string(at)
            elif byte in (b"{", b"["):
                depth, at = depth + 1, at + 1
            elif byte in (b"}", b"]"):
                if depth == 0:
                    raise _BrokenError(at)
                depth, at = depth - 1, at + 1
            elif scalar := _SCALAR.match(self.d, at):
                at = scalar.end()
            elif depth and byte in (b",", b":", b" ", b"\t", b"\r", b"\n"):
                if self.d.startswith(b"\n{", at):
                    raise _BrokenError(at)
                at += 1
                continue
            else:
                raise _BrokenError(at)
            if depth == 0:
                return at
        raise _BrokenError(self.n)
