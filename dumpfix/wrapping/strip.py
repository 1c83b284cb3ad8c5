"""Take wrappers off a dump as it arrives, and tell for every byte that is left where it lies in the dump."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from dumpfix.wrapping.model import Wrapper


class Place(NamedTuple):
    """A byte of the dump: its offset, its line counted from 1, and the offset at which that line begins."""

    at: int
    line: int
    line_start: int


@dataclass(slots=True)
class _Piece:
    """Whole lines that passed through a layer: where they lie before and after, and what they were before.

    ``line`` is the number of the first one. ``starts`` and ``ends`` are those of the lines, before and after, counted
    from the piece's; they are found when somebody asks for a place, which mostly nobody does.
    """

    before: int
    after: int
    end: int
    line: int
    data: bytes
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """How many lines a wrapper was taken off, and the first of them."""

    kind: str
    count: int = 0
    first_line: int | None = None


class _Layer:
    """One wrapper taken off. ``base`` is the offset of the first byte that arrives, ``line`` its line."""

    def __init__(self, wrapper: Wrapper, below: _Layer | None, base: int, line: int) -> None:
        self.wrapper = wrapper
        self.seen = Seen(wrapper.kind)
        self._below = below
        self._pieces: deque[_Piece] = deque()
        self._before = self._after = base
        self._line = line

    def strip(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines without the wrapper."""
        for data in in_lines(chunks):
            text = self._stripped(data)
            if text:
                yield text

    def _stripped(self, data: bytes) -> bytes:
        lines = whole_lines(data)
        unwrapped = self.wrapper.unwrapped
        out = [unwrapped(line) for line in lines]
        count = len(out) - out.count(None)
        if count and self.seen.first_line is None:
            index = next(index for index, text in enumerate(out) if text is not None)
            at = self._before + sum(map(len, lines[:index]))
            self.seen.first_line = self._line + index if self._below is None else self._below.place(at).line
        self.seen.count += count
        text = b"".join(_changed(lines, out))
        self._pieces.append(_Piece(self._before, self._after, self._after + len(text), self._line, data))
        self._before += len(data)
        self._after += len(text)
        self._line += len(lines)
        return text

    def place(self, at: int) -> Place:
        """Where byte ``at`` of what is left lies in the dump."""
        piece = next((one for one in self._pieces if at < one.end), None)
        # In no piece: behind the last byte.
        end = Place(self._before, self._line, self._before)
        place = end if piece is None else self._place_in(piece, at)
        return place if self._below is None else self._below.place(place.at)

    def _place_in(self, piece: _Piece, at: int) -> Place:
        if not piece.ends:
            lines = whole_lines(piece.data)
            piece.starts = list(accumulate(map(len, lines), initial=0))
            piece.ends = list(accumulate(map(len, _changed(lines, map(self.wrapper.unwrapped, lines)))))
        index = bisect_right(piece.ends, at - piece.after)
        start = piece.starts[index]
        line = piece.data[start : piece.starts[index + 1]]
        inside = at - piece.after - (piece.ends[index - 1] if index else 0)
        if self.wrapper.unwrapped(line) is not None:
            inside = self.wrapper.place(line, inside)
        return Place(piece.before + start + inside, piece.line + index, piece.before + start)

    def forget(self, at: int) -> None:
        """Nothing before ``at`` will be asked for again."""
        while self._pieces and self._pieces[0].end <= at:
            self._pieces.popleft()
        if self._below is not None:
            self._below.forget(self._pieces[0].before if self._pieces else self._before)


def _changed(lines: Iterable[bytes], out: Iterable[bytes | None]) -> list[bytes]:
    return [old if new is None else new for old, new in zip(lines, out, strict=True)]


class Unwrapped:
    """A dump without its wrappers, the outermost of which is the first. To be read once.

    ``base`` is the offset of the first byte that ``chunks`` give, which begins line ``line``. Offsets of what is left
    begin there too.
    """

    def __init__(self, wrappers: Sequence[Wrapper], chunks: Iterable[bytes], *, base: int = 0, line: int = 1) -> None:
        self._layers: list[_Layer] = []
        for wrapper in wrappers:
            layer = _Layer(wrapper, self._layers[-1] if self._layers else None, base, line)
            self._layers.append(layer)
            chunks = layer.strip(chunks)
        self._chunks = iter(chunks)

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def place(self, at: int) -> Place:
        """Where byte ``at`` of what is left lies in the dump."""
        return self._layers[-1].place(at)

    def forget(self, at: int) -> None:
        """Nothing before ``at`` will be asked for again; what was kept to answer is let go."""
        self._layers[-1].forget(at)

    def seen(self) -> list[Seen]:
        """What was taken off so far."""
        return [layer.seen for layer in self._layers]


def stripped(wrappers: Sequence[Wrapper], data: bytes) -> bytes:
    """Some bytes of a dump without these wrappers."""
    if not wrappers:
        return data
    return b"".join(Unwrapped(wrappers, [data]))


def whole_lines(data: bytes) -> list[bytes]:
    """The lines with their line feeds; no other byte ends a line."""
    if b"\r" not in data:
        return data.splitlines(keepends=True)
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def in_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that end where a line does."""
    rest: list[bytes] = []
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            rest.append(chunk)
            continue
        yield b"".join((*rest, chunk[:end]))
        rest = [chunk[end:]] if end < len(chunk) else []
    if rest:
        yield b"".join(rest)
