"""Signals that end the program: it leaves no half file behind, says nothing, and ends as they say.

The first one is raised as an error, so that whatever is under way is taken back. There are places where an error that
comes from nowhere is swallowed, or is told on standard error: inside an import it waits until that is done; where
Python cannot raise it (in a ``__del__``, in the callback of a weak reference) the program ends there and then.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from dumpfix.io.output import remove_unfinished

#: what ends a run; one that was ignored when the program began (nohup) stays ignored
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_IMPORT = "<frozen importlib"


class TerminatedError(BaseException):
    """A signal came: 130 for SIGINT, else 128 and its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def listen() -> None:
    """From now on a signal raises TerminatedError, once; while that is under way a second one ends the program."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _first)


def let_go() -> None:
    """The run is over: a signal ends the program as it ends any other."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _first(number: int, frame: FrameType | None) -> None:
    error = TerminatedError(number)

    def again(_number: int, _frame: FrameType | None) -> NoReturn:
        _end(error)

    def unraisable(ignored: sys.UnraisableHookArgs) -> None:
        # Anything else that cannot be raised comes of what is taken back, and is of no concern any more.
        if ignored.exc_value is error:
            _end(error)

    for other in ENDING:
        if signal.getsignal(other) is not signal.SIG_IGN:
            signal.signal(other, again)
    sys.unraisablehook = unraisable
    _raise(error, frame)


def _raise(error: TerminatedError, frame: FrameType | None) -> None:
    """Raise it; inside an import, before the next call or return outside."""

    def look(inner: FrameType, _event: str, _argument: object) -> None:
        if not _is_importing(inner):
            # That the error leaves this function takes it away, too.
            raise error

    if not _is_importing(frame):
        raise error
    sys.setprofile(look)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORT):
            return True
        frame = frame.f_back
    return False


def _end(error: TerminatedError) -> NoReturn:
    """End the program here and now."""
    remove_unfinished()
    os._exit(error.status)
