"""Memory does not grow with the dump, nor with what is wrong in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import PROSE, command, environment

pytestmark = pytest.mark.slow

#: what one run may take more than another, in KiB: the allocator's moods
SLACK = 12 * 1024
GOOD = b'Topic events [0] at offset %d: key user-%d: {"n":%d,"text":"' + b"x" * 300 + b'","tags":["a","b"]}\n'
BROKEN = b'Topic events [0] at offset %d: key user-%d: {"n":%d,"text":"cut\n'
#: a small process between: what the tests take themselves counts for the one that they start
PROBE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(dump: Path, layout: str = PROSE) -> int:
    """The largest resident size of one conversion, in KiB."""
    words = command("convert", "-f", layout, "-j", "1", dump, "--rejects", os.devnull, "-q")
    done = subprocess.run([sys.executable, "-c", PROBE, *words], capture_output=True, check=True, env=environment())
    status, size = map(int, done.stdout.split())
    assert status in (0, 1)
    return size


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in other units elsewhere")
@pytest.mark.parametrize(("row", "count"), [(GOOD, 10_000), (BROKEN, 1_000)], ids=["good", "broken"])
def test_ten_times_the_dump_takes_no_more_memory(row: bytes, count: int, tmp_path: Path) -> None:
    peaks = []
    for times in (1, 10):
        dump = tmp_path / f"{times}.txt"
        with dump.open("wb") as file:
            for n in range(count * times):
                file.write(row % (n, n, n))
        peaks.append(peak(dump))
    assert peaks[1] < peaks[0] + SLACK, peaks


#: what the program itself takes, and what the issue allows beside, in KiB
ITSELF = 64 * 1024
MB = 1 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in other units elsewhere")
@pytest.mark.parametrize(
    ("payload", "times"),
    [(b"0" * 40 * MB, 2), (b"\0" * 40 * MB, 2), (b"[" * MB, 12)],
    ids=["zeros", "NULs", "brackets"],
)
def test_a_large_record_is_held_a_few_times(payload: bytes, times: int, tmp_path: Path) -> None:
    """Twice to find it, twelve times to repair it; rejects and all."""
    dump = tmp_path / "dump.txt"
    dump.write_bytes(payload + b"\n")
    assert peak(dump, "%s\\n") < times * len(payload) // 1024 + ITSELF
