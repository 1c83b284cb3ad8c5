"""From the trees of a grammar to sequences of elements: every shape that a rule stands for.

What brackets, bars and question marks leave open is decided once for the whole dump: each way is a sequence of its
own. What stands in ``each{…}`` is decided anew by each record: it is one ``Alternation``. Giving a part of a rule a
name changes nothing.

A grammar that stands for more than a dump can be tried with is refused before it is expanded: ways and bytes are
counted first, each rule once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from dumpfix.errors import GrammarError
from dumpfix.layout.model import Alternation, Element, Field, Literal, flattened, merged
from dumpfix.layout.notation import Group, Name, Notation, Part, String
from dumpfix.layout.notation import Sequence as Alternative
from dumpfix.layout.vocabulary import ABSENT_IS_NULL, TERMINALS

#: ways of one rule; more would mean a rule that is not what its author thinks it is
MOST_WAYS = 4096
#: bytes and elements of all ways of one rule together
MOST_BYTES = 1 << 20
#: rules within rules
DEEPEST = 16

Flat = tuple[Literal | Field, ...]


class _Extent(NamedTuple):
    """How many ways there are, and how many bytes and elements they have together."""

    ways: int
    size: int


class Expander:
    """Expands the rules of one grammar. Raises GrammarError, with the line, for what a layout cannot be made of.

    ``used`` are the rules and terminals that were met so far.
    """

    def __init__(self, notation: Notation, overrides: Mapping[str, bytes], path: str | None) -> None:
        self.notation = notation
        self.overrides = overrides
        self.path = path
        self.used: set[str] = set()
        #: rule, and whether what each record decides is taken apart too -> its extent
        self._extents: dict[tuple[str, bool], _Extent] = {}
        #: the rules that are being measured, the outermost first
        self._open: list[str] = []

    def error(self, message: str, line: int | None) -> GrammarError:
        """The error that says this of a line of the grammar."""
        return GrammarError(message, path=self.path, line=line)

    # -- terminals -------------------------------------------------------------------------------------------

    def text_of(self, name: str) -> bytes | None:
        """The bytes of a named string; None where the grammar has none of that name."""
        string = self.notation.strings.get(name)
        return None if string is None else self.overrides.get(name, string.text)

    def terminal(self, name: str) -> Literal | Field:
        """The element that a terminal stands for."""
        self.used.add(name)
        text = self.text_of(name)
        if text is not None:
            return Literal(text, name)
        if name not in TERMINALS:
            raise self.error(
                f"unknown terminal {name}; `dumpfix grammar --vocabulary` lists those that may be declared",
                self.notation.declared[name],
            )
        return Field(name)

    # -- ways ------------------------------------------------------------------------------------------------

    def alternatives(self, rule: str, *, is_flat: bool = False) -> Iterator[tuple[str, Alternative]]:
        """The alternatives of a rule, each with its name; one that is nothing but a rule is that rule's.

        Refused where they stand for too much; with ``is_flat`` what each record decides is counted too.
        """
        self._measure_rule(rule, None, is_flat=is_flat)
        for alternative in self.notation.rules[rule].alternatives:
            match alternative.parts:
                case (Name(is_each=False) as only,) if not only.is_terminal:
                    self.used.add(only.name)
                    for name, inner in self.alternatives(only.name, is_flat=is_flat):
                        yield alternative.alias or name, inner
                case _:
                    yield alternative.alias or rule, alternative

    def ways(self, alternative: Alternative) -> Iterator[tuple[Element, ...]]:
        """Every sequence of elements that an alternative stands for; what each record decides is one element."""
        return map(merged, self._product(alternative.parts))

    def flat_ways(self, alternative: Alternative) -> Iterator[Flat]:
        """Every sequence that an alternative stands for, what each record decides taken apart."""
        return (merged(flat) for way in self._product(alternative.parts) for flat in flattened(way))

    def _product(self, parts: Sequence[Part]) -> Iterator[tuple[Element, ...]]:
        for taken in product(*[list(self._ways(part)) for part in parts]):
            yield tuple(element for way in taken for element in way)

    def _ways(self, part: Part) -> Iterator[tuple[Element, ...]]:
        match part:
            case String(text=text):
                yield (Literal(text),)
            case Name() if part.is_terminal:
                yield (self.terminal(part.name),)
            case Name(is_each=True):
                yield (self._alternation(part),)
            case Name():
                self.used.add(part.name)
                for alternative in self.notation.rules[part.name].alternatives:
                    if alternative.alias is not None:
                        raise self.error(
                            f"-> {alternative.alias} says nothing here: no record decides", alternative.line
                        )
                    yield from self._product(alternative.parts)
            case Group(how_often="any number"):
                raise self.error("a record must not repeat a part of itself", part.line)
            case Group():
                for alternative in part.alternatives:
                    yield from self._product(alternative.parts)
                if part.how_often == "at most once":
                    yield ()

    def _alternation(self, name: Name) -> Alternation:
        self.used.add(name.name)
        flat: dict[Flat, None] = {}
        nulls: dict[str, None] = {}
        for alternative in self.notation.rules[name.name].alternatives:
            ways = list(self.flat_ways(alternative))
            flat.update(dict.fromkeys(ways))
            if alternative.alias not in (None, ABSENT_IS_NULL):
                raise self.error(f"behind an arrow in {name.name} {ABSENT_IS_NULL} may stand", alternative.line)
            if alternative.alias is not None:
                fields = [one for way in ways for one in way if isinstance(one, Field)]
                nulls.update(dict.fromkeys(field.meaning for field in fields if field.meaning in ("key", "value")))
                if not nulls:
                    raise self.error(f"{ABSENT_IS_NULL} is for the key and the payload", alternative.line)
        return Alternation(name.name, tuple(flat), tuple(nulls))

    # -- bounds ----------------------------------------------------------------------------------------------

    def demand_bounded(self, extent: _Extent, what: str, line: int | None) -> _Extent:
        """Refuse what has too many ways, or too long ones."""
        if extent.ways > MOST_WAYS:
            raise self.error(f"{what} stands for more than {MOST_WAYS} layouts: no dump can be tried with them", line)
        if extent.size > MOST_BYTES:
            raise self.error(f"{what} stands for more than {MOST_BYTES} bytes: no record of a tool is like that", line)
        return extent

    def _measure_rule(self, rule: str, line: int | None, *, is_flat: bool) -> _Extent:
        if rule in self._open:
            way = " → ".join((*self._open[self._open.index(rule) :], rule))
            raise self.error(f"a record must not contain itself ({way}): write out what it holds", line)
        if len(self._open) >= DEEPEST:
            raise self.error(f"rules within rules, more than {DEEPEST} deep, from {self._open[0]} to {rule}", line)
        known = self._extents.get((rule, is_flat))
        if known is not None:
            return known
        self._open.append(rule)
        definition = self.notation.rules[rule]
        extents = [self._measure(alternative.parts, is_flat=is_flat) for alternative in definition.alternatives]
        self._open.pop()
        sum_of_all = _Extent(sum(e.ways for e in extents), sum(e.size for e in extents))
        return self._extents.setdefault(
            (rule, is_flat), self.demand_bounded(sum_of_all, f"rule {rule}", definition.line)
        )

    def _measure(self, parts: Sequence[Part], *, is_flat: bool) -> _Extent:
        ways, size = 1, 0
        # Members of an object stand in any order, all of them in one layout.
        is_object = repeats(parts)
        for part in parts:
            other = self._measure_part(part, is_flat=is_flat)
            if is_object:
                size += other.size
                continue
            ways, size = ways * other.ways, size * other.ways + other.size * ways
            if ways > MOST_WAYS or size > MOST_BYTES:
                # No matter how many more.
                break
        return _Extent(ways, size)

    def _measure_part(self, part: Part, *, is_flat: bool) -> _Extent:
        match part:
            case String(text=text):
                return _Extent(1, len(text) + 1)
            case Name() if part.is_terminal:
                return _Extent(1, len(self.text_of(part.name) or b"") + 1)
            case Name():
                extent = self._measure_rule(part.name, part.line, is_flat=is_flat or part.is_each)
                return _Extent(1, extent.size) if part.is_each and not is_flat else extent
            case Group():
                inner = [self._measure(alternative.parts, is_flat=is_flat) for alternative in part.alternatives]
                is_optional = part.how_often != "once"
                return _Extent(sum(e.ways for e in inner) + is_optional, sum(e.size for e in inner) + 1)


def repeats(parts: Sequence[Part]) -> bool:
    """Whether one of these parts, however deep in brackets, may stand any number of times."""
    return any(
        isinstance(part, Group)
        and (part.how_often == "any number" or any(repeats(alternative.parts) for alternative in part.alternatives))
        for part in parts
    )
