"""Notices: lines that a tool prints about itself, between records and in the middle of them.

kcat hands its records to the operating system in blocks of 4096 bytes and its notices at once, so that a notice may
stand in the middle of a record (kcat 1.7.1, ``2>&1``). Such a record is read without it.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from dumpfix.framing.elements import PartialMatch, fixed_run
from dumpfix.framing.frame import Frame, NeedMoreError, Span
from dumpfix.framing.talk import talk_at
from dumpfix.layout.model import Layout, Literal

#: notices taken out of one record
MOST_INNER_NOTICES = 32
#: up to so many, every selection of them is tried
MOST_CHOSEN = 4


class Notices:
    """The notices of a grammar, found by their first literals."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.layouts: dict[bytes, list[Layout]] = {}
        for layout in [*layouts, *(layout.with_carriage_returns() for layout in layouts)]:
            first = layout.elements[0]
            assert isinstance(first, Literal)
            self.layouts.setdefault(first.text, []).append(layout)
        self.beginnings = tuple(self.layouts)
        self.by_first_byte: dict[bytes, list[tuple[bytes, list[Layout]]]] = {}
        for text, near in self.layouts.items():
            self.by_first_byte.setdefault(text[:1], []).append((text, near))
        self.cutting = tuple(
            text for text, near in self.layouts.items() if any(layout.may_cut_records for layout in near)
        )
        self.first_bytes = frozenset(first[:1] for first in self.beginnings)

    @staticmethod
    @functools.lru_cache(maxsize=8)
    def of(layouts: tuple[Layout, ...]) -> Notices:
        """The same, made once for each grammar."""
        return Notices(layouts)

    def match(self, data: bytes, at: int, *, final: bool) -> Span | None:
        """The notice or the talk that begins at ``at``. At the end of a dump the line feed may be missing."""
        notice = self._listed(data, at, final=final)
        if notice is None and self.layouts and (talk := talk_at(data, at, final=final)) is not None:
            return Span(at, talk.end, "notice", "command")
        return notice

    def _listed(self, data: bytes, at: int, *, final: bool) -> Span | None:
        if data[at : at + 1] not in self.first_bytes:
            return None
        partial = False
        for layout in self._near(data, at):
            taken = fixed_run(layout.elements, data, at)
            if isinstance(taken, PartialMatch):
                partial = True
            elif taken is not None:
                return Span(at, taken[1], "notice", layout.name)
        if not partial:
            return None
        if not final:
            raise NeedMoreError
        if data.find(b"\n", at) < 0:
            whole = data[at:] + b"\n"
            for layout in self._near(whole, 0):
                taken = fixed_run(layout.elements, whole, 0)
                if taken is not None and not isinstance(taken, PartialMatch):
                    return Span(at, len(data), "notice", layout.name)
        return None

    def first(self, data: bytes) -> bytes:
        """The same bytes with the notices that stand in the middle of a line put before everything else.

        What is left is what the tool printed as records, for a look at them; whether a notice did cut one is not told.
        """
        found: list[tuple[int, int]] = []
        for beginning in self.cutting:
            at = data.find(beginning, 1)
            while at >= 0:
                if data[at - 1] != 0x0A and (notice := self.match(data, at, final=True)) is not None:
                    found.append((notice.start, self._run_end(data, notice.end)))
                at = data.find(beginning, at + 1)
        moved: list[bytes] = []
        kept: list[bytes] = []
        position = 0
        for start, end in sorted(found):
            if start >= position and data[end - 1] == 0x0A:
                kept.append(data[position:start])
                moved.append(data[start:end])
                position = end
        return b"".join([*moved, *kept, data[position:]]) if moved else data

    def _run_end(self, data: bytes, at: int) -> int:
        """Behind the notices that follow one another from ``at`` on."""
        while at < len(data) and (notice := self.match(data, at, final=True)) is not None:
            at = notice.end
        return at

    def _near(self, data: bytes, at: int) -> Iterator[Layout]:
        """The notices whose first literal stands at ``at``, or may when more of the data is here."""
        rest = len(data) - at
        for beginning, layouts in self.by_first_byte.get(data[at : at + 1], ()):
            if data.startswith(beginning, at) or (rest < len(beginning) and beginning.startswith(data[at:])):
                yield from layouts


class RuleWithNotices(ABC):
    """What both rules share: reading a record as if the notices in its middle were not there."""

    notices: Notices
    #: off where many layouts are tried on one head, and one record more or less does not matter
    is_thorough = True

    @abstractmethod
    def record(self, data: bytes, at: int, *, final: bool) -> Frame | None:
        """The record that begins at ``at``; None if none does. Raises NeedMoreError."""

    @abstractmethod
    def holds(self, frame: Frame) -> bool:
        """Whether nothing suggests that a notice cuts into this record."""

    @abstractmethod
    def cannot_begin(self, data: bytes, at: int, *, final: bool) -> bool:
        """Whether no record can begin at ``at``, which is the beginning of a line."""

    @abstractmethod
    def surely_begins(self, data: bytes, at: int, *, final: bool) -> bool:
        """Whether a record begins at ``at``, told by more than its being a line."""

    @abstractmethod
    def next_start(self, data: bytes, at: int, *, final: bool) -> tuple[int, bool]:
        """The next start at or after ``at``; with True where the data at hand ends before one was found."""

    def without_inner_notices(self, data: bytes, at: int, frame: Frame | None, *, final: bool) -> Frame | None:
        """The record that begins at ``at`` with the notices in its middle taken out; None if that does not help.

        A payload may hold what looks like a notice, so as few as possible are taken out: one, then two …, until
        the record holds. Where none of it makes a whole record, only a beginning that was cut is mended.
        """
        if not self.is_thorough or not self.notices.cutting:
            return None
        runs, reach = self._inner_notices(data, at, final=final)
        for chosen in _choices(runs):
            mended = self._joined(data, at, chosen, reach)
            if mended is not None and mended.inner_notices and self.holds(mended):
                return mended
        everything = list(_choices(runs))[-1:] if frame is None else []
        mended = self._joined(data, at, everything[0], reach) if everything else None
        return mended if mended is not None and mended.inner_notices else None

    def _inner_notices(self, data: bytes, at: int, *, final: bool) -> tuple[list[list[Span]], int]:
        """Notices (each with those right behind it) that may cut the record at ``at``; where the record ends at most.

        A notice at the beginning of a line cuts a record only if what follows it begins none.
        """
        runs: list[list[Span]] = []
        reach, is_open = self.next_start(data, at + 1, final=final)
        begin = at + 1
        while len(runs) < MOST_INNER_NOTICES:
            notice = self._find_notice(data, begin, reach, final=final)
            if notice is None:
                break
            # The next one is looked for inside this one too: what a payload shows of a notice may hold a real one.
            begin = notice.start + 1
            run = [notice]
            while run[-1].end < len(data) and (more := self.notices.match(data, run[-1].end, final=final)):
                run.append(more)
            at_line_start = data[notice.start - 1 : notice.start] == b"\n"
            while len(run) > 1 and not at_line_start and self.surely_begins(data, run[-1].end, final=final):
                # The last line only looks like a notice: it is the rest of the record.
                run.pop()
            after = run[-1].end
            if after >= len(data):
                if not final:
                    raise NeedMoreError
                if at_line_start:
                    continue
            elif at_line_start and not self.cannot_begin(data, after, final=final):
                continue
            elif not at_line_start and self.surely_begins(data, after, final=final):
                # The line that it ends, and no record: the next one begins right behind it.
                continue
            runs.append(run)
            if after >= reach:
                reach, is_open = self.next_start(data, after + 1, final=final)
                reach = max(reach, after)
        if runs and is_open:
            raise NeedMoreError
        return runs, reach

    def _joined(self, data: bytes, at: int, runs: Sequence[Sequence[Span]], reach: int) -> Frame | None:
        """The record at ``at`` as it reads without these notices."""
        pieces: list[tuple[int, int]] = []
        begin = at
        for run in runs:
            pieces.append((begin, run[0].start))
            begin = run[-1].end
        pieces.append((begin, max(reach, begin)))
        mended = self.record(b"".join(data[start:end] for start, end in pieces), 0, final=True)
        return None if mended is None else _mapped(mended, pieces, [notice for run in runs for notice in run])

    def _find_notice(self, data: bytes, at: int, stop: int, *, final: bool) -> Span | None:
        """The first notice that begins in ``data[at:stop]`` or right at ``stop``, anywhere in a line."""
        nearest: Span | None = None
        for beginning in self.notices.cutting:
            limit = nearest.start if nearest else stop
            found = data.find(beginning, at, limit + len(beginning))
            while found >= 0:
                notice = self.notices.match(data, found, final=final)
                is_line = notice is not None and data[notice.end - 1 : notice.end] == b"\n"
                if notice is not None and is_line and (nearest is None or notice.start < nearest.start):
                    nearest = notice
                    break
                found = data.find(beginning, found + 1, limit + len(beginning))
        return nearest


def _choices(runs: Sequence[list[Span]]) -> Iterator[Sequence[list[Span]]]:
    """Which notices to take out: the fewest first, then the fewest bytes; of many only one, two, or all that fit.

    Where one run is enough, the last lines of it may be the payload's own: they only look like notices.
    """
    most = len(runs) if len(runs) <= MOST_CHOSEN else 2
    for count in range(1, most + 1):
        ways = [chosen for chosen in combinations(runs, count) if _are_apart(chosen)]
        if count == 1:
            ways += [(run[:length],) for run in runs for length in range(1, len(run))]
        yield from sorted(ways, key=lambda chosen: sum(run[-1].end - run[0].start for run in chosen))
    if most < len(runs):
        everything: list[list[Span]] = []
        for run in runs:
            if not everything or everything[-1][-1].end <= run[0].start:
                everything.append(run)
        yield everything


def _are_apart(runs: Sequence[list[Span]]) -> bool:
    return all(one[-1].end <= other[0].start for one, other in pairwise(runs))


def _mapped(frame: Frame, pieces: Sequence[tuple[int, int]], notices: Sequence[Span]) -> Frame:
    """The frame of joined pieces with the positions that it has in the dump, the notices among its spans."""
    spans: list[Span] = []
    for span in frame.spans:
        base = 0
        for start, end in pieces:
            low, high = max(span.start, base), min(span.end, base + end - start)
            if low < high or (low == high and span.start == span.end):
                spans.append(Span(start + low - base, start + high - base, span.role, span.name))
            base += end - start
    stop = _position(frame.end, pieces)
    # The record may end before the last notice: what follows is read anew.
    inner = [notice for notice in notices if notice.start < stop]
    frame.spans = sorted([*spans, *inner])
    if frame.payload_start is not None:
        frame.payload_start = _position(frame.payload_start, pieces)
    frame.start, frame.end = pieces[0][0], stop
    frame.inner_notices = inner
    return frame


def _position(joined: int, pieces: Sequence[tuple[int, int]]) -> int:
    """Where a position of the joined pieces lies in the dump."""
    base = 0
    for start, end in pieces:
        if joined <= base + end - start:
            return start + joined - base
        base += end - start
    raise AssertionError("a position behind the last piece")
