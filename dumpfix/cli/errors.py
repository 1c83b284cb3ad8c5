"""From what goes wrong to an exit status and one or two plain lines."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import typer

from dumpfix.errors import DumpfixError
from dumpfix.io.output import ReaderGoneError

INTERRUPTED = 130

#: set in the environment, this lets the traceback of a defect through
TRACEBACK = "DUMPFIX_TRACEBACK"


class TerminatedError(BaseException):
    """SIGTERM or SIGHUP: leave no half file behind, then end as they say."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def exit_status(arguments: list[str]) -> int:
    """Run the command line; what the process is to end with."""
    from dumpfix.cli.app import app

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminated)
    command = typer.main.get_command(app)
    try:
        result = command.main(arguments or ["--help"], prog_name="dumpfix", standalone_mode=False)
    except ReaderGoneError:
        return 0
    except DumpfixError as error:
        complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except TerminatedError as error:
        return 128 + error.number
    except BrokenPipeError:
        return 0
    except OSError as error:
        complain(f"cannot be written: {error.strerror or error}")
        return 3
    except MemoryError:
        complain("not enough memory")
        return 3
    except Exception as error:
        return _usage_status(error)
    if not arguments:
        # Help was not asked for: it is the answer to a call that says too little.
        return 2
    return result if isinstance(result, int) else 0


def complain(message: str) -> None:
    """An error on standard error, with nothing in it that could move a cursor."""
    from dumpfix.report.text import shown

    for index, line in enumerate(message.splitlines() or [""]):
        if sys.stderr is not None:
            print(f"dumpfix: {shown(line)}" if index == 0 else f"  {shown(line)}", file=sys.stderr)


def _usage_status(error: Exception) -> int:
    """Typer's own complaints (unknown option, bad value) know how to say themselves; anything else is a defect.

    Even a defect is one plain line, since what was put out until then is a correct prefix; TRACEBACK shows where.
    """
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):
        return INTERRUPTED
    message = getattr(error, "format_message", None)
    if message is None:
        if os.environ.get(TRACEBACK):
            raise error
        complain(f"a defect in dumpfix, please report it: {type(error).__name__}: {error}\n{TRACEBACK}=1 shows where")
        return 3
    context = getattr(error, "ctx", None)
    hint = f"\ntry: {context.command_path} --help" if context is not None else ""
    complain(message() + hint)
    return 2


def _terminated(number: int, _: FrameType | None) -> NoReturn:
    raise TerminatedError(number)
