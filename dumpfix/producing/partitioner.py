"""Which partition a record goes to."""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import Literal

from dumpfix.sink.queue import Queued

#: where the dump says, by the key as Kafka's Java client does, or one partition for all
Mode = Literal["original", "key"] | int

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995
_SEED = 0x9747B28C


@lru_cache(1 << 16)
def murmur2(key: bytes) -> int:
    """The hash of a key as ``org.apache.kafka.common.utils.Utils.murmur2`` has it: 32 bits, as an unsigned number."""
    length = len(key)
    whole = length & ~3
    value = (_SEED ^ length) & _MASK
    for at in range(0, whole, 4):
        word = (int.from_bytes(key[at : at + 4], "little") * _M) & _MASK
        word = ((word ^ (word >> 24)) * _M) & _MASK
        value = ((value * _M) & _MASK) ^ word
    if whole < length:
        value = ((value ^ int.from_bytes(key[whole:], "little")) * _M) & _MASK
    value = ((value ^ (value >> 13)) * _M) & _MASK
    return value ^ (value >> 15)


def partition_of_key(key: bytes, partitions: int) -> int:
    """What the default partitioner of the Java client, of KafkaJS and of librdkafka's ``murmur2`` gives."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


class Router:
    """Chooses partitions in the order of the records; the same for the same records in the same order."""

    def __init__(self, mode: Mode, partitions: int) -> None:
        self._mode = mode
        self._partitions = partitions
        self._spread = count()

    def of(self, record: Queued) -> int:
        """The partition for the next record. Without a key: where it was, else one after the other."""
        if isinstance(self._mode, int):
            return self._mode
        was = record.partition
        is_there = was is not None and 0 <= was < self._partitions
        if self._mode == "original" and is_there:
            assert was is not None
            return was
        if record.key is not None:
            return partition_of_key(record.key, self._partitions)
        if is_there:
            assert was is not None
            return was
        return next(self._spread) % self._partitions
