"""`auto` finds the layout from the dump alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import dumpfix
from dumpfix.detection.choose import HEAD, MOST_RIVALS, Told, choose
from dumpfix.errors import LayoutError
from dumpfix.framing.frame import NeedMoreError
from dumpfix.json.validity import is_valid
from dumpfix.layout.load import load
from dumpfix.layout.write import describe, grammar_of
from tests.reading import Reading, scan
from tests.samples import kcat_formats
from tests.writers import console_consumer, kcat
from tests.writers.records import KafkaRecord

# `-f` formats with %s that people use (collected from public repositories, issues and pages).
FORMATS = [text for text in kcat_formats() if b"%s" in text]
SEPARATORS = [b":", b",", b"|", b"\\t", b"#", b"###"]


def events(count: int, *, spaced: bool = True) -> list[KafkaRecord]:
    """Records of two partitions with payloads that hold the separators of most formats."""
    out = []
    for n in range(count):
        text = b'{"id": %d, "name": "user %d", "tags": ["a", "b: c"], "note": "x|y - d => e, f=g", "at": null}' % (n, n)
        value = text if spaced and n % 2 else text.replace(b": ", b":").replace(b", ", b",")
        record = KafkaRecord(
            "events", n % 2, 100 + n // 2, 1700000000000 + n, "create", (("h", b"v"),), b"key-%d" % n, value
        )
        out.append(record)
    return out


def detected(dump: bytes) -> Reading:
    choice = choose(dump, Told(), final=True)
    return scan(dump, choice.layout, choice.notices)


def named(dump: bytes) -> list[Reading]:
    """What the dump may be: the layout that is chosen, and those that an unclear choice names beside it."""
    choice = choose(dump, Told(), final=True)
    return [scan(dump, layout, choice.notices) for layout in (choice.layout, *choice.rivals[:MOST_RIVALS])]


@pytest.mark.parametrize("count", [1, 2, 3, 40])
@pytest.mark.parametrize("format_string", FORMATS, ids=lambda f: f.decode())
def test_every_format_that_people_use_is_recognised(format_string: bytes, count: int) -> None:
    if format_string == b"%S%s" and count == 1:
        # A number right before a document, once.
        return
    records = events(count)
    readings = named(b"".join(kcat.render(format_string, record) for record in records))
    assert count < 3 or len(readings) <= 2
    assert any(says_the_same(reading, records, format_string) for reading in readings)


def says_the_same(found: Reading, records: list[KafkaRecord], format_string: bytes) -> bool:
    """Whether a reading gives the payloads, keys and coordinates back that a format prints."""
    shown: dict[bytes, tuple[str, Callable[[KafkaRecord], bytes | None]]] = {
        b"%t": ("topic", lambda r: r.topic.encode()),
        b"%p": ("partition", lambda r: b"%d" % r.partition),
        b"%o": ("offset", lambda r: b"%d" % r.offset),
        b"%k": ("key", lambda r: r.key),
    }
    return [value and value.strip() for value in found.values] == [record.value for record in records] and all(
        [record.get(name) for record in found.records] == [of(record) for record in records]
        for token, (name, of) in shown.items()
        if token in format_string
    )


@pytest.mark.parametrize("separator", SEPARATORS)
def test_the_key_separators_that_people_use_are_recognised(separator: bytes) -> None:
    records = events(5)
    found = detected(b"".join(kcat.render_default(record, separator) for record in records))
    assert [(r["key"], r["value"]) for r in found.records] == [(record.key, record.value) for record in records]


@pytest.mark.parametrize("version", ["1.2.0", "1.4.0", "1.6.0", "1.7.1"])
@pytest.mark.parametrize("how", ["plain", "pretty", "compact"])
def test_every_version_of_kcat_json_is_recognised(version: str, how: str) -> None:
    records = events(4)
    lines = [kcat.render_json(record, version=version) for record in records]
    dump = b"".join(lines if how == "plain" else [kcat.jq(line, how) for line in lines])  # type: ignore[arg-type]
    assert [(r["key"], r["value"]) for r in detected(dump).records] == [(r.key, r.value) for r in records]


@pytest.mark.parametrize("how", ["pretty", "compact"])
@pytest.mark.parametrize("count", [1, 60, 900])
def test_an_array_of_kcat_json_is_its_objects(how: str, count: int) -> None:
    """``jq -s`` makes one array of them; the dump is one JSON text then, but no payload."""
    records = events(count)
    objects = [kcat.jq(kcat.render_json(record), how) for record in records]  # type: ignore[arg-type]
    if how == "pretty":
        inner = b",\n".join(b"  " + text.rstrip().replace(b"\n", b"\n  ") for text in objects)
        dump = b"[\n" + inner + b"\n]\n"
    else:
        dump = b"[" + b",".join(text.rstrip() for text in objects) + b"]\n"
    assert [(r["key"], r["value"]) for r in detected(dump).records] == [(r.key, r.value) for r in records]
    if count == 1:
        return
    # A cut object costs itself, not the rest of the array.
    cut = dump.replace(b'"events","partition":0', b'"events,"partition":0', 1).replace(
        b'"partition": 0', b'"partition: 0', 1
    )
    assert len([value for value in detected(cut).values if value]) >= count - 2


def test_what_is_no_array_stays_garbage() -> None:
    rows = [kcat.render_json(record) for record in events(4)]
    for text in (b"[hello]\n", b", then\n", b"]x\n"):
        found = detected(rows[0] + text + b"".join(rows[1:]))
        assert len(found.records) == 4
        assert [span.end - span.start for span in found.of_role("garbage")] == [len(text)]


COLUMNS = st.sampled_from(console_consumer.FAMILIES).flatmap(
    lambda version: st.tuples(st.just(version), console_consumer.options_for(version, separators=False))
)


@pytest.mark.slow
@given(COLUMNS, st.integers(1, 30))
def test_every_console_consumer_layout_is_recognised(told: tuple[str, console_consumer.Options], count: int) -> None:
    version, options = told
    if not options.print_value:
        return
    records = events(count)
    found = detected(b"".join(console_consumer.render(record, options, version) for record in records))
    assert found.values == [record.value for record in records]


def test_a_dump_without_payloads_is_named_as_what_it_is() -> None:
    dump = b"CreateTime:1700000000000\tPartition:0\tOffset:5\nCreateTime:1700000000001\tPartition:0\tOffset:6\n"
    with pytest.raises(LayoutError, match="without its payloads"):
        choose(dump, Told(), final=True)


README_TEXT = (
    b"""# A project

Run it with `make`. It listens on port: 8080

    {"name": "example"}

Then: enjoy. Key points - it is fast - it is small.
Licence: MIT, 2026
"""
    + b"More words, none of them a payload, and a number: 12\n" * 8
)


@pytest.mark.parametrize("text", [README_TEXT, b"", b"\n\n\n", b"hello\nworld\n", b"a=1\nb=2\nc=three\n"])
def test_no_text_becomes_a_dump_by_accident(text: bytes) -> None:
    with pytest.raises(LayoutError):
        choose(text, Told(), final=True)


@pytest.mark.slow
@given(st.sampled_from(FORMATS), st.integers(2, 12), st.data())
def test_the_layout_does_not_depend_on_how_much_of_the_head_is_at_hand(
    format_string: bytes, count: int, data: st.DataObject
) -> None:
    """A pipe that delivers line by line and a file come to the same layout."""
    dump = b"".join(kcat.render(format_string, record) for record in events(count))
    whole = choose(dump, Told(), final=True)
    for stop in sorted(data.draw(st.lists(st.integers(1, len(dump)), max_size=5))):
        try:
            early = choose(dump[:stop], Told(), final=False)
        except NeedMoreError:
            continue
        assert describe(early.layout) == describe(whole.layout)
        return


def test_the_first_record_settles_a_layout_that_it_leaves_no_doubt_about() -> None:
    first = kcat.render(rb"Topic %t [%p] at offset %o: key %k: %s\n", events(1)[0])
    choice = choose(first, Told(), final=False)
    assert choice.layout.fields[:3] == ("TOPIC", "PARTITION", "OFFSET")


def test_lines_that_end_with_cr_lf_are_read_as_lines() -> None:
    dump = b"".join(kcat.render(rb"Topic %t [%p] at offset %o: key %k: %s\n", r) for r in events(6))
    found = detected(dump.replace(b"\n", b"\r\n"))
    assert found.values == [record.value for record in events(6)]
    assert found.batched >= 4


@pytest.mark.parametrize(
    "format_string",
    [
        rb"\nKey (%K bytes): %k\t\nValue (%S bytes): %s\nTimestamp: %T\tPartition: %p\tOffset: %o\n--\n",
        rb"Topic %t [%p] at offset %o: key %k: %s\n",
    ],
)
def test_a_first_record_larger_than_the_head_is_waited_for(format_string: bytes) -> None:
    large = KafkaRecord("events", 0, 0, 1700000000000, "create", (), b"k", b'{"a":"' + b"x" * 3 * HEAD + b'"}')
    dump = b"".join(kcat.render(format_string, record) for record in [large, *events(3)])
    with pytest.raises(NeedMoreError):
        choose(dump[:HEAD], Told(), final=False)
    choice = choose(dump, Told(), final=True)
    assert {"PARTITION", "OFFSET"} <= set(choice.layout.fields)


@pytest.mark.parametrize(
    "format_string",
    [
        rb"offset=%o partition=%p key=%k value=%s\n",
        rb"Topic: %t, Partition: %p, Offset: %o, Key: %k, Value: %s\n",
        rb"p=%p o=%o t=%T k=%k v=%s\n",
        rb"key: %k, payload: %s\n",
        rb"Offset %o: %s\n",
    ],
)
def test_labels_of_a_format_that_no_grammar_has_name_its_fields(format_string: bytes) -> None:
    records = events(8)
    found = detected(b"".join(kcat.render(format_string, record) for record in records))
    assert found.values == [record.value for record in records]
    for name, token, of in (("offset", b"%o", lambda r: b"%d" % r.offset), ("key", b"%k", lambda r: r.key)):
        assert [r.get(name) for r in found.records] == [of(r) if token in format_string else None for r in records]


def test_without_labels_a_key_stays_whole() -> None:
    records = [replace(record, key=b"tenant:%d" % n) for n, record in enumerate(events(8))]
    found = detected(b"".join(kcat.render_default(record, b": ") for record in records))
    assert [(r["key"], r["value"]) for r in found.records] == [(r.key, r.value) for r in records]


REPEATING = [
    rb"%o\n%s\n",
    rb"%s|%o\n",
    rb"%s\t%p\t%o\n",
    rb"%S\n%s\n",
    rb"Partition: %p\nOffset: %o\nPayload: %s\n\n",
    rb"Headers: %h\nOffset: %o\nMessage: %s\n\n",
    rb"\nKey (%K bytes): %k\n  Value (%S bytes): %s\n  Partition: %p\n  Offset: %o\n  Topic: %t\n",
    rb"[%t-%p] offset=%o ts=%T key=%k\n%s\n",
    rb"Message: %s\nKey: %k\nPartition: %p\nOffset: %o\nTimestamp: %T\n-----\n",
    rb"ts=%T|part=%p|off=%o|key=%k|hdr=%h|%s\n",
    rb"offset: %o | value: %s | key: %k\n",
    rb"Value: %s Key: %k Offset: %o\n",
    rb"topic=%t partition=%p offset=%o\nkey=%k\nvalue=%s\n--------\n",
    rb"Key size: %K, value size: %S, key: %k, value: %s\n",
    rb"@%o key=%k payload=%s;\n",
]
KEYS = [
    [b"key-%d" % n for n in range(12)],
    [(b"user 1:a", b"", b"x y", b"tenant:%d" % n)[n % 4] for n in range(12)],
    [b"%d" % (n % 3) for n in range(12)],
]


@pytest.mark.parametrize("keys", KEYS, ids=["words", "awkward", "numbers"])
@pytest.mark.parametrize("format_string", REPEATING, ids=lambda f: f.decode())
def test_a_format_that_no_grammar_has_is_read_off_what_repeats(format_string: bytes, keys: list[bytes]) -> None:
    """Payloads are whole, and what a label names is what it says; what none names is nothing."""
    records = [replace(record, key=key) for record, key in zip(events(12), keys, strict=True)]
    found = named(b"".join(kcat.render(format_string, record) for record in records))
    assert all(reading.values == [record.value for record in records] for reading in found)
    columns: dict[str, Callable[[KafkaRecord], bytes | None]] = {
        "topic": lambda r: r.topic.encode(),
        "partition": lambda r: b"%d" % r.partition,
        "offset": lambda r: b"%d" % r.offset,
        "timestamp": lambda r: b"%d" % (r.timestamp or 0),
        "key": lambda r: r.key or None,
    }
    for name, of in columns.items():
        wanted = [of(record) for record in records], [None] * 12
        assert any([record.get(name) or None for record in reading.records] in wanted for reading in found), name


def test_lines_that_repeat_between_documents_are_kept_and_doubted() -> None:
    """A key that is always the same, or a payload that is no JSON: nothing in the dump tells."""
    dump = b"".join(b'ping\n{"n":%d}\n' % n for n in range(12))
    choice = choose(dump, Told(), final=True)
    assert choice.confidence == "unclear"
    assert said(dump, "key", "value") == [(b"ping", b'{"n":%d}' % n) for n in range(12)]


def test_what_repeats_may_be_written_as_a_grammar_and_read_with_it() -> None:
    dump = b"".join(kcat.render(REPEATING[4], record) for record in events(12))
    choice = choose(dump, Told(), final=True)
    again = load(grammar_of([choice.layout]), "mine").layouts[0]
    assert scan(dump, again, choice.notices).values == [record.value for record in events(12)]


@pytest.mark.parametrize(
    "line",
    [
        b'{"schema":{"type":"struct"},"payload":{"before":null,"after":{"id":%d}}}',
        b'{"id":%d,"type":"x","payload":"hello"}',
    ],
)
def test_an_event_with_a_member_called_payload_is_no_record(line: bytes) -> None:
    lines = [line % n for n in range(3)]
    assert detected(b"\n".join(lines) + b"\n").values == lines


@pytest.mark.parametrize(
    "line", [b'{"id":%d,"key":"k","payload":{"a":1}}', b'{"topic":"weather","offset":%d,"payload":{"a":1}}']
)
def test_what_may_be_events_or_records_is_refused(line: bytes) -> None:
    dump = b"".join(line % n + b"\n" for n in range(3))
    with pytest.raises(LayoutError, match="each object may be an event, or a record"):
        choose(dump, Told(), final=True)
    assert choose(dump, Told("jsonl"), final=True).layout.fields == ("VALUE",)


@pytest.mark.parametrize("first", [None, b"", b"12"])
def test_a_kcat_json_dump_may_begin_with_any_payload(first: bytes | None) -> None:
    records = [replace(events(1)[0], value=first), *events(30)[1:]]
    found = detected(b"".join(kcat.render_json(record) for record in records))
    assert found.values == [record.value for record in records]


def test_keys_are_keys_and_no_headers() -> None:
    for keys in ([b"user:%d" % n for n in range(4)], [b'{"id": %d}' % n for n in range(4)]):
        records = [replace(record, key=key) for record, key in zip(events(4), keys, strict=True)]
        found = detected(b"".join(kcat.render_default(record, b"\\t") for record in records))
        assert [(r.get("key"), r["value"]) for r in found.records] == [(r.key, r.value) for r in records]


@pytest.mark.parametrize("format_string", [rb"%s|%o\n", rb"%s %k\n", rb"%s\t%p\t%o\n", rb"%s%k\n", rb"%S\n%s\n"])
def test_what_stands_beside_the_payload_is_not_taken_for_it(format_string: bytes) -> None:
    records = events(12)
    try:
        found = detected(b"".join(kcat.render(format_string, record) for record in records))
    except LayoutError:
        return
    assert set(found.values) <= {record.value for record in records} | {None}


def test_numbers_as_payloads_are_payloads() -> None:
    records = [replace(record, value=b"%d" % n) for n, record in enumerate(events(5))]
    found = detected(b"".join(kcat.render(rb"Topic %t [%p] at offset %o: key %k: %s\n", r) for r in records))
    assert found.values == [record.value for record in records]


@pytest.mark.parametrize("size", [1_000, 5_000, 100_000])
def test_a_broken_first_payload_hides_nothing(size: int) -> None:
    whole = [kcat.render(rb"Topic %t [%p] at offset %o: key %k: %s\n", record) for record in events(3)]
    dump = b'Topic events [0] at offset 99: key k: {"a":"' + b"x" * size + b"\n" + b"".join(whole)
    assert detected(dump).values[1:] == [record.value for record in events(3)]


def test_two_broken_lines_stay_two() -> None:
    with pytest.raises(LayoutError):
        choose(b'{"a":[1,\n{"b":2}]}\n', Told(), final=True)


def test_records_over_several_lines_settle_their_layout_with_the_first() -> None:
    format_string = rb"\nKey (%K bytes): %k\t\nValue (%S bytes): %s\nTimestamp: %T\tPartition: %p\tOffset: %o\n--\n"
    choice = choose(kcat.render(format_string, events(1)[0]), Told(), final=False)
    assert {"TIMESTAMP", "PARTITION", "OFFSET"} <= set(choice.layout.fields)


def said(dump: bytes, *names: str) -> list[tuple[bytes | None, ...]]:
    """These attributes of each record, as auto reads the dump."""
    return [tuple(record.get(name) for name in names) for record in detected(dump).records]


def said_by_any(dump: bytes, *names: str) -> list[list[tuple[bytes | None, ...]]]:
    """The same for each layout that is named."""
    return [[tuple(record.get(name) for name in names) for record in reading.records] for reading in named(dump)]


@pytest.mark.parametrize("before", [b"", b"CreateTime:1700000000000\t", b"Partition:0\tOffset:5\t"])
@pytest.mark.parametrize("null", [b"null", b""])
def test_a_key_that_is_a_document_before_a_tombstone_is_no_payload(before: bytes, null: bytes) -> None:
    rows = [(b'{"id":1}', b'{"op":"d"}'), (b'{"id":1}', null), (b'{"id":2}', b'{"op":"c"}')]
    for some in (rows, rows[1:], rows * 100):
        dump = b"".join(before + key + b"\t" + value + b"\n" for key, value in some)
        wanted = [(key, None if value == b"null" else value) for key, value in some]
        assert said(dump, "key", "value") == wanted


def test_a_word_is_no_schema_id() -> None:
    dump = b"1000\tfalse\n1003\ttrue\n1006\tfalse\n"
    assert said(dump, "key", "value") == [(b"1000", b"false"), (b"1003", b"true"), (b"1006", b"false")]


def test_schema_ids_are_schema_ids() -> None:
    guid = b"3f2b0000-1111-4222-8333-0123456789ab"
    rows = [b'"k"\t1\t{"a":1}\t7\n', b'"k"\t1\tnull\tnull\n', b'"k"\t1\t{"a":2}\t%b\n' % guid]
    wanted = [(b'"k"', b'{"a":1}', b"7"), (b'"k"', None, b"null"), (b'"k"', b'{"a":2}', guid)]
    assert wanted in said_by_any(b"".join(rows), "key", "value", "value_schema_id")


@pytest.mark.parametrize("count", [1, 2, 40])
@pytest.mark.parametrize(
    "format_string",
    [rb"Key: %k\nValue: %s\n", rb"%T - %k - %s\n", rb"Topic %t [%p] at offset %o: key [%k]: message: [%s]\n"],
)
@pytest.mark.parametrize("payload", [b'{"id":%d,"e":"x"}', b'"hello %d"'])
def test_keys_that_are_documents_are_keys(format_string: bytes, count: int, payload: bytes) -> None:
    if payload[:1] == b'"' and b"message" not in format_string:
        return
    records = [replace(r, key=b'{"id":%d,"t":"x"}' % n, value=payload % n) for n, r in enumerate(events(count))]
    dump = b"".join(kcat.render(format_string, record) for record in records)
    assert said(dump, "key", "value") == [(record.key, record.value) for record in records]


@pytest.mark.parametrize("format_string", [f for f in FORMATS if f.startswith(b"{")] + [rb"Value: %s\n", rb"%k - %s\n"])
def test_a_notice_inside_a_record_says_nothing_of_the_layout(format_string: bytes) -> None:
    records = events(100)
    dump = b"".join(kcat.render(format_string, record) for record in records)
    for place in (4096, 8192):
        merged = dump[:place] + kcat.reached_end("events", 0, 100) + dump[place:]
        assert detected(merged).values == [record.value for record in records]


def test_tombstones_alone_are_no_payloads() -> None:
    with pytest.raises(LayoutError):
        choose(b"tenant:0\t\ntenant:1\t\n", Told(), final=True)


def test_a_text_without_a_colon_is_no_headers() -> None:
    dump = b'\t{"a":1}\n\t{"a":2}\nk2\t{"a":3}\n'
    assert said(dump, "key", "value") == [(None, b'{"a":1}'), (None, b'{"a":2}'), (b"k2", b'{"a":3}')]


def test_where_two_tools_print_the_same_an_empty_text_may_be_null() -> None:
    """kafka-console-consumer prints ``null``, kcat -K nothing; where keys and tabs are all that there is, who knows?"""
    plain = choose(b'k1\t{"a":1}\nk2\t\n', Told(), final=True).layout
    assert plain.null_literal == b"null"
    assert plain.empty_may_be_null
    assert load(grammar_of([plain]), "mine").layouts[0].empty_may_be_null
    told = choose(b'k1\t{"a":1}\nk2\t\n', Told(from_name="console-consumer"), final=True).layout
    by_java = choose(b'Processed a total of 2 messages\nk1\t{"a":1}\nk2\t\n', Told(), final=True).layout
    labelled = choose(b'CreateTime:1700000000000\tk1\t{"a":1}\n', Told(), final=True).layout
    assert not any(layout.empty_may_be_null for layout in (told, by_java, labelled))


LABELLED = b"offset = %d, key = %b, value = %b\n"


@pytest.mark.parametrize(
    ("form", "word"), [(LABELLED, b"null"), (b"%d key=%b value=%b\n", b"None"), (b"p=0 o=%d k=%b v=%b\n", b"<nil>")]
)
@pytest.mark.parametrize("late", [False, True])
def test_a_word_for_null_is_no_key_where_nobody_knows_what_printed_it(form: bytes, word: bytes, late: bool) -> None:
    keys = [b"ada", b"bob", b"eve"] * 40
    keys.insert(len(keys) if late else 1, word)
    dump = b"".join(form % (offset, key, b'{"n":%d}' % offset) for offset, key in enumerate(keys))
    expected = [None if key == word else key for key in keys]
    assert [key for (key,) in said(dump, "key")] == expected
    report = dumpfix.convert(dump, io.BytesIO())
    assert report.inputs[0].null_keys == {word.decode(): 1}
    # Written as a grammar and told, it is the same.
    written = grammar_of([choose(dump, Told(), final=True).layout])
    assert [record.get("key") for record in scan(dump, load(written, "mine").layouts[0], ()).records] == expected


@pytest.mark.parametrize(
    ("dump", "told"),
    [
        (b"1 null\t{}\n2 ada\t{}\n", Told(kcat_format=rb"%o %k\t%s\n")),
        (b'o=1 k=null v={"a":1}\no=2 k=ada v={"a":2}\n% Reached end of topic t [0] at offset 3\n', Told()),
    ],
)
def test_a_tool_that_prints_nothing_for_null_means_the_word(dump: bytes, told: Told) -> None:
    layout = choose(dump, told, final=True).layout
    assert b"null" in [record.get("key") for record in scan(dump, layout, ()).records]


def test_a_damaged_row_does_not_hide_the_headers_of_the_others() -> None:
    rows = [b'Partition:0\tOffset:%d\th:v\tk\t{"a":1}\n' % n for n in range(20)]
    rows[5] = b'Partition:0\tOffset:5\th\tk\t{"a":1}\n'
    rows[6] = rows[6].replace(b"h:v", b"NO_HEADERS")
    assert said(b"".join(rows), "key")[7:] == [(b"k",)] * 13
    # And keys that are documents before one tombstone in many are no payloads.
    rows = [b'{"id":%d}\t{"a":1}\n' % n for n in range(40)] + [b'{"id":1}\tnull\n']
    assert said(b"".join(rows), "value") == [(b'{"a":1}',)] * 40 + [(None,)]


def test_headers_are_waited_for_where_the_first_records_leave_them_open() -> None:
    dump = b'Partition:0\tOffset:1\th:v\t{"a":1}\nPartition:0\tOffset:2\tNO_HEADERS\t{"a":2}\n'
    assert said(dump, "headers", "value") == [(b"h:v", b'{"a":1}'), (b"NO_HEADERS", b'{"a":2}')]
    with pytest.raises(NeedMoreError):
        choose(dump[: dump.index(b"\n") + 1], Told(), final=False)


def test_a_label_of_the_tool_begins_no_key() -> None:
    row = b'CreateTime:1700000000000\t3f2b0000-1111-4222-8333-0123456789ab\t{"a":1}\t2\n'
    key = row.split(b"\t")[1]
    assert said(row * 2, "timestamp", "key", "value") == [(b"1700000000000", key, b'{"a":1}')] * 2


def test_a_line_separator_that_is_no_line_end() -> None:
    command = (
        "kafka-console-consumer --topic t --property print.partition=true --property print.key=true "
        "--property line.separator=$'\\x1e'"
    )
    dump = b"".join(b'Partition:2\t{"id":%d,"t":"x"}\t{"a":""}\x1e' % n for n in range(3))
    choice = choose(dump, Told(command=command), final=True)
    read = scan(dump, choice.layout, choice.notices).records
    assert [(r["partition"], r["key"]) for r in read] == [(b"2", b'{"id":%d,"t":"x"}' % n) for n in range(3)]


def test_a_partition_behind_the_payload_is_no_schema_id() -> None:
    numbers = [2, 0, 1, 0, 3, 4]
    dump = b"".join(b'{"a":%d}\t%d\n' % (n, partition) for n, partition in enumerate(numbers))
    assert said(dump, "value", "partition") == [(b'{"a":%d}' % n, b"%d" % p) for n, p in enumerate(numbers)]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"key:%d {}", b"user:%d {}"),
        (b"k - {} ", b"j - {} "),
        (b"t/%d {}", b"u/%d {}"),
        (b"p:%d {}", b"tenant:%d {}"),
        (b"message-%d {}", b"order-%d {}"),
    ],
)
def test_a_word_that_is_a_label_elsewhere_may_be_a_part_of_the_key(first: bytes, then: bytes) -> None:
    """Nothing is lost where later keys begin otherwise, and the key is whole."""
    lines = []
    for n, line in enumerate([first] * 8 + [then] * 4):
        text = line.rstrip().replace(b"%d", b"%d" % n)
        lines.append(text.replace(b"{}", b'{"a":%d}' % n))
    found = detected(b"\n".join(lines) + b"\n")
    assert found.values == [b'{"a":%d}' % n for n in range(12)]
    assert [bytes(r["key"] or b"").rstrip(b" -") for r in found.records] == [
        line[: line.index(b"{")].rstrip(b" -") for line in lines
    ]


def test_labels_that_only_the_first_records_have_do_not_hide_the_others() -> None:
    lines = [b'offset:%d key:k {"a":%d}\n' % (n, n) for n in range(8)]
    lines += [b'user:%d {"a":%d}\n' % (n, n) for n in range(8, 12)]
    assert detected(b"".join(lines)).values == [b'{"a":%d}' % n for n in range(12)]


TOMBSTONES = pytest.mark.parametrize("count", [3, 60])


def with_tombstones(key: bytes, count: int) -> list[KafkaRecord]:
    return [replace(r, key=key % n, value=None if n % 3 == 1 else r.value) for n, r in enumerate(events(count))]


@TOMBSTONES
@pytest.mark.parametrize("format_string", [rb"%k %s\n", rb"Alert: %T %k %s\n"])
def test_a_number_in_a_key_with_blanks_is_no_payload_of_a_tombstone(format_string: bytes, count: int) -> None:
    records = with_tombstones(b"user %d", count)
    dump = b"".join(kcat.render(format_string, record) for record in records)
    assert said(dump, "key", "value") == [(record.key, record.value or b"") for record in records]


@TOMBSTONES
@pytest.mark.parametrize(
    ("format_string", "key"),
    [(rb"%k:%s\n", b"tenant:%d"), (rb"Part-%p => %k:%s\n", b"tenant:%d"), (rb"%k: %s\n", b"a: %d")],
)
def test_a_tombstone_whose_key_holds_the_separator_is_named_and_nothing_else(
    format_string: bytes, key: bytes, count: int
) -> None:
    """It may as well be a payload that ends with the separator: then a null would delete what nobody deleted."""
    records = with_tombstones(key, count)
    dump = b"".join(kcat.render(format_string, record) for record in records)
    is_kept = all(map(is_withheld_or_right, said(dump, "key", "value"), records))
    # What is unclear goes into no topic.
    assert is_kept or choose(dump, Told(), final=True).confidence == "unclear"


def is_withheld_or_right(found: tuple[bytes | None, ...], record: KafkaRecord) -> bool:
    _, value = found
    if record.value is not None:
        return found == (record.key, record.value)
    return value is not None and not is_valid(value)


# -- formats × keys × payloads -------------------------------------------------------------------------------------

KINDS_OF_KEYS: dict[str, Callable[[int], bytes | None]] = {
    "plain": lambda n: b"key-%d" % n,
    "document": lambda n: b'{"id":%d,"t":"x"}' % n,
    "long document": lambda n: b'{"schema":{"type":"struct","fields":[{"field":"id"}]},"payload":{"id":%d}}' % n,
    "number": lambda n: b"%d" % (1000 + 3 * n),
    "uuid": lambda n: b"3f2b%04d-1111-4222-8333-0123456789ab" % n,
    "colon": lambda n: b"tenant:%d" % n,
    "blank": lambda n: b"user %d" % n,
    "null": lambda _: None,
    "some null": lambda n: None if n % 3 == 0 else b"k%d" % n,
    "quoted": lambda n: b'"k%d"' % n,
    "mail": lambda n: b"u%d@x.org" % n,
}
KINDS_OF_PAYLOADS: dict[str, Callable[[int], bytes | None]] = {
    "object": lambda n: b'{"id":%d,"e":"x","a":[1,"b: c"]}' % n,
    "tombstones": lambda n: None if n % 3 == 1 else b'{"op":"c","n":%d}' % n,
    "pretty": lambda n: b'{\n  "id": %d,\n  "x": [\n    1\n  ]\n}' % n,
    "array": lambda n: b'["a %d",{"b":1}]' % n,
}
#: what no reader can know: format (None: any), key, payload, at most so many records, and why
UNDECIDABLE: list[tuple[bytes, str | None, str | None, int | None, str]] = [
    (b"%s", None, "tombstones", None, "nothing at all is printed for a tombstone"),
    (b"%k - %s", None, "tombstones", None, "nothing is printed between a key without a payload and the next key"),
    (b"%S%s", None, "tombstones", None, "-1 runs into the size behind it: -126 {…}"),
    (rb" %h %p %o %s %k \n", "null", None, 1, "of a key and headers that are not there only blanks are left"),
    (rb" %h %p %o %s %k \n", "some null", None, 1, "the same"),
    (rb"%p %o %k %s\n", None, None, 1, "blanks between columns, once: which of them are coordinates?"),
    (rb"%t %p %o %k %s\n", None, None, 1, "the same"),
    (rb"%o %k %s\n", None, None, 1, "the same"),
    (rb"%k %s\n", "blank", None, 1, "the same"),
]


def reason_against(format_string: bytes, key: str, payload: str, count: int) -> str | None:
    """Why nobody can read a dump of this kind; None where it has to be read."""
    for undecidable, keys, payloads, most, reason in UNDECIDABLE:
        is_of_kind = undecidable == format_string and keys in (None, key) and payloads in (None, payload)
        if is_of_kind and (most is None or count <= most):
            return reason
    return None


@pytest.mark.slow
@settings(max_examples=settings().max_examples * 4)
@given(
    st.sampled_from([*FORMATS, *(b"-K" + text for text in SEPARATORS), b"-J"]),
    st.sampled_from(sorted(KINDS_OF_KEYS)),
    st.sampled_from(sorted(KINDS_OF_PAYLOADS)),
    st.sampled_from([1, 2, 3, 5, 12]),
)
def test_formats_are_recognised_whatever_keys_and_payloads_are(
    format_string: bytes, key: str, payload: str, count: int
) -> None:
    assume(reason_against(format_string, key, payload, count) is None)
    records = [
        replace(record, key=KINDS_OF_KEYS[key](n), value=KINDS_OF_PAYLOADS[payload](n))
        for n, record in enumerate(events(count))
    ]
    if format_string == b"-J":
        dump = b"".join(map(kcat.render_json, records))
    elif format_string.startswith(b"-K"):
        dump = b"".join(kcat.render_default(record, format_string[2:]) for record in records)
    else:
        dump = b"".join(kcat.render(format_string, record) for record in records)
    assume(dump.strip())
    has_key = b"%k" in format_string or format_string.startswith(b"-")

    def is_right(found: Reading) -> bool:
        values = [(value and value.strip()) or None for value in found.values]
        keys = [record.get("key") or None for record in found.records]
        return values == [r.value for r in records] and (not has_key or keys == [r.key for r in records])

    assert any(map(is_right, named(dump)))


@pytest.mark.parametrize("glue", [b"\0", b"xx ", b"$ "])
def test_something_in_front_of_the_first_record_does_not_hide_the_layout(glue: bytes) -> None:
    dump = glue + b"".join(kcat.render(rb"Topic %t [%p] at offset %o: key %k: %s\n", record) for record in events(3))
    found = detected(dump)
    assert found.values == [record.value for record in events(3)]
    assert [r["key"] for r in found.records] == [record.key for record in events(3)]


def test_a_layout_of_numbers_without_one_json_payload_is_none() -> None:
    dump = b"".join(b"%d 0 1 2\nk{}\n" % n for n in range(3))
    try:
        assert detected(dump).values == [b"{}"] * 3
    except LayoutError:
        pass


def test_a_told_layout_without_line_ends_waits_for_none() -> None:
    choice = choose(b"Topic ev", Told(kcat_format=rb"Topic %t [%p] at offset %o: key %k: %s"), final=False)
    assert choice.confidence == "told"


@pytest.mark.slow
def test_a_layout_that_gets_stuck_does_not_win_by_what_it_has_read() -> None:
    """A first record of 70 KB explains most of a head; a column that is left out stands before every other record."""
    row = b"CreateTime:%d\tPartition:1\tOffset:%d\tNO_HEADERS\tk\t%b\n"
    payloads = [b'{"large":"' + b"x" * 70_000 + b'"}', *(b"{" if n % 2 else b'{"n":%d}' % n for n in range(3000))]
    dump = b"".join(row % (1700000000000 + n, n, payload) for n, payload in enumerate(payloads))
    choice = choose(dump, Told(), final=True)
    assert {"TIMESTAMP", "PARTITION", "OFFSET", "HEADERS", "KEY"} <= set(choice.layout.fields)


def test_an_offset_that_kafka_has_no_bits_for_is_an_offset_all_the_same() -> None:
    line = b'{"topic":"t","partition":0,"offset":%s,"key":null,"payload":"{\\"a\\":1}"}\n'
    choice = choose(line % b"99999999999999999999" + line % b"1", Told(), final=True)
    assert "OFFSET" in choice.layout.fields


def alike(count: int) -> list[bytes]:
    """Events of which most bytes are the same, with what separates columns among them."""
    event = (
        b'{"specversion": "1.0", "source": "/shop, eu: 1", "id": %d, "note": "the same - in each | of them; a, b: c #",'
        b' "padding": "' + b"x" * 240 + b'", "more": {"a": [1, 2]}}'
    )
    return [event % (n * 7919 % 1009) for n in range(count)]


@pytest.mark.parametrize("count", [1, 2, 5, 30, 120])
@pytest.mark.parametrize("format_string", [rb"%s\n", rb"%k\t%s\n", rb"%k: %s\n", rb"%p|%o|%k|%s\n", rb"o=%o %s\n"])
def test_what_documents_have_in_common_is_no_reason_to_cut_them(format_string: bytes, count: int) -> None:
    """Half of an event is no key, and the other half no payload, however often they were seen."""
    records = [replace(one, value=event) for one, event in zip(events(count), alike(count), strict=True)]
    dump = b"".join(kcat.render(format_string, record) for record in records)
    assert any(found.values == [record.value for record in records] for found in named(dump))
    if format_string == rb"%s\n" and count > 2:
        assert choose(dump, Told(), final=True).confidence == "sure"


@pytest.mark.parametrize("date", [b"2026-11-2%d 10:20:3%d.5", b"2026-11-2%d 10:20:3%d,123", b"2026-11-2%dT10:20:3%d"])
def test_a_date_without_a_zone_is_one_text_and_no_coordinates(date: bytes) -> None:
    line = b"time: " + date + b' | part: %d | off: %d | key: k%d | {"n":%d}\n'
    dump = b"".join(line % (n % 9, n % 7, n % 2, n, n * 3, n) for n in range(12))
    choice = choose(dump, Told(), final=True)
    found = scan(dump, choice.layout, choice.notices)
    assert [(r["partition"], r["offset"], r["key"], r["value"]) for r in found.records] == [
        (b"%d" % (n % 2), b"%d" % n, b"k%d" % (n * 3), b'{"n":%d}' % n) for n in range(12)
    ]
    assert "timestamp" not in found.records[0]


def test_blanks_that_fill_up_a_number_belong_to_no_field() -> None:
    """As where a tool aligns its columns: the offset is one, however many blanks follow it."""
    rows = [(0, 7, "ada"), (1, 1234, "bob"), (0, 99, "eve"), (1, 1235, "ada")]
    dump = "".join(f'partition={p} offset={o:<8} key={k} value={{"n":{o}}}\n' for p, o, k in rows).encode()
    assert [(r["partition"], r["offset"], r["key"]) for r in detected(dump).records] == [
        (b"%d" % p, b"%d" % o, k.encode()) for p, o, k in rows
    ]


def test_one_record_between_blank_lines_is_no_round_of_blank_lines() -> None:
    """MongoDB's kc (mongo-kafka sandbox), whose format begins and ends with a line feed."""
    form = rb"\nPartition: %p\tOffset: %o\n\nKey (%K bytes):\n\n%k\n\nValue (%S bytes):\n\n%s\n"
    record = replace(events(1)[0], key=b'{"schema":{"type":"string"},"payload":"a"}')
    (found,) = detected(kcat.render(form, record)).records
    assert (found["key"], found["value"], found["offset"]) == (record.key, record.value, b"100")


@pytest.mark.parametrize("count", [3, 20])
def test_tombstones_alone_are_a_dump_where_labels_say_so(count: int) -> None:
    dump = b"".join(b"Key: k%d, value: \n" % n for n in range(count))
    assert detected(dump).values == [b""] * count


@pytest.mark.parametrize(
    "line",
    [
        b'orders\t0\t3261\ttenant:25\t{"n":1}\n',
        b'4 | 3 | 1700000001945 | 4acf0fa7 | {"n":1}\n',
        b'0 83029  {"n":1}\n',
        b'1/48530//{"n":1}\n',
    ],
)
def test_one_record_whose_columns_nothing_names_is_read_and_doubted(line: bytes) -> None:
    """The poison pill fetched alone: what else it may be is no reason to refuse it."""
    choice = choose(line, Told(), final=True)
    assert choice.confidence == "unclear"
    assert scan(line, choice.layout, choice.notices).values == [b'{"n":1}']


def test_members_that_one_grammar_names_and_another_leaves_out_are_no_doubt() -> None:
    (record,) = events(1)
    choice = choose(kcat.render_json(record), Told(), final=True)
    assert (choice.grammar, choice.confidence) == ("kcat-json", "sure")


@pytest.mark.parametrize("separator", [b"|", b"#", b","])
@pytest.mark.parametrize("count", [5, 30, 200])
def test_two_of_a_separator_are_an_empty_column(separator: bytes, count: int) -> None:
    """Keys that are null leave two separators side by side; these may be one, too, and both readings are named."""
    form = b"%t" + separator + b"%p" + separator + b"%o" + separator + b"%k" + separator + b"%s\\n"
    dump = b"".join(kcat.render(form, replace(record, key=None)) for record in events(count))
    wanted = [(b"%d" % (n % 2), b"%d" % (100 + n // 2)) for n in range(count)]
    assert wanted in [[(r.get("partition"), r.get("offset")) for r in found.records] for found in named(dump)]


def test_empty_keys_of_the_records_that_are_whole_hide_no_column() -> None:
    rows = [(81, b"", b"}"), (82, b"k1", b""), (83, b"k2", b""), (84, b"", b"}"), (85, b"k4", b"")]
    dump = b"".join(b'%d,%s,{"event": "view", "n": [%d]%s\n' % (offset, key, offset, end) for offset, key, end in rows)
    assert [(r["offset"], r["key"] or b"") for r in detected(dump).records] == [(b"%d" % o, key) for o, key, _ in rows]


@pytest.mark.parametrize("form", [rb" %h %p %o %s %k \n", rb"%p %o %k %s\n", rb"Partition(%p) %k %s\n"])
def test_the_word_that_all_keys_begin_with_is_not_surely_none_of_theirs(form: bytes) -> None:
    records = [
        replace(one, key=b"user %d" % (n * 7919 % 500), value=one.value[:40] if n % 9 == 2 else one.value)
        for n, one in enumerate(events(100))
        if one.value is not None
    ]
    dump = b"".join(kcat.render(form, record) for record in records)
    choice = choose(dump, Told(), final=True)
    found = scan(dump, choice.layout, choice.notices)
    pairs = [(r, record) for r, record in zip(found.records, records, strict=True) if is_valid(record.value or b"")]
    is_right = all(r["key"] == record.key for r, record in pairs)
    assert is_right or choice.confidence != "sure"


def test_a_record_begins_where_the_dump_does_though_its_payload_is_broken() -> None:
    """Else every payload would go out under its neighbour's offset."""
    lines = [
        b"\nKey (2 bytes): k%d\n  Value (%d bytes): %s\n  Partition: 0\n  Offset: %d\n" % (n % 10, len(value), value, n)
        for n in range(40)
        for value in [b'{"n": %d, "text": "so it goes"' % n + (b"" if n % 3 == 0 else b"}")]
    ]
    found = detected(b"".join(lines))
    assert [(r["offset"], (r["value"] or b"")[:7]) for r in found.records] == [
        (b"%d" % n, (b'{"n": %d,' % n)[:7]) for n in range(40)
    ]


@pytest.mark.parametrize("form", [rb"[%t] offset=%o key=%k value=%s\n", rb"%t;%p;%o;%k;%s\n"])
def test_a_name_in_front_of_partition_or_offset_is_surely_the_topic(form: bytes) -> None:
    dump = b"".join(kcat.render(form, record) for record in events(8))
    assert choose(dump, Told(), final=True).confidence == "sure"
    assert {r["topic"] for r in detected(dump).records} == {b"events"}


def test_a_tombstone_alone_under_a_label_is_one_and_doubted() -> None:
    choice = choose(b"Value: \n", Told(), final=True)
    assert (choice.confidence, scan(b"Value: \n", choice.layout, choice.notices).values) == ("unclear", [b""])


def test_records_over_several_lines_settle_their_layout_before_the_head_is_full() -> None:
    """A record that goes on behind the lines that were looked at is no doubt of what it is a record of."""
    record = b'Value: {\n  "id": %d,\n  "x": [\n    1\n  ]\n}\n'
    choice = choose(b"".join(record % n for n in range(30)), Told(), final=False)
    assert (describe(choice.layout), choice.confidence) == ('"Value: " VALUE "\\n"', "sure")


POISON = {
    "cut": b'{"id": 7, "name": "user 7", "tags": ["a", "b',
    "text": b"hello world",
    "prose": b"org.apache.kafka.common.errors.SerializationException: Error deserializing message for id 7, caused "
    b"by java.net.ConnectException: Connection refused (registry port 8081), gave up after three attempts",
    "avro": b"\x00\x00\x00\x00\x07\x0cuser-7\x02\x80\x01",
}


@pytest.mark.parametrize("poison", POISON)
def test_the_poison_pill_alone_is_read_under_labels(poison: str) -> None:
    """Whatever it is: labels, or the members of the tool's object, say what stands where."""
    record = replace(events(1)[0], value=POISON[poison])
    refused: list[bytes] = []
    labelled = [f for f in FORMATS if (b"%o" in f or b"%t" in f) and f.strip(b"{").replace(b"\\n", b"")[:1].isalpha()]
    for format_string in (*labelled, b"-J"):
        dump = kcat.render_json(record) if format_string == b"-J" else kcat.render(format_string, record)
        try:
            found = detected(dump)
        except LayoutError:
            refused.append(format_string)
            continue
        assert found.values == [record.value], format_string
    # Letters that may be words of a text, and no label.
    assert set(refused) <= {rb"p%p o%o  %k => %s\n"}
    assert len(labelled) > 15


@pytest.mark.slow
@pytest.mark.parametrize(("size", "formats"), [(70_000, FORMATS[::2]), (300_000, FORMATS[1::4])])
def test_a_first_record_that_is_longer_than_the_head_settles_nothing(size: int, formats: list[bytes]) -> None:
    """Nor does what is seen of it: neither a part of its lines, nor that these are indented."""
    wrong: list[bytes] = []
    records = events(60)
    records[0] = replace(records[0], value=b'{"large":"' + b"x" * size + b'"}')
    for format_string in formats:
        dump = b"".join(kcat.render(format_string, record) for record in records)
        values = [record.value for record in dumpfix.records(dump)]
        if [value and value[:20] for value in values] != [record.value and record.value[:20] for record in records]:
            wrong.append(format_string)
    assert wrong == []
