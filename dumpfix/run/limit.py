"""So many records and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dumpfix.record.events import Event, OneRecord, left_out


class Remaining:
    """How many records a run may still take."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def limited(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events, records left out once there were enough."""
        for event in events:
            if isinstance(event, OneRecord):
                if self._left <= 0:
                    yield left_out(event.record)
                    continue
                self._left -= 1
            yield event
