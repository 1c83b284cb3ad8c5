"""What the reference readers of linear dumps and of dumps of objects have in common: elements, and notices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from dumpfix.framing.frame import Span as Tile
from dumpfix.framing.talk import talk_at
from dumpfix.framing.window import Window
from dumpfix.layout.conversions import LONGEST_DATE, date_end
from dumpfix.layout.model import Alternation, Field, Layout, Literal
from dumpfix.layout.vocabulary import JSON_VALUES, Kind
from tests.oracles.json_prefix import read

TEXTS = (Kind.TEXT, Kind.PAYLOAD)
JSON = tuple(JSON_VALUES)
SIZES = (Kind.SIZE, Kind.BINARY_SIZE)
NAME = rb"[A-Za-z0-9._-]"
OPENERS = (b"{", b"[")
TELLING = (*OPENERS, b'"', b"t", b"f", b"n")
DATE = b"0000-00-00 00:00:00,000"


class Cut(NamedTuple):
    element: Literal | Field
    start: int
    end: int


class Ran(NamedTuple):
    """What a run of elements matched: up to where; ``end`` is -1 where the dump ended in it."""

    cuts: tuple[Cut, ...]
    end: int


class Way(NamedTuple):
    cuts: tuple[Cut, ...]
    end: int
    closed: bool = True


@dataclass
class Record:
    start: int
    stop: int
    cuts: list[Cut]
    value: tuple[int, int] | None = None
    complete: bool = True
    wrong_size: bool = False
    tiles: list[Tile] = field(default_factory=list)
    has_inner_notices: bool = False
    is_fine: bool = False
    spans_lines: bool = False


class Dump:
    """What linear dumps and dumps of objects have in common: notices, in and between records."""

    def __init__(self, data: bytes, notices: Sequence[Layout]) -> None:
        self.d = data
        self.n = len(data)
        both = [*notices, *(one.with_carriage_returns() for one in notices)]
        firsts = dict.fromkeys(one.elements[0] for one in both)
        self.notices = [one for first in firsts for one in both if one.elements[0] == first]
        self.cutting = {
            one.elements[0].text
            for one in both
            if isinstance(one.elements[0], Literal)
            and any(other.may_cut_records for other in both if other.elements[0] == one.elements[0])
        }
        self._starts: dict[int, bool] = {}

    def item(self, at: int) -> Tile | Record:
        raise NotImplementedError

    def record(self, at: int) -> Record | None:
        raise NotImplementedError

    def holds(self, record: Record) -> bool:
        raise NotImplementedError

    def next_start(self, at: int) -> int:
        raise NotImplementedError

    def surely_begins(self, at: int) -> bool:
        raise NotImplementedError

    def cannot_begin(self, at: int) -> bool:
        raise NotImplementedError

    def may_be_cut(self, at: int, notice: int) -> bool:
        raise NotImplementedError

    def like_this(self, data: bytes) -> Dump:
        raise NotImplementedError

    # -- elements ----------------------------------------------------------------------------------------------------

    def line_end(self, at: int) -> int:
        found = self.d.find(b"\n", at)
        return self.n if found < 0 else found

    def one(self, element: Literal | Field, at: int) -> int | None:
        """Where an element ends that tells its own end; -1 where the dump ends first, None where it does not stand."""
        d, n = self.d, self.n
        if isinstance(element, Literal):
            return self._literal(element.text, at)
        kind = element.kind
        if kind is Kind.SIZE and d[at : at + 1] == b"-":
            return self._literal(b"-1", at)
        if kind in (Kind.INTEGER, Kind.SIZE):
            found = re.compile(rb"-?[0-9]{0,20}").match(d, at)
            assert found
            end = found.end()
            return -1 if end == n else end if d[end - 1 : end].isdigit() and end > at else None
        if kind is Kind.BINARY_SIZE:
            return at + 4 if at + 4 <= n else -1
        if kind in (Kind.NAME, Kind.WORD):
            found = re.compile(NAME + rb"{0,249}").match(d, at)
            assert found
            return -1 if found.end() == n else found.end() if found.end() > at else None
        if kind is Kind.BLANKS:
            end = at
            while end < n and end - at < 1024 and d[end : end + 1] == b" ":
                end += 1
            return -1 if end == n else end
        if kind is Kind.DATE_TIME:
            shown = re.sub(rb"[0-9]", b"0", d[at : at + len(DATE)])
            if shown == DATE:
                return at + len(DATE)
            return -1 if len(shown) < len(DATE) and DATE.startswith(shown) else None
        if kind is Kind.DATE:
            end = date_end(d, at)
            return -1 if n - at < LONGEST_DATE and end in (-1, n) else end if end >= 0 else None
        if kind is Kind.REST:
            end = self.line_end(at)
            return -1 if end == n else end - 1 if end > at and d[end - 1] == 0x0D else end
        return self.json_value(element, at, self.line_end(at))

    def _literal(self, text: bytes, at: int) -> int | None:
        if self.d.startswith(text, at):
            return at + len(text)
        return -1 if len(self.d[at:]) < len(text) and text.startswith(self.d[at:]) else None

    def json_value(self, element: Field, at: int, stop: int) -> int | None:
        """Where a JSON value ends that has to end before ``stop``; a string on its line."""
        cut = -1 if stop == self.n else None
        if at >= stop:
            return cut
        if self.d[at : at + 1] == b'"':
            end = self.string_end(at)
            return cut if end == -1 or (end is not None and end > stop) else end
        if self.d[at : at + 1].isspace() and self.d[at] in b" \t\r\n":
            return None
        result = read(self.d, at, stop)
        if result.state != "complete":
            return cut if result.state == "incomplete" else None
        if element.kind is Kind.JSON_STRING and self.d[at : result.at] != b"null":
            return None
        return cut if result.touches_end and stop == self.n else result.at

    def string_end(self, at: int) -> int | None:
        """Behind a string of the tool's: at the first quote behind an even number of backslashes, on the line."""
        found = re.compile(rb'"(?:[^"\\\n]|\\[^\n])*"').match(self.d, at)
        if found:
            return found.end()
        return -1 if self.line_end(at) == self.n else None

    def run(self, elements: Sequence[Any], at: int) -> Ran | None:
        """Match elements up to the first text."""
        if not elements or (isinstance(elements[0], Field) and elements[0].kind in TEXTS):
            return Ran((), at)
        first, rest = elements[0], elements[1:]
        if isinstance(first, Alternation):
            found = [self.run(way, at) for way in first.alternatives]
            whole = next((one for one in found if one is not None and one.end >= 0), None)
            taken = whole or next((one for one in found if one is not None), None)
        else:
            end = self.one(first, at)
            if isinstance(first, Field) and first.kind in (Kind.NAME, Kind.WORD) and end is not None and end >= 0:
                return self._named(first, rest, at, end)
            taken = None if end is None else Ran(() if end < 0 else (Cut(first, at, end),), end)
        if taken is None or taken.end < 0:
            return taken
        more = self.run(rest, taken.end)
        return None if more is None else Ran((*taken.cuts, *more.cuts), more.end)

    def _named(self, name: Field, rest: Sequence[Any], at: int, longest: int) -> Ran | None:
        """A name may hold the beginning of what follows: the longest for which the rest stands."""
        follower = rest[0].text if rest and isinstance(rest[0], Literal) else b""
        for end in range(longest, at, -1):
            if end < longest and not self.d.startswith(follower, end):
                continue
            more = self.run(rest, end)
            is_cut = more is not None and more.end == -1 and not more.cuts
            if is_cut and follower and end == longest and not self.d.startswith(follower, end):
                # The dump ends in the literal behind the name.
                return Ran((), -1)
            if more is not None:
                return Ran((Cut(name, at, end), *more.cuts), more.end)
            if not follower or (end == longest and self.d.startswith(follower, end)):
                return None
        return None

    # -- notices -----------------------------------------------------------------------------------------------------

    def notice(self, at: int) -> Tile | None:
        """A notice, or talk, that begins at ``at``."""
        found = self.listed(at)
        if found is None and self.notices:
            talk = talk_at(Window(self.d), at)
            return Tile(at, talk.end, "notice", "command") if talk is not None else None
        return found

    def listed(self, at: int) -> Tile | None:
        found = [(one, self.run(one.elements, at)) for one in self.notices]
        for one, ran in found:
            if ran is not None and ran.end >= 0:
                return Tile(at, ran.end, "notice", one.name)
        if any(ran is not None for _, ran in found) and self.line_end(at) == self.n:
            longer = Dump(self.d[at:] + b"\n", ())
            for one in self.notices:
                ran = longer.run(one.elements, 0)
                if ran is not None and ran.end >= 0:
                    return Tile(at, self.n, "notice", one.name)
        return None

    def without_notices(self, at: int, record: Record | None) -> Record | None:
        """The record as it reads without the fewest notices in it for which it holds."""
        if not self.cutting:
            return None
        runs, reach = self._runs(at, is_record=record is not None)
        tries = list(_selections(runs))
        for chosen in tries:
            mended = self._joined(at, chosen, reach)
            if mended is not None and mended.has_inner_notices and self.holds(mended):
                return mended
        mended = self._joined(at, tries[-1], reach) if tries and record is None else None
        return mended if mended is not None and mended.has_inner_notices else None

    def _runs(self, at: int, *, is_record: bool) -> tuple[list[list[Tile]], int]:
        reach = self.next_start(at + 1)
        runs: list[list[Tile]] = []
        begin = at + 1
        for _ in range(8):
            found = (p for p in range(begin, min(reach, self.n - 1) + 1) if self.d.startswith(tuple(self.cutting), p))
            whole = (tile for p in found if (tile := self.listed(p)) and self.d[tile.end - 1] == 0x0A)
            notice = next(whole, None)
            if notice is None or (not runs and not is_record and not self.may_be_cut(at, notice.start)):
                break
            begin = notice.start + 1
            run = [notice]
            while len(run) < 64 and run[-1].end < self.n and (more := self.listed(run[-1].end)):
                run.append(more)
            is_line = self.d[notice.start - 1] == 0x0A
            while len(run) > 1 and not is_line and self.surely_begins(run[-1].end):
                run.pop()
            after = run[-1].end
            if after >= self.n:
                may_cut = not is_line
            else:
                may_cut = self.cannot_begin(after) if is_line else not self.surely_begins(after)
            if may_cut:
                runs.append(run)
                if after >= reach:
                    reach = max(self.next_start(after + 1), after)
        return runs, reach

    def _joined(self, at: int, chosen: Sequence[Sequence[Tile]], reach: int) -> Record | None:
        inner = [notice for run in chosen for notice in run]
        gone = {p for run in chosen for p in range(run[0].start, run[-1].end)}
        places = [p for p in range(at, max(reach, chosen[-1][-1].end)) if p not in gone]
        joined = self.like_this(bytes(self.d[p] for p in places)).record(0)
        if joined is None:
            return None
        tiles: list[Tile] = []
        for tile in joined.tiles:
            pieces = places[tile.start : tile.end]
            breaks = [i for i in range(1, len(pieces)) if pieces[i] != pieces[i - 1] + 1]
            for begin, end in pairwise([0, *breaks, len(pieces)] if pieces else []):
                tiles.append(Tile(pieces[begin], pieces[end - 1] + 1, tile.role, tile.name))
        stop = places[joined.stop - 1] + 1 if joined.stop else at
        inside = [notice for notice in inner if notice.start < stop]
        joined.tiles = sorted([*tiles, *inside])
        joined.start, joined.stop, joined.has_inner_notices = at, stop, bool(inside)
        return joined


def _selections(runs: Sequence[list[Tile]]) -> Iterator[Sequence[list[Tile]]]:
    """Which notices to take out: the fewest first, then the fewest bytes."""
    for count in range(1, (len(runs) if len(runs) <= 4 else 1) + 1):
        some: list[Sequence[list[Tile]]] = [
            chosen for chosen in combinations(runs, count) if all(a[-1].end <= b[0].start for a, b in pairwise(chosen))
        ]
        if count == 1:
            some += [(run[:n],) for run in runs for n in range(max(len(run) - 4, 1), len(run))]
        yield from sorted(some, key=lambda chosen: sum(run[-1].end - run[0].start for run in chosen))
    if len(runs) > 4:
        apart: list[list[Tile]] = []
        for run in runs:
            if not apart or apart[-1][-1].end <= run[0].start:
                apart.append(run)
        yield apart


def is_closed(text: bytes) -> bool:
    """Whether a text closes the brackets and quotes that it opens."""
    quotes = text.count(b'"') - text.count(b'\\"')
    return text.count(b"{") == text.count(b"}") and text.count(b"[") == text.count(b"]") and quotes % 2 == 0


def unescaped(text: bytes) -> bytes:
    """What the inside of a JSON string says; escapes that JSON does not know stay as they are."""

    def one(found: re.Match[bytes]) -> bytes:
        letter = found[1]
        if letter[:1] == b"u":
            units = bytes.fromhex(letter.replace(b"\\u", b"").replace(b"u", b"").decode())
            return units.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
        return {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}.get(letter, letter)

    pair = rb"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    return re.sub(rb"\\(" + pair + rb'|u[0-9a-fA-F]{4}|["\\/bfnrt]|.)', lambda m: _known(m, one), text, flags=re.DOTALL)


def _known(found: re.Match[bytes], one: Any) -> bytes:
    letter = found[1]
    is_known = letter in (b'"', b"\\", b"/", b"b", b"f", b"n", b"r", b"t") or (letter[:1] == b"u" and len(letter) > 1)
    return bytes(one(found)) if is_known else found[0]
