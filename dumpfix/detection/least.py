"""What a head costs at least: by it a reading is given up before its end."""

from __future__ import annotations

from bisect import bisect_left

from dumpfix.detection import prices
from dumpfix.detection.texts import Texts
from dumpfix.framing.notices import Notices
from dumpfix.framing.window import Window


class Least:
    """What any layout pays for a head at least: the bytes of each document in a line, where it stands first.

    So that a reading is given up where it falls behind, and not where it is dearer than another is at the end.
    """

    def __init__(self, head: bytes, notices: Notices, texts: Texts) -> None:
        #: where lines with documents begin, and the bits of all before each
        self._lines: list[int] = []
        self._bits: list[float] = []
        self._total = 0.0
        seen: set[bytes] = set()
        window = Window(head)
        at = 0
        while at < len(head):
            if (notice := notices.match(window, at)) is not None:
                at = notice.end
                continue
            end = window.line_end(at)
            line = head[at:end]
            documents = {line[start:stop] for start, stop in texts.documents(line)}
            new = documents - seen
            if new:
                self._lines.append(at)
                self._bits.append(self._total)
                self._total += prices.DOCUMENT_BYTE * sum(map(len, new))
                seen |= new
            at = end + 1

    def behind(self, at: int) -> float:
        """Bits for the lines that begin at ``at`` or further on."""
        index = bisect_left(self._lines, at)
        return self._total - self._bits[index] if index < len(self._lines) else 0.0
