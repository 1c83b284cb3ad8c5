"""``import dumpfix``: the same run, without a command line."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest

import dumpfix

from .program import PROSE, ROOT, environment, prose

DUMP = prose((0, b"a", b'{"n":1}'), (1, b"", b'{"n":2,"s":"x"'), (2, b"c", b""))


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "dump.txt"
    path.write_bytes(DUMP)
    return path


def test_records_come_from_a_path_bytes_a_file_or_an_iterable(dump: Path) -> None:
    with dump.open("rb") as file:
        ways: list[Any] = [str(dump), dump, DUMP, file, io.BytesIO(DUMP), iter([DUMP[:30], DUMP[30:]]), [DUMP]]
        answers = [
            [(r.offset, r.key, r.proposal or r.value, r.line, r.verdict) for r in dumpfix.records(way)] for way in ways
        ]
    assert answers[0] == [
        (0, b"a", b'{"n":1}', 1, "valid"),
        (1, None, b'{"n":2,"s":"x"}', 2, "repaired"),
        (2, b"c", None, 3, "tombstone"),
    ]
    assert all(answer == answers[0] for answer in answers)


def test_records_are_lazy() -> None:
    def endless() -> object:
        number = 0
        while True:
            yield prose((number, b"k", b"{}"))
            number += 1

    records = dumpfix.records(endless(), kcat_format=PROSE)  # type: ignore[arg-type]
    assert [next(records).offset for _ in range(5)] == [0, 1, 2, 3, 4]


def test_convert_writes_a_file_and_reports(dump: Path, tmp_path: Path) -> None:
    report = dumpfix.convert(dump, tmp_path / "out", repair="lossless", rejects=tmp_path / "rejects")
    assert (tmp_path / "out").read_bytes() == b'{"n":1}\n'
    assert (report.totals.records, report.totals.withheld, len(report.findings)) == (3, 1, 1)
    assert report.findings[0]["withheld_because"] == "level"
    assert report.needs_a_look
    assert (tmp_path / "rejects").read_bytes().count(b"\n") == 1


def test_convert_writes_to_an_open_file() -> None:
    out = io.BytesIO()
    dumpfix.convert(DUMP, out, to="kcat", kcat_format=PROSE, repair="none")
    assert out.getvalue() == b'a\t{"n":1}\nc\t\n'


def test_check_gives_the_report_alone() -> None:
    report = dumpfix.check(DUMP)
    assert report.partitions[0]["records"] == 3
    assert [finding["line"] for finding in report.findings] == [2]


def test_repair_takes_one_payload() -> None:
    fixed = dumpfix.repair(b'{"a": [1, 2')
    assert fixed.level == "partial"
    assert fixed.json is not None
    assert dumpfix.repair(b"{}").level == "intact"


@pytest.mark.parametrize(
    "call",
    [
        lambda: dumpfix.check("there-is-no-such-file"),
        lambda: dumpfix.check("."),
        lambda: dumpfix.check("a\0b"),
        lambda: dumpfix.check(b"Dear diary,\nnothing today\n" * 50),
        lambda: dumpfix.check(DUMP, to="xml"),  # type: ignore[arg-type]
        lambda: dumpfix.convert(DUMP, "no/such/folder/out"),
        lambda: dumpfix.check(io.StringIO("text")),  # type: ignore[arg-type]
        lambda: list(dumpfix.records(["text"])),  # type: ignore[list-item]
        lambda: dumpfix.check(b"\x1f\x8b\x08\x00"),
        lambda: dumpfix.check(DUMP, from_name="no-such-grammar"),
    ],
)
def test_every_exception_is_a_dumpfix_error(call: object) -> None:
    with pytest.raises(dumpfix.DumpfixError):
        call()  # type: ignore[operator]


def test_an_error_knows_its_path(tmp_path: Path) -> None:
    with pytest.raises(dumpfix.DumpfixError) as caught:
        dumpfix.check(tmp_path / "missing")
    assert caught.value.path == str(tmp_path / "missing")


def test_importing_it_imports_next_to_nothing() -> None:
    code = (
        "import sys, dumpfix; print(sorted(m for m in sys.modules if m.split('.')[0] in ('lark', 'orjson', 'typer')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment(), check=True)
    assert done.stdout == b"[]\n"
    assert set(dumpfix.__all__) <= set(dir(dumpfix))
    with pytest.raises(AttributeError):
        dumpfix.no_such_name  # noqa: B018


def test_a_stuck_group_is_told_where_to_go() -> None:
    healing = dumpfix.plan(prose((7, b"k", b'{"uuid":"1","data":"{'), (8, b"k", b'{"uuid":"2","data":"{}"}')))
    (stuck,) = healing.partitions
    assert (stuck.topic, stuck.partition, stuck.next_good_offset(), healing.skips) == ("events", 0, 8, 0)


def test_what_lost_what_its_siblings_have_is_held_back_by_default_and_poison_all_the_same() -> None:
    dump = prose((7, b"u1", b'{"uuid":"1","data":"{'), (8, b"u2", b'{"uuid":"2","data":"{}"}'))
    out = io.BytesIO()
    report = dumpfix.convert(dump, out)
    assert out.getvalue() == b'{"uuid":"2","data":"{}"}\n'
    assert report.partitions[0]["poison"] == [7]
    assert report.findings[0]["withheld_because"] == "incomplete"
    assert "lacks data" in (report.findings[0]["reason"] or "")


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dump.txt").write_bytes(prose((0, b"a", b'{"n":1}'), (1, b"b", b"no JSON"), (2, b"c", b'{"n":3}')))
    monkeypatch.chdir(tmp_path)
    blocks = (ROOT / "docs/api.md").read_text().split("```python\n")[1:]
    names: dict[str, Any] = {}
    for block in blocks:
        if "dumpfix.produce(" not in block:  # tests/producing has a cluster
            exec(block.split("```")[0], names)
    assert len(blocks) == 9


def test_what_is_mended_more_boldly_than_was_asked_for_is_no_value() -> None:
    dump = b'{"n":1,"s":"x"}\n{"n":2 "s":"y"}\n{"n":3,"s":"z\n'
    levels: tuple[Literal["none", "lossless", "partial", "guess"], ...] = ("none", "lossless", "partial", "guess")
    for boldest in levels:
        for record in dumpfix.records(dump, repair=boldest):
            is_given = levels.index(record.level) <= levels.index(boldest)
            assert record.value == ((record.proposal or record.raw_value) if is_given else None)
    with pytest.raises(dumpfix.UsageError):
        dumpfix.records(dump, repair="safe")  # type: ignore[arg-type]


def test_what_a_report_holds_has_types(dump: Path) -> None:
    report = dumpfix.check(dump)
    findings: list[dumpfix.Finding] = list(report.findings)
    level: Literal["lossless", "partial", "guess"] | None = findings[0]["level"]
    edits: list[tuple[int, str]] = [(edit["at"], edit["why"]) for edit in findings[0]["edits"]]
    partitions: list[dumpfix.PartitionEntry] = report.partitions
    poison: list[int] = partitions[0]["poison"]
    hazards: list[dumpfix.HazardEntry] = report.hazards
    assert (level, len(edits), poison, hazards) == ("partial", 1, [1], [])


def test_records_fail_at_the_call(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("Nothing of this is a dump.\nNot at all.\n")
    with pytest.raises(dumpfix.SourceError):
        dumpfix.records(tmp_path / "nowhere.txt")
    with pytest.raises(dumpfix.LayoutError):
        dumpfix.records(tmp_path / "words.txt")
    with pytest.raises(dumpfix.UsageError):
        dumpfix.records(DUMP, from_name="jsonl", kcat_format=PROSE)


def test_what_was_detected_can_be_passed_on(dump: Path) -> None:
    found = dumpfix.detect(dump)
    assert (found.grammar, found.layout[:6]) == ("kafkacat", '"Topic')
    one = prose((7, b"k", b"{}"))
    assert [record.offset for record in dumpfix.records(one, layout=found)] == [7]
    assert [record.offset for record in dumpfix.records(dump, layout=found)] == [0, 1, 2]
    with pytest.raises(dumpfix.UsageError):
        dumpfix.records(one, layout=found, from_name="jsonl")
    assert list(dumpfix.records(b"", layout=dumpfix.detect(b""))) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: dumpfix.records(7),  # type: ignore[arg-type]
        lambda: dumpfix.repair("text"),  # type: ignore[arg-type]
        lambda: dumpfix.records(b"", layout="x"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_type_is_a_type_error_and_one_of_ours(call: Any) -> None:
    with pytest.raises(TypeError) as raised:
        call()
    assert isinstance(raised.value, dumpfix.DumpfixError)


def test_null_as_the_java_tools_print_it_may_be_the_text() -> None:
    dump = b'k\t{"a":1}\nk2\tnull\nProcessed a total of 2 messages\n'
    told = [(r.verdict, r.judgement.ambiguous, r.judgement.reason) for r in dumpfix.records(dump)]
    assert told[0] == ("valid", False, None)
    assert told[1] == ("tombstone", True, "null, or the text null: the dump shows the same for both")
