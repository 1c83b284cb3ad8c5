"""Small dumps that went wrong once: what goes out, what is named, and the same in any pieces and in one."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import dumpfix
from dumpfix.layout.load import shipped
from tests.outcomes import share
from tests.reading import kcat_grammar, scan, tiles

CASES = Path(__file__).parent / "cases"
PROSE = r"Topic %t [%p] at offset %o: key %k: %s\n"


def converted(name: str, folder: Path, **told: str) -> tuple[list[Any], list[Any], dumpfix.Report]:
    """The envelopes, the rejects, the report."""
    out, rejects = folder / "out.jsonl", folder / "rejects.jsonl"
    report = dumpfix.convert(str(CASES / name), out, to="envelope", repair="none", rejects=rejects, **told)
    rows, kept = ([json.loads(line) for line in path.read_bytes().splitlines()] for path in (out, rejects))
    return rows, kept, report


def test_a_record_without_what_follows_the_payload_is_named(tmp_path: Path) -> None:
    out, rejects, report = converted("01a-silent-loss-told.txt", tmp_path, kcat_format=r"%s|%o\n")
    assert out == [{"offset": 5, "value": {"a": 1}}, {"offset": 6, "value": {"d": 4}}]
    assert [(one["line"], one["payload_text"].strip()) for one in rejects] == [(2, '{"b":2}'), (3, '{"c":3}')]
    assert report.needs_a_look


def test_records_are_found_again_behind_a_prompt(tmp_path: Path) -> None:
    out, _, report = converted("07a-no-resync-after-garbage.txt", tmp_path)
    assert [one["offset"] for one in out] == [0, 1, 2]
    assert report.totals.garbage_bytes == len(b"noise\n")
    assert report.needs_a_look


def test_keys_and_values_on_lines_of_their_own(tmp_path: Path) -> None:
    out, _, _ = converted("08a-told-key-line-value-line.txt", tmp_path, kcat_format=r"%k\n%s\n")
    assert out == [{"key": "ada", "value": {"a": 1}}, {"key": "bob", "value": {"a": 2}}]


def test_an_empty_key_on_a_line_of_its_own_is_no_blank_line(tmp_path: Path) -> None:
    out, rejects, _ = converted("key-line-empty.txt", tmp_path, kcat_format=r"%k\n%s\n")
    assert [(one["key"], one["value"]) for one in out] == [(None, {"a": 1}), ("bob", {"a": 2}), (None, {"a": 3})]
    assert not rejects
    dump = (CASES / "key-line-empty.txt").read_bytes()
    layout = kcat_grammar(rb"%k\n%s\n").layouts[0]
    whole = scan(dump, layout, ())
    assert tiles(whole, dump)
    assert scan([dump[at : at + 1] for at in range(len(dump))], layout, ()).records == whole.records


@pytest.mark.parametrize("told", [{}, {"kcat_format": r"Key: %k\nValue: %s\n"}])
def test_an_empty_value_is_a_tombstone(told: dict[str, str], tmp_path: Path) -> None:
    out, rejects, _ = converted("16-empty-value-is-tombstone.txt", tmp_path, **told)
    assert [(one["key"], one["value"]) for one in out] == [("ada", {"a": 1}), ("bob", None), ("eve", {"a": 3})]
    assert not rejects


def test_a_broken_payload_does_not_swallow_the_record_behind_it(tmp_path: Path) -> None:
    out, rejects, _ = converted("5-ktab-min.txt", tmp_path, kcat_format=r"%k\t%s\n")
    assert [(one["key"], one["value"]) for one in out] == [(None, {"b": 2}), ("k3", {"c": 3})]
    assert [one["key"] for one in rejects] == ["k1"]


def test_a_reject_holds_the_bytes_of_a_damaged_record_and_its_payload(tmp_path: Path) -> None:
    _, (reject,), _ = converted("reject-without-bytes.txt", tmp_path, kcat_format=PROSE)
    assert reject["record_text"] == 'Topic t [0] at offsXt 2: key k: {"a":2}\n'
    assert reject["payload_text"] == '{"a":2}'


@pytest.mark.parametrize("name", ["j-bad-escape.txt", "j-bad-escapes.txt"])
def test_escapes_that_json_does_not_know_are_no_text(name: str, tmp_path: Path) -> None:
    out, rejects, _ = converted(name, tmp_path)
    dump = (CASES / name).read_text()
    assert rejects
    assert all(one["verdict"] == "irrecoverable" and one["payload_text"] in dump for one in rejects)
    assert not any("�" in json.dumps(one, ensure_ascii=False) for one in [*out, *rejects])


def test_a_key_never_reaches_into_the_next_record(tmp_path: Path) -> None:
    out, rejects, _ = converted(
        "sized-key-reaches-into-next-record.txt", tmp_path, kcat_format=r"%T %p %o %K %S\n%k%s\n"
    )
    assert not out
    assert [(one["byte_start"], one["byte_end"]) for one in rejects] == [(0, 10), (10, 20)]


@pytest.mark.parametrize(
    ("name", "format_string"),
    [
        ("chunk-key-value-next-line.txt", rb"Key: %k\nValue: %s\n"),
        ("chunk-s-array-two-lines.txt", rb"%s"),
        ("chunk-J-key-absent.txt", None),
        ("J-leading-blank-spans.bin", None),
        ("5-ktab-min.txt", rb"%k\t%s\n"),
        ("01a-silent-loss-told.txt", rb"%s|%o\n"),
    ],
)
def test_the_answer_is_the_same_in_any_two_pieces(name: str, format_string: bytes | None) -> None:
    grammar = shipped("kcat-json") if format_string is None else kcat_grammar(format_string)
    dump = (CASES / name).read_bytes()
    whole = scan(dump, grammar.layouts[0], grammar.notices)
    assert tiles(whole, dump)
    for cut in share(range(len(dump) + 1), every=4):
        pieces = scan([dump[:cut], dump[cut:]], grammar.layouts[0], grammar.notices)
        assert (pieces.records, pieces.spans) == (whole.records, whole.spans)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("many-fields.txt", {"kcat_format": r"%k|%k|%k|%k|%k#%s\n"}),
        ("text-columns.txt", {"grammar": str(CASES / "text-columns.lark")}),
    ],
)
def test_ways_of_splitting_cost_nothing(name: str, told: dict[str, str], tmp_path: Path) -> None:
    begun = time.process_time()
    converted(name, tmp_path, **told)
    assert time.process_time() - begun < 2
