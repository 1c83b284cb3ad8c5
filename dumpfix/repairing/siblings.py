"""Intact payloads of the same topic, which break ties where a broken one can be read in more ways than one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dumpfix.repairing.model import Repair

if TYPE_CHECKING:
    from dumpfix.repairing.shape import ShapeModel

#: records of an input among which siblings are looked for: the same for every worker, and bounded
FIRST_RECORDS = 1000
#: longer payloads are passed over
LONGEST = 1 << 16


class Siblings:
    """Repairs the broken payloads of one input with the help of the intact ones that came before them.

    What was seen is only kept; it is learnt from when the first broken payload asks for it.
    """

    def __init__(self) -> None:
        self._left = FIRST_RECORDS
        self._seen: deque[tuple[bytes | None, bytes]] = deque()
        self._models: dict[bytes | None, ShapeModel] = {}

    @property
    def is_full(self) -> bool:
        """Whether all records that count went by."""
        return not self._left

    def see(self, topics: Sequence[bytes | None] | None, payloads: Sequence[bytes | None]) -> None:
        """Records with good payloads went by. ``topics`` is None where the dump does not show them."""
        if not self._left:
            return
        payloads = payloads[: self._left]
        self._left -= len(payloads)
        names = topics if topics is not None else [None] * len(payloads)
        for topic, payload in zip(names, payloads, strict=False):
            if payload and len(payload) <= LONGEST:
                self._seen.append((topic, payload))

    def see_broken(self) -> None:
        """A record went by that is no example."""
        self._left = max(self._left - 1, 0)

    def repair(self, payload: bytes, topic: bytes | None) -> Repair:
        """What can be made of a broken payload of this topic. Never raises."""
        from dumpfix.repairing.repair import repair
        from dumpfix.repairing.shape import ShapeModel

        while self._seen:
            name, intact = self._seen.popleft()
            self._models.setdefault(name, ShapeModel()).add(intact)
        return repair(payload, shape=self._models.setdefault(topic, ShapeModel()))
