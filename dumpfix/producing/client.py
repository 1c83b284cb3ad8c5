"""The one place that knows confluent-kafka: what it raises becomes a DumpfixError, what it logs is kept to itself."""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dumpfix.errors import DumpfixError
from dumpfix.producing.properties import OWNED, Properties
from dumpfix.sink.queue import Queued

if TYPE_CHECKING:
    from confluent_kafka import Consumer, Message, Producer
    from confluent_kafka.admin import AdminClient

#: seconds that a cluster has to answer one question
PATIENCE = 15.0
#: seconds without any record after which a partition counts as not to be read
READING_PATIENCE = 60.0

#: a header whose value is null, and one that is not: as librdkafka gives them
Headers = tuple[tuple[str, bytes | None], ...]


class ClusterError(DumpfixError):
    """The cluster cannot be reached, does not let us in, or has not what was asked for. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Read:
    """One record as it stands in a topic. ``timestamp`` is None where the broker gave the time, not the producer."""

    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers


class Client:
    """Connections to one cluster. ``error`` is what librdkafka said last about reaching it."""

    def __init__(self, properties: Properties) -> None:
        self._properties = properties
        self.error: str | None = None
        self._logger = logging.getLogger("dumpfix.librdkafka")
        self._logger.addHandler(logging.NullHandler())
        self._logger.propagate = False
        self._admin: AdminClient | None = None

    @property
    def admin(self) -> AdminClient:
        """Asks questions. Raises ClusterError."""
        if self._admin is None:
            from confluent_kafka.admin import AdminClient

            self._admin = self._made(AdminClient, self._properties.for_readers())
        return self._admin

    def producer(self, largest: int, limit: int | None) -> Producer:
        """Sends records of up to ``largest`` bytes: idempotent, acknowledged by all, stopped by the first refusal.

        ``limit`` is what the broker takes: it holds for a whole batch.
        """
        from confluent_kafka import Producer

        values = {"linger.ms": "5", **self._properties.values, **OWNED}
        batch = int(self._number("batch.size", 1_000_000))
        values["batch.size"] = str(batch if limit is None else max(min(batch, limit), 1))
        values.pop("request.required.acks")
        room = max(int(self._number("message.max.bytes", 1_000_000)), largest + 1024)
        producer: Producer = self._made(Producer, {**values, "message.max.bytes": str(min(room, 1_000_000_000))})
        return producer

    def consumer(self) -> Consumer:
        """Reads partitions that it is told, and commits nothing."""
        from confluent_kafka import Consumer

        ours = {
            "group.id": self._properties.values.get("group.id", "dumpfix"),
            "enable.auto.commit": "false",
            "enable.partition.eof": "true",
            "auto.offset.reset": "error",
            "fetch.wait.max.ms": "50",
            # Records behind somebody's open transaction are there all the same; ours belong to none.
            "isolation.level": "read_uncommitted",
        }
        consumer: Consumer = self._made(Consumer, {**self._properties.for_readers(), **ours})
        return consumer

    def watermarks(self, consumer: Consumer, topic: str, partition: int) -> tuple[int, int]:
        """The first offset that a partition still has, and the one that comes next. Raises ClusterError."""
        from confluent_kafka import KafkaError, KafkaException, TopicPartition

        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                found = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=PATIENCE)
                break
            except KafkaException as error:
                # A partition that is new, or whose leader has just gone, has one soon.
                moving = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)
                if error.args[0].code() not in moving or time.monotonic() > deadline:
                    raise self.failed(error, f"{topic}[{partition}] cannot be read") from None
                time.sleep(0.2)
        if found is None:
            raise ClusterError(f"{topic}[{partition}] cannot be read: the cluster does not answer")
        return found[0], found[1]

    def read(self, consumer: Consumer, topic: str, partition: int, start: int, end: int) -> Iterator[Read]:
        """The records of a partition with offsets from ``start`` to ``end`` (not included). Raises ClusterError."""
        from confluent_kafka import TIMESTAMP_CREATE_TIME, KafkaError, KafkaException, TopicPartition

        if start >= end:
            return
        consumer.assign([TopicPartition(topic, partition, start)])
        last_heard = time.monotonic()
        while True:
            message: Message | None = consumer.poll(0.5)
            if message is None:
                if time.monotonic() - last_heard > READING_PATIENCE:
                    raise ClusterError(
                        f"{topic}[{partition}] cannot be read: nothing came for {READING_PATIENCE:.0f} s"
                    )
                continue
            last_heard = time.monotonic()
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    return
                raise self.failed(KafkaException(error), f"{topic}[{partition}] cannot be read")
            offset = message.offset()
            if offset is None or offset >= end:
                return
            kind, when = message.timestamp()
            headers = tuple(message.headers() or ())
            is_ours = kind == TIMESTAMP_CREATE_TIME
            yield Read(offset, when if is_ours else None, message.key(), message.value(), headers)  # type: ignore[arg-type]
            if offset + 1 >= end:
                return

    def failed(self, error: Exception, what: str) -> ClusterError:
        """What a failure means, in one plain line."""
        return ClusterError(f"{what}: {self.reason(error)}")

    def reason(self, error: Exception) -> str:
        """Why, in librdkafka's words; where it only says that nobody answered, what went wrong before that."""
        from confluent_kafka import KafkaError

        if self._admin is not None:
            # What it has heard is told only when it is asked.
            self._admin.poll(0)
        inner = error.args[0] if error.args else error
        if isinstance(inner, KafkaError):
            text = inner.str()
            if self.error is not None and inner.code() in (KafkaError._TRANSPORT, KafkaError._TIMED_OUT):
                text = self.error
        else:
            text = str(inner)
        return self._properties.masked(text)

    def is_timeout(self, error: Any) -> bool:
        """Whether nobody knows what became of a record."""
        from confluent_kafka import KafkaError

        if not isinstance(error, KafkaError):
            return True
        if error.code() > 0:
            # A broker's answer; two of them say that the record may be there all the same.
            return error.code() in (KafkaError.REQUEST_TIMED_OUT, KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND)
        return error.code() not in (KafkaError._PURGE_QUEUE, KafkaError._GAPLESS_GUARANTEE)

    def was_taken_back(self, error: Any) -> bool:
        """Whether a record was not sent because this side changed its mind."""
        from confluent_kafka import KafkaError

        return isinstance(error, KafkaError) and error.code() == KafkaError._PURGE_QUEUE

    def is_fatal(self, error: Exception) -> bool:
        """Whether the client as a whole cannot go on."""
        from confluent_kafka import KafkaError

        inner = error.args[0] if error.args else error
        return isinstance(inner, KafkaError) and (inner.fatal() or inner.code() == KafkaError._FATAL)

    def _heard(self, error: Any) -> None:
        from confluent_kafka import KafkaError

        # That all brokers are down follows from something that was said before.
        if self.error is None or error.code() != KafkaError._ALL_BROKERS_DOWN:
            self.error = self._properties.masked(error.str())

    def _made(self, kind: Callable[..., Any], values: dict[str, str]) -> Any:
        from confluent_kafka import KafkaException

        try:
            return kind({**values, "error_cb": self._heard}, logger=self._logger)
        except (KafkaException, ValueError, TypeError) as error:
            raise ClusterError(f"the client cannot be set up: {self.reason(error)}") from None

    def _number(self, name: str, default: int) -> int:
        text = self._properties.values.get(name, "")
        return int(text) if text.isdecimal() else default


def require_client() -> None:
    """Raises ClusterError where confluent-kafka is not installed, and says how to get it."""
    try:
        import confluent_kafka  # noqa: F401
    except ImportError:
        raise ClusterError("needs the client library confluent-kafka: pip install confluent-kafka") from None


def is_the_same(record: Queued, found: Read, *, compares_time: bool) -> bool:
    """Whether a record that was read is the one that was sent, byte for byte."""
    if record.value != found.value or record.key != found.key or record.headers != found.headers:
        return False
    if not compares_time or record.timestamp is None or found.timestamp is None:
        return True
    return record.timestamp == found.timestamp


def matched(expected: Sequence[Queued], found: Iterable[Read], *, compares_time: bool) -> list[int | None]:
    """The offset at which each of ``expected`` was found, in their order; None for those that are not there.

    Other producers' records may stand between. What is missing is passed over: a later one may be there.
    """
    places: defaultdict[tuple[bytes | None, bytes | None, Headers], deque[int]] = defaultdict(deque)
    for index, record in enumerate(expected):
        places[record.key, record.value, record.headers].append(index)
    offsets: list[int | None] = [None] * len(expected)
    at = 0
    for one in found:
        waiting = places.get((one.key, one.value, one.headers), deque())
        while waiting and waiting[0] < at:
            waiting.popleft()
        for index in waiting:
            if is_the_same(expected[index], one, compares_time=compares_time):
                offsets[index] = one.offset
                at = index + 1
                break
        if at == len(expected):
            break
    return offsets
