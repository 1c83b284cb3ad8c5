"""What a run will do, before it does anything: how many records go where, and what the topic would do to them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Literal

from dumpfix.errors import UsageError
from dumpfix.producing.cluster import TopicFacts
from dumpfix.producing.partitioner import Mode, Router
from dumpfix.sink.queue import Queued, read_queue


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. ``to_partition`` None: as the dump and the topic allow.

    ``allow_expired``, ``allow_compacted``: send what the topic would delete at once, or what would take the place of
    newer values. ``skip_refused``: leave out what the broker would not take.
    """

    to_topic: str | None = None
    to_partition: Mode | None = None
    timestamp: Literal["original", "now"] = "original"
    allow_expired: bool = False
    allow_compacted: bool = False
    skip_refused: bool = False


@dataclass(slots=True)
class Survey:
    """What the records on their way are like. ``content`` is the SHA-256 of all of them.

    ``places`` counts them by topic and partition, those whose offset is shown; ``without_place`` the others.
    """

    file: IO[bytes]
    content: str
    records: int = 0
    largest: int = 0
    topics: set[str | None] = field(default_factory=set)
    highest_partition: int = -1
    without_partition: int = 0
    without_timestamp: int = 0
    at_zero: int = 0
    has_keys: bool = False
    places: Counter[tuple[str, int]] = field(default_factory=Counter)
    without_place: int = 0

    @classmethod
    def of(cls, file: IO[bytes], content: str) -> Survey:
        """Look at all records of a queue."""
        survey = cls(file, content)
        for record in survey.all():
            survey.records += 1
            survey.largest = max(survey.largest, record.size)
            survey.topics.add(record.topic)
            survey.has_keys = survey.has_keys or record.key is not None
            survey.without_timestamp += record.timestamp is None
            survey.at_zero += record.timestamp == 0
            if record.partition is None:
                survey.without_partition += 1
            else:
                survey.highest_partition = max(survey.highest_partition, record.partition)
            if record.place is None or record.offset is None:
                survey.without_place += 1
            else:
                survey.places[record.place] += 1
        return survey

    def all(self) -> Iterator[Queued]:
        """The records in their order, from the first; one reader at a time."""
        self.file.seek(0)
        return read_queue(self.file)

    def topic(self, wanted: str | None) -> str:
        """The topic to write to. Raises UsageError where neither the user nor the dump says one."""
        if wanted is not None:
            return wanted
        names = sorted(name for name in self.topics if name is not None)
        if len(names) == 1 and None not in self.topics:
            return names[0]
        if names:
            raise UsageError(
                f"the dump holds records of several topics ({', '.join(names[:5])}): --topic NAME takes one of them, "
                "-t NAME puts all into one topic"
            )
        raise UsageError("the dump does not show its topic: name the one to write to with -t NAME")


@dataclass(slots=True)
class PartitionPlan:
    """What goes into one partition. Offsets are those of the dump.

    ``deletes`` counts tombstones, ``ambiguous`` those of them that may have been empty payloads.
    """

    records: int = 0
    deletes: int = 0
    ambiguous: int = 0
    first_offset: int | None = None
    last_offset: int | None = None

    def add(self, record: Queued) -> None:
        """One more record."""
        self.records += 1
        self.deletes += record.value is None
        self.ambiguous += record.is_ambiguous
        if record.offset is not None:
            self.first_offset = record.offset if self.first_offset is None else min(self.first_offset, record.offset)
            self.last_offset = record.offset if self.last_offset is None else max(self.last_offset, record.offset)


@dataclass(slots=True)
class ProducePlan:
    """What will be done. ``obstacles`` are reasons not to begin, each with the option that overrides it.

    ``skipped`` counts what is left out since the broker would refuse it, by reason; ``moved`` records that go to
    another partition than the one where they were. ``read`` counts what a group has read already and need not get
    again: what lies before its offset in ``read_until``, by topic and partition of the dump, wherever it goes.
    """

    topic: TopicFacts
    wanted: Wanted
    mode: Mode
    survey: Survey
    partitions: dict[int, PartitionPlan] = field(default_factory=dict)
    obstacles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    expired: int = 0
    moved: int = 0
    read: int = 0
    read_until: Mapping[tuple[str, int], int] = field(default_factory=dict)

    def is_read(self, record: Queued) -> bool:
        """Whether the group has read a record where it was."""
        if record.place is None or record.offset is None:
            return False
        return record.offset < self.read_until.get(record.place, 0)

    @property
    def records(self) -> int:
        """How many will be sent."""
        return sum(one.records for one in self.partitions.values())

    @property
    def deletes(self) -> int:
        """How many of them delete something."""
        return sum(one.deletes for one in self.partitions.values())

    @property
    def ambiguous(self) -> int:
        """How many of those may have been empty payloads: the dump does not tell."""
        return sum(one.ambiguous for one in self.partitions.values())

    @property
    def restores_time(self) -> bool:
        """Whether records keep the time that the dump shows."""
        return self.wanted.timestamp == "original" and not self.topic.stamps

    def routed(self) -> Iterator[tuple[int, Queued]]:
        """Every record that is sent, with its partition, in the dump's order; the same at each call."""
        router = Router(self.mode, self.topic.partitions)
        limits = _Limits(self)
        for record in self.survey.all():
            if self.is_read(record):
                continue
            partition = router.of(record)
            if not self.wanted.skip_refused or limits.refusal(record) is None:
                yield partition, record

    def belongs_to(self) -> dict[str, object]:
        """What a journal of this run is bound to."""
        return {
            "records": self.records,
            "content": self.survey.content,
            "to_partition": self.mode,
            "timestamp": self.wanted.timestamp,
            "cluster": self.topic.cluster_id,
            "topic": self.topic.name,
            "topic_id": self.topic.topic_id,
            "partitions": self.topic.partitions,
        }


def plan_of(
    survey: Survey,
    topic: TopicFacts,
    wanted: Wanted,
    now: float | None = None,
    read_until: Mapping[tuple[str, int], int] | None = None,
) -> ProducePlan:
    """The plan; ``now`` is in seconds since 1970. Raises UsageError where the topic has too few partitions."""
    plan = ProducePlan(topic, wanted, _mode(survey, topic, wanted), survey, read_until=read_until or {})
    limits = _Limits(plan, now)
    refused: Counter[str] = Counter()
    late: Counter[str] = Counter()
    router = Router(plan.mode, topic.partitions)
    for record in survey.all():
        if plan.is_read(record):
            plan.read += 1
            continue
        partition = router.of(record)
        reason = limits.refusal(record)
        if reason is not None:
            refused[reason] += 1
            if wanted.skip_refused:
                continue
        untimely = limits.untimely(record)
        if untimely is not None:
            late[untimely] += 1
        elif limits.is_expired(record):
            plan.expired += 1
        plan.moved += record.partition is not None and record.partition != partition
        plan.partitions.setdefault(partition, PartitionPlan()).add(record)
    if wanted.skip_refused:
        plan.skipped = refused
        refused = Counter()
    plan.obstacles += [f"{count} would be refused: {reason}" for reason, count in (refused + late).items()]
    _look(plan)
    return plan


def _mode(survey: Survey, topic: TopicFacts, wanted: Wanted) -> Mode:
    mode = wanted.to_partition
    if isinstance(mode, int):
        if not 0 <= mode < topic.partitions:
            raise UsageError(f"--to-partition {mode}: {topic.name} has partitions 0 to {topic.partitions - 1}")
        return mode
    if mode == "key":
        return mode
    shows = survey.records and survey.without_partition < survey.records
    if not shows:
        if mode == "original":
            raise UsageError("--to-partition original: the dump does not show partitions")
        return "key"
    if survey.highest_partition >= topic.partitions:
        raise UsageError(
            f"{topic.name} has {topic.partitions} partition{'s' * (topic.partitions > 1)}, "
            f"the dump has records of partition {survey.highest_partition}: add partitions, or let keys decide with "
            "--to-partition key"
        )
    return "original"


class _Limits:
    """What the topic does not take, or does not keep."""

    def __init__(self, plan: ProducePlan, now: float | None = None) -> None:
        topic = plan.topic
        moment = int((time.time() if now is None else now) * 1000)
        self._most_bytes = topic.number("max.message.bytes")
        self._needs_keys = topic.is_compacted
        keeps_time = plan.restores_time
        both = topic.number("message.timestamp.difference.max.ms")
        before = topic.number("message.timestamp.before.max.ms") if keeps_time else None
        after = topic.number("message.timestamp.after.max.ms") if keeps_time else None
        both = both if keeps_time else None
        before = min((limit for limit in (before, both) if limit is not None), default=None)
        after = min((limit for limit in (after, both) if limit is not None), default=None)
        self._earliest = None if before is None else moment - before
        self._latest = None if after is None else moment + after
        retention = topic.number("retention.ms") if keeps_time and topic.deletes else None
        self._kept_from = None if retention is None else moment - retention

    def refusal(self, record: Queued) -> str | None:
        """Why the broker would not take a record, with what to do about it."""
        if self._most_bytes is not None and record.size > self._most_bytes:
            return (
                f"larger than the topic's max.message.bytes ({self._most_bytes}): raise it, or leave them out with "
                "--skip-refused"
            )
        if self._needs_keys and record.key is None:
            return "no key, and the topic is compacted: leave them out with --skip-refused"
        return None

    def untimely(self, record: Queued) -> str | None:
        """Why the broker would not take the time of a record; what depends on the hour is never left out by itself."""
        when = record.timestamp
        if when is not None and self._earliest is not None and when < self._earliest:
            return "older than the topic's message.timestamp.before.max.ms allows: --timestamp now"
        if when is not None and self._latest is not None and when > self._latest:
            return "further in the future than the topic's message.timestamp.after.max.ms allows: --timestamp now"
        return None

    def is_expired(self, record: Queued) -> bool:
        """Whether the topic's retention would delete a record at once."""
        return self._kept_from is not None and record.timestamp is not None and record.timestamp < self._kept_from


def _look(plan: ProducePlan) -> None:
    """What there is to say of the plan as a whole."""
    topic, wanted = plan.topic, plan.wanted
    if topic.may_write is False:
        plan.obstacles.append(f"no right to write to {topic.name}: ask for the ACL operation WRITE")
    if plan.expired and not wanted.allow_expired:
        plan.obstacles.append(
            f"{plan.expired} are older than the topic's retention.ms ({topic.config['retention.ms']}) and would be "
            "deleted at once: raise it, send them as new with --timestamp now, or --allow-expired"
        )
    if topic.is_compacted and not wanted.allow_compacted:
        plan.obstacles.append(
            f"{plan.records} would overwrite newer values of their keys (the topic is compacted): --allow-compacted"
        )
    if topic.unanswered:
        plan.notes.append(f"the cluster does not tell {' and '.join(topic.unanswered)}: not looked at")
    if topic.stamps:
        plan.notes.append("the topic stamps records itself (LogAppendTime): their own times are not restored")
    elif wanted.timestamp == "now":
        plan.notes.append("records get the time of sending (--timestamp now)")
    else:
        unknown = plan.survey.without_timestamp + plan.survey.at_zero
        if unknown:
            plan.notes.append(
                f"{unknown} get the time of sending: the dump shows no other, or the time 0, which no client sends"
            )
    if plan.read:
        words = "is left out: the group has read it" if plan.read == 1 else "are left out: the group has read them"
        plan.notes.append(f"{plan.read} {words} (--unread)")
    if plan.moved:
        plan.notes.append(f"{plan.moved} go to another partition than the one they were in")
    if wanted.to_partition is None and plan.mode == "key":
        plan.notes.append("the dump does not show partitions: keys decide (murmur2, as in Java)")
