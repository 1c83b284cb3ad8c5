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


#: outputs that write keys and coordinates, which an unclear layout may have wrong; those that go into a topic
CARRIES_KEYS = ("envelope", "kcat", "console-producer", QUEUE)
INTO_A_TOPIC = ("kcat", "console-producer", QUEUE)


def sink_for(name: str, reading: Reading, *, is_unclear: bool = False) -> Sink:
    """The output called ``name`` (one of NAMES, or QUEUE) for a dump that is read like ``reading``.

    ``is_unclear``: its keys and coordinates may be others; envelopes say so.
    """
    if name == "values":
        return Values()
    if name == "envelope":
        return Envelope(reading, is_unclear=is_unclear)
    if name == "kcat":
        return Kcat(reading)
    if name == "console-producer":
        return ConsoleProducer(reading)
    if name == QUEUE:
        return Queue()
    raise ValueError(f"no output is called {name!r}: {', '.join(NAMES)}")


__all__ = ["CARRIES_KEYS", "INTO_A_TOPIC", "NAMES", "QUEUE", "NotRepresentableError", "Sink", "sink_for"]
