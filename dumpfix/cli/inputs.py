"""From arguments to opened dumps and to what the user says about their layout."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dumpfix.errors import UsageError

if TYPE_CHECKING:
    from dumpfix.detection.choose import Told
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


def refuse_terminal() -> None:
    """Nobody types a dump: say what was probably meant. Raises UsageError."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no dump: name a file, or pipe one in (dumpfix convert dump.txt > events.jsonl)")


def told(
    from_name: str | None,
    kcat_format: str | None,
    command: str | None,
    command_file: str | None,
    grammar_file: str | None,
    dumps: Sequence[str] | None = ("a file",),
) -> Told:
    """What the options say about the layout. Raises UsageError where they do not go together, or with the dumps."""
    from dumpfix.detection.choose import Told

    if from_name is not None and "%" in from_name:
        if kcat_format is not None:
            raise UsageError("-f with a % is a kcat format already: leave out --kcat-format")
        from_name, kcat_format = None, from_name
    if command_file is not None:
        if command is not None:
            raise UsageError("give one of --command and --command-file")
        if command_file == STANDARD_INPUT and STANDARD_INPUT in (dumps or [STANDARD_INPUT]):
            raise UsageError("--command-file - and a dump on standard input: only one of them can be read there")
        command = _read_command(command_file)
    if from_name == "auto":
        from_name = None
    if len([v for v in (from_name, kcat_format, command, grammar_file) if v is not None]) > 1:
        raise UsageError("give one of --from, --kcat-format, --command and --grammar")
    return Told(
        from_name=from_name,
        kcat_format=None if kcat_format is None else os.fsencode(kcat_format),
        command=command,
        grammar_file=grammar_file,
    )


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


def _read_command(path: str) -> str:
    try:
        if path == STANDARD_INPUT:
            refuse_terminal()
            return sys.stdin.read()
        return Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path=path) from error
