"""The command line: one small file per command; everything heavy is imported when a command needs it."""

from __future__ import annotations

import gc
import signal
import sys


def main() -> None:
    """The entry point. Ends the process with 0, 1, 2, 3 or 130; an error is one or two plain lines, no traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until the command line has its own answer, Ctrl-C ends the program as it ends any other.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_status())


def _status() -> int:
    from dumpfix.cli import streams

    streams.occupy_closed()
    from dumpfix.cli import signals
    from dumpfix.cli.errors import exit_status
    from dumpfix.io.output import remove_unfinished

    # Records come and go by the hundred thousand and hold no cycles: looking for some costs a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    try:
        signals.listen()
        status = exit_status(sys.argv[1:])
        signals.let_go()
    except signals.TerminatedError as error:
        remove_unfinished()
        status = error.status
    return status
