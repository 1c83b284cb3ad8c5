"""What the tools say of themselves is checked, with care: counts, and where a partition ended."""

from __future__ import annotations

import json

import pytest

from tests.cli.program import dumpfix, prose

READ_1, READ_2, READ_3 = (b"Processed a total of %d messages\n" % n for n in (1, 2, 3))
PROMPT = b"$ kafka-console-consumer.sh --topic events --bootstrap-server b:9092\n"


def lines(*numbers: int) -> bytes:
    return b"".join(b'{"n":%d}\n' % n for n in numbers)


def mismatches(dump: bytes, *words: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The exit status; and line, what was said, what was read."""
    done = dumpfix("check", "--json", *words, stdin=dump)
    findings = json.loads(done.stdout)["findings"]
    return done.status, [(f["line"], f["said"], f["read"]) for f in findings if f["verdict"] == "count_mismatch"]


@pytest.mark.parametrize(
    ("dump", "wanted"),
    [
        (lines(1, 2) + READ_2, []),
        (lines(1, 2) + READ_3, [(3, 3, 2)]),
        (lines(1, 2) + READ_1, [(3, 1, 2)]),
        (lines(1, 2) + READ_2 + lines(3) + READ_1, []),
        (lines(1, 2) + READ_3 + lines(3) + READ_1, [(3, 3, 2)]),
        (lines(1, 2) + READ_2 + lines(3) + READ_3, [(5, 3, 1)]),
        (lines(1) + PROMPT + lines(2, 3) + READ_2, []),
        (lines(1) + PROMPT + lines(2, 3) + READ_3, []),
        (READ_2 + lines(1, 2), []),
        (READ_2 + lines(1, 2) + READ_1 + lines(3), []),
        (READ_2 + lines(1), [(1, 2, 0)]),
        (lines(1, 2), []),
    ],
)
def test_a_count_is_held_against_the_records_of_its_own_run(dump: bytes, wanted: list[tuple[int, int, int]]) -> None:
    assert mismatches(dump, "-f", "jsonl") == (1 if wanted else 0, wanted)


def ended(offset: int, partition: int = 0) -> bytes:
    return b"%% Reached end of topic events [%d] at offset %d: exiting\n" % (partition, offset)


@pytest.mark.parametrize(
    ("dump", "wanted"),
    [
        (prose((5, b"k", b"{}"), (6, b"k", b"{}")) + ended(7), []),
        (prose((5, b"k", b"{}"), (6, b"k", b"{}")) + ended(9), []),
        (prose((5, b"k", b"{}"), (6, b"k", b"{}")) + ended(6), [(3, 6, 6)]),
        (prose((5, b"k", b"{}"), (6, b"k", b"no JSON")) + ended(6), [(3, 6, 6)]),
        (ended(5) + prose((5, b"k", b"{}"), (6, b"k", b"{}")), []),
        (prose((5, b"k", b"{}")) + ended(2, partition=1), []),
        (prose((9, b"k", b"{}")) + PROMPT + prose((1, b"k", b"{}")) + ended(2), []),
    ],
)
def test_an_end_is_held_against_the_records_before_it(dump: bytes, wanted: list[tuple[int, int, int]]) -> None:
    assert mismatches(dump, "-f", "kafkacat")[1] == wanted


def test_an_end_is_held_against_a_dump_that_shows_no_topic() -> None:
    assert mismatches(b"0 7 {}\n" + ended(7), "-f", "%p %o %s\\n") == (1, [(2, 7, 7)])


def test_a_mismatch_is_said_in_words_with_both_numbers() -> None:
    done = dumpfix("convert", "-f", "jsonl", stdin=lines(1, 2) + READ_3)
    assert (done.status, len(done.lines)) == (1, 2)
    assert "-:3  count_mismatch: the tool says that it read 3 records, and 2 were read here" in done.stderr
