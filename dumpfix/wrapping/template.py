"""What a tool on the way puts before a line, as a template: the elements of ``wrappers.lark`` matched at its beginning.

Lines by the million begin alike, so a beginning that was matched once is remembered by its shape (every digit made a
``0``), with the byte behind it, by which a run of digits, letters or blanks ends: the template is walked through only
for a shape that was not seen before.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import NamedTuple

from dumpfix.json.lexer import DIGITS
from dumpfix.layout.model import Alternation, Element, Field, Literal
from dumpfix.layout.vocabulary import TOPIC_BYTES, Kind

#: shapes remembered; where beginnings differ more than that, each line is matched by itself
MOST_SHAPES = 256
#: no tool puts more than this before a line
LONGEST = 512

_WORD = bytes(sorted(TOPIC_BYTES))
_BLANKS = b" \t"
_ONE_DIGIT = bytes(0x30 if chr(byte).isdigit() and byte < 0x80 else byte for byte in range(256))
_AS_IT_IS = bytes(range(256))
_NO_MATCH = -1


_ALLOWED = {Kind.BLANKS: _BLANKS, Kind.INTEGER: DIGITS}


class _Step(NamedTuple):
    """A literal, a run of bytes of which any are allowed, or one of several ways."""

    text: bytes | None = None
    allowed: bytes | None = None
    ways: tuple[tuple[_Step, ...], ...] | None = None


class Template:
    """One way in which a line can be wrapped. ``alias`` is what ``wrappers.lark`` calls it, which says what that is."""

    def __init__(self, elements: Sequence[Element], alias: str = "") -> None:
        self.elements = tuple(elements)
        self._steps = _steps(self.elements)
        self.is_doubtful = alias == "doubtful"
        self.is_continued = alias == "continued"
        self.is_alike = alias == "alike"
        self.first_bytes = _first_bytes(self.elements)
        self._is_name = [e.kind for e in self.elements if isinstance(e, Field)] == [Kind.WORD]
        # A digit that is part of a literal is no other digit.
        self._table = _AS_IT_IS if any(map(_holds_digit, self.elements)) else _ONE_DIGIT
        self._shapes: dict[int, set[bytes]] = {}
        self._count = 0

    def fresh(self) -> Template:
        """The same, which has seen nothing yet."""
        other = copy(self)
        other._shapes, other._count = {}, 0
        return other

    def end(self, line: bytes) -> int:
        """How many bytes of the line are the wrapper's; -1 where it has none. The line's own end may be there or not.

        Blanks at the end of a template are missing on lines that hold nothing else (editors and pages drop them).
        """
        if line[:1] not in self.first_bytes:
            return _NO_MATCH
        for length, shapes in self._shapes.items():
            if line[: length + 1].translate(self._table) in shapes:
                return length
        line = line[:LONGEST]
        end = _end(self._steps, line, 0)
        if end >= 0 and self._is_name and line[:end].lower() == line[:end].upper():
            # A number is no name: it may be a partition or an offset.
            return _NO_MATCH
        if end < 0:
            return self._end_of_nothing(line)
        if self._count < MOST_SHAPES:
            self._shapes.setdefault(end, set()).add(line[: end + 1].translate(self._table))
            self._count += 1
        return end

    def _end_of_nothing(self, line: bytes) -> int:
        bare = line.rstrip(b"\r\n")
        last = self.elements[-1]
        if not isinstance(last, Literal) or not last.text.endswith(b" ") or not bare.strip():
            return _NO_MATCH
        return len(bare) if _end(self._steps, bare + b" ", 0) == len(bare) + 1 else _NO_MATCH


def _end(steps: Sequence[_Step], line: bytes, at: int) -> int:
    for text, allowed, ways in steps:
        if text is not None:
            if not line.startswith(text, at):
                return _NO_MATCH
            at += len(text)
        elif ways is not None:
            at = next((end for way in ways if (end := _end(way, line, at)) >= 0), _NO_MATCH)
            if at < 0:
                return _NO_MATCH
        else:
            rest = line[at:]
            taken = len(rest) - len(rest.lstrip(allowed))
            if not taken and allowed is not _BLANKS:
                return _NO_MATCH
            at += taken
    return at


@lru_cache(1 << 12)
def _steps(elements: tuple[Element, ...]) -> tuple[_Step, ...]:
    """The elements as they are matched: no attribute is asked for once a line. Templates share most of them."""
    return tuple(
        _Step(text=element.text)
        if isinstance(element, Literal)
        else _Step(ways=tuple(map(_steps, element.alternatives)))
        if isinstance(element, Alternation)
        else _Step(allowed=_ALLOWED.get(element.kind, _WORD))
        for element in elements
    )


def _first_bytes(elements: Sequence[Element]) -> frozenset[bytes]:
    first = elements[0]
    if isinstance(first, Literal):
        return frozenset({first.text[:1]})
    if isinstance(first, Alternation):
        return frozenset().union(*(_first_bytes(way) for way in first.alternatives))
    allowed = DIGITS if first.kind is Kind.INTEGER else _WORD
    return frozenset(bytes([byte]) for byte in allowed)


@lru_cache(1 << 12)
def _holds_digit(element: Element) -> bool:
    if isinstance(element, Literal):
        return element.text.translate(None, DIGITS) != element.text
    return isinstance(element, Alternation) and any(
        map(_holds_digit, (one for way in element.alternatives for one in way))
    )
