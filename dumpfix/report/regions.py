"""The account of one region of a dump, to be carried from one process to another and joined in the dump's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import orjson

from dumpfix.report.finding import JsonObject
from dumpfix.report.ledger import MOST_HAZARDS, Ledger
from dumpfix.report.model import InputAccount, Totals

#: (topic, partition, what happened, with which offsets)
_Move = tuple[str | None, int, str, Sequence[int]]


class _List:
    """Findings of a region: few enough to be held."""

    def __init__(self) -> None:
        self.values: list[JsonObject] = []

    def add(self, value: JsonObject) -> None:
        self.values.append(value)


class _Recorder:
    """Stands for a partition, whose account cannot be drawn up without the regions before."""

    def __init__(self, moves: list[_Move], topic: str | None, number: int) -> None:
        self._moves = moves
        self._name = topic, number

    def add(self, offsets: Sequence[int]) -> None:
        run = range(offsets[0], offsets[-1] + 1)
        is_run = len(run) == len(offsets) and list(offsets) == list(run)
        self._moves.append((*self._name, "add", run if is_run else offsets))

    def add_bad(self, offset: int, *, is_irrecoverable: bool) -> None:
        self._moves.append((*self._name, "irrecoverable" if is_irrecoverable else "repaired", (offset,)))

    def add_unplaced(self, count: int) -> None:
        self._moves.append((*self._name, "unplaced", (count,)))


class RegionLedger(Ledger):
    """A ledger whose lines count from the region's first, and which keeps everything as plain values."""

    def __init__(self, path: str, *, emits_tombstones: bool, keeps_rejects: bool) -> None:
        super().__init__(emits_tombstones=emits_tombstones)
        self.findings = _List()  # type: ignore[assignment]
        self.moves: list[_Move] = []
        self.rejects: list[bytes] = []
        self._recorders: dict[tuple[str | None, int], _Recorder] = {}
        if keeps_rejects:
            self.write_reject = self.rejects.append
        self.begin(InputAccount(path))

    def partition(self, topic: str | None, number: int) -> _Recorder:  # type: ignore[override]
        """What takes down what happened in a partition."""
        entry = self._recorders.get((topic, number))
        if entry is None:
            entry = self._recorders[topic, number] = _Recorder(self.moves, topic, number)
        return entry


def absorb(ledger: Ledger, region: RegionLedger, lines: int) -> None:
    """Join the account of the next region to that of the run; ``lines`` are those of the dump before it."""
    for name in (f.name for f in fields(Totals)):
        setattr(ledger.totals, name, getattr(ledger.totals, name) + getattr(region.totals, name))
    for finding in region.findings.values:  # type: ignore[attr-defined]
        finding["line"] += lines
        if finding["payload_line"] is not None:
            finding["payload_line"] += lines
        ledger.findings.add(finding)
    if ledger.write_reject is not None:
        for reject in region.rejects:
            shifted = orjson.loads(reject)
            shifted["line"] += lines
            ledger.write_reject(orjson.dumps(shifted) + b"\n")
    for hazard in region.hazards[: MOST_HAZARDS - len(ledger.hazards)]:
        ledger.hazards.append({**hazard, "line": hazard["line"] + lines})
    ledger.hazard_counts.update(region.hazard_counts)
    ledger.largest_payload = max(ledger.largest_payload, region.largest_payload)
    ledger.has_keys |= region.has_keys
    ledger.has_headers |= region.has_headers
    ledger.needs_a_look |= region.needs_a_look
    ledger.lossy += region.lossy
    if ledger.first_garbage is None and region.first_garbage is not None:
        ledger.first_garbage = region.first_garbage[0], region.first_garbage[1] + lines
    _replay(ledger, region.moves)


def _replay(ledger: Ledger, moves: Sequence[_Move]) -> None:
    for topic, number, what, offsets in moves:
        partition = ledger.partition(topic, number)
        if what == "add":
            partition.add(offsets)
        elif what == "unplaced":
            partition.add_unplaced(offsets[0])
        else:
            partition.add_bad(offsets[0], is_irrecoverable=what == "irrecoverable")
