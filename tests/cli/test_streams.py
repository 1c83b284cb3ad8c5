"""Pipes, files, FIFOs: records pass on as they come, files appear whole or not at all."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import select
import subprocess
import threading
import time
from pathlib import Path

import lz4.frame
import pytest
import zstandard

from .program import PROSE, command, dumpfix, environment, names, prose

DUMP = prose((0, b"a", b'{"n":1}'), (1, b"b", b'{"n":2}'))
OUT = b'{"n":1}\n{"n":2}\n'


def live(*arguments: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command("convert", *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return process


def fed(process: subprocess.Popen[bytes], data: bytes, seconds: float) -> bytes:
    """What the process puts out within that time of being given ``data``."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(data)
    process.stdin.flush()
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    return os.read(process.stdout.fileno(), 1 << 16) if ready else b""


@pytest.mark.parametrize("arguments", [("-f", PROSE), ("--from", "jsonl"), ()], ids=["told", "grammar", "auto"])
def test_records_pass_on_within_a_fifth_of_a_second(arguments: tuple[str, ...]) -> None:
    records = [b'{"n":%d}\n' % n if "jsonl" in arguments else prose((n, b"k", b'{"n":%d}' % n)) for n in range(6)]
    process = live(*arguments)
    try:
        fed(process, b"".join(records[:3]), 20)
        for number, record in enumerate(records[3:], 3):
            time.sleep(0.05)
            assert b'{"n":%d}\n' % number in fed(process, record, 0.2)
    finally:
        process.communicate(timeout=300)
    assert process.returncode == 0


def test_an_idle_topics_last_record_is_released_when_it_is_complete() -> None:
    process = live("-f", PROSE)
    try:
        assert fed(process, DUMP, 20) == OUT
    finally:
        process.communicate(timeout=300)


def test_half_a_record_waits_for_its_other_half() -> None:
    process = live("-f", PROSE)
    try:
        fed(process, DUMP, 20)
        half = prose((2, b"c", b'{"n":3}'))
        assert fed(process, half[:-4], 0.3) == b""
        assert fed(process, half[-4:], 0.5) == b'{"n":3}\n'
    finally:
        process.communicate(timeout=300)


def test_a_file_is_written_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(DUMP)
    out = tmp_path / "out.jsonl"
    out.write_text("old")
    out.chmod(0o640)
    assert dumpfix("convert", "-f", PROSE, "dump.txt", "-o", "out.jsonl", cwd=tmp_path).status == 0
    assert out.read_bytes() == OUT
    assert out.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["dump.txt", "out.jsonl"]


def test_output_report_and_rejects_go_to_their_files(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(DUMP + prose((2, b"c", b"no JSON")))
    done = dumpfix(
        *("convert", "-f", PROSE, "dump.txt", "-o", "out", "--report", "r.txt", "--rejects", "rejects"), cwd=tmp_path
    )
    assert (done.status, done.stdout) == (1, b"")
    assert names(tmp_path) == ["dump.txt", "out", "r.txt", "rejects"]
    assert "dump.txt:3  events[0]@2  irrecoverable" in (tmp_path / "r.txt").read_text()


def test_rejects_may_go_to_standard_output_beside_a_file(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(prose((2, b"c", b"no JSON")))
    done = dumpfix("convert", "-f", PROSE, "dump.txt", "-o", "out", "--rejects", "-", cwd=tmp_path)
    assert b'"payload_text":"no JSON"' in done.stdout


@pytest.mark.parametrize("option", ["-o", "--report", "--rejects"])
def test_the_dump_is_never_written_over(option: str, tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(DUMP)
    (tmp_path / "link.txt").symlink_to(dump)
    done = dumpfix("convert", "-f", PROSE, "dump.txt", option, "link.txt", cwd=tmp_path)
    assert done.status == 2
    assert dump.read_bytes() == DUMP


def test_a_fifo_is_written_in_place(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    assert dumpfix("convert", "-f", PROSE, "-o", fifo, stdin=DUMP).status == 0
    reader.join(20)
    assert read == [OUT]
    assert names(tmp_path) == ["fifo"]


def test_dev_stdout_is_standard_output(tmp_path: Path) -> None:
    assert dumpfix("convert", "-f", PROSE, "-o", "/dev/stdout", stdin=DUMP).stdout == OUT
    with (tmp_path / "log").open("wb") as log:
        log.write(b"before\n")
        log.flush()
        subprocess.run(
            command("convert", "-q", "-f", PROSE, "-o", "/dev/stdout"),
            input=DUMP,
            stdout=log,
            env=environment(),
            check=True,
            timeout=300,
        )
    assert (tmp_path / "log").read_bytes() == b"before\n" + OUT


def test_a_dump_from_a_fifo_is_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_bytes(DUMP))
    writer.start()
    assert dumpfix("convert", "-f", PROSE, fifo).stdout == OUT
    writer.join(20)


def test_a_grammar_from_a_fifo_is_read_once_for_all_dumps(tmp_path: Path) -> None:
    grammar = dumpfix("grammar", "--kcat-format", "%o|%k|%s\\n").stdout
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_bytes(b'1|a|{"a":1}\n2|b|{"b":2}\n')
    writer = threading.Thread(target=lambda: fifo.write_bytes(grammar))
    writer.start()
    done = dumpfix("convert", "--grammar", fifo, "one.txt", "two.txt", cwd=tmp_path)
    writer.join(20)
    assert (done.status, done.stdout) == (0, b'{"a":1}\n{"b":2}\n' * 2)


def test_several_dumps_follow_one_another_each_with_its_own_lines_and_layout(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(DUMP)
    (tmp_path / "b.jsonl").write_bytes(b'{"m":1}\n{"m":2}\nbroken\n{"m":3}\n')
    done = dumpfix("convert", "a.txt", "-", "b.jsonl", stdin=DUMP, cwd=tmp_path)
    assert done.stdout == OUT + OUT + b'{"m":1}\n{"m":2}\n{"m":3}\n'
    assert "b.jsonl:3" in done.stderr


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("gzip", gzip.compress(DUMP)),
        ("two members", gzip.compress(DUMP[:50]) + gzip.compress(DUMP[50:]) + b"\0" * 100),
        ("bzip2", bz2.compress(DUMP)),
        ("xz", lzma.compress(DUMP)),
        ("zstd", zstandard.compress(DUMP[:50]) + zstandard.compress(DUMP[50:])),
        ("lz4", lz4.frame.compress(DUMP[:50]) + lz4.frame.compress(DUMP[50:])),
        ("UTF-8 with a mark", b"\xef\xbb\xbf" + DUMP),
        ("UTF-16", DUMP.decode().encode("utf-16")),
        ("UTF-16 packed", gzip.compress(DUMP.decode().encode("utf-16"))),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_wrapped_dumps_are_known_by_their_content(name: str, packed: bytes, tmp_path: Path) -> None:
    dump = tmp_path / "dump.anything"
    dump.write_bytes(packed)
    assert dumpfix("convert", "-f", PROSE, dump).stdout == OUT, name
    assert dumpfix("convert", "-f", PROSE, stdin=packed).stdout == OUT, name


def test_the_same_answer_however_a_dump_arrives(tmp_path: Path) -> None:
    dump = prose(*((n, b"k%d" % n, b'{"n":%d}' % n if n % 7 else b'{"n":%d' % n) for n in range(300)))
    (tmp_path / "dump.txt").write_bytes(dump)
    whole = dumpfix("convert", "-f", PROSE, "--report", "a.json", "dump.txt", cwd=tmp_path).stdout
    process = live("-f", PROSE, "--report", str(tmp_path / "b.json"))
    assert process.stdin is not None

    def drip() -> None:
        assert process.stdin is not None
        for at in range(0, len(dump), 97):
            process.stdin.write(dump[at : at + 97])
            process.stdin.flush()
        process.stdin.close()

    thread = threading.Thread(target=drip)
    thread.start()
    assert process.stdout is not None
    assert process.stdout.read() == whole
    thread.join()
    process.wait(20)
    slow = (tmp_path / "b.json").read_text().replace('"path":"-"', '"path":"dump.txt"')
    assert slow == (tmp_path / "a.json").read_text()
