"""Which wrappers may lie around a dump, seen from its head; which of them do is decided by what they leave.

A wrapper stands on most lines. What lacks it (notices on standard error, a title, a prompt) stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dumpfix.wrapping.cells import cells_of
from dumpfix.wrapping.model import Prefix, TerminalControls, Wrapper, constant, docker_json_file, shipped
from dumpfix.wrapping.strip import stripped, whole_lines

#: bits for naming a wrapper that a grammar knows; a text read off the dump costs 8 more for each of its bytes
NAMED = 8.0
BYTE = 8.0
#: bits for a byte in which a prefix differs from that of the line before: a digit of a counter or of a time
CHANGED = 3.3
#: bits for a line that has it, and for one that has not
WITH, WITHOUT = 0.1, 6.0
#: wrappers around one another that are looked for
DEEPEST = 3
#: lines looked at first; wrappers that stand on few of them are not looked for on all
SAMPLE = 48
#: candidates that are worth an explanation, of those that are doubtful and of the others
MOST = 4
#: digits of a number that is compared
MOST_DIGITS = 18
#: a text that all lines begin with is no longer than this
LONGEST_CONSTANT = 64


class Candidate(NamedTuple):
    """Wrappers, the outermost first, what the head is without them, and their price in bits.

    ``is_doubtful``: what one of them takes off may be a key, a topic or an offset. Then it has to explain what is
    not explained else.
    """

    wrappers: tuple[Wrapper, ...]
    head: bytes
    bits: float
    is_doubtful: bool


class Matches:
    """Which lines the shipped wrappers stand on, of one head of which more and more is shown."""

    def __init__(self) -> None:
        self.wrappers: tuple[Wrapper, ...] = (*shipped(), docker_json_file())
        self._known: list[dict[bytes, bool]] = [{} for _ in self.wrappers]

    def common(self, lines: Sequence[bytes], some: Sequence[bytes]) -> Iterator[Wrapper]:
        """Those that stand on most of these lines, and on most of ``some`` of them."""
        for index, wrapper in enumerate(self.wrappers):
            if self._is_on(index, some) and self._is_on(index, lines):
                yield wrapper

    def _is_on(self, index: int, lines: Sequence[bytes]) -> bool:
        known, unwrapped = self._known[index], self.wrappers[index].unwrapped
        for line in lines:
            if line not in known:
                known[line] = unwrapped(line) is not None
        return sum(map(known.__getitem__, lines)) * 2 >= len(lines)


def candidates(head: bytes, matches: Matches | None = None) -> list[Candidate]:
    """The likeliest ways in which a dump that begins with ``head`` may be wrapped, those that take off most first.

    ``matches`` is what is known of its lines from looks at less of it.
    """
    if b"\0" in head:
        # Bytes of no text: nothing wraps lines that are none.
        return []
    found = sorted(
        _inside(Candidate((), head, 0.0, False), matches or Matches()), key=lambda one: len(one.head) + one.bits / 8
    )
    # What may be a part of the records takes no other's place.
    some = [[one for one in found if one.is_doubtful == is_doubtful][:MOST] for is_doubtful in (False, True)]
    return [*some[0], *some[1]]


def _inside(outer: Candidate, matches: Matches) -> Iterator[Candidate]:
    if len(outer.wrappers) == DEEPEST:
        return
    kinds = {wrapper.kind for wrapper in outer.wrappers}
    lines = [line for line in whole_lines(outer.head) if line.strip()]
    for wrapper in _possible(lines, matches):
        if wrapper.kind in kinds:
            continue
        bits, is_doubtful = _price(wrapper, lines)
        if is_doubtful and not _may_count_or_name(wrapper, lines):
            continue
        inner = Candidate(
            (*outer.wrappers, wrapper),
            stripped((wrapper,), outer.head),
            outer.bits + bits,
            outer.is_doubtful or is_doubtful,
        )
        yield inner
        yield from _inside(inner, matches)


def _possible(lines: Sequence[bytes], matches: Matches) -> Iterator[Wrapper]:
    """The wrappers that stand on most of these lines, none of which is blank."""
    if not lines:
        return
    some = lines[:: max(1, len(lines) // SAMPLE)]
    yield from matches.common(lines, some)
    if sum(b"\x1b" in line for line in lines) * 4 >= len(lines):
        yield TerminalControls()
    if (cells := cells_of(lines)) is not None:
        yield cells
    indentation = _indentation(lines)
    if indentation is not None:
        yield constant("indentation", indentation)
    text = _common_text(lines)
    if text is not None:
        yield constant("constant", text, is_doubtful=True)


def _indentation(lines: Sequence[bytes]) -> bytes | None:
    """The blanks that all lines begin with, from the first that does to the last: what stands around may have none."""
    indented = [index for index, line in enumerate(lines) if line[:1] in (b" ", b"\t")]
    if not indented or len(indented) * 2 < len(lines) or indented[-1] - indented[0] + 1 != len(indented):
        return None
    common = _common([lines[index] for index in indented])
    blanks = common[: len(common) - len(common.lstrip(b" \t"))]
    # A tab or a blank alone is more likely what a tool prints between a key that is empty and the payload.
    return blanks if len(blanks) > 1 else None


def _common_text(lines: Sequence[bytes]) -> bytes | None:
    """What all lines begin with, up to the last byte that is no letter or digit: a tag that no grammar knows."""
    if len(lines) < 3:
        return None
    common = _common(lines)[:LONGEST_CONSTANT]
    while common and (common[-1:].isalnum() or common[-1:] in b'{["'):
        common = common[:-1]
    return common if common.strip() and common[:1] not in b'{["' else None


def _common(texts: Sequence[bytes]) -> bytes:
    """The longest text that all of them begin with."""
    low, high = min(texts), max(texts)
    length = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    return low[:length]


def _may_count_or_name(wrapper: Wrapper, lines: Sequence[bytes]) -> bool:
    """Whether it stands before each line that holds a payload, and a number that it begins with never goes down."""
    last = 0
    for line in lines:
        bare = wrapper.unwrapped(line)
        if bare is None:
            if line.startswith(b"{"):
                return False
            continue
        digits = line[: len(line) - len(line.lstrip(b"0123456789"))]
        if digits and len(digits) <= MOST_DIGITS:
            if int(digits) < last:
                return False
            last = int(digits)
    return True


def _price(wrapper: Wrapper, lines: Sequence[bytes]) -> tuple[float, bool]:
    """What it costs to say this wrapper of these lines, and whether most of them may mean something else by it."""
    if not isinstance(wrapper, Prefix):
        return NAMED + WITH * len(lines), False
    bits = NAMED + BYTE * wrapper.read_off
    before = b""
    doubtful = count = 0
    names: set[bytes] = set()
    for line in lines:
        found = wrapper.matched(line)
        if found is None:
            bits += WITHOUT
            continue
        template, end = found
        prefix = line[:end]
        if before != prefix:
            begin = len(_common([prefix, before]))
            same = begin + len(_common([prefix[begin:][::-1], before[begin:][::-1]]))
            bits += CHANGED * (end - same)
            before = prefix
        bits += WITH
        count += 1
        doubtful += template.is_doubtful
        if template.is_alike and prefix.translate(None, b"0123456789") == prefix:
            names.add(prefix)
    return bits, doubtful * 2 > count or len(names) > 1
