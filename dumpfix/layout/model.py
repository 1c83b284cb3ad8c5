"""Layouts: one concrete record shape each, as plain values that both readers share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import NamedTuple, TypeVar

from dumpfix.layout.vocabulary import FREE_TEXT, MARKERS, SIZES, TERMINALS, Kind


class Literal(NamedTuple):
    """Bytes that every record has at this place; ``name`` where the grammar gave the string a name."""

    text: bytes
    name: str | None = None


class Field(NamedTuple):
    """A declared terminal of the vocabulary."""

    terminal: str

    @property
    def kind(self) -> Kind:
        """How the end of this field is found."""
        return TERMINALS[self.terminal][0]

    @property
    def meaning(self) -> str:
        """The attribute of a record that it fills; empty where the record does not need it."""
        return TERMINALS[self.terminal][1]


class Alternation(NamedTuple):
    """A named rule with alternatives: each record takes one of them (``CreateTime:…`` or ``NO_TIMESTAMP``).

    ``absent_is_null`` are the attributes that are null where a record takes an alternative without them.
    """

    rule: str
    alternatives: tuple[tuple[Literal | Field, ...], ...]
    absent_is_null: tuple[str, ...] = ()

    @property
    def holds_text(self) -> bool:
        """Whether what ends one of the alternatives is not known before what follows it."""
        return any(isinstance(e, Field) and (e.kind in FREE_TEXT or e.meaning == "value") for e in self._elements())

    def _elements(self) -> Iterator[Literal | Field]:
        return (element for way in self.alternatives for element in way)


Element = Literal | Field | Alternation


_E = TypeVar("_E", Element, Literal | Field)


def merged(way: Sequence[_E]) -> tuple[_E, ...]:
    """Neighbouring literals made one, empty ones dropped; what says something about its record stays by itself."""
    out: list[_E] = []
    for element in way:
        if isinstance(element, Literal) and element.name not in MARKERS:
            if not element.text:
                continue
            previous = out[-1] if out else None
            if isinstance(previous, Literal) and previous.name not in MARKERS:
                out[-1] = Literal(previous.text + element.text)
                continue
        out.append(element)
    return tuple(out)


class HeaderSpelling(NamedTuple):
    """How a tool prints the headers of a record as one text: the named literals of its grammar that say so.

    ``value_separator`` stands between a name and its value, ``null`` in the place of a null value, ``none`` in the
    place of all headers. Headers are told apart at ``separator``; an ``ambiguous_separator`` may be part of a value.
    """

    value_separator: bytes
    separator: bytes = b""
    ambiguous_separator: bytes = b""
    null: bytes | None = None
    none: bytes = b""


def _holds_anchor(element: Element) -> bool:
    """Whether this element tells a record's beginning from any other line."""
    if isinstance(element, Literal):
        return len(element.text.replace(b"\n", b"").strip()) >= 2
    if isinstance(element, Alternation):
        return all(any(map(_holds_anchor, way)) for way in element.alternatives)
    return element.kind in SIZES or element.kind is Kind.INTEGER


def _anchor(elements: Sequence[Element]) -> tuple[Element, ...]:
    """The elements before the first whose end is told by what follows it, or by there being a JSON text."""
    anchor: list[Element] = []
    for element in elements:
        is_text = isinstance(element, Field) and (element.kind in FREE_TEXT or element.meaning == "value")
        if is_text or (isinstance(element, Alternation) and element.holds_text):
            break
        anchor.append(element)
    return tuple(anchor)


def flattened(elements: Sequence[Element]) -> Iterator[tuple[Literal | Field, ...]]:
    """Every way of taking one alternative of each alternation."""
    for taken in product(*[e.alternatives if isinstance(e, Alternation) else ((e,),) for e in elements]):
        yield tuple(element for alternative in taken for element in alternative)


@dataclass(frozen=True)
class Layout:
    """Literals and fields in order: one shape that a record of a dump can have.

    ``blank_lines`` counts the line feeds that the layout begins with. They are taken off ``elements``: a dump that was
    copied loses them first, and between records blank lines mean nothing anyway.
    ``may_cut_records`` marks a notice that may stand in the middle of a record.
    ``null_literal`` is printed for null alone, ``null_or_empty_literal`` for null and empty alike;
    ``empty_may_be_null`` says that it is not known whether the tool was one that prints the former. ``headers`` is
    None where the grammar does not say how headers are spelled. Attributes in ``null_if_absent`` are null where a
    record does not show them. ``null_keys`` are texts of a key that stand for none, since nobody knows what printed
    it: another tool than the one that the layout is of, a program of the user's.

    Where each record decides whether it has a text, ``variants`` are the layouts that the records have; of such a
    layout value, prefix and suffix are those of the first. Else there are none.
    """

    grammar: str
    name: str
    elements: tuple[Element, ...]
    null_literal: bytes | None = None
    null_or_empty_literal: bytes | None = None
    headers: HeaderSpelling | None = None
    blank_lines: int = 0
    may_cut_records: bool = False
    empty_may_be_null: bool = False
    null_if_absent: tuple[str, ...] = ()
    null_keys: tuple[bytes, ...] = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.grammar, self.name, self.elements))

    def __hash__(self) -> int:
        # Layouts are what readings are remembered by: a layout of thirty elements is not gone through each time.
        return self._hash

    @cached_property
    def variants(self) -> tuple[Layout, ...]:
        """The layouts that the records of this one have, where some have a text that others have not."""
        decides = [isinstance(e, Alternation) and e.holds_text for e in self.elements]
        if not any(decides):
            return ()
        ways = [
            e.alternatives if isinstance(e, Alternation) and is_text else ((e,),)
            for e, is_text in zip(self.elements, decides, strict=True)
        ]
        nulls = {name for e in self.elements if isinstance(e, Alternation) for name in e.absent_is_null}
        return tuple(
            replace(
                self,
                elements=merged([element for way in taken for element in way]),
                null_if_absent=tuple(sorted(nulls)),
            )
            for taken in product(*ways)
        )

    @cached_property
    def _divided(self) -> tuple[tuple[Element, ...], Field | None, tuple[Element, ...]]:
        elements = self.variants[0].elements if self.variants else self.elements
        for at, element in enumerate(elements):
            if isinstance(element, Field) and element.meaning == "value":
                return elements[:at], element, elements[at + 1 :]
        return elements, None, ()

    @cached_property
    def value(self) -> Field | None:
        """The payload; None where the records have none."""
        return self._divided[1]

    @cached_property
    def prefix(self) -> tuple[Element, ...]:
        """What stands before the payload; all, where there is none."""
        return self._divided[0]

    @cached_property
    def suffix(self) -> tuple[Element, ...]:
        """What stands behind the payload."""
        return self._divided[2]

    @cached_property
    def has_value(self) -> bool:
        """Whether the records have a payload."""
        return self.value is not None

    @cached_property
    def anchor(self) -> tuple[Element, ...]:
        """What a record is known by: the elements before the first whose end is not known at once."""
        anchor = _anchor(self.elements)
        if self.variants and not any(map(_holds_anchor, anchor)):
            anchors = (flat for variant in self.variants for flat in flattened(variant.anchor))
            anchor = (Alternation("", tuple(dict.fromkeys(anchors))),)
        return anchor

    @cached_property
    def is_anchored(self) -> bool:
        """Whether the anchor tells a record's beginning from any other line."""
        return any(map(_holds_anchor, self.anchor))

    @property
    def fields(self) -> tuple[str, ...]:
        """The terminals of the layout in the order in which they are printed."""
        names: list[str] = []
        for element in self.elements:
            if isinstance(element, Field):
                names.append(element.terminal)
            elif isinstance(element, Alternation):
                names.extend(e.terminal for way in element.alternatives for e in way if isinstance(e, Field))
        return tuple(dict.fromkeys(names))

    def with_carriage_returns(self) -> Layout:
        r"""The same layout for a dump whose lines end with ``\r\n``, as behind ``docker -it`` and on Windows."""

        def element(one: Element) -> Element:
            if isinstance(one, Alternation):
                return one._replace(alternatives=tuple(tuple(map(part, way)) for way in one.alternatives))
            return part(one)

        def part(one: Literal | Field) -> Literal | Field:
            if isinstance(one, Literal) and b"\n" in one.text:
                return Literal(one.text.replace(b"\n", b"\r\n"), one.name)
            return one

        return replace(self, elements=tuple(map(element, self.elements)))

    @property
    def is_json(self) -> bool:
        """Whether the payload is printed as a JSON value, its content in a string."""
        return self.value is not None and self.value.kind is not Kind.PAYLOAD

    @property
    def is_sized(self) -> bool:
        """Whether the payload's length is printed before it, or it shows by itself whether it is null or empty."""
        return self.is_json or any(isinstance(e, Field) and e.meaning == "value_size" for e in self.prefix)

    @property
    def empty_is_ambiguous(self) -> bool:
        """Whether an empty payload may have been null: the tool prints the same for both."""
        return not self.is_sized and (self.null_literal is None or self.empty_may_be_null)

    @property
    def null_is_ambiguous(self) -> bool:
        """Whether a null payload may have been the text that the tool prints for it."""
        return not self.is_sized and self.null_literal is not None

    @property
    def empty_key_is_null(self) -> bool:
        """Whether an empty key is read as null: the tool prints nothing for both.

        A record without a key is by far the likelier, and only that can be put back.
        """
        shows_null_keys = self.null_literal is not None and not self.empty_may_be_null
        return "KEY_SIZE" not in self.fields and not shows_null_keys

    @property
    def shows_null(self) -> bool:
        """Whether a null payload looks different from the text ``null``."""
        return self.null_literal == b"null"


class Member(NamedTuple):
    """A member of a JSON object and the terminal that its value fills.

    ``path`` are the names that lead to it from the outermost object, each as it stands between its quotes
    (``(b"message", b"key")`` for ``{"message": {"key": …}}``). ``absent_is_null`` says that a whole record without
    this member says null by it; else what is not there is not known. ``empty_may_be_null`` says that the tool prints
    an empty string for null too.
    """

    path: tuple[bytes, ...]
    field: Field
    absent_is_null: bool = False
    empty_may_be_null: bool = False


@dataclass(frozen=True, slots=True)
class ObjectLayout:
    """One JSON object a record, its members bound by name, with JSON white space anywhere between the tokens.

    ``members`` are those that the record needs, in the order in which the tool prints them (the first one's
    outermost name is how a record begins); no two of them fill the same attribute, and no path leads through
    another's. Others may stand between them, and say nothing.
    ``separator`` follows the object; None where nothing has to (the objects are glued together).
    """

    grammar: str
    name: str
    members: tuple[Member, ...]
    separator: bytes | None = b"\n"

    has_value = True
    is_sized = True
    null_literal = None
    null_or_empty_literal = None
    empty_may_be_null = False
    null_is_ambiguous = False
    shows_null = True

    @property
    def empty_is_ambiguous(self) -> bool:
        """Whether an empty payload may have been null."""
        return any(member.empty_may_be_null for member in self.members if member.field.meaning == "value")

    @property
    def empty_key_is_null(self) -> bool:
        """Whether an empty key is read as null."""
        return any(member.empty_may_be_null for member in self.members if member.field.meaning == "key")

    def with_carriage_returns(self) -> ObjectLayout:
        r"""The same layout for a dump whose lines end with ``\r\n``."""
        return self if self.separator is None else replace(self, separator=self.separator.replace(b"\n", b"\r\n"))

    @property
    def fields(self) -> tuple[str, ...]:
        """The terminals that members are bound to."""
        return tuple(dict.fromkeys(member.field.terminal for member in self.members))

    @property
    def required(self) -> frozenset[tuple[bytes, ...]]:
        """The members without which an object is no record, where one that is absent may mean null.

        These are partition and offset; all that are never null in a layout that has neither.
        """
        if not any(member.absent_is_null for member in self.members):
            return frozenset()
        paths = {self.path_of("partition"), self.path_of("offset")} - {None}
        others = {member.path for member in self.members if not member.absent_is_null}
        return frozenset(path for path in paths or others if path is not None)

    def path_of(self, meaning: str) -> tuple[bytes, ...] | None:
        """Where the member stands that fills this attribute of a record; None where none does."""
        return next((member.path for member in self.members if member.field.meaning == meaning), None)


AnyLayout = Layout | ObjectLayout


@dataclass(frozen=True)
class Grammar:
    """What one ``.lark`` file says: the layouts of records, and the notices that may stand between them.

    ``named`` are the texts of its named literals (KEY_SEPARATOR …). A notice is a layout too; it begins at the
    beginning of a line and ends with that line.
    """

    name: str
    text: str
    layouts: tuple[AnyLayout, ...]
    notices: tuple[Layout, ...]
    named: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def with_carriage_returns(self) -> Grammar:
        r"""The same grammar for a dump whose lines end with ``\r\n``."""
        return replace(self, layouts=tuple(layout.with_carriage_returns() for layout in self.layouts))
