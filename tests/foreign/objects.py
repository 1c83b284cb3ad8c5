"""Tools that print a JSON object for each record, and arrays of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.foreign.events import TOPIC, Event, Tool, compact, parsed, pretty, shown

#: gives the object for one record
Member = Callable[[Event], dict[str, Any]]


def _lines(make: Member, spell: Callable[[Any], str] = compact) -> Callable[[Sequence[Event]], str]:
    return lambda events: "".join(spell(make(event)) + "\n" for event in events)


def _array(make: Member, spell: Callable[[Any], str] = compact, end: str = "\n") -> Callable[[Sequence[Event]], str]:
    return lambda events: spell([make(event) for event in events]) + end


def _without_nones(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _rpk(event: Event) -> dict[str, Any]:
    # Of src/go/rpk/pkg/cli/topic/consume.go: null keys and values are left out, headers too where there are none.
    members = {"topic": TOPIC, "key": event.key, "value": event.value}
    return _without_nones(members) | {
        "timestamp": event.timestamp,
        "partition": event.partition,
        "offset": event.offset,
    }


def _rpk_with_headers(event: Event) -> dict[str, Any]:
    members = _rpk(event)
    place = {"timestamp": members.pop("timestamp"), "partition": event.partition, "offset": event.offset}
    return members | {"headers": [{"key": "source", "value": "web"}]} | place


def _kt(event: Event) -> dict[str, Any]:
    return {
        "partition": event.partition,
        "offset": event.offset,
        "key": event.key,
        "value": event.value,
        "timestamp": event.moment,
    }


def _kaf_row(event: Event) -> dict[str, Any]:
    return {
        "topic": TOPIC,
        "partition": event.partition,
        "offset": event.offset,
        "timestamp": event.moment,
        "headers": [],
        "key": event.key or "",
        "payload": event.value or "",
    }


def _kaf(event: Event) -> dict[str, Any]:
    # A Go map: members by name; what parses as JSON is embedded.
    return {
        "key": parsed(event.key or ""),
        "offset": event.offset,
        "partition": event.partition,
        "payload": parsed(event.value or ""),
        "timestamp": event.moment,
    }


def _kafkactl(event: Event) -> dict[str, Any]:
    members = {"Partition": event.partition, "Offset": event.offset}
    key = {} if event.key is None else {"Key": event.key}
    return members | key | {"Value": event.value, "Timestamp": event.moment}


def _kafka_ui(event: Event) -> dict[str, Any]:
    members = {"Value": event.value, "Offset": event.offset, "Key": event.key, "Partition": event.partition}
    return _without_nones(members) | {"Headers": {}, "Timestamp": event.moment}


def _akhq(event: Event) -> dict[str, Any]:
    return {
        "partition": event.partition,
        "offset": event.offset,
        "timestamp": event.timestamp / 1000,
        "keySchemaId": None,
        "valueSchemaId": None,
        "headers": [],
        "key": event.key,
        "value": event.value,
    }


def _redpanda_console(event: Event) -> dict[str, Any]:
    # Of save-messages-dialog.tsx: key and value are objects of their own, the payload is parsed where it can be.
    def payload(text: str | None) -> dict[str, Any]:
        encoding = "null" if text is None else "text" if isinstance(parsed(text), str) else "json"
        size = 0 if text is None else len(text.encode())
        return {
            "payload": parsed(text),
            "encoding": encoding,
            "isPayloadNull": text is None,
            "schemaId": 0,
            "size": size,
        }

    return {
        "partitionID": event.partition,
        "offset": event.offset,
        "timestamp": event.timestamp,
        "compression": "uncompressed",
        "isTransactional": False,
        "headers": [],
        "key": payload(event.key),
        "value": payload(event.value),
    }


def _control_center(event: Event) -> dict[str, Any]:
    return {
        "topic": TOPIC,
        "partition": event.partition,
        "offset": event.offset,
        "timestamp": event.timestamp,
        "timestampType": "CREATE_TIME",
        "headers": [],
        "key": event.key,
        "value": parsed(event.value),
        "__confluent_index": event.offset,
    }


def _kafdrop(event: Event) -> dict[str, Any]:
    return {
        "partition": event.partition,
        "offset": event.offset,
        "message": event.value,
        "key": event.key,
        "headers": {},
        "timestamp": event.moment,
    }


def _rest(event: Event) -> dict[str, Any]:
    return {
        "topic": TOPIC,
        "key": event.key,
        "value": parsed(event.value),
        "partition": event.partition,
        "offset": event.offset,
    }


def _kcat(event: Event) -> dict[str, Any]:
    return {
        "topic": TOPIC,
        "partition": event.partition,
        "offset": event.offset,
        "tstype": "create",
        "ts": event.timestamp,
        "broker": 1,
        "key": event.key,
        "payload": event.value,
    }


def _kcat_avro(event: Event) -> dict[str, Any]:
    return _kcat(event) | {"payload": parsed(event.value)}


def _key_and_payload(event: Event) -> dict[str, Any]:
    return {"key": event.key, "payload": event.value}


def _key_and_document(event: Event) -> dict[str, Any]:
    return {"key": event.key, "payload": parsed(event.value)}


def _picked(event: Event) -> dict[str, Any]:
    return {"p": event.partition, "o": event.offset, "k": event.key, "v": event.value}


def _envelope(event: Event) -> dict[str, Any]:
    return {
        "topic": TOPIC,
        "partition": event.partition,
        "offset": event.offset,
        "timestamp": event.timestamp,
        "timestamp_type": "create",
        "key": event.key,
        "value": parsed(event.value),
    }


def _reject(event: Event) -> dict[str, Any]:
    return {
        "path": "dump.txt",
        "line": event.offset * 2 + 1,
        "byte_start": event.offset * 300,
        "byte_end": event.offset * 300 + 290,
        "topic": TOPIC,
        "partition": event.partition,
        "offset": event.offset,
        "timestamp": event.timestamp,
        "headers": None,
        "key": event.key,
        "verdict": "irrecoverable" if event.is_broken else "valid",
        "withheld_because": "irrecoverable" if event.is_broken else "hazard",
        "reason": None,
        "record": True,
        "emitted": False,
        "proposal": None,
        "payload_text": event.value,
    }


def _own_envelopes(events: Sequence[Event]) -> str:
    return _lines(_envelope)([event for event in events if not event.is_broken])


def _payloads(events: Sequence[Event]) -> str:
    """kcat -J | jq .payload: each line is a string that holds a document."""
    return "".join(compact(event.value) + "\n" for event in events)


_ALL, _TIME = shown("tpoTk"), shown("T")

OBJECTS = (
    Tool("rpk", _lines(_rpk, pretty), _ALL, nulls=False),
    Tool("rpk-one-line", _lines(_rpk), _ALL, nulls=False),
    Tool("rpk-with-headers", _lines(_rpk_with_headers, pretty), _ALL, nulls=False),
    Tool("kt", _lines(_kt), shown("poTk"), loosely=_TIME),
    Tool("kt-terminal", _lines(_kt, pretty), shown("poTk"), loosely=_TIME),
    Tool("kaf-json-each-row", _lines(_kaf_row), _ALL, loosely=_TIME, nulls=False, tombstones=False),
    Tool("kaf-json", _lines(_kaf), shown("poTk"), loosely=_TIME, nulls=False, tombstones=False),
    Tool("kafkactl-json-raw", _lines(_kafkactl), shown("poTk"), loosely=_TIME, nulls=False),
    Tool(
        "kafkactl-json", _lines(_kafkactl, lambda thing: pretty(thing, "\t")), shown("poTk"), loosely=_TIME, nulls=False
    ),
    Tool("kafka-ui", _lines(_kafka_ui, lambda thing: pretty(thing, "\t")), shown("poTk"), loosely=_TIME, nulls=False),
    Tool("akhq", _array(_akhq, end=""), shown("poTk"), loosely=_TIME),
    Tool(
        "redpanda-console", _array(_redpanda_console, lambda thing: pretty(thing, 4), ""), shown("poTk"), loosely=_TIME
    ),
    Tool("control-center", _array(_control_center), _ALL),
    Tool("kafdrop", _array(_kafdrop), shown("poTk"), loosely=_TIME),
    Tool("rest-proxy", _array(_rest), shown("tpok")),
    Tool("kcat-J", _lines(_kcat), _ALL),
    Tool("kcat-J-jq", _lines(_kcat, pretty), _ALL),
    Tool("kcat-J-jq-c", _lines(_kcat, compact), _ALL),
    Tool("kcat-J-jq-s", _array(_kcat, pretty), _ALL),
    Tool("kcat-J-jq-sc", _array(_kcat), _ALL),
    Tool("kcat-J-avro-jq", _lines(_kcat_avro, pretty), _ALL),
    Tool("jq-key-payload", _lines(_key_and_payload), shown("k")),
    Tool("jq-key-payload-pretty", _lines(_key_and_payload, pretty), shown("k")),
    Tool("jq-key-document", _lines(_key_and_document), shown("k")),
    Tool("jq-short-names", _lines(_picked), shown("pok"), must_be_read=False, least=3),
    Tool("jq-payload", _payloads, shown(""), must_be_read=False, sees=("json string",)),
    Tool("own-envelope", _own_envelopes, _ALL),
    Tool("own-rejects", _lines(_reject), _ALL),
)
