"""Wrappers are taken off line by line, and every byte that is left knows its place in the dump."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.layout.load import folder, shared_wrappers
from dumpfix.wrapping.model import Prefix, TerminalControls, Wrapper, constant, docker_json_file, shipped
from dumpfix.wrapping.strip import Place, Unwrapped, stripped
from tests.reading import chunked
from tests.wrapping.wrap import WRAPPINGS

LINES = st.lists(
    st.one_of(
        st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"").replace(b"\x1b", b"")),
        st.sampled_from([b"", b" ", b'{"a":1}', b"\r", b"x | y", b"1: 2", b"% Reached end", b"> {}"]),
    ),
    max_size=8,
)


def by_kind(kind: str) -> Prefix:
    return next(wrapper for wrapper in shipped() if wrapper.kind == kind)


def samples() -> list[tuple[str, str, str]]:
    """(kind, a line with its wrapper, the same without) of every alternative in the grammar."""
    found: list[tuple[str, str, str]] = []
    pending: list[tuple[str, str]] = []
    for line in (folder() / "wrappers.lark").read_text("utf-8").split("\n"):
        if line.startswith("//> "):
            pending.append((line[4:], ""))
        elif line.startswith("//= "):
            pending[-1] = pending[-1][0], line[4:]
        elif pending and line:
            found += [(line.partition(":")[0], wrapped, bare) for wrapped, bare in pending]
            pending = []
    return found


def test_every_kind_has_a_sample() -> None:
    assert {kind for kind, _, _ in samples()} == set(shared_wrappers())


@pytest.mark.parametrize(("kind", "wrapped", "bare"), samples())
def test_the_samples_of_the_grammar_are_taken_off(kind: str, wrapped: str, bare: str) -> None:
    assert by_kind(kind).unwrapped(wrapped.encode()) == bare.encode()


@pytest.mark.parametrize("kind", WRAPPINGS)
@given(lines=LINES, data=st.data())
def test_taken_off_in_any_pieces_the_dump_is_what_it_was(kind: str, lines: list[bytes], data: st.DataObject) -> None:
    dump = b"".join(line + b"\n" for line in lines)
    wrapped, wrappers = WRAPPINGS[kind].wrap(dump), WRAPPINGS[kind].wrappers()
    pieces = data.draw(chunked(wrapped))
    assert b"".join(Unwrapped(wrappers, pieces)) == dump


def places(wrappers: Sequence[Wrapper], pieces: Sequence[bytes]) -> tuple[bytes, list[Place]]:
    unwrapped = Unwrapped(wrappers, pieces)
    left = b"".join(unwrapped)
    return left, [unwrapped.place(at) for at in range(len(left))]


@pytest.mark.parametrize("kind", [kind for kind in WRAPPINGS if not WRAPPINGS[kind].is_spelled_otherwise])
@given(lines=LINES, data=st.data())
def test_every_byte_that_is_left_lies_where_its_place_says(kind: str, lines: list[bytes], data: st.DataObject) -> None:
    dump = b"".join(line + b"\n" for line in lines)
    wrapped = WRAPPINGS[kind].wrap(dump)
    left, where = places(WRAPPINGS[kind].wrappers(), data.draw(chunked(wrapped)))
    assert bytes(wrapped[at] for at, _, _ in where) == left
    assert [at for at, _, _ in where] == sorted({at for at, _, _ in where})
    for at, line, line_start in where:
        assert line == wrapped.count(b"\n", 0, at) + 1
        assert line_start == wrapped.rfind(b"\n", 0, at) + 1


@given(lines=LINES, data=st.data())
def test_what_is_forgotten_is_not_needed_for_what_follows(lines: list[bytes], data: st.DataObject) -> None:
    dump = b"".join(line + b"\n" for line in lines)
    wrapped = WRAPPINGS["nested"].wrap(dump)
    left, where = places(WRAPPINGS["nested"].wrappers(), [wrapped])
    unwrapped = Unwrapped(WRAPPINGS["nested"].wrappers(), data.draw(chunked(wrapped)))
    assert b"".join(unwrapped) == left
    for at, place in enumerate(where):
        unwrapped.forget(at)
        assert unwrapped.place(at) == place


def test_what_was_kept_for_places_is_let_go() -> None:
    unwrapped = Unwrapped([constant("quote", b"> "), constant("comment", b"# ")], [b"> # {}\n" * 100] * 50)
    at = 0
    for chunk in unwrapped:
        at += len(chunk)
        unwrapped.forget(at)
        assert all(len(layer._pieces) <= 1 for layer in unwrapped._layers)


def test_lines_without_the_wrapper_stay_as_they_are() -> None:
    dump = b"x\n> {}\n% Reached\n>\n> []"
    unwrapped = Unwrapped([constant("quote", b"> ")], [dump])
    assert b"".join(unwrapped) == b"x\n{}\n% Reached\n\n[]"
    seen = unwrapped.seen()[0]
    assert (seen.kind, seen.count, seen.first_line) == ("quote", 3, 2)


def test_the_first_line_of_an_inner_wrapper_is_the_dumps() -> None:
    unwrapped = Unwrapped([constant("quote", b"> "), constant("comment", b"# ")], [b"a\n> b\n", b"> # c\n"])
    deque_of = b"".join(unwrapped)
    assert deque_of == b"a\nb\nc\n"
    assert [seen.first_line for seen in unwrapped.seen()] == [2, 3]


def test_the_string_of_a_json_log_line_is_undone() -> None:
    line = b'{"log":"{\\"n\\":\\"\\u00e9\\"}\\n","stream":"stdout","time":"2026-11-25T10:20:33.1Z"}\n'
    assert stripped([docker_json_file()], line) == '{"n":"é"}\n'.encode()
    unwrapped = Unwrapped([docker_json_file()], [line])
    left = b"".join(unwrapped)
    assert line[unwrapped.place(left.index(b"n")).at :].startswith(b'n\\":')
    assert line[unwrapped.place(left.index("é".encode())).at :].startswith(b"\\u00e9")


@given(st.binary(max_size=60))
def test_a_line_without_escapes_has_no_terminal_controls(line: bytes) -> None:
    assert TerminalControls().unwrapped(line.replace(b"\x1b", b"")) is None


def test_the_shapes_that_are_remembered_change_no_answer() -> None:
    lines = [b"1: {}", b"2:{}", b"12:  x", b"  3:\t", b"4 5:", b"10:20:33 x", b"7\t8"] * 3
    fresh = [by_kind("number").unwrapped(line) for line in lines]
    one = by_kind("number")
    assert [one.unwrapped(line) for line in lines] == fresh
