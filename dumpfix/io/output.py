"""Where output goes: standard output, a file that appears whole or not at all, a FIFO or device written in place."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import stat
from pathlib import Path
from typing import IO

from dumpfix.errors import BrokenRunError, UsageError

#: bytes gathered before they are written, unless the reader would have to wait for them
BUFFER = 1 << 18

STANDARD_OUTPUT = "-"

#: bytes of a file's name that the one beside it keeps, so that people see whose it is
_STEM = 100


class ReaderGoneError(BrokenRunError):
    """Nobody reads the pipe any more: on the command line no error, and nothing to say."""


class Output:
    """Takes bytes. ``finish`` makes them last, ``discard`` makes an unfinished file vanish. This one keeps nothing."""

    def write(self, data: bytes) -> None:
        """Add to the output. Raises BrokenRunError, ReaderGoneError."""

    def flush(self) -> None:
        """Hand on what was gathered."""

    def finish(self) -> None:
        """The output is whole."""

    def discard(self) -> None:
        """The output is not to be: an atomic file vanishes, a stream stays as it is."""


class Stream(Output):
    """A descriptor that is written in place: standard output, a FIFO, a device."""

    def __init__(self, descriptor: int, path: str, *, owned: bool) -> None:
        self._descriptor = descriptor
        self._path = path
        self._owned = owned
        self._pieces: list[bytes] = []
        self._gathered = 0

    @property
    def is_pipe(self) -> bool:
        """Whether another program reads this."""
        try:
            mode = os.fstat(self._descriptor).st_mode
        except OSError:
            return False
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)

    def write(self, data: bytes) -> None:
        """See Output."""
        self._pieces.append(data)
        self._gathered += len(data)
        if self._gathered >= BUFFER:
            self.flush()

    def flush(self) -> None:
        """See Output."""
        if self._gathered:
            data = b"".join(self._pieces)
            self._pieces.clear()
            self._gathered = 0
            self._write_all(memoryview(data))

    def _write_all(self, data: memoryview) -> None:
        try:
            while data:
                try:
                    data = data[os.write(self._descriptor, data) :]
                except BlockingIOError:
                    # Whoever shares the pipe with us has made it non-blocking.
                    select.select([], [self._descriptor], [])
        except BrokenPipeError as error:
            raise ReaderGoneError("nobody reads this any more", path=self._path) from error
        except OSError as error:
            raise BrokenRunError(f"cannot be written: {error.strerror or error}", path=self._path) from error

    def finish(self) -> None:
        """See Output."""
        self.flush()
        self._close()

    def discard(self) -> None:
        """See Output. What was gathered is whole, and goes out as far as it can."""
        with contextlib.suppress(BrokenRunError, ReaderGoneError):
            self.flush()
        self._close()

    def _close(self) -> None:
        if self._owned and self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class AtomicFile(Stream):
    """A regular file, written beside its place and moved there when it is whole."""

    def __init__(self, path: str) -> None:
        target = Path(os.path.realpath(path))
        temporary = _beside(target)
        # Noted before it exists, so that whenever a signal comes it is known.
        _unfinished.add(temporary)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            _unfinished.discard(temporary)
            raise UsageError(f"cannot be written: {error.strerror or error}", path=path) from error
        super().__init__(descriptor, path, owned=True)
        self._temporary: Path | None = temporary
        self._target = target

    def sync(self) -> None:
        """Bring everything to the disk."""
        self.flush()
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise BrokenRunError(f"cannot be written: {error.strerror or error}", path=self._path) from error

    def finish(self) -> None:
        """See Output."""
        assert self._temporary is not None
        self.sync()
        try:
            os.fchmod(self._descriptor, self._mode())
            self._close()
            self._temporary.replace(self._target)
        except OSError as error:
            raise BrokenRunError(f"cannot be written: {error.strerror or error}", path=self._path) from error
        _unfinished.discard(self._temporary)
        self._temporary = None

    def _mode(self) -> int:
        """As the file had it, else what the user's mask leaves of a new file."""
        with contextlib.suppress(OSError):
            return stat.S_IMODE(self._target.stat().st_mode)
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask

    def discard(self) -> None:
        """See Output."""
        self._pieces.clear()
        self._close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            _unfinished.discard(self._temporary)
            self._temporary = None


#: files that are not whole yet
_unfinished: set[Path] = set()


def remove_unfinished() -> None:
    """Let every file vanish that is not whole: the program ends here and now."""
    for path in tuple(_unfinished):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _beside(target: Path) -> Path:
    """A name in the same folder that is not taken, nor too long where the target's is as long as names may be."""
    stem = os.fsencode(target.name)[:_STEM].decode("utf-8", "ignore")
    return target.with_name(f".{stem}.{os.urandom(4).hex()}.part")


class FileObject(Output):
    """A binary file that a Python program hands over; it stays open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes) -> None:
        """See Output."""
        try:
            self._file.write(data)
        except OSError as error:
            raise BrokenRunError(f"cannot be written: {error.strerror or error}") from error


def open_output(path: str | None) -> Output:
    """The output called ``path``: None or ``-`` is standard output. Raises UsageError where it cannot be opened."""
    if path is None or path == STANDARD_OUTPUT:
        return _in_place(1, "standard output")
    if not path:
        raise UsageError("an output needs a name")
    own = _own_descriptor(path)
    if own is not None:
        return _in_place(own, path)
    try:
        status = os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        return AtomicFile(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be written: {getattr(error, 'strerror', None) or error}", path=path) from error
    if stat.S_ISDIR(status.st_mode):
        raise UsageError("is a directory: name a file", path=path)
    if stat.S_ISREG(status.st_mode):
        return AtomicFile(path)
    try:
        return Stream(os.open(path, os.O_WRONLY | os.O_CLOEXEC), path, owned=True)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", path=path) from error


def _in_place(descriptor: int, path: str) -> Stream:
    """A descriptor that is open already. Raises UsageError where it is not, or not for writing."""
    try:
        is_for_reading = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
    except OSError:
        is_for_reading = True
    if is_for_reading:
        raise UsageError("is closed, or open for reading only: nothing can be written there", path=path)
    return Stream(descriptor, path, owned=False)


def _own_descriptor(path: str) -> int | None:
    """The descriptor that a name like ``/dev/stdout`` or ``/dev/fd/3`` stands for."""
    names = {"/dev/stdout": 1, "/dev/stderr": 2}
    if path in names:
        return names[path]
    for folder in ("/dev/fd/", "/proc/self/fd/"):
        number = path.removeprefix(folder)
        if number != path and number.isdecimal():
            return int(number)
    return None
