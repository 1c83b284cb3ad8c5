"""Valid JSON that carries records, or all payloads together, is refused with how to take them out; events are not."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from shutil import which

import pytest

import dumpfix
from tests.cli.program import dumpfix as program

EVENTS = [{"id": n, "note": f"a, {n}"} for n in range(4)]


def dump(*rows: object) -> bytes:
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)


def text(event: object) -> str:
    return json.dumps(event, separators=(",", ":"))


def encoded(event: object) -> str:
    return base64.b64encode(text(event).encode()).decode()


#: what carries the events, what is said, and whether the jq that is named gives the payloads back
CARRIED = {
    "rows of jq": (dump(*([f"k{n}", text(e)] for n, e in enumerate(EVENTS))), "array of texts or numbers, the last"),
    "rows of texts": (dump(*([0, n, text(e)] for n, e in enumerate(EVENTS))), "array of texts or numbers"),
    "one array": (dump(EVENTS), "one JSON array of documents"),
    "one array over lines": (json.dumps(EVENTS, indent=2).encode() + b"\n", "one JSON array of documents"),
    "elements": (b"[" + b",\n".join(dump(e).strip() for e in EVENTS) + b"]\n", "one JSON array of documents"),
    "elements alone": (b"".join(dump(e).strip() + b",\n" for e in EVENTS), "a document and a comma"),
    "base64": (dump(*({"Data": encoded(e), "PartitionKey": "k"} for e in EVENTS)), "in base64 in its member 'Data'"),
    "base64 further in": (dump([{"ackId": n, "message": {"data": encoded(e)}} for n, e in enumerate(EVENTS)]), "array"),
    "a log's lines": (
        dump(*({"@timestamp": f"2026-11-01T10:00:0{n}Z", "message": text(e)} for n, e in enumerate(EVENTS))),
        "as a log does",
    ),
    "a log's results": (
        dump(*({"last": False, "result": {"_time": 1700000000000 + n, "_raw": text(e)}} for n, e in enumerate(EVENTS))),
        "as a log does",
    ),
    "a plain text among them": (
        dump({"offset": 1, "payload": "hello"}, *({"offset": 2 + n, "payload": text(e)} for n, e in enumerate(EVENTS))),
        "an event, or a record",
    ),
    "a delete among them": (
        dump(*({"key": f"k{n}", "value": text(e) if n != 2 else None} for n, e in enumerate(EVENTS))),
        "an event, or a record",
    ),
    "nothing but what records have": (
        dump(*({"ts": 1700000000000 + n, "payload": text(e)} for n, e in enumerate(EVENTS))),
        "an event, or a record",
    ),
    "rows with a delete": (
        dump(*([f"k{n}", text(e) if n else None] for n, e in enumerate(EVENTS))),
        "array of texts or numbers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIED)
def test_what_is_carried_is_no_event(name: str) -> None:
    carried, says = CARRIED[name]
    with pytest.raises(dumpfix.LayoutError, match=says):
        dumpfix.detect(carried)


@pytest.mark.skipif(which("jq") is None, reason="needs jq")
@pytest.mark.parametrize(
    "name",
    [name for name, (_, says) in CARRIED.items() if not says.startswith("an event") and name != "rows with a delete"],
)
def test_the_command_that_is_named_takes_the_payloads_out(name: str) -> None:
    carried, _ = CARRIED[name]
    said = program("convert", stdin=carried).stderr
    if "further in" in name:
        # An array of objects: the elements first, then what each of them holds.
        carried = subprocess.run(["jq", "-c", ".[]"], input=carried, capture_output=True, check=True).stdout
        said = program("convert", stdin=carried).stderr
    command = said.partition("convert: ")[0].splitlines()[-1].partition("| dumpfix convert")[0].partition(": ")[2]
    shell = command.replace("DUMP", "/dev/stdin")
    taken = subprocess.run(shell, shell=True, input=carried, capture_output=True, check=True).stdout
    done = program("convert", stdin=taken)
    assert [json.loads(line) for line in done.lines] == EVENTS


@pytest.mark.parametrize(
    "events",
    [
        [[{"a": 1}, {"b": 2}], [{"a": 3}]],
        [{"uuid": f"u{n}", "event": "$pageview", "properties": '{"a":1}', "team_id": 2} for n in range(4)],
        [[2, f"id{n}", "Heartbeat", {}] for n in range(4)],
        [{"message": f"[INFO] started {n}", "@timestamp": f"2026-11-01T10:00:0{n}Z"} for n in range(4)],
        [{"message": f"[b] {n}", "key": "k"} for n in range(4)],
        [{"id": n, "event": "paid", "payload": encoded({"n": n}), "receivedAt": "now"} for n in range(4)],
        [{"value": '{"n":1}'} for _ in range(4)],
        [{"type": "created", "payload": '{"a":1}', "ts": 1700000000000 + n} for n in range(4)],
        [{"token": encoded({"alg": "none"}) + ".e30.", "id": n} for n in range(4)],
        [{"message": "plain text", "@timestamp": f"2026-11-01T10:00:0{n}Z"} for n in range(4)],
    ],
)
def test_events_are_events(events: list[object]) -> None:
    done = program("convert", stdin=dump(*events))
    assert (done.status, [json.loads(line) for line in done.lines]) == (0, events)


def test_what_is_carried_goes_out_as_it_is_where_that_is_asked_for() -> None:
    for carried, _ in CARRIED.values():
        if carried.count(b"\n") == len(EVENTS) and b",\n" not in carried and b"INFO" not in carried:
            done = program("convert", "--from", "jsonl", stdin=carried)
            assert (done.status, b"".join(line + b"\n" for line in done.lines)) == (0, carried)


@pytest.mark.parametrize("name", ["a plain text among them", "a delete among them"])
def test_the_grammar_that_is_named_reads_records(name: str, tmp_path: Path) -> None:
    """What may be records is refused with a command that writes their grammar."""
    carried, _ = CARRIED[name]
    assert "detect --as-grammar DUMP > FILE" in program("convert", stdin=carried).stderr
    grammar = tmp_path / "mine.lark"
    grammar.write_bytes(b"".join(line + b"\n" for line in program("detect", "--as-grammar", stdin=carried).lines))
    done = program("convert", "--grammar", str(grammar), "--to", "envelope", stdin=carried)
    read = [row["value"] for row in map(json.loads, done.lines)]
    assert [value for value in read if value is not None] == [e for e in EVENTS if None not in read or e["id"] != 2]


def test_a_topic_and_an_offset_beside_a_document_are_a_record() -> None:
    """As jq prints what is left of kcat -J without its partition; an event about a subject is one."""
    records = [{"topic": "t", "offset": 7 + n, "key": f"k{n}", "payload": text(e)} for n, e in enumerate(EVENTS)]
    done = program("convert", "--to", "envelope", stdin=dump(*records))
    found = [(r["topic"], r["offset"], r["key"], r["value"]) for r in map(json.loads, done.lines)]
    assert (done.status, found) == (0, [("t", 7 + n, f"k{n}", e) for n, e in enumerate(EVENTS)])
    posts = [{"topic": "news", "offset": n, "text": "a b"} for n in range(4)]
    assert [json.loads(line) for line in program("convert", stdin=dump(*posts)).lines] == posts


@pytest.mark.parametrize("count", [1, 3, 40])
def test_members_that_no_tool_prints_are_an_events(count: int) -> None:
    """They went out without them, exit 0."""
    events = [{"cmd": "set", "key": f"k{n}", "value": {"n": n}, "ttl": 60 + n} for n in range(count)]
    done = program("convert", stdin=dump(*events))
    assert done.status == 2 or [json.loads(line) for line in done.lines] == events


def test_records_behind_a_loggers_words_are_not_surely_events() -> None:
    lines = (b"10:00:0%d\tINFO\tconsumer.go:8\tmessage\t" % n for n in range(len(EVENTS)))
    rows = (dump({"offset": n, "key": "a", "value": text(e)}) for n, e in enumerate(EVENTS))
    done = program("convert", stdin=b"".join(map(bytes.__add__, lines, rows)))
    assert done.status in (1, 2)


def test_keyed_events_with_a_document_in_a_member_are_events() -> None:
    rows = b"".join(b"k%d:" % n + dump({"message": text(e), "offset": n}) for n, e in enumerate(EVENTS))
    assert [record.key for record in dumpfix.records(rows)] == [b"k%d" % n for n in range(len(EVENTS))]
