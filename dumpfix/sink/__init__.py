"""What goes out: records as the bytes that people and producers take. One file per kind of output."""

from __future__ import annotations

from dumpfix.record.fields import Reading
from dumpfix.sink.base import NotRepresentableError, Sink
from dumpfix.sink.console_producer import ConsoleProducer
from dumpfix.sink.envelope import Envelope
from dumpfix.sink.kcat import Kcat
from dumpfix.sink.queue import Queue
from dumpfix.sink.values import Values

#: the names that ``--to`` takes
NAMES = ("values", "envelope", "kcat", "console-producer")
#: what ``dumpfix produce`` reads; nobody can ask for it
QUEUE = "queue"


def sink_for(name: str, reading: Reading) -> Sink:
    """The output called ``name`` (one of NAMES, or QUEUE) for a dump that is read like ``reading``."""
    if name == "values":
        return Values()
    if name == "envelope":
        return Envelope(reading)
    if name == "kcat":
        return Kcat(reading)
    if name == "console-producer":
        return ConsoleProducer(reading)
    if name == QUEUE:
        return Queue()
    raise ValueError(f"no output is called {name!r}: {', '.join(NAMES)}")


__all__ = ["NAMES", "QUEUE", "NotRepresentableError", "Sink", "sink_for"]
