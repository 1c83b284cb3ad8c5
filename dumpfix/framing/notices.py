"""Notices: lines that a tool prints about itself, between records and in the middle of them.

kcat hands its records to the operating system in blocks of 4096 bytes and its notices at once, so that a notice may
stand in the middle of a record (kcat 1.7.1, ``2>&1``). Such a record is read without it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from dumpfix.framing.elements import PartialMatch, fixed_run
from dumpfix.framing.frame import Frame, Span
from dumpfix.framing.talk import talk_at
from dumpfix.framing.window import Window
from dumpfix.json.validity import is_valid
from dumpfix.layout.model import Layout, Literal

#: notices (with those right behind them) that are looked at in one record
MOST_INNER_NOTICES = 8
#: notices that follow one another and are looked at together
LONGEST_RUN = 64
#: up to so many, every selection of them is tried
MOST_CHOSEN = 4

#: places of a head at which a notice with one beginning is looked for inside lines
MOST_MOVED = 1 << 10

_LINE_END = 0x0A


#: grammars whose notices are kept ready
MOST_KEPT = 16
_made: dict[int, tuple[tuple[Layout, ...], Notices]] = {}


class Notices:
    """The notices of a grammar, found by their first literals."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.layouts: dict[bytes, list[Layout]] = {}
        self.given = tuple(layouts)
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
        self._longest = max(map(len, self.beginnings), default=0)

    @staticmethod
    def of(layouts: tuple[Layout, ...]) -> Notices:
        """The same, made once for each grammar: to compare the layouts of two costs more than to read a record."""
        kept, notices = _made.get(id(layouts), (None, None))
        if kept is not layouts or notices is None:
            if len(_made) == MOST_KEPT:
                _made.clear()
            notices = Notices(layouts)
            _made[id(layouts)] = layouts, notices
        return notices

    def match(self, window: Window, at: int) -> Span | None:
        """The notice or the talk that begins at ``at``, the beginning of a line or of an item.

        What stands for something that was left out is garbage: it has to be said.
        """
        notice = self.listed(window, at)
        if notice is None and self.layouts and (talk := talk_at(window, at)) is not None:
            return Span(at, talk.end, "garbage") if talk.kind == "elision" else Span(at, talk.end, "notice", "command")
        return notice

    def listed(self, window: Window, at: int) -> Span | None:
        """The notice that begins at ``at``. At the end of a dump the line feed may be missing."""
        data = window.data
        if len(data) - at >= self._longest and not data.startswith(self.beginnings, at):
            return None
        partial = False
        for layout in self._near(data, at):
            taken = fixed_run(layout.elements, window, at)
            if isinstance(taken, PartialMatch):
                partial = True
            elif taken is not None:
                return Span(at, taken[1], "notice", layout.name)
        if partial and window.line_end(at) == window.size:
            whole = Window(data[at:] + b"\n", window.work)
            for layout in self._near(whole.data, 0):
                taken = fixed_run(layout.elements, whole, 0)
                if taken is not None and not isinstance(taken, PartialMatch):
                    return Span(at, len(data), "notice", layout.name)
        return None

    def first(self, data: bytes) -> bytes:
        """The same bytes with the notices that stand in the middle of a line put before everything else.

        What is left is what the tool printed as records, for a look at them; whether a notice did cut one is not told.
        A line that is an object, with what looks like a notice in a string, was cut by none.
        """
        window = Window(data)
        found: list[tuple[int, int]] = []
        for beginning in self.cutting:
            at = data.find(beginning, 1)
            for _ in range(MOST_MOVED):
                if at < 0:
                    break
                if data[at - 1] != 0x0A and (notice := self.listed(window, at)) is not None:
                    found.append((notice.start, self._run_end(window, notice.end)))
                    # What follows it right away is one run with it: looked at once.
                    at = found[-1][1] - 1
                at = data.find(beginning, at + 1)
        moved: list[bytes] = []
        kept: list[bytes] = []
        position = 0
        for start, end in sorted(found):
            if start >= position and data[end - 1] == 0x0A and not _is_object(data, start):
                kept.append(data[position:start])
                moved.append(data[start:end])
                position = end
        return b"".join([*moved, *kept, data[position:]]) if moved else data

    def _run_end(self, window: Window, at: int) -> int:
        """Behind the notices that follow one another from ``at`` on."""
        while at < window.size and (notice := self.match(window, at)) is not None:
            at = notice.end
        return at

    def _near(self, data: bytes, at: int) -> Iterator[Layout]:
        """The notices whose first literal stands at ``at``, or may when more of the data is here."""
        rest = len(data) - at
        for beginning, layouts in self.by_first_byte.get(data[at : at + 1], ()):
            if data.startswith(beginning, at) or (rest < len(beginning) and beginning.startswith(data[at:])):
                yield from layouts


def _is_object(data: bytes, at: int) -> bool:
    """Whether the line around a place is a whole JSON object."""
    begin = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at)
    return data[begin : begin + 1] == b"{" and end > 0 and is_valid(data[begin:end])


class RuleWithNotices(ABC):
    """What both rules share: one item at a time, and reading a record as if no notices were in its middle."""

    notices: Notices
    #: off where many layouts are tried on one head, and one record more or less does not matter
    is_thorough = True
    #: where no record began when last an item was left undecided, of which only the end is not here yet
    garbage_from = -1

    def decided_item(self, window: Window, at: int) -> Frame | Span | None:
        """The item that begins at ``at``; None where more bytes may come and change it."""
        window.touched_end = False
        self.garbage_from = -1
        item = self.item(window, at)
        return None if window.is_undecided else item

    @abstractmethod
    def item(self, window: Window, at: int) -> Frame | Span | None:
        """The item that begins at ``at`` (< size), as if the dump ended with the window; None where that is known to
        be undecided before all is looked at."""

    @abstractmethod
    def record(self, window: Window, at: int) -> Frame | None:
        """The record that begins at ``at``; None if none does."""

    @abstractmethod
    def holds(self, frame: Frame) -> bool:
        """Whether nothing suggests that a notice cuts into this record."""

    @abstractmethod
    def may_be_cut(self, window: Window, at: int, notice: int) -> bool:
        """Whether what stands from ``at`` up to a notice may be the beginning of a record that it cuts."""

    @abstractmethod
    def cannot_begin(self, window: Window, at: int) -> bool:
        """Whether no record can begin at ``at``, which is the beginning of a line."""

    @abstractmethod
    def surely_begins(self, window: Window, at: int) -> bool:
        """Whether a record begins at ``at``, told by more than its being a line."""

    @abstractmethod
    def next_start(self, window: Window, at: int) -> int:
        """The next start at or after ``at``; the end of the data where there is none."""

    def without_inner_notices(self, window: Window, at: int, frame: Frame | None) -> Frame | None:
        """The record that begins at ``at`` with the notices in its middle taken out; None if that does not help.

        A payload may hold what looks like a notice, so as few as possible are taken out: one, then two …, until
        the record holds. Where none of it makes a whole record, only a beginning that was cut is mended.
        """
        if not self.is_thorough or not self.notices.cutting:
            return None
        runs, reach = self._inner_notices(window, at, is_record=frame is not None)
        for chosen in _choices(runs):
            mended = self._joined(window, at, chosen, reach)
            if mended is not None and mended.inner_notices and self.holds(mended):
                return mended
        everything = list(_choices(runs))[-1:] if frame is None else []
        mended = self._joined(window, at, everything[0], reach) if everything else None
        return mended if mended is not None and mended.inner_notices else None

    def _inner_notices(self, window: Window, at: int, *, is_record: bool) -> tuple[list[list[Span]], int]:
        """Notices (each with those right behind it) that may cut the record at ``at``; where the record ends at most.

        A notice at the beginning of a line cuts a record only if what follows it begins none.
        """
        runs: list[list[Span]] = []
        reach = self.next_start(window, at + 1)
        begin = at + 1
        for _ in range(MOST_INNER_NOTICES):
            notice = self._find_notice(window, begin, reach)
            if notice is None or (not runs and not is_record and not self.may_be_cut(window, at, notice.start)):
                break
            # The next one is looked for inside this one too: what a payload shows of a notice may hold a real one.
            begin = notice.start + 1
            run = self._run(window, notice)
            after = run[-1].end
            if not self._may_cut(window, notice.start, after):
                continue
            runs.append(run)
            if after >= reach:
                reach = max(self.next_start(window, after + 1), after)
        return runs, reach

    def _run(self, window: Window, notice: Span) -> list[Span]:
        """A notice and those right behind it, as far as they can cut the same record."""
        run = [notice]
        while len(run) < LONGEST_RUN and run[-1].end < window.size:
            more = self.notices.listed(window, run[-1].end)
            if more is None:
                break
            run.append(more)
        is_line = window.data[notice.start - 1] == _LINE_END
        while len(run) > 1 and not is_line and self.surely_begins(window, run[-1].end):
            # The last line only looks like a notice: it is the rest of the record.
            run.pop()
        return run

    def _may_cut(self, window: Window, start: int, after: int) -> bool:
        """Whether notices from ``start`` to ``after`` may stand in the middle of a record."""
        is_line = window.data[start - 1] == _LINE_END
        if after >= window.size:
            window.touched_end = True
            return not is_line
        if is_line:
            return self.cannot_begin(window, after)
        # Else the line that it ends is no record: the next one begins right behind it.
        return not self.surely_begins(window, after)

    def _joined(self, window: Window, at: int, runs: Sequence[Sequence[Span]], reach: int) -> Frame | None:
        """The record at ``at`` as it reads without these notices."""
        pieces: list[tuple[int, int]] = []
        begin = at
        for run in runs:
            pieces.append((begin, run[0].start))
            begin = run[-1].end
        pieces.append((begin, max(reach, begin)))
        if pieces[-1][1] >= window.size:
            window.touched_end = True
        joined = Window(b"".join(window.data[start:end] for start, end in pieces), window.work)
        window.work.steps += joined.size
        mended = self.record(joined, 0)
        return None if mended is None else _mapped(mended, pieces, [notice for run in runs for notice in run])

    def _find_notice(self, window: Window, at: int, stop: int) -> Span | None:
        """The first notice that begins in ``[at, stop]``, anywhere in a line."""
        places = [(window.place(beginning, at), beginning) for beginning in self.notices.cutting]
        while True:
            found, beginning = min(places)
            if found > stop or found >= window.size:
                return None
            notice = self.notices.listed(window, found)
            if notice is not None and window.data[notice.end - 1] == _LINE_END:
                return notice
            places.remove((found, beginning))
            places.append((window.place(beginning, found + 1), beginning))


def _choices(runs: Sequence[list[Span]]) -> Iterator[Sequence[list[Span]]]:
    """Which notices to take out: the fewest first, then the fewest bytes; of many only one, or all that fit.

    Where one run is enough, the last lines of it may be the payload's own: they only look like notices.
    """
    most = len(runs) if len(runs) <= MOST_CHOSEN else 1
    for count in range(1, most + 1):
        ways = [chosen for chosen in combinations(runs, count) if _are_apart(chosen)]
        if count == 1:
            ways += [(run[:length],) for run in runs for length in range(max(len(run) - MOST_CHOSEN, 1), len(run))]
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
