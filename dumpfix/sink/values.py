"""``--to values``: one payload per line."""

from __future__ import annotations

from collections.abc import Sequence

from dumpfix.framing.frame import Batch
from dumpfix.record.model import Record
from dumpfix.record.verdict import one_line


def single_lines(values: Sequence[bytes]) -> Sequence[bytes]:
    """Valid payloads as they go out, each on one line; the same list where none spans lines."""
    joined = b"".join(values)
    if b"\n" in joined or b"\r" in joined:
        return [one_line(text) for text in values]
    return values


class Values:
    """Verbatim payloads, tombstones left out."""

    emits_tombstones = False

    def batch(self, batch: Batch) -> bytes | None:
        """See Sink."""
        texts = list(filter(None, batch.values))
        if not texts:
            return b""
        # The empty text at the end makes the last line end without a copy of everything.
        lines = b"\n".join([*texts, b""])
        if lines.count(b"\n") != len(texts) or b"\r" in lines:
            lines = b"\n".join([*single_lines(texts), b""])
        return lines

    def record(self, record: Record) -> bytes:
        """See Sink."""
        return b"" if record.value is None else record.value + b"\n"
