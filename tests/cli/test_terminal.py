"""What a person sees on a terminal, and only there: colour and a bar."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import threading
from pathlib import Path

import pytest

from .program import PROSE, command, environment, prose

DUMP = prose((0, b"a", b'{"n":1}'), (1, b"b", b"no JSON"))


def on_a_terminal(*arguments: str, stdin: bytes, **environ: str) -> str:
    """Standard error of the program, which is a terminal."""
    master, slave = pty.openpty()
    seen: list[bytes] = []

    def watch() -> None:
        while True:
            try:
                data = os.read(master, 1 << 16)
            except OSError:
                return
            if not data:
                return
            seen.append(data)

    watcher = threading.Thread(target=watch)
    watcher.start()
    wanted = {**environment(TERM="xterm-256color", **environ)}
    subprocess.run(
        command(*arguments),
        input=stdin,
        stdout=subprocess.DEVNULL,
        stderr=slave,
        timeout=300,
        env=wanted,
        check=False,
    )
    os.close(slave)
    watcher.join(20)
    os.close(master)
    return b"".join(seen).decode()


def test_a_terminal_gets_colour() -> None:
    assert "\x1b[31m-:2  events[0]@1  irrecoverable" in on_a_terminal("convert", "-f", PROSE, stdin=DUMP)


def test_no_color_is_respected() -> None:
    assert "\x1b" not in on_a_terminal("convert", "-f", PROSE, stdin=DUMP, NO_COLOR="1")


def test_a_run_that_takes_a_while_has_a_bar(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(prose((0, b"a", b'{"text":"%b"}' % (b"x" * 5000))) * 40_000)
    assert "records, 0 withheld" in on_a_terminal("convert", "-f", PROSE, "-j", "1", str(dump), stdin=b"")
    quiet = on_a_terminal("convert", "-f", PROSE, "-j", "1", "--no-progress", str(dump), stdin=b"", NO_COLOR="1")
    assert "\r" not in quiet.replace("\r\n", "")


@pytest.mark.parametrize(
    ("name", "says"), [("convert", "dumpfix convert dump.txt"), ("repair", "dumpfix repair events")]
)
def test_nobody_types_a_dump(name: str, says: str) -> None:
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        arguments = command(name)
        os.execve(arguments[0], arguments, environment())
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 4096):
            shown += piece
    _, ended = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(ended) == 2
    assert says in shown.decode()
