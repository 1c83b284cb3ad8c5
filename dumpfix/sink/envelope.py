"""``--to envelope``: one JSON object per record, with everything that the dump shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat

from dumpfix.framing.frame import Batch
from dumpfix.record.fields import EXTRA, Reading, timestamp_type
from dumpfix.record.model import Record
from dumpfix.sink import json_text
from dumpfix.sink.values import single_lines

#: a column of texts, each a member with the comma behind it; or a text that is the same for all records
_Column = Iterable[bytes]
_UNCLEAR = b',"unclear":true}\n'
#: how a payload may begin and end that has to stand there as a text, too
_BEGINNINGS = (b'"', b"null", b" ", b"\t")
_ENDS = (b" ", b"\t")


class Envelope:
    """Members in a fixed order; what the dump does not show is absent, a null key or value is ``null``.

    Where the layout of the dump is unclear, so that keys and coordinates may be others, each has ``"unclear": true``.
    """

    emits_tombstones = True

    def __init__(self, reading: Reading, *, is_unclear: bool = False) -> None:
        self.reading = reading
        self._end = _UNCLEAR if is_unclear else b"}\n"

    def record(self, record: Record) -> bytes:
        """See Sink."""
        members = list(self._members(record))
        exact = record.raw_value if record.verdict == "valid" else record.value
        members.append(b'"value":' + _value(record.value, exact, is_ambiguous=record.judgement.ambiguous))
        if record.extra:
            members.append(b'"extra":{' + b",".join(map(_extra, record.extra, record.extra.values())) + b"}")
        return b"{" + b",".join(members) + (_UNCLEAR if record.is_unclear else self._end)

    def _members(self, record: Record) -> Iterable[bytes]:
        if record.topic is not None:
            yield b'"topic":' + json_text.string(record.topic.encode("utf-8", "surrogateescape"))
        if record.partition is not None:
            yield b'"partition":%d' % record.partition
        if record.offset is not None:
            yield b'"offset":%d' % record.offset
        if record.timestamp is not None:
            yield b'"timestamp":%d' % record.timestamp
        if record.timestamp_type is not None:
            yield b'"timestamp_type":"%b"' % record.timestamp_type.encode()
        if record.headers is not None:
            yield b'"headers":' + json_text.headers(record.headers)
        elif record.headers_text is not None:
            yield b'"headers_text":' + json_text.string(record.headers_text)
        if record.has_key:
            yield b'"key":' + (b"null" if record.key is None else json_text.string(record.key))

    def batch(self, batch: Batch) -> bytes | None:
        """See Sink."""
        columns: list[_Column] = [repeat(b"{")]
        for name in ("topic", "partition", "offset", "timestamp", "timestamp_type", "headers", "key"):
            made = self._column(name, batch)
            if made is None:
                return None
            columns.extend(made)
        values = _values(batch.values, null_is_ambiguous=self.reading.layout.null_is_ambiguous)
        extra = self._extra(batch)
        if extra is None:
            return None
        columns += [repeat(b'"value":'), values, *extra, repeat(self._end)]
        return b"".join(chain.from_iterable(zip(*columns, strict=False)))

    def _column(self, name: str, batch: Batch) -> list[_Column] | None:
        """A member of many records, with the comma behind it; nothing where no record has it, None to go one by one."""
        constant = batch.constants.get(name)
        if constant is not None:
            return [repeat(b'"timestamp_type":"' + (timestamp_type(constant) or "none").encode() + b'",')]
        texts = batch.columns.get(name)
        if texts is None:
            return []
        if name == "headers":
            return [self._header_members(texts)]
        if name == "key":
            keys = self.reading.keys(texts)
            if None in keys:
                return [[b'"key":null,' if key is None else b'"key":' + json_text.string(key) + b"," for key in keys]]
            return [repeat(b'"key":'), json_text.strings(keys), repeat(b",")]  # type: ignore[arg-type]
        if None in texts:
            return None
        shown: Sequence[bytes] = texts  # type: ignore[assignment]
        if name == "topic":
            shown = json_text.strings(shown)
        elif name == "timestamp_type":
            types = set(map(timestamp_type, shown))
            if len(types) != 1 or None in types:
                return None
            return [repeat(b'"timestamp_type":"' + str(types.pop()).encode() + b'",')]
        elif any(map(bytes.startswith, shown, repeat((b"0", b"-")))):
            if name == "timestamp" and any(map(bytes.startswith, shown, repeat(b"-"))):
                return None
            shown = [b"%d" % int(text) for text in shown]
        return [repeat(b'"%b":' % name.encode()), shown, repeat(b",")]

    def _header_members(self, texts: Sequence[bytes | None]) -> Sequence[bytes]:
        kinds = set(texts)
        if len(kinds) <= len(texts) // 2:
            shown = {text: self._header_member(text) for text in kinds}
            return [shown[text] for text in texts]
        return [self._header_member(text) for text in texts]

    def _header_member(self, text: bytes | None) -> bytes:
        if text is None:
            return b""
        pairs = self.reading.headers(text)
        if pairs is None:
            return b'"headers_text":' + json_text.string(text) + b","
        return b'"headers":' + json_text.headers(pairs) + b","

    def _extra(self, batch: Batch) -> list[_Column] | None:
        """The last member for what has no place of its own; in bulk where all records have the same."""
        members = []
        for name in EXTRA:
            texts = {batch.constants[name]} if name in batch.constants else set(batch.columns.get(name, ()))
            if len(texts) > 1:
                return None
            if texts and (text := texts.pop()) is not None:
                members.append(_extra(name, text))
        return [repeat(b',"extra":{' + b",".join(members) + b"}")] if members else []


def _values(payloads: Sequence[bytes | None], *, null_is_ambiguous: bool) -> Sequence[bytes]:
    """Payloads as they stand in envelopes, an empty one as an ambiguous null; bytecode for each only where one needs
    more than itself."""
    exact = [payload or b"" for payload in payloads]
    texts = single_lines(exact)
    is_plain = texts is exact and b"" not in texts and not any(map(bytes.startswith, texts, repeat(_BEGINNINGS)))
    if is_plain and not any(map(bytes.endswith, texts, repeat(_ENDS))):
        return texts
    return [
        _value(text or None, whole, is_ambiguous=null_is_ambiguous or payload is not None)
        for text, whole, payload in zip(texts, exact, payloads, strict=True)
    ]


def _value(line: bytes | None, exact: bytes | None, *, is_ambiguous: bool) -> bytes:
    """A payload on one line, and beside it its exact text where that would not come back from the line alone."""
    if line is None or exact is None:
        return b'null,"ambiguous":true' if is_ambiguous else b"null"
    if line != exact or line.startswith(_BEGINNINGS) or line.endswith(_ENDS):
        return line + b',"payload_text":' + json_text.string(exact)
    return line


def _extra(name: str, text: bytes | None) -> bytes:
    """A member of ``extra``: a number where it is one, else a string."""
    if text is None:
        shown = b"null"
    elif text.isdigit() and len(text) < 20 and (text == b"0" or text[:1] != b"0"):
        shown = text
    else:
        shown = json_text.string(text)
    return b'"%b":' % name.encode() + shown
