"""The real program, run as people run it: a process of its own, in a scratch folder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import forks

ROOT = Path(__file__).resolve().parents[2]
PROSE = "Topic %t [%p] at offset %o: key %k: %s\\n"


@dataclass(frozen=True)
class Done:
    status: int
    stdout: bytes
    stderr: str

    @property
    def lines(self) -> list[bytes]:
        return self.stdout.splitlines()


def environment(**more: str) -> dict[str, str]:
    wanted = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return {**wanted, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **more}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "dumpfix", *map(str, arguments)]


def dumpfix(
    *arguments: str | Path, stdin: bytes | None = None, cwd: Path | None = None, timeout: float = 300, **environ: str
) -> Done:
    """What a call of the program gives; started anew where it has an environment of its own."""
    data = b"" if stdin is None else stdin
    if environ:
        done = subprocess.run(
            command(*arguments),
            input=data,
            capture_output=True,
            cwd=cwd,
            timeout=timeout,
            check=False,
            env=environment(**environ),
        )
        status, stdout, said = done.returncode, done.stdout, done.stderr
    else:
        status, stdout, said = forks.run(list(map(str, arguments)), data, cwd, environment(), timeout)
    stderr = said.decode()
    assert "Traceback" not in stderr, stderr
    return Done(status, stdout, stderr)


def prose(*records: tuple[int, bytes, bytes], topic: str = "events", partition: int = 0) -> bytes:
    """Records as kcat prints them with PROSE: (offset, key, value)."""
    return b"".join(
        b"Topic %b [%d] at offset %d: key %b: %b\n" % (topic.encode(), partition, offset, key, value)
        for offset, key, value in records
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
