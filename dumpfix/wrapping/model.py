"""Wrappers: what they do to lines, and where a byte of what is left lies in the line that it was taken from."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol

from dumpfix.json.strings import closing_quote, unescape
from dumpfix.layout.load import shared_wrappers
from dumpfix.layout.model import Literal
from dumpfix.wrapping.template import Template


class Wrapper(Protocol):
    """A reversible change of lines. ``kind`` is its name in the report.

    Lines are given and returned with their line feeds; only the last line of a dump may lack one.
    """

    kind: str

    def unwrapped(self, line: bytes) -> bytes | None:
        """What the line was before it was wrapped; None where it is not wrapped, and is left as it is."""
        ...

    def place(self, line: bytes, at: int) -> int:
        """Where byte ``at`` of the unwrapped line lies in the wrapped one; ``at`` is below its length."""
        ...


class Prefix:
    """Something before each line: of a constant text, a counter, a time, a name."""

    def __init__(self, kind: str, templates: Sequence[Template], *, read_off: int = 0) -> None:
        self.kind = kind
        #: bytes of it that no grammar knows
        self.read_off = read_off
        self.templates = tuple(templates)

    def matched(self, line: bytes) -> tuple[Template, int] | None:
        """The first alternative that this line begins with, and how much of the line it takes."""
        for template in self.templates:
            end = template.end(line)
            if end >= 0:
                return template, end
        return None

    def unwrapped(self, line: bytes) -> bytes | None:
        """The line behind the prefix; one that goes on in the next loses its end."""
        for template in self.templates:
            end = template.end(line)
            if end >= 0:
                return line[end:].rstrip(b"\r\n") if template.is_continued else line[end:]
        return None

    def place(self, line: bytes, at: int) -> int:
        """The same place, counted from the beginning of the prefix."""
        found = self.matched(line)
        return at if found is None else found[1] + at


def constant(kind: str, text: bytes, *, is_doubtful: bool = False) -> Prefix:
    """The same text before each line."""
    return Prefix(kind, [Template([Literal(text)], "doubtful" if is_doubtful else "")], read_off=len(text))


def shipped() -> tuple[Prefix, ...]:
    """A wrapper for each kind of ``wrappers.lark``; new each time, since they remember what they saw."""
    return tuple(Prefix(kind, [template.fresh() for template in templates]) for kind, templates in _templates().items())


@functools.cache
def _templates() -> dict[str, list[Template]]:
    return {
        kind: [Template(elements, alias) for alias, elements in alternatives]
        for kind, alternatives in shared_wrappers().items()
    }


_ESCAPE = b"\x1b"
#: control sequences that change no place on the screen: colours, erasing to the right, modes
_HARMLESS = frozenset(b"mKhl")


class TerminalControls:
    """Colours and their like (ECMA-48), wherever they stand in a line: JSON holds no escape byte outside strings or in
    them."""

    kind = "terminal_controls"

    def unwrapped(self, line: bytes) -> bytes | None:
        """The line without them."""
        if _ESCAPE not in line:
            return None
        kept = control_free(line)
        return b"".join(line[start:end] for start, end in kept)

    def place(self, line: bytes, at: int) -> int:
        """Where the byte stands among them."""
        for start, end in control_free(line):
            if at < end - start:
                return start + at
            at -= end - start
        return len(line) - 1


def control_free(line: bytes) -> list[tuple[int, int]]:
    """The stretches of a line between its control sequences."""
    kept: list[tuple[int, int]] = []
    start = 0
    at = line.find(_ESCAPE)
    while at >= 0:
        end = _control_end(line, at)
        if end > at:
            kept.append((start, at))
            start = end
        at = line.find(_ESCAPE, max(end, at + 1))
    kept.append((start, len(line)))
    return kept


def _control_end(line: bytes, at: int) -> int:
    """Behind the harmless control sequence at ``at``; ``at`` itself where there is none."""
    kind = line[at + 1 : at + 2]
    if kind == b"[":
        end = at + 2
        while end < len(line) and 0x20 <= line[end] < 0x40:
            end += 1
        return end + 1 if end < len(line) and line[end] in _HARMLESS else at
    if kind == b"]":
        # The title of the window, up to BEL.
        bell = line.find(b"\x07", at)
        return bell + 1 if bell >= 0 else at
    return at


class JsonMember:
    """Each line is a JSON object; a member of it is a string that holds the dump's line, or a part of it.

    ``before`` is what stands in front of that string and ``after`` what follows it, up to a byte that ends it.
    """

    def __init__(self, kind: str, before: bytes, after: bytes, last: bytes, *, ends_line: bool) -> None:
        self.kind = kind
        self._before = before
        self._after = after
        self._last = last
        self._ends_line = ends_line

    def _string(self, line: bytes) -> tuple[int, int] | None:
        """The inside of the string."""
        if not line.startswith(self._before):
            return None
        start = len(self._before)
        end = closing_quote(line, start - 1)
        rest = line[end:].rstrip(b"\r\n")
        return (start, end - 1) if end > 0 and rest.startswith(self._after) and rest.endswith(self._last) else None

    def unwrapped(self, line: bytes) -> bytes | None:
        """The content of the string, and a line feed where the string does not hold it."""
        inside = self._string(line)
        if inside is None:
            return None
        text = unescape(line[slice(*inside)])
        return text + b"\n" if self._ends_line else text

    def place(self, line: bytes, at: int) -> int:
        """Where the escape begins that stands for the byte."""
        inside = self._string(line)
        assert inside is not None
        start, end = inside
        position = 0
        while start < end:
            length = _escape_length(line, start)
            position += len(unescape(line[start : start + length]))
            if position > at:
                return start
            start += length
        return end


def _escape_length(line: bytes, at: int) -> int:
    r"""How many bytes stand for what begins at ``at``: ``\n`` two, ``\u00e9`` six, a surrogate pair twelve."""
    if line[at] != 0x5C:
        return 1
    if line[at + 1] != 0x75:
        return 2
    is_pair = line[at + 2 : at + 4].lower() in (b"d8", b"d9", b"da", b"db") and line[at + 6 : at + 8] == b"\\u"
    return 12 if is_pair else 6


#: {"log":"…\n","stream":"stdout","time":"…"} as dockerd's json-file driver spells it (the line end is in the string)
def docker_json_file() -> JsonMember:
    """The lines of docker's json-file log driver."""
    return JsonMember("docker_json_file", b'{"log":"', b',"stream":"std', b'Z"}', ends_line=False)
