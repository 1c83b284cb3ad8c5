"""One broker of Apache Kafka for all tests of this folder: it takes five seconds to come up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kafka import BROKER_VERSION, KafkaBroker, KafkaUnavailableError, jars, kafka_broker


@pytest.fixture(scope="session")
def broker() -> Iterator[KafkaBroker]:
    try:
        jars(BROKER_VERSION)
    except KafkaUnavailableError as reason:
        pytest.skip(f"no Apache Kafka here: {reason}")
    with kafka_broker() as running:
        yield running
