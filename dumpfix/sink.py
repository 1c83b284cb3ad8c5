"""What goes out: records as the bytes that a producer takes."""

from __future__ import annotations

from typing import Protocol

from dumpfix.framing.frame import Batch
from dumpfix.model import Record
from dumpfix.payload.verdict import one_line


class NotRepresentableError(Exception):
    """The chosen output cannot carry this record; the text says why."""


class Sink(Protocol):
    """One kind of output (``--to``): records in, bytes out. Knows nothing of files."""

    def batch(self, batch: Batch) -> bytes:
        """The lines of many records whose payloads are valid, null or empty (then null as well)."""

    def record(self, record: Record) -> bytes:
        """The line of one record with a verdict other than irrecoverable; nothing for one that is left out.

        Raises NotRepresentableError.
        """


class Values:
    """``--to values``: one payload per line, verbatim; tombstones are left out."""

    def batch(self, batch: Batch) -> bytes:
        """See Sink."""
        values = batch.values
        texts = [value for value in values if value] if None in values or b"" in values else list(values)
        if not texts:
            return b""
        joined = b"\n".join(texts)  # type: ignore[arg-type]
        if joined.count(b"\n") != len(texts) - 1 or b"\r" in joined:
            joined = b"\n".join([one_line(text) for text in texts if text])
        return joined + b"\n"

    def record(self, record: Record) -> bytes:
        """See Sink."""
        return b"" if record.value is None else record.value + b"\n"
