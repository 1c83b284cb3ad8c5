"""``dumpfix repair`` and ``dumpfix explain``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .program import PROSE, dumpfix, environment, prose


def test_each_line_is_a_document_of_its_own() -> None:
    done = dumpfix("repair", "--repair", "lossless", stdin=b'{"a":1}\n\n{"a":[1,\n{"b":2}]}\n{c:3}\n')
    assert done.stdout == b'{"a":1}\n{"c":3}\n'
    assert done.status == 1
    assert "-:3" in done.stderr
    assert "-:4" in done.stderr


def test_edits_are_shown_with_their_places() -> None:
    done = dumpfix("repair", stdin=b'{"a":1 "b":2}\n')
    assert (done.status, done.stdout) == (0, b'{"a":1 ,"b":2}\n')
    assert "at byte " in done.stderr
    assert "+," in done.stderr


def test_every_alternative_is_shown_with_its_price(tmp_path: Path) -> None:
    line = b'{"text": "You can try 65", which are good"}\n'
    done = dumpfix("repair", "--repair", "guess", "--explain", stdin=line)
    shown = [each.strip() for each in done.stderr.splitlines() if "price" in each]
    assert shown[0].startswith("price ")
    assert len(shown) > 1
    assert all(float(each.split("price ")[1].split(":")[0]) >= 0 for each in shown)
    assert "price" not in dumpfix("repair", "--repair", "guess", stdin=line).stderr
    (tmp_path / "lines").write_bytes(line)
    explained = dumpfix("explain", "lines:1", cwd=tmp_path).stdout.decode()
    assert [each.split("price ")[1].split(":")[0] for each in shown] == [
        each.split("price ")[1].split(":")[0] for each in explained.splitlines() if "price " in each
    ]


def test_what_is_undecided_shows_its_readings() -> None:
    line = b'{"a":{"b":1,"c":{"d":2,"e":3,"f":{"g":4,"h":5},"i":6},"j":7}\n'
    done = dumpfix("repair", "--explain", stdin=line)
    assert done.status == 1
    assert done.stderr.count("or, price ") == 5


def test_a_file_may_be_one_document() -> None:
    assert dumpfix("repair", "--whole", stdin=b'{\n "a": [1,\n 2],\n}\n').stdout == b'{"a": [1,2]}\n'
    assert dumpfix("repair", "--whole", stdin=b'{\n "a": "b"\n}\n').stdout == b'{"a": "b"}\n'


def test_a_document_inside_a_string_is_unwrapped_and_mended() -> None:
    wrapped = json.dumps('{"a": 1, "b": [2]').encode() + b"\n" + json.dumps('{"b":2}').encode() + b'\n"text"\n'
    assert dumpfix("repair", "--unwrap", stdin=wrapped).stdout == b'{"a": 1, "b": [2]}\n{"b":2}\n"text"\n'
    assert dumpfix("repair", stdin=wrapped).stdout == wrapped


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\r\n"])
def test_no_documents_are_no_error(data: bytes) -> None:
    assert dumpfix("repair", stdin=data).status == 0


def test_lines_end_at_line_feeds_whatever_else_stands_in_them() -> None:
    data = '{"a":"\u2028\x85"}\r\n{"b":1}'.encode()
    assert dumpfix("repair", stdin=data).stdout == '{"a":"\u2028\x85"}\n{"b":1}\n'.encode()


def test_an_explanation_points_to_the_break(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(prose((0, b"k", b"{}"), (1, b"k", b'{"a":1 "b":2}'), (2, b"k", b"{}")))
    done = dumpfix("explain", "-f", PROSE, f"{dump}:2")
    lines = done.stdout.decode().splitlines()
    caret = next(index for index, line in enumerate(lines) if line.lstrip().startswith("^"))
    assert lines[caret - 1][lines[caret].index("^")] == '"'
    assert "events[0]@1" in lines[0]
    assert any(line.startswith("  + ") for line in lines)


def test_a_line_in_the_middle_of_a_record_is_that_record(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(prose((0, b"k", b'{"a":\n1,\n"b":2}'), (1, b"k", b"[1]")) * 300)
    for line, offset in ((1, 0), (2, 0), (3, 0), (4, 1), (1003, 0), (1004, 1)):
        assert f"events[0]@{offset}" in dumpfix("explain", "-f", PROSE, f"{dump}:{line}").stdout.decode()


@pytest.mark.parametrize("place", ["dump.txt", "dump.txt:0", "dump.txt:x", "dump.txt:99"])
def test_a_place_that_does_not_exist_is_said_so(place: str, tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(prose((0, b"k", b"{}")))
    done = dumpfix("explain", "-f", PROSE, place, cwd=tmp_path)
    assert (done.status, done.stdout) == (2, b"")


def test_a_line_that_repair_names_can_be_explained(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_bytes(b'{"a":1,"b":tru\nwords\n')
    done = dumpfix("explain", "events.jsonl:1", cwd=tmp_path)
    assert done.status == 0
    assert b"cut inside a literal" in done.stdout
    refused = dumpfix("explain", "events.jsonl:2", cwd=tmp_path)
    assert refused.status == 2
    assert "no layout fits" in refused.stderr


def test_the_shell_completes_values_of_options() -> None:
    words = {"_DUMPFIX_COMPLETE": "complete_bash", "COMP_CWORD": "3"}
    code = "import sys; sys.argv[0] = 'dumpfix'; from dumpfix.cli import main; main()"
    for option, wanted in (("--to", b"console-producer"), ("--repair", b"lossless"), ("--from", b"kcat-json")):
        variables = environment(COMP_WORDS=f"dumpfix convert {option} ", **words)
        done = subprocess.run(
            [sys.executable, "-c", code], env=variables, capture_output=True, timeout=300, check=False
        )
        assert wanted in done.stdout.split(), done


def test_a_place_that_is_none_is_told_from_one_that_holds_no_record(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(prose((0, b"k", b"1")) + b"% Reached end of topic events [0] at offset 1\n")
    beyond, notice, pipe = (dumpfix("explain", place, cwd=tmp_path) for place in ("dump.txt:99", "dump.txt:2", "-:4"))
    assert (beyond.status, notice.status, pipe.status) == (2, 2, 2)
    assert beyond.stderr == "dumpfix: dump.txt:99: there is no such line: it has 2 lines\n"
    assert notice.stderr == "dumpfix: dump.txt:2: no record holds this line: it is a notice, blank, or garbage\n"
    assert "explain needs a file" in pipe.stderr


def test_a_dump_of_a_topic_is_sent_to_convert(tmp_path: Path) -> None:
    (tmp_path / "a dump.txt").write_bytes(prose((0, b"k", b"1"), (1, b"k", b"{}"), (2, b"k", b"no JSON")))
    (tmp_path / "events.jsonl").write_bytes(b'{"a":1}\n{"a":[1,\n')
    said = dumpfix("repair", "a dump.txt", "events.jsonl", cwd=tmp_path).stderr
    assert "a dump.txt looks like a dump of a topic: dumpfix convert 'a dump.txt'\n" in said
    assert "events.jsonl looks" not in said


def test_a_name_that_is_no_utf8_is_shown_alike_everywhere(tmp_path: Path) -> None:
    name = os.fsdecode(b"d\xff.txt")
    (tmp_path / name).write_bytes(prose((0, b"k", b"1"), (1, b"k", b"no JSON")))
    for words in (
        ("convert", name),
        ("check", name),
        ("detect", name),
        ("explain", f"{name}:2"),
        ("convert", f"x{name}"),
    ):
        done = dumpfix(*words, cwd=tmp_path)
        said = done.stdout.decode() + done.stderr
        assert "d\\xff.txt" in said
        assert "udcff" not in said
