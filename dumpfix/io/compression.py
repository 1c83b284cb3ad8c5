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


def format_of(head: bytes) -> Format | None:
    """The compression whose magic number ``head`` begins with."""
    return next((f for f in FORMATS if head.startswith(f.magic)), None)


def decompressed(chunks: Iterable[bytes], kind: Format, path: str) -> Iterator[bytes]:
    """What the compressed ``chunks`` hold, member after member.

    Raises BrokenInputError where the data are damaged, end too early, or something else stands behind them, after
    everything before that was given out.
    """
    member = _Member(kind, path)
    for chunk in chunks:
        for at in range(0, len(chunk), STEP):
            yield from member.take(chunk[at : at + STEP])
    member.end()


class _Member:
    """What is read at present: a member, or what stands behind one."""

    def __init__(self, kind: Format, path: str) -> None:
        self._kind = kind
        self._path = path
        self._opened: Any = kind.opener()
        self._behind = b""

    def take(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._opened is None:
                data = self._begun(data)
                if not data:
                    return
            try:
                out = self._opened.decompress(data)
            except Exception as error:
                # Each library has errors of its own for this.
                raise self._broken(f"the {self._kind.name} data are damaged here: {error}") from error
            if out:
                yield out
            if not self._opened.eof:
                return
            data = self._opened.unused_data
            self._opened = None

    def _begun(self, data: bytes) -> bytes:
        """The bytes of the next member, if they are enough to tell that it is one."""
        data = (self._behind + data).lstrip(_PADDING)
        self._behind = b""
        magic = self._kind.magic
        if data.startswith(magic):
            self._opened = self._kind.opener()
            return data
        if not magic.startswith(data):
            self._behind = data
            self.end()
        self._behind = data
        return b""

    def end(self) -> None:
        """There is no more. Raises BrokenInputError where something is missing, or where there is something else."""
        if self._opened is not None:
            raise self._broken(f"the {self._kind.name} data end too early: the file was cut")
        if self._behind:
            shown = self._behind[:20].decode("latin-1").encode("unicode_escape").decode()
            raise self._broken(f"behind the {self._kind.name} data stands something else ({shown}): cut it off")

    def _broken(self, message: str) -> BrokenInputError:
        return BrokenInputError(message, path=self._path)
