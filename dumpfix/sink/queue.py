"""Records as ``dumpfix produce`` sets them aside: every field, byte for byte, to be read back in the same order.

A record is a fixed head (little-endian, see ``_HEAD``) and the bytes of its texts behind it. Not an output that people
see: it lives in a temporary file between the reading of a dump and its way into a topic.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from dumpfix.framing.frame import Batch
from dumpfix.record.model import Record
from dumpfix.sink.base import NotRepresentableError, require_certain

#: partition, offset, timestamp, line, then the lengths of topic, key, value and headers
_HEAD = struct.Struct("<qqqqqqqq")
#: lengths of the name and the value of one header
_HEADER = struct.Struct("<qq")
#: the length of what is null, and a number that the dump does not show; no timestamp is as early
_NONE = -(1 << 63)
#: the length of a value that is null, or empty: the dump does not tell them apart
_NULL_OR_EMPTY = -2
#: numbers that a head can hold
_LEAST, _MOST = -(1 << 63) + 1, (1 << 63) - 1


class Queued(NamedTuple):
    """One record on its way into a topic. What the dump does not show is None; ``timestamp`` is in milliseconds.

    ``partition`` and ``offset`` are those of the topic that was dumped, ``line`` is where the dump has the record.
    ``is_ambiguous``: the value is null here, and may have been empty.
    """

    topic: str | None
    partition: int | None
    offset: int | None
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    line: int
    is_ambiguous: bool = False

    @property
    def place(self) -> tuple[str, int] | None:
        """Topic and partition, where the dump shows both."""
        return None if self.topic is None or self.partition is None else (self.topic, self.partition)

    @property
    def size(self) -> int:
        """Bytes that the record takes in an uncompressed batch of one: what a broker holds against its limits.

        61 bytes of batch head, and at most 30 for the numbers of the record itself (message format v2).
        """
        texts = len(self.key or b"") + len(self.value or b"")
        headers = sum(len(name.encode()) + len(value or b"") + 10 for name, value in self.headers)
        return 61 + 30 + texts + headers


class Queue:
    """One record after the other: valid payloads as the dump has them, with line ends; repaired ones as repaired."""

    emits_tombstones = True

    def batch(self, batch: Batch) -> bytes | None:  # noqa: ARG002
        """See Sink. Fields are told apart one by one."""
        return None

    def record(self, record: Record) -> bytes:
        """See Sink."""
        require_certain(record)
        if record.headers is None and record.headers_text:
            raise NotRepresentableError("its headers can be taken apart in more ways than one")
        value = record.raw_value if record.verdict == "valid" else record.value
        numbers = (record.partition, record.offset, record.timestamp)
        for number in numbers:
            if number is not None and not _LEAST <= number <= _MOST:
                raise NotRepresentableError(f"{number} is no number that Kafka has: it has 64 bits")
        topic = None if record.topic is None else record.topic.encode("utf-8", "surrogateescape")
        headers = b"".join(_header(name, content) for name, content in record.headers or ())
        shown = (_NONE if number is None else number for number in numbers)
        lengths = [_NONE if text is None else len(text) for text in (topic, record.key, value, headers)]
        if value is None and record.judgement.ambiguous:
            lengths[2] = _NULL_OR_EMPTY
        head = _HEAD.pack(*shown, record.line, *lengths)
        return b"".join((head, topic or b"", record.key or b"", value or b"", headers))


def _header(name: str, value: bytes | None) -> bytes:
    try:
        text = name.encode()
    except UnicodeEncodeError:
        raise NotRepresentableError("the name of a header is no UTF-8, which no client sends") from None
    if b"\0" in text:
        raise NotRepresentableError("the name of a header holds a NUL, which librdkafka takes for its end")
    return _HEADER.pack(len(text), _NONE if value is None else len(value)) + text + (value or b"")


def read_queue(file: IO[bytes]) -> Iterator[Queued]:
    """The records of a file, from where it stands to its end."""
    while head := file.read(_HEAD.size):
        partition, offset, timestamp, line, *lengths = _HEAD.unpack(head)
        topic, key, value, headers = (None if length < 0 else file.read(length) for length in lengths)
        yield Queued(
            None if topic is None else topic.decode("utf-8", "surrogateescape"),
            None if partition == _NONE else partition,
            None if offset == _NONE else offset,
            None if timestamp == _NONE else timestamp,
            key,
            value,
            tuple(_headers(headers)) if headers else (),
            line,
            lengths[2] == _NULL_OR_EMPTY,
        )


def _headers(text: bytes) -> Iterator[tuple[str, bytes | None]]:
    at = 0
    while at < len(text):
        name_length, value_length = _HEADER.unpack_from(text, at)
        at += _HEADER.size
        name = text[at : at + name_length].decode()
        at += name_length
        if value_length == _NONE:
            yield name, None
            continue
        yield name, text[at : at + value_length]
        at += value_length
