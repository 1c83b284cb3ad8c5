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


def peak(dump: Path) -> int:
    """The largest resident size of one conversion, in KiB."""
    words = command("convert", "-f", PROSE, "-j", "1", dump, "--rejects", os.devnull, "-q")
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environment())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1)
    return usage.ru_maxrss


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
