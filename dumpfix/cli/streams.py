"""Standard output and standard error as they may be: closed, full, without UTF-8. None of it is a traceback.

Text for people goes out in the encoding of the stream, with escapes for what that lacks. Documents (JSON, grammars) are
UTF-8 wherever they go.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn

from dumpfix.errors import BrokenRunError, UsageError


def occupy_closed() -> None:
    """Where a standard stream is closed, the first file that is opened would take its number, and be written into."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if descriptor == 0 else os.O_RDONLY)


def encoded(text: str) -> bytes:
    """A text for people as standard output takes it."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace")


def require_open() -> None:
    """Raises UsageError where standard output is closed: better known before anything is done."""
    if sys.stdout is None:
        raise UsageError("standard output is closed")


def show(text: str) -> None:
    """A line for people on standard output. Raises UsageError where that is closed, BrokenRunError where it is full."""
    _write(encoded(f"{text}\n"))


def document(text: str) -> None:
    """A text that is to be read by programs, this one among them. Raises as :func:`show` does."""
    _write(text.encode())


def _write(data: bytes) -> None:
    require_open()
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    except OSError as error:
        _give_up(error)


def say(text: str) -> bool:
    """A line on standard error; whether it got there. What a run ends with does not depend on it."""
    if sys.stderr is None:
        return False
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        # Python would try once more at the end, and make the failure its status.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            sys.stderr.flush()
        return False
    return True


def finish() -> None:
    """What is to be written is written. Raises BrokenRunError. A reader that went away is not heard of again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        with contextlib.suppress(BrokenPipeError):
            _give_up(error)


def _give_up(error: OSError) -> NoReturn:
    """Raises BrokenRunError, or the error itself where the reader went away; nothing is tried once more in the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if isinstance(error, BrokenPipeError):
        raise error
    raise BrokenRunError(f"standard output cannot be written: {error.strerror or error}") from error
