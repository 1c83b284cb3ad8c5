"""What the cuts of a record say: its attributes as bytes, null where the dump shows that."""

from __future__ import annotations

from collections.abc import Sequence

from dumpfix.framing.elements import Cut, printed_size
from dumpfix.framing.json_fields import take_json
from dumpfix.json.strings import closing_quote
from dumpfix.layout.conversions import milliseconds
from dumpfix.layout.model import Layout, Literal
from dumpfix.layout.vocabulary import JSON_VALUES, MARKERS, SIZES, Kind


def null_texts(layout: Layout, attribute: str) -> tuple[bytes, ...]:
    """The texts that stand for a null key or payload where no size is printed.

    A key that prints nothing is taken for null where the tool prints nothing for null; a payload that does so is
    left empty, since its verdict has to say that it is ambiguous.
    """
    if any(f"{attribute.upper()}_SIZE" in name for name in layout.fields):
        return ()
    if attribute == "value":
        return () if layout.null_literal is None else (layout.null_literal,)
    word = layout.null_or_empty_literal if layout.null_literal is None else layout.null_literal
    nothing = (b"",) if layout.null_literal is None or layout.empty_may_be_null else ()
    return (*nothing, *layout.null_keys, *(() if word is None else (word,)))


def interpret(layout: Layout, cuts: Sequence[Cut], data: bytes) -> dict[str, bytes | None]:
    """The attributes of a record: bytes, or None for a key or payload that is known to be null."""
    fields: dict[str, bytes | None] = {}
    sizes: dict[str, int] = {}
    #: attributes whose JSON says by itself whether they are null
    said: set[str] = set()
    for element, start, end in cuts:
        if isinstance(element, Literal):
            if element.name in MARKERS:
                attribute, says = MARKERS[element.name]
                fields[attribute] = says
            continue
        if element.kind in SIZES:
            sizes[element.meaning.removesuffix("_size")] = printed_size(element, data[start:end])
        elif element.kind in JSON_VALUES and element.meaning:
            text = data[start:end]
            is_whole = closing_quote(text, 0) == len(text) if text[:1] == b'"' else True
            take_json(fields, element, text, is_whole=is_whole)
            said.add(element.meaning)
        elif element.kind is Kind.DATE:
            fields[element.meaning] = milliseconds(data[start:end])
        elif element.meaning:
            fields[element.meaning] = data[start:end]
    for name in ("key", "value"):
        shown = fields.get(name)
        if shown is None or name in said:
            continue
        known = sizes.get(name)
        if (known == -1 and shown in (b"", layout.null_literal, layout.null_or_empty_literal)) or (
            known is None and shown in null_texts(layout, name)
        ):
            fields[name] = None
        elif known == 0 and shown == layout.null_or_empty_literal:
            fields[name] = b""
    return fields
