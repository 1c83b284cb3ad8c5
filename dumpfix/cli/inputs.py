"""From arguments to opened dumps, and to what stands in the files that options name."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dumpfix.errors import UsageError

if TYPE_CHECKING:
    from dumpfix.io.source import Source

STANDARD_INPUT = "-"


@contextlib.contextmanager
def opened(paths: Sequence[str] | None) -> Iterator[list[Source]]:
    """All dumps, opened; closed in the end. Raises UsageError, SourceError."""
    from dumpfix.io.source import open_path

    names = list(paths or [STANDARD_INPUT])
    if names.count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read only once")
    if STANDARD_INPUT in names:
        refuse_terminal()
    sources: list[Source] = []
    try:
        sources.extend(map(open_path, names))
        yield sources
    finally:
        for source in sources:
            source.close()


def refuse_terminal(what: str = "dump", example: str = "dumpfix convert dump.txt > events.jsonl") -> None:
    """Nobody types a dump: say what was probably meant. Raises UsageError."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(f"no {what}: name a file, or pipe one in ({example})")


def offsets_in(path: str | None) -> Mapping[tuple[str, int], int] | None:
    """The offsets by topic and partition in a file like those of kafka-consumer-groups. Raises UsageError."""
    from dumpfix.record.offsets import read_offsets

    return None if path is None else read_offsets(lines_of(path), path)


def lines_of(path: str) -> list[str]:
    """The lines of a text file. Raises UsageError."""
    try:
        return Path(path).read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}", path=path) from None


def read_command(path: str) -> str:
    """A command that stands in a file, or comes from standard input. Raises UsageError."""
    try:
        if path == STANDARD_INPUT:
            refuse_terminal()
            return sys.stdin.read()
        return Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path=path) from error
