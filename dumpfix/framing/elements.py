"""Match the elements of a linear layout at a position: the smallest steps of reading a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dumpfix.framing.json_fields import json_end
from dumpfix.framing.window import Window
from dumpfix.json.strings import MISMATCH, PARTIAL
from dumpfix.layout.conversions import LONGEST_DATE, date_end, short_run_end
from dumpfix.layout.model import Alternation, Element, Field, Literal
from dumpfix.layout.vocabulary import FREE_TEXT, JSON_VALUES, LONGEST_TOPIC, SIZES, TOPIC_BYTES, Kind

#: a printed size above this is taken for a lie (Kafka's own limit on a message is far below), in bytes
LARGEST_SIZE = 1 << 30

#: the printed length of a key or payload that is null
NULL_SIZE = b"-1"

_DIGITS = frozenset(b"0123456789")
_BLANK = frozenset(b" ")
#: blanks that fill up a line, and no payload
LONGEST_BLANKS = 1 << 10
#: ``0`` stands for a digit, everything else for itself
_DATE_TIME = b"0000-00-00 00:00:00,000"


class Cut(NamedTuple):
    """Element ``element`` takes the bytes ``start`` to ``end``."""

    element: Literal | Field
    start: int
    end: int


def _integer_end(data: bytes, at: int) -> int:
    first = at
    if data[at : at + 1] == b"-":
        first = at + 1
    end = short_run_end(data, first, _DIGITS, 20)
    if end == len(data):
        return PARTIAL
    return end if end > first else MISMATCH


def _size_end(data: bytes, at: int) -> int:
    """The end of a printed length. The only negative one is -1, whatever digits follow it: ``-1`` and then ``7``."""
    if data[at : at + 1] == b"-":
        return _literal_end(NULL_SIZE, data, at)
    return _integer_end(data, at)


def _literal_end(text: bytes, data: bytes, at: int) -> int:
    if data.startswith(text, at):
        return at + len(text)
    return PARTIAL if len(data) - at < len(text) and text.startswith(data[at:]) else MISMATCH


def _date_time_end(data: bytes, at: int) -> int:
    text = data[at : at + len(_DATE_TIME)]
    for byte, wanted in zip(text, _DATE_TIME, strict=False):
        if byte != wanted and not (wanted == 0x30 and byte in _DIGITS):
            return MISMATCH
    return at + len(text) if len(text) == len(_DATE_TIME) else PARTIAL


def _name_end(data: bytes, at: int) -> int:
    end = short_run_end(data, at, TOPIC_BYTES, LONGEST_TOPIC)
    if end == len(data):
        return PARTIAL
    return end if end > at else MISMATCH


def _binary_size_end(data: bytes, at: int) -> int:
    return at + 4 if at + 4 <= len(data) else PARTIAL


def _date_end(data: bytes, at: int) -> int:
    end = date_end(data, at)
    # More of a date that stands at the very end may follow.
    return PARTIAL if len(data) - at < LONGEST_DATE and end in (MISMATCH, len(data)) else end


def _blanks_end(data: bytes, at: int) -> int:
    end = short_run_end(data, at, _BLANK, LONGEST_BLANKS)
    return PARTIAL if end == len(data) else end


def _rest_end(window: Window, at: int) -> int:
    end = window.line_end(at)
    if end == window.size:
        return PARTIAL
    return end - 1 if end > at and window.data[end - 1] == 0x0D else end


#: where a field ends whose bytes tell it
_ENDS: dict[Kind, Callable[[bytes, int], int]] = {
    Kind.INTEGER: _integer_end,
    Kind.SIZE: _size_end,
    Kind.BINARY_SIZE: _binary_size_end,
    Kind.NAME: _name_end,
    Kind.WORD: _name_end,
    Kind.DATE_TIME: _date_time_end,
    Kind.DATE: _date_end,
    Kind.BLANKS: _blanks_end,
}


def element_end(element: Literal | Field, window: Window, at: int) -> int:
    """Where an element that needs no look-ahead ends; MISMATCH, or PARTIAL where the data ends first."""
    if isinstance(element, Literal):
        return _literal_end(element.text, window.data, at)
    kind = element.kind
    if (its_end := _ENDS.get(kind)) is not None:
        return its_end(window.data, at)
    if kind is Kind.REST:
        return _rest_end(window, at)
    assert kind in JSON_VALUES, f"{element.terminal} ends by what follows it"
    return json_end(element, window, at)


class PartialMatch(NamedTuple):
    """The data ended while everything so far matched."""

    cuts: tuple[Cut, ...]


def fixed_run(
    elements: Sequence[Element], window: Window, at: int
) -> tuple[tuple[Cut, ...], int] | PartialMatch | None:
    """Match elements up to the first free text: the cuts and where they end, or None, or a PartialMatch.

    A name may hold bytes of the literal after it (``my-topic-0``): shorter names are tried, from the longest on.
    Tells the window where the end of its data decided.
    """
    data = window.data
    cuts: list[Cut] = []
    for index, element in enumerate(elements):
        if isinstance(element, Literal) and data.startswith(element.text, at):
            end = at + len(element.text)
        elif isinstance(element, Alternation):
            taken = _alternative(element.alternatives, window, at)
            if taken is None:
                return None
            if isinstance(taken, PartialMatch):
                return PartialMatch((*cuts, *taken.cuts))
            cuts.extend(taken[0])
            at = taken[1]
            continue
        else:
            kind = element.kind if isinstance(element, Field) else None
            if kind in FREE_TEXT:
                break
            end = element_end(element, window, at)
            if end == PARTIAL:
                window.touched_end = True
                return PartialMatch(tuple(cuts))
            if end == MISMATCH:
                return None
            if kind is Kind.NAME or kind is Kind.WORD:
                follower = elements[index + 1] if index + 1 < len(elements) else None
                if isinstance(follower, Literal) and not data.startswith(follower.text, end):
                    return _shorter_name(elements, index, window, at, end, tuple(cuts))
        cuts.append(Cut(element, at, end))
        at = end
    return tuple(cuts), at


def _shorter_name(
    elements: Sequence[Element], index: int, window: Window, at: int, end: int, before: tuple[Cut, ...]
) -> tuple[tuple[Cut, ...], int] | PartialMatch | None:
    data = window.data
    element, follower = elements[index], elements[index + 1]
    assert isinstance(element, Field)
    assert isinstance(follower, Literal)
    cut = end
    if len(data) - end < len(follower.text) and follower.text.startswith(data[end:]):
        window.touched_end = True
        return PartialMatch(before)
    while (cut := data.rfind(follower.text, at + 1, cut + len(follower.text) - 1)) > at:
        rest = fixed_run(elements[index + 1 :], window, cut)
        if isinstance(rest, PartialMatch):
            return PartialMatch((*before, Cut(element, at, cut), *rest.cuts))
        if rest is not None:
            return (*before, Cut(element, at, cut), *rest[0]), rest[1]
    return None


def _alternative(
    alternatives: Sequence[Sequence[Literal | Field]], window: Window, at: int
) -> tuple[tuple[Cut, ...], int] | PartialMatch | None:
    """The first alternative that matches; a PartialMatch if none does but the data ended inside one."""
    partial: PartialMatch | None = None
    for alternative in alternatives:
        taken = fixed_run(alternative, window, at)
        if isinstance(taken, PartialMatch):
            partial = partial or taken
        elif taken is not None:
            return taken
    return partial


def printed_size(element: Field, text: bytes) -> int:
    """The length that a field of SIZES says, as it was printed."""
    return int.from_bytes(text, "big", signed=True) if element.kind is Kind.BINARY_SIZE else int(text)


class PrintedNulls(NamedTuple):
    """What a tool prints beside a length: in the place of null alone, and of null and empty alike; None for nothing."""

    null: bytes | None = None
    null_or_empty: bytes | None = None


NO_NULLS = PrintedNulls()


def sized_ends(field: Field, cuts: Sequence[Cut], data: bytes, at: int, nulls: PrintedNulls) -> tuple[int, ...]:
    """Where a field ends by the size printed before it: no place, one, or more where a text may stand for null."""
    sizes = (
        printed_size(element, data[start:end])
        for element, start, end in reversed(cuts)
        if isinstance(element, Field) and element.kind in SIZES and element.meaning == f"{field.meaning}_size"
    )
    size = next(sizes, None)
    if size is None or size > LARGEST_SIZE:
        return ()
    if size > 0:
        return (at + size,)
    texts = dict.fromkeys((nulls.null if size < 0 else None, nulls.null_or_empty))
    return (*(at + len(text) for text in texts if text and data.startswith(text, at)), at)
