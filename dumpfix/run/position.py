"""Where in a file the bytes of a buffer stand: lines, columns and offsets."""

from __future__ import annotations

from dumpfix.wrapping.strip import Unwrapped


class Position:
    """A place in a dump that goes forward with the reader, and maps places of its buffer to places of the file.

    ``line`` counts from 1, ``base`` is the offset in the file of the first byte of the buffer. All that the rest of the
    program knows of lines, columns and offsets in the file it knows from here.
    """

    __slots__ = ("_at", "_line", "_line_start", "base", "data")

    def __init__(self, base: int, line: int = 1, line_start: int | None = None) -> None:
        """At offset ``base`` of the file, in this line, which began at offset ``line_start``."""
        self.data = b""
        self.base = base
        self._line = line
        self._line_start = base if line_start is None else line_start
        self._at = base

    @property
    def line(self) -> int:
        """The line in which the reader stands."""
        return self._line

    @property
    def lines(self) -> int:
        """Lines passed so far, the one in which the reader stands among them, unless it is at its beginning."""
        return self._line - (self._line_start == self._at)

    def copy(self) -> Position:
        """Another one that stands there."""
        other = Position(self.base, self._line, self._line_start)
        other.data, other._at = self.data, self._at
        return other

    def enter(self, data: bytes, base: int) -> None:
        """The bytes to come are those of ``data``, which begins at offset ``base``."""
        self.data, self.base = data, base

    def pass_over(self, start: int, end: int) -> None:
        """Go from ``start`` to ``end`` in the buffer."""
        self._line += self.data.count(b"\n", start, end)
        self._at = self.base + end
        last = self.data.rfind(b"\n", start, end)
        if last >= 0:
            self._line_start = self.base + last + 1

    def of(self, start: int, at: int) -> tuple[int, int]:
        """Line and column (in bytes, from 1) of ``at`` in the buffer; the reader stands at ``start``, before it."""
        line = self._line + self.data.count(b"\n", start, at)
        last = self.data.rfind(b"\n", start, at)
        line_start = self.base + last + 1 if last >= 0 else self._line_start
        return line, self.base + at - line_start + 1

    @property
    def line_start(self) -> int:
        """The offset in the file at which the line begins in which the reader stands."""
        return self._line_start

    def start_of(self, at: int) -> int:
        """The offset in the file of the byte at ``at`` in the buffer."""
        return self.base + at

    def end_of(self, at: int) -> int:
        """The offset in the file behind the byte before ``at``."""
        return self.base + at

    def line_starts(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Line and offset in the file of each line's first byte between two places; none where they follow from those.

        What follows is: one line feed, one line; one byte, one byte of the file.
        """
        assert start <= end
        return ()


class WrappedPosition(Position):
    """The same for a dump from which wrappers were taken off: the places are those of the file as it is."""

    __slots__ = ("_unwrapped",)

    def __init__(self, unwrapped: Unwrapped, base: int) -> None:
        super().__init__(base)
        self._unwrapped = unwrapped

    @property
    def line(self) -> int:
        """The line in which the reader stands."""
        return self._unwrapped.place(self._at).line

    @property
    def line_start(self) -> int:
        """The offset in the file at which the line begins in which the reader stands."""
        return self._unwrapped.place(self._at).line_start

    @property
    def lines(self) -> int:
        """Lines passed so far."""
        place = self._unwrapped.place(self._at)
        return place.line - (place.at == place.line_start)

    def copy(self) -> WrappedPosition:
        """Another one that stands there."""
        other = WrappedPosition(self._unwrapped, self.base)
        other.data, other._at = self.data, self._at
        return other

    def enter(self, data: bytes, base: int) -> None:
        """The bytes to come are those of ``data``; what lies before is asked for no more."""
        super().enter(data, base)
        self._unwrapped.forget(self._at)

    def pass_over(self, start: int, end: int) -> None:
        """Go from ``start`` to ``end`` in the buffer."""
        assert start <= end
        self._at = self.base + end

    def of(self, start: int, at: int) -> tuple[int, int]:
        """Line and column of ``at`` in the buffer."""
        assert start <= at
        place = self._unwrapped.place(self.base + at)
        return place.line, place.at - place.line_start + 1

    def start_of(self, at: int) -> int:
        """The offset in the file of the byte at ``at`` in the buffer."""
        return self._unwrapped.place(self.base + at).at

    def end_of(self, at: int) -> int:
        """The offset in the file behind the byte before ``at``; an empty record ends where it begins."""
        return self._unwrapped.place(self.base + at - 1).at + 1

    def line_starts(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Line and offset in the file of the first byte of each line between two places of the buffer."""
        starts = []
        while start < end:
            place = self._unwrapped.place(self.base + start)
            starts.append((place.line, place.at))
            start = self.data.find(b"\n", start, end) + 1 or end
        return tuple(starts)
