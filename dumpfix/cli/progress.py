"""A bar on a terminal: bytes, rate, time left, counts so far."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dumpfix.io.source import Source
    from dumpfix.run.conversion import Run

#: a run shorter than this (in seconds) needs no bar
PATIENCE = 0.5
#: seconds between two looks at the counts
INTERVAL = 0.1


@contextlib.contextmanager
def progress_of(run: Run, sources: Sequence[Source]) -> Iterator[Callable[[], None]]:
    """A function to call now and then; it draws the bar once the run has lasted a while."""
    bar = _Bar(run, sources)
    try:
        yield bar.tick
    finally:
        bar.close()


def _nothing() -> None:
    return None


class _Bar:
    def __init__(self, run: Run, sources: Sequence[Source]) -> None:
        self._run = run
        self._sources = sources
        self._next = time.monotonic() + PATIENCE
        self._advance: Callable[[int, str], None] | None = None
        self._stop: Callable[[], None] = _nothing

    def tick(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + INTERVAL
        try:
            self._show()
        except OSError:
            # The terminal is gone; the run is not.
            self._next = float("inf")

    def _show(self) -> None:
        if self._advance is None:
            self._start()
        assert self._advance is not None
        totals = self._run.ledger.totals
        counts = f"{totals.records} records, {totals.withheld} withheld"
        self._advance(sum(source.taken for source in self._sources), counts)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        sizes = [source.size for source in self._sources]
        total = sum(size for size in sizes if size is not None) if None not in sizes else None
        columns = (
            BarColumn(20),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )
        progress = Progress(*columns, console=Console(stderr=True), transient=True)
        task = progress.add_task("", total=total)
        progress.start()
        self._advance = lambda done, text: progress.update(task, completed=done, description=text)
        self._stop = progress.stop

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._stop()
