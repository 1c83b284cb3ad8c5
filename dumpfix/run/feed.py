"""The bytes of a dump as they arrive, kept as long as somebody may want to go back to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator


class Feed:
    """Chunks that can be read again from any place that was not let go. ``base`` is the offset of the first byte.

    ``is_kept``: whether anybody goes back at all.
    """

    def __init__(self, chunks: Iterable[bytes], base: int) -> None:
        self.is_kept = True
        self._arriving = iter(chunks)
        self._kept: deque[tuple[int, bytes]] = deque()
        self._end = base

    def chunks(self, start: int) -> Iterator[bytes]:
        """Everything from ``start`` on."""
        at = start
        while True:
            while at == self._end:
                chunk = next(self._arriving, None)
                if chunk is None:
                    return
                if chunk:
                    self._kept.append((self._end, chunk))
                    self._end += len(chunk)
            begin, chunk = next(piece for piece in reversed(self._kept) if piece[0] <= at)
            yield chunk[at - begin :] if at > begin else chunk
            at = begin + len(chunk)
            if not self.is_kept:
                self.forget(at)

    def between(self, start: int, stop: int) -> bytes:
        """Bytes that have arrived."""
        pieces = [
            chunk[max(start - begin, 0) : stop - begin]
            for begin, chunk in self._kept
            if begin < stop and begin + len(chunk) > start
        ]
        return b"".join(pieces)

    def share(self, at: int, data: bytes) -> None:
        """What stands from ``at`` on is kept as ``data`` by somebody else, and here not beside it.

        More may have arrived: who goes back reads again what is here.
        """
        end = at + len(data)
        later: list[tuple[int, bytes]] = []
        while self._kept and self._kept[-1][0] + len(self._kept[-1][1]) > at:
            begin, chunk = self._kept.pop()
            if begin + len(chunk) > end:
                later.append((max(begin, end), chunk[max(end - begin, 0) :]))
            if begin < at:
                self._kept.append((begin, chunk[: at - begin]))
        self._kept += [(at, data), *reversed(later)]

    def forget(self, at: int) -> None:
        """Nobody goes back to what lies before ``at``."""
        while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= at:
            self._kept.popleft()
