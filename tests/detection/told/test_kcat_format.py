"""`kcat -f` strings are read as kcat reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.detection.told.kcat_format import default_format, delimiter, grammar_text, pieces
from dumpfix.errors import UsageError
from dumpfix.layout.load import load
from tests.writers import kcat
from tests.writers.records import KafkaRecord

NAMES = {
    b"s": "VALUE", b"S": "VALUE_SIZE", b"R": "VALUE_SIZE_BINARY", b"k": "KEY", b"K": "KEY_SIZE", b"T": "TIMESTAMP",
    b"h": "HEADERS", b"t": "TOPIC", b"p": "PARTITION", b"o": "OFFSET",
}  # fmt: skip
RECORD = KafkaRecord("t", 1, 2, 3, "create", (("h", b"v"),), b"k", b"{}")


@given(kcat.format_strings())
def test_a_format_prints_what_its_pieces_say(format_string: bytes) -> None:
    """The model is what the real kcat prints (tests/writers/test_kcat_model.py)."""
    token_of = {name: b"%" + token for token, name in NAMES.items()}
    again = b"".join(
        piece if isinstance(piece, bytes) else kcat.render(token_of[piece], RECORD) for piece in pieces(format_string)
    )
    assert again == kcat.render(format_string, RECORD)


@given(
    st.lists(st.sampled_from([b"\\n", b"\\t", b"\\x41", b"\\x1f", b":", b"|", b"ab", b"\\q"]), max_size=4).map(b"".join)
)
def test_delimiters_are_read_as_kcat_reads_them(text: bytes) -> None:
    assert delimiter(text) == kcat.parse_delimiter(text)


@given(
    st.none() | st.sampled_from([b"\\t", b": ", b"%p|", b"\\x3a"]),
    st.sampled_from([b"\\n", b"\\x1e", b"--\\n", b""]),
)
def test_the_default_format_is_the_one_that_kcat_builds(key: bytes | None, record: bytes) -> None:
    assert default_format(key, record) == kcat.default_format(key, record)


@pytest.mark.parametrize("wrong", [b"%x", b"abc %", b"%q%s"])
def test_what_kcat_refuses_is_refused(wrong: bytes) -> None:
    with pytest.raises(UsageError, match="kcat has no|cannot end"):
        list(pieces(wrong))


def test_a_typo_before_a_letter_prints_the_letter() -> None:
    grammar = load(grammar_text(rb"\nValue: %s\n\Partition: %p\tOffset: %o\n--\n"), "kcat")
    assert b"\nPartition: " in [e.text for e in grammar.layouts[0].elements if hasattr(e, "text")]  # type: ignore[union-attr]


def test_a_field_that_is_printed_twice_counts_where_it_stands_first() -> None:
    grammar = load(grammar_text(rb"%o %k %o: %s\n"), "kcat")
    assert grammar.layouts[0].fields == ("OFFSET", "KEY", "INTEGER", "VALUE")


def test_two_payloads_a_record_are_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        grammar_text(rb"%s %s\n")
