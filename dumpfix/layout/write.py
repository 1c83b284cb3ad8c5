"""Layouts as text: in one line, and as a grammar (what ``detect --as-grammar`` and ``grammar --command`` print)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dumpfix.layout.literals import literal_text
from dumpfix.layout.model import (
    Alternation,
    AnyLayout,
    Element,
    Field,
    HeaderSpelling,
    Layout,
    Literal,
    Member,
    ObjectLayout,
)
from dumpfix.layout.vocabulary import ABSENT_IS_NULL, EMPTY_MAY_BE_NULL, JSON_VALUES, MARKERS, TERMINALS


def describe(layout: AnyLayout) -> str:
    """A layout in one line: literals quoted, fields by name."""
    if isinstance(layout, ObjectLayout):
        names = (b".".join(member.path).decode("utf-8", "backslashreplace") for member in layout.members)
        return "{" + ", ".join(names) + "}"
    lead = [literal_text(b"\n" * layout.blank_lines)] if layout.blank_lines else []
    return " ".join(lead + [_shown(element) for element in layout.elements])


def _shown(element: Element) -> str:
    if isinstance(element, Literal):
        return literal_text(element.text)
    return element.terminal if isinstance(element, Field) else element.rule


def grammar_of(layouts: Sequence[AnyLayout]) -> str:
    """A ``.lark`` text whose records are these layouts; reading it gives the same layouts back."""
    rules: dict[str, str] = {}
    named: dict[str, bytes] = {}
    declared: dict[str, None] = {}
    records = [_record(layout, rules, named, declared) for layout in layouts]
    for layout in layouts:
        if isinstance(layout, Layout):
            named.update(_nulls(layout))
            named.update(_spelled(layout.headers) if layout.headers is not None else {})
    null_keys = dict.fromkeys(word for one in layouts if isinstance(one, Layout) for word in one.null_keys)
    is_each = any(isinstance(e, Alternation) for one in layouts if isinstance(one, Layout) for e in one.elements)
    lines = [
        "start: record*",
        *(["each{part}: part"] if is_each else []),
        "record: " + "\n      | ".join(records),
        *(["null_key: " + " | ".join(map(literal_text, null_keys))] if null_keys else []),
        *(f"{name}: {body}" for name, body in rules.items()),
        *(f"{name}: {literal_text(text)}" for name, text in named.items()),
        f"%declare {' '.join(declared)}",
    ]
    if any(isinstance(layout, ObjectLayout) for layout in layouts):
        lines.append("%ignore WHITESPACE")
    return "\n".join(lines) + "\n"


def _nulls(layout: Layout) -> dict[str, bytes]:
    """The named literals that stand for null; JSON values have a null of their own."""
    kinds = [Field(name).kind for name in layout.fields if Field(name).meaning in ("key", "value")]
    if kinds and all(kind in JSON_VALUES for kind in kinds):
        return {}
    texts = {
        "NULL_LITERAL": layout.null_literal,
        "NULL_OR_EMPTY_LITERAL": b"" if layout.empty_may_be_null else layout.null_or_empty_literal,
    }
    return {name: text for name, text in texts.items() if text is not None}


def _spelled(headers: HeaderSpelling) -> dict[str, bytes]:
    """The named literals that say how headers are spelled."""
    named = {
        "HEADER_VALUE_SEPARATOR": headers.value_separator,
        "HEADERS_SEPARATOR": headers.separator,
        "AMBIGUOUS_HEADERS_SEPARATOR": headers.ambiguous_separator,
        "NULL_HEADER_LITERAL": headers.null,
        "NO_HEADERS": headers.none,
    }
    return {name: text for name, text in named.items() if text}


def _record(layout: AnyLayout, rules: dict[str, str], named: dict[str, bytes], declared: dict[str, None]) -> str:
    if isinstance(layout, ObjectLayout):
        _declared("WHITESPACE", declared)
        end = f" {literal_text(layout.separator)}" if layout.separator else ""
        return _object(layout.members, 0, rules, declared) + end
    parts = [_element(element, rules, named, declared) for element in layout.elements]
    if layout.blank_lines:
        # Line feeds that lead a record belong to its first string, or stand before its first field.
        parts.insert(0, literal_text(b"\n" * layout.blank_lines))
    return " ".join(parts)


def _object(members: Sequence[Member], depth: int, rules: dict[str, str], declared: dict[str, None]) -> str:
    """An object with these members, whose paths are the same up to it; the rule of its members goes to ``rules``."""
    rule = _new_rule("member", rules)
    rules[rule] = ""
    ways: dict[bytes, str] = {}
    for member in members:
        name = member.path[depth]
        if name in ways:
            continue
        if len(member.path) == depth + 1:
            value = _declared(member.field.terminal, declared)
            value += f" -> {ABSENT_IS_NULL}" if member.absent_is_null else ""
            value += f" -> {EMPTY_MAY_BE_NULL}" if member.empty_may_be_null else ""
        else:
            value = _object([m for m in members if m.path[depth] == name], depth + 1, rules, declared)
        ways[name] = literal_text(b'"' + name + b'"') + ' ":" ' + value
    other = _declared("JSON_NAME", declared) + ' ":" ' + _declared("JSON_VALUE", declared)
    rules[rule] = "\n      | ".join([*ways.values(), other])
    return f'"{{" [{rule} ("," {rule})*] "}}"'


def _element(element: Element, rules: dict[str, str], named: dict[str, bytes], declared: dict[str, None]) -> str:
    if isinstance(element, Alternation):
        ways = []
        for way in element.alternatives:
            shown = " ".join(_element(one, rules, named, declared) for one in way)
            is_null = any(isinstance(one, Field) and one.meaning in element.absent_is_null for one in way)
            ways.append(f"{shown} -> {ABSENT_IS_NULL}" if is_null else shown)
        body = " | ".join(ways)
        rule = element.rule if rules.get(element.rule) == body else _new_rule(element.rule, rules)
        rules[rule] = body
        return f"each{{{rule}}}"
    if isinstance(element, Literal):
        if element.name in MARKERS:
            named[element.name] = element.text
            return element.name
        return literal_text(element.text)
    return _declared(element.terminal, declared)


def _new_rule(name: str, rules: Mapping[str, str]) -> str:
    """A name for a rule that no other has."""
    taken = sum(other == name or other.startswith(f"{name}_") for other in rules)
    return f"{name}_{taken + 1}" if taken else name


def _declared(terminal: str, declared: dict[str, None]) -> str:
    declared[terminal] = None
    return terminal


def vocabulary_text() -> str:
    """The terminals that a grammar may declare: name, where the field ends, what it is."""
    from dumpfix.layout import vocabulary

    width = max(map(len, TERMINALS))
    rows = [f"{name:{width}}  {kind.name:12}  {what}" for name, (kind, _, what) in TERMINALS.items()]
    return (vocabulary.__doc__ or "").strip() + "\n\n" + "\n".join(rows) + "\n"
