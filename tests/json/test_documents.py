"""Documents in bytes: the same as by trying every bracket, at a cost that grows no faster than the bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dumpfix.json import documents as module
from dumpfix.json.documents import documents
from dumpfix.json.validity import Containers, scan_value, walk


def by_trying(data: bytes) -> list[tuple[int, int]]:
    """Whole containers from left to right, each bracket tried by itself."""
    found = []
    at = 0
    while at < len(data):
        if data[at] in b"{[":
            result = scan_value(data, at, len(data))
            if result.state == "complete":
                found.append((at, result.at))
                at = result.at
                continue
        at += 1
    return found


PIECES = st.sampled_from(
    [
        *(b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\", b"1", b"x", b" ", b"\n", b"\xff", b"\xc3\xa9"),
        *(b'"a"', b'"a":', b'{"a":1}', b"[1]", b'["{', b'\\"', b'"{"', b'"["'),
    ]
)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_the_documents_are_those_that_are_found_by_trying_every_bracket(data: bytes) -> None:
    assert list(documents(data)) == by_trying(data)


def test_what_is_not_wanted_hides_what_is_inside_it() -> None:
    data = b'[{"a":1}]x{"b":2}\n'
    assert list(documents(data, lambda _, end: data[end] == 0x0A)) == [(10, 17)]


HOSTILE = {
    "arrays": b"[",
    "objects": b'{"a":',
    "empty arrays": b"[],",
    "brackets in strings": b'["{',
    "strings that end at once": b'["[",',
    "escaped quotes": b'{"a\\"{',
    "quotes the other way round": b'"["{"',
    "a reading inside strings that goes on": b'"x["  :{  ',
    "line ends in strings": b'{"a":"[\n',
    "no UTF-8": b"[\xff",
    "no UTF-8 in strings": b'{"a":"\xff',
    "backslashes": b'["\\\\',
}


@pytest.mark.parametrize("shape", HOSTILE)
@pytest.mark.parametrize("before", [b"", b"[", b'["{"'])
def test_twice_the_bytes_take_twice_the_work(shape: str, before: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = 0

    def counted(data: bytes, at: int, stop: int, containers: Containers) -> tuple[int, int]:
        nonlocal passed
        end, state = walk(data, at, stop, containers)
        passed += (end if end >= 0 else ~end) - at + 1
        return end, state

    monkeypatch.setattr(module, "walk", counted)
    for count in (500, 1000, 2000):
        data = before + HOSTILE[shape] * count
        passed = 0
        list(documents(data))
        assert passed <= 3 * len(data) + 10
