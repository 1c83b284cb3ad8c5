"""Input that nobody would choose: a message or a finding, no traceback, no hang; the good records come out."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from .program import PROSE, dumpfix, prose

BEFORE = prose((1, b"k", b'{"before":1}'))
AFTER = prose((3, b"k", b'{"after":1}'))


def middle(value: bytes) -> bytes:
    return prose((2, b"k", value))


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n\r\n"], ids=["empty", "a line end", "blank lines"])
def test_nothing_gives_nothing(data: bytes) -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=data)
    assert (done.status, done.stdout) == (0, b"")
    assert done.stderr.startswith("0 records")


def test_an_empty_file_and_dev_null_are_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    for path in ("empty.txt", os.devnull):
        done = dumpfix("convert", path, cwd=tmp_path)
        assert (done.status, done.stdout) == (0, b"")
        assert f"{path}: empty" in done.stderr


def test_a_directory_is_named_as_one(tmp_path: Path) -> None:
    done = dumpfix("convert", tmp_path)
    assert done.status == 2
    assert "directory" in done.stderr


def test_a_binary_file_has_no_layout() -> None:
    done = dumpfix("convert", stdin=bytes(range(256)) * 40)
    assert (done.status, done.stdout) == (2, b"")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe\x00\n",
        b"\x00" * 1000 + b"\n",
        random.Random(1).randbytes(5000) + b"\n",
        b"\x1b]0;title\x07\x1b[31m\n",
    ],
    ids=["no UTF-8", "NULs", "noise", "control sequences"],
)
def test_good_records_around_garbage_come_out(garbage: bytes) -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=BEFORE + garbage + AFTER)
    assert done.lines == [b'{"before":1}', b'{"after":1}']
    assert "-:2" in done.stderr
    assert done.stderr.isprintable() or all(c.isprintable() or c == "\n" for c in done.stderr)


@pytest.mark.parametrize(
    "value",
    [b'{"text":"\xff"}', b'{"a":\x00}', b"\x1b[2J", b"", b"Struct{a=1}", b'{"a":' * 30],
    ids=["no UTF-8", "NUL", "an escape sequence", "empty", "no JSON", "cut deep inside"],
)
def test_good_records_around_a_broken_payload_come_out(value: bytes) -> None:
    done = dumpfix("convert", "-f", PROSE, "--repair", "none", stdin=BEFORE + middle(value) + AFTER)
    assert done.lines == [b'{"before":1}', b'{"after":1}']
    assert all(c.isprintable() or c == "\n" for c in done.stderr)


@pytest.mark.parametrize("cut", [5, 20, 36, 44, len(BEFORE) - 1])
def test_a_dump_cut_in_its_first_record_loses_only_that(cut: int) -> None:
    done = dumpfix("convert", "-f", PROSE, "--repair", "none", stdin=BEFORE[cut:] + middle(b"[2]") + AFTER)
    assert done.lines[-2:] == [b"[2]", b'{"after":1}']


@pytest.mark.parametrize("cut", range(1, len(AFTER)))
def test_a_dump_cut_in_its_last_record_loses_only_that(cut: int) -> None:
    import dumpfix as api

    dump = BEFORE + middle(b"[2]") + AFTER[:cut]
    found = [r.value for r in api.records(dump, kcat_format=PROSE) if r.judgement.kind == "valid"]
    whole = AFTER[:cut].endswith((b"}", b"}\n"))
    assert found == [b'{"before":1}', b"[2]", *([b'{"after":1}'] if whole else [])]


def test_a_bare_number_at_the_very_end_is_withheld() -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=BEFORE + b"Topic events [0] at offset 2: key k: 12")
    assert (done.status, done.stdout) == (1, b'{"before":1}\n')
    assert "may be cut" in done.stderr


@pytest.mark.slow
def test_a_line_of_fifty_megabytes_passes() -> None:
    long = b'{"text":"%b"}' % (b"x" * 50_000_000)
    done = dumpfix("convert", "-f", PROSE, stdin=BEFORE + middle(long) + AFTER)
    assert done.status == 0
    assert done.lines == [b'{"before":1}', long, b'{"after":1}']
    assert "message.max.bytes=" in done.stderr


def test_a_hundred_thousand_nested_arrays_pass() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    done = dumpfix("convert", "-f", PROSE, stdin=BEFORE + middle(deep) + AFTER)
    assert done.lines == [b'{"before":1}', deep, b'{"after":1}']
    assert "deep 1" in done.stderr


def test_a_hundred_thousand_arrays_that_nobody_closed_are_a_finding() -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=BEFORE + middle(b"[" * 100_000) + AFTER)
    assert done.lines[-1] == b'{"after":1}'
    assert "-:2" in done.stderr


def test_the_largest_numbers_and_the_longest_topic_pass() -> None:
    topic = b"aA0._-" * 41
    dump = b"Topic %b [2147483647] at offset 9223372036854775807: key k: {}\n" % topic
    done = dumpfix("convert", "-f", PROSE, "-t", "envelope", stdin=dump)
    found = json.loads(done.stdout)
    assert (found["topic"], found["partition"], found["offset"]) == (topic.decode(), 2**31 - 1, 2**63 - 1)


@pytest.mark.parametrize("size", [b"5", b"999999", b"2147483647", b"99999999999999999999", b"-2"])
def test_sizes_that_lie_cost_no_record_but_their_own(size: bytes) -> None:
    record = b"%d %b %b"
    dump = record % (1, b"7", b'{"a":1}\n') + record % (2, size, b'{"b":1}\n') + record % (3, b"7", b'{"c":1}\n')
    done = dumpfix("convert", "-f", "%o %S %s\\n", stdin=dump)
    assert done.lines[0] == b'{"a":1}'
    assert done.lines[-1] == b'{"c":1}'


@pytest.mark.parametrize(
    "dump", [b'1 10\n123\n2 7\n{"n":2}\n', b'0 7\n{"n":0}\n1 10\n123\n', b'0 7\n{"n":0}\n1 900\n12']
)
def test_a_number_shorter_than_its_size_is_withheld(dump: bytes) -> None:
    done = dumpfix("convert", "-f", "%o %S\\n%s\\n", stdin=dump)
    assert done.status == 1
    assert b"12" not in done.stdout
    assert len(done.lines) == 1
    assert "it may be cut" in done.stderr or "bytes, and 3 are here" in done.stderr
