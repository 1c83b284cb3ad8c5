"""Promises 2, 3, 6 and 7 of the design: verbatim, tiling, two readers of one grammar, the same answer every way."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dumpfix.layout.load import load, shipped
from dumpfix.layout.model import Grammar, Layout
from tests.reading import chunked, kcat_grammar, reference, scan, tiles
from tests.writers import console_consumer, kcat
from tests.writers.records import KafkaRecord, headers, json_payloads, keys, records, topics_of_records, values

pytestmark = pytest.mark.slow

README_FORMAT = rb"\nKey (%K bytes): %k\t\nValue (%S bytes): %s\nTimestamp: %T\tPartition: %p\tOffset: %o\n--\n"
PROSE_FORMAT = rb"Topic %t [%p] at offset %o: key %k: %s\n"

#: keys that say where they end: no line end, and nothing that looks like the beginning of a document
PLAIN_KEYS = keys(avoid=(b"\n", b"\r", b"{", b"[", b'"', b"}", b"]", b"NULL"))
CONTAINERS = json_payloads(containers_only=True)
ONE_LINE = json_payloads(styles=("compact", "spaced"))


def check_both_readers(dump: bytes, grammar: Grammar, data: st.DataObject) -> list[dict[str, bytes | None]]:
    """The records that the scanner reads, having checked that it tiles the dump, and so does Lark, in any chunks."""
    (layout,) = grammar.layouts
    whole = scan(dump, layout, grammar.notices)
    assert tiles(whole, dump)
    expected = reference(layout, grammar.notices).read(dump)
    assert expected.tiles == whole.spans
    assert expected.extents == whole.extents
    pieces = scan(data.draw(chunked(dump)), layout, grammar.notices)
    assert pieces.records == whole.records
    assert pieces.spans == whole.spans
    assert pieces.extents == whole.extents
    return whole.records


def as_printed(value: bytes | None) -> bytes:
    return b"" if value is None else value


@given(topics_of_records(key=keys(), value=values()), st.data())
def test_with_sizes_every_key_and_value_comes_out_whatever_its_bytes(
    drawn: list[KafkaRecord], data: st.DataObject
) -> None:
    dump = b"".join(kcat.render(README_FORMAT, record) for record in drawn)
    found = check_both_readers(dump, kcat_grammar(README_FORMAT), data)
    assert [(r["key"], r["value"], int(r["offset"] or 0), int(r["partition"] or 0)) for r in found] == [
        (record.key, record.value, record.offset, record.partition) for record in drawn
    ]


@given(topics_of_records(key=PLAIN_KEYS, value=CONTAINERS), st.data())
def test_without_sizes_json_values_come_out_whole_over_several_lines_too(
    drawn: list[KafkaRecord], data: st.DataObject
) -> None:
    dump = b"".join(kcat.render(PROSE_FORMAT, record) for record in drawn)
    found = check_both_readers(dump, kcat_grammar(PROSE_FORMAT), data)
    assert [(r["topic"], r["key"], r["value"], r["offset"]) for r in found] == [
        (record.topic.encode(), record.key or None, record.value, str(record.offset).encode()) for record in drawn
    ]


@given(
    topics_of_records(key=keys(avoid=(b"\n", b"\t", b"{", b"[", b'"', b"}", b"]", b"NULL")), value=ONE_LINE), st.data()
)
def test_key_tab_value_lines_come_out(drawn: list[KafkaRecord], data: st.DataObject) -> None:
    dump = b"".join(kcat.render_default(record, b"\t") for record in drawn)
    found = check_both_readers(dump, kcat_grammar(rb"%k\t%s\n"), data)
    assert [(r["key"], r["value"]) for r in found] == [(record.key or None, record.value) for record in drawn]


@given(topics_of_records(value=CONTAINERS), st.data())
def test_values_alone_come_out_one_a_line_or_pretty_printed(drawn: list[KafkaRecord], data: st.DataObject) -> None:
    dump = b"".join(kcat.render_default(record) for record in drawn)
    found = check_both_readers(dump, shipped("jsonl"), data)
    assert [r["value"] for r in found] == [record.value for record in drawn]


@given(
    topics_of_records(key=keys(), value=values(), header=headers()),
    st.sampled_from(["1.2.0", "1.4.0", "1.6.0", "1.7.1"]),
    st.data(),
)
def test_kcat_json_comes_out_whatever_its_bytes(drawn: list[KafkaRecord], version: str, data: st.DataObject) -> None:
    dump = b"".join(kcat.render_json(record, version=version) for record in drawn)
    found = check_both_readers(dump, shipped("kcat-json"), data)
    nulls = version != "1.2.0"
    assert [(r["key"], r["value"], int(r["offset"] or 0)) for r in found] == [
        (
            record.key if nulls else as_printed(record.key),
            record.value if nulls else as_printed(record.value),
            record.offset,
        )
        for record in drawn
    ]


@given(
    topics_of_records(key=keys(binary=False), value=values(binary=False), header=headers(binary=False)),
    st.sampled_from(["pretty", "compact"]),
    st.data(),
)
def test_what_jq_makes_of_kcat_json_comes_out_as_well(
    drawn: list[KafkaRecord], style: str, data: st.DataObject
) -> None:
    dump = b"".join(kcat.jq(kcat.render_json(record), style) for record in drawn)  # type: ignore[arg-type]
    found = check_both_readers(dump, shipped("kcat-json"), data)
    assert [int(r["offset"] or 0) for r in found] == [record.offset for record in drawn]
    decoded = [record.value and record.value.decode("utf-8", "replace") for record in drawn]
    assert [r["value"] and r["value"].decode("utf-8", "replace") for r in found] == decoded


def console_layouts(options: console_consumer.Options, version: str) -> list[Layout]:
    """The layouts of the shipped grammar that have the columns of these options, all of them first."""
    from dumpfix.detection.told.command import grammar_of

    command = "kafka-console-consumer --topic t " + " ".join(
        f"--property '{name}'" for name in options.properties() if "print" in name
    )
    number = console_consumer.parse_version(version)
    is_last = options.print_partition and (2, 5) <= number < (2, 7)
    wanted = "partition_last" if is_last else "default"
    return [layout for layout in grammar_of(command).layouts if layout.name == wanted and isinstance(layout, Layout)]


@given(
    topics_of_records(
        key=keys(avoid=(b"\n", b"\t", b"{", b"[", b'"', b"}", b"]", b"null")).filter(lambda key: key != b""),
        value=ONE_LINE,
        header=headers(binary=False, avoid=(b"\n", b"\t", b"{", b"[", b'"', b"}", b"]")),
    ),
    st.sampled_from(console_consumer.FAMILIES).flatmap(
        lambda version: st.tuples(st.just(version), console_consumer.options_for(version, separators=False))
    ),
    st.data(),
)
def test_every_column_combination_of_kafka_console_consumer_comes_out(
    drawn: list[KafkaRecord], told: tuple[str, console_consumer.Options], data: st.DataObject
) -> None:
    version, options = told
    if not options.print_value or version == "0.8.1":
        return
    layouts = console_layouts(options, version)
    if not layouts:
        # A column that this version does not know and so does not print.
        return
    notices = shipped("console-consumer").notices
    dump = b"".join(console_consumer.render(record, options, version) for record in drawn)
    grammar = Grammar("console-consumer", "", (layouts[0],), notices)
    number = console_consumer.parse_version(version)
    if not all(getattr(options, name) is False for name in _unknown_to(number)):
        return
    found = check_both_readers(dump, grammar, data)
    expected = [None if record.value == b"null" else record.value for record in drawn]
    assert [r["value"] for r in found] == expected
    if options.print_key:
        assert [r["key"] for r in found] == [record.key for record in drawn]


def _unknown_to(number: tuple[int, ...]) -> list[str]:
    """Properties that a version ignores."""
    out = []
    if number < (0, 10):
        out.append("print_timestamp")
    if number < (2, 5):
        out.append("print_partition")
    if number < (2, 7):
        out += ["print_offset", "print_headers"]
    if number < (4, 0):
        out += ["print_delivery", "print_epoch"]
    return out


FORMATS = [
    README_FORMAT,
    PROSE_FORMAT,
    rb"%t/%p/%o/%k: %s\n",
    rb"%k\t%s\n",
    rb"%s\n",
    rb"[%p] %k: %s\n",
    rb"Key: %k\nValue: %s\n",
    rb"%T %p %o %K %S %h|%k|%s\n",
    rb"Partition: %p\tOffset: %o\tKey (%K bytes): %k\tValue (%S bytes): %s\n",
    rb"%t [%p:%o] | %h | %k:%s\n",
    rb" %h %p %o %s %k \n",
    rb"%k - %s",
    rb"%K%k%S%s",
    rb"%k:%s\n",
    rb"%s\n--\n",
]


@st.composite
def damaged_dumps(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A format and a dump in it that lost bytes, got some, or has other lines in it."""
    format_string = draw(st.sampled_from(FORMATS))
    drawn = draw(st.lists(records(key=keys(), value=values(), header=headers(max_size=1)), max_size=8))
    dump = b"".join(kcat.render(format_string, record) for record in drawn)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(dump)))
        length = draw(st.integers(0, 12))
        insert = draw(
            st.sampled_from([b"", b"\n", b"\r\n", b"garbage\n", b"$ kcat -C\n", b"\xff\x00", b"{", b'"', b"\n\n"])
            | kcat.notices()
        )
        dump = dump[:at] + insert + dump[at + length :]
    return format_string, dump


@given(damaged_dumps(), st.data())
def test_both_readers_agree_on_damaged_dumps_span_by_span(damaged: tuple[bytes, bytes], data: st.DataObject) -> None:
    format_string, dump = damaged
    check_both_readers(dump, kcat_grammar(format_string), data)


@given(st.binary(max_size=400), st.sampled_from(FORMATS), st.data())
def test_any_bytes_are_tiled_whatever_the_layout(dump: bytes, format_string: bytes, data: st.DataObject) -> None:
    check_both_readers(dump, kcat_grammar(format_string), data)


@given(st.data())
def test_any_bytes_are_tiled_as_kcat_json(data: st.DataObject) -> None:
    pieces = st.sampled_from(
        [
            b"{",
            b"}",
            b'"',
            b"\n",
            b"[",
            b"]",
            b",",
            b":",
            b" ",
            b"\\",
            b'"topic":',
            b'"payload":',
            b'"x"',
            b"@7 ",
            b"1",
            b"null",
        ]
    )
    dump = data.draw(st.lists(pieces | st.binary(max_size=3), max_size=40).map(b"".join))
    check_both_readers(dump, shipped("kcat-json"), data)


JSON_RECORDS = [
    '"{\\"k\\":" JSON_KEY ",\\"v\\":" JSON_PAYLOAD "}\\n"',
    'OFFSET ";" JSON_VALUE ";" VALUE "\\n"',
    'JSON_KEY " " JSON_PAYLOAD "\\n"',
    'KEY ":" JSON_PAYLOAD "\\n"',
    'OFFSET JSON_HEADERS KEY "|" VALUE',
    'JSON_TOPIC ":" JSON_PAYLOAD ":" KEY "\\n"',
    "JSON_PAYLOAD",
    '"@" OFFSET " " JSON_PAYLOAD',
]


def json_grammar(record: str) -> Grammar:
    """A grammar with one record that declares what it uses."""
    fields = " ".join(part for part in record.split() if part.replace("_", "").isupper())
    return load(f"start: record*\nrecord: {record}\n%declare {fields}\n", "mine")


@pytest.mark.parametrize("record", JSON_RECORDS)
@given(st.data())
def test_json_values_in_lines_are_read_alike_by_both_readers(record: str, data: st.DataObject) -> None:
    grammar = json_grammar(record)
    whole = {
        JSON_RECORDS[0]: b'{"k":"a","v":"[1]"}\n',
        JSON_RECORDS[1]: b'7;{"a":";"};{}\n',
        JSON_RECORDS[2]: b'"k" "{}"\n',
        JSON_RECORDS[3]: b'k:"{}"\n',
        JSON_RECORDS[4]: b'7["a"]k|{}',
        JSON_RECORDS[5]: b'"t":"{}":k\n',
        JSON_RECORDS[6]: b'"{}"',
        JSON_RECORDS[7]: b'@7 "@8 x"',
    }[record]
    tokens = [
        b'{"k":',
        b',"v":',
        b"}",
        b'"',
        b"\n",
        b";",
        b":",
        b"|",
        b" ",
        b"7",
        b"-",
        b"null",
        b"[",
        b"]",
        b"\\",
        b'"x"',
    ]
    pieces = st.lists(st.just(whole) | st.sampled_from([*tokens, b"\xff", b"[1,\n2]"]), max_size=12)
    check_both_readers(data.draw(pieces.map(b"".join)), grammar, data)


@given(topics_of_records(key=keys(), value=values()), st.data())
def test_payloads_in_json_strings_come_out_whatever_their_bytes(drawn: list[KafkaRecord], data: st.DataObject) -> None:
    grammar = json_grammar(JSON_RECORDS[0])

    def shown(text: bytes | None) -> bytes:
        return b"null" if text is None else kcat.json_string(text)

    dump = b"".join(b'{"k":%b,"v":%b}\n' % (shown(record.key), shown(record.value)) for record in drawn)
    found = check_both_readers(dump, grammar, data)
    assert [(r["key"], r["value"]) for r in found] == [(record.key, record.value) for record in drawn]


@pytest.mark.parametrize("block", [64, 4096])
@given(topics_of_records(key=PLAIN_KEYS, value=CONTAINERS, min_size=3, max_size=40), st.data())
def test_notices_that_kcat_prints_into_records_are_taken_out(
    block: int, drawn: list[KafkaRecord], data: st.DataObject
) -> None:
    dump = b"".join(kcat.render(PROSE_FORMAT, record) for record in drawn)
    places = data.draw(st.lists(st.integers(0, len(dump)), max_size=3))
    merged = kcat.merge_streams(dump, [(place, kcat.reached_end("events", 0, 7)) for place in places], block=block)
    # A payload that quotes a record and is cut right before it: what follows the notice reads as a record.
    assume(b"\nTopic t [" not in merged)
    found = check_both_readers(merged, kcat_grammar(PROSE_FORMAT), data)
    assert [r["value"] for r in found] == [record.value for record in drawn]
