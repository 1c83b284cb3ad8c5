"""Brokers and tools for tests: librdkafka's mock cluster, kcat and Apache Kafka, on loopback, stopped by process id.

kcat and the mock cluster are never skipped. The mock cluster knows no CreateTopics: a topic appears when it is first
produced to, with 4 partitions, and keeps about 5 MiB in each, dropping the oldest records without a word. Hence
:meth:`MockCluster.produce` counts what it can read back.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import confluent_kafka

from . import tested_against
from .writers.records import KafkaRecord

MOCK_PARTITIONS = 4

# The end of a partition is told by a fetch that waits half a second for more, unless told otherwise.
FAST = ("-X", "fetch.wait.max.ms=5")


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool printed. ``stderr`` is empty where both streams went to one pipe."""

    stdout: bytes
    stderr: bytes
    status: int


def kcat_path() -> str:
    path = shutil.which("kcat") or shutil.which("kafkacat")
    if path is None:
        raise AssertionError(
            "kcat is not on this machine, and these tests are nothing without it: apt-get install kcat"
        )
    return path


def run_kcat(
    bootstrap: str,
    *arguments: str | bytes,
    stdin: bytes | None = None,
    merged: bool = False,
    timeout: float = 300,
    check: bool = True,
) -> Output:
    """Run kcat with ``-b bootstrap`` before ``arguments``. ``merged``: one pipe for both streams (``2>&1``)."""
    tested_against.ran("kcat", tested_against.version_of_kcat(kcat_path()))
    done = subprocess.run(
        [kcat_path(), "-b", bootstrap, *arguments],
        input=b"" if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        timeout=timeout,
        check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"kcat {arguments!r} ended with {done.returncode}: {done.stdout!r} {done.stderr!r}")
    return Output(done.stdout, done.stderr or b"", done.returncode)


def produce(bootstrap: str, records: Iterable[KafkaRecord], **config: Any) -> None:
    """Produce ``records`` in their order, each to its partition with its timestamp; every delivery is checked."""
    failures: list[str] = []
    expected: dict[tuple[str, int], list[int]] = {}
    delivered: dict[tuple[str, int], list[int]] = {}

    def on_delivery(error: Any, message: Any) -> None:
        if error is not None:
            failures.append(str(error))
        else:
            delivered.setdefault((message.topic(), message.partition()), []).append(message.offset())

    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": bootstrap,
            "linger.ms": 5,
            "acks": "all",
            "enable.idempotence": False,
            "max.in.flight": 1,
            **config,
        }
    )
    for record in records:
        if record.timestamp == 0:
            raise ValueError("librdkafka takes timestamp 0 for 'now'")
        when: dict[str, Any] = {} if record.timestamp is None else {"timestamp": record.timestamp}
        while True:
            try:
                producer.produce(
                    record.topic,
                    value=record.value,
                    key=record.key,
                    partition=record.partition,
                    headers=list(record.headers),
                    on_delivery=on_delivery,
                    **when,
                )
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
        expected.setdefault((record.topic, record.partition), []).append(record.offset)
    left = producer.flush(60)
    assert not failures, failures
    assert left == 0, f"{left} records were not delivered"
    assert delivered == expected, "the broker gave other offsets than the records have"


def consume(bootstrap: str, topic: str, *, group: str = "dumpfix-check") -> list[KafkaRecord]:
    """All records of a topic, partition by partition, read by a client that is not ours."""
    kinds = {
        confluent_kafka.TIMESTAMP_CREATE_TIME: "create",
        confluent_kafka.TIMESTAMP_LOG_APPEND_TIME: "log_append",
        confluent_kafka.TIMESTAMP_NOT_AVAILABLE: "none",
    }
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    tested_against.ran("confluent-kafka", f"{confluent_kafka.version()} (librdkafka {confluent_kafka.libversion()[0]})")
    found: list[KafkaRecord] = []
    try:
        for partition in sorted(consumer.list_topics(topic, timeout=300).topics[topic].partitions):
            place = confluent_kafka.TopicPartition(topic, partition)
            low, high = consumer.get_watermark_offsets(place, timeout=300)
            if low == high:
                continue
            place.offset = low
            consumer.assign([place])
            following = low
            while following < high:
                message = consumer.poll(20)
                assert message is not None, f"{topic}[{partition}] stopped at {following} of {high}"
                assert message.error() is None, message.error()
                kind, when = message.timestamp()
                offset = message.offset()
                assert offset is not None
                following = offset + 1
                found.append(
                    KafkaRecord(
                        topic,
                        partition,
                        offset,
                        None if kinds[kind] == "none" else when,
                        kinds[kind],  # type: ignore[arg-type]
                        tuple(message.headers() or ()),  # type: ignore[arg-type]
                        message.key(),
                        message.value(),
                    )
                )
    finally:
        consumer.close()
    return found


class MockCluster:
    """librdkafka's own broker inside this process."""

    def __init__(self, producer: confluent_kafka.Producer) -> None:
        self._producer = producer
        brokers = producer.list_topics(timeout=300).brokers.values()
        self.bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        self._numbers = count(1)

    def new_topic(self, prefix: str = "t") -> str:
        """A name that nobody used in this cluster."""
        tested_against.ran("mock", confluent_kafka.libversion()[0])
        return f"{prefix}{next(self._numbers)}"

    def produce(self, records: Sequence[KafkaRecord], **config: Any) -> None:
        """Produce, and make sure that the cluster still has everything (it drops the oldest beyond 5 MiB a
        partition).
        """
        produce(self.bootstrap, records, **config)
        wanted = Counter((record.topic, record.partition) for record in records)
        watcher = confluent_kafka.Consumer({"bootstrap.servers": self.bootstrap, "group.id": "dumpfix-watermarks"})
        try:
            for (topic, partition), number in wanted.items():
                low, high = watcher.get_watermark_offsets(confluent_kafka.TopicPartition(topic, partition), timeout=300)
                assert (low, high) == (0, number), (
                    f"the mock cluster keeps [{low}, {high}) of {number} in {topic}[{partition}]"
                )
        finally:
            watcher.close()

    def dump(self, topic: str, partition: int, *arguments: str | bytes, **how: Any) -> Output:
        """``kcat -C -e -q`` on one partition: in offset order, so that the output can be foretold."""
        return run_kcat(self.bootstrap, "-C", "-e", "-q", "-t", topic, "-p", str(partition), *FAST, *arguments, **how)


@contextmanager
def mock_cluster(brokers: int = 1) -> Iterator[MockCluster]:
    """A mock cluster for as long as the block runs."""
    # Its log lines go to standard error by default and would be in the way of a test's own.
    producer = confluent_kafka.Producer({"test.mock.num.brokers": brokers, "log_level": 2})
    try:
        yield MockCluster(producer)
    finally:
        producer.flush(1)


def renumbered(records: Iterable[KafkaRecord], topic: str) -> list[KafkaRecord]:
    """The same records as a fresh ``topic`` would hold them: offsets from 0, timestamps that a producer can set."""
    following: Counter[int] = Counter()
    result = []
    for record in records:
        when = record.timestamp if record.timestamp else 1
        result.append(
            replace(record, topic=topic, offset=following[record.partition], timestamp=when, timestamp_type="create")
        )
        following[record.partition] += 1
    return result
