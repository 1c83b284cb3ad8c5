"""The scorer of published dumps, on dumps of our own: it tells right from wrong, and says nothing without a folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import dumpfix
from tests.benchmarks import dumps

KINDS = {"json", "broken", "text", "binary", "tombstone", "empty", "absent"}
DUMP = b'Topic t [0] at offset 5: key ada: {"n":1}\nTopic t [0] at offset 6: key bob: {"n":\n'
ROW = {"tool": "kcat", "records": 2, "json_payloads": 1}


def key(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:12]


def hand(*facts: dumps.Fact, dump: bytes = DUMP) -> dumps.HandRead:
    return dumps.HandRead(hashlib.sha256(dump).hexdigest(), len(facts), (list(facts),), None, None)


RIGHT = ([1, 0, 5, None, key(b"ada"), "json"], [2, 0, 6, None, key(b"bob"), "broken"])


def test_what_was_read_by_hand_is_well_formed() -> None:
    read = dumps.hand_read()
    assert len(read) >= 60
    for one in read.values():
        assert len(one.sha256) == 64
        for reading in one.readings:
            assert one.digest is not None or one.readings.index(reading) or len(reading) == one.records
            for line, partition, offset, timestamp, _, kind in reading:
                assert line >= 1
                assert all(number in (None, "?") or number >= 0 for number in (partition, offset, timestamp))
                assert set(kind.split("|")) <= KINDS


def test_right_and_wrong_are_told_apart() -> None:
    found = dumps.score("x", ROW, DUMP, hand(*RIGHT))
    assert (found.counts, found.keys, found.status, found.differs) == ("right", "right", 1, "")
    assert found.is_right


@pytest.mark.parametrize(
    ("place", "other"),
    [
        (0, 7),
        (1, 3),
        (1, None),
        (2, 9),
        (3, 1),
        (4, key(b"eve")),
        (4, None),
        (4, "absent"),
        (4, "unshown"),
        (5, "text"),
    ],
)
def test_each_fact_of_a_record_counts(place: int, other: object) -> None:
    changed: dumps.Fact = list(RIGHT[0])
    changed[place] = other
    found = dumps.score("x", ROW, DUMP, hand(changed, RIGHT[1]))
    assert found.keys == "wrong"
    assert found.differs


def test_another_reading_is_right_too_and_what_no_number_is_told_is_not_compared() -> None:
    odd = ([1, 0, "?", None, key(b"ada"), "json"], [2, 0, 6, None, key(b"bob"), "tombstone|broken"])
    read = hand([9, 9, 9, 9, "absent", "json"], RIGHT[1])
    assert dumps.score("x", ROW, DUMP, read._replace(readings=(*read.readings, list(odd)))).is_right


def test_the_digest_of_a_long_dump_is_of_coordinates_and_keys() -> None:
    dump = b"".join(b"Topic t [0] at offset %d: key k: {}\n" % n for n in range(50))
    facts = [[n + 1, 0, n, None, key(b"k"), "json"] for n in range(50)]
    text = json.dumps([fact[:5] for fact in facts], separators=(",", ":")).encode()
    whole = dumps.HandRead(
        hashlib.sha256(dump).hexdigest(), 50, ([*facts[:5], *facts[-5:]],), hashlib.sha256(text).hexdigest(), "json"
    )
    said = [dumps.fact_of(record) for record in dumpfix.records(dump)]
    assert dumps.compared(said, whole) == []
    said[20][2] = 99
    assert dumps.compared(said, whole) == ["differs in its middle"]
    assert dumps.compared(said[1:], whole)


def test_a_refusal_is_right_only_where_there_is_no_json() -> None:
    text = b"some words\nand some more\n"
    assert dumps.score("x", {**ROW, "json_payloads": 0}, text, None).counts == "right"
    assert dumps.score("x", ROW, text, None).counts == "refused"


def test_another_file_than_the_one_that_was_read_is_an_error() -> None:
    with pytest.raises(ValueError, match="not the file"):
        dumps.score("x", ROW, DUMP + b"\n", hand(*RIGHT))


def test_totals_are_printed_by_tool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dumps.main(str(tmp_path))
    assert "no dumps" in capsys.readouterr().out
    rows = [{"file": "900-a.txt", **ROW}, {"file": "901-b.txt", **ROW, "records": 3}]
    for row in rows:
        (tmp_path / str(row["file"])).write_bytes(DUMP)
    (tmp_path / "INDEX.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    dumps.main(str(tmp_path))
    printed = capsys.readouterr().out
    assert [line.split("\t")[1] for line in printed.splitlines()[:2]] == ["counts right", "counts wrong"]
    assert "records and payloads right in 1 of 2 (50.0 %)" in printed
