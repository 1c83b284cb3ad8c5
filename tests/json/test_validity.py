import json
from unittest.mock import patch

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dumpfix.json import lexer, validity
from dumpfix.json.hazards import THOROUGH, hazards, in_bulk
from dumpfix.json.validity import all_valid, first_error, is_valid, join_lines, scan_value
from tests.benchmarks import hazards as benchmark
from tests.json.cases import ACCEPTED, DECIDED, REFUSED
from tests.json.strategies import documents, near_json, payloads
from tests.oracles import json as reference

VERDICTS = (
    [(name, payload, True) for name, payload in ACCEPTED.items()]
    + [(name, payload, False) for name, payload in REFUSED.items()]
    + [(name, payload, verdict) for name, (payload, verdict) in DECIDED.items()]
)


@pytest.mark.parametrize(("payload", "verdict"), [row[1:] for row in VERDICTS], ids=[row[0] for row in VERDICTS])
def test_the_verdicts_of_jsontestsuite_hold_with_and_without_the_gate(payload: bytes, verdict: bool) -> None:
    assert is_valid(payload) is verdict
    assert validity._automaton_accepts(payload) is verdict
    assert (first_error(payload) is None) is verdict
    if len(payload) < 10_000:
        assert reference.reference_accepts(payload) is verdict


@given(payloads)
def test_the_automaton_and_lark_accept_the_same_texts(payload: bytes) -> None:
    assert validity._automaton_accepts(payload) is reference.reference_accepts(payload)


@given(near_json)
def test_the_gates_yes_implies_the_automatons_yes(payload: bytes) -> None:
    try:
        orjson.loads(payload)
    except ValueError:
        return
    assert validity._automaton_accepts(payload)


@given(st.lists(payloads, max_size=6))
@example([b'{"a":[1,', b'{"b":2}]}'])
@example([b""])
@example([b"1", b"2 3"])
@example([b"[1e400]", b'"\\ud800"'])
def test_bulk_verdicts_are_the_verdicts_one_by_one(chunk: list[bytes]) -> None:
    verdicts = [is_valid(payload) for payload in chunk]
    assert all_valid(chunk) is all(verdicts)
    assert all_valid(iter(chunk)) is all(verdicts)


@given(documents)
def test_what_json_writes_is_valid(payload: bytes) -> None:
    assert is_valid(payload)
    assert validity._automaton_accepts(payload)


@given(documents, st.binary(max_size=4), st.binary(max_size=4))
def test_a_value_is_scanned_in_place(payload: bytes, before: bytes, after: bytes) -> None:
    stop = len(before) + len(payload)
    result = scan_value(before + payload + after, len(before), stop)
    assert result.state == "complete"
    assert is_valid(payload[: result.at - len(before)])
    assert payload[result.at - len(before) :].strip() == b""


@given(documents, st.data())
def test_a_proper_prefix_is_incomplete_never_broken(payload: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(payload) - 1))
    result = scan_value(payload, 0, cut)
    if result.state == "complete":
        assert is_valid(payload[:cut])
    else:
        assert (result.state, result.at) == ("incomplete", cut)


@given(payloads)
def test_a_broken_text_breaks_at_the_first_byte_that_cannot_be_there(payload: bytes) -> None:
    result = scan_value(payload, 0, len(payload))
    if result.state != "broken":
        return
    assert scan_value(payload, 0, result.at).state != "broken"
    assert scan_value(payload, 0, result.at + 1).state == "broken"
    assert result.expected


def test_a_number_that_touches_the_end_says_so() -> None:
    assert scan_value(b"12", 0, 2).touches_end
    assert not scan_value(b"12 ", 0, 3).touches_end
    assert not scan_value(b"[12]", 0, 4).touches_end


def test_a_hundred_thousand_levels_are_read() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert is_valid(deep)
    assert scan_value(deep, 0, len(deep) - 1).state == "incomplete"


def test_the_first_error_tells_line_column_and_what_was_expected() -> None:
    fault = first_error(b'{"a": 1\n "b": 2}')
    assert fault is not None
    assert (fault.at, fault.line, fault.column) == (9, 2, 2)
    assert fault.expected == "',' or '}' after a member"
    assert fault.message == "found '\"', expected ',' or '}' after a member"
    ended = first_error(b'{"a": [1')
    assert ended is not None
    assert ended.message == "the text ends, expected ',' or ']' after an element"


HAZARDS = {
    b'["\\ud800"]': ("lone_surrogate",),
    b'["\\udc00\\ud800"]': ("lone_surrogate",),
    b'["\\ud83d\\ude00"]': (),
    '["😀\\ud83d"]'.encode(): ("lone_surrogate",),
    b"[1e400]": ("number_overflow",),
    b"-1E+309": ("number_overflow",),
    b"[1e-400, 1e308]": (),
    b"9" * 310: ("big_integer", "number_overflow"),
    b"[18446744073709551616]": ("big_integer",),
    b"[18446744073709551615, -9223372036854775808]": (),
    b"[-9223372036854775809]": ("big_integer",),
    b'["\\u0000"]': ("nul_escape",),
    b'["\\\\u0000"]': (),
    b'{"\\u0000": 1}': ("nul_escape",),
    b'{"a": 1, "\\u0061": 2}': ("duplicate_key",),
    b'{"a": {"a": 1}, "b": {"a": 1}}': (),
    b'"{\\"a\\": 1}"': ("string_document",),
    b'"[broken"': (),
    b'["[]"]': (),
    b'"12"': (),
    b"[" * 1001 + b"]" * 1001: ("deep",),
    b"[" * 1000 + b"]" * 1000: (),
}


@pytest.mark.parametrize(("payload", "expected"), HAZARDS.items())
def test_hazards_are_exact(payload: bytes, expected: tuple[str, ...]) -> None:
    assert hazards(payload) == expected


def test_hazards_of_what_is_not_json_are_an_error() -> None:
    with pytest.raises(ValueError, match="valid payloads only"):
        hazards(b"{")


#: what can look like a hazard, and often is none
NEAR_HAZARDS = (
    documents
    | st.sampled_from(list(HAZARDS))
    | st.builds(
        lambda a, b, e: b"%d.%de%d" % (a, b, e), st.integers(0, 10**19), st.integers(0, 99), st.integers(285, 312)
    )
    | st.builds(lambda n, e: b"[%be%d]" % (b"9" * n, e), st.integers(195, 312), st.integers(-5, 120))
    | st.integers(-(2**66), 2**66).map(lambda number: b"[%d]" % number)
    | st.lists(
        st.sampled_from(
            ["\\\\", '\\"', "\\u0000", "u0000", "\\ud83c", "\\udf89", ":18446744073709551616", "[", "{", "e999"]
        )
    ).map(lambda parts: f'{{"a:": ["{"".join(parts)}"]}}'.encode())
)


@given(st.lists(NEAR_HAZARDS | st.none() | st.just(b""), max_size=4), st.sampled_from([b"\n", b" ", b"\nTopic t: "]))
def test_hazards_found_in_bulk_are_those_found_token_by_token(chunk: list[bytes | None], between: bytes) -> None:
    text = between.join(payload for payload in chunk if payload)
    wanted = {(index, kind) for index, payload in enumerate(chunk) if payload for kind in hazards(payload)}
    assert set(in_bulk(chunk, text)) == {(index, kind) for index, kind in wanted if kind not in THOROUGH}


@pytest.mark.parametrize("kind", benchmark.SEEDS)
def test_what_only_looks_like_a_hazard_is_never_read_token_by_token(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dumpfix.json.hazards.hazards", lambda _: pytest.fail("read token by token"))
    payload = b'{"a":%b}' % benchmark.SEEDS[kind]
    list(in_bulk([payload] * 3, b"\n".join([payload] * 3)))


@given(documents)
def test_joining_lines_keeps_every_byte_outside_line_ends(payload: bytes) -> None:
    joined = join_lines(payload.replace(b"\n", b"\r\n"))
    assert b"\n" not in joined
    assert b"\r" not in joined
    assert json.loads(joined) == json.loads(payload)
    assert joined == b"".join(line.lstrip(b" ") if index else line for index, line in enumerate(payload.split(b"\n")))


def test_joining_drops_the_blanks_that_follow_a_line_end_and_no_others() -> None:
    assert join_lines(b'{ "a":  1,\r\n\t  "b" :[\n\n 2 ]}\n') == b'{ "a":  1,"b" :[2 ]}'
    assert join_lines(b'{"a": 1}') == b'{"a": 1}'


@given(st.binary(max_size=80), st.integers(0, 10))
def test_a_run_ends_at_the_first_other_byte(data: bytes, at: int) -> None:
    stop = len(data)
    expected = next((index for index in range(at, stop) if data[index] not in b"\x00\x01"), max(at, stop))
    assert lexer.run_end(data, at, stop, b"\x00\x01") == expected


def test_the_reference_reads_a_change_in_the_grammar() -> None:
    changed = reference.grammar_text().replace('"null"', '"nil"')
    assert reference.reference_accepts(b"[nil]", changed)
    assert not reference.reference_accepts(b"[null]", changed)


def test_the_grammar_has_no_pattern() -> None:
    from lark.lexer import PatternStr

    terminals = reference.reference_parser(reference.grammar_text()).terminals
    assert terminals
    assert all(isinstance(terminal.pattern, PatternStr) for terminal in terminals if terminal.pattern is not None)


@given(payloads)
@example(b"[" * 100_000 + b"]" * 100_000)
@example(b"9" * 5000)
@example(b'"\\ud800"')
@example("\ufeff{}".encode())
@example("{}".encode("utf-16"))
def test_a_syntax_error_of_the_standard_library_implies_the_automatons_no(payload: bytes) -> None:
    if validity._is_surely_broken(payload):
        assert not validity._automaton_accepts(payload)


@given(st.lists(st.tuples(near_json, st.integers(0, 40), st.sampled_from([b"", b"7", b"]", b'"', b" "])), max_size=8))
@example([(b'{"a":[[1', 40, b""), (b'{"a":[[12]', 40, b""), (b'{"a":[[\n', 40, b"")])
@example([(b"[1 ", 40, b""), (b"[12]", 40, b"")])
def test_what_the_automaton_came_by_before_changes_no_answer(texts: list[tuple[bytes, int, bytes]]) -> None:
    with patch.object(validity, "_LONG", 2), patch.object(validity, "_walked", ()):
        for before in (b"", b"[["):
            for text, stop, end in texts:
                data = before + text[:stop] + end
                alone = validity._run(data, 0, len(data), validity.VALUE, bytearray(), None)[:2]
                assert validity.walk(b"x" + data + b"1", 1, len(data) + 1) == (
                    alone[0] + 1 if alone[0] >= 0 else alone[0] - 1,
                    alone[1],
                )


@pytest.mark.parametrize("shape", [b'{"a":', b"[1,", b'{"a":"x","b":{"c":[', b'["\\\\",', b"[[{},"])
def test_a_broken_payload_is_walked_over_once_however_often_it_is_asked_about(shape: bytes) -> None:
    """Who asks has it whole, its beginning, or what stands around it."""
    text = (shape * 20_000)[:20_000]
    walked = 0

    def counted(data: bytes, at: int, *others: object) -> tuple[int, int, int]:
        nonlocal walked
        found = run(data, at, *others)  # type: ignore[arg-type]
        walked += (found[0] if found[0] >= 0 else ~found[0]) - at
        return found

    run = validity._run
    with patch.object(validity, "_run", counted), patch.object(validity, "_walked", ()):
        for length in (5_000, 10_000, 20_000):
            for _ in range(5):
                scan_value(text[:length], 0, length)
                scan_value(b"key: " + text[:length] + b"\n", 5, length + 6)
                is_valid(text[:length])
    assert walked <= 1.2 * len(text)


@given(st.lists(st.sampled_from([b"\\\\", b'\\"', b"\\n", b"\\u00e9", b"\\u12", b"\\x", b"\\", b"ab", b'"', b"\t"])))
def test_many_escapes_are_read_as_one_after_the_other(parts: list[bytes]) -> None:
    text = b'"' + b"".join(parts)
    for stop in (len(text), max(len(text) - 3, 1)):
        one_by_one = lexer.string_end(text, 0, stop)
        with patch.object(lexer, "_MANY_ESCAPES", 1), patch.object(lexer, "_SOME", 8):
            assert lexer.string_end(text, 0, stop) == one_by_one
