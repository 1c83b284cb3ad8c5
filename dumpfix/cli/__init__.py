"""The command line: one small file per command; everything heavy is imported when a command needs it."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """The entry point. Ends the process with 0, 1, 2, 3 or 130; an error is one or two plain lines, no traceback."""
    try:
        status = _status()
    except KeyboardInterrupt:
        # Before the command line has its own answer to it.
        status = 130
    sys.exit(status)


def _occupy_closed_streams() -> None:
    """Where a standard stream is closed, the first file that is opened would take its number, and be written into."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if descriptor == 0 else os.O_RDONLY)


def _status() -> int:
    _occupy_closed_streams()
    from dumpfix.cli.errors import complain, exit_status

    # Records come and go by the hundred thousand and hold no cycles: looking for some costs a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    status = exit_status(sys.argv[1:])
    # What is to be written has been written; a reader that went away must not be heard of again.
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        complain(f"standard output cannot be written: {error.strerror or error}")
        return 3
    return status
