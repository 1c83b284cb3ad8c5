"""What the cluster says about the topic: asked before the first record, since some answers destroy what is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dumpfix.producing.client import PATIENCE, Client, ClusterError

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """``config`` holds the topic's settings by Kafka's names; ``unanswered`` says what the cluster did not tell.

    ``cluster_id`` and ``topic_id`` are None where the cluster has none; ``may_write`` where it does not say.
    """

    name: str
    partitions: int
    cluster_id: str | None = None
    topic_id: str | None = None
    config: dict[str, str] = field(default_factory=dict)
    may_write: bool | None = None
    unanswered: tuple[str, ...] = ()

    def number(self, name: str) -> int | None:
        """A setting that is a number; None where it is not known or means without a limit."""
        try:
            value = int(self.config[name])
        except (KeyError, ValueError):
            return None
        # Without a limit: -1, or as large as the number gets.
        return value if 0 <= value < (1 << 63) - 1 else None

    @property
    def is_compacted(self) -> bool:
        """Whether an old value may take the place of a newer one."""
        return "compact" in self.config.get("cleanup.policy", "")

    @property
    def deletes(self) -> bool:
        """Whether what is older than ``retention.ms`` goes."""
        return "delete" in self.config.get("cleanup.policy", "")

    @property
    def stamps(self) -> bool:
        """Whether the broker gives each record its own time."""
        return self.config.get("message.timestamp.type") == "LogAppendTime"


def ask(client: Client, topic: str) -> TopicFacts:
    """Ask for everything. Raises ClusterError where the cluster cannot be reached or has no such topic."""
    from confluent_kafka import KafkaException

    try:
        # All topics: to ask for one may create it.
        metadata = client.admin.list_topics(timeout=PATIENCE)
    except KafkaException as error:
        raise client.failed(error, "the cluster cannot be reached") from None
    found = metadata.topics.get(topic)
    if found is None or found.error is not None or not found.partitions:
        raise ClusterError(f"the cluster has no topic {topic!r}: create it with as many partitions as the old one had")
    if metadata.controller_id not in metadata.brokers:
        # librdkafka's mock cluster answers no such questions, and keeps whoever asks waiting.
        return TopicFacts(topic, len(found.partitions), metadata.cluster_id, unanswered=("its settings", "rights"))
    unanswered: list[str] = []
    config = _answer(lambda: _config(client, topic), unanswered, "its settings")
    described: Any = _answer(lambda: _description(client, topic), unanswered, "rights")
    operations = getattr(described, "authorized_operations", None)
    return TopicFacts(
        topic,
        len(found.partitions),
        metadata.cluster_id,
        None if described is None else str(described.topic_id),
        config or {},
        None if operations is None else any(one.name in ("WRITE", "ALL") for one in operations),
        tuple(unanswered),
    )


def _answer(question: Callable[[], _Answer], unanswered: list[str], what: str) -> _Answer | None:
    from confluent_kafka import KafkaException

    try:
        return question()
    except KafkaException:
        unanswered.append(what)
        return None


def _config(client: Client, topic: str) -> dict[str, str]:
    from confluent_kafka.admin import ConfigResource, ResourceType  # type: ignore[attr-defined]

    resource = ConfigResource(ResourceType.TOPIC, topic)
    (future,) = client.admin.describe_configs([resource], request_timeout=PATIENCE).values()
    return {name: entry.value for name, entry in future.result(PATIENCE + 1).items() if entry.value is not None}


def _description(client: Client, topic: str) -> Any:
    from confluent_kafka import TopicCollection

    asked = client.admin.describe_topics(
        TopicCollection([topic]), include_authorized_operations=True, request_timeout=PATIENCE
    )
    return asked[topic].result(PATIENCE + 1)


def committed(client: Client, group: str, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Where a group goes on, by topic and partition; those are lacking in which it has no committed offset.

    A group that nobody knows has none anywhere. Raises ClusterError.
    """
    from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition

    asked = [TopicPartition(topic, partition) for topic, partition in sorted(places)]
    try:
        (future,) = client.admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group, asked)], request_timeout=PATIENCE
        ).values()
        found = future.result(PATIENCE + 1).topic_partitions or []
        for place in found:
            # A topic that is gone has no offsets, either.
            if place.error is not None and place.error.code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise KafkaException(place.error)
    except KafkaException as error:
        raise client.failed(error, f"the offsets of group {group!r} cannot be read") from None
    return {(place.topic, place.partition): place.offset for place in found if place.offset >= 0}
