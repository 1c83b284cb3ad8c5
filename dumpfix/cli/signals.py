"""Signals that end the program: it leaves no half file behind, says nothing, and ends as they say."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn

from dumpfix.io.output import remove_unfinished

#: what ends a run; one that was ignored when the program began (nohup) stays ignored
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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


def _first(number: int, _: FrameType | None) -> NoReturn:
    error = TerminatedError(number)

    def again(_number: int, _frame: FrameType | None) -> NoReturn:
        remove_unfinished()
        os._exit(error.status)

    for other in ENDING:
        if signal.getsignal(other) is not signal.SIG_IGN:
            signal.signal(other, again)
    raise error
