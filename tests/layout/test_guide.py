"""The grammar guide (docs/grammars.md) is run: each grammar in it reads its dump as the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

import dumpfix

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "grammars.md"


def blocks() -> list[tuple[str, str, str]]:
    """The grammars of the page, each with its dump and its envelopes."""
    found: list[tuple[str, str]] = []
    for piece in GUIDE.read_text("utf-8").split("\n```")[1::2]:
        kind, _, text = piece.partition("\n")
        found.append((kind, text + "\n"))
    kinds = [kind for kind, _ in found]
    assert kinds == ["lark", "dump", "envelope"] * (len(kinds) // 3)
    texts = [text for _, text in found]
    return list(zip(texts[::3], texts[1::3], texts[2::3], strict=True))


@pytest.mark.parametrize(("grammar", "dump", "envelope"), blocks())
def test_an_example_of_the_guide_is_true(grammar: str, dump: str, envelope: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.lark"
    file.write_text(grammar)
    out = tmp_path / "out.jsonl"
    source = tmp_path / "dump.txt"
    source.write_text(dump)
    report = dumpfix.convert(str(source), str(out), grammar=str(file), to="envelope", repair="none")
    assert out.read_text() == envelope
    assert report.totals.records == report.totals.emitted == envelope.count("\n")
    assert not report.totals.garbage_bytes
