"""Layouts as the text of a grammar: what ``detect --as-grammar`` and ``grammar --command`` print."""

from __future__ import annotations

from collections.abc import Sequence

from dumpfix.layout.load import literal_text
from dumpfix.layout.model import Alternation, AnyLayout, Element, HeaderSpelling, Layout, Literal, ObjectLayout
from dumpfix.layout.vocabulary import MARKERS, TERMINALS


def grammar_of(layouts: Sequence[AnyLayout]) -> str:
    """A ``.lark`` text whose records are these layouts; reading it gives the same layouts back."""
    rules: dict[str, str] = {}
    named: dict[str, bytes] = {}
    declared: dict[str, None] = {}
    records = [_record(layout, rules, named, declared) for layout in layouts]
    for layout in layouts:
        for name in ("NULL_LITERAL", "NULL_OR_EMPTY_LITERAL"):
            text = getattr(layout, name.lower())
            if text is not None:
                named[name] = text
        if layout.empty_may_be_null:
            named["NULL_OR_EMPTY_LITERAL"] = b""
        if isinstance(layout, Layout) and layout.headers is not None:
            named.update(_spelled(layout.headers))
    lines = [
        "start: record*",
        "record: " + "\n      | ".join(records),
        *(f"{name}: {body}" for name, body in rules.items()),
        *(f"{name}: {literal_text(text)}" for name, text in named.items()),
        f"%declare {' '.join(declared)}",
    ]
    if any(isinstance(layout, ObjectLayout) for layout in layouts):
        lines.append("%ignore WHITESPACE")
    return "\n".join(lines) + "\n"


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
        members = [
            literal_text(b'"' + member.path[0] + b'"') + ' ":" ' + _declared(member.field.terminal, declared)
            for member in layout.members
        ]
        other = _declared("JSON_NAME", declared) + ' ":" ' + _declared("JSON_VALUE", declared)
        _declared("WHITESPACE", declared)
        rules["member"] = "\n      | ".join([*members, other])
        end = f" {literal_text(layout.separator)}" if layout.separator else ""
        return '"{" [member ("," member)*] "}"' + end
    parts = [_element(element, rules, named, declared) for element in layout.elements]
    if layout.blank_lines:
        # Line feeds that lead a record belong to its first string, or stand before its first field.
        parts.insert(0, literal_text(b"\n" * layout.blank_lines))
    return " ".join(parts)


def _element(element: Element, rules: dict[str, str], named: dict[str, bytes], declared: dict[str, None]) -> str:
    if isinstance(element, Alternation):
        ways = [" ".join(_element(one, rules, named, declared) for one in way) for way in element.alternatives]
        rules[element.rule] = " | ".join(ways)
        return element.rule
    if isinstance(element, Literal):
        if element.name in MARKERS:
            named[element.name] = element.text
            return element.name
        return literal_text(element.text)
    return _declared(element.terminal, declared)


def _declared(terminal: str, declared: dict[str, None]) -> str:
    declared[terminal] = None
    return terminal


def vocabulary_text() -> str:
    """The terminals that a grammar may declare: name, where the field ends, what it is."""
    from dumpfix.layout import vocabulary

    width = max(map(len, TERMINALS))
    rows = [f"{name:{width}}  {kind.name:12}  {what}" for name, (kind, _, what) in TERMINALS.items()]
    return (vocabulary.__doc__ or "").strip() + "\n\n" + "\n".join(rows) + "\n"
