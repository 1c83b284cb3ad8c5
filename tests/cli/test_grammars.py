"""Grammars that the program prints: each can be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from .program import dumpfix, prose

DUMP = prose((0, b"ada", b'{"n":0}'), (1, b"bob", b'{"n":1}'), (2, b"eve", b'{"n":2}'))


def test_what_detect_prints_reads_the_dump_alike(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(DUMP)
    printed = dumpfix("detect", "--as-grammar", tmp_path / "dump.txt")
    (tmp_path / "mine.lark").write_bytes(printed.stdout)
    told = dumpfix("convert", "--to", "envelope", "--grammar", tmp_path / "mine.lark", stdin=DUMP)
    assert (printed.status, told.status) == (0, 0)
    assert told.stdout == dumpfix("convert", "--to", "envelope", stdin=DUMP).stdout


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ((), b"kafkacat\n"),
        (("kafkacat",), b"record:"),
        (("--vocabulary",), b"JSON_PAYLOAD"),
        (("--kcat-format", "%k: %s\\n"), b'record: KEY ": " VALUE "\\n"'),
        (("--command", "kcat -C -t events -f '%k: %s\\n'"), b'record: KEY ": " VALUE "\\n"'),
    ],
    ids=["all", "one", "vocabulary", "format", "command"],
)
def test_a_grammar_is_printed(words: tuple[str, ...], holds: bytes) -> None:
    done = dumpfix("grammar", *words)
    assert (done.status, done.stderr) == (0, "")
    assert holds in done.stdout


def test_one_grammar_is_printed_at_a_time() -> None:
    done = dumpfix("grammar", "kafkacat", "--kcat-format", "%s")
    assert (done.status, done.stdout) == (2, b"")
