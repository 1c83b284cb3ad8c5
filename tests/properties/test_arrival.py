"""Promise 7 of the design: the same answer however a dump arrives, damaged ones too.

A file, a real pipe in pieces of any size, gzip, one process and two: the same output, rejects and report.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.detection.choose import Told
from dumpfix.io.source import Source, open_path
from dumpfix.report.json_report import json_report
from dumpfix.run import parallel
from dumpfix.run.conversion import records_of
from dumpfix.run.job import Job, perform
from tests.properties.test_reading import damaged_dumps
from tests.reading import chunked
from tests.writers import kcat
from tests.writers.records import KafkaRecord, headers, keys, topics_of_records, values

pytestmark = pytest.mark.slow

OUTPUTS = ("values", "envelope", "kcat", "console-producer")
Answer = tuple[bytes, bytes, bytes]


def answer(source: Source, told: Told, to: str, jobs: int = 1) -> Answer:
    """Output, rejects and report; what the report says of a wrapper is left out."""
    with tempfile.TemporaryDirectory() as name:
        output, rejects = Path(name) / "out", Path(name) / "rejects"
        try:
            job = Job(told, to=to, level="partial", output=str(output), rejects=str(rejects), jobs=jobs)
            report = perform(job, [source]).report
        finally:
            source.close()
        for account in report.inputs:
            account.wrappers = []
        return output.read_bytes(), rejects.read_bytes(), b"".join(json_report(report))


def through_a_pipe(pieces: Sequence[bytes], path: str) -> Source:
    """A source that reads each piece from a pipe before the next one is written."""

    def read() -> Iterator[bytes]:
        reading, writing = os.pipe()
        try:
            for piece in filter(None, pieces):
                os.write(writing, piece)
                yield os.read(reading, 1 << 20)
        finally:
            os.close(reading)
            os.close(writing)

    return Source(path, read())


def check(dump: bytes, pieces: Sequence[bytes], told: Told, to: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        plain, packed = Path(name) / "plain", Path(name) / "packed"
        plain.write_bytes(dump)
        packed.write_bytes(gzip.compress(dump))
        whole = answer(open_path(str(plain)), told, to)
        compressed = open_path(str(packed))
        compressed.path = str(plain)
        assert answer(compressed, told, to) == whole
        assert answer(through_a_pipe(pieces, str(plain)), told, to) == whole
        with patch.object(parallel, "REGION", 400), patch.object(parallel, "SMALLEST", 800):
            with patch("dumpfix.repairing.siblings.FIRST_RECORDS", 1000):
                one = answer(open_path(str(plain)), told, to)
                assert one == whole
            with patch("dumpfix.repairing.siblings.FIRST_RECORDS", 3):
                one = answer(open_path(str(plain)), told, to)
                assert answer(open_path(str(plain)), told, to, jobs=2) == one


#: a layout that is not forced is held against the dump, which takes longer than all the rest
FORCED = st.sampled_from([True, True, True, True, False])


@given(st.sampled_from(OUTPUTS), damaged_dumps(), st.data())
def test_a_damaged_dump_gives_the_same_however_it_arrives(
    to: str, damaged: tuple[bytes, bytes], data: st.DataObject
) -> None:
    format_string, dump = damaged
    dump *= data.draw(st.sampled_from([1, 12]))
    check(dump, data.draw(chunked(dump)), Told(kcat_format=format_string, is_forced=data.draw(FORCED)), to)


@given(st.sampled_from(OUTPUTS), topics_of_records(key=keys(), value=values(), header=headers()), st.data())
def test_damaged_kcat_json_gives_the_same_however_it_arrives(
    to: str, drawn: list[KafkaRecord], data: st.DataObject
) -> None:
    dump = b"".join(map(kcat.render_json, drawn)) * data.draw(st.sampled_from([1, 6]))
    for _ in range(data.draw(st.integers(0, 4))):
        at, length = data.draw(st.integers(0, len(dump))), data.draw(st.integers(0, 12))
        piece = data.draw(st.sampled_from([b"", b"\n", b"\r\n", b"garbage\n", b'"', b"{", b"\\u00", b"\xff", b"null"]))
        dump = dump[:at] + piece + dump[at + length :]
    check(dump, data.draw(chunked(dump)), Told("kcat-json", is_forced=data.draw(FORCED)), to)


#: (format, dump): whether the first line is wrapped is not yet seen in its first bytes, or lines
WRAPPED_OR_NOT = [
    (b"%k - %s", b"\t\t% Reached end of topic events [0] at offset 0\n:  - "),
    (b"%k: %s\n", b"a title without an object\n  a: {}\n  b: {}\n  c: {}\n"),
    (
        b"Topic %t [%p] at offset %o: %s\n",
        b"a title\n  Topic t [0] at offset 0: {}\n  Topic t [0] at offset 1: {}\n",
    ),
]


@pytest.mark.parametrize(("format_string", "dump"), WRAPPED_OR_NOT)
def test_whether_lines_are_wrapped_does_not_depend_on_how_much_is_at_hand(format_string: bytes, dump: bytes) -> None:
    told = Told(kcat_format=format_string)
    whole = list(records_of(Source("x", [dump]), told))
    assert whole
    for cut in range(1, len(dump)):
        assert list(records_of(Source("x", [dump[:cut], dump[cut:]]), told)) == whole


def test_several_processes_tell_columns_where_records_begin_in_the_middle_of_lines() -> None:
    notices = b"% Configuration filename kafkacat.conf is deprecated!\n% Rename kafkacat.conf to kcat.conf\n"
    once = b'd - {\n\t"list": []\n}s_ - { "text": "k: {}\\n" , "lis  } , [  ] ] }pv0wm -' + notices
    once += b' {"text":"","list":[]}l-n5 - {\n  "text": "[2023-11-14 22:13:20,001] ERROR",\n  "list": [\n  ]\n}'
    check(once * 12, [once] * 12, Told(kcat_format=b"%k - %s"), "values")


@pytest.mark.parametrize("count", [1, 2, 3, 5, 40])
def test_lines_that_are_all_alike_and_broken_are_no_wrapper(count: int) -> None:
    line = b"a 0 0 1000 x Struct{n=1}\n"
    told = Told(kcat_format=b"%t %p %o %T %k %s\\n")
    found = list(records_of(Source("x", [line * count]), told))
    assert [record.raw_value for record in found] == [b"Struct{n=1}"] * count
