"""Which records are wanted: by coordinates alone, counted, the same however they are read."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.detection.choose import Told
from dumpfix.errors import UsageError
from dumpfix.io.output import FileObject
from dumpfix.io.source import open_dump
from dumpfix.record.selection import Selection, moment, offset_range
from dumpfix.report.model import Report
from dumpfix.run import parallel
from dumpfix.run.job import Job, perform
from tests.cli.program import dumpfix, prose

pytestmark = pytest.mark.slow

FORMAT = "%t/%p/%o/%T/%k: %s\\n"


class Row(NamedTuple):
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: str
    value: bytes


rows_of = st.lists(
    st.builds(
        Row,
        st.sampled_from(["a", "b"]),
        st.integers(0, 2),
        st.integers(0, 12),
        st.integers(1000, 1010),
        st.sampled_from(["x", "y"]),
        st.sampled_from([b'{"n":1}', b'{"n":2}', b"Struct{n=1}"]),
    ),
    max_size=20,
)
few = st.none() | st.integers(0, 12)
selections = st.builds(
    Selection,
    topics=st.sets(st.sampled_from(["a", "b"]), max_size=1).map(frozenset),
    partitions=st.sets(st.integers(0, 2), max_size=2).map(frozenset),
    keys=st.sets(st.sampled_from([b"x", b"z"]), max_size=1).map(frozenset),
    first=few,
    last=few,
    from_offsets=st.none() | st.dictionaries(st.tuples(st.just("a"), st.integers(0, 2)), st.integers(0, 12)),
    since=st.none() | st.integers(1000, 1010),
    until=st.none() | st.integers(1000, 1010),
    limit=few,
)


def dump_of(rows: Iterable[Row]) -> bytes:
    return b"".join(b"%b/%d/%d/%d/%b: %b\n" % (r[0].encode(), *r[1:4], r.key.encode(), r.value) for r in rows)


def converted(dump: Any, selection: Selection, jobs: int = 1) -> tuple[bytes, Report]:
    out = io.BytesIO()
    with contextlib.closing(open_dump(dump)) as source:
        told = Told(kcat_format=FORMAT.encode())
        done = perform(Job(told, output=FileObject(out), selection=selection, jobs=jobs, to="envelope"), [source])
    return out.getvalue(), done.report


def wanted(rows: list[Row], s: Selection) -> list[Row]:
    """Told row by row, without a word of dumpfix."""
    starts = s.from_offsets or {}
    fits = [
        row
        for row in rows
        if (not s.topics or row.topic in s.topics)
        and (not s.partitions or row.partition in s.partitions)
        and (not s.keys or row.key.encode() in s.keys)
        and (s.first is None or row.offset >= s.first)
        and (s.last is None or row.offset <= s.last)
        and row.offset >= starts.get((row.topic, row.partition), 0)
        and (s.since is None or row.timestamp >= s.since)
        and (s.until is None or row.timestamp < s.until)
    ]
    return fits if s.limit is None else fits[: s.limit]


@given(rows_of, selections, st.integers(1, 200))
def test_what_is_wanted_goes_out_and_the_rest_is_counted(rows: list[Row], selection: Selection, size: int) -> None:
    dump = dump_of(rows)
    out, report = converted(dump, selection)
    expected = wanted(rows, selection)
    assert out == converted(dump_of(expected), Selection())[0]
    assert (report.totals.records, report.totals.left_out) == (len(expected), len(rows) - len(expected))
    assert sum(row["records"] for row in report.partitions) == len(expected)
    pieces = converted([dump[at : at + size] for at in range(0, len(dump), size)], selection)
    assert (pieces[0], pieces[1].totals, pieces[1].partitions) == (out, report.totals, report.partitions)


def test_several_processes_leave_out_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "REGION", 1 << 14)
    monkeypatch.setattr(parallel, "SMALLEST", 1 << 15)
    monkeypatch.setattr(parallel, "WINDOW", 1 << 10)
    rows = [Row("a", n // 3000, n, 1000 + n, "xy"[n % 2], b'{"n":%d}' % n) for n in range(9000)]
    path = tmp_path / "dump.txt"
    path.write_bytes(dump_of(rows))
    for selection in (
        Selection(partitions=frozenset({1})),
        Selection(first=2500, last=7000, keys=frozenset({b"x"})),
        Selection(limit=4321),
        Selection(dedupe=True),
    ):
        one, two = (converted(path, selection, jobs) for jobs in (1, 2))
        assert (one[0], one[1].totals, one[1].partitions) == (two[0], two[1].totals, two[1].partitions)
        assert one[1].totals.records == (9000 if selection.dedupe else len(wanted(rows, selection)))


@given(rows_of)
def test_no_record_twice_and_what_differs_is_a_conflict(rows: list[Row]) -> None:
    out, report = converted(dump_of(rows), Selection(dedupe=True))
    seen: dict[tuple[str, int, int], tuple[str, bytes]] = {}
    kept: list[Row] = []
    conflicts = 0
    for row in rows:
        first = seen.setdefault(row[:3], (row.key, row.value))
        is_same = first == (row.key, row.value)
        if row[:3] not in {r[:3] for r in kept} or not is_same:
            conflicts += not is_same
            kept.append(row)
    assert out == converted(dump_of(kept), Selection())[0]
    assert report.totals.left_out == len(rows) - len(kept)
    assert sum("conflict" in (one["reason"] or "") for one in report.findings) == conflicts
    assert report.needs_a_look or not conflicts


@pytest.mark.parametrize(
    ("option", "format_string"),
    [
        (("--partition", "0"), "%k: %s\\n"),
        (("--topic", "a"), "%k: %s\\n"),
        (("--offset", "1..2"), "%k: %s\\n"),
        (("--since", "2024-01-01"), "%k: %s\\n"),
        (("--key", "a"), "%o: %s\\n"),
        (("--dedupe",), "%o: %s\\n"),
    ],
    ids=lambda value: str(value),
)
def test_what_the_dump_does_not_show_cannot_be_asked_for(option: tuple[str, ...], format_string: str) -> None:
    done = dumpfix("convert", "-f", format_string, *option, stdin=b"1: {}\n")
    assert (done.status, done.stdout) == (2, b"")
    assert "does not show" in done.stderr


def test_times_and_ranges_are_read_as_people_write_them() -> None:
    assert [
        moment(text, "--since") for text in ("1700000000000", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00")
    ] == [1_700_000_000_000] * 3
    assert moment("2023-11-14", "--since") == 1_699_920_000_000, "UTC, whatever the machine's zone"
    assert moment("2023-11-14T22:13:20.123456", "--since") == 1_700_000_000_123
    assert [offset_range(text) for text in ("3..5", "3..", "..5", "3")] == [(3, 5), (3, None), (None, 5), (3, 3)]
    for text in ("", "..", "5..3", "a..b", "1...2", "-1"):
        with pytest.raises(UsageError):
            offset_range(text)
    for text in ("yesterday", "2023", ""):
        with pytest.raises(UsageError):
            moment(text, "--since")


def test_a_file_for_each_partition_whole_or_not_at_all(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(
        prose((3, b"k", b"[1]"), (4, b"k", b"no JSON"))
        + prose((1, b"k", b"[2]"), partition=1)
        + prose((1, b"k", b"[3]"), topic="..up")
        + prose((5, b"k", b"[4]"))
    )
    told = ("-f", "Topic %t [%p] at offset %o: key %k: %s\\n")
    done = dumpfix("convert", *told, dump, "--split", tmp_path / "out")
    assert done.status == 1
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        "events-0.jsonl": b"[1]\n[4]\n",
        "events-1.jsonl": b"[2]\n",
        "%2E.up-0.jsonl": b"[3]\n",
    }
    again = dumpfix("convert", *told, dump, "--split", tmp_path / "out")
    assert (again.status, "there already" in again.stderr) == (2, True)
    assert dumpfix("convert", dump, "--split", tmp_path / "x", "-o", tmp_path / "y").status == 2


def test_offsets_of_a_group_say_where_to_begin(tmp_path: Path) -> None:
    (tmp_path / "committed.csv").write_text("events,0,4\n")
    dump = prose((3, b"k", b"[1]"), (4, b"k", b"[2]")) + prose((1, b"k", b"[3]"), partition=1)
    done = dumpfix("convert", "--from-offsets", tmp_path / "committed.csv", stdin=dump)
    assert (done.status, done.lines) == (0, [b"[2]", b"[3]"])
    assert "1 more not asked for" in done.stderr
