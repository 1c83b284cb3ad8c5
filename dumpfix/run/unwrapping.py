"""What a dump is: the layout and the wrappers around it that explain its head for the fewest bits (EXPLAIN, 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from dumpfix.detection.candidates import READ_OFF
from dumpfix.detection.choose import HEAD, Choice, Search, Told
from dumpfix.detection.contrary import cheaper, price
from dumpfix.detection.work import MOST_WRAPPED, ExhaustedError, Work
from dumpfix.errors import LayoutError, RecognisedError
from dumpfix.layout.model import Field, Layout
from dumpfix.layout.write import describe
from dumpfix.run import turned
from dumpfix.run.cost import Cost, cost_of
from dumpfix.wrapping.find import Candidate, Matches, candidates
from dumpfix.wrapping.model import Wrapper
from dumpfix.wrapping.obstacles import obstacle, unmistakable
from dumpfix.wrapping.strip import stripped

#: lines after which a head is looked at, before HEAD bytes of it are here
LINES_LOOKED_AT = frozenset((1, 2, 4, 8, 16, 32, 64, 256))
#: lines most of which would be wrapped if any are
ENOUGH_LINES = 4
#: lines on which ways are compared: what is wrapped shows on the first
MOST_LINES = max(LINES_LOOKED_AT)
#: bits by which a doubtful wrapper has to explain what is not explained else
DOUBT = 60.0
#: bits by which another way has to be cheaper, for a wrapper that cannot be mistaken to be none
UNMISTAKABLE = 60.0


class Explained(NamedTuple):
    """A layout, and the wrappers around it, the outermost first."""

    choice: Choice
    wrappers: tuple[Wrapper, ...] = ()


class _Way(NamedTuple):
    """One way to explain some bytes, with its price. ``is_settled``: it is so, whatever follows them."""

    explained: Explained
    cost: Cost
    is_settled: bool
    is_mostly_garbage: bool = False


_NO_COST = Cost(0.0, 0.0, 0, 0)


@dataclass(slots=True)
class _Shown:
    """A head without some wrappers, and what it was found to be."""

    search: Search
    head: bytes = b""
    choice: Choice | None = None
    refused: LayoutError | None = None


class Finder:
    """Finds what one dump is, of which more and more is at hand; what was looked at is not looked at again."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self._bare = Search(told)
        #: what may be done for all that is wrapped, and for judging what is not
        self._work = Work(MOST_WRAPPED)
        self._matches = Matches()
        self._shown: dict[tuple[Wrapper, ...], _Shown] = {(): _Shown(self._bare)}
        self._looked = 0
        self._is_wrapped = False
        #: whether something was not explained since that is too much work
        self._is_left_out = False

    @property
    def steps(self) -> float:
        """How much work that was until now."""
        return self._bare.work.steps + self._work.steps

    def look(self, head: bytes, *, final: bool) -> Explained | None:
        """What the dump is that begins with ``head``; None where more of it has to be seen. Raises LayoutError.

        The answer depends on the bytes of the dump alone: its first lines are judged by themselves, then some more of
        them, however much of the dump is at hand.
        """
        # A layout that prints no line ends is read as it arrives, and nothing is wrapped around lines that it has not.
        if (choice := self._bare.look(b"", final=False)) is not None:
            return Explained(choice)
        for lines, step in _steps(head):
            if step <= self._looked:
                continue
            self._looked = step
            if self.told == Told() and (seen := unmistakable(head[:step])) is not None:
                raise RecognisedError(seen)
            wrapped = sure(head[:step], self._matches)
            self._is_wrapped |= bool(wrapped)
            way = self._cheapest(head[:step], wrapped, final=False) if wrapped else self._plain(head[:step], lines)
            if way is not None and way.is_settled:
                return self._or_its_beginning(way.explained, head[:step])
        if not final and len(head) <= HEAD:
            return None
        beginning = _beginning(head)
        wrapped = sure(beginning, self._matches)
        if self._is_wrapped or wrapped:
            # More may follow than is compared: that nothing does is not told to the search that goes on.
            self._shown[()] = _Shown(Search(self.told, self._work))
            best = self._cheapest(beginning, wrapped, final=True)
            # A record that goes on behind what is compared says nothing of what is wrapped around it.
            is_cut = not beginning.endswith(b"\n") and len(beginning) < len(head)
            if best is not None and best.explained.wrappers and (best.cost.documents or not is_cut):
                return self._or_its_beginning(best.explained, beginning)
            choice = self._bare.look(head, final=final)
            found = None if choice is None else Explained(choice)
        else:
            found = self._without_wrappers(head, beginning, final=final)
        return None if found is None else self._or_its_beginning(found, beginning)

    def _or_its_beginning(self, found: Explained, head: bytes) -> Explained:
        """What the head surely began with, where it turns into something else on the way.

        Where it was too much work to see what lies inside a wrapper, what was found is no more than likely.
        """
        if not self.told.is_auto:
            return found
        if self._is_left_out and found.choice.confidence == "sure":
            found = found._replace(choice=replace(found.choice, confidence="likely"))
        first = turned.beginning(self._bare, found.choice, head, stripped(found.wrappers, head))
        return found if first is None else Explained(first)

    def _plain(self, beginning: bytes, lines: int) -> _Way | None:
        """What the first lines are, which show no wrapper; None where more of them have to be seen.

        A layout that was told explains anything: it has to explain them well, or a wrapper would have shown by now.
        """
        try:
            choice = self._bare.look(beginning, final=False)
        except LayoutError:
            return None
        if choice is None:
            return None
        if choice.confidence == "told":
            way = self._way(Explained(choice), beginning)
            if lines < ENOUGH_LINES or (way is not None and way.is_mostly_garbage):
                return way
        return _Way(Explained(choice), _NO_COST, is_settled=True)

    def _without_wrappers(self, head: bytes, beginning: bytes, *, final: bool) -> Explained | None:
        """The same for all of a head that has no wrapper, or one that may be something else."""
        # Where the first records show by themselves what they are, nothing of this kind was done to them.
        seen = obstacle(beginning) if self.told == Told() else None
        if seen is not None:
            raise RecognisedError(seen)
        refused: LayoutError | None = None
        bare: _Way | None = None
        try:
            choice = self._bare.look(head, final=final)
            if choice is None:
                return None
            bare = self._way(Explained(choice), beginning)
            if bare is None:
                return Explained(choice)
        except RecognisedError:
            raise
        except LayoutError as error:
            refused = error
        is_told = bare is not None and bare.explained.choice.confidence == "told"
        if bare is None or (bare.cost.unexplained > DOUBT and not is_told):
            every = (self._explained(candidate, final=True) for candidate in candidates(beginning, self._matches))
            ways = [way for way in every if way is not None and _explains_more(way, bare)]
            if ways:
                return _as_sure_as_its_key(min(ways, key=lambda way: way.cost.total).explained)
        if bare is None:
            assert refused is not None
            if (first := turned.beginning(self._bare, None, head, head)) is not None:
                return Explained(first)
            raise refused
        if is_told and bare.is_mostly_garbage and self.told.is_doubted:
            _refuse_another(bare.explained.choice, beginning)
        return bare.explained

    def _cheapest(self, data: bytes, wrapped: Sequence[Candidate], *, final: bool) -> _Way | None:
        """The cheapest way to explain some bytes, bare or without their wrappers; None where there is none yet."""
        unwrapped = Candidate((), data, 0.0, is_doubtful=False)
        if not final and not any(map(self._is_settled, (unwrapped, *wrapped))):
            return None
        bare = self._explained(unwrapped, final=final)
        ways = [way for candidate in wrapped if (way := self._explained(candidate, final=final)) is not None]
        best = min(ways, key=lambda way: way.cost.total, default=None)
        if best is None and wrapped and bare is not None and not final:
            # More lines may show what is wrapped there.
            return bare._replace(is_settled=False)
        if best is None or (bare is not None and bare.cost.total + UNMISTAKABLE < best.cost.total):
            return bare
        return best

    def _explained(self, candidate: Candidate, *, final: bool) -> _Way | None:
        """What is left without these wrappers, explained as if nothing followed."""
        if self._work.is_exhausted:
            self._is_left_out = True
            return None
        head = candidate.head
        try:
            choice = self._settled(candidate, final=final)
            is_settled = choice is not None
            choice = choice or Search(self.told, self._work).look_at_all(head)
        except LayoutError:
            return None
        except ExhaustedError:
            self._is_left_out = True
            return None
        way = self._way(Explained(choice, candidate.wrappers), head)
        if way is None:
            return None
        cost = way.cost._replace(total=way.cost.total + candidate.bits)
        return _Way(way.explained, cost, is_settled=final or (is_settled and way.is_settled))

    def _is_settled(self, candidate: Candidate) -> bool:
        try:
            return self._settled(candidate, final=False) is not None
        except (LayoutError, ExhaustedError):
            return False

    def _settled(self, candidate: Candidate, *, final: bool) -> Choice | None:
        """What settles the head without these wrappers, of which more and more is shown; None where nothing does yet.

        Once something does, it is so for good. Raises LayoutError.
        """
        shown = self._shown.get(candidate.wrappers)
        if shown is None or not candidate.head.startswith(shown.head):
            shown = self._shown[candidate.wrappers] = _Shown(Search(self.told, self._work))
        shown.head = candidate.head
        if shown.refused is not None:
            raise shown.refused
        try:
            shown.choice = shown.choice or shown.search.look(candidate.head, final=final)
        except LayoutError as error:
            shown.refused = error
            raise
        return shown.choice

    def _way(self, explained: Explained, data: bytes) -> _Way | None:
        """These bytes by this layout, with their price; None where that is too much work."""
        choice = explained.choice
        try:
            cost = cost_of(choice.layout, choice.notices, data, is_shipped=choice.grammar != READ_OFF, work=self._work)
            cost = cost._replace(total=price(choice, data, self._work))
        except ExhaustedError:
            return None
        return _Way(
            explained,
            cost,
            is_settled=cost.records > 0 and cost.unexplained <= DOUBT,
            is_mostly_garbage=cost.garbage * 2 > len(data),
        )


def _as_sure_as_its_key(found: Explained) -> Explained:
    """The same, unclear where a record begins with its key: what was taken off as a wrapper may be its beginning."""
    first = found.choice.layout.elements[:1] if isinstance(found.choice.layout, Layout) else ()
    if first != (Field("KEY"),):
        return found
    return found._replace(choice=replace(found.choice, confidence="unclear"))


def _refuse_another(told: Choice, data: bytes) -> None:
    """Raises LayoutError where another layout than the one that was told says most of the dump."""
    if (other := cheaper(told, data)) is not None:
        raise LayoutError(
            f"most of its beginning is not as the layout says that was told, {describe(told.layout)}: it looks like "
            f"{describe(other.layout)}\n"
            "leave the option away, so that the layout is found; --force-layout reads it as told"
        )


def _explains_more(way: _Way, bare: _Way | None) -> bool:
    """Whether a doubtful wrapper is the reason for what is not explained without it."""
    if bare is None:
        return way.cost.documents > 0 and way.cost.unexplained <= DOUBT
    if way.cost.documents < max(bare.cost.documents, 1):
        return False
    return way.cost.unexplained + DOUBT < bare.cost.unexplained and way.cost.total < bare.cost.total


def sure(head: bytes, matches: Matches | None = None) -> list[Candidate]:
    """The wrappers of a head that cannot be mistaken for a part of its records."""
    return [candidate for candidate in candidates(head, matches) if not candidate.is_doubtful]


def _beginning(head: bytes) -> bytes:
    """The lines on which ways are compared."""
    at = 0
    for _ in range(MOST_LINES):
        at = head.find(b"\n", at, HEAD) + 1
        if not at:
            return head[:HEAD]
    return head[:at]


def _steps(head: bytes) -> Iterator[tuple[int, int]]:
    """How many lines end where, at the beginning of the head: each of a few, then some of many."""
    lines = 0
    at = 0
    while (at := head.find(b"\n", at) + 1) and at < HEAD:
        lines += 1
        if lines in LINES_LOOKED_AT:
            yield lines, at
