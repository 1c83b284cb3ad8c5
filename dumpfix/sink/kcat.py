r"""``--to kcat``: ``key⇥value`` lines for ``kcat -P -K '\t' -Z``.

kcat (1.7.1) splits at the first separator, sends an empty key or value as null under ``-Z``, skips empty lines. So
the separator always stands there, and an empty key cannot be told from a null one.
"""

from __future__ import annotations

from itertools import chain, repeat

from dumpfix.framing.frame import Batch
from dumpfix.record.fields import Reading
from dumpfix.record.model import Record
from dumpfix.sink.base import NotRepresentableError, require_certain
from dumpfix.sink.values import single_lines

SEPARATOR = b"\t"
DELIMITER = b"\n"


class Kcat:
    """Keys and payloads for ``kcat -P``."""

    emits_tombstones = True

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def batch(self, batch: Batch) -> bytes | None:
        """See Sink."""
        column = batch.columns.get("key")
        values = single_lines([value or b"" for value in batch.values])
        if column is None:
            return b"".join(chain.from_iterable(zip(repeat(SEPARATOR), values, repeat(DELIMITER))))
        keys = self.reading.keys(column)
        if b"" in keys:
            return None
        if None in keys:
            keys = [key or b"" for key in keys]
        joined = b"".join(keys)  # type: ignore[arg-type]
        if SEPARATOR in joined or DELIMITER in joined:
            return None
        lines = zip(keys, repeat(SEPARATOR), values, repeat(DELIMITER))
        return b"".join(chain.from_iterable(lines))  # type: ignore[arg-type]

    def record(self, record: Record) -> bytes:
        """See Sink."""
        require_certain(record)
        key = record.key
        if key is not None:
            if not key:
                raise NotRepresentableError("an empty key: kcat -P -Z would send null")
            if SEPARATOR in key:
                raise NotRepresentableError("a tab in the key, where kcat -P -K '\\t' would split")
            if DELIMITER in key:
                raise NotRepresentableError("a line end in the key, where kcat -P would split")
        return (key or b"") + SEPARATOR + (record.value or b"") + DELIMITER
