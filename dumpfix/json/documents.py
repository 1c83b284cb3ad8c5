"""Whole objects and arrays in bytes that are no JSON text themselves, in time linear in the bytes.

What begins like a container and is none is not simply tried again one byte later, which would read ``[[[[…`` once for
each bracket. Where the automaton breaks off at an offset, every container that it had opened by then breaks off there
too, and those that it had closed are whole. Left over are brackets inside its strings: these are read with the quotes
taken the other way round, and there are only two ways to take them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence

from dumpfix.json.lexer import string_end, utf8_fault
from dumpfix.json.validity import walk

#: how far the next byte that is no UTF-8 is looked for at first; doubled until it is found
_WINDOW = 256
#: so many blanks may stand behind a document before its line ends
_BLANKS = 64


class _Containers:
    """The outermost containers that were closed, as offsets from ``base``: four bytes for each, open or closed."""

    __slots__ = ("_base", "_open", "begins", "ends")

    def __init__(self, base: int, stop: int) -> None:
        kind = "I" if stop - base < 1 << 32 else "Q"
        self._base = base
        self._open = array(kind)
        self.begins = array(kind)
        self.ends = array(kind)

    def open(self, at: int) -> None:
        self._open.append(at - self._base)

    def close(self, at: int) -> None:
        begin = self._open.pop()
        while self.begins and self.begins[-1] > begin:
            self.begins.pop()
            self.ends.pop()
        self.begins.append(begin)
        self.ends.append(at - self._base)

    def spans(self) -> Iterator[tuple[int, int]]:
        """(start, end) in order."""
        return ((self._base + begin, self._base + end) for begin, end in zip(self.begins, self.ends, strict=True))


def documents(data: bytes, counts: Callable[[int, int], bool] = lambda _start, _end: True) -> Iterator[tuple[int, int]]:
    """(start, end) of the objects and arrays in ``data`` that are whole, valid and in no other, from left to right.

    ``counts`` says which of them are wanted; one that is not hides those inside it all the same. Each byte is looked at
    a few times, whatever the bytes are.
    """
    at = valid_until = 0
    quoted = _Quoted(data)
    while (start := opener(data, at, len(data))) >= 0:
        if quoted.knows(start):
            at = start + 1
            continue
        if start >= valid_until:
            valid_until = _valid_until(data, start)
        inner = _Containers(start, valid_until)
        end, _ = walk(data, start, valid_until, inner)
        if end < 0:
            stop = max(~end, start + 1)
            found = list(inner.spans())
            found += quoted.read(start, stop, valid_until, found)
        else:
            stop, found = end, [(start, end)]
        at = start
        for begin, end in sorted(found):
            if begin >= at:
                at = end
                if counts(begin, end):
                    yield begin, end
        at = max(at, stop)


def documents_at_line_ends(data: bytes) -> Iterator[tuple[int, int]]:
    """The same, those behind which nothing but blanks follows in the line: what is meant as a payload stands so.

    ``Topic t [0] …: {…}`` has a bracket that begins none, and an array in the middle of a line is no payload.
    """
    return documents(data, lambda _, end: not data[end : end + _BLANKS].partition(b"\n")[0].strip())


class _Quoted:
    """Readings that begin inside a string of another reading; the last of them may reach further than that one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._reached = 0
        #: a place of the last reading that is in none of its strings, and the end of the string before it
        self._outside = self._string_end = 0

    def read(self, start: int, stop: int, valid_until: int, whole: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """What is closed of that which begins inside strings of data[start:stop], but for what lies in ``whole``."""
        data = self._data
        found: list[tuple[int, int]] = []
        spans = iter(whole)
        span = next(spans, None)
        at = start
        while (quote := data.find(b'"', at, stop)) >= 0:
            while span is not None and span[1] <= quote:
                span = next(spans, None)
            if span is not None and span[0] <= quote:
                at = span[1]
                continue
            end = string_end(data, quote, stop)
            at = end if end >= 0 else stop
            begin = opener(data, max(quote, self._reached), at)
            while begin >= 0:
                inner = _Containers(begin, valid_until)
                end, _ = walk(data, begin, valid_until, inner)
                self._reached = end if end >= 0 else max(~end, begin + 1)
                self._outside = self._string_end = begin
                found += inner.spans()
                begin = opener(data, self._reached, at)
        return found

    def knows(self, at: int) -> bool:
        """Whether what begins at ``at`` is settled, since the last reading came by there outside of its strings.

        To be asked from left to right.
        """
        if at >= self._reached:
            return False
        while at >= self._string_end:
            quote = self._data.find(b'"', self._outside, at)
            if quote < 0:
                return True
            end = string_end(self._data, quote, self._reached)
            self._outside = self._string_end = end if end >= 0 else self._reached
        return False


def opener(data: bytes, at: int, stop: int) -> int:
    """The first bracket from ``at`` on that opens something; -1 where there is none."""
    curly = data.find(b"{", at, stop)
    square = data.find(b"[", at, stop if curly < 0 else curly)
    return square if square >= 0 else curly


def _valid_until(data: bytes, at: int) -> int:
    """Where from ``at`` on the first byte stands that no UTF-8 text has there; else the length of the data."""
    size = _WINDOW
    while True:
        stop = min(at + size, len(data))
        fault = utf8_fault(data, at, stop)
        if fault is not None and fault < stop:
            return fault
        if stop == len(data):
            return stop
        size *= 2
