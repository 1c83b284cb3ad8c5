"""Every file that is no dump is refused, and nothing of it is written; what it is is said where that is plain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from dumpfix.cli.errors import exit_status
from tests.not_dumps import inputs, judge
from tests.outcomes import share

_LINES = "a few lines that end in a document are taken for records with keys"

#: what is read today although it is no dump, and why
READ = {"list-of-answers": "a few lines that end in a document are taken for records with keys"}


SHARE = share(inputs.ALL, every=6)


def _cases(cases: Iterable[inputs.NotDump], failing: Mapping[str, str]) -> list[object]:
    marks = {name: pytest.mark.xfail(strict=True, reason=reason) for name, reason in failing.items()}
    return [pytest.param(one, id=one.name, marks=marks.get(one.name, ())) for one in cases]


def test_names_are_unique_and_what_fails_is_a_name() -> None:
    names = [one.name for one in inputs.ALL]
    assert len(set(names)) == len(names) >= 60
    assert {*READ} <= set(names)


@pytest.mark.parametrize("one", _cases(SHARE, READ))
def test_what_is_no_dump_is_refused(one: inputs.NotDump) -> None:
    assert judge.judged(one).fault == ""


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in SHARE if one.sees])
def test_what_was_seen_is_said(one: inputs.NotDump) -> None:
    assert judge.judged(one).unnamed == ""


def test_no_message_names_a_layout_that_does_not_matter() -> None:
    messages = {one.name: judge.judged(one).message for one in SHARE}
    assert [name for name, message in messages.items() if "KEY" in message or "VALUE" in message] == []


@pytest.mark.parametrize("name", ["readme-with-json", "csv", "noise"])
def test_the_command_line_exits_with_2_and_writes_nothing(
    name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (one,) = (one for one in inputs.ALL if one.name == name)
    (tmp_path / "dump").write_bytes(one.content)
    assert exit_status(["convert", str(tmp_path / "dump")]) == 2
    captured = capfdbinary.readouterr()
    assert captured.out == b""
    assert captured.err.startswith(b"dumpfix: ")
