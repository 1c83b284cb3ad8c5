"""``--to console-producer``: ``headers⇥key⇥value`` lines for kafka-console-producer 3.2 and later.

Read there with ``parse.headers=true parse.key=true null.marker=@NULL@``: lines end at LF, CR or both, bytes that are no
UTF-8 would be replaced, and nothing can be escaped. The marker stands for null, and for a record without headers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

from dumpfix.framing.frame import Batch
from dumpfix.record.fields import Headers, Reading
from dumpfix.record.model import Record
from dumpfix.sink.base import NotRepresentableError, require_certain
from dumpfix.sink.values import single_lines

#: what stands for null: no JSON, so that no payload equals it; a key or header value that does is withheld. Always the
#: same, so that the output does not depend on how much of a dump was seen when its first line went out.
NULL_MARKER = b"@NULL@"

_IN_A_KEY = b"\t\n\r"
_IN_A_HEADER = b"\t\n\r,"


class ConsoleProducer:
    """Headers, keys and payloads for kafka-console-producer."""

    emits_tombstones = True

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def batch(self, batch: Batch) -> bytes | None:
        """See Sink: in bulk where there are no headers and the keys are plain."""
        headers = batch.columns.get("headers")
        if headers is not None and any(headers) and set(headers) != {self.reading.no_headers}:
            return None
        marker = NULL_MARKER
        values = single_lines([value or marker for value in batch.values])
        column = batch.columns.get("key")
        keys = [marker] * len(batch) if column is None else self._keys(column)
        if keys is None:
            return None
        lines = zip(repeat(marker + b"\t"), keys, repeat(b"\t"), values, repeat(b"\n"))
        return b"".join(chain.from_iterable(lines))

    def _keys(self, column: Sequence[bytes | None]) -> list[bytes] | None:
        marker = NULL_MARKER
        keys = self.reading.keys(column)
        if marker in keys:
            return None
        texts = [marker if key is None else key for key in keys]
        joined = b"".join(texts)
        if any(byte in joined for byte in (b"\t", b"\n", b"\r")) or not joined.isascii():
            return None
        return texts

    def record(self, record: Record) -> bytes:
        """See Sink."""
        require_certain(record)
        key = NULL_MARKER if record.key is None else _checked(record.key, "key", _IN_A_KEY)
        value = NULL_MARKER if record.value is None else record.value
        return b"\t".join((self._headers(record), key, value)) + b"\n"

    def _headers(self, record: Record) -> bytes:
        if record.headers is None and record.headers_text:
            raise NotRepresentableError("headers that can be taken apart in more ways than one")
        return self._joined(record.headers or ()) or NULL_MARKER

    def _joined(self, headers: Headers) -> bytes:
        pieces = []
        for name, value in headers:
            raw = _checked(name.encode("utf-8", "surrogateescape"), "header name", _IN_A_HEADER + b":")
            shown = NULL_MARKER if value is None else _checked(value, "header value", _IN_A_HEADER)
            pieces.append(raw + b":" + shown)
        return b",".join(pieces)


def _checked(text: bytes, what: str, forbidden: bytes) -> bytes:
    """``text`` where it survives the way through the producer. Raises NotRepresentableError."""
    found = next((byte for byte in forbidden if byte in text), None)
    if found is not None:
        names = {0x09: "a tab", 0x0A: "a line end", 0x0D: "a carriage return", 0x2C: "a comma", 0x3A: "a colon"}
        raise NotRepresentableError(f"{names[found]} in a {what}, where kafka-console-producer would split")
    if text == NULL_MARKER:
        raise NotRepresentableError(f"a {what} that equals the null marker")
    try:
        text.decode()
    except UnicodeDecodeError:
        raise NotRepresentableError(f"a {what} that is no UTF-8") from None
    return text
