"""What looks like a notice inside a key must not join a record with the one that follows it."""

from __future__ import annotations

import pytest

import dumpfix

LOG_LINE = b"[2023-11-14 22:13:20,001] ERROR down (kafka.tools.ConsoleConsumer$)"
FACILITY = b"%3|1700000000.123|FAIL|rdkafka#consumer-1| [thrd:host:9092/1] down"
SENTENCE = b"Topic t [0] at offset %d: key %b: %b\n"
COLUMNS = b"CreateTime:1700000000000\tPartition:0\tOffset:%d\tNO_HEADERS\t%b\t%b\n"


@pytest.mark.parametrize("notice", [LOG_LINE, FACILITY])
@pytest.mark.parametrize("layout", [SENTENCE, COLUMNS])
def test_a_notice_in_the_key_of_a_broken_record_leaves_the_next_record_alone(layout: bytes, notice: bytes) -> None:
    dump = layout % (7, b"a" + notice, b'{"cut') + layout % (8, b"b", b'{"a":1}') + layout % (9, b"c", b"[]")
    records = list(dumpfix.records(dump))
    assert [(record.offset, record.key) for record in records] == [(7, b"a" + notice), (8, b"b"), (9, b"c")]
    assert [record.verdict for record in records] == ["irrecoverable", "valid", "valid"]
