"""None twice: what was seen of a run's records, on disk."""

from __future__ import annotations

import contextlib
import sqlite3
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from dumpfix.errors import BrokenRunError
from dumpfix.record.events import Event, OneRecord, left_out
from dumpfix.record.model import Record

#: bytes of a digest of a key or a payload
_DIGEST = 16


class Seen:
    """The records that went by, on disk: a digest of key and payload for each topic, partition and offset."""

    def __init__(self) -> None:
        folder = TemporaryDirectory(prefix="dumpfix-")
        try:
            # A transaction that is never committed: SQLite keeps it beside the file as soon as it is large.
            self._table = sqlite3.connect(Path(folder.name) / "seen", isolation_level=None)
            self._table.execute("PRAGMA journal_mode=OFF")
            self._table.execute("PRAGMA synchronous=OFF")
            self._table.execute(
                "CREATE TABLE seen (place INTEGER, record INTEGER, line INTEGER, digest BLOB, "
                "PRIMARY KEY (place, record)) WITHOUT ROWID"
            )
            self._table.execute("BEGIN")
        except sqlite3.Error as error:
            raise BrokenRunError(f"what was seen cannot be set aside: {error}") from None
        self._places: dict[tuple[int, str | None, int], int] = {}
        self._inputs = count()
        weakref.finalize(self, _forget, self._table, folder)

    def deduplicated(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events of one more dump, without records that came before; those that differ say so."""
        number = next(self._inputs)
        for event in events:
            if not isinstance(event, OneRecord) or event.record.partition is None or event.record.offset is None:
                yield event
                continue
            before = self._before(number, event.record)
            if before is None:
                yield event
            elif before[1] == _digest(event.record):
                yield left_out(event.record)
            else:
                words = f"conflict: this offset was there before with another key or payload, at line {before[0]}"
                yield event._replace(record=replace(event.record, doubts=(*event.record.doubts, words)))

    def _before(self, number: int, record: Record) -> tuple[int, bytes] | None:
        """Line and digest of the record that had the place first; None where it is this one."""
        assert record.partition is not None
        # Where the topic is not shown, another dump may be of another topic.
        name = (0 if record.topic is not None else number + 1, record.topic, record.partition)
        place = self._places.setdefault(name, len(self._places))
        try:
            found: tuple[int, bytes] | None = self._table.execute(
                "SELECT line, digest FROM seen WHERE place = ? AND record = ?", (place, record.offset)
            ).fetchone()
            if found is None:
                row = (place, record.offset, record.line, _digest(record))
                self._table.execute("INSERT INTO seen VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise BrokenRunError(f"what was seen cannot be set aside: {error}") from None
        return found


def _forget(table: sqlite3.Connection, folder: TemporaryDirectory[str]) -> None:
    with contextlib.suppress(sqlite3.Error, OSError):
        table.close()
        folder.cleanup()


def _digest(record: Record) -> bytes:
    key = b"\0" if record.key is None else b"\1" + record.key
    payload = b"\0" if record.raw_value is None else b"\1" + record.raw_value
    return b"".join(blake2b(text, digest_size=_DIGEST).digest() for text in (key, payload))
