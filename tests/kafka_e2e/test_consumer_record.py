"""What the consumer record of Kafka's Java client prints of itself is read for what it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import dumpfix
from tests.kafka import GROUP_TOOL_VERSIONS, KafkaUnavailableError, environment, jars

pytestmark = pytest.mark.kafka

PROGRAM = Path(__file__).parent / "PrintRecords.java"
HEADERS = b"RecordHeader(key = h, value = [118]), RecordHeader(key = g, value = [119, 120])"


@pytest.mark.skipif(shutil.which("javac") is None, reason="java runs a source file where its compiler is there")
@pytest.mark.parametrize("version", GROUP_TOOL_VERSIONS)
def test_a_printed_consumer_record_is_read(version: str) -> None:
    try:
        folder = jars(version)
    except KafkaUnavailableError as reason:
        pytest.skip(f"no Kafka {version} here: {reason}")
    command = ["java", "-Dfile.encoding=UTF-8", "-cp", f"{folder}/*", str(PROGRAM)]
    dump = subprocess.run(command, capture_output=True, check=True, timeout=120, env=environment()).stdout
    assert (found := dumpfix.detect(dump)).grammar == "consumer-record"
    assert found.confidence == "sure"
    records = list(dumpfix.records(dump))
    assert [(record.key, record.value, record.verdict) for record in records] == [
        (b"ada", b'{"n": 1}', "valid"),
        (None, b'{"n": 2}', "valid"),
        (b"bob", None, "tombstone"),
        (b"k, value = x", b"[1, 2]", "valid"),
    ]
    assert [record.headers_text for record in records] == [None, HEADERS, None, HEADERS]
    assert {(record.topic, record.partition, record.timestamp) for record in records} == {("events", 2, 1700000000001)}
    assert [record.offset for record in records] == [0, 1, 2, 3]
