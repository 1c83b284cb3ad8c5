"""What the trees of a grammar say, as a :class:`Grammar`: whatever it declares is honoured or refused.

A ``record`` that repeats a rule of members (``"{" [member ("," member)*] "}"``) is an ``ObjectLayout``, any other
alternative a ``Layout`` for each way in which it can be written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from dumpfix.layout.expand import Expander, repeats
from dumpfix.layout.members import members_of, object_of
from dumpfix.layout.model import (
    Alternation,
    AnyLayout,
    Element,
    Field,
    Grammar,
    HeaderSpelling,
    Layout,
    Literal,
    ObjectLayout,
)
from dumpfix.layout.notation import Group, Name, Notation
from dumpfix.layout.notation import Sequence as Alternative
from dumpfix.layout.vocabulary import (
    ABSENT_IS_NULL,
    FREE_TEXT,
    HEADER_LITERALS,
    IN_OBJECTS,
    JSON_VALUES,
    NAMED_LITERALS,
    NULL_LITERALS,
    SIZES,
    Kind,
)

#: ways in which each record of a layout may have texts or not
MOST_VARIANTS = 32
#: the rules that mean something by their names; all others are parts of them
_ROOTS = ("start", "record", "notice", "inner_notice", "null_key")


class Builder:
    """Builds the grammar of one text. Raises GrammarError, with the line, for what no dump can be read with."""

    def __init__(
        self, name: str, text: str, notation: Notation, overrides: Mapping[str, bytes], path: str | None
    ) -> None:
        self.name = name
        self.text = text
        self.notation = notation
        self.path = path
        self.expander = Expander(notation, overrides, path)
        self.error = self.expander.error
        unknown = set(overrides) - set(NAMED_LITERALS)
        if unknown:
            raise self.error(f"no such named literal: {', '.join(sorted(unknown))}", None)

    def grammar(self, shared: tuple[Layout, ...]) -> Grammar:
        """The grammar, with these notices of all dumps behind its own."""
        self._check_start()
        if "record" not in self.notation.rules:
            raise self.error("there is no rule called record", None)
        layouts = tuple(dict.fromkeys(self._layouts()))
        if not any(layout.has_value for layout in layouts):
            raise self.error(
                "no record of this grammar has a payload: put VALUE where it stands (JSON_PAYLOAD where it is printed "
                "in a JSON string)",
                self.notation.rules["record"].line,
            )
        notices = tuple(dict.fromkeys(self.notices())) + shared
        self._check_named(layouts)
        self._check_ignored(layouts)
        self._check_used()
        named = {name: text for name in NAMED_LITERALS if (text := self.expander.text_of(name)) is not None}
        return Grammar(self.name, self.text, layouts, notices, named)

    # -- records ---------------------------------------------------------------------------------------------

    def _layouts(self) -> Iterator[AnyLayout]:
        for name, alternative in self.expander.alternatives("record"):
            yield from self.layouts(name, alternative)

    def layouts(self, name: str, alternative: Alternative) -> Iterator[AnyLayout]:
        """The layouts of one alternative of record: one for each way in which it can be written out."""
        if repeats(alternative.parts):
            yield self._object(name, alternative)
            return
        for elements in self.expander.ways(alternative):
            layout = self._linear(name, elements, alternative.line) if elements else None
            if layout is not None:
                yield layout

    def _object(self, name: str, alternative: Alternative) -> ObjectLayout:
        rule, behind = object_of(alternative.parts, alternative.line, self.expander)
        members = members_of(rule, self.expander)
        separator = b""
        for part in behind:
            element = next(self.expander.ways(Alternative((part,), alternative.line)), ())
            match element:
                case (Literal(text=text),):
                    separator += text
                case ():
                    # Given as an empty one by an option.
                    pass
                case _:
                    raise self.error("behind the object of a record strings alone may stand", alternative.line)
        return ObjectLayout(self.name, name, members, separator or None)

    def _linear(self, name: str, elements: tuple[Element, ...], line: int) -> Layout | None:
        """The layout of these elements; None for one that only an option made unreadable (``key.separator=``)."""
        blank_lines = 0
        if isinstance(elements[0], Literal):
            stripped = elements[0].text.lstrip(b"\n")
            if len(elements) > 1 or stripped:
                blank_lines = len(elements[0].text) - len(stripped)
                elements = (Literal(stripped, elements[0].name), *elements[1:]) if stripped else elements[1:]
        fields = tuple(_fields(elements))
        self._check_record(elements, fields, line)
        null, null_or_empty = self._nulls
        # Beside a text for null, an empty one for both says that the tool may not be the one that prints the text.
        empty_may_be_null = null is not None and null_or_empty == b""
        texts = [field.kind for field in fields if field.meaning in ("key", "value")]
        if null is None and texts and all(kind in JSON_VALUES for kind in texts):
            # JSON has a null of its own, so that an empty string is known to be empty.
            null = b"null"
        layout = Layout(
            self.name,
            name,
            elements,
            null_literal=null,
            null_or_empty_literal=None if empty_may_be_null else null_or_empty,
            headers=self._header_spelling if any(field.terminal == "HEADERS" for field in fields) else None,
            blank_lines=blank_lines,
            empty_may_be_null=empty_may_be_null,
            null_keys=self._null_keys if any(field.terminal == "KEY" for field in fields) else (),
        )
        if len(layout.variants) > MOST_VARIANTS:
            raise self.error(f"each record has more than {MOST_VARIANTS} ways to be written", line)
        for variant in layout.variants or (layout,):
            glued = _glued(variant.elements, fields)
            if glued is not None and self.expander.overrides:
                return None
            if glued is not None:
                raise self.error(glued, line)
        return layout

    @cached_property
    def _nulls(self) -> tuple[bytes | None, bytes | None]:
        """What stands for null alone, and what for null and empty alike."""
        return self.expander.text_of("NULL_LITERAL"), self.expander.text_of("NULL_OR_EMPTY_LITERAL")

    @cached_property
    def _null_keys(self) -> tuple[bytes, ...]:
        """The texts that stand for no key."""
        if "null_key" not in self.notation.rules:
            return ()
        words: list[bytes] = []
        for _, alternative in self.expander.alternatives("null_key"):
            for elements in self.expander.ways(alternative):
                match elements:
                    case (Literal(text=text),):
                        words.append(text)
                    case _:
                        raise self.error("null_key is texts that stand for no key, nothing else", alternative.line)
        return tuple(dict.fromkeys(words))

    @cached_property
    def _header_spelling(self) -> HeaderSpelling | None:
        text_of = self.expander.text_of
        value_separator = text_of("HEADER_VALUE_SEPARATOR")
        if value_separator is None:
            return None
        null = text_of("NULL_HEADER_LITERAL")
        return HeaderSpelling(
            value_separator,
            text_of("HEADERS_SEPARATOR") or b"",
            text_of("AMBIGUOUS_HEADERS_SEPARATOR") or b"",
            text_of("NULL_LITERAL") if null is None else null,
            text_of("NO_HEADERS") or b"",
        )

    def _check_record(self, elements: Sequence[Element], fields: Sequence[Field], line: int) -> None:
        """Refuse a record that says something twice, or leaves open to each record what cannot be."""
        for field in fields:
            if field.terminal in IN_OBJECTS:
                raise self.error(f"{field.terminal} is for members of JSON objects, not for a line", line)
        self._check_once(elements, line)
        for element in elements:
            if not isinstance(element, Alternation) or "value" in element.absent_is_null:
                continue
            has_payload = [any(field.meaning == "value" for field in _fields(way)) for way in element.alternatives]
            if any(has_payload) and not all(has_payload):
                raise self.error(
                    f"rule {element.rule}: some records have no payload; write -> {ABSENT_IS_NULL} behind the "
                    "alternative that has it, if it is null then",
                    line,
                )

    def _check_once(self, elements: Sequence[Element], line: int) -> None:
        """Refuse a record that has two fields for one attribute, unless it has one or the other."""
        seen: dict[str, str] = {}
        for element in elements:
            if isinstance(element, Field):
                self._take(element, seen, line)
            elif isinstance(element, Alternation):
                before = seen.copy()
                for way in element.alternatives:
                    taken = before.copy()
                    for field in _fields(way):
                        self._take(field, taken, line)
                    seen.update(taken)

    def _take(self, field: Field, taken: dict[str, str], line: int) -> None:
        """Note which terminal says an attribute. Refused where another did."""
        meaning = field.meaning
        if meaning in taken:
            why = (
                f"a record has one payload, not {taken[meaning]} and {field.terminal}: declare what is not the payload "
                "as TEXT"
                if meaning == "value"
                else f"a record says its {meaning} once, not by {taken[meaning]} and {field.terminal}: declare the "
                "other as TEXT or INTEGER"
            )
            raise self.error(why, line)
        if meaning:
            taken[meaning] = field.terminal

    # -- notices ---------------------------------------------------------------------------------------------

    def notices(self) -> Iterator[Layout]:
        """The lines that the tool prints about itself, each way in which it may print one."""
        lines = [*self._lines("notice")]
        known = {elements for _, elements in lines}
        cutting = {elements for _, elements in self._lines("inner_notice")}
        if not cutting <= known:
            raise self.error("an inner_notice has to be a notice as well", self.notation.rules["inner_notice"].line)
        for name, elements in lines:
            yield Layout(self.name, name, elements, may_cut_records=elements in cutting)

    def _lines(self, rule: str) -> Iterator[tuple[str, tuple[Literal | Field, ...]]]:
        if rule not in self.notation.rules:
            return
        for name, alternative in self.expander.alternatives(rule, is_flat=True):
            for elements in self.expander.flat_ways(alternative):
                if not elements or not isinstance(elements[0], Literal):
                    raise self.error(f"a notice ({name}) begins with a string", alternative.line)
                if any(field.kind in FREE_TEXT for field in _fields(elements)):
                    raise self.error(
                        f"a notice ({name}) holds no text but NOTICE, the rest of a line", alternative.line
                    )
                glued = _glued(elements, tuple(_fields(elements)))
                if glued is not None:
                    raise self.error(glued, alternative.line)
                yield name, elements

    # -- what is declared is used ----------------------------------------------------------------------------

    def _check_start(self) -> None:
        """A dump is records and notices in any order: nothing else can be said of it."""
        start = self.notation.rules.get("start")
        match start.alternatives if start else ():
            case ((parts, _, None),):
                pass
            case _:
                parts = ()
        match parts:
            case (Group(alternatives=names, how_often="any number"),):
                found = [part for one in names for part in one.parts]
                if all(isinstance(p, Name) and p.name in ("record", "notice") and not p.is_each for p in found) and all(
                    len(one.parts) == 1 for one in names
                ):
                    self.expander.used.update(part.name for part in found if isinstance(part, Name))
                    return
        raise self.error(
            "a grammar of dumps begins with `start: record*` or `start: (record | notice)*`: what stands before or "
            "between the records is a notice",
            start.line if start else None,
        )

    def _check_named(self, layouts: Sequence[AnyLayout]) -> None:
        """Refuse texts for null and for headers where no record has the text that they are said of."""
        linear = [layout for layout in layouts if isinstance(layout, Layout)]
        texts = {field.meaning for layout in linear for field in _fields(layout.elements) if field.kind in FREE_TEXT}
        if "null_key" in self.notation.rules and not any(layout.null_keys for layout in linear):
            line = self.notation.rules["null_key"].line
            raise self.error("null_key says what stands for no KEY, and no record has one", line)
        for name, string in self.notation.strings.items():
            if name in NULL_LITERALS and not texts & {"key", "value", "headers"}:
                raise self.error(
                    f"{name} is said of no text: JSON has a null of its own, and no record has KEY or VALUE",
                    string.line,
                )
            if name in HEADER_LITERALS and "headers" not in texts:
                raise self.error(f"{name} says how HEADERS are spelled, and no record has them", string.line)
            if name in HEADER_LITERALS and "HEADER_VALUE_SEPARATOR" not in self.notation.strings:
                raise self.error(f"{name} says nothing without HEADER_VALUE_SEPARATOR", string.line)

    def _check_used(self) -> None:
        """Refuse rules and terminals that no record and no notice holds."""
        used = self.expander.used
        for rule in self.notation.rules.values():
            if rule.name not in used and rule.name not in _ROOTS:
                raise self.error(f"rule {rule.name} is used nowhere", rule.line)
        for rule in self.notation.rules.values():
            if rule.name in ("record", "notice") and rule.name not in used:
                raise self.error(f"rule {rule.name} is not in start: write `start: (record | notice)*`", rule.line)
        for name, string in self.notation.strings.items():
            if name not in used and name not in (*NULL_LITERALS, *HEADER_LITERALS):
                raise self.error(f"{name} is used nowhere", string.line)
        for name, line in self.notation.declared.items():
            if name not in used and name not in self.notation.ignored:
                raise self.error(f"{name} is declared and used nowhere", line)

    def _check_ignored(self, layouts: Sequence[AnyLayout]) -> None:
        """White space between the members of an object is ignored; nothing else can be."""
        has_objects = any(isinstance(layout, ObjectLayout) for layout in layouts)
        for name, line in self.notation.ignored.items():
            if name != "WHITESPACE" or not has_objects:
                raise self.error("only WHITESPACE may be ignored, and only where records are JSON objects", line)
        if has_objects and "WHITESPACE" not in self.notation.ignored:
            raise self.error(
                "JSON white space may stand between the members of an object: %declare WHITESPACE and "
                "%ignore WHITESPACE",
                self.notation.rules["record"].line,
            )


_NUMBERS = (Kind.INTEGER, Kind.SIZE)
_WORDS = (Kind.NAME, Kind.WORD)
#: kind -> kinds of fields that cannot stand right behind it
_NOT_BEHIND: dict[Kind, tuple[Kind, ...]] = {
    Kind.INTEGER: (*_NUMBERS, *_WORDS, Kind.TEXT),
    Kind.SIZE: _NUMBERS,
    Kind.NAME: (*_NUMBERS, *_WORDS, Kind.TEXT),
    Kind.WORD: (*_NUMBERS, *_WORDS, Kind.TEXT),
    Kind.TEXT: (*_WORDS, Kind.TEXT, Kind.DATE_TIME, Kind.DATE, Kind.REST, Kind.BINARY_SIZE),
    Kind.DATE: (*_NUMBERS, *_WORDS, Kind.TEXT),
    Kind.REST: tuple(Kind),
}


def _fields(elements: Sequence[Element]) -> Iterator[Field]:
    """The fields of these elements, those that only some records have among them."""
    for element in elements:
        if isinstance(element, Alternation):
            yield from (one for way in element.alternatives for one in way if isinstance(one, Field))
        elif isinstance(element, Field):
            yield element


def _glued(elements: Sequence[Element], fields: Sequence[Field]) -> str | None:
    """What speaks against a record with a field that nothing ends: another right behind it may begin like it."""
    sized = {field.meaning.removesuffix("_size") for field in fields if field.kind in SIZES}
    ways = [elements, *(way for e in elements if isinstance(e, Alternation) for way in e.alternatives)]
    for one, other in (pair for way in ways for pair in pairwise(way)):
        if not isinstance(one, Field) or not isinstance(other, Field) or one.meaning in sized:
            continue
        if other.kind in _NOT_BEHIND.get(one.kind, ()):
            return (
                f"nothing stands between {one.terminal} and {other.terminal}: nobody could tell where the one ends "
                "and the other begins"
            )
    return None
