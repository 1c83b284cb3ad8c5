"""What dumpfix writes it reads: an envelope says all that its dump says, and a reject that was mended goes back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from tests.writers import kcat
from tests.writers.records import KafkaRecord, headers, keys, topics_of_records, values

pytestmark = pytest.mark.slow

RECORDS = topics_of_records(key=keys(), value=values(), header=headers(), min_size=1)
SIZED = rb"%t %p %o %T %K %S\n%k%s\n"


def converted(dump: bytes, to: Any, **told: Any) -> tuple[bytes, bytes, dumpfix.Report]:
    """What went out, the rejects, the report."""
    with tempfile.TemporaryDirectory() as name:
        output, rejects = Path(name) / "out.jsonl", Path(name) / "rejects.jsonl"
        report = dumpfix.convert(dump, output, to=to, rejects=rejects, repair="none", **told)
        return output.read_bytes(), rejects.read_bytes(), report


def said(dump: bytes, **told: Any) -> list[tuple[object, ...]]:
    """What the records of a dump say, those that nothing can be made of left out; line ends between tokens are gone."""
    return [
        (
            *(one.topic, one.partition, one.offset, one.timestamp, one.timestamp_type, one.headers, one.has_key),
            *(one.key, one.value, one.verdict, one.judgement.ambiguous, one.extra),
        )
        for one in dumpfix.records(dump, **told)
        if one.verdict in ("valid", "tombstone")
    ]


@given(RECORDS, st.sampled_from(["json", "sized"]))
def test_an_envelope_says_what_its_dump_says(drawn: list[KafkaRecord], kind: str) -> None:
    told: dict[str, Any] = {"from_name": "kcat-json"} if kind == "json" else {"kcat_format": SIZED}
    render = kcat.render_json if kind == "json" else lambda record: kcat.render(SIZED, record)
    dump = b"".join(map(render, drawn))
    envelopes, _, report = converted(dump, "envelope", **told)
    if not report.totals.emitted:
        return
    assert said(envelopes) == said(dump, **told)
    for to in ("values", "envelope", "kcat", "console-producer"):
        assert converted(envelopes, to)[0] == converted(dump, to, **told)[0]


@given(RECORDS, st.sampled_from(["payload_text", "proposal"]))
def test_a_reject_that_was_mended_goes_out_with_key_headers_and_coordinates(
    drawn: list[KafkaRecord], member: str
) -> None:
    dump = b"".join(map(kcat.render_json, drawn))
    _, rejects, report = converted(dump, "envelope", from_name="kcat-json")
    if not report.totals.withheld:
        return
    again, _, _ = converted(rejects, "envelope")
    assert again == b""
    rows = [json.loads(line) for line in rejects.splitlines()]
    for number, row in enumerate(rows):
        row[member] = f'{{"mended":{number}}}'
    mended = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    out, _, done = converted(mended, "envelope")
    assert done.totals.emitted == done.totals.records == len(rows)
    assert not done.needs_a_look
    shown = {
        (one.partition, one.offset): (one.timestamp, one.timestamp_type, one.headers, one.key)
        for one in dumpfix.records(dump, from_name="kcat-json")
    }
    for number, one in enumerate(dumpfix.records(out)):
        assert one.value == b'{"mended":%d}' % number
        place = (rows[number]["partition"], rows[number]["offset"])
        assert (one.partition, one.offset) == place
        assert (one.timestamp, one.timestamp_type, one.headers, one.key) == shown[place]
