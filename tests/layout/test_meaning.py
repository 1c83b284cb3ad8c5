"""What a grammar declares is what comes out: texts of some records alone, nulls beside lengths, errors, dates."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from dumpfix.framing.frame import Batch, Frame
from dumpfix.framing.framer import scanner_for
from dumpfix.framing.window import Window
from dumpfix.layout.conversions import milliseconds
from dumpfix.layout.load import load
from dumpfix.layout.model import Grammar, Layout
from dumpfix.layout.write import describe, grammar_of
from tests.reading import scan

Fields = dict[str, bytes | None]


def grammar(record: str, *rest: str) -> Grammar:
    return load("\n".join(["start: record*", f"record: {record}", *rest]) + "\n", "mine")


def read(dump: bytes, layout_of: Grammar) -> list[Fields]:
    """The records of a dump, the same however it arrives, and as the written grammar reads them."""
    (layout,) = layout_of.layouts
    whole = scan(dump, layout, ())
    for cut in range(len(dump)):
        assert scan([dump[:cut], dump[cut:]], layout, ()).records == whole.records
    (again,) = load(grammar_of([layout]), "again").layouts
    assert scan(dump, again, ()).records == whole.records
    assert b"".join(dump[span.start : span.end] for span in whole.spans) == dump
    assert not whole.of_role("garbage")
    return whole.records


LOG = grammar(
    '"| offset: " OFFSET each{key} each{payload} "\\n"',
    "each{part}: part",
    'key: " key: " KEY -> absent_is_null',
    "   |",
    'payload: " payload: " VALUE -> absent_is_null',
    "   |",
    "%declare OFFSET KEY VALUE",
)


def test_a_key_and_a_payload_may_be_printed_by_some_records_alone() -> None:
    dump = (
        b'| offset: 0 key: ada payload: {"n": 1}\n| offset: 1\n| offset: 2 payload: {"n":\n2}\n| offset: 3 key: bob\n'
        b'| offset: 4 key: eve payload: {"n":\n| offset: 5 key: eve payload: \n'
    )
    assert read(dump, LOG) == [
        {"offset": b"0", "key": b"ada", "value": b'{"n": 1}'},
        {"offset": b"1", "key": None, "value": None},
        {"offset": b"2", "key": None, "value": b'{"n":\n2}'},
        {"offset": b"3", "key": b"bob", "value": None},
        {"offset": b"4", "key": b"eve", "value": b'{"n":'},
        {"offset": b"5", "key": b"eve", "value": b""},
    ]


BLOCKS = grammar(
    'each{headers} each{key} "Partition: " PARTITION "\\nOffset: " OFFSET "\\n" VALUE "\\n"',
    "each{part}: part",
    'headers: "Headers:\\n" HEADERS "\\n"',
    "       |",
    'key: "Key: " KEY "\\n" -> absent_is_null',
    "   |",
    "%declare PARTITION OFFSET HEADERS KEY VALUE",
)


def test_a_record_may_begin_with_what_others_go_on_with() -> None:
    dump = (
        b'Headers:\n  a: 1\n  b: 2\nKey: ada\nPartition: 0\nOffset: 5\n{"n": 1}\n'
        b'Partition: 0\nOffset: 6\n{\n "n": 2\n}\n'
        b'Key: bob\nPartition: 1\nOffset: 7\n{"n":\nKey: eve\nPartition: 0\nOffset: 8\n\n'
        b'Partition: 0\nOffset: 9\n{"n": 9}\n'
    )
    assert [(r.get("headers"), r.get("key"), r["offset"], r["value"]) for r in read(dump, BLOCKS)] == [
        (b"  a: 1\n  b: 2", b"ada", b"5", b'{"n": 1}'),
        (None, None, b"6", b'{\n "n": 2\n}'),
        (None, b"bob", b"7", b'{"n":'),
        (None, b"eve", b"8", b""),
        (None, None, b"9", b'{"n": 9}'),
    ]


def test_naming_a_part_changes_nothing() -> None:
    inline = grammar('["k=" KEY " "] ("v: " | "value: ") VALUE "\\n"', "%declare KEY VALUE")
    named = grammar('key word VALUE "\\n"', 'key: ["k=" KEY " "]', 'word: "v: " | "value: "', "%declare KEY VALUE")
    assert [describe(layout) for layout in named.layouts] == [describe(layout) for layout in inline.layouts]


@pytest.mark.parametrize("null", [b"null", b"<none>", b"-"])
def test_a_text_for_null_beside_a_length_stands_for_null_where_the_length_says_so(null: bytes) -> None:
    sized = grammar(
        'KEY_SIZE " " VALUE_SIZE " " KEY "|" VALUE "\\n"',
        f'NULL_LITERAL: "{null.decode()}"',
        "%declare KEY_SIZE VALUE_SIZE KEY VALUE",
    )
    text = b'"%s"' % null
    dump = b'-1 -1 %s|%s\n%d %d %s|%s\n3 -1 ada|%s\n-1 8 %s|{"n": 1}\n0 0 |\n-1 -1 |\n' % (
        (null, null, len(null), len(text), null, text, null, null)
    )
    assert read(dump, sized) == [
        {"key": None, "value": None},
        {"key": null, "value": text},
        {"key": b"ada", "value": None},
        {"key": None, "value": b'{"n": 1}'},
        {"key": b"", "value": b""},
        {"key": None, "value": None},
    ]


OBJECT = grammar(
    '"{" [member ("," member)*] "}" "\\n"',
    'member: "\\"offset\\"" ":" OFFSET',
    '      | "\\"body\\"" ":" JSON_PAYLOAD_BASE64 -> absent_is_null',
    '      | "\\"went wrong\\"" ":" JSON_PAYLOAD_ERROR',
    '      | JSON_NAME ":" JSON_VALUE',
    "%declare OFFSET JSON_PAYLOAD_BASE64 JSON_PAYLOAD_ERROR JSON_NAME JSON_VALUE WHITESPACE",
    "%ignore WHITESPACE",
)


def test_an_error_of_the_tool_and_what_is_no_base64_are_no_payloads(tmp_path: Path) -> None:
    file = tmp_path / "mine.lark"
    file.write_text(OBJECT.text)
    dump = (
        b'{"offset":1,"body":"eyJuIjogMX0="}\n{"offset":2,"body":null,"went wrong":"no schema"}\n'
        b'{"offset":3,"body":"123"}\n{"offset":4,"body":12}\n{"offset":5}\n{"body":"MQ=="}\n{"other":1}\n'
    )
    told = list(dumpfix.records(dump, grammar=str(file)))
    assert [(record.offset, record.verdict, record.value) for record in told] == [
        (1, "valid", b'{"n": 1}'),
        (2, "irrecoverable", None),
        (3, "irrecoverable", None),
        (4, "irrecoverable", None),
        (5, "tombstone", None),
        (None, "valid", b"1"),
        (None, "irrecoverable", None),
    ]


@pytest.mark.parametrize("between", ["=", "\\t", ":", " => ", "x", "_", "-", "0x"])
def test_hazards_are_told_behind_any_literal(between: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.lark"
    file.write_text(f'start: record*\nrecord: KEY "{between}" VALUE "\\n"\n%declare KEY VALUE\n')
    text = between.replace("\\t", "\t").encode()
    payloads = (b"12345678901234567890123", b"null", b'{"a": 1}', b"1e999")
    report = dumpfix.check(b"".join(b"key" + text + payload + b"\n" for payload in payloads), grammar=str(file))
    assert report.hazard_counts == {"big_integer": 1, "number_overflow": 1, "scalar_null": 1}


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-720, 720), st.sampled_from("T "))
def test_a_date_is_told_in_milliseconds(when: datetime, minutes: int, between: str) -> None:
    zoned = when.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    wanted = (zoned - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    text = zoned.isoformat(between)
    assert milliseconds(text.encode()) == b"%d" % wanted
    go = f"{text[:10]} {text[11:-6]} {text[-6:].replace(':', '')}"
    assert milliseconds(f"{go} CEST".encode()) == milliseconds(go.encode()) == b"%d" % wanted


@pytest.mark.parametrize(
    "text", ["", "2023-11-14", "2023-11-14T22:13:20", "2023-02-30T00:00:00Z", "2023-11-14T22:13:20.Z"]
)
def test_what_is_no_date_is_no_time(text: str) -> None:
    assert milliseconds(text.encode()) is None


WORDS = grammar('"key=" KEY " value=" VALUE "\\n"', 'null_key: "null"', '  | ("no" | "not") "ne"', "%declare KEY VALUE")


def test_words_may_stand_for_no_key() -> None:
    dump = b'key=null value={"n":1}\nkey=none value={"n":2}\nkey=nul value={"n":3}\n'
    dump += b'key= value=null\nkey=null value={"n":\n'
    (layout,) = WORDS.layouts
    assert isinstance(layout, Layout)
    assert layout.null_keys == (b"null", b"none", b"notne")
    assert read(dump, WORDS) == [
        {"key": None, "value": b'{"n":1}'},
        {"key": None, "value": b'{"n":2}'},
        {"key": b"nul", "value": b'{"n":3}'},
        {"key": None, "value": b"null"},
        {"key": None, "value": b'{"n":'},
    ]


def test_a_length_tells_a_word_from_no_key() -> None:
    sized = grammar('KEY_SIZE " " KEY " " VALUE "\\n"', 'null_key: "null"', "%declare KEY_SIZE KEY VALUE")
    assert [fields["key"] for fields in read(b'4 null {"n":1}\n-1  {"n":2}\n', sized)] == [b"null", None]


@given(st.lists(st.sampled_from(["null", "none", "ada", "", "null "]), min_size=1, max_size=9), st.booleans())
def test_the_words_taken_for_no_key_are_counted_many_at_a_time_and_one_by_one(
    keys: list[str], has_broken: bool
) -> None:
    dump = "".join(f'key={key} value={{"n":{n}}}\n' for n, key in enumerate(keys)).encode()
    dump += b'key=none value={"n":\n' * has_broken
    expected = Counter(key for key in [*keys, *["none"] * has_broken] if key in ("null", "none"))
    (layout,) = WORDS.layouts
    many: Counter[str] = Counter()
    one_by_one: Counter[str] = Counter()
    for item in scanner_for(layout, ()).items(Window(dump), 0):
        many.update(dict(item.null_keys) if isinstance(item, Batch | Frame) else {})
        for frame in item.frames() if isinstance(item, Batch) else [item] if isinstance(item, Frame) else []:
            one_by_one.update(dict(frame.null_keys))
    assert many == one_by_one == expected
