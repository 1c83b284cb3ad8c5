"""Reading back what was acknowledged, and comparing it with what was to be sent."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO

from dumpfix.producing.client import Client, Headers
from dumpfix.producing.journal import Journal
from dumpfix.producing.plan import ProducePlan

#: partitions that are read back in one pass over what was sent: each needs a file
_AT_ONCE = 200
#: a digest of key, value and headers, and the time in milliseconds (its least number where it is not compared)
_ENTRY = struct.Struct("<16sq")
_ANY_TIME = -(1 << 63)


@dataclass(frozen=True, slots=True)
class Verified:
    """``same`` records stand in their partition as they were sent, in order. ``missing`` says what does not."""

    same: int
    missing: tuple[str, ...]


def verify(plan: ProducePlan, client: Client, journal: Journal) -> Verified:
    """Read every partition from its first record of this run to its last. Raises ClusterError."""
    same = 0
    missing: list[str] = []
    consumer = client.consumer()
    numbers = sorted(number for number, state in journal.partitions.items() if state.arrived)
    try:
        for at in range(0, len(numbers), _AT_ONCE):
            with ExitStack() as files:
                some = numbers[at : at + _AT_ONCE]
                entries = _entries(plan, journal, some, files)
                for number in some:
                    state = journal.partitions[number]
                    start, end = state.first or 0, (state.last or 0) + 1
                    found = client.read(consumer, plan.topic.name, number, start, end)
                    count = _compare(
                        entries[number], (_entry_of(one.key, one.value, one.headers, one.timestamp) for one in found)
                    )
                    same += count
                    if count < state.arrived:
                        missing.append(
                            f"{plan.topic.name}[{number}]: {state.arrived - count} of {state.arrived} records are "
                            f"not as they were sent, the first is number {count + 1} of this run"
                        )
    finally:
        consumer.close()
    return Verified(same, tuple(missing))


def _entries(plan: ProducePlan, journal: Journal, numbers: Sequence[int], files: ExitStack) -> dict[int, IO[bytes]]:
    """What is to be found in some partitions, set aside on disk."""
    entries: dict[int, IO[bytes]] = {n: files.enter_context(tempfile.TemporaryFile()) for n in numbers}  # noqa: SIM115
    left = {number: journal.partitions[number].arrived for number in numbers}
    for number, record in plan.routed():
        if left.get(number, 0):
            left[number] -= 1
            when = record.timestamp if plan.restores_time else None
            entries[number].write(_ENTRY.pack(*_entry_of(record.key, record.value, record.headers, when)))
    for file in entries.values():
        file.seek(0)
    return entries


def _entry_of(key: bytes | None, value: bytes | None, headers: Headers, timestamp: int | None) -> tuple[bytes, int]:
    digest = blake2b(digest_size=16)
    texts = [key, value]
    for name, content in headers:
        texts += [name.encode(), content]
    for text in texts:
        digest.update(b"-" if text is None else b"%d:" % len(text))
        digest.update(text or b"")
    return digest.digest(), timestamp or _ANY_TIME


def _compare(expected: IO[bytes], found: Iterator[tuple[bytes, int]]) -> int:
    """How many of the expected entries come in their order among those that were found."""
    count = 0
    wanted = expected.read(_ENTRY.size)
    for digest, timestamp in found:
        if not wanted:
            break
        wanted_digest, wanted_time = _ENTRY.unpack(wanted)
        if digest == wanted_digest and (_ANY_TIME in (wanted_time, timestamp) or timestamp == wanted_time):
            count += 1
            wanted = expected.read(_ENTRY.size)
    return count
