"""docs/faults.md, row by row: what happens when something goes wrong is told beforehand."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard

from dumpfix.cli.signals import ENDING
from dumpfix.detection.choose import Told
from dumpfix.io.source import open_path
from dumpfix.report.shapes import Finding
from dumpfix.run import parallel
from dumpfix.run.job import Job, perform

from .program import PROSE, ROOT, command, dumpfix, environment, names, prose

pytestmark = pytest.mark.slow

DUMP = prose(*((n, b"k%d" % n, b'{"n":%d}' % n) for n in range(4)))
OUT = b"".join(b'{"n":%d}\n' % n for n in range(4))
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")


def shell(line: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The program in a shell, which closes and redirects what it is told; never a traceback."""
    text = line.replace("dumpfix", f"{sys.executable} -m dumpfix")
    done = subprocess.run(
        ["bash", "-c", text], cwd=folder, env=environment(**environ), capture_output=True, timeout=300, check=False
    )
    assert b"Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dump.txt").write_bytes(DUMP)
    return tmp_path


def test_each_row_of_the_table_is_a_test() -> None:
    rows = [line.split("|") for line in (ROOT / "docs/faults.md").read_text().splitlines() if line.startswith("|")]
    listed = {f"test_{row[-2].strip(' `')}" for row in rows[2:]}
    assert listed == {name for name in globals() if name.startswith("test_") and "row_of_the_table" not in name}


# -- what a dump may hold ----------------------------------------------------------------------------------------------


def with_jobs(dump: Path, jobs: int, told: Told, output: Path) -> tuple[bytes, list[Finding], bool]:
    source = open_path(str(dump))
    try:
        done = perform(Job(told, to="envelope", output=str(output), jobs=jobs), [source])
    finally:
        source.close()
    return output.read_bytes(), list(done.report.findings), done.report.needs_a_look


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("offset", b"99999999999999999999 0 {}\n"),
        ("offset", b"-9999999999999999999 0 {}\n"),
        ("partition", b"200 2147483648 {}\n"),
        ("partition", b"200 92043307891739757912 {}\n"),
    ],
)
def test_a_number_beyond_kafkas_is_a_finding(
    name: str, line: bytes, jobs: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "REGION", 700)
    monkeypatch.setattr(parallel, "SMALLEST", 1000)
    dump = folder / "odd.txt"
    dump.write_bytes(b"".join(line if n == 200 else b"%d 0 {}\n" % n for n in range(300)))
    out, findings, needs_a_look = with_jobs(dump, jobs, Told(kcat_format=b"%o %p %s\\n"), folder / "out")
    assert (out.count(b"\n"), len(findings), needs_a_look) == (300, 1, True)
    (finding,) = findings
    assert (finding["line"], dict(finding)[name], finding["emitted"]) == (201, None, True)
    assert max(line.split(), key=len).decode() in str(finding["reason"])


def compressed(payload: bytes) -> dict[str, bytes]:
    return {"gz": gzip.compress(payload), "zst": zstandard.ZstdCompressor().compress(payload)}


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_damaged_compressed_data_end_the_run_plainly(kind: str, folder: Path) -> None:
    data = bytearray(compressed(b"".join(b'{"n":%d}\n' % random.Random(n).getrandbits(99) for n in range(9000)))[kind])
    for at in range(len(data) // 2, len(data) // 2 + 40):
        data[at] ^= 0x5A
    (folder / "dump").write_bytes(data)
    done = dumpfix("convert", "-f", "jsonl", "dump", "-o", "out", cwd=folder)
    assert (done.status, "out" in names(folder)) == (3, False)
    assert "data are damaged here" in done.stderr


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_cut_compressed_data_end_the_run_plainly(kind: str, folder: Path) -> None:
    (folder / "dump").write_bytes(compressed(DUMP)[kind][:-3])
    done = dumpfix("convert", "-f", PROSE, "dump", cwd=folder)
    assert done.status == 3
    assert OUT.startswith(done.stdout)
    assert "end too early" in done.stderr


@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("behind", [b"\n", b"\n\n", b"more", b"\x1f", b"\x28"])
def test_bytes_behind_compressed_data_are_said(kind: str, behind: bytes, folder: Path) -> None:
    (folder / "dump").write_bytes(compressed(DUMP)[kind] + behind)
    done = dumpfix("convert", "-f", PROSE, "dump", cwd=folder)
    assert (done.status, done.stdout) == (3, OUT)
    assert "stands something else" in done.stderr
    assert "defect" not in done.stderr


# -- processes ---------------------------------------------------------------------------------------------------------


def small_regions(code: str) -> str:
    return f"""
import dumpfix.cli, dumpfix.run.parallel as p
p.REGION, p.SMALLEST = 700, 1000
{code}
dumpfix.cli.main()
"""


def by_two(folder: Path, code: str) -> subprocess.CompletedProcess[bytes]:
    """The program with two processes, and what is done to them."""
    (folder / "many.txt").write_bytes(prose(*((n, b"k", b'{"n":%d}' % n) for n in range(3000))))
    words = ["convert", "-f", PROSE, "-j", "2", "many.txt", "-o", "out"]
    return subprocess.run(
        [sys.executable, "-c", small_regions(code), *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("error", ["TypeError('no such luck')", "RuntimeError('no such luck')"])
def test_an_error_in_a_process_is_one_line(error: str, folder: Path) -> None:
    done = by_two(
        folder,
        f"import os; first = os.getpid(); answer = p._answer\n"
        f"def fails(*a):\n    if os.getpid() != first: raise {error}\n    return answer(*a)\n"
        "p._answer = fails",
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert b"no such luck" in done.stderr
    assert names(folder) == ["dump.txt", "many.txt"]


def test_a_process_that_dies_is_one_line(folder: Path) -> None:
    done = by_two(
        folder,
        "import os; first = os.getpid(); answer = p._answer\n"
        "def dies(*a):\n    if os.getpid() != first: os._exit(9)\n    return answer(*a)\n"
        "p._answer = dies",
    )
    assert done.returncode == 3
    assert done.stderr.count(b"\n") == 1
    assert b"died" in done.stderr
    assert names(folder) == ["dump.txt", "many.txt"]


# -- standard streams --------------------------------------------------------------------------------------------------


@needs_full
@pytest.mark.parametrize("how", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("convert dump.txt", 0),
        ("convert broken.txt", 1),
        ("check broken.txt", 1),
        ("convert nowhere.txt", 2),
        ("convert --no-such-option", 2),
        ("convert cut.gz", 3),
    ],
)
def test_the_exit_status_does_not_depend_on_standard_error(words: str, status: int, how: str, folder: Path) -> None:
    (folder / "broken.txt").write_bytes(DUMP + prose((4, b"k", b"no JSON")))
    (folder / "cut.gz").write_bytes(gzip.compress(DUMP)[:-3])
    assert shell(f"dumpfix {words} {how}", folder).returncode == status


@pytest.mark.parametrize(
    "words", ["convert dump.txt", "check dump.txt", "detect dump.txt", "explain dump.txt:1", "plan dump.txt", "grammar"]
)
def test_closed_standard_output_is_bad_usage(words: str, folder: Path) -> None:
    done = shell(f"dumpfix {words} >&-", folder)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"closed" in done.stderr


@pytest.mark.parametrize("where", ["9", "0"])
def test_an_output_to_a_closed_descriptor_is_bad_usage(where: str, folder: Path) -> None:
    done = shell(f"dumpfix convert dump.txt -o /dev/fd/{where} < /dev/null", folder)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"closed" in done.stderr


@needs_full
@pytest.mark.parametrize("words", ["convert -q dump.txt", "detect dump.txt", "plan dump.txt", "grammar --vocabulary"])
def test_full_standard_output_breaks_the_run_off(words: str, folder: Path) -> None:
    done = shell(f"dumpfix {words} > /dev/full", folder)
    assert done.returncode == 3
    assert b"standard output" in done.stderr
    assert done.stderr.endswith(b"cannot be written: No space left on device\n")


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    (folder / "many.txt").write_bytes(prose(*((n, b"k", b'{"n":%d}' % n) for n in range(40_000))))
    done = shell("dumpfix convert many.txt | head -n 1; exit ${PIPESTATUS[0]}", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b'{"n":0}\n', b"")


@pytest.mark.parametrize("words", ["detect odd.txt", "explain odd.txt:1", "check odd.txt", "convert odd.txt"])
def test_standard_output_without_utf8_gets_escapes(words: str, folder: Path) -> None:
    (folder / "odd.txt").write_bytes(prose((0, "k\xe9".encode(), "no JSON … \xe9".encode())))
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    there, here = (shell(f"dumpfix {words}", folder, **environ) for environ in (ascii_only, {"PYTHONUTF8": "1"}))
    assert there.returncode == here.returncode
    assert there.stdout == here.stdout.decode().encode("ascii", "backslashreplace")
    assert there.stderr == here.stderr.decode().encode("ascii", "backslashreplace")


@pytest.mark.parametrize("name", ["x" * 255, "\N{PARTY POPPER}" * 63, "\xe9" * 127])
def test_a_name_as_long_as_names_may_be_is_written(name: str, folder: Path) -> None:
    assert dumpfix("convert", "-f", PROSE, "dump.txt", "-o", name, cwd=folder).status == 0
    assert (folder / name).read_bytes() == OUT
    assert sorted(names(folder)) == sorted(["dump.txt", name])


# -- signals -----------------------------------------------------------------------------------------------------------


def heard() -> None:
    """Whoever runs the tests may ignore signals (nohup, a job in the background), and that is inherited."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)


def started(folder: Path, *before: str, split: str | None = None) -> subprocess.Popen[bytes]:
    """The program with an output that is not whole, waiting for more of its dump."""
    where = ("-o", "out") if split is None else ("--split", split)
    process = subprocess.Popen(
        [*before, *command("convert", "-f", PROSE, *where, "--rejects", "rejects")],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(),
        preexec_fn=heard,
    )
    assert process.stdin is not None
    process.stdin.write(DUMP)
    process.stdin.flush()
    end = time.monotonic() + 300
    while len(names(folder)) < 3:
        assert time.monotonic() < end
        time.sleep(0.01)
    return process


BURSTS = [random.Random(seed).choices(ENDING, k=30) for seed in range(4)]


@pytest.mark.parametrize("burst", [*([number] for number in ENDING), *BURSTS])
def test_bursts_of_signals_leave_no_half_file(burst: list[signal.Signals], folder: Path) -> None:
    process = started(folder)
    for number in burst:
        process.send_signal(number)
        time.sleep(random.choice([0, 0, 0.001]))
    _, stderr = process.communicate(timeout=300)
    assert (stderr, names(folder)) == (b"", ["dump.txt"])
    wanted = {128 + number for number in burst}
    # A signal behind the end of the run ends the process as it ends any other.
    assert process.returncode in wanted | {-number for number in burst}
    assert len(burst) > 1 or process.returncode in wanted


@pytest.mark.parametrize("kept", [False, True])
def test_a_folder_that_was_made_for_nothing_is_taken_away(kept: bool, folder: Path) -> None:
    (folder / "there").mkdir()
    process = started(folder, split="there" if kept else "new/inner")
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=300)
    assert (process.returncode, stderr) == (130, b"")
    assert names(folder) == ["dump.txt", "there"]
    assert names(folder / "there") == []


def interrupted(folder: Path, code: str) -> subprocess.CompletedProcess[bytes]:
    """The program, which ``code`` sends a signal at some moment with ``strike()``."""
    words = ["convert", "-f", PROSE, "dump.txt", "-o", "out", "--rejects", "rejects", "--report", "r.json", "-j", "2"]
    strike = "import os, sys\ndef strike(): os.kill(os.getpid(), 15)\n"
    return subprocess.run(
        [sys.executable, "-c", f"{strike}{code}\nimport dumpfix.cli\ndumpfix.cli.main()", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        timeout=300,
        check=False,
        preexec_fn=heard,
    )


#: a module that is imported early, one in the middle, one when something is written already
@pytest.mark.parametrize("module", ["typer", "dumpfix.run.job", "dumpfix.run.parallel", "dumpfix.report.summary"])
def test_a_signal_inside_an_import_ends_the_program_behind_it(module: str, folder: Path) -> None:
    code = f"""
from dumpfix.run import sections
sys.modules.pop({module!r}, None)
class Finder:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            try:
                strike()
                for _ in range(1000): pass
            except BaseException as error:
                print("raised inside an import:", repr(error), file=sys.stderr)
sys.meta_path.insert(0, Finder())
"""
    done = interrupted(folder, code)
    assert (done.stderr, names(folder)) == (b"", ["dump.txt"])
    assert done.returncode in (128 + signal.SIGTERM, -signal.SIGTERM)


@pytest.mark.parametrize("kept", ["weakref.ref(thing, lambda _: strike())", "weakref.finalize(thing, strike)"])
def test_a_signal_where_nothing_can_be_raised_ends_the_program_there(kept: str, folder: Path) -> None:
    code = f"""
import weakref
from dumpfix.run import job
class Thing: pass
def pump(*args, pump=job._pump):
    thing = Thing()
    kept = {kept}
    del thing
    return pump(*args)
job._pump = pump
"""
    done = interrupted(folder, code)
    assert (done.returncode, done.stderr, names(folder)) == (128 + signal.SIGTERM, b"", ["dump.txt"])


def test_what_was_ignored_at_the_beginning_stays_ignored(folder: Path) -> None:
    process = started(folder, "nohup")
    os.kill(process.pid, signal.SIGHUP)
    time.sleep(0.1)
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert (folder / "out").read_bytes() == OUT


# -- documents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b" \n\n", b"\n" * 70_000])
def test_repair_counts_blank_lines(blank: bytes, folder: Path) -> None:
    documents = b'{"a":1}\n' + blank + b'{"b":2}\n' + blank + b"no JSON"
    (folder / "documents").write_bytes(documents)
    for arguments in (("documents",), ()):
        stdin = None if arguments else documents
        done = dumpfix("repair", *arguments, "--report", "r.json", cwd=folder, stdin=stdin)
        assert done.status == 1
        (finding,) = json.loads((folder / "r.json").read_bytes())["findings"]
        assert finding["line"] == documents.count(b"\n") + 1
