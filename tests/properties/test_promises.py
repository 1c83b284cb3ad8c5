"""Promises 1 and 4 of the design: no poison, and everything accounted for, whatever the dump."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from dumpfix.json.hazards import hazards
from dumpfix.json.validity import is_valid
from tests.properties.test_reading import FORMATS, damaged_dumps
from tests.writers import kcat
from tests.writers.records import KafkaRecord, headers, keys, topics_of_records, values

pytestmark = pytest.mark.slow

REFUSED_BY_ORJSON = {"lone_surrogate", "number_overflow", "deep"}


def converted(dump: bytes, **told: Any) -> tuple[list[bytes], list[dict[str, object]], dumpfix.Report]:
    """The lines that went out, the rejects, and the report."""
    with tempfile.TemporaryDirectory() as name:
        output, rejects = Path(name) / "out.jsonl", Path(name) / "rejects.jsonl"
        report = dumpfix.convert(dump, output, rejects=rejects, **told)
        text = output.read_bytes()
        kept = [json.loads(line) for line in rejects.read_bytes().splitlines()]
    assert not text or text.endswith(b"\n")
    return text.split(b"\n")[:-1], kept, report


def check(dump: bytes, lines: list[bytes], kept: list[dict[str, object]], report: dumpfix.Report) -> None:
    totals = report.totals
    for line in lines:
        assert is_valid(line)
        assert b"\r" not in line
        if not REFUSED_BY_ORJSON & set(hazards(line)):
            orjson.loads(line)
    assert totals.records == totals.valid + totals.repaired + totals.tombstones + totals.irrecoverable
    left_out = totals.records - totals.emitted - totals.withheld
    assert 0 <= left_out <= totals.tombstones
    assert len(lines) == totals.emitted
    assert sum(1 for reject in kept if reject["record"] and not reject["emitted"]) == totals.withheld
    for reject in kept:
        start, end = reject["byte_start"], reject["byte_end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert 0 <= start < end <= len(dump)


@given(damaged_dumps(), st.sampled_from(["none", "lossless", "safe", "partial", "guess"]))
def test_what_goes_out_of_a_damaged_dump_is_json_and_the_rest_is_accounted_for(
    damaged: tuple[bytes, bytes], level: str
) -> None:
    format_string, dump = damaged
    check(dump, *converted(dump, kcat_format=format_string.decode(), repair=level))


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
def test_what_goes_out_of_any_bytes_is_json_and_the_rest_is_accounted_for(dump: bytes, format_string: bytes) -> None:
    try:
        run = converted(dump, kcat_format=format_string.decode(), repair="guess")
    except dumpfix.DumpfixError:
        # Bytes that begin like a compressed file, or like UTF-16, and are none.
        return
    check(dump, *run)


@given(topics_of_records(key=keys(), value=values(), header=headers()))
def test_what_goes_out_of_kcat_json_is_json_and_the_rest_is_accounted_for(drawn: list[KafkaRecord]) -> None:
    dump = b"".join(kcat.render_json(record) for record in drawn)
    check(dump, *converted(dump, from_name="kcat-json"))
