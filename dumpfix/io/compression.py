"""Compressed dumps, recognised by their first bytes, never by their names."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from dumpfix.errors import BrokenInputError

#: compressed bytes handed to a decompressor at once, so that what comes out of one step stays small
STEP = 1 << 14

#: behind the last member of a gzip file a tape may have left these
_PADDING = b"\0"


class Format(NamedTuple):
    """One kind of compression: its name, the bytes it begins with, and how to make a decompressor.

    A decompressor has ``decompress(bytes) -> bytes``, ``eof`` and ``unused_data``, as those of ``zlib`` have.
    """

    name: str
    magic: bytes
    opener: Callable[[], Any]


def _zstd() -> Any:
    return import_module("zstandard").ZstdDecompressor().decompressobj()


def _lz4() -> Any:
    return import_module("lz4.frame").LZ4FrameDecompressor()


FORMATS = (
    Format("gzip", b"\x1f\x8b\x08", lambda: zlib.decompressobj(31)),
    Format("zstd", b"\x28\xb5\x2f\xfd", _zstd),
    Format("xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor),
    Format("bzip2", b"BZh", bz2.BZ2Decompressor),
    Format("lz4", b"\x04\x22\x4d\x18", _lz4),
)

_FAULTS: tuple[type[Exception], ...] = (zlib.error, OSError, lzma.LZMAError, EOFError, RuntimeError, ValueError)


def format_of(head: bytes) -> Format | None:
    """The compression whose magic number ``head`` begins with."""
    return next((f for f in FORMATS if head.startswith(f.magic)), None)


def decompressed(chunks: Iterable[bytes], kind: Format, path: str) -> Iterator[bytes]:
    """What the compressed ``chunks`` hold, member after member.

    Raises BrokenInputError where the data are damaged or end too early, after everything before that was given out.
    """
    current = kind.opener()
    is_between = False
    for chunk in chunks:
        for at in range(0, len(chunk), STEP):
            step = chunk[at : at + STEP]
            while step:
                if is_between:
                    step = step.lstrip(_PADDING)
                    if not step:
                        break
                    current, is_between = kind.opener(), False
                try:
                    out = current.decompress(step)
                except _FAULTS as error:
                    raise BrokenInputError(f"the {kind.name} data are damaged here: {error}", path=path) from error
                if out:
                    yield out
                step = current.unused_data if current.eof else b""
                is_between = current.eof
    if not is_between:
        raise BrokenInputError(f"the {kind.name} data end too early: the file was cut", path=path)
