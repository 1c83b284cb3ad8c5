"""The rule by which records are found, case by case."""

from __future__ import annotations

import pytest

import dumpfix
from tests.reading import kcat_grammar, reference, scan, tiles

PROSE = rb"Topic %t [%p] at offset %o: key %k: %s\n"


def values(format_string: bytes, dump: bytes) -> list[bytes | None]:
    grammar = kcat_grammar(format_string)
    found = scan(dump, grammar.layouts[0], grammar.notices)
    assert tiles(found, dump)
    return found.values


def test_a_key_that_holds_the_separator_is_split_where_the_value_is_a_document() -> None:
    assert values(PROSE, b'Topic t [0] at offset 1: key a: b: c: {"x": 1}\n') == [b'{"x": 1}']


@pytest.mark.parametrize(
    ("dump", "key", "value"),
    [
        (b'tenant:0:"hello"\n', b"tenant:0", b'"hello"'),
        (b"tenant:0:true\n", b"tenant:0", b"true"),
        (b"tenant:0:null\n", b"tenant:0", b"null"),
        (b"tenant:0:NULL\n", b"tenant:0", b"NULL"),
        (b'a:b:{"x": 1}\n', b"a:b", b'{"x": 1}'),
        (b'a:"b:"c"\n', b"a", b'"b:"c"'),
        (b"12:30:45\n", b"12", b"30:45"),
        (b"a:b:\n", b"a", b"b:"),
        (b"a:b:nought\n", b"a", b"b:nought"),
        (b"7:8\n", b"7", b"8"),
    ],
)
def test_behind_a_later_separator_a_payload_shows_itself(dump: bytes, key: bytes, value: bytes) -> None:
    grammar = kcat_grammar(rb"%k:%s\n")
    (layout,) = grammar.layouts
    found = scan(dump * 3, layout, grammar.notices)
    assert [(r["key"], r["value"]) for r in found.records] == [(key, value)] * 3
    assert reference(layout, grammar.notices).spans(dump * 3) == found.spans


def test_a_key_with_a_tab_before_a_null_literal() -> None:
    command = "kafka-console-consumer --topic t --property print.key=true"
    (record,) = dumpfix.records(b"x\ty\tnull\n", command=command)
    assert (record.key, record.verdict) == (b"x\ty", "tombstone")


@pytest.mark.parametrize("format_string", [rb"%S%s", rb"%K%k%S%s", rb"%S%s\n", rb"%S;%s"])
def test_the_only_negative_size_is_minus_one(format_string: bytes) -> None:
    grammar = kcat_grammar(format_string)
    (layout,) = grammar.layouts
    values = [b'{"a":1}', None, b'{"a":2}', b"", None]
    rows = [(b"-1", b"") if value is None else (b"%d" % len(value), value) for value in values]
    forms = {rb"%S%s": b"%b%b", rb"%K%k%S%s": b"-1%b%b", rb"%S%s\n": b"%b%b\n", rb"%S;%s": b"%b;%b"}
    dump = b"".join(forms[format_string] % row for row in rows)
    found = scan(dump, layout, grammar.notices)
    assert found.values == values
    assert reference(layout, grammar.notices).spans(dump) == found.spans
    for cut in range(len(dump)):
        assert scan([dump[:cut], dump[cut:]], layout, grammar.notices).spans == found.spans


def test_colons_in_a_text_make_no_number_a_payload() -> None:
    assert values(rb"%k:%s\n", b"a:[0] at 09:59:54.746099\n") == [b"[0] at 09:59:54.746099"]


def test_a_cut_document_is_not_split_inside() -> None:
    assert values(rb"%k: %s\n", b'k: {"a": {"b": 1}\n') == [b'{"a": {"b": 1}']


def test_a_record_with_a_damaged_head_is_named_and_not_skipped() -> None:
    dump = (
        b"Topic e [0] at offset 1: key k: {}\nTopic e [0] at ofset 2: key k: {}\nTopic e [0] at offset 3: key k: {}\n"
    )
    grammar = kcat_grammar(PROSE)
    found = scan(dump, grammar.layouts[0], grammar.notices)
    assert [(r.get("offset"), r.get("value")) for r in found.records] == [(b"1", b"{}"), (None, None), (b"3", b"{}")]


@pytest.mark.parametrize("size", [5, 999_999_999, 2**31])
def test_a_size_that_lies_loses_no_record(size: int) -> None:
    format_string = rb"Key (%K bytes): %k\tValue (%S bytes): %s\n"
    dump = b'Key (1 bytes): k\tValue (%d bytes): {"a": 1}\nKey (1 bytes): k\tValue (2 bytes): {}\n' % size
    assert values(format_string, dump) == [b'{"a": 1}', b"{}"]


def test_a_number_at_the_very_end_is_not_taken_for_whole() -> None:
    grammar = kcat_grammar(rb"%s\n")
    found = scan(b"12\n34", grammar.layouts[0], grammar.notices)
    assert [r["value"] for r in found.records] == [b"12", b"34"]


@pytest.mark.parametrize("glue", [b"$ ", b"\0", b"ada@host:~$ ", b'foo [1] {"x":2} '])
def test_a_record_behind_something_in_its_line_is_read(glue: bytes) -> None:
    grammar = kcat_grammar(PROSE)
    layout = grammar.layouts[0]
    lines = [b'Topic t [0] at offset %d: key k: {"n":%d}\n' % (n, n) for n in range(4)]
    for at in range(4):
        dump = b"".join([*lines[:at], glue, *lines[at:]])
        found = scan(dump, layout, grammar.notices)
        assert found.values == [b'{"n":%d}' % n for n in range(4)]
        assert [span.end - span.start for span in found.of_role("garbage")] == [len(glue)]
        assert reference(layout, grammar.notices).spans(dump) == found.spans


def test_what_a_broken_record_quotes_of_another_is_no_record() -> None:
    dump = b'Tpic t [0] at offset 1: key k: {"log":"Topic t [0] at offset 2: key x: {\\"a\\":1}"}\n'
    whole = b'Topic t [0] at offset 3: key k: {"n":3}\n'
    assert values(PROSE, dump + whole) == [b'{"n":3}']
