"""The command line: one small file per command; everything heavy is imported when a command needs it."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """The entry point. Ends the process with 0, 1, 2, 3 or 130; an error is one or two plain lines, no traceback."""
    from dumpfix.cli.errors import exit_status

    # Records come and go by the hundred thousand and hold no cycles: looking for some costs a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    status = exit_status(sys.argv[1:])
    # What is to be written has been written; a reader that went away must not be heard of again.
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(status)
