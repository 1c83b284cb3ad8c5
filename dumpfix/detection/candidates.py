"""The readings that a head may have: shipped grammars, what was told, and what was read off it. Each with its price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from dumpfix.detection import prices
from dumpfix.detection.columns import one_of_two
from dumpfix.detection.told import Told, told_grammars
from dumpfix.detection.work import COMPARED, Work
from dumpfix.framing.notices import Notices
from dumpfix.framing.starts import TELLING
from dumpfix.layout.model import Alternation, AnyLayout, Element, Field, Grammar, Layout, Literal, ObjectLayout
from dumpfix.layout.vocabulary import TOPIC_BYTES, Kind

#: the names of layouts that no grammar has, and that a command in the dump says
READ_OFF = "read off"
COMMANDED = "its command"
#: lines of a head that are compared with how records begin, and so few that each may hold one anywhere
MOST_LINES = 256
FEW_LINES = 64
#: choices of grammars of which is known what they say between records
MOST_GRAMMARS = 64
#: layouts of grammars of which is known what to look for
MOST_KEPT = 1 << 11
_NAME = bytes(TOPIC_BYTES)
_NUMBERS = (Kind.INTEGER, Kind.SIZE)
#: what a number begins with
_OF_NUMBERS = tuple(b"-0123456789"[at : at + 1] for at in range(11))
#: separators of keys that keys hold as well
_WEAK = (b" ", b"-", b"_", b"=", b"->")


__all__ = ["Candidate", "Shipped", "Told", "layout_bits", "told_grammars"]


class Candidate(NamedTuple):
    """A layout that the head may have, the notices that go with it, and what it costs to say this layout."""

    layout: AnyLayout
    notices: tuple[Layout, ...]
    grammar: str
    bits: float


def notices_of(grammars: Sequence[Grammar]) -> Notices:
    """The notices of all of them, made once: to tell layouts apart takes longer than to read some records."""
    return _together(*(grammar.notices for grammar in grammars))


@lru_cache(maxsize=MOST_GRAMMARS)
def _together(*notices: tuple[Layout, ...]) -> Notices:
    return Notices.of(tuple(dict.fromkeys(chain.from_iterable(notices))))


class Shipped:
    """Which layouts of grammars may stand in a head of which more and more is shown; it is not compared again."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._data = b""
        #: of texts, whether one of them stands in it
        self._stands: dict[tuple[bytes, ...], bool] = {}
        self._known: dict[AnyLayout, _Known] = {}

    def of_grammars(self, grammars: Sequence[Grammar], head: bytes) -> Iterator[Candidate]:
        """The layouts of which a record may stand in the head: most are left out here."""
        is_longer = head.startswith(self._data)
        self._data = head
        stands = {texts: True for texts, found in self._stands.items() if found} if is_longer else {}
        # What holds a byte that stands nowhere need not be looked for.
        present = bytes(set(head))
        self._stands = stands
        if not is_longer:
            self._known.clear()
        lines = head.split(b"\n")
        for grammar in grammars:
            for layout in grammar.layouts:
                known = self._known.get(layout)
                if known is None:
                    known = self._known[layout] = _Known(layout)
                for texts in known.needed:
                    if texts not in stands:
                        stands[texts] = any(not text.translate(None, present) and text in head for text in texts)
                if all(map(stands.__getitem__, known.needed)) and known.may_begin_a_line(lines, self._work):
                    yield Candidate(layout, grammar.notices, grammar.name, known.shape.bits)


class _Shape:
    """What is looked for of one layout, in any head."""

    __slots__ = ("before", "bits", "firsts", "ways")

    def __init__(self, layout: AnyLayout) -> None:
        #: what is needed before the payload, which may go on for many lines
        self.before = _literals(layout)[: _literals_before_the_payload(layout)]
        self.bits = layout_bits(layout)
        variants = () if isinstance(layout, ObjectLayout) else (layout.variants or (layout,))
        self.ways = [variant.elements for variant in variants]
        #: words that tell where a record begins
        self.firsts = tuple(text for text in _firsts(layout) if len(text) >= TELLING)


@lru_cache(maxsize=MOST_KEPT)
def _shape(layout: AnyLayout) -> _Shape:
    return _Shape(layout)


class _Known:
    """What is known of one layout and a growing head."""

    def __init__(self, layout: AnyLayout) -> None:
        self._layout = layout
        self.needed = _needed(layout)
        #: whole lines of the first ones that do not begin so, and whether one does
        self._compared = 0
        self._found = False

    @cached_property
    def shape(self) -> _Shape:
        """Made where all that is needed is there: of few layouts it is."""
        return _shape(self._layout)

    def may_begin_a_line(self, lines: Sequence[bytes], work: Work) -> bool:
        """Whether one of these lines begins as a record does. Of few lines any may hold one behind something else."""
        if not self.shape.ways or self._found:
            return True
        if len(lines) <= FEW_LINES:
            return len(self.shape.before) < 2 or self._holds_in_order(lines, work)
        # The first ones side by side: of records over several lines, steps may pass over each that begins one.
        whole = min(MOST_LINES // 2, len(lines) - 1)
        while self._compared < whole:
            self._compared += 1
            if self._begins(lines[self._compared - 1], work):
                self._found = True
                return True
        far = lines[MOST_LINES // 2 :]
        return any(self._begins(line, work) for line in (*lines[self._compared : MOST_LINES // 2], *_some(far)))

    def _holds_in_order(self, lines: Sequence[bytes], work: Work) -> bool:
        """Whether what the layout prints before a payload stands in one line in this order, or goes on in one that
        begins no record."""
        shape = self.shape
        for one, other in pairwise((*lines, b"")):
            work.add(COMPARED / 2)
            text = one if any(map(other.__contains__, shape.firsts)) else one + b"\n" + other
            at = 0
            for literal in shape.before:
                at = text.find(literal, at) + len(literal)
                if at < len(literal):
                    break
            else:
                return True
        return False

    def _begins(self, line: bytes, work: Work) -> bool:
        work.add(COMPARED)
        return any(_may_begin(elements, line) for elements in self.shape.ways)


def _some(far: Sequence[bytes]) -> Sequence[bytes]:
    """Lines that lie far from the beginning, spread evenly."""
    return far[:: len(far) // MOST_LINES * 2 + 1]


def _firsts(layout: AnyLayout) -> list[bytes]:
    """The literals with one of which a record begins; none where it may begin otherwise."""
    first = layout.elements[0] if isinstance(layout, Layout) else None
    ways = first.alternatives if isinstance(first, Alternation) else ((first,),)
    texts = [way[0].text.strip(b"\n") for way in ways if way and isinstance(way[0], Literal)]
    return texts if len(texts) == len(ways) else []


@lru_cache(maxsize=MOST_KEPT)
def _needed(layout: AnyLayout) -> tuple[tuple[bytes, ...], ...]:
    """What a record of this layout holds at least: of each of these one. Behind a literal a number is looked for, too.

    Of a record over several lines the later ones may not be here yet.
    """
    if isinstance(layout, ObjectLayout):
        names = {member.field.meaning: member.path[-1] for member in layout.members}
        # What was set aside has its payload as a text or in base64.
        return ((b'"' + names.get("kept_verdict", names["value"]) + b'"',),)
    texts = (_one_of(element, after) for element, after in pairwise((*layout.elements, None)))
    needed = tuple(dict.fromkeys(one for one in texts if one and all(one)))
    return needed if _is_in_one_line(layout) else needed[:1]


@lru_cache(maxsize=MOST_KEPT)
def _one_of(element: Element | None, after: Element | None) -> tuple[bytes, ...]:
    """Texts of which this element of a record prints one, an empty one where it may print any."""
    if isinstance(element, Alternation):
        firsts = [way[0].text if way and isinstance(way[0], Literal) else b"" for way in element.alternatives]
        return tuple(text.strip(b"\n") for text in firsts)
    if not isinstance(element, Literal):
        return ()
    if isinstance(after, Field) and after.kind in _NUMBERS:
        return tuple(element.text.lstrip(b"\n") + sign for sign in _OF_NUMBERS)
    return (element.text.strip(b"\n"),)


@lru_cache(maxsize=MOST_KEPT)
def _literals(layout: AnyLayout) -> tuple[bytes, ...]:
    """The literals that each record has; the first, of records over several lines."""
    if isinstance(layout, ObjectLayout):
        return ()
    texts = [e.text.strip(b"\n") for e in layout.elements if isinstance(e, Literal)]
    return tuple(text for text in (texts if _is_in_one_line(layout) else texts[:1]) if text)


def _is_in_one_line(layout: Layout) -> bool:
    texts = [e.text for e in layout.elements if isinstance(e, Literal)]
    return b"\n" not in b"".join(texts[:-1]) and not any(b"\n" in text.rstrip(b"\n") for text in texts)


def _literals_before_the_payload(layout: AnyLayout) -> int:
    count = 0
    for element in layout.elements if isinstance(layout, Layout) else ():
        if isinstance(element, Field) and element.meaning == "value":
            break
        count += isinstance(element, Literal) and element.text.strip(b"\n") != b""
    return count


def _may_begin(elements: Sequence[Element], line: bytes) -> bool:
    """Whether a line holds these literals, numbers and names, as far as no text stands before them."""
    rest = line
    has_text = False
    for index, element in enumerate(elements):
        if isinstance(element, Literal):
            # A blank line before everything is not this line's.
            first, *more = (element.text if index else element.text.lstrip(b"\n")).split(b"\n")
            if not (first in rest if has_text else rest.startswith(first)):
                return False
            if more:
                return True
            rest = rest[rest.find(first) + len(first) :]
            continue
        after = elements[index + 1] if index + 1 < len(elements) else None
        if not isinstance(element, Field) or not isinstance(after, Literal) or element.meaning == "value":
            return True
        end = after.text.split(b"\n", 1)[0]
        text, found, _ = rest.partition(end) if end else (rest, b"", b"")
        if end and not found:
            return False
        if element.kind in _NUMBERS and not has_text and not text.removeprefix(b"-").isdigit():
            return False
        if element.kind is Kind.NAME and not has_text and (not text or text.translate(None, _NAME)):
            return False
        # A text may hold what ends it, so that what follows may begin further on.
        has_text = has_text or element.kind not in (*_NUMBERS, Kind.NAME)
        rest = rest[len(text) :]
    return True


def layout_bits(layout: AnyLayout) -> float:
    """The price of a layout that a grammar has."""
    if isinstance(layout, ObjectLayout):
        return prices.SHIPPED
    fields = layout.fields
    literals = [e.text for e in layout.elements if isinstance(e, Literal)]
    if fields == ("VALUE",) and (not literals or literals == [b"\n"]):
        return prices.VALUES_ALONE + (0.0 if literals else prices.UNDELIMITED)
    bits = prices.SHIPPED + prices.FIELD * len(fields) + sum(prices.RARE_COLUMN.get(name, 0.0) for name in fields)
    if "HEADERS" in fields and "KEY" not in fields:
        bits += prices.NAMED_HEADERS_ALONE if layout.is_anchored else prices.HEADERS_ALONE
    if not layout.has_value:
        bits += prices.WITHOUT_PAYLOAD
    elif not layout.suffix:
        bits += prices.UNDELIMITED
    match layout.elements:
        case (*_, Field(terminal="VALUE"), Literal(), Field(terminal="PARTITION"), Literal()) if len(literals) < 4:
            bits += prices.PARTITION_LAST
        case (Field(terminal="KEY"), Literal(text=text), Field(terminal="VALUE"), *_):
            # What keys hold as well; or two of a separator, and a column between them that is empty.
            is_weak = text in _WEAK or one_of_two(text) != b""
            bits += prices.WEAK_SEPARATOR * is_weak
    return bits
