"""The report: every record and every byte, where each went; in JSON as its schema says, in words for a call."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumpfix.detection.choose import Told, choose
from dumpfix.framing.frame import Batch, Frame
from dumpfix.framing.object_scanner import ObjectScanner
from dumpfix.framing.objects import ObjectRule
from dumpfix.framing.window import Window
from dumpfix.layout.load import shipped
from dumpfix.layout.model import ObjectLayout
from dumpfix.record.events import MOST_HAZARDS
from dumpfix.record.hazards import hazards_of
from dumpfix.report.json_report import json_report
from dumpfix.report.ledger import MOST_MEMBERS
from dumpfix.report.moments import MOST_POINTS
from dumpfix.report.partitions import MOST_GAPS, MOST_POISON, Partition
from dumpfix.report.schemas import NAMES, schema_text
from dumpfix.report.text import shown
from dumpfix.run.emission import Policy
from tests.cli.program import PROSE, dumpfix, prose
from tests.sink.run import SIZED, converted
from tests.writers import kcat
from tests.writers.records import KafkaRecord, headers, keys, topics_of_records, values

EVENT = b'{"topic":"t","partition":0,"offset":7,"tstype":"create","ts":1,"broker":0,"key":"k","payload":"{}"}\n'
TOMBSTONE = EVENT.replace(b'"{}"', b"null")

QUICK = settings(max_examples=150, deadline=None)


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema_text(name)))


def report_of(dump: bytes, **policy: Any) -> dict[str, Any]:
    _, report = converted(dump, Told(kcat_format=PROSE.encode()), "values", policy=Policy(**policy))
    found: dict[str, Any] = json.loads(b"".join(json_report(report)))
    validator("report").validate(found)
    return found


# -- schemas ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_is_printed(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(name)))
    assert json.loads(dumpfix("grammar", "--schema", name).stdout) == json.loads(schema_text(name))


@pytest.mark.slow
@QUICK
@given(topics_of_records(min_size=1, key=keys(), value=values(), header=headers()))
def test_whatever_is_written_is_as_its_schema_says(records: list[KafkaRecord]) -> None:
    for dump, told in (
        (b"".join(map(kcat.render_json, records)), Told("kcat-json")),
        (b"".join(kcat.render(SIZED, r) for r in records), Told(kcat_format=SIZED)),
    ):
        out, report = converted(dump, told, "envelope")
        validator("report").validate(json.loads(b"".join(json_report(report))))
        for line in out.splitlines():
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            validator("envelope").validate(found)


def test_rejects_are_as_their_schema_says_and_hold_the_bytes(tmp_path: Path) -> None:
    broken = prose((1, b"\xff", b"\x00\xff no"), (2, b"k", b"no JSON"), (3, b"k", b'{"n":3}'))
    dump = broken + b'lost {"between":"records"}\n' + prose((4, b"k", b""), (5, b"k", b"[5]"))
    dumpfix("convert", "-f", PROSE, "--rejects", "rejects", stdin=dump, cwd=tmp_path)
    rejects = [json.loads(line) for line in (tmp_path / "rejects").read_text().splitlines()]
    for reject in rejects:
        validator("rejects").validate(reject)
    assert [(r["line"], r["offset"], r["record"]) for r in rejects] == [(1, 1, True), (2, 2, True), (4, None, False)]
    assert rejects[0]["payload_base64"] == "AP8gbm8="
    assert rejects[1]["payload_text"] == "no JSON"
    assert rejects[2]["payload_text"] == '{"between":"records"}'
    for reject in rejects:
        assert dump[reject["byte_start"] : reject["byte_end"]]
    assert dump[rejects[2]["byte_start"] : rejects[2]["byte_end"]] == b'{"between":"records"}'


# -- conservation ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@QUICK
@given(
    topics_of_records(min_size=1, key=keys(), value=values()),
    st.sampled_from(("values", "envelope", "kcat", "console-producer")),
    st.sampled_from(("none", "lossless", "partial", "guess")),
)
def test_nothing_gets_lost_between_the_counts(records: list[KafkaRecord], to: str, level: str) -> None:
    dump = b"".join(map(kcat.render_json, records))
    out, report = converted(dump, Told("kcat-json"), to, policy=Policy(level))
    totals = report.totals
    assert totals.records == len(records)
    assert totals.records == totals.valid + totals.repaired + totals.tombstones + totals.irrecoverable
    left_out = totals.tombstones if to == "values" else 0
    assert totals.records == totals.emitted + totals.withheld + left_out
    assert out.count(b"\n") == totals.emitted
    assert totals.withheld == sum(finding["withheld_because"] is not None for finding in report.findings)


# -- coordinates -------------------------------------------------------------------------------------------------------


def test_a_finding_says_where_the_record_and_its_payload_are() -> None:
    dump = prose((0, b"k", b"{}")) + b'Topic events [0] at offset 1: key a\nb: {"n":1 2 3 4 "}\n'
    finding = report_of(dump)["findings"][0]
    assert (finding["line"], finding["payload_line"], finding["column"]) == (2, 3, 4)
    assert dump[finding["byte_start"] : finding["byte_end"]] == dump[len(prose((0, b"k", b"{}"))) :]


def test_an_error_is_a_place_in_the_payload() -> None:
    finding = report_of(prose((0, b"k", b'{"n":tru}'), (1, b"k", b"{}")), level="none")["findings"][0]
    assert finding["error"]["at"] == 8
    assert (finding["error"]["line"], finding["error"]["column"]) == (1, 9)
    assert finding["withheld_because"] in ("level", "irrecoverable")


def test_lines_count_line_feeds_whatever_the_payloads_hold() -> None:
    pretty = prose((0, b"k", b'{\n"a":\n1}'))
    dump = pretty * 400 + prose((1, b"k", b"no JSON"))
    assert report_of(dump)["findings"][0]["line"] == 1201


# -- partitions --------------------------------------------------------------------------------------------------------


def partition_of(dump: bytes) -> dict[str, Any]:
    rows = report_of(dump)["partitions"]
    assert len(rows) == 1
    return dict(rows[0])


def test_gaps_are_the_offsets_that_are_missing() -> None:
    row = partition_of(prose(*((n, b"k", b"1") for n in (5, 6, 9, 10, 20))))
    assert (row["first_offset"], row["last_offset"]) == (5, 20)
    assert (row["gaps"], row["gap_count"]) == ([[7, 8], [11, 19]], 2)


def test_duplicates_are_offsets_not_above_the_highest_one() -> None:
    row = partition_of(prose(*((n, b"k", b"1") for n in (5, 6, 6, 5, 7))))
    assert (row["records"], row["duplicates"], row["gap_count"]) == (5, 2, 0)


def test_a_thousand_gaps_are_kept_and_all_are_counted() -> None:
    row = partition_of(prose(*((2 * n, b"k", b"1") for n in range(1500))))
    assert (len(row["gaps"]), row["gap_count"]) == (MOST_GAPS, 1499)


def poison_of(*payloads: tuple[int, bytes]) -> tuple[list[int], int, int | None]:
    row = partition_of(prose(*((offset, b"k", payload) for offset, payload in payloads)))
    return row["poison"], row["poison_count"], row["next_good_offset"]


def test_poison_is_every_offset_that_is_no_json_in_the_topic_mended_or_not() -> None:
    payloads = [b"1", b"no JSON", b"{'mended':1}", b"2", b"no JSON", b"3"]
    assert poison_of(*enumerate(payloads)) == ([1, 2, 4], 3, 5)


def test_behind_poison_at_the_end_the_next_offset_is_good() -> None:
    assert poison_of((7, b"1"), (8, b"no JSON")) == ([8], 1, 9)


def test_a_partition_without_poison_has_no_next_good_offset() -> None:
    assert poison_of((7, b"1")) == ([], 0, None)


def test_a_topic_that_holds_no_json_at_all_gets_no_advice() -> None:
    assert poison_of((7, b"plain"), (8, b"words")) == ([7, 8], 2, None)


def test_offsets_out_of_order_are_accounted_for_as_they_come() -> None:
    row = partition_of(prose((83, b"k", b'{"a":'), (85, b"k", b"1"), (84, b"k", b"2"), (86, b"k", b"3")))
    assert (row["poison"], row["next_good_offset"], row["gaps"], row["duplicates"]) == ([83], 84, [[84, 84]], 1)


@pytest.mark.slow
def test_a_thousand_poison_offsets_are_kept_and_all_are_counted_once() -> None:
    payloads = [(n, b"no JSON") for n in range(1500)] + [(n, b"no JSON") for n in range(1500)] + [(1500, b"1")]
    poison, count, good = poison_of(*payloads)
    assert (poison, count, good) == (list(range(MOST_POISON)), 1500, 1500)


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=10), max_size=8))
def test_offsets_in_bulk_are_accounted_for_as_one_by_one(batches: list[list[int]]) -> None:
    many, single = Partition(), Partition()
    for batch in batches * 40:
        many.add(batch, [b"%d" % (1000 + offset) for offset in batch])
        for offset in batch:
            single.add([offset], [b"%d" % (1000 + offset)])
    assert many == single
    assert len(many.moments.points) <= MOST_POINTS


# -- hazards -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "kinds"),
    [
        (b'{"n":18446744073709551616}', ("big_integer",)),
        (b'{"n":18446744073709551615}', ()),
        (b'{"n":-9223372036854775809}', ("big_integer",)),
        (b"-9223372036854775808", ()),
        (b"123456789012345678901234567890", ("big_integer",)),
        (b'{"id":"123456789012345678901234567890"}', ()),
        (b'{"n":[1e400]}', ("number_overflow",)),
        (b'{"n":-1.5E+309}', ("number_overflow",)),
        (b'{"hex":"0e0001","more":"12e400f"}', ()),
        (b'{"n":1e30}', ()),
        (b'"\\ud800"', ("lone_surrogate",)),
        (b'"\\ud83d\\ude00"', ()),
        (b'{"a":"\\u0000"}', ("nul_escape",)),
        (b"[" * 1001 + b"]" * 1001, ("deep",)),
        (b"[" * 1000 + b"]" * 1000, ()),
        (b'["' + b"[" * 3000 + b'\\"[","\\\\",' + b"[" * 900 + b"]" * 900 + b"]", ()),
        (b"null", ("scalar_null",)),
        (b'"' + b"x" * 998_000 + b'"', ("oversize",)),
    ],
)
def test_hazards_that_are_found_for_free_are_exact(payload: bytes, kinds: tuple[str, ...]) -> None:
    assert hazards_of(payload, shows_null=False, thorough=False) == kinds


@pytest.mark.parametrize(
    ("payload", "kind"), [(b'{"a":1,"\\u0061":2}', "duplicate_key"), (b'"{\\"a\\":1}"', "string_document")]
)
def test_hazards_that_cost_time_are_found_when_asked_for(payload: bytes, kind: str) -> None:
    dump = prose((0, b"k", payload))
    assert dumpfix("check", "-f", PROSE, "--json", stdin=dump).stdout.count(kind.encode()) == 0
    done = dumpfix("check", "-f", PROSE, "--json", "--hazards", stdin=dump)
    assert json.loads(done.stdout)["hazard_counts"] == {kind: 1}
    assert done.status == 0


def test_hazards_can_be_kept_back() -> None:
    dump = prose((0, b"k", b'{"a":1,"a":2}'), (1, b"k", b"[1]"), (2, b"k", b"1e999"))
    done = dumpfix("convert", "-f", PROSE, "--withhold-hazards", "duplicate_key,number_overflow", stdin=dump)
    assert (done.status, done.stdout) == (1, b"[1]\n")


def test_keys_that_are_a_word_for_null_are_told_of() -> None:
    done = dumpfix(
        "convert", "--to", "kcat", stdin=b'o=1 k=null v={"a":1}\no=2 k=ada v={"a":2}\no=3 k=null v={"a":3}\n'
    )
    assert (done.status, done.stdout) == (0, b'\t{"a":1}\nada\t{"a":2}\n\t{"a":3}\n')
    assert "keys that are a word for null were taken for none: null (2); if the word is the key" in done.stderr


def test_a_thousand_hazards_are_kept_and_all_are_counted() -> None:
    found = report_of(prose(*((n, b"k", b"null") for n in range(1500))))
    assert (len(found["hazards"]), found["hazard_counts"]) == (MOST_HAZARDS, {"scalar_null": 1500})
    assert [hazard["line"] for hazard in found["hazards"]] == list(range(1, 1001))


# -- in words ----------------------------------------------------------------------------------------------------------


def test_the_first_line_has_all_counts() -> None:
    dump = (
        prose((0, b"k", b"1"), (1, b"k", b"no JSON"), (2, b"k", b""))
        + b"% Reached end of topic events [0] at offset 3\n"
    )
    first = dumpfix("convert", "-f", PROSE, stdin=dump).stderr.splitlines()[0]
    assert first == (
        "3 records: 1 valid, 0 repaired, 1 tombstone, 1 irrecoverable; 1 emitted, 1 withheld, 1 tombstone left out; "
        "1 notice, 0 bytes of garbage"
    )


def test_twenty_findings_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    dump = prose(*((n, b"k", b"no JSON") for n in range(35)))
    done = dumpfix("convert", "-f", PROSE, "--report", "all.txt", stdin=dump, cwd=tmp_path)
    assert done.stderr.count("irrecoverable: ") == 20
    assert "15 more findings" in done.stderr
    assert (tmp_path / "all.txt").read_text().count("irrecoverable: ") == 35


def test_the_summary_says_what_to_do_next() -> None:
    dump = prose((0, b"k", b"1"), (1, b"k", b"no JSON"), (2, b"k", b"2"))
    said = dumpfix("convert", "-f", PROSE, stdin=dump).stderr
    assert "-:2  events[0]@1  irrecoverable: " in said
    assert "no valid JSON in the topic: events[0]  1 offset (1)" in said
    assert "keys exist and --to values leaves them out: --to kcat" in said
    assert "--rejects FILE" in said
    assert "kcat -P -b BROKER -t events -K '\\t' -Z" in dumpfix("convert", "-f", PROSE, "-t", "kcat", stdin=dump).stderr
    assert "null.marker=@NULL@" in dumpfix("convert", "-f", PROSE, "-t", "console-producer", stdin=dump).stderr


def test_nothing_is_said_when_it_is_not_wanted() -> None:
    assert dumpfix("convert", "-q", "-f", PROSE, stdin=prose((0, b"k", b"1"))).stderr == ""


def test_colour_is_for_terminals() -> None:
    assert "\x1b" not in dumpfix("convert", "-f", PROSE, stdin=prose((1, b"k", b"no JSON"))).stderr


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(b"a\x1b[2Jb", "a\\x1b[2Jb"), (b"\xff", "\\xff"), ("\u202e\u20ac".encode(), "\\u202e\u20ac"), (b"\r\n", "\\r\\n")],
)
def test_text_from_a_dump_cannot_move_the_cursor(text: bytes, wanted: str) -> None:
    assert shown(text) == wanted


def test_what_a_finding_says_of_a_large_payload_is_short_and_the_rejects_have_all_of_it(tmp_path: Path) -> None:
    payload = b'{"a":"' + b"x" * 1_000_000 + b'","b":[1,2'
    dump = tmp_path / "dump.txt"
    dump.write_bytes(prose((1, b"k" * 5000, payload)))
    done = dumpfix("check", "--json", "--rejects", tmp_path / "rejects.jsonl", dump)
    assert done.status == 1
    assert len(done.stdout) < 20_000
    (reject,) = map(json.loads, (tmp_path / "rejects.jsonl").read_bytes().splitlines())
    assert reject["payload_text"].encode() == payload
    assert json.loads(reject["proposal"])["a"] == "x" * 1_000_000


def test_the_last_line_says_what_went_into_a_pipe(tmp_path: Path) -> None:
    dump = prose((1, b"k", b'{"a":1,"b":2}'), (2, b"k", b'{"a":1,"b":2,"c":"y'), (3, b"k", b'{"a":1'))
    last = dumpfix("convert", stdin=dump).stderr.splitlines()[-1]
    assert last == "into the pipe went 2 records, 1 of them mended with loss; 1 withheld did not"
    assert "pipe" not in dumpfix("convert", "-o", tmp_path / "out", stdin=dump).stderr
    assert "pipe" not in dumpfix("convert", stdin=prose((1, b"k", b"{}"))).stderr


@pytest.mark.parametrize("to", ["kcat", "console-producer"])
def test_what_deletes_something_is_said_before_the_command_that_does_it(to: str) -> None:
    said = dumpfix("convert", "-f", "kcat-json", "--to", to, stdin=TOMBSTONE).stderr.splitlines()
    at = said.index("1 record deletes what the topic has under its key")
    assert said[at + 1].startswith("put it back: ")
    assert "deletes" not in dumpfix("convert", "-f", "kcat-json", "--to", to, stdin=EVENT).stderr


# -- what goes nowhere -----------------------------------------------------------------------------------------------

SCALARS: st.SearchStrategy[object] = st.one_of(st.none(), st.integers(0, 9), st.text(max_size=3), st.just([]))


@QUICK
@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(["error", "x", "a.b", "é"]), SCALARS, max_size=3),
            st.dictionaries(st.sampled_from(["spot", "x"]), SCALARS, max_size=2),
            st.sampled_from(['{"a":1}', '"text"', "null"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_members_that_the_layout_does_not_know_are_counted(
    records: list[tuple[dict[str, object], dict[str, object], str]], ensure_ascii: bool
) -> None:
    """Many at a time and one by one, which the arrival of the dump decides."""
    dump = b""
    expected: Counter[str] = Counter()
    for offset, (members, extra, payload) in enumerate(records):
        whole = {"topic": "t", "partition": 0, "offset": offset, "key": "k", **members, "extra": {"epoch": 1, **extra}}
        dump += f'{json.dumps(whole, ensure_ascii=ensure_ascii)[:-1]},"value":{payload}}}\n'.encode()
        expected.update(name for name, value in members.items() if value is not None)
        expected.update(f"extra.{name}" for name, value in extra.items() if value is not None)
    choice = choose(dump, Told("dumpfix"), final=True)
    _, report = converted(dump, choice, "values")
    assert [list(account.unread_members.items()) for account in report.inputs] == [sorted(expected.items())]
    assert isinstance(choice.layout, ObjectLayout)
    one_by_one: Counter[str] = Counter()
    for item in ObjectScanner(choice.layout).items(Window(dump), 0):
        frames = list(item.frames()) if isinstance(item, Batch) else [item]
        for frame in frames:
            again = ObjectRule(choice.layout).record(Window(dump), frame.start)
            assert isinstance(frame, Frame)
            assert sorted(again.unread) == sorted(frame.unread)
            one_by_one.update(dict(frame.unread))
    assert one_by_one == expected


@pytest.mark.parametrize(
    "member", ['"x":1,"x":2', '"x":1,"x":null', '"x":null,"x":1', r'"\u0061\"":1', '"extra":5', '"extra":{"y":{"z":1}}']
)
def test_a_record_read_alone_counts_as_one_among_many(member: str) -> None:
    line = f'{{"topic":"t","partition":0,"offset":1,"key":"k",{member},"value":{{"a":1}}}}\n'.encode()
    layout = next(one for one in shipped("dumpfix").layouts if isinstance(one, ObjectLayout))
    (batch,) = ObjectScanner(layout).items(Window(line), 0)
    assert isinstance(batch, Batch)
    assert batch.unread == ObjectRule(layout).record(Window(line), 0).unread


def test_no_more_names_are_told_apart_than_a_report_can_bear() -> None:
    dump = b"".join(EVENT.replace(b'"key"', b'"k%d":1,"key"' % number) for number in range(MOST_MEMBERS + 20))
    _, report = converted(dump, Told("kcat-json"), "values")
    members = report.inputs[0].unread_members
    assert len(members) == MOST_MEMBERS + 1
    assert members["…"] == 20
    assert sum(members.values()) == MOST_MEMBERS + 20
