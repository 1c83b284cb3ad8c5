"""Standard streams that are closed, full or the dump itself; names that are no UTF-8; Ctrl-C too early."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .program import PROSE, dumpfix, environment, prose

DUMP = prose(*((n, b"k%d" % n, b'{"n":%d}' % n) for n in range(4)))


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    program = " ".join([sys.executable, "-m", "dumpfix"])
    text = line.replace("dumpfix", program, 1)
    return subprocess.run(
        ["sh", "-c", text], cwd=folder, env=environment(), capture_output=True, timeout=300, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dump.txt").write_bytes(DUMP)
    return tmp_path


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_standard_streams_are_no_traceback(closed: str, folder: Path) -> None:
    done = shell(f"dumpfix convert dump.txt {closed}", folder)
    assert b"Traceback" not in done.stderr
    assert done.returncode == (0 if closed == "2>&-" else 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", ["convert dump.txt", "detect dump.txt", "grammar kafkacat", "explain dump.txt:1"])
def test_a_full_disk_is_said_plainly_by_every_command(words: str, folder: Path) -> None:
    done = shell(f"dumpfix {words} > /dev/full", folder)
    assert done.returncode == 3
    assert b"No space left on device" in done.stderr
    assert b"defect" not in done.stderr
    assert b"Traceback" not in done.stderr


def test_standard_output_that_is_the_dump_is_refused(folder: Path) -> None:
    done = shell("dumpfix convert dump.txt >> dump.txt", folder)
    assert done.returncode == 2
    assert b"never written over" in done.stderr
    assert (folder / "dump.txt").read_bytes() == DUMP


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes")
def test_a_name_that_is_no_utf8_is_shown_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"na\xffme.jsonl")
    (tmp_path / name).write_bytes(b'{"a":1}\nplain words\n{"a":2}\n')
    done = dumpfix("convert", name, "--report", "r.json", "--rejects", "x.jsonl", cwd=tmp_path)
    assert (done.status, done.stdout) == (1, b'{"a":1}\n{"a":2}\n')
    report = json.loads((tmp_path / "r.json").read_bytes())
    assert report["inputs"][0]["path"] == "na\\xffme.jsonl"
    assert report["findings"][0]["path"] == "na\\xffme.jsonl"


def test_an_output_without_a_name_is_bad_usage(folder: Path) -> None:
    done = dumpfix("convert", "dump.txt", "-o", "", cwd=folder)
    assert done.status == 2
    assert "needs a name" in done.stderr


def test_ctrl_c_before_the_command_line_is_ready_ends_the_program_as_any_other() -> None:
    code = (
        "import os, signal, dumpfix.cli, dumpfix.cli.streams as streams\n"
        "streams.occupy_closed = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "dumpfix.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, timeout=300, check=False
    )
    # A shell calls this 130.
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")


def test_a_document_in_garbage_is_kept_whatever_brackets_stand_before_it(folder: Path) -> None:
    lines = b"0: {}\n" + b'? Topic events [0] of {x}: [1] {"n":1}\n' + b"2: {}\n"
    (folder / "odd.txt").write_bytes(lines)
    done = dumpfix("convert", "-f", "%o: %s\\n", "odd.txt", "--rejects", "r.jsonl", cwd=folder)
    assert (done.status, done.stdout) == (1, b"{}\n{}\n")
    (reject,) = map(json.loads, (folder / "r.jsonl").read_bytes().splitlines())
    assert (reject["record"], reject["payload_text"], reject["line"]) == (False, '{"n":1}', 2)


def test_a_second_copy_of_a_broken_payload_is_the_same_poison(folder: Path) -> None:
    broken = prose((0, b"k", b'{"n":0}'), (1, b"k", b"\xff\xfe\x00"), (2, b"k", b'{"n":2}'))
    (folder / "a.txt").write_bytes(broken)
    (folder / "b.txt").write_bytes(broken)
    done = dumpfix("check", "-f", PROSE, "a.txt", "b.txt", cwd=folder)
    assert b"no valid JSON in the topic: events[0]  1 offset (1)\n" in done.stdout


def test_the_null_marker_is_always_the_same_and_a_key_that_equals_it_is_withheld(folder: Path) -> None:
    records = [(n, b"@NULL@" if n == 3000 else b"k", b'{"n":%d}' % n) for n in range(3001)]
    (folder / "long.txt").write_bytes(prose(*records))
    done = dumpfix("convert", "-f", PROSE, "--to", "console-producer", "long.txt", cwd=folder)
    assert (done.status, len(done.lines)) == (1, 3000)
    assert "null.marker=@NULL@" in done.stderr
