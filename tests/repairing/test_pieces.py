"""Edits: laid over one another they still lead from the payload to the output."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.repairing.model import Edit, apply
from dumpfix.repairing.pieces import Change, Draft, Grade, apply_changes


@st.composite
def layers(draw: st.DrawFn) -> Any:
    """A payload and up to four layers of changes, each for the text that the ones before leave."""
    payload = text = draw(st.binary(max_size=20))
    found: list[Any] = []
    for _ in range(draw(st.integers(0, 4))):
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
        changes = [
            Change(start, end, draw(st.binary(max_size=3)), f"why {len(found)}")
            for start, end in zip(cuts[::2], cuts[1::2], strict=False)
        ]
        found.append(changes)
        text = apply_changes(text, changes)
    return payload, found, text


@given(layers())
def test_layers_of_changes_become_one_list_of_edits(case: Any) -> None:
    payload, found, text = case
    draft = Draft(payload)
    for changes in found:
        draft.lay(changes)
    assert draft.text == text
    edits = draft.edits()
    assert apply(edits, payload) == text
    assert all(edit.delete or edit.insert for edit in edits)
    assert all(before.end < behind.at for before, behind in itertools.pairwise(edits))


@given(layers())
def test_the_origin_of_a_kept_byte_is_where_it_stood(case: Any) -> None:
    payload, found, text = case
    draft = Draft(payload)
    for changes in found:
        draft.lay(changes)
    position = 0
    for piece in draft.pieces:
        if piece.kept:
            for offset in range(piece.end - piece.start):
                assert draft.origin(position + offset) == piece.start + offset
                assert payload[piece.start + offset] == text[position + offset]
        position += piece.length
    assert draft.origin(len(text)) == len(payload)


def test_the_worst_change_grades_the_draft() -> None:
    draft = Draft(b"abc")
    draft.lay([Change(0, 1, b"", "cut", Grade.LOSS)])
    draft.lay([Change(0, 1, b"", "syntax")])
    assert draft.grade is Grade.LOSS


def test_edits_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        apply([Edit(0, b"x", b"", "wrong")], b"abc")
    with pytest.raises(ValueError, match="does not fit"):
        apply([Edit(1, b"b", b"", ""), Edit(0, b"a", b"", "")], b"abc")
