"""``--jobs``: several processes, the same bytes as from one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dumpfix.detection.choose import Told
from dumpfix.io.source import open_path
from dumpfix.report.json_report import json_report
from dumpfix.run import parallel
from dumpfix.run.job import Job, perform
from tests.cli.program import PROSE, command, dumpfix, environment, names, prose
from tests.sink.run import SIZED
from tests.writers import kcat
from tests.writers.records import KafkaRecord, headers, keys, topics_of_records, values

pytestmark = pytest.mark.slow

FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


def answer(dump: Path, folder: Path, told: Told, jobs: int) -> list[bytes]:
    """Output, rejects and report of a run by so many processes."""
    source = open_path(str(dump))
    out, rejects = folder / "out", folder / "rejects"
    try:
        job = Job(told, to="envelope", output=str(out), rejects=str(rejects), jobs=jobs)
        done = perform(job, [source])
    finally:
        source.close()
    return [out.read_bytes(), rejects.read_bytes(), b"".join(json_report(done.report))]


@pytest.fixture
def small_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts every few records, and processes as soon as ten records are known."""
    monkeypatch.setattr(parallel, "REGION", 700)
    monkeypatch.setattr(parallel, "SMALLEST", 1000)
    monkeypatch.setattr("dumpfix.repairing.siblings.FIRST_RECORDS", 10)


@pytest.mark.usefixtures("small_regions")
@FEW
@given(
    topics_of_records(min_size=3, key=keys(), value=values(), header=headers()),
    st.sampled_from((SIZED, PROSE.encode(), b"%s\n", b"%k: %s\n", b"kcat-json")),
)
def test_any_cut_gives_the_same_output_rejects_and_report(
    tmp_path: Path, records: list[KafkaRecord], shape: bytes
) -> None:
    if shape == b"kcat-json":
        data, told = b"".join(map(kcat.render_json, records)), Told("kcat-json")
    else:
        data, told = b"".join(kcat.render(shape, r) for r in records), Told(kcat_format=shape)
    dump = tmp_path / "dump"
    dump.write_bytes(data * (6000 // len(data) + 1))
    assert answer(dump, tmp_path, told, 2) == answer(dump, tmp_path, told, 1)


@pytest.mark.usefixtures("small_regions")
@pytest.mark.parametrize("value", [b'"%b"' % (b"x" * 9000), b'["%b' % (b"x" * 9000), b'["a",\n' * 900])
def test_a_record_longer_than_many_regions_is_read_in_one_go(tmp_path: Path, value: bytes) -> None:
    dump = tmp_path / "dump"
    some = prose(*((n, b"k", b'{"n":%d}' % n) for n in range(40)))
    dump.write_bytes(some + prose((99, b"k", value)) + some)
    told = Told(kcat_format=PROSE.encode())
    assert answer(dump, tmp_path, told, 2) == answer(dump, tmp_path, told, 1)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump that is large enough for several processes, with a broken payload here and there."""
    dump = tmp_path_factory.mktemp("jobs") / "dump.txt"
    part = [b'{"n":%d,"text":"%b"}' % (n, b"x" * 900) for n in range(2000)]
    part[700] = part[700][:400]
    part[900] = b"no JSON"
    dump.write_bytes(b"".join(prose(*enumerate_records(part), partition=p) for p in range(20)))
    assert dump.stat().st_size > parallel.SMALLEST
    return dump


def enumerate_records(payloads: list[bytes]) -> list[tuple[int, bytes, bytes]]:
    return [(offset, b"k%d" % offset, payload) for offset, payload in enumerate(payloads)]


def test_the_program_gives_the_same_with_one_process_and_with_three(large: Path, tmp_path: Path) -> None:
    answers = []
    for jobs in ("1", "3"):
        done = dumpfix(
            *("convert", "-j", jobs, large, "--report", "report.json", "--rejects", "rejects", "-t", "kcat"),
            cwd=tmp_path,
        )
        files = [(tmp_path / name).read_bytes() for name in ("report.json", "rejects")]
        answers.append((done.status, done.stdout, done.stderr, *files))
    assert answers[0] == answers[1]
    assert answers[0][0] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_a_process_that_dies_breaks_the_run_off(large: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("convert", "-f", PROSE, "-j", "2", str(large), "-o", "out"),
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    )
    end = time.monotonic() + 300
    children: list[str] = []
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not children and process.poll() is None and time.monotonic() < end:
        children = listing.read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 3
    assert b"Traceback" not in stderr
    assert b"died" in stderr
    assert names(tmp_path) == []
