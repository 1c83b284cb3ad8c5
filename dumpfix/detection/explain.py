"""The cheapest explanation of a head among its candidates, and how far the next one that says otherwise is."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import NamedTuple

from dumpfix.detection import prices
from dumpfix.detection.candidates import COMMANDED, READ_OFF, Candidate
from dumpfix.detection.doubts import may_be_of_its_key, may_be_something_else
from dumpfix.detection.least import Least
from dumpfix.detection.named import is_labelled, is_named
from dumpfix.detection.plain import PlainText
from dumpfix.detection.reading import KEYED, Reading, Scan, differs, payloads, says_less
from dumpfix.detection.texts import Texts
from dumpfix.detection.work import LAYOUT, ExhaustedError, Known, Work
from dumpfix.framing.notices import Notices
from dumpfix.layout.model import AnyLayout, ObjectLayout

_KEYED = set(KEYED)
#: readings that are read to the end, however much work that is
MOST_NEAR = 4


class Explanation(NamedTuple):
    """What a head may be. ``readings`` are those that come near the cheapest, that first; ``plain`` is no dump at all.

    ``gap`` is the distance in bits from the cheapest reading to the nearest explanation that says something else;
    negative where plain text is cheaper.
    """

    readings: tuple[Reading, ...]
    plain: float
    gap: float
    is_open: bool = False

    @property
    def best(self) -> Reading | None:
        """The cheapest reading that found a record or nothing but notices."""
        return self.readings[0] if self.readings else None

    @property
    def careful(self) -> Reading | None:
        """The cheapest reading; where that is unclear, of those that come near the one that drops nothing: it has the
        most payloads, and what stands before these is a key and nothing else, whole."""
        best = self.best
        if best is None or self.confidence != "unclear":
            return best
        most = min(best.bits + prices.LIKELY, self.plain)
        near = [r for r in self.readings if r.bits < most and set(r.layout.fields) <= _KEYED]
        near = [r for r in near if r.records > best.records or payloads(r) == payloads(best)]
        return max(near, key=lambda r: (r.records, -r.bits), default=best)

    def rivals(self, taken: Reading) -> list[Reading]:
        """What else the head may be: readings that come near the cheapest and say something else, and not the same."""
        found = [taken]
        for reading in self.readings:
            if reading.bits < self.readings[0].bits + prices.LIKELY and all(differs(r, reading) for r in found):
                found.append(reading)
        return found[1:]

    @property
    def confidence(self) -> str:
        """``sure``, ``likely`` or ``unclear``."""
        return "sure" if self.gap >= prices.SURE else "likely" if self.gap >= prices.LIKELY else "unclear"


class Explaining:
    """Explains a head of which more and more is shown; what was priced is not priced again."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._data = b""
        self._forget()
        self._likely: dict[AnyLayout, int] = {}
        #: the best layout when all were read that came near, and by how much
        self._best: AnyLayout | None = None
        self._gap = 0.0

    def _forget(self) -> None:
        texts = self._texts = Texts()
        self._known = Known()
        self._plain = PlainText(texts)
        self._scans: dict[tuple[AnyLayout, int], Scan] = {}

    def explain(self, head: bytes, candidates: Iterable[Candidate], notices: Notices, *, final: bool) -> Explanation:
        """The readings of ``head`` that come near the cheapest. ``final`` says that the dump is over.

        ``notices`` are those of all candidates. Where that is too much work, only those are read to the end that came
        nearest before, and nothing is sure.
        """
        if not head.startswith(self._data):
            self._forget()
        self._data = head
        self._known.show(head)
        plain = self._plain.price(head)
        least = Least(head, notices, self._texts)
        likely = self._likely
        best = plain
        readings: list[Reading] = []
        for candidate in sorted(candidates, key=lambda c: (likely.get(c.layout, len(likely)), c.bits)):
            # Those that came nearest before are read to the end, whatever work it is: one of them is the answer.
            with self.work.free() if likely.get(candidate.layout, MOST_NEAR) < MOST_NEAR else nullcontext():
                try:
                    self.work.add(LAYOUT)
                    if candidate.bits > best + prices.NEAR:
                        continue
                    scan, most = self._scan(candidate), best + prices.NEAR
                    reading = scan.read(head, candidate.bits, final=final, most=most, least=least)
                except ExhaustedError:
                    break
            if reading is not None and (reading.records or reading.is_pending or reading.seen):
                readings.append(reading)
                best = min(best, reading.bits)
        near = (reading for reading in readings if reading.bits <= best + prices.NEAR)
        readings = sorted(near, key=lambda r: (r.bits, r.grammar == READ_OFF, len(r.layout.fields)))
        self._likely = {reading.layout: index for index, reading in enumerate(readings)}
        explanation = _compared(readings, plain)
        layout = readings[0].layout if readings else None
        if self.work.is_exhausted:
            # Not all was read that may come near: what was known of a shorter head is.
            most = max(self._gap if layout == self._best else 0.0, prices.SURE - 1)
            explanation = explanation._replace(gap=min(explanation.gap, most))
        else:
            self._best, self._gap = layout, explanation.gap
        return explanation

    def _scan(self, candidate: Candidate) -> Scan:
        # The notices by their place in memory, where a scan keeps them: there are many, and they are seldom others.
        key = candidate.layout, id(candidate.notices)
        scan = self._scans.get(key)
        if scan is None:
            scan = self._scans[key] = Scan(
                candidate.layout, candidate.notices, candidate.grammar, self._texts, self.work, self._known
            )
        return scan


def _compared(readings: list[Reading], plain: float) -> Explanation:
    if not readings:
        return Explanation((), plain, -prices.NEAR)
    best = readings[0]
    rival = next((r for r in readings[1:] if differs(best, r) and not _leaves_members_out(r, best)), None)
    gap = (plain if rival is None else min(plain, rival.bits)) - best.bits
    if rival is None:
        # Those that were given up are at least as far away.
        gap = min(gap, prices.NEAR) if plain - best.bits >= prices.NEAR else gap
    if may_be_something_else(best):
        gap = min(gap, prices.LIKELY - 1)
    if best.grammar == READ_OFF and may_be_of_its_key(best.layout):
        # What a word stands beside that names something else is hardly a key.
        gap = min(gap, (prices.SURE if is_named(best.layout) else prices.LIKELY) - 1)
    # A record that goes on behind the head is no doubt of a layout of which one with a document in it is whole.
    doubtful = readings if not best.kinds.get("container") else [r for r in readings if differs(best, r)]
    is_open = any(r.pending_bits and r.bits - r.pending_bits < best.bits + prices.NEAR for r in doubtful)
    if best.records != 1 or not _is_told_by_one_record(best):
        gap = min(gap, prices.MOST_OF_ONE_RECORD * max(best.records, 1))
    return Explanation(tuple(readings), plain, gap, is_open)


def _leaves_members_out(reading: Reading, best: Reading) -> bool:
    """Whether it takes the same objects for records, and has no word for members that a tool's grammar names."""
    are_objects = isinstance(reading.layout, ObjectLayout) and isinstance(best.layout, ObjectLayout)
    return are_objects and best.grammar != READ_OFF and says_less(reading, best)


def _is_told_by_one_record(reading: Reading) -> bool:
    """Whether one record shows which field is which: the layout is somebody's, or each field has its name."""
    layout = reading.layout
    if reading.grammar == COMMANDED:
        return True
    if reading.grammar != READ_OFF:
        return is_labelled(layout) or layout.fields == ("VALUE",)
    return is_named(layout)
