"""One production, step by step: the dump is read and set aside, the cluster asked, the plan made, the records sent."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from dumpfix.errors import BrokenRunError, UsageError
from dumpfix.io.output import Output
from dumpfix.io.source import Source
from dumpfix.producing.client import Client
from dumpfix.producing.cluster import TopicFacts, ask, committed
from dumpfix.producing.journal import Journal, PartitionState
from dumpfix.producing.plan import ProducePlan, Survey, Wanted, plan_of
from dumpfix.producing.properties import Properties
from dumpfix.producing.send import Sending, Watch
from dumpfix.producing.starts import Coverage, Start, covered, starts
from dumpfix.producing.unread import unplaced_note, unread_obstacles
from dumpfix.producing.verify import Verified, verify
from dumpfix.run.job import Done, Job, perform
from dumpfix.sink import QUEUE


class QueueFile(Output):
    """The records on their way, on disk, with the SHA-256 of all of them. An output as ``io`` has them."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._digest = hashlib.sha256()

    @property
    def content(self) -> str:
        """The hash, as hexadecimal digits."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """See Output."""
        with _set_aside():
            self.file.write(data)
        self._digest.update(data)

    def finish(self) -> None:
        """See Output."""
        with _set_aside():
            self.file.flush()

    def discard(self) -> None:
        """See Output."""
        self.file.close()


@contextlib.contextmanager
def _set_aside() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BrokenRunError(f"records cannot be set aside: {error.strerror or error} (TMPDIR says where)") from error


@dataclass(frozen=True, slots=True)
class Settings:
    """What was asked for beside the dump. ``committed`` are offsets by topic and partition, ``group`` asks for them.

    ``starts``: whether the places where a group has to be set are wanted; ``unread``: to put back only what the group
    has not read.
    """

    wanted: Wanted
    rate: float | None = None
    journal: str | None = None
    verify: bool = False
    starts: bool = False
    group: str | None = None
    committed: Mapping[tuple[str, int], int] | None = None
    allow_skip: bool = False
    unread: bool = False

    def validate(self) -> None:
        """Raises UsageError."""
        if self.group is not None and self.committed is not None:
            raise UsageError("give one of --group and --committed: both say where the group stands")
        if (self.starts or self.unread) and self.group is None and self.committed is None:
            raise UsageError(
                f"{'--starts' if self.starts else '--unread'} needs to know where the group stands, so that no event "
                "is skipped: --group NAME asks the cluster, --committed FILE takes what kafka-consumer-groups "
                "--export printed"
            )
        if self.rate is not None and not self.rate > 0:
            raise UsageError("--rate: more than 0 records a second")


@dataclass(slots=True)
class Production:
    """What is known so far. ``done`` is the reading of the dump; ``plan`` what will be sent of it.

    ``committed`` says where the group stands, by topic and partition. ``before`` is the journal as it was found.
    """

    settings: Settings
    client: Client
    done: Done
    plan: ProducePlan
    coverage: Coverage = field(default_factory=Coverage)
    committed: Mapping[tuple[str, int], int] = field(default_factory=dict)
    before: Journal = field(default_factory=Journal)
    starts: list[Start] = field(default_factory=list)
    verified: Verified | None = None
    partitions: dict[int, PartitionState] = field(default_factory=dict)

    @property
    def needs_a_look(self) -> bool:
        """What exit status 1 says: not everything went in whole, or not where a group would read it."""
        is_odd = bool(self.verified and self.verified.missing) or not self.may_write_starts
        return self.done.report.needs_a_look or bool(self.plan.skipped) or is_odd

    @property
    def left(self) -> int:
        """Records that are not in by what the journal says."""
        return max(self.plan.records - self.before.arrived, 0)

    @property
    def stands(self) -> dict[int, int]:
        """Where the group stands in the topic that is written to, by partition."""
        name = self.plan.topic.name
        return {partition: offset for (topic, partition), offset in self.committed.items() if topic == name}

    @property
    def missed(self) -> int:
        """Good events that a group would skip."""
        return sum(len(start.missed) for start in self.starts)

    @property
    def may_write_starts(self) -> bool:
        """Whether the starts, where they are wanted, skip nothing, or may."""
        return not self.missed or self.settings.allow_skip

    def look_ahead(self) -> None:
        """Count what a group would miss if the first record were sent now. Raises ClusterError."""
        if self.settings.starts:
            self.coverage = covered(self.plan, self.done.report.findings)
            self.starts = starts(self.plan, self.client, self.before, self.coverage, self.stands)
            name = self.plan.topic.name
            lacking = [(name, number) for number in self.plan.partitions if (name, number) not in self.committed]
            if lacking:
                self.plan.notes.append(unplaced_note(lacking, self.settings.group))

    def send(self, watch: Watch | None = None) -> None:
        """Send, then look at it again as far as that is wanted. Raises BrokenRunError, ClusterError, UsageError."""
        journal = Journal.open(self.settings.journal, self.plan.belongs_to())
        self.partitions = journal.partitions
        try:
            Sending(self.plan, self.client, journal, self.settings.rate, watch).run()
            if self.settings.verify:
                self.verified = verify(self.plan, self.client, journal)
            if self.settings.starts:
                self.starts = starts(self.plan, self.client, journal, self.coverage, self.stands)
        finally:
            journal.close()


class NothingToSendError(UsageError):
    """No record of the dump goes out; ``done`` says what became of them."""

    def __init__(self, done: Done) -> None:
        super().__init__("nothing to send: no record of the dump goes out")
        self.done = done


def _committed(settings: Settings, client: Client, survey: Survey, topic: TopicFacts) -> Mapping[tuple[str, int], int]:
    """Where the group stands: in the topic that is written to, and where the records of the dump were."""
    if settings.group is None:
        return settings.committed or {}
    if not settings.starts and not settings.unread:
        return {}
    places = {(topic.name, number) for number in range(topic.partitions)} if settings.starts else set()
    return committed(client, settings.group, places | set(survey.places))


@contextlib.contextmanager
def production(
    job: Job, sources: Sequence[Source], properties: Properties, settings: Settings, watch: Any = None
) -> Iterator[Production]:
    """Read the dumps, ask the cluster, make the plan; nothing is sent yet. Raises DumpfixError."""
    settings.validate()
    queue = QueueFile()
    job.output = queue
    job.to, job.is_queue = QUEUE, True
    with contextlib.closing(queue.file):
        done = perform(job, sources, watch)
        if done.broken is not None:
            raise done.broken
        survey = Survey.of(queue.file, queue.content)
        if not survey.records:
            raise NothingToSendError(done)
        client = Client(properties)
        topic = ask(client, survey.topic(settings.wanted.to_topic))
        stands = _committed(settings, client, survey, topic)
        plan = plan_of(survey, topic, settings.wanted, read_until=stands if settings.unread else None)
        if settings.unread:
            plan.obstacles += unread_obstacles(survey, stands, settings.group)
        before = Journal.look(settings.journal, plan.belongs_to())
        made = Production(settings, client, done, plan, committed=stands, before=before)
        made.look_ahead()
        yield made
