"""Where the bytes of a dump come from."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from dumpfix.errors import SourceError

#: bytes read at once from a file
CHUNK = 1 << 20

STANDARD_INPUT = "-"


def chunks(path: str) -> Iterator[bytes]:
    """The bytes of a file, or of standard input for ``-``, as they come. Raises SourceError."""
    try:
        descriptor = sys.stdin.fileno() if path == STANDARD_INPUT else os.open(path, os.O_RDONLY)
        if path != STANDARD_INPUT and Path(path).is_dir():
            raise SourceError("is a directory, not a dump", path=path)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path=path) from error
    try:
        while chunk := os.read(descriptor, CHUNK):
            yield chunk
    finally:
        if path != STANDARD_INPUT:
            os.close(descriptor)
