"""JSON values set aside on disk, so that a million findings need no more memory than none."""

from __future__ import annotations

import contextlib
import tempfile
import weakref
from collections.abc import Iterator
from typing import IO

import orjson

from dumpfix.errors import BrokenRunError
from dumpfix.report.shapes import Finding

#: what is kept in memory before a file is opened at all
_IN_MEMORY = 1 << 20


class Spool:
    """Values in the order in which they came; iterates over them any number of times. ``first`` are the first few."""

    def __init__(self, keep: int = 20) -> None:
        self.first: list[Finding] = []
        self.count = 0
        self._keep = keep
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, _close, self._file)

    def add(self, value: Finding) -> None:
        """Put one more at the end. Raises BrokenRunError where there is no room for it."""
        if self.count < self._keep:
            self.first.append(value)
        self.count += 1
        try:
            self._file.write(orjson.dumps(value) + b"\n")
        except OSError as error:
            raise BrokenRunError(f"findings cannot be set aside: {error.strerror or error}") from error

    def lines(self) -> Iterator[bytes]:
        """The values as JSON texts, without line ends."""
        at = 0
        while True:
            self._file.seek(at)
            line = self._file.readline()
            if not line:
                break
            at += len(line)
            yield line[:-1]
        self._file.seek(0, 2)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Finding]:
        return map(orjson.loads, self.lines())

    def __getitem__(self, index: int) -> Finding:
        if index < 0:
            index += self.count
        if not 0 <= index < self.count:
            raise IndexError(index)
        if index < len(self.first):
            return self.first[index]
        return next(value for at, value in enumerate(self) if at == index)


def _close(file: IO[bytes]) -> None:
    """Give the room on the disk back. What could not be written any more has been said already."""
    with contextlib.suppress(OSError):
        file.close()
