"""Where in a file the bytes of a buffer stand: lines, columns and offsets."""

from __future__ import annotations


class Position:
    """A place in a dump that goes forward with the reader, and maps places of its buffer to places of the file.

    ``line`` counts from 1, ``base`` is the offset in the file of the first byte of the buffer. All that the rest of the
    program knows of lines, columns and offsets in the file it knows from here.
    """

    __slots__ = ("_at", "_line_start", "base", "data", "line")

    def __init__(self, base: int, line: int = 1, line_start: int | None = None) -> None:
        """At offset ``base`` of the file, in this line, which began at offset ``line_start``."""
        self.data = b""
        self.base = base
        self.line = line
        self._line_start = base if line_start is None else line_start
        self._at = base

    @property
    def lines(self) -> int:
        """Lines passed so far, the one in which the reader stands among them, unless it is at its beginning."""
        return self.line - (self._line_start == self._at)

    def copy(self) -> Position:
        """Another one that stands there."""
        other = Position(self.base, self.line, self._line_start)
        other.data, other._at = self.data, self._at
        return other

    def enter(self, data: bytes, base: int) -> None:
        """The bytes to come are those of ``data``, which begins at offset ``base``."""
        self.data, self.base = data, base

    def pass_over(self, start: int, end: int) -> None:
        """Go from ``start`` to ``end`` in the buffer."""
        self.line += self.data.count(b"\n", start, end)
        self._at = self.base + end
        last = self.data.rfind(b"\n", start, end)
        if last >= 0:
            self._line_start = self.base + last + 1

    def of(self, start: int, at: int) -> tuple[int, int]:
        """Line and column (in bytes, from 1) of ``at`` in the buffer; the reader stands at ``start``, before it."""
        line = self.line + self.data.count(b"\n", start, at)
        last = self.data.rfind(b"\n", start, at)
        line_start = self.base + last + 1 if last >= 0 else self._line_start
        return line, self.base + at - line_start + 1
