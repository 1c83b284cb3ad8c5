"""Exit statuses 0, 1, 2, 3 and 130, and what is said with them."""

from __future__ import annotations

import gzip
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dumpfix.cli.errors import exit_status

from .program import PROSE, command, dumpfix, environment, names, prose

GOOD = prose((0, b"a", b'{"n":1}'), (1, b"b", b'{"n":2}'))
CUT = prose((0, b"a", b'{"n":1}'), (1, b"b", b'{"n":2,"text":"so it goe'))
QUOTES = prose((0, b"a", b'{"n":1}'), (1, b"b", b"{'n':2}"))
LOST = prose((0, b"a", b'{"n":1}'), (1, b"b", b"\x00\x00\x00\x01\x05 no JSON"))


def test_0_when_every_record_went_out_whole() -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=GOOD)
    assert (done.status, done.stdout) == (0, b'{"n":1}\n{"n":2}\n')


def test_0_when_a_repair_lost_nothing() -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=QUOTES)
    assert (done.status, done.stdout) == (0, b'{"n":1}\n{"n":2}\n')


def test_1_when_something_went_out_with_loss() -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=CUT)
    assert done.status == 1
    assert len(done.lines) == 2


def test_1_when_something_was_withheld() -> None:
    done = dumpfix("convert", "-f", PROSE, stdin=LOST)
    assert (done.status, done.stdout) == (1, b'{"n":1}\n')


def test_1_when_a_repair_is_bolder_than_allowed() -> None:
    done = dumpfix("convert", "-f", PROSE, "--repair", "lossless", stdin=CUT)
    assert (done.status, done.stdout) == (1, b'{"n":1}\n')
    assert "bolder than --repair allows" in done.stderr


def test_the_verdict_does_not_depend_on_what_may_go_out() -> None:
    counts = {
        level: dumpfix("check", "-f", PROSE, "--repair", level, stdin=CUT).lines[0].split(b";")[0]
        for level in ("none", "lossless", "partial", "guess")
    }
    assert len(set(counts.values())) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("convert", "there-is-no-such-file"),
        ("convert", "."),
        ("convert", "--to", "xml", "dump.txt"),
        ("convert", "--repair", "bold", "dump.txt"),
        ("convert", "--report", "report.doc", "dump.txt"),
        ("convert", "--rejects", "-", "dump.txt"),
        ("convert", "--withhold-hazards", "sharp_edges", "dump.txt"),
        ("convert", "--from", "kafkacat", "--kcat-format", "%s", "dump.txt"),
        ("convert", "--from", "no-such-grammar", "dump.txt"),
        ("convert", "--no-such-option"),
        ("convert", "-", "-"),
        ("convert", "--command-file", "-"),
        ("convert", "--command-file", "-", "dump.txt", "--command", "kcat -C"),
        ("convert", "-o", ".", "dump.txt"),
        ("convert", "-o", "no/such/folder/out", "dump.txt"),
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_2_and_nothing_written_when_nothing_could_begin(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(GOOD)
    done = dumpfix(*arguments, cwd=tmp_path)
    assert (done.status, done.stdout) == (2, b"")
    assert 1 <= len(done.stderr.splitlines()) <= 2
    assert names(tmp_path) == ["dump.txt"]


def test_2_when_no_layout_fits() -> None:
    done = dumpfix("convert", stdin=b"Dear diary,\ntoday I saved nothing.\n" * 40)
    assert (done.status, done.stdout) == (2, b"")
    assert "--" in done.stderr, "the message says which option settles it"


def test_2_when_one_of_several_dumps_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(GOOD)
    done = dumpfix("convert", "dump.txt", "missing.txt", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, b"")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_2_when_a_dump_may_not_be_read(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(GOOD)
    dump.chmod(0)
    assert dumpfix("convert", dump).status == 2


def test_3_with_a_correct_prefix_when_gzip_is_cut(tmp_path: Path) -> None:
    noise = [os.urandom(40).hex().encode() for _ in range(9000)]
    records = prose(*((n, b"k%d" % n, b'{"n":%d,"pad":"%s"}' % (n, pad)) for n, pad in enumerate(noise)))
    whole = dumpfix("convert", "-f", PROSE, "-q", stdin=records).stdout
    dump = tmp_path / "dump.gz"
    dump.write_bytes(gzip.compress(records)[:-5000])
    done = dumpfix("convert", "-f", PROSE, dump, "--report", "report.json", cwd=tmp_path)
    assert done.status == 3
    assert whole.startswith(done.stdout)
    assert len(done.stdout) > len(whole) // 2
    assert "cut" in done.stderr
    assert (tmp_path / "report.json").exists()


def test_3_when_gzip_is_cut_before_its_layout_is_found(tmp_path: Path) -> None:
    dump = tmp_path / "dump.gz"
    dump.write_bytes(gzip.compress(GOOD)[:-9])
    done = dumpfix("convert", dump)
    assert done.status == 3
    assert b'{"n":1}\n{"n":2}\n'.startswith(done.stdout)


def test_3_leaves_no_file_of_records(tmp_path: Path) -> None:
    dump = tmp_path / "dump.gz"
    dump.write_bytes(gzip.compress(GOOD * 2000)[:-9])
    assert dumpfix("convert", "-f", PROSE, dump, "-o", "out.jsonl", cwd=tmp_path).status == 3
    assert names(tmp_path) == ["dump.gz"]


def test_3_when_the_disk_is_full(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(GOOD * 20_000)
    limited = ["bash", "-c", 'ulimit -f 64; trap "" XFSZ; exec "$@"', "bash"]
    done = subprocess.run(
        [*limited, *command("convert", "-f", PROSE, "dump.txt", "-o", "out.jsonl")],
        cwd=tmp_path,
        capture_output=True,
        timeout=300,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert b"cannot be written" in done.stderr
    assert names(tmp_path) == ["dump.txt"]


def test_130_and_no_half_file_on_control_c(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("convert", "-f", PROSE, "-o", "out.jsonl"),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    )
    assert process.stdin is not None
    process.stdin.write(GOOD)
    process.stdin.flush()
    _wait_for(lambda: bool(names(tmp_path)))
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    assert b"Traceback" not in stderr
    assert names(tmp_path) == []


def test_no_half_file_when_it_is_told_to_end(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("convert", "-f", PROSE, "-o", "out.jsonl"),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    )
    _wait_for(lambda: process.poll() is not None or bool(names(tmp_path)) or _fed(process))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=300)
    assert process.returncode == 128 + signal.SIGTERM
    assert names(tmp_path) == []


def _fed(process: subprocess.Popen[bytes]) -> bool:
    assert process.stdin is not None
    process.stdin.write(GOOD)
    process.stdin.flush()
    return False


def _wait_for(condition: object, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_defect_is_one_plain_line_and_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise KeyError("no such luck\x1b")

    monkeypatch.setattr("dumpfix.run.job.perform", fails)
    (tmp_path / "dump.txt").write_bytes(GOOD)
    assert exit_status(["convert", str(tmp_path / "dump.txt")]) == 3
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert "\x1b" not in said


def test_quiet_when_the_reader_goes_away(tmp_path: Path) -> None:
    (tmp_path / "dump.txt").write_bytes(GOOD * 50_000)
    process = subprocess.Popen(
        command("convert", "-f", PROSE, "dump.txt"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b'{"n":1}\n'
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=300) == 0


def test_a_terminal_instead_of_a_dump_gets_a_hint() -> None:
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            command("convert"), stdin=slave, capture_output=True, timeout=300, env=environment(), check=False
        )
    finally:
        os.close(master)
        os.close(slave)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_option_suggests_the_near_one() -> None:
    assert "--rejects" in dumpfix("convert", "--reject", "x").stderr
    assert "convert" in dumpfix("covert").stderr


@pytest.mark.parametrize("name", ["convert", "check", "detect", "grammar"])
def test_help_begins_with_an_example(name: str) -> None:
    done = dumpfix(name, "--help")
    assert done.status == 0
    assert f"dumpfix {name}" in done.stdout.decode().split("Options:")[0].split("\n", 2)[2]


def test_the_version_is_told() -> None:
    assert dumpfix("--version").stdout.startswith(b"dumpfix ")


def test_start_up_imports_nothing_that_only_a_run_needs() -> None:
    """How long that takes is for the benchmarks to say (a quarter of a second is the aim)."""
    probe = (
        "import sys; sys.argv = ['dumpfix', '--version']; from dumpfix.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "late = {'lark', 'rich.progress', 'jsonschema', 'orjson', 'multiprocessing', 'dumpfix.framing'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    # What measures coverage imports more.
    unmeasured = {name: value for name, value in environment().items() if not name.startswith("COVERAGE_")}
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, env=unmeasured, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_2_when_another_layout_than_the_one_that_was_told_says_most_of_the_dump() -> None:
    done = dumpfix("convert", "-f", "%t:%p:%o %s\\n", stdin=GOOD)
    assert (done.status, done.stdout) == (2, b"")
    assert "it looks like" in done.stderr
    assert "--force-layout" in done.stderr


def test_1_when_a_layout_that_fits_nothing_in_the_dump_is_forced() -> None:
    done = dumpfix("convert", "-f", "%t:%p:%o %s\\n", "--force-layout", stdin=GOOD)
    assert (done.status, done.stdout) == (1, b"")
    assert "nothing in it is as the layout says" in done.stderr


def test_1_when_a_told_layout_fits_nothing_and_no_other_does() -> None:
    done = dumpfix("convert", "-f", "%t:%p:%o %s\\n", stdin=b"so it goes\nand on it goes\n")
    assert (done.status, done.stdout) == (1, b"")
    assert "nothing in it is as the layout says" in done.stderr


def test_2_for_a_layout_that_is_forced_and_not_said() -> None:
    done = dumpfix("convert", "--force-layout", stdin=GOOD)
    assert done.status == 2
    assert "--force-layout needs a layout" in done.stderr


def test_2_and_the_help_when_no_command_is_given() -> None:
    done = dumpfix()
    assert done.status == 2
    assert done.stdout.startswith(b"Usage: dumpfix")
    assert done.stderr == ""
