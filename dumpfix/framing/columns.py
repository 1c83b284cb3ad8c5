"""Texts of unknown length: where each one before the payload, or behind it, ends.

A text ends by its size, where one was printed and what follows stands there. Else every text but the last before the
payload ends at the nearest place where what follows it stands and it closes the brackets and quotes that it opens (at
the nearest at all, if that leads nowhere). Only for the last one are several places tried: the payload tells which
(:mod:`dumpfix.framing.rule`). They lie on the lines that the beginning of the record takes; only where it stands on
none of them does a text go on over the next lines, to the first place. So the ways of splitting are as many as there
are places, never their combinations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple, Protocol

from dumpfix.framing.elements import NO_NULLS, Cut, PartialMatch, PrintedNulls, fixed_run, sized_ends
from dumpfix.framing.window import Window
from dumpfix.layout.model import Alternation, Element, Field, Literal
from dumpfix.layout.vocabulary import FREE_TEXT, JSON_VALUES

#: places that are looked at for the end of one text
MOST_PLACES = 1 << 12
#: bytes in which the end of a text is looked for where no literal tells it
LONGEST_BARE_TEXT = 1 << 16

#: what a payload begins with that stands right behind a text
_JSON_BEGINS = b'{["'
_NUMBER_BEGINS = b"-0123456789"


class Bound(Protocol):
    """How far the elements of a record may reach."""

    def allows(self, end: int) -> bool:
        """Whether something that began before may end here."""

    def at(self) -> int:
        """The place behind which nothing is allowed; the end of the data where none is known yet."""

    def moved(self, begin: int) -> Bound:
        """The bound of what begins at ``begin``."""


class Way(NamedTuple):
    """One way in which elements match: their cuts, where they end, and whether every text in them is closed."""

    cuts: tuple[Cut, ...]
    end: int
    is_closed: bool


class Closedness:
    """Whether a text closes the brackets and quotes that it opens, for ends that go up: each byte is read once."""

    __slots__ = ("_braces", "_brackets", "_data", "_end", "_quotes", "_start")

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._start = self._end = start
        self._braces = self._brackets = self._quotes = 0

    def at(self, end: int) -> bool:
        """Whether the text up to ``end`` is closed."""
        data, begin = self._data, self._end
        if end > begin:
            self._braces += data.count(b"{", begin, end) - data.count(b"}", begin, end)
            self._brackets += data.count(b"[", begin, end) - data.count(b"]", begin, end)
            self._quotes += data.count(b'"', begin, end) - data.count(b'\\"', max(begin - 1, self._start), end)
            self._end = end
        return not self._braces and not self._brackets and not self._quotes % 2


def is_closed_text(text: bytes) -> bool:
    """Whether a text closes the brackets and quotes that it opens."""
    return Closedness(text, 0).at(len(text))


class Part(NamedTuple):
    """A text and the elements behind it, up to the next text."""

    text: Field
    behind: tuple[Element, ...]


class Columns:
    """Elements in order, taken apart at their texts: what stands before the first one, and the texts."""

    __slots__ = ("parts", "run")

    def __init__(self, elements: Sequence[Element]) -> None:
        places = [i for i, e in enumerate(elements) if isinstance(e, Field) and e.kind in FREE_TEXT]
        self.run = tuple(elements[: places[0]]) if places else tuple(elements)
        self.parts: list[Part] = []
        for place, following in pairwise([*places, len(elements)]):
            text = elements[place]
            assert isinstance(text, Field)
            self.parts.append(Part(text, tuple(elements[place + 1 : following])))

    def ways(
        self, window: Window, at: int, bound: Bound, *, nulls: PrintedNulls = NO_NULLS, by_size: bool = False
    ) -> Iterator[Way]:
        """Every way in which the elements match at ``at``: the nearest place for the end of the last text first.

        ``by_size``: a text whose size is printed may reach over the bound, since a size may be trusted where the rest
        of the record confirms it.
        """
        begun = fixed_run(self.run, window, at)
        if begun is None or isinstance(begun, PartialMatch):
            return
        if not self.parts:
            yield Way(*begun, True)
            return
        leading = self._leading(window, begun, bound, nulls, by_size=by_size)
        if leading is None:
            return
        cuts, begin, is_closed = leading
        if by_size:
            bound = bound.moved(begin)
        for cut, behind, end, closed in _ends(self.parts[-1], window, cuts, begin, bound, nulls, by_size=by_size):
            yield Way((*cuts, cut, *behind), end, is_closed and closed)

    def _leading(
        self,
        window: Window,
        begun: tuple[tuple[Cut, ...], int],
        bound: Bound,
        nulls: PrintedNulls,
        *,
        by_size: bool,
    ) -> Way | None:
        """All but the last text: each ends at the nearest place where it is closed, else at the nearest at all."""
        for wants_closed in (True, False):
            way: Way | None = Way(*begun, True)
            for part in self.parts[:-1]:
                assert way is not None
                way = _nearest(part, window, way, bound, nulls, wants_closed=wants_closed, by_size=by_size)
                if way is None:
                    break
            if way is not None:
                return way
        return None


def _nearest(
    part: Part,
    window: Window,
    way: Way,
    bound: Bound,
    nulls: PrintedNulls,
    *,
    wants_closed: bool,
    by_size: bool,
) -> Way | None:
    if by_size:
        bound = bound.moved(way.end)
    for cut, behind, end, closed in _ends(part, window, way.cuts, way.end, bound, nulls, by_size=by_size):
        if closed or not wants_closed:
            return Way((*way.cuts, cut, *behind), end, way.is_closed and closed)
    return None


def _ends(
    part: Part,
    window: Window,
    cuts: tuple[Cut, ...],
    at: int,
    bound: Bound,
    nulls: PrintedNulls,
    *,
    by_size: bool,
) -> Iterator[tuple[Cut, tuple[Cut, ...], int, bool]]:
    """Where a text that begins at ``at`` may end: its cut, those behind it, their end, whether the text is closed."""
    data = window.data
    seen: list[int] = []
    for end in sized_ends(part.text, cuts, data, at, nulls):
        if end > window.size:
            # A size that reaches over the next record is a lie, unless it is to be trusted.
            window.touched_end |= by_size or bound.at() == window.size
        elif by_size or bound.allows(end):
            behind = fixed_run(part.behind, window, end)
            if behind is not None and not isinstance(behind, PartialMatch):
                seen.append(end)
                yield Cut(part.text, at, end), behind[0], behind[1], True
    closedness = Closedness(data, at)
    for end in islice(_places(part.behind, window, at, bound), MOST_PLACES):
        window.work.searched(1)
        behind = fixed_run(part.behind, window, end) if end not in seen else None
        if behind is not None and not isinstance(behind, PartialMatch) and bound.allows(behind[1]):
            yield Cut(part.text, at, end), behind[0], behind[1], closedness.at(end)


def _places(behind: Sequence[Element], window: Window, at: int, bound: Bound) -> Iterator[int]:
    """Where what follows a text may begin, from ``at`` on, the nearest first."""
    literals = _first_literals(behind[0]) if behind else ()
    if not literals:
        yield from _bare_places(behind, window, at, bound)
        return
    while True:
        found = min([window.place(text, at) for text in literals])
        if found >= window.size:
            # Only the end of the data, and no next record, keeps it from being found.
            window.touched_end |= bound.at() >= window.size
            return
        if not bound.allows(found):
            return
        yield found
        at = found + 1


def _first_literals(element: Element) -> tuple[bytes, ...]:
    """The texts with which an element begins, where literals tell it; none where a field does."""
    if isinstance(element, Literal):
        return (element.text,)
    if isinstance(element, Alternation):
        firsts = [way[0] for way in element.alternatives if way]
        if len(firsts) == len(element.alternatives) and all(isinstance(first, Literal) for first in firsts):
            return tuple(first.text for first in firsts if isinstance(first, Literal))
    return ()


def _bare_places(behind: Sequence[Element], window: Window, at: int, bound: Bound) -> Iterator[int]:
    """The same where nothing stands between the text and what follows (kcat -s avro, key.separator=).

    A payload shows itself by its first byte, a number by its digits.
    """
    first = behind[0] if behind else None
    is_json = first is None or (isinstance(first, Field) and first.kind in JSON_VALUES)
    wanted = _JSON_BEGINS if is_json else _NUMBER_BEGINS
    stop = min(bound.at(), at + LONGEST_BARE_TEXT)
    window.touched_end |= stop >= window.size
    for end in range(at, stop):
        if window.data[end] in wanted:
            yield end
