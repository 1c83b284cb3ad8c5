"""The plan for a stuck group, held against a consumer that reads a topic as such consumers do."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from tests.cli.program import PROSE, prose
from tests.cli.program import dumpfix as program

GOOD, POISON, MENDED, GAP = "good", "poison", "mended", "gap"
PAYLOADS = {GOOD: b'{"a":1}', POISON: b'{"a":', MENDED: b"{'a':1}"}


def live(topic: list[str], start: int) -> tuple[list[int], int]:
    """What a consumer reads from an offset on, and where it dies (or where the topic ends)."""
    read: list[int] = []
    for offset in range(start, len(topic)):
        if topic[offset] in (POISON, MENDED):
            return read, offset
        if topic[offset] == GOOD:
            read.append(offset)
    return read, len(topic)


@given(st.lists(st.sampled_from([GOOD, GOOD, POISON, MENDED, GAP]), min_size=1, max_size=25), st.data())
def test_whoever_follows_it_gets_through_and_skips_what_it_says(topic: list[str], data: st.DataObject) -> None:
    records = [(at, b"k", PAYLOADS[kind]) for at, kind in enumerate(topic) if kind != GAP]
    stands = data.draw(st.integers(0, len(topic)))
    if not records or not any(kind in (POISON, MENDED) for kind in topic):
        return
    healing = dumpfix.plan(prose(*records), kcat_format=PROSE, committed={("events", 0): stands})
    first_read, died = live(topic, stands)
    if died == len(topic):
        assert healing.partitions == ()
        return
    (stuck,) = healing.partitions

    # Step by step: it dies at each stop, and at no other place.
    read: set[int] = set()
    at = stands
    for rows in healing.steps:
        (row,) = rows
        assert row.offset > died
        assert row.offset == stuck.next_good_offset(died)
        assert row.skips == len([o for o in range(at, row.offset) if topic[o] == GOOD])
        some, now = live(topic, row.offset)
        read.update(some)
        at = died = now
    assert died == len(topic)
    expected = {o for o in range(stands, len(topic)) if topic[o] == GOOD}
    assert expected - read - set(first_read) == set()

    # In one go.
    (row,) = healing.skip
    assert row.offset == stuck.next_good_offset()
    assert live(topic, row.offset)[1] == len(topic), "nothing is poison from there on"
    assert topic[row.offset - 1] in (POISON, MENDED), "it skips no more than that"
    assert row.skips == healing.skips == len([o for o in range(stands, row.offset) if topic[o] == GOOD])


def test_it_writes_files_as_kafka_consumer_groups_takes_them(tmp_path: Path) -> None:
    bad = b'{"a":'
    dump = tmp_path / "dump.txt"
    dump.write_bytes(
        prose((3, b"k", b"1"), (4, b"k", bad), (5, b"k", bad), (6, b"k", b"2"), (7, b"k", bad), (8, b"k", b"3"))
        + prose((1, b"k", b"1"), (2, b"k", bad), (3, b"k", b"1"), partition=2)
    )
    done = program("plan", dump, "-o", tmp_path / "plan")
    assert done.status == 1, done.stderr
    rows = {
        path.name: [(topic, int(n), int(o)) for topic, n, o in csv.reader(io.StringIO(path.read_text()))]
        for path in (tmp_path / "plan").iterdir()
    }
    assert rows == {
        "step-1.csv": [("events", 0, 6), ("events", 2, 3)],
        "step-2.csv": [("events", 0, 8)],
        "skip.csv": [("events", 0, 8), ("events", 2, 3)],
    }
    said = done.stdout.decode()
    assert "session.timeout.ms" in said
    assert "dumpfix produce" in said, "one good event would be skipped"
    again = program("plan", dump, "-o", tmp_path / "plan")
    assert (again.status, "name a new folder" in again.stderr) == (2, True)

    (tmp_path / "committed.csv").write_text("events,0,8\nevents,2,2\n")
    later = program("plan", dump, "--committed", tmp_path / "committed.csv", "-o", tmp_path / "later")
    assert later.status == 1
    assert {path.name for path in (tmp_path / "later").iterdir()} == {"step-1.csv", "skip.csv"}
    assert "dumpfix produce" not in later.stdout.decode(), "nothing good is skipped"


@pytest.mark.parametrize(
    ("dump", "format_string", "lacks"),
    [
        (b'{"a":\n', "%s\\n", "partitions"),
        (b'0 5 {"a":\n', "%p %o %s\\n", "topic"),
        (b'events 0 {"a":\n', "%t %p %s\\n", "offsets"),
        (b"", PROSE, "no record"),
    ],
)
def test_without_coordinates_there_is_no_plan_and_it_says_why(dump: bytes, format_string: str, lacks: str) -> None:
    with pytest.raises(dumpfix.DumpfixError, match=lacks):
        dumpfix.plan(dump, kcat_format=format_string)


def test_a_topic_of_another_kind_gets_no_advice() -> None:
    text = prose(*((n, b"k", b"\x00\x00\x00\x00\x07avro") for n in range(5)))
    assert dumpfix.plan(text, kcat_format=PROSE).partitions == ()


def test_nothing_poison_is_nothing_to_do(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(prose((3, b"k", b"1")))
    done = program("plan", dump, "-o", tmp_path / "plan")
    assert (done.status, done.stdout) == (0, b"nothing is poison: no offset has to be set\n")
    assert not (tmp_path / "plan").exists()
