"""What was done to a dump and is not undone is refused, with what was seen; nothing of it goes out as an event."""

from __future__ import annotations

import json

import pytest

import dumpfix

PAYLOADS = [b'{"id":%d,"city":"Springfield","note":"a text that goes on and on"}' % n for n in range(4)]


def wrapped(lines: list[bytes], width: int) -> bytes:
    pieces = [line[at : at + width] for line in lines for at in range(0, len(line), width)]
    return b"".join(piece + b"\n" for piece in pieces)


@pytest.mark.parametrize("width", [40, 50])
@pytest.mark.parametrize("head", [b"", b"Topic ev [0] at offset 1: key k1: "])
def test_lines_broken_at_one_width_are_named(width: int, head: bytes) -> None:
    with pytest.raises(dumpfix.DumpfixError, match=f"broken at {width} columns"):
        list(dumpfix.records(wrapped([head + payload for payload in PAYLOADS], width)))


def test_strings_that_hold_documents_are_named() -> None:
    dump = b"".join(json.dumps(payload.decode()).encode() + b"\n" for payload in PAYLOADS)
    with pytest.raises(dumpfix.DumpfixError, match="JSON string"):
        list(dumpfix.records(dump))
    assert len(list(dumpfix.records(dump, from_name="jsonl"))) == len(PAYLOADS)


def test_what_a_tool_said_of_itself_shows_that_the_strings_are_its_own() -> None:
    dump = b"".join(json.dumps(payload.decode()).encode() + b"\n" for payload in PAYLOADS)
    assert len(list(dumpfix.records(dump + b"Processed a total of 4 messages\n"))) == len(PAYLOADS)


def test_payloads_of_one_length_are_not_broken_lines() -> None:
    dump = b"".join(payload + b"\n" for payload in PAYLOADS)
    assert [r.value for r in dumpfix.records(dump)] == PAYLOADS


TABLES = {
    "mysql": ("+--------+------+", "| offset | key  |", "| {0:6} | {1:4} | {2} |", "+--------+------+"),
    "psql": (" offset | key | value ", "--------+-----+-------", " {0:6} | {1:3} | {2}", "(3 rows)"),
    "markdown": ("| offset | key | value |", "|---|---|---|", "| {0} | {1} | {2} |", ""),
    "duckdb": ("┌────────┬──────┐", "│ offset │ key  │", "│ {0:6} │ {1:4} │ {2} │", "└────────┴──────┘"),
    "spark": ("+------+---+", "|offset|key|", "|{0:6}|{1:3}|{2}|", "+------+---+"),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("count", [2, 5])
def test_a_table_that_was_drawn_is_named(name: str, count: int) -> None:
    first, second, row, last = TABLES[name]
    rows = [row.format(n, f"k{n}", payload.decode()) for n, payload in enumerate(PAYLOADS * 2)][:count]
    ruler = [] if name in ("psql", "markdown") else [first]
    dump = "".join(line + "\n" for line in (first, second, *ruler, *rows, last)).encode()
    with pytest.raises(dumpfix.DumpfixError, match="a table that a program has drawn"):
        list(dumpfix.records(dump))


def test_rules_between_records_are_no_table() -> None:
    for rule in (b"-----", b"=====", b"--", b"-|-"):
        dump = b"".join(b'Key: k%d\nValue: {"n":%d}\n%b\n' % (n, n, rule) for n in range(4))
        assert [record.key for record in dumpfix.records(dump)] == [b"k%d" % n for n in range(4)]
