"""What a repair is: edits, what was lost, what came out; plain typed values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["intact", "lossless", "partial", "guess", "irrecoverable"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: at byte offset `at` of the payload the bytes `delete` stand and give way to `insert`."""

    at: int
    delete: bytes
    insert: bytes
    why: str

    @property
    def end(self) -> int:
        """The offset behind the last deleted byte."""
        return self.at + len(self.delete)


@dataclass(frozen=True, slots=True)
class Fragment:
    """Bytes that survived but have no safe place in the output. `path` is a JSON Pointer (RFC 6901) to where they
    stood, as far as it is known."""

    path: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of one payload. `apply(edits, payload) == json` whenever `json` is not None.

    `lost` are byte ranges of the payload where something is missing: (from, to), or (from, None) where the size of the
    loss is unknown. `alternatives` are other readings that cost as little; `prices` are what the output costs, if there
    is one, and what each alternative does: how unlikely the damage is that it undoes, on the scale of `prices`.
    `reason` says why the payload was not left alone, or could not be saved. `work` counts the steps that the repair
    took: at most linear in the input's length.
    """

    json: bytes | None
    level: Level
    edits: tuple[Edit, ...] = ()
    reason: str | None = None
    fragments: tuple[Fragment, ...] = ()
    alternatives: tuple[bytes, ...] = ()
    lost: tuple[tuple[int, int | None], ...] = ()
    work: int = 0
    prices: tuple[float, ...] = ()


def lead_to(edits: Sequence[Edit], payload: bytes, output: bytes) -> bool:
    """Whether the edits make the output of the payload."""
    try:
        return apply(edits, payload) == output
    except ValueError:
        return False


def apply(edits: Sequence[Edit], payload: bytes) -> bytes:
    """The payload after its edits, which are sorted by offset and do not overlap.

    Raises ValueError if they overlap, are unsorted, or delete something else than what stands in the payload.
    """
    pieces: list[bytes] = []
    position = 0
    for edit in edits:
        if edit.at < position or payload[edit.at : edit.end] != edit.delete:
            raise ValueError(f"edit at {edit.at} does not fit the payload")
        pieces.append(payload[position : edit.at])
        pieces.append(edit.insert)
        position = edit.end
    pieces.append(payload[position:])
    return b"".join(pieces)
