"""Where the bytes of a dump come from: files, pipes, standard input, or what a Python program hands over.

A source is opened before anything is written, tells what it is, and then gives its bytes once, in order, as they
arrive: ``os.read`` returns what is there, so that a live dump is not held back. Compression and byte order marks
are taken off here; everything behind this room sees the dump as its tool printed it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from dumpfix.errors import BrokenInputError, SourceError, WrongTypeError
from dumpfix.io.compression import FORMATS, decompressed, format_of
from dumpfix.io.encoding import MARKS, as_utf8, mark_of

#: bytes read at once from a file
CHUNK = 1 << 20

STANDARD_INPUT = "-"

#: what a Python program may hand over as a dump
Dump = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Iterable[bytes]

_SIGNATURES = tuple([f.magic for f in FORMATS] + [m.text for m in MARKS])


class Source:
    """One dump, opened. ``path`` is its name for people; ``taken`` counts the bytes read so far, before decompression.

    ``size`` is the size in bytes of a regular file, else None. ``identity`` is (device, inode) of a file.
    ``base`` is the offset of the first byte that :meth:`chunks` gives in the decompressed dump (behind a byte order
    mark). ``wrappers`` names what was taken off. ``before_read`` is called whenever the source may block.
    """

    def __init__(self, path: str, raw: Iterable[bytes], *, descriptor: int | None = None) -> None:
        # A name may hold bytes that are no UTF-8; people and reports get them escaped.
        self.path = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        self.size: int | None = None
        self.identity: tuple[int, int] | None = None
        self.taken = 0
        self.base = 0
        self.wrappers: list[str] = []
        self.begins_at = 0
        self.before_read: Callable[[], None] = _nothing
        self._raw = raw
        self._descriptor = descriptor
        self._chunks: Iterator[bytes] | None = None
        if descriptor is not None:
            status = os.fstat(descriptor)
            self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
            self.identity = (status.st_dev, status.st_ino)
            if self.size is not None:
                self.begins_at = os.lseek(descriptor, 0, os.SEEK_CUR)

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the dump, unwrapped. The same iterator at each call. Raises SourceError, BrokenInputError."""
        if self._chunks is None:
            self._chunks = self._unwrapped()
        return self._chunks

    @property
    def is_plain(self) -> bool:
        """Whether this is a whole file whose bytes are those of the dump; known once it was read from."""
        return self.size is not None and not self.wrappers and self.begins_at == 0

    @property
    def descriptor(self) -> int:
        """What a file is read through. Raises ValueError where there is none."""
        if self._descriptor is None:
            raise ValueError("not a file")
        return self._descriptor

    def close(self) -> None:
        """Give the file back; may be called more than once."""
        if self._descriptor is not None and self._descriptor != 0:
            os.close(self._descriptor)
        self._descriptor = None

    def _counted(self) -> Iterator[bytes]:
        raw = iter(self._raw)
        while True:
            self.before_read()
            try:
                chunk = next(raw, None)
            except OSError as error:
                raise BrokenInputError(f"reading broke off: {error.strerror or error}", path=self.path) from error
            if chunk is None:
                return
            self.taken += len(chunk)
            if chunk:
                yield chunk

    def _unwrapped(self) -> Iterator[bytes]:
        head, chunks = _with_head(self._counted())
        kind = format_of(head)
        if kind is not None:
            self.wrappers.append(kind.name)
            head, chunks = _with_head(decompressed(chunks, kind, self.path))
        mark = mark_of(head)
        if mark is None:
            yield from chunks
            return
        self.wrappers.append(mark.name)
        self.base = len(mark.text)
        chunks = _without(chunks, len(mark.text))
        yield from chunks if mark.codec is None else as_utf8(chunks, mark.codec)


def open_path(path: str) -> Source:
    """The dump in a file, or on standard input for ``-``. Raises SourceError."""
    if path == STANDARD_INPUT:
        descriptor = sys.stdin.fileno() if sys.stdin is not None else 0
        return Source(path, _read(descriptor), descriptor=descriptor)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise SourceError("is a directory, not a dump", path=path)
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot be read: {_why(error)}", path=path) from error
    return Source(path, _read(descriptor), descriptor=descriptor)


def open_dump(dump: Dump) -> Source:
    """The dump that a Python program means: a path, bytes, a binary file object, or an iterable of bytes."""
    if isinstance(dump, str | os.PathLike):
        return open_path(os.fspath(dump))
    if isinstance(dump, bytes | bytearray | memoryview):
        data = bytes(dump)
        return Source("<bytes>", [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)])
    if hasattr(dump, "read"):
        name = getattr(dump, "name", None)
        return Source(name if isinstance(name, str) else "<file>", _read_object(cast(IO[bytes], dump)))
    if not isinstance(dump, Iterable):
        raise WrongTypeError(
            f"a dump is a path, bytes, a binary file or an iterable of bytes, not {type(dump).__name__}"
        )
    return Source("<stream>", _checked(dump))


def same_file(path: str, source: Source) -> bool:
    """Whether ``path`` is the file that ``source`` reads."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(status.st_mode) and source.identity == (status.st_dev, status.st_ino)


def _nothing() -> None:
    return None


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _read(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, CHUNK):
        yield chunk


def _read_object(file: Any) -> Iterator[bytes]:
    # read1 returns what is there, as os.read does; raw files have only read, which does the same for them.
    read = getattr(file, "read1", file.read)
    return _checked(iter(lambda: read(CHUNK), b""))


def _checked(chunks: Iterable[Any]) -> Iterator[bytes]:
    for chunk in chunks:
        if not isinstance(chunk, bytes | bytearray | memoryview):
            raise WrongTypeError(f"a dump is bytes, not {type(chunk).__name__}: open files in binary mode")
        yield bytes(chunk)


def _with_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, as many as tell whether the dump is wrapped, and all chunks with these in front."""
    head = b""
    for chunk in chunks:
        head += chunk
        if not any(len(s) > len(head) and s.startswith(head) for s in _SIGNATURES):
            break
    return head, chain((head,) if head else (), chunks)


def _without(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    head = next(chunks, b"")
    if len(head) > count:
        yield head[count:]
    yield from chunks
