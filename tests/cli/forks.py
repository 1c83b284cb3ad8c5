"""The program as it is once Python has read it: a process that forks, for each call, one that goes on as the program.

To start it anew takes half a second of imports, which a test of what comes out need not pay. What depends on how a
process begins (its environment, signals, closed streams) is not for this; see ``program.py``.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import IO

_LONGEST = 1 << 20
#: ends the processes that fork, and waits for them
_stops = ExitStack()
stop = _stops.close


@cache
def _server(python_path: str) -> socket.socket:
    """The one of this process; it ends with the socket, which :func:`stop` closes."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {**os.environ, "PYTHONPATH": python_path, "PYTHONWARNINGS": "error"}
    words = [sys.executable, "-m", "tests.cli.forks", str(theirs.fileno())]
    process = subprocess.Popen(words, pass_fds=[theirs.fileno()], env=environment, cwd=python_path)
    theirs.close()
    _stops.callback(process.wait)
    _stops.callback(ours.close)
    return ours


def run(
    arguments: Sequence[str], stdin: bytes, cwd: Path | None, environment: dict[str, str], timeout: float
) -> tuple[int, bytes, bytes]:
    """Status, standard output, standard error. Raises TimeoutExpired as subprocess does."""
    server = _server(environment["PYTHONPATH"])
    pipes = [os.pipe() for _ in range(3)]
    theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
    wanted = {"arguments": arguments, "cwd": str(cwd or Path.cwd()), "environment": environment}
    socket.send_fds(server, [json.dumps(wanted).encode()], theirs)
    for descriptor in theirs:
        os.close(descriptor)
    pid = int(server.recv(_LONGEST))
    timer = threading.Timer(timeout, os.kill, (pid, signal.SIGKILL))
    timer.start()
    with (
        os.fdopen(pipes[0][1], "wb", 0) as into,
        os.fdopen(pipes[1][0], "rb") as out,
        os.fdopen(pipes[2][0], "rb") as err,
    ):
        said: list[bytes] = []
        threads = [threading.Thread(target=_feed, args=(into, stdin)), threading.Thread(target=_read, args=(err, said))]
        for thread in threads:
            thread.start()
        stdout = out.read()
        for thread in threads:
            thread.join()
    status = int(server.recv(_LONGEST))
    timer.cancel()
    if status == -signal.SIGKILL:
        raise subprocess.TimeoutExpired(["dumpfix", *arguments], timeout, stdout, said[0])
    return status, stdout, said[0]


def _feed(into: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[into.write(view) :]
    except BrokenPipeError:
        # It did not read to the end, as it may.
        pass
    into.close()


def _read(stream: IO[bytes], said: list[bytes]) -> None:
    said.append(stream.read())


def _serve(server: socket.socket) -> None:
    """Fork for each request; returns in the child, with its streams, folder, environment and ``sys.argv``."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(server, _LONGEST, 3)
        if not message:
            # Not at once: what measures coverage writes down what it saw.
            raise SystemExit
        pid = os.fork()
        if pid == 0:
            server.close()
            return _become(json.loads(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        server.send(b"%d" % pid)
        _, status = os.waitpid(pid, 0)
        server.send(b"%d" % os.waitstatus_to_exitcode(status))


def _become(wanted: dict[str, object], descriptors: Sequence[int]) -> None:
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(str(wanted["cwd"]))
    environment, arguments = wanted["environment"], wanted["arguments"]
    assert isinstance(environment, dict)
    assert isinstance(arguments, list)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["dumpfix", *arguments]


if __name__ == "__main__":
    import dumpfix.cli.app
    import dumpfix.run.job  # noqa: F401
    from dumpfix.cli import main

    _serve(socket.socket(fileno=int(sys.argv[1])))
    main()
