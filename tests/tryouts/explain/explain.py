"""The cheapest explanation of a head among its candidates, and how far the next one that says otherwise is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dumpfix.layout.model import Alternation, AnyLayout, Literal, ObjectLayout
from tests.tryouts.explain import prices
from tests.tryouts.explain.candidates import Candidate
from tests.tryouts.explain.plain import price_as_plain_text
from tests.tryouts.explain.score import Reading, differs, payloads, read
from tests.tryouts.explain.texts import Texts


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a head may be. ``readings`` are those that come near the cheapest, that first; ``plain`` is no dump at all.

    ``gap`` is the distance in bits from the cheapest reading to the nearest explanation that says something else;
    negative where plain text is cheaper. ``rival`` is that explanation, None for plain text.
    """

    readings: tuple[Reading, ...]
    plain: float
    gap: float
    rival: Reading | None
    is_open: bool = False

    @property
    def best(self) -> Reading | None:
        """The cheapest reading that found a record or nothing but notices."""
        return self.readings[0] if self.readings else None

    @property
    def careful(self) -> Reading | None:
        """The cheapest reading; where that is unclear, of those that have the same payloads the one that drops nothing:
        a prefix that may be a key stays whole."""
        best = self.best
        if best is None or self.confidence != "unclear":
            return best
        near = [r for r in self.readings if r.bits < best.bits + prices.LIKELY and payloads(r) == payloads(best)]
        return max(near, key=lambda r: sum(len(fields.get("key") or b"") for fields in r.says), default=best)

    @property
    def bits(self) -> float:
        """The price of the cheapest explanation."""
        return min([self.plain, *(reading.bits for reading in self.readings[:1])])

    @property
    def confidence(self) -> str:
        """``sure``, ``likely`` or ``unclear``."""
        return "sure" if self.gap >= prices.SURE else "likely" if self.gap >= prices.LIKELY else "unclear"


def explained(
    head: bytes,
    candidates: Iterable[Candidate],
    texts: Texts,
    *,
    final: bool,
    first: Sequence[AnyLayout] = (),
) -> Explanation:
    """The readings of ``head`` that come near the cheapest. ``first`` are layouts that are likely to be among them."""
    plain = price_as_plain_text(head, texts)
    order = {layout: index for index, layout in enumerate(first)}
    ranked = sorted(candidates, key=lambda c: (order.get(c.layout, len(order)), c.bits))
    best = plain
    readings: list[Reading] = []
    for candidate in ranked:
        most = best + prices.SURE
        if candidate.bits > most:
            continue
        reading = Reading(candidate.layout, candidate.notices, candidate.grammar, candidate.bits)
        read(reading, head, texts, final=final, most=most)
        if reading.is_whole and reading.bits <= most and (reading.records or reading.is_pending or reading.seen):
            readings.append(reading)
            best = min(best, reading.bits)
    readings = sorted((r for r in readings if r.bits <= best + prices.SURE), key=lambda r: (r.bits, _fields(r.layout)))
    return _compared(readings, plain)


def _fields(layout: AnyLayout) -> int:
    return len(layout.fields)


def _compared(readings: list[Reading], plain: float) -> Explanation:
    if not readings:
        return Explanation((), plain, -prices.SURE, None)
    best = readings[0]
    rival = next((r for r in readings[1:] if differs(best, r)), None)
    gap = (plain if rival is None else min(plain, rival.bits)) - best.bits
    if rival is None:
        # Those that were given up are at least as far away.
        gap = min(gap, prices.SURE) if plain - best.bits >= prices.SURE else gap
    is_open = any(r.pending_bits and r.bits - r.pending_bits < best.bits + prices.SURE for r in readings)
    if not (best.records == 1 and is_labelled(best.layout)):
        gap = min(gap, prices.MOST_OF_ONE_RECORD * max(best.records, 1))
    nearest = None if rival is not None and plain < rival.bits else rival
    return Explanation(tuple(readings), plain, gap, nearest, is_open)


def is_labelled(layout: AnyLayout) -> bool:
    """Whether words of the layout name what stands in its fields."""
    if isinstance(layout, ObjectLayout):
        return True
    return any(map(_holds_words, layout.prefix))


def _holds_words(element: object) -> bool:
    if isinstance(element, Alternation):
        return True
    return isinstance(element, Literal) and any(byte >= 0x80 or chr(byte).isalpha() for byte in element.text)
