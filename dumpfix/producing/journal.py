"""What was sent and what was acknowledged, on disk, so that a run can go on after a crash.

A text file with a JSON object a line. The first says what the journal belongs to; a later line adds to those before it:

    {"journal":1,"records":50000,"content":"<sha256>","to_partition":"original","timestamp":"original",
     "cluster":"…","topic":"events","topic_id":"…","partitions":3}
    {"begins":{"0":1200,"1":1180,"2":1210}}    the offset that came next in each partition before the first record
    {"sent":{"0":500,"1":500}}                  on disk before the client gets any of them
    {"in":{"0":[480,1679,1200]}}                how many are in, the offset of the last, and that of the first
    {"done":true}

Counts are by partition, in the order of the records. A line that a crash has cut is the last, and is passed over.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from dumpfix.errors import BrokenRunError, UsageError

VERSION = 1


@dataclass(slots=True)
class PartitionState:
    """How far one partition has come. ``begins``: the offset that came next there before the first record was sent.

    ``sent`` records may be in the topic. The first ``arrived`` of them are, at the offsets ``first`` to ``last``.
    """

    begins: int
    sent: int = 0
    arrived: int = 0
    first: int | None = None
    last: int | None = None


@dataclass(slots=True)
class Journal:
    """``partitions`` is the state so far. Without a path it is kept in memory alone.

    ``is_resumed``: there was something in the file already; it was written last at ``written`` (seconds since 1970).
    """

    path: str | None = None
    partitions: dict[int, PartitionState] = field(default_factory=dict)
    is_done: bool = False
    is_resumed: bool = False
    written: float = 0.0
    _descriptor: int = -1

    @classmethod
    def open(cls, path: str | None, belongs_to: dict[str, Any]) -> Journal:
        """The journal in a file, new or gone on with. Raises UsageError where it belongs to something else."""
        journal = cls(path)
        if path is None:
            return journal
        try:
            journal._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
            fcntl.flock(journal._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            journal.written = os.fstat(journal._descriptor).st_mtime
            text = Path(path).read_bytes()
        except BlockingIOError:
            raise UsageError("is in use: another run is writing it", path=path) from None
        except OSError as error:
            raise UsageError(f"cannot be used as a journal: {error.strerror or error}", path=path) from error
        head = {"journal": VERSION, **belongs_to}
        if b"\n" not in text:
            # Nothing, or the beginning of a first line: not a record was sent before that was on disk.
            if text and not orjson.dumps(head).startswith(text):
                raise UsageError("is no journal of dumpfix: name another file", path=path)
            os.ftruncate(journal._descriptor, 0)
            journal._write(head)
            journal._sync_folder()
            return journal
        journal._read(text, head)
        return journal

    @classmethod
    def look(cls, path: str | None, belongs_to: dict[str, Any]) -> Journal:
        """What stands in a file by now; nothing is made, changed or kept open. Raises as :meth:`open` does."""
        journal = cls(path)
        try:
            text = b"" if path is None else Path(path).read_bytes()
        except FileNotFoundError:
            return journal
        except OSError as error:
            raise UsageError(f"cannot be used as a journal: {error.strerror or error}", path=path) from error
        head = {"journal": VERSION, **belongs_to}
        if b"\n" in text:
            journal._read(text, head)
        elif text and not orjson.dumps(head).startswith(text):
            raise UsageError("is no journal of dumpfix: name another file", path=path)
        return journal

    @property
    def arrived(self) -> int:
        """How many records are in."""
        return sum(state.arrived for state in self.partitions.values())

    def begin(self, offsets: dict[int, int]) -> None:
        """The offsets that come next, before anything was sent; for partitions that are not known yet."""
        for partition, offset in offsets.items():
            self.partitions[partition] = PartitionState(offset)
        if offsets:
            self._write({"begins": {str(partition): offset for partition, offset in offsets.items()}})

    def note_sent(self, counts: dict[int, int]) -> None:
        """So many records of each partition will be with the client. On disk when this returns."""
        for partition, count in counts.items():
            self.partitions[partition].sent = count
        self._write({"sent": {str(partition): count for partition, count in counts.items()}})

    def note_arrived(self) -> None:
        """The state of all partitions, as it is; on disk when this returns."""
        shown = {
            str(number): [state.arrived, state.last, state.first]
            for number, state in self.partitions.items()
            if state.arrived
        }
        if shown:
            self._write({"in": shown})

    def note_done(self) -> None:
        """Everything is in."""
        self.note_arrived()
        self.is_done = True
        self._write({"done": True})

    def close(self) -> None:
        """Give the file back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read(self, text: bytes, head: dict[str, Any]) -> None:
        end = text.rfind(b"\n") + 1
        lines = text[:end].splitlines()
        try:
            first, *rest = map(orjson.loads, lines)
            is_journal = isinstance(first, dict) and first.get("journal") == VERSION
        except ValueError:
            is_journal = False
        if not is_journal:
            raise UsageError("is no journal of dumpfix: name another file", path=self.path)
        for name, value in head.items():
            if first.get(name) != value:
                raise UsageError(
                    f"belongs to another run ({_WORDS.get(name, name)}: {first.get(name)!r}, now {value!r}): "
                    "name another file",
                    path=self.path,
                )
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, end)
        self.is_resumed = True
        for entry in rest:
            self._take(entry)

    def _take(self, entry: dict[str, Any]) -> None:
        for number, offset in entry.get("begins", {}).items():
            self.partitions[int(number)] = PartitionState(offset)
        for number, count in entry.get("sent", {}).items():
            self.partitions[int(number)].sent = count
        for number, (arrived, last, first) in entry.get("in", {}).items():
            state = self.partitions[int(number)]
            state.arrived, state.last, state.first = arrived, last, first
        self.is_done = self.is_done or bool(entry.get("done"))

    def _write(self, entry: dict[str, Any]) -> None:
        if self._descriptor < 0:
            return
        data = orjson.dumps(entry) + b"\n"
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
            os.fsync(self._descriptor)
        except OSError as error:
            raise BrokenRunError(f"cannot be written: {error.strerror or error}", path=self.path) from error

    def _sync_folder(self) -> None:
        """A new name is on disk only when its folder is."""
        folder = os.open(Path(os.path.realpath(str(self.path))).parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        except OSError:
            # Some file systems have no such thing.
            pass
        finally:
            os.close(folder)


_WORDS = {
    "content": "what is sent",
    "records": "records",
    "to_partition": "--to-partition",
    "timestamp": "--timestamp",
    "cluster": "cluster id",
    "topic": "topic",
    "topic_id": "topic id",
    "partitions": "partitions",
}
