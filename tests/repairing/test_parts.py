"""The rooms of the repairer, each by itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.json.validity import is_valid
from dumpfix.repairing import causes, not_json, surroundings
from dumpfix.repairing.automaton import AFTER, ERROR, VALUE, Stacks, read_back, read_front, step
from dumpfix.repairing.lexer import lex
from dumpfix.repairing.lines import hard_wrap
from dumpfix.repairing.pieces import apply_changes
from dumpfix.repairing.shape import Profile, ShapeModel, irregularity
from dumpfix.repairing.tokens import OPEN_STRING, WORD, prepare
from tests.json.strategies import documents, near_json, payloads


@given(payloads | near_json, st.booleans())
def test_tokens_are_in_order_and_only_trivia_lies_between(data: bytes, dialect: bool) -> None:
    tokens = lex(prepare(data), dialect=dialect)
    position = 0
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        assert position <= start < end <= len(data)
        position = end
    if not dialect:
        spans = zip([0, *tokens.ends], [*tokens.starts, len(data)], strict=True)
        assert all(not data[start:end].strip(b" \t\r\n,") for start, end in spans)


@given(payloads)
def test_the_front_takes_what_is_valid_and_stops_in_what_is_not(data: bytes) -> None:
    tokens = lex(prepare(data), dialect=False)
    front = read_front(tokens, Stacks())
    whole = front.stop == len(tokens) > 0 and front.states[-1] == AFTER and not front.stacks[-1]
    if is_valid(data):
        assert whole
    assert len(front.states) == len(front.stacks) == front.stop + 1


@given(documents)
def test_front_and_back_fit_together_at_every_token_of_a_sound_text(data: bytes) -> None:
    tokens, table = lex(prepare(data), dialect=False), Stacks()
    front, back = read_front(tokens, table), read_back(tokens, table)
    assert back.first == 0
    for index, (state, stack) in enumerate(zip(front.states, front.stacks, strict=True)):
        assert back.accepts(index, state, stack)


@given(near_json)
def test_where_front_and_back_fit_together_the_text_is_sound(data: bytes) -> None:
    tokens, table = lex(prepare(data), dialect=False), Stacks()
    front, back = read_front(tokens, table), read_back(tokens, table)
    fits = [
        back.accepts(index, state, stack)
        for index, (state, stack) in enumerate(zip(front.states, front.stacks, strict=True))
    ]
    whole = front.stop == len(tokens) and front.states[-1] == AFTER and not front.stacks[-1]
    assert any(fits) == all(fits) == whole or not len(tokens)


@given(near_json)
def test_the_fast_front_is_the_step_by_step_automaton(data: bytes) -> None:
    tokens, table = lex(prepare(data), dialect=False), Stacks()
    front = read_front(tokens, table)
    state, stack = VALUE, 0
    for index, kind in enumerate(tokens.kinds):
        assert (front.states[index], front.stacks[index]) == (state, stack)
        state, stack = step(kind, state, stack, table)
        if state == ERROR:
            assert front.stop == index
            return
    assert front.stop == len(tokens)


def test_a_stack_knows_its_closers_and_its_ancestors() -> None:
    table = Stacks()
    outer = table.push(0, True)
    inner = table.push(table.push(outer, False), True)
    assert table.closers(inner) == b"}]}"
    assert table.closers(inner, outer) == b"}]"
    assert table.contains(inner, outer)
    assert not table.contains(outer, inner)
    assert table.push(0, True) == outer


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (b"tru", [WORD]),
        (b'"abc', [OPEN_STRING]),
        (b'"a\\"', [OPEN_STRING]),
        (b"\xff\x00", [WORD]),
    ],
)
def test_what_is_no_token_is_a_word_or_an_open_string(text: bytes, kinds: Any) -> None:
    assert list(lex(prepare(text)).kinds) == kinds


@given(st.integers(16, 90), documents)
def test_a_terminals_line_breaks_are_undone(width: int, data: bytes) -> None:
    data = data.replace(b"\n", b" ")
    lines = [data[at : at + width] for at in range(0, len(data), width)]
    if len(lines) < 3:
        return
    changes = hard_wrap(b"\n".join(lines))
    assert changes is not None
    assert apply_changes(b"\n".join(lines), changes) == data


@given(documents)
def test_an_escaped_document_is_unescaped(data: bytes) -> None:
    escaped = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    changes = causes.escaped_document(escaped)
    if changes is not None:
        assert apply_changes(escaped, changes) == data.strip()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        (b'x {"a":1} y [2] z', [(2, 9), (12, 15)]),
        (b"[sic] {oops} {}", [(13, 15)]),
        (b"none", []),
        (b'{"a":[1,{"b":2}]', [(5, 16)]),
    ],
)
def test_whole_documents_are_found_in_other_text(text: bytes, spans: Any) -> None:
    assert surroundings.documents(text).spans == spans


@pytest.mark.parametrize(
    "payload", [b'{"a":1', b"[1,2", b'x {"a":', b"{'a': 1}", '{"é":1'.encode(), b'\x00\x01{"a":1,"b":"cdefg"}']
)
def test_what_may_be_json_is_not_called_something_else(payload: bytes) -> None:
    assert not_json.reason(payload) is None


def test_duplicates_and_paths_are_part_of_a_profile() -> None:
    profile = Profile(b'{"a":[1,{"b":"x"}],"a":true}')
    assert profile.duplicates == 1
    assert ("\0a\0*\0b", "s") in profile.traits
    assert ("\0a", "b") in profile.traits


def test_the_insides_of_strings_do_not_hide_a_profile_and_what_is_unsound_has_none() -> None:
    assert Profile(b'{"a\x01\xff":"\\x41 \\"","b":[1]}').traits >= {("\0b\0*", "n")}
    assert not Profile(b'{"a":1,}').traits


def test_the_shape_of_a_topic_prefers_what_it_has_seen() -> None:
    shape = ShapeModel.from_payloads([b'{"a":{"b":1},"c":2}'] * 3)
    seen, strange = Profile(b'{"a":{"b":7},"c":8}'), Profile(b'{"a":{"b":7,"c":8}}')
    assert shape.strangeness(seen) < shape.strangeness(strange)


def test_a_document_that_repeats_itself_is_more_regular() -> None:
    regular = Profile(b'[{"a":1,"b":2},{"a":3,"b":4},{"a":5,"b":6}]')
    nested = Profile(b'[{"a":1,"b":2},{"a":3,"b":{"a":5,"c":6}}]')
    assert irregularity(regular) < irregularity(nested)


def test_a_shape_is_bounded() -> None:
    shape = ShapeModel.from_payloads(b'{"k%d":1}' % number for number in range(1500))
    assert shape.payloads == 1000
    assert len(shape.text) <= 1 << 15
