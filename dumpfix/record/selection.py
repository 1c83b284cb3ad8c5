"""Which records are wanted: by their coordinates alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from dumpfix.errors import UsageError
from dumpfix.framing.frame import Batch
from dumpfix.record.model import Record


class Selection(NamedTuple):
    """A record is wanted if it fits everything that is said here. What is empty or None says nothing.

    ``first`` and ``last`` are offsets, both included; ``from_offsets`` are the first ones that are wanted, by topic and
    partition: partitions that it does not name are wanted whole. ``since`` (included) and ``until`` (not included) are
    in milliseconds since 1970. ``limit``: so many of those that fit, the first ones of the run. ``dedupe``: no second
    record with the same topic, partition, offset, key and payload.
    """

    topics: frozenset[str] = frozenset()
    partitions: frozenset[int] = frozenset()
    keys: frozenset[bytes] = frozenset()
    first: int | None = None
    last: int | None = None
    from_offsets: Mapping[tuple[str, int], int] | None = None
    since: int | None = None
    until: int | None = None
    limit: int | None = None
    dedupe: bool = False

    @property
    def is_in_order(self) -> bool:
        """Whether a record is wanted or not because of those before it."""
        return self.limit is not None or self.dedupe

    def takes(self, record: Record) -> bool:
        """Whether a record is wanted. One that lacks a coordinate which is asked for is not."""
        if self.topics and record.topic not in self.topics:
            return False
        if self.partitions and record.partition not in self.partitions:
            return False
        if self.keys and record.key not in self.keys:
            return False
        return self._takes_offset(record) and self._takes_time(record.timestamp)

    def _takes_offset(self, record: Record) -> bool:
        low = self.first
        if self.from_offsets is not None and record.partition is not None:
            start = self.from_offsets.get((record.topic or "", record.partition), 0)
            low = start if low is None else max(low, start)
        if low is None and self.last is None:
            return True
        if record.offset is None:
            return False
        return (low is None or record.offset >= low) and (self.last is None or record.offset <= self.last)

    def _takes_time(self, timestamp: int | None) -> bool:
        if self.since is None and self.until is None:
            return True
        if timestamp is None:
            return False
        return (self.since is None or timestamp >= self.since) and (self.until is None or timestamp < self.until)

    def takes_batch(self, batch: Batch) -> bool | None:
        """Whether all records of a batch are wanted, or none; None where they have to be looked at one by one."""
        answers = [
            _of_column(batch.columns.get("topic"), {topic.encode() for topic in self.topics}),
            _of_column(batch.columns.get("partition"), {b"%d" % number for number in self.partitions}),
        ]
        if False in answers:
            return False
        others = self.keys, self.first, self.last, self.from_offsets, self.since, self.until
        return None if None in answers or any(other not in (None, frozenset()) for other in others) else True

    def require(self, shown: frozenset[str], path: str) -> None:
        """Raises UsageError where a dump does not show (``shown``: names of fields) what is asked for."""
        said = (
            ("--topic", self.topics, ("topic",)),
            ("--partition", self.partitions, ("partition",)),
            ("--key", self.keys, ("key",)),
            ("--offset", (self.first, self.last) != (None, None), ("offset",)),
            ("--from-offsets", self.from_offsets is not None, ("topic", "partition", "offset")),
            ("--since, --until", (self.since, self.until) != (None, None), ("timestamp",)),
        )
        for option, is_said, needed in said:
            for name in needed:
                if is_said and name not in shown:
                    raise UsageError(f"{option}: the dump does not show {name}s", path=path)
        if self.dedupe and not {"partition", "offset"} <= shown:
            raise UsageError("--dedupe: the dump does not show partition and offset", path=path)


#: nothing is said: every record is wanted
EVERYTHING = Selection()


def _of_column(column: Sequence[bytes | None] | None, wanted: set[bytes]) -> bool | None:
    """Whether all texts of a column are wanted, or none; None: some, or it cannot be told from the texts."""
    if not wanted:
        return True
    if column is None:
        return None
    texts = set(column)
    if texts <= wanted:
        return True
    # 007 is seven: only texts that are spelled as numbers are here can be told apart.
    is_plain = all(text is not None and (text == b"0" or text[:1] != b"0") for text in texts)
    return False if is_plain and not texts & wanted else None


def offset_range(text: str) -> tuple[int | None, int | None]:
    """``A..B``, ``A..``, ``..B`` or ``A``; both ends are included. Raises UsageError."""
    first, dots, last = text.partition("..")
    ends = [end.strip() for end in ((first, last) if dots else (first, first))]
    if not any(ends) or not all(not end or (end.isascii() and end.isdecimal()) for end in ends):
        raise UsageError(f"--offset: {text!r} is none of A..B, A.., ..B, A")
    low, high = (int(end) if end else None for end in ends)
    if low is not None and high is not None and low > high:
        raise UsageError(f"--offset: {text!r} holds nothing: the first is above the last")
    return low, high


def moment(text: str, option: str) -> int:
    """ISO 8601 (UTC where it names no zone), or milliseconds since 1970. Raises UsageError."""
    if text.isascii() and text.lstrip("-").isdecimal() and len(text) > len("2026"):
        return int(text)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is no time: ISO 8601 or milliseconds since 1970") from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    seconds, microseconds = divmod(when - datetime(1970, 1, 1, tzinfo=UTC), _SECOND)
    return seconds * 1000 + microseconds.microseconds // 1000


_SECOND = datetime(1970, 1, 1, 0, 0, 1) - datetime(1970, 1, 1)
