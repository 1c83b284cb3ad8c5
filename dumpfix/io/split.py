"""Several files in one folder, each whole or not at all: ``--split DIR``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import quote

from dumpfix.errors import UsageError
from dumpfix.io.output import AtomicFile, Output

#: files that may be open at once; more partitions than that are more than one machine holds
MOST_FILES = 4000


class SplitOutput(Output):
    """One file by topic and partition, called as Kafka calls its folders: ``events-0.jsonl``.

    Nothing appears before :meth:`finish`. The folder is made; it may hold other files, but none of these.
    """

    def __init__(self, folder: str, suffix: str) -> None:
        self._folder = Path(folder)
        self._suffix = suffix
        self._files: dict[str, AtomicFile] = {}
        try:
            #: the folders that were not there, the innermost first
            self._made = [path for path in (self._folder, *self._folder.parents) if not path.exists()]
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot be made: {error.strerror or error}", path=folder) from None

    def write_to(self, topic: str | None, partition: int | None, data: bytes) -> None:
        """Add to the file of a partition; ``unknown`` stands for what the dump does not show. Raises DumpfixError."""
        # A topic is letters, digits, dots, underscores and hyphens; whatever else a dump claims must leave no folder.
        name = quote("unknown" if topic is None else topic, safe="", errors="backslashreplace")
        # A name that begins with a dot is hidden, or a folder.
        name = f"%2E{name[1:]}" if name.startswith(".") else name
        name = f"{name[:200]}-{'unknown' if partition is None else partition}{self._suffix}"
        file = self._files.get(name)
        if file is None:
            if len(self._files) >= MOST_FILES:
                raise UsageError(f"--split: more than {MOST_FILES} files", path=str(self._folder))
            path = self._folder / name
            if path.exists():
                raise UsageError("is there already: name another folder", path=str(path))
            file = self._files[name] = AtomicFile(str(path))
        file.write(data)

    def write(self, data: bytes) -> None:
        """See Output. Bytes of no partition are not written."""
        if data:
            raise ValueError("whose bytes are these?")

    def finish(self) -> None:
        """See Output."""
        for file in self._files.values():
            file.sync()
        for file in self._files.values():
            file.finish()

    def discard(self) -> None:
        """See Output. Folders that were made for this are taken away, unless somebody put something there."""
        for file in self._files.values():
            file.discard()
        with contextlib.suppress(OSError):
            for folder in self._made:
                folder.rmdir()
