"""From what goes wrong to an exit status and one or two plain lines."""

from __future__ import annotations

import os

import typer

from dumpfix.cli import streams
from dumpfix.errors import DumpfixError
from dumpfix.io.output import ReaderGoneError

INTERRUPTED = 130

#: set in the environment, this lets the traceback of a defect through
TRACEBACK = "DUMPFIX_TRACEBACK"


def exit_status(arguments: list[str]) -> int:
    """Run the command line; what the process is to end with."""
    try:
        status = _run(arguments)
        streams.finish()
    except Exception as error:
        status = _status_of(error)
    return status


def _run(arguments: list[str]) -> int:
    from dumpfix.cli.app import program

    if arguments[:1] == ["explain"]:
        from dumpfix.cli.explain import refuse_pipe

        # The option parser would say something else of what begins with a sign.
        refuse_pipe(arguments[1:])
    result = program(arguments).main(arguments or ["--help"], prog_name="dumpfix", standalone_mode=False)
    if not arguments:
        # Help was not asked for: it is the answer to a call that says too little.
        return 2
    return result if isinstance(result, int) else 0


def _status_of(error: Exception) -> int:
    """What an error means for the process, once it is said."""
    if isinstance(error, ReaderGoneError | BrokenPipeError):
        return 0
    if isinstance(error, DumpfixError):
        complain(str(error))
        return error.exit_code
    if isinstance(error, OSError):
        complain(f"cannot be written: {error.strerror or error}")
        return 3
    if isinstance(error, MemoryError):
        complain("not enough memory")
        return 3
    return _usage_status(error)


def complain(message: str) -> None:
    """An error on standard error, with nothing in it that could move a cursor."""
    from dumpfix.report.text import shown

    for index, line in enumerate(message.splitlines() or [""]):
        streams.say(f"dumpfix: {shown(line)}" if index == 0 else f"  {shown(line)}")


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
