"""The rule by which records are found, case by case."""

from __future__ import annotations

import pytest

from tests.reading import kcat_grammar, scan, tiles

PROSE = rb"Topic %t [%p] at offset %o: key %k: %s\n"


def values(format_string: bytes, dump: bytes) -> list[bytes | None]:
    grammar = kcat_grammar(format_string)
    found = scan(dump, grammar.layouts[0], grammar.notices)
    assert tiles(found, dump)
    return found.values


def test_a_key_that_holds_the_separator_is_split_where_the_value_is_a_document() -> None:
    assert values(PROSE, b'Topic t [0] at offset 1: key a: b: c: {"x": 1}\n') == [b'{"x": 1}']


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
