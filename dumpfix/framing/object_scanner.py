"""The fast reader of objects: whole lines (or jq's indented objects) with orjson, many at once.

A row is taken only where it provably is what :mod:`dumpfix.framing.objects` says of it: orjson reads it as an object,
its members are of the types that the tool prints, and its payload is JSON. The rule reads the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby, repeat
from operator import methodcaller
from typing import Any, cast

import orjson

from dumpfix.framing.frame import Batch, Counts, Frame
from dumpfix.framing.objects import ObjectRule
from dumpfix.framing.rule import Item
from dumpfix.framing.window import Window
from dumpfix.json.lexer import WHITE_SPACE, run_end
from dumpfix.json.validity import all_valid, is_valid
from dumpfix.layout.model import Field, Layout, ObjectLayout
from dumpfix.layout.vocabulary import Kind

#: a region is looked at in pieces of this size, in bytes
REGION = 1 << 18

#: how jq ends an object that it indents
_INDENTED_END = b"\n}\n"
_TEXTS: frozenset[object] = frozenset((str, type(None)))
_NOTHING: frozenset[object] = frozenset((type(None),))
#: stands for a member that an object has not
_ABSENT = object()
#: the types that members of these kinds have where the tool printed them; an absent one reads as None
_TYPES: dict[Kind, frozenset[object]] = {
    Kind.INTEGER: frozenset((int, type(None))),
    Kind.JSON_STRING: _TEXTS,
    Kind.JSON_ANY: _TEXTS,
    Kind.JSON_TEXT: _TEXTS,
    # To be converted, which the rule does.
    Kind.JSON_DATE: _NOTHING,
    Kind.JSON_BASE64: _NOTHING,
    Kind.JSON_FLAG: _NOTHING,
}
#: what a record hardly has, and what needs a look at it where it has
_SELDOM = frozenset({"payload_error", "payload_text", "headers_text", "kept_verdict"})
_SCHEMA_IDS = frozenset((str, int, type(None)))

_Object = dict[str, object]


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
    """Many objects that lie directly behind one another; all of them have a key, or none has."""

    __slots__ = ("ending", "objects", "rows", "rule")

    objects: Sequence[_Object]
    rows: Sequence[bytes]
    ending: bytes
    rule: ObjectRule

    def fields(self, index: int) -> dict[str, bytes | None]:
        """The attributes of one record: those whose members it has."""
        fields: dict[str, bytes | None] = {}
        for path, meaning, absent_is_null in self.rule.paths:
            value: Any = self.objects[index]
            for name in path:
                value = value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT
            if meaning == "value":
                fields["value"] = self.values[index]
            elif value is not _ABSENT:
                fields[meaning] = _as_bytes(value)
            elif absent_is_null:
                fields[meaning] = None
        return fields

    @property
    def unread(self) -> Counts:
        """Members that hold something and that the layout does not know."""
        return _unread(self.rule, self.objects)

    def frames(self) -> Iterator[Frame]:
        """The same records one by one, without their spans."""
        for frame, parsed in zip(super().frames(), self.objects, strict=True):
            frame.unread = _unread(self.rule, (parsed,))
            yield frame

    def payload_start(self, index: int) -> int | None:
        """Where the payload of one record begins, from the record's first byte."""
        row, name = self.rows[index], self.rule.payload_name
        if name and row.count(name) == 1:
            # No string looks like that: its quotes would be escaped.
            return run_end(row, row.find(name) + len(name), len(row), WHITE_SPACE)
        return self.frame(index).payload_start

    def frame(self, index: int) -> Frame:
        """One record as the rule reads it by itself, from the record's first byte."""
        return self.rule.record(Window(self.rows[index] + self.ending), 0)


class ObjectScanner:
    """Reads items from a buffer: batches where orjson vouches for the objects, the rule's items elsewhere."""

    def __init__(self, layout: ObjectLayout, notices: Sequence[Layout] = ()) -> None:
        self.layout = layout
        self.rule = ObjectRule(layout, notices)
        self.payload = next(member for member in layout.members if member.field.meaning == "value")
        #: the payload is a value of its own, of which the bytes are wanted
        self.is_embedded = self.payload.field.kind is Kind.JSON_DOCUMENT
        #: members whose absence is told from null
        self.telling = [
            member.path for member in layout.members if member.field.meaning == "key" and not member.absent_is_null
        ]

    def items(self, window: Window, at: int) -> Iterator[Item | Batch]:
        """The items from ``at`` on in order, as far as the bytes of the window decide.

        The caller goes on behind the last item with more of them.
        """
        while at < window.size:
            rows, ending = self._rows(window, at)
            read = _Read(self, rows, bool(ending == _INDENTED_END))
            starts = list(accumulate((len(row) + len(ending) for row in rows), initial=at))
            index = 0
            while at < starts[-1] or not rows:
                if index < len(rows) and at == starts[index] and read.stops[index]:
                    stop = read.stops[index]
                    yield self._batch(rows[index:stop], read.objects[index:stop], read.values[index:stop], ending, at)
                    index, at = stop, starts[stop]
                    continue
                item = self.rule.decided_item(window, at)
                if item is None:
                    return
                yield item
                at = item.end
                while index < len(rows) and starts[index] < at:
                    index += 1
                if not rows:
                    break

    def _rows(self, window: Window, at: int) -> tuple[list[bytes], bytes]:
        """Whole records from ``at`` on, each without the bytes ``ending`` with which it ends."""
        data = window.data
        if data[at] != 0x7B:
            return [], b""
        ending = _INDENTED_END if data.startswith(b"{\n", at) else self.layout.separator or b""
        if not ending or window.place(ending, at) == window.size:
            return [], b""
        stop = window.place(ending, at + REGION)
        if stop == window.size:
            stop = data.rfind(ending, at, at + REGION + len(ending))
        window.work.steps += stop - at
        return data[at:stop].split(ending), ending

    def _batch(
        self, rows: list[bytes], objects: Sequence[_Object], values: Sequence[bytes | None], ending: bytes, at: int
    ) -> Batch:
        outer = len(ending)
        lengths = [length + outer for length in map(len, rows)]
        batch = ObjectBatch(at, (), (), {}, {}, values, lengths, 0)
        batch.objects = objects
        batch.columns = _LazyColumns(self._makers(objects, values))
        batch.rows = rows
        batch.ending = ending
        batch.rule = self.rule
        return batch

    def _makers(
        self, objects: Sequence[_Object], values: Sequence[bytes | None]
    ) -> dict[str, Callable[[], Sequence[bytes | None]]]:
        def text(path: tuple[bytes, ...]) -> Callable[[], Sequence[bytes | None]]:
            return lambda: _column(_at(path, objects, None))

        first = (objects[0],)
        present: set[str] = set().union(*objects)
        makers = {
            bound.meaning: text(path)
            for path, bound, absent_is_null, _ in self.layout.members
            if bound.meaning
            and (absent_is_null or path[0].decode() in present)
            and (path not in self.telling or _at(path, first, _ABSENT)[0] is not _ABSENT)
        }
        makers["value"] = lambda: values
        return makers


class _Read:
    """What orjson makes of the rows of a region.

    ``stops`` has for each row the end of the run of rows that begins with it and can be told as one batch; 0 where
    the row is left to the rule. ``objects`` and ``values`` mean something only for the others.
    """

    def __init__(self, scanner: ObjectScanner, rows: list[bytes], is_indented: bool) -> None:
        self.objects, is_good = _parsed(rows, is_indented=is_indented)
        self.values: list[bytes | None] = []
        self.stops: list[int] = []
        if not rows:
            return
        self._check_members(scanner, is_good)
        self._read_values(scanner, rows, is_good)
        columns = [_at(path, self.objects, _ABSENT) for path in scanner.telling]
        has_key = [value is not _ABSENT for value in columns[0]] if columns else [True] * len(rows)
        begin = 0
        for (good, _), run in groupby(zip(is_good, has_key, strict=True)):
            stop = begin + sum(1 for _ in run)
            self.stops.extend([stop if good else 0] * (stop - begin))
            begin = stop

    def _check_members(self, scanner: ObjectScanner, is_good: list[bool]) -> None:
        present: set[str] = set().union(*self.objects)
        for member in scanner.layout.members:
            is_payload = member is scanner.payload
            is_required = member.path in scanner.rule.required or (is_payload and not member.absent_is_null)
            if not is_required and member.path[0].decode() not in present:
                continue
            column = _at(member.path, self.objects, _ABSENT if is_required else None)
            allowed = _allowed(member.field)
            if allowed is not None and not set(map(type, column)) <= allowed:
                for index, value in enumerate(column):
                    is_good[index] &= type(value) in allowed

    def _read_values(self, scanner: ObjectScanner, rows: list[bytes], is_good: list[bool]) -> None:
        if scanner.is_embedded:
            *outer, name = scanner.payload.path
            shown, wanted = b'"%b":' % name, name.decode()
            pairs = zip(rows, self.objects, strict=True)
            found = [None if outer else _embedded(row, one, shown, wanted) for row, one in pairs]
            # A string is the text of a payload, which takes more than its bytes.
            is_good[:] = [
                good and text is not None and text[:1] != b'"' for good, text in zip(is_good, found, strict=True)
            ]
            self.values = [None if text == b"null" else text for text in found]
            self._check_values(is_good)
            return
        texts = cast("list[str | None]", _at(scanner.payload.path, self.objects, None))
        if all(is_good) and None not in texts:
            self.values = list(map(str.encode, cast("list[str]", texts)))
        else:
            self.values = [
                text.encode() if good and text is not None else None for text, good in zip(texts, is_good, strict=True)
            ]
        self._check_values(is_good)

    def _check_values(self, is_good: list[bool]) -> None:
        if not all_valid([value for value in self.values if value]):
            for index, value in enumerate(self.values):
                is_good[index] &= not value or is_valid(value)


def _parsed(rows: list[bytes], *, is_indented: bool) -> tuple[list[_Object], list[bool]]:
    """The rows as orjson reads them, an empty object for one that is no object to it; and which of them are."""
    whole = [row + b"\n}" for row in rows] if is_indented else rows
    try:
        objects: list[Any] = list(map(orjson.loads, whole))
    except ValueError:
        objects = list(map(_loads, whole))
    is_good = [kind is dict for kind in map(type, objects)]
    if not all(is_good):
        objects = [parsed if good else {} for parsed, good in zip(objects, is_good, strict=True)]
    if not all(map(bytes.startswith, whole, repeat(b"{"))) or not all(map(bytes.endswith, whole, repeat(b"}"))):
        # What stands around the object is a tile of its own.
        is_good = [good and row[:1] == b"{" and row[-1:] == b"}" for good, row in zip(is_good, whole, strict=True)]
    if is_indented:
        # To the rule a line that begins with an object says that the one before was cut.
        is_good = [good and b"\n{" not in row for good, row in zip(is_good, whole, strict=True)]
    return objects, is_good


def _allowed(field: Field) -> frozenset[object] | None:
    """The types that a member has where the record need not be looked at by itself; None for any."""
    if field.meaning in _SELDOM:
        return _NOTHING
    if field.kind is Kind.JSON_ANY and field.meaning not in ("key", "value"):
        return _SCHEMA_IDS
    return _TYPES.get(field.kind)


def _embedded(row: bytes, parsed: _Object, name: bytes, wanted: str) -> bytes | None:
    """The bytes of a member's value in an object, where they are valid JSON; None where it takes more to find them.

    ``name`` is how its name stands there (``"value":``), ``wanted`` the name. Nothing inside a string looks like that,
    and what begins in an inner object ends in it.
    """
    begin = row.find(name)
    if begin < 0:
        return None
    behind, last = "", next(reversed(parsed), "")
    for behind in reversed(parsed):
        if behind == wanted:
            break
        last = behind
    if behind != wanted:
        return None
    end = len(row) - row.endswith(b"}")
    if last != wanted:
        end = row.rfind(b',"%b":' % last.encode("utf-8", "surrogatepass"), begin)
    return None if end < 0 else row[begin + len(name) : end].strip(WHITE_SPACE)


def _unread(rule: ObjectRule, objects: Sequence[_Object]) -> Counts:
    """The members of these objects that hold something and that the layout does not know."""
    counts: Counter[str] = Counter()
    for path, known in rule.known.items():
        names = [part.decode() for part in path]
        values: Sequence[object] = _at(path, objects, None) if path else objects
        holders = [value for value in values if isinstance(value, dict)]
        # What stands where an object should is not read either.
        counts[".".join(names)] += len(values) - len(holders) - sum(value is None for value in values)
        for name in sorted(set().union(*holders) - known):
            counts[".".join((*names, name))] += sum(one.get(name) is not None for one in holders)
    return tuple((+counts).items())


def _loads(row: bytes) -> object:
    try:
        return orjson.loads(row)
    except ValueError:
        return None


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
