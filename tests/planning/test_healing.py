"""The plan for a stuck group, held against a consumer that reads a topic as such consumers do."""

from __future__ import annotations

import csv
import io
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from tests.cli.program import PROSE, command, environment, prose
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


@pytest.mark.slow
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


# -- what the plan does not know ---------------------------------------------------------------------------------------

BAD = b'{"a":'


@given(
    st.dictionaries(st.integers(0, 3), st.lists(st.sampled_from([GOOD, POISON]), min_size=1, max_size=4), min_size=1),
    st.dictionaries(st.integers(0, 5), st.integers(0, 5)),
)
def test_what_is_not_spoken_of_counts_from_its_first_record_on(
    topic: dict[int, list[str]], stands: dict[int, int]
) -> None:
    """As for ``convert --from-offsets``: what that would put out of a partition is what the plan looks at."""
    dump = b"".join(
        prose(*((at, b"k", PAYLOADS[kind]) for at, kind in enumerate(kinds)), partition=number)
        for number, kinds in topic.items()
    )
    committed = {("events", number): offset for number, offset in stands.items()}
    healing = dumpfix.plan(dump, kcat_format=PROSE, committed=committed)
    expected = {
        number: sum(kind == POISON for kind in kinds[stands.get(number, 0) :]) for number, kinds in topic.items()
    }
    assert {one.partition: one.poison for one in healing.partitions} == {
        n: count for n, count in expected.items() if count
    }
    assert {one.partition for one in healing.unplaced} == {n for n, count in expected.items() if count} - set(stands)
    for row in healing.skip:
        kinds = topic[row.partition]
        assert row.skips == kinds[stands.get(row.partition, 0) : row.offset].count(GOOD)


def plan_of(tmp_path: Path, dump: bytes, *arguments: str | Path) -> tuple[int, str]:
    (tmp_path / "dump.txt").write_bytes(dump)
    done = program("plan", tmp_path / "dump.txt", *arguments)
    return done.status, done.stdout.decode() + done.stderr


def test_a_file_that_does_not_speak_of_the_poison_is_named(tmp_path: Path) -> None:
    dump = prose((0, b"k", b"1"), (1, b"k", BAD), topic="grp") + prose((0, b"k", BAD), topic="grp", partition=1)
    (tmp_path / "c.csv").write_text("other,0,5\n")
    status, said = plan_of(tmp_path, dump, "--committed", tmp_path / "c.csv")
    assert status == 1
    assert "--committed does not speak of grp[0], grp[1] (2 poison offsets)" in said
    assert "it speaks of other: is it the right file?" in said
    (tmp_path / "c.csv").write_text("grp,0,2\n")
    status, said = plan_of(tmp_path, dump, "--committed", tmp_path / "c.csv")
    assert status == 1
    assert "--committed does not speak of grp[1] (1 poison offset)" in said
    assert "the right file" not in said
    (tmp_path / "c.csv").write_text("grp,0,2\ngrp,1,1\n")
    status, said = plan_of(tmp_path, dump, "--committed", tmp_path / "c.csv")
    assert (status, said) == (0, "nothing is poison at or behind the group's offsets: no offset has to be set\n")


def test_what_nobody_asked_for_is_counted(tmp_path: Path) -> None:
    dump = prose((0, b"k", b"1"), (1, b"k", BAD), (2, b"k", b"2"))
    status, said = plan_of(tmp_path, dump, "--limit", "1")
    assert status == 0
    assert said.splitlines()[0] == "nothing that was asked for is poison: no offset has to be set"
    assert "2 more records of the dump were not asked for" in said
    status, said = plan_of(tmp_path, dump, "--offset", "1..2")
    assert status == 1
    assert "1 more record of the dump was not asked for" in said
    status, said = plan_of(tmp_path, dump, "--partition", "5")
    assert status == 2
    assert "none of the 3 records of the dump was asked for" in said


AVRO = b"\x00\x00\x00\x00\x07avro"


@pytest.mark.parametrize(
    ("dump", "says"),
    [
        (b"at offset 7: key k: {\n" + prose((0, b"k", b"1"), (1, b"k", b"2")), "of garbage may be records"),
        (prose((0, b"k", b"1")) + b"Topic events [0] at offs\n" + prose((1, b"k", b"2")), "does not show topic, part"),
        (
            prose(*((at, b"k", AVRO) for at in range(5))),
            "events[0]  5 payloads that are no JSON, like all of the topic",
        ),
    ],
    ids=["garbage", "cut", "Avro"],
)
def test_where_poison_may_be_hidden_it_is_said(tmp_path: Path, dump: bytes, says: str) -> None:
    status, said = plan_of(tmp_path, dump, "--kcat-format", PROSE)
    assert status == 1
    assert "nothing is known to be poison" in said
    assert says in said


def test_on_standard_output_that_is_closed_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(prose((0, b"k", b"1"), (1, b"k", BAD)))
    line = f"{shlex.join(command('plan', 'dump.txt', '-o', 'plan'))} >&-"
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, check=False, env=environment())
    assert (done.returncode, done.stderr) == (2, b"dumpfix: standard output is closed\n")
    assert not (tmp_path / "plan").exists()


def test_convert_names_what_its_file_of_offsets_does_not_speak_of(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(prose((0, b"k", b"1"), (1, b"k", b"2")) + prose((0, b"k", b"3"), partition=1))
    (tmp_path / "c.csv").write_text("events,0,1\n")
    done = program("convert", tmp_path / "dump.txt", "--from-offsets", tmp_path / "c.csv")
    assert (done.status, done.stdout) == (0, b"2\n3\n")
    assert "--from-offsets does not speak of events[1]: all of it is taken, 1 record\n" in done.stderr
    assert "events[0]:" not in done.stderr
    (tmp_path / "c.csv").write_text("events,0,1\nevents,1,0\n")
    assert "speak" not in program("convert", tmp_path / "dump.txt", "--from-offsets", tmp_path / "c.csv").stderr
