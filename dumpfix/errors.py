"""The one family of exceptions that dumpfix raises."""

from __future__ import annotations


class DumpfixError(Exception):
    """What went wrong, where, and what to do next, in one or two plain lines.

    ``path``, ``line`` (1-based) and ``column`` (1-based, in bytes) are None where they do not apply.
    ``exit_code`` is what the command line ends with: 2 where nothing was written, 3 where a run broke off.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = (self.line, self.column) if self.line is not None else ()
        where = ":".join(str(part) for part in (self.path, *place) if part is not None)
        return f"{where}: {self.message}" if where else self.message


class UsageError(DumpfixError):
    """The options do not fit together, or name something that is not there."""


class WrongTypeError(UsageError, TypeError):
    """A Python program handed over something of another type than is asked for."""


class GrammarError(DumpfixError):
    """A grammar that cannot be used: a pattern in it, an unknown terminal, a record that repeats itself."""


class LayoutError(DumpfixError):
    """The layout of a dump could not be found, or more than one would give different output."""


class RecognisedError(LayoutError):
    """It was seen what the input is, and that is no dump that can be read as it stands."""


class SourceError(DumpfixError):
    """An input that cannot be opened or read at all."""


class BrokenRunError(DumpfixError):
    """A run that broke off after it had begun: truncated gzip, disk full."""

    exit_code = 3


class BrokenInputError(BrokenRunError):
    """A dump that cannot be read to its end: a truncated gzip, a disk that fails."""
