"""Rejects and envelopes as inputs: what was mended goes out, what was not stays, and each is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dumpfix
from tests.writers import kcat
from tests.writers.records import KafkaRecord

GOOD = b'{"event":"signup","user":"ada"}'
CUT = b'{"event":"signup","user":"ad'
TEXT = b"no JSON at all"


def record(offset: int, value: bytes | None, key: bytes | None = b"k", *heads: tuple[str, bytes | None]) -> KafkaRecord:
    return KafkaRecord("events", 0, offset, 1_700_000_000_000 + offset, "create", heads, key, value)


DUMP = b"".join(
    kcat.render_json(one)
    for one in (
        record(0, GOOD),
        record(1, CUT, b"\xff\x00", ("h", b"\xff"), ("h", None), ("h", b"v")),
        record(2, TEXT, None),
        record(3, GOOD, b"a\tb"),
        record(4, None, b"c\td"),
    )
)


def converted(dump: bytes, folder: Path, **more: Any) -> tuple[list[bytes], list[dict[str, Any]], dumpfix.Report]:
    """The lines that went out, the rejects, the report."""
    out, rejects = folder / "out", folder / "rejects"
    report = dumpfix.convert(dump, out, rejects=rejects, **more)
    return out.read_bytes().splitlines(), [json.loads(line) for line in rejects.read_bytes().splitlines()], report


def as_dump(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@pytest.fixture
def rejects(tmp_path: Path) -> list[dict[str, Any]]:
    """Of the dump through kcat: 1 cut, 2 no JSON, 3 and 4 with keys that kcat cannot carry."""
    _, rows, _ = converted(DUMP, tmp_path, to="kcat", repair="none", from_name="kcat-json")
    assert [row["offset"] for row in rows] == [1, 2, 3, 4]
    return rows


def test_what_nobody_touched_stays_but_for_what_only_the_output_could_not_carry(
    rejects: list[dict[str, Any]], tmp_path: Path
) -> None:
    out, kept, report = converted(as_dump(rejects), tmp_path, to="envelope")
    assert [json.loads(line)["offset"] for line in out] == [3, 4]
    assert [(row["offset"], row["verdict"]) for row in kept] == [(1, "repaired"), (2, "irrecoverable")]
    assert report.needs_a_look
    _, again, _ = converted(as_dump(kept), tmp_path, to="envelope")
    assert [row["reason"] for row in again] == [row["reason"] for row in kept]


def test_a_proposal_that_nobody_touched_goes_out_if_its_level_may(
    rejects: list[dict[str, Any]], tmp_path: Path
) -> None:
    out, _, report = converted(as_dump(rejects[:1]), tmp_path, repair="partial")
    assert out == [b'{"event":"signup"}']
    assert report.findings[0]["level"] == "partial"
    assert report.needs_a_look


@pytest.mark.parametrize("member", ["payload_text", "proposal"])
def test_what_was_mended_goes_out_as_it_is(rejects: list[dict[str, Any]], member: str, tmp_path: Path) -> None:
    rejects[0][member] = rejects[1][member] = '{ "n": 1.50 }'
    out, _, report = converted(as_dump(rejects), tmp_path, to="envelope", repair="none")
    assert not report.needs_a_look
    first = json.loads(out[0])
    assert (first["offset"], first["key"], first["headers"]) == (
        1,
        {"base64": "/wA="},
        [["h", {"base64": "/w=="}], ["h", None], ["h", "v"]],
    )
    assert [b'"value":{ "n": 1.50 }' in line for line in out] == [True, True, False, False]


def test_null_in_the_place_of_a_payload_is_a_tombstone(rejects: list[dict[str, Any]], tmp_path: Path) -> None:
    rejects[1]["payload_text"] = None
    out, _, report = converted(as_dump(rejects[1:2]), tmp_path, to="kcat")
    assert (out, report.totals.tombstones) == ([b"\t"], 1)


def test_a_payload_in_base64_is_changed_there_or_as_a_text(tmp_path: Path) -> None:
    dump = kcat.render_json(record(0, b"\x00\xff"))
    _, (row,), _ = converted(dump, tmp_path, from_name="kcat-json")
    for more in ({"payload_text": "{}"}, {"payload_base64": "e30="}):
        out, _, report = converted(as_dump([{**row, **more}]), tmp_path)
        assert (out, report.needs_a_look) == ([b"{}"], False)
    _, (again,), _ = converted(as_dump([{**row, "payload_base64": "e30"}]), tmp_path)
    assert again["reason"] == "the payload could not be decoded: the payload is no base64"


def test_what_was_emitted_is_left_out_and_counted_and_withheld_if_it_was_changed(tmp_path: Path) -> None:
    dump = kcat.render_json(record(0, GOOD)) + kcat.render_json(record(1, CUT))
    _, (row,), _ = converted(dump, tmp_path, repair="partial", from_name="kcat-json")
    assert row["emitted"]
    out, kept, report = converted(as_dump([row]), tmp_path)
    assert (out, kept, report.totals.emitted_before, report.totals.records) == ([], [], 1, 0)
    assert not report.needs_a_look
    out, kept, _ = converted(as_dump([{**row, "payload_text": "{}"}]), tmp_path)
    assert out == []
    assert kept[0]["reason"].startswith("it was emitted already, and was changed since")
    out, _, _ = converted(as_dump([{**row, "payload_text": "{}", "emitted": False}]), tmp_path)
    assert out == [b"{}"]


def test_two_changes_that_differ_are_withheld(rejects: list[dict[str, Any]], tmp_path: Path) -> None:
    rejects[0] |= {"payload_text": "[1]", "proposal": "[2]"}
    rejects[1] |= {"payload_text": "[3]", "proposal": "[3]"}
    out, kept, _ = converted(as_dump(rejects[:2]), tmp_path)
    assert out == [b"[3]"]
    assert kept[0]["reason"].startswith("its payload and its proposal were both changed, and differ")


def test_a_line_that_is_no_json_any_more_is_named(rejects: list[dict[str, Any]], tmp_path: Path) -> None:
    text = as_dump(rejects).replace(b'"payload_text": "no JSON at all"', b'"payload_text": "{"n":1}"')
    out, kept, report = converted(text, tmp_path, to="envelope")
    assert [json.loads(line)["offset"] for line in out] == [3, 4]
    assert kept[1]["reason"].startswith("its line is no JSON any more")
    assert report.findings[1]["line"] == 2


def test_a_document_between_the_records_goes_out_once_somebody_says_that_it_is_one(tmp_path: Path) -> None:
    dump = b'lost {"between":"records"}\n'.join(
        b'Topic events [0] at offset %d: key k: {"n":1}\n' % number for number in range(3)
    )
    _, rows, _ = converted(dump, tmp_path, kcat_format=r"Topic %t [%p] at offset %o: key %k: %s\n")
    assert [row["record"] for row in rows] == [False, False]
    out, _, report = converted(as_dump([rows[0], {**rows[1], "record": True}]), tmp_path)
    assert out == [b'{"between":"records"}']
    assert report.needs_a_look


def test_without_digests_a_proposal_is_not_taken_for_a_mended_payload(
    rejects: list[dict[str, Any]], tmp_path: Path
) -> None:
    for row in rejects:
        del row["payload_digest"]
    out, kept, _ = converted(as_dump(rejects[:2]), tmp_path)
    assert out == []
    assert "digests" in kept[0]["reason"]
    rejects[0]["proposal"] = None
    assert converted(as_dump(rejects[:1]), tmp_path, repair="partial")[0] == [b'{"event":"signup"}']


def test_there_is_no_plan_of_rejects(rejects: list[dict[str, Any]]) -> None:
    with pytest.raises(dumpfix.UsageError, match="not all of a topic"):
        dumpfix.plan(as_dump(rejects))


def test_what_is_unclear_stays_so_and_goes_into_no_topic(tmp_path: Path) -> None:
    out, _, _ = converted(DUMP, tmp_path, to="envelope", from_name="kcat-json")
    unclear = b"".join(line[:-1] + b',"unclear":true}\n' for line in out)
    assert converted(unclear, tmp_path, to="envelope")[0] == unclear.splitlines()
    lines, kept, report = converted(unclear, tmp_path, to="kcat")
    assert (lines, len(kept)) == ([], len(out))
    assert report.needs_a_look


def test_an_object_that_may_be_an_event_as_well_is_refused_with_both_options(tmp_path: Path) -> None:
    dump = b'{"key":"a","value":{"n":1}}\n{"key":"b","value":{"n":2}}\n'
    with pytest.raises(dumpfix.LayoutError, match="--from jsonl takes them for events; --from dumpfix for records"):
        converted(dump, tmp_path)
    assert converted(dump, tmp_path, to="kcat", from_name="dumpfix")[0] == [b'a\t{"n":1}', b'b\t{"n":2}']
    events = b'{"value":{"n":1}}\n{"value":{"n":2}}\n'
    assert converted(events, tmp_path)[0] == events.splitlines()
