"""What each output looks like, to the byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dumpfix.detection.choose import Told, choose
from dumpfix.layout.load import shipped
from dumpfix.layout.model import HeaderSpelling, Layout
from dumpfix.record.fields import headers_of, json_headers
from dumpfix.sink import NAMES
from tests.writers import console_consumer, kcat
from tests.writers.records import KafkaRecord, headers, keys, topics_of_records, values

from .run import CONSOLE, PROSE, SIZED, converted, lines_of

QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def record(key: bytes | None, value: bytes | None, *heads: tuple[str, bytes | None], offset: int = 7) -> KafkaRecord:
    return KafkaRecord("events", 3, offset, 1_700_000_000_000, "create", heads, key, value)


def as_json(*records: KafkaRecord) -> bytes:
    return b"".join(map(kcat.render_json, records))


def json_lines(to: str, *records: KafkaRecord) -> list[bytes]:
    return lines_of(as_json(*records), to, from_name="kcat-json")


# -- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        b'{"b":1,"a":1.50,"a":1e5}',
        b'{ "spaces" :  [ 1 , 2 ] }',
        '{"text":"\u20ac \\u20ac \\/"}'.encode(),
        b"12345678901234567890",
        b'"\\ud800"',
        b"true",
    ],
)
def test_a_valid_payload_comes_out_byte_for_byte(payload: bytes) -> None:
    assert json_lines("values", record(b"k", payload)) == [payload]


def test_a_payload_over_several_lines_is_joined_outside_its_strings() -> None:
    dump = b'Topic t [0] at offset 1: key k: {\n  "a": "x  y",\r\n\t"b": [1,\n 2]\n}\n' * 3
    assert lines_of(dump, "values", kcat_format=PROSE)[0] == b'{"a": "x  y","b": [1,2]}'


def test_tombstones_are_left_out_of_values_and_kept_by_the_others() -> None:
    dump = as_json(record(b"k", None), record(b"k", b"1"))
    assert lines_of(dump, "values", from_name="kcat-json") == [b"1"]
    assert lines_of(dump, "kcat", from_name="kcat-json") == [b"k\t", b"k\t1"]
    assert json.loads(lines_of(dump, "envelope", from_name="kcat-json")[0])["value"] is None


@pytest.mark.parametrize("to", ["values", "envelope", "kcat", "console-producer"])
def test_an_empty_text_that_may_be_null_is_read_alike_in_bulk_and_one_by_one(to: str) -> None:
    dump = b'k1\t{"a":1}\nk2\t\nk3\tnull\n\t{"c":1}\nnull\t{"d":1}\n' * 40
    choice = choose(b'k1\t{"a":1}\nk2\t\n', Told(), final=True)
    bulk, slow = (converted(dump, choice, to, bulk=bulk) for bulk in (True, False))
    assert bulk[0] == slow[0]
    assert bulk[1].totals == slow[1].totals
    assert bulk[1].totals.tombstones == 80
    assert to != "kcat" or bulk[0] == b'k1\t{"a":1}\nk2\t\nk3\t\n\t{"c":1}\n\t{"d":1}\n' * 40


def test_a_payload_that_is_known_to_be_empty_is_withheld_everywhere() -> None:
    dump = as_json(record(b"k", b""), record(b"k", b"1"))
    for to in NAMES:
        assert len(lines_of(dump, to, from_name="kcat-json")) == 1


# -- envelope --------------------------------------------------------------------------------------------------------


def test_the_envelope_has_everything_that_the_dump_shows() -> None:
    dump = as_json(record(b"k", b'{"n":1.0}', ("h1", b"a,b"), ("h2", None), ("h1", b"")))
    assert lines_of(dump, "envelope", from_name="kcat-json") == [
        b'{"topic":"events","partition":3,"offset":7,"timestamp":1700000000000,"timestamp_type":"create",'
        b'"headers":[["h1","a,b"],["h2",null],["h1",""]],"key":"k","value":{"n":1.0},"extra":{"broker":1}}'
    ]


def test_what_the_dump_does_not_show_is_absent_from_the_envelope() -> None:
    assert lines_of(b'{"a":1}\n', "envelope") == [b'{"value":{"a":1}}']


def test_a_null_key_is_null_and_a_binary_one_is_base64() -> None:
    dump = as_json(record(None, b"1"), record(b"\xff\x00", b"1"))
    assert [json.loads(line)["key"] for line in lines_of(dump, "envelope", from_name="kcat-json")] == [
        None,
        {"base64": "/wA="},
    ]


def test_headers_that_can_be_read_in_two_ways_stay_a_text() -> None:
    dump = b"".join(b'%d|h1=a,b,h2=NULL|{"n":1}\n' % n for n in range(3))
    assert json.loads(lines_of(dump, "envelope", kcat_format=rb"%o|%h|%s\n")[0]) == {
        "offset": 0,
        "headers_text": "h1=a,b,h2=NULL",
        "value": {"n": 1},
    }


def test_an_unavailable_timestamp_has_no_number() -> None:
    line = lines_of(b"-1 {}\n-1 []\n", "envelope", kcat_format=rb"%T %s\n")[0]
    assert line == b'{"timestamp_type":"none","value":{}}'


def spelling(name: str) -> HeaderSpelling:
    layout = next(layout for layout in shipped(name).layouts if isinstance(layout, Layout) and layout.headers)
    assert layout.headers is not None
    return layout.headers


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (b"a=1", (("a", b"1"),)),
        (b"a=NULL", (("a", None),)),
        (b"a=", (("a", b""),)),
        (b"a=b=c", (("a", b"b=c"),)),
        (b"a=1,b=2", None),
        (b"nothing", None),
    ],
)
def test_headers_of_kcat_are_taken_apart_where_that_is_sure(text: bytes, pairs: object) -> None:
    assert headers_of(text, spelling("kafkacat")) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (b"NO_HEADERS", ()),
        (b"a:b,c:null", (("a", b"b"), ("c", None))),
        (b"a:b:c", (("a", b"b:c"),)),
        (b"a:", (("a", b""),)),
        (b"a:x,y", None),
    ],
)
def test_headers_of_the_console_consumer_are_taken_apart(text: bytes, pairs: object) -> None:
    assert headers_of(text, spelling("console-consumer")) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (b'["a","1","b",null]', (("a", b"1"), ("b", None))),
        (b'["a","\xff\\n","b",null]', (("a", b"\xff\n"), ("b", None))),
        (b'{"a":"1"}', (("a", b"1"),)),
        (b'["a"]', None),
        (b"[1,2]", None),
        (b"[]", ()),
    ],
)
def test_headers_in_json_are_taken_apart(text: bytes, pairs: object) -> None:
    assert json_headers(text) == pairs


# -- kcat ------------------------------------------------------------------------------------------------------------


def test_kcat_lines_always_have_the_separator() -> None:
    dump = as_json(record(None, b"1"), record(b"k", b"2"), record(None, None))
    assert lines_of(dump, "kcat", from_name="kcat-json") == [b"\t1", b"k\t2", b"\t"]


@pytest.mark.parametrize("key", [b"", b"a\tb", b"a\nb"])
def test_a_key_that_kcat_would_bend_is_withheld(key: bytes) -> None:
    out, report = converted(as_json(record(key, b"1"), record(b"k", b"2")), Told("kcat-json"), "kcat")
    assert out == b"k\t2\n"
    assert report.findings[0]["withheld_because"] == "not_representable"
    assert report.findings[0]["verdict"] == "valid"


def test_an_empty_key_that_may_be_null_is_taken_for_null() -> None:
    assert lines_of(b"Topic t [0] at offset 1: key : {}\n", "kcat", kcat_format=PROSE) == [b"\t{}"]


# -- console-producer --------------------------------------------------------------------------------------------------


def test_console_producer_lines_have_headers_key_and_value() -> None:
    dump = as_json(record(b"k", b"1", ("a", b"x"), ("b", None)), record(None, None))
    assert lines_of(dump, "console-producer", from_name="kcat-json") == [
        b"a:x,b:@NULL@\tk\t1",
        b"@NULL@\t@NULL@\t@NULL@",
    ]


@pytest.mark.parametrize(
    "withheld",
    [
        record(b"a\tb", b"1"),
        record(b"a\rb", b"1"),
        record(b"\xff", b"1"),
        record(b"@NULL@", b"1", offset=2),
        record(b"k", b"1", ("a,b", b"x")),
        record(b"k", b"1", ("a:b", b"x")),
        record(b"k", b"1", ("a", b"x,y")),
        record(b"k", b"1", ("a", b"\xff")),
    ],
)
def test_what_the_console_producer_would_bend_is_withheld(withheld: KafkaRecord) -> None:
    fill = as_json(*(record(b"k", b'"%s"' % (b"x" * 900), offset=n) for n in range(100)))
    lines = lines_of(fill + as_json(withheld), "console-producer", from_name="kcat-json")
    assert len(lines) == 100


# -- all ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("to", NAMES)
@QUICK
@given(
    topics_of_records(min_size=1, key=keys(), value=values(), header=headers()),
    st.sampled_from((SIZED, PROSE, b"kcat-json", b"console")),
)
def test_many_at_once_give_the_same_bytes_and_counts_as_one_by_one(
    to: str, records: list[KafkaRecord], shape: bytes
) -> None:
    dump, told = rendered(records, shape)
    many, report = converted(dump, told, to)
    single, other = converted(dump, told, to, bulk=False)
    assert many == single
    assert list(report.parts()) == list(other.parts())
    assert list(report.findings) == list(other.findings)


def rendered(records: list[KafkaRecord], shape: bytes) -> tuple[bytes, Told]:
    if shape == b"kcat-json":
        return as_json(*records), Told("kcat-json")
    if shape == b"console":
        options = console_consumer.ALL_COLUMNS
        return b"".join(console_consumer.render(r, options, "3.9") for r in records), Told(command=CONSOLE)
    return b"".join(kcat.render(shape, r) for r in records), Told(kcat_format=shape)
