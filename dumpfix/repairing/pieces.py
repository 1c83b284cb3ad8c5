"""A text under repair as a list of pieces of the original: what is kept, dropped and added, and why.

Repairs come in layers (un-escape, then close what is open, then clean the strings), each of which sees the text that
the one before it left. Every layer's changes are laid over the pieces, so that in the end one list of edits leads from
the payload to the output.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import islice
from typing import NamedTuple

from dumpfix.repairing.model import Edit

#: changes of one layer that are accounted for one by one
MOST_CHANGES = 1 << 14


class Grade(IntEnum):
    """How much a change weighs in the level of a repair."""

    SYNTAX = 0
    LOSS = 1
    CHOICE = 2


class Change(NamedTuple):
    """Bytes [at, end) of the current text give way to `insert`."""

    at: int
    end: int
    insert: bytes
    why: str
    grade: Grade = Grade.SYNTAX


def graded(changes: Sequence[Change]) -> list[Change]:
    """The same changes, each a choice."""
    return [change._replace(grade=Grade.CHOICE) for change in changes]


class Piece(NamedTuple):
    """A span [start, end) of the payload that is kept or dropped, or added bytes (start == end)."""

    start: int
    end: int
    kept: bool
    added: bytes = b""
    why: str = ""

    @property
    def length(self) -> int:
        """How many bytes the piece puts into the current text."""
        return len(self.added) if self.added else self.end - self.start if self.kept else 0


class Draft:
    """A payload and what the layers so far made of it: `text` is the current text, `grade` the worst change in it."""

    __slots__ = ("grade", "payload", "pieces", "text")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.text = payload
        self.pieces: list[Piece] = [Piece(0, len(payload), kept=True)]
        self.grade = Grade.SYNTAX

    def copy(self) -> "Draft":
        """A draft that can go on by itself."""
        twin = Draft(self.payload)
        twin.text, twin.pieces, twin.grade = self.text, self.pieces, self.grade
        return twin

    def lay(self, changes: Sequence[Change]) -> None:
        """Make `changes` (sorted, not overlapping, offsets of the current text)."""
        if not changes:
            return
        grade = max(change.grade for change in changes)
        changes = in_groups(self.text, changes, len(changes))
        self.pieces = _laid_over(self.pieces, changes)
        self.text = apply_changes(self.text, changes)
        self.grade = Grade(max(self.grade, grade))

    def edits(self) -> tuple[Edit, ...]:
        """The way from the payload to the current text."""
        return tuple(_edits(self.pieces, self.payload))

    def origin(self, at: int) -> int:
        """The offset in the payload of the byte at `at` of the current text (of the next kept one for an added one)."""
        position = 0
        for piece in self.pieces:
            if at < position + piece.length:
                return piece.start + (at - position if piece.kept else 0)
            position += piece.length
        return len(self.payload)


def in_groups(text: bytes, changes: Iterable[Change], most: int) -> list[Change]:
    """The same changes, of which there are about `most`: neighbours in one with the bytes between them, so that an
    account of a megabyte full of them stays smaller than a few megabytes."""
    size = -(-most // MOST_CHANGES)
    if size <= 1:
        return list(changes)
    groups: list[Change] = []
    left = iter(changes)
    while group := list(islice(left, size)):
        at = position = group[0].at
        parts: list[bytes] = []
        for change in group:
            parts += (text[position : change.at], change.insert)
            position = change.end
        why = "; ".join(dict.fromkeys(change.why for change in group))
        groups.append(Change(at, position, b"".join(parts), why, max(change.grade for change in group)))
    return groups


def apply_changes(text: bytes, changes: Iterable[Change]) -> bytes:
    """`text` after its changes."""
    parts: list[bytes] = []
    position = 0
    for change in changes:
        parts.append(text[position : change.at])
        parts.append(change.insert)
        position = change.end
    parts.append(text[position:])
    return b"".join(parts)


def _laid_over(pieces: list[Piece], changes: Sequence[Change]) -> list[Piece]:
    """The pieces of the text that `changes` make of the text of `pieces`."""
    if len(pieces) == 1 and pieces[0].kept:
        return _cut_up(pieces[0], changes)
    out: list[Piece] = []
    queue = iter(pieces)
    current: Piece | None = next(queue, None)
    position = 0

    def take(until: int, kept: bool, why: str) -> None:
        """Move everything before offset `until` of the current text to `out`, kept or dropped."""
        nonlocal current, position
        while current is not None and position < until:
            length = current.length
            if position + length > until:
                head, current = _split(current, until - position)
                length = until - position
            else:
                head, current = current, next(queue, None)
            position += length
            if kept or not head.length:
                out.append(head)
            elif head.kept:
                out.append(Piece(head.start, head.end, kept=False, why=why))

    for change in changes:
        take(change.at, True, "")
        take(change.end, False, change.why)
        if change.insert:
            anchor = current.start if current is not None else pieces[-1].end if pieces else 0
            out.append(Piece(anchor, anchor, kept=False, added=change.insert, why=change.why))
    if current is not None:
        out.append(current)
        out.extend(queue)
    return out


def _cut_up(whole: Piece, changes: Sequence[Change]) -> list[Piece]:
    """The pieces that `changes` make of an untouched payload."""
    out: list[Piece] = []
    position = 0
    for at, end, insert, why, _ in changes:
        if at > position:
            out.append(Piece(position, at, True))
        if end > at:
            out.append(Piece(at, end, False, b"", why))
        if insert:
            out.append(Piece(end, end, False, insert, why))
        position = end
    if position < whole.end:
        out.append(Piece(position, whole.end, True))
    return out


def _split(piece: Piece, length: int) -> tuple[Piece, Piece]:
    if piece.added:
        return piece._replace(added=piece.added[:length]), piece._replace(added=piece.added[length:])
    middle = piece.start + length
    return piece._replace(end=middle), piece._replace(start=middle)


def _edits(pieces: list[Piece], payload: bytes) -> Iterable[Edit]:
    """One edit for each run of dropped and added pieces between two kept ones."""
    at = position = 0
    added: list[bytes] = []
    reasons: dict[str, None] = {}
    for piece in [*pieces, Piece(len(payload), len(payload), kept=True)]:
        if not piece.kept:
            added.append(piece.added)
            reasons[piece.why] = None
            position = max(position, piece.end)
            continue
        if piece.start == piece.end and piece.start != len(payload):
            continue
        insert = b"".join(added)
        if payload[at:position] != insert:
            yield Edit(at, payload[at:position], insert, "; ".join(reasons))
        at = position = piece.end
        added, reasons = [], {}
