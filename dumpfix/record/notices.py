"""What notices say of the run that printed them: how many records it read, where a partition ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dumpfix.json.lexer import DIGITS, run_end
from dumpfix.layout.model import Element, Field, Layout, Literal
from dumpfix.layout.vocabulary import TOPIC_BYTES, Kind

#: what a tool says of itself stands in its grammar: as COUNT, or as OFFSET with TOPIC and PARTITION
_TELLING = frozenset({"COUNT", "OFFSET"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice says: ``count`` records were read in all; or, ``offset`` is where a partition ended.

    What it does not say is None.
    """

    count: int | None = None
    topic: bytes | None = None
    partition: int | None = None
    offset: int | None = None


class TellingNotices:
    """The notices of a grammar that say something that can be checked."""

    def __init__(self, layouts: Iterable[Layout]) -> None:
        found = [_up_to_the_last_field(layout.elements) for layout in layouts if _TELLING.intersection(layout.fields)]
        self._elements = tuple(dict.fromkeys(elements for elements in found if isinstance(elements[0], Literal)))
        self._beginnings = tuple(e[0].text for e in self._elements if isinstance(e[0], Literal))

    def told_by(self, notice: bytes) -> Told | None:
        """What a notice says; None where that is nothing to check."""
        if not notice.startswith(self._beginnings):
            return None
        for elements in self._elements:
            fields = _fields(elements, notice)
            if fields is not None:
                return Told(
                    _number(fields.get("COUNT")),
                    fields.get("TOPIC"),
                    _number(fields.get("PARTITION")),
                    _number(fields.get("OFFSET")),
                )
        return None


def _up_to_the_last_field(elements: Sequence[Element]) -> tuple[Element, ...]:
    last = max(index for index, e in enumerate(elements) if isinstance(e, Field) and e.terminal in _TELLING)
    return tuple(elements[: last + 2])


def _fields(elements: Sequence[Element], text: bytes) -> dict[str, bytes] | None:
    """The fields that a notice has by name; None where it does not begin like this."""
    fields: dict[str, bytes] = {}
    at = 0
    for index, element in enumerate(elements):
        if isinstance(element, Literal):
            if not text.startswith(element.text, at):
                return None
            at += len(element.text)
        elif isinstance(element, Field):
            end = _end(element, elements[index + 1 :], text, at)
            if end <= at:
                return None
            fields[element.terminal] = text[at:end]
            at = end
        else:
            # What is left open behind the last field says nothing.
            return fields
    return fields


def _end(field: Field, rest: Sequence[Element], text: bytes, at: int) -> int:
    if field.kind is Kind.INTEGER:
        return run_end(text, at, len(text), DIGITS)
    follower = rest[0].text if rest and isinstance(rest[0], Literal) else b"\n"
    end = text.find(follower, at)
    return end if field.kind is not Kind.NAME or TOPIC_BYTES.issuperset(text[at:end]) else -1


def _number(text: bytes | None) -> int | None:
    return int(text) if text is not None and len(text) <= 19 else None
