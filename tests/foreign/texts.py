"""Tools that print a record as text of their own: the broker's log, client libraries' records, other consumers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from tests.foreign.events import TOPIC, Event, Tool, shown


def _each(line: Callable[[Event], str]) -> Callable[[Sequence[Event]], str]:
    return lambda events: "".join(map(line, events))


def _size(text: str | None) -> int:
    return -1 if text is None else len(text.encode())


def _dump_log(events: Sequence[Event]) -> str:
    """kafka-dump-log --print-data-log of 3.x, which shows one partition's file: that of each in its turn."""
    parts = []
    for partition in sorted({event.partition for event in events}):
        mine = [event for event in events if event.partition == partition]
        parts.append(f"Dumping /var/lib/kafka/{TOPIC}-{partition}/00000000000000000000.log\nLog starting offset: 0\n")
        parts.append(
            f"baseOffset: {mine[0].offset} lastOffset: {mine[-1].offset} count: {len(mine)} baseSequence: 0 "
            f"lastSequence: {len(mine) - 1} producerId: 4 producerEpoch: 0 partitionLeaderEpoch: 0 isTransactional: "
            f"false isControl: false deleteHorizonMs: OptionalLong.empty position: 0 CreateTime: {mine[-1].timestamp} "
            f"size: {412 * len(mine)} magic: 2 compresscodec: none crc: 3061457719 isvalid: true\n"
        )
        for number, event in enumerate(mine):
            parts.append(
                f"| offset: {event.offset} CreateTime: {event.timestamp} keySize: {_size(event.key)} valueSize: "
                f"{_size(event.value)} sequence: {number} headerKeys: []"
                + ("" if event.key is None else f" key: {event.key}")
                + ("" if event.value is None else f" payload: {event.value}")
                + "\n"
            )
    return "".join(parts)


def _dump_log_2(events: Sequence[Event]) -> str:
    """That of 2.2 to 2.7: sizes in small letters."""
    text = _dump_log(events).replace("keySize:", "keysize:").replace("valueSize:", "valuesize:")
    text = text.replace("Log starting offset", "Starting offset").replace("compresscodec: none", "compresscodec: NONE")
    return text.replace(" deleteHorizonMs: OptionalLong.empty", "")


def _null(text: str | None) -> str:
    return "null" if text is None else text


def _java(event: Event, extra: str = "") -> str:
    # ConsumerRecord.toString of 2.x and 3.x; 4.x has deliveryCount.
    return (
        f"ConsumerRecord(topic = {TOPIC}, partition = {event.partition}, leaderEpoch = 0, offset = {event.offset}, "
        f"CreateTime = {event.timestamp}, {extra}serialized key size = {_size(event.key)}, serialized value size = "
        f"{_size(event.value)}, headers = RecordHeaders(headers = [], isReadOnly = false), "
        f"key = {_null(event.key)}, value = {_null(event.value)})\n"
    )


def _spring(event: Event) -> str:
    return f"{event.moment.replace('T', ' ')[:-1]}  INFO 1 --- [ntainer#0-0-C-1] o.e.Listener : {_java(event)}"


def _bytes(text: str | None) -> str:
    return "None" if text is None else repr(text.encode())


def _python(event: Event) -> str:
    # The namedtuple of kafka-python 2.x; 1.4 has no leader_epoch.
    return (
        f"ConsumerRecord(topic={TOPIC!r}, partition={event.partition}, leader_epoch=0, offset={event.offset}, "
        f"timestamp={event.timestamp}, timestamp_type=0, key={_bytes(event.key)}, value={_bytes(event.value)}, "
        f"headers=[], checksum=None, serialized_key_size={_size(event.key)}, "
        f"serialized_value_size={_size(event.value)}, serialized_header_size=-1)\n"
    )


def _kafkajs(event: Event) -> str:
    return (
        "{\n"
        f"  partition: {event.partition},\n  offset: '{event.offset}',\n"
        f"  key: {'null' if event.key is None else repr(event.key)},\n"
        f"  value: {'null' if event.value is None else repr(event.value)}\n"
        "}\n"
    )


def _sarama(event: Event) -> str:
    place = f"Partition:\t{event.partition}\nOffset:\t{event.offset}\n"
    return f"{place}Key:\t{event.key or ''}\nValue:\t{event.value or ''}\n\n"


def _kaf(event: Event) -> str:
    key = f"Key:         {event.key}\n" if event.key else ""
    moment = event.moment.replace("T", " ").replace("Z", " +0000 UTC")
    place = f"Partition:   {event.partition}\nOffset:      {event.offset}\nTimestamp:   {moment}\n"
    return f"{key}{place}{event.value or ''}\n"


def _kafkactl(event: Event) -> str:
    value = "null" if event.value is None else event.value
    return f"{event.partition}#{event.key or ''}#{event.moment[:19]}Z#{value}\n"


def _confluent(event: Event) -> str:
    place = f"Timestamp:{event.timestamp} Partition:{event.partition} Offset:{event.offset}"
    return f"{place}\t{event.key or ''}\t{event.value or ''}\n"


def _ksql(events: Sequence[Event]) -> str:
    head = "Key format: KAFKA_STRING\nValue format: JSON or KAFKA_STRING\n"
    return head + "".join(
        f"rowtime: {event.moment.replace('-', '/').replace('T', ' ')[:-1]} Z, key: "
        f"{'<null>' if event.key is None else event.key}, value: {'<null>' if event.value is None else event.value}, "
        f"partition: {event.partition}\n"
        for event in events
    )


def _rpk_format(event: Event) -> str:
    return f"{TOPIC} {event.partition} {event.offset} {event.timestamp} {event.key or ''} {event.value or ''}\n"


def _rpk_slashes(event: Event) -> str:
    return f"{TOPIC}/{event.partition}/{event.offset}/{event.key or ''}: {event.value or ''}\n"


def _quoted_csv(events: Sequence[Event]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["topic", "partition", "offset", "timestamp", "key", "value"])
    for event in events:
        rows.writerow([TOPIC, event.partition, event.offset, event.timestamp, event.key, event.value])
    return text.getvalue()


def _redpanda_csv(events: Sequence[Event]) -> str:
    # Of save-messages-dialog.tsx: no quotes, and every comma in a key or value becomes a semicolon.
    lines = ["timestamp,partitionID,offset,key,value,keySize,valueSize,compression,isTransactional"]
    for event in events:
        key, value = ((text or "").replace(",", ";") for text in (event.key, event.value))
        sizes = f"{max(_size(event.key), 0) or ''},{max(_size(event.value), 0) or ''}"
        place = f"{event.timestamp},{event.partition},{event.offset}"
        lines.append(f"{place},{key},{value},{sizes},uncompressed,false")
    return "\n".join(lines)


def _values(events: Sequence[Event]) -> str:
    return "".join((event.value or "") + "\n" for event in events)


_ALL, _TIME, _PLACE = shown("tpoTk"), shown("T"), shown("tpoT")

TEXTS = (
    Tool("dump-log-3", _dump_log, shown("poTk"), loosely=shown("p")),
    Tool("dump-log-2", _dump_log_2, shown("poTk"), loosely=shown("p")),
    Tool("java-consumer-record", _each(_java), _ALL),
    Tool("java-consumer-record-4", _each(lambda e: _java(e, "deliveryCount = null, ")), _ALL),
    Tool("spring-log", _each(_spring), _ALL),
    Tool("kafka-python", _each(_python), _ALL, must_be_read=False),
    Tool("kafkajs", _each(_kafkajs), shown("pok"), must_be_read=False),
    Tool("sarama", _each(_sarama), shown("pok"), must_be_read=False, nulls=False),
    Tool("kaf", _each(_kaf), shown("poTk"), must_be_read=False, loosely=_TIME, nulls=False),
    Tool("kafkactl", _each(_kafkactl), shown("pTk"), must_be_read=False, loosely=_TIME, nulls=False),
    Tool("confluent-cli", _each(_confluent), shown("poTk"), must_be_read=False, nulls=False),
    Tool("ksql-print", _ksql, shown("pTk"), must_be_read=False, loosely=_TIME),
    Tool("rpk-f-columns", _each(_rpk_format), _ALL, must_be_read=False, nulls=False),
    Tool("rpk-f-slashes", _each(_rpk_slashes), shown("tpok"), nulls=False),
    Tool("csv-quoted", _quoted_csv, _ALL, must_be_read=False, nulls=False),
    Tool("redpanda-console-csv", _redpanda_csv, shown("poTk"), must_be_read=False, nulls=False),
    Tool("jq-r-payload", _values, shown(""), tombstones=False),
)
