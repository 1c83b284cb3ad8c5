"""What every output has in common."""

from __future__ import annotations

from typing import Protocol

from dumpfix.framing.frame import Batch
from dumpfix.record.model import Record


class NotRepresentableError(Exception):
    """The chosen output cannot carry this record; the text says why."""


def require_certain(record: Record) -> None:
    """Raises NotRepresentableError for a record whose key may be another one."""
    if record.is_unclear:
        raise NotRepresentableError("nothing takes back a key that is in a topic")


class Sink(Protocol):
    """One kind of output (``--to``) for one dump: records in, bytes out. Knows nothing of files.

    ``emits_tombstones``: it has a line for a tombstone.
    """

    emits_tombstones: bool

    def batch(self, batch: Batch) -> bytes | None:
        """The lines of many records whose payloads are valid, null or ambiguously empty (then null as well).

        None where the records have to be looked at one by one.
        """

    def record(self, record: Record) -> bytes:
        """The line of one record with a verdict other than irrecoverable; nothing for one that is left out.

        Raises NotRepresentableError.
        """
