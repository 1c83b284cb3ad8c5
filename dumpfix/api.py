"""What a Python program calls. The same run as on the command line; nothing is printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Literal

from dumpfix.detection.choose import Told
from dumpfix.io.output import FileObject
from dumpfix.io.source import Dump, open_dump
from dumpfix.repairing.model import Repair
from dumpfix.run.conversion import records_of
from dumpfix.run.job import Job, perform

if TYPE_CHECKING:
    import os

    from dumpfix.planning.healing import Healing
    from dumpfix.producing.production import Production
    from dumpfix.record.model import Record
    from dumpfix.report.model import Report


def records(
    dump: Dump,
    *,
    from_name: str | None = None,
    kcat_format: str | bytes | None = None,
    command: str | None = None,
    grammar: str | None = None,
) -> Iterator[Record]:
    """The records of a dump, lazily, in the order of the dump, whatever their verdict.

    ``dump`` is a path, bytes, a binary file object, or an iterable of bytes. Its layout is found, unless one of
    ``from_name`` (a shipped grammar), ``kcat_format``, ``command`` or ``grammar`` (a file) tells it.

    Raises DumpfixError, with path and line where they exist.
    """
    source = open_dump(dump)
    try:
        yield from records_of(source, _told(from_name, kcat_format, command, grammar))
    finally:
        source.close()


def convert(
    dump: Dump,
    output: str | os.PathLike[str] | IO[bytes],
    *,
    to: str = "values",
    repair: str = "safe",
    withhold_hazards: Collection[str] = (),
    rejects: str | os.PathLike[str] | None = None,
    report: str | os.PathLike[str] | None = None,
    from_name: str | None = None,
    kcat_format: str | bytes | None = None,
    command: str | None = None,
    grammar: str | None = None,
) -> Report:
    """Convert a dump; what became of its records.

    A file called ``output`` is written whole or not at all, after ``rejects`` and ``report`` (``.json``, ``.txt`` or
    ``.html``).
    ``to`` is ``values``, ``envelope``, ``kcat`` or ``console-producer``; ``repair`` the boldest level that may go out.

    Raises DumpfixError; BrokenRunError where the run broke off.
    """
    import os

    job = Job(
        _told(from_name, kcat_format, command, grammar),
        to=to,
        level=repair,
        withheld_hazards=frozenset(withhold_hazards),
        output=os.fspath(output) if isinstance(output, str | os.PathLike) else FileObject(output),
        rejects=None if rejects is None else os.fspath(rejects),
        report=None if report is None else os.fspath(report),
    )
    return _performed(job, dump)


def check(
    dump: Dump,
    *,
    to: str = "values",
    repair: str = "safe",
    hazards: bool = False,
    from_name: str | None = None,
    kcat_format: str | bytes | None = None,
    command: str | None = None,
    grammar: str | None = None,
) -> Report:
    """The report that :func:`convert` would give, without output. ``hazards`` looks for all of them; slow."""
    told = _told(from_name, kcat_format, command, grammar)
    return _performed(Job(told, to=to, level=repair, thorough=hazards, is_check=True), dump)


def plan(
    dump: Dump,
    *,
    committed: Mapping[tuple[str, int], int] | None = None,
    from_name: str | None = None,
    kcat_format: str | bytes | None = None,
    command: str | None = None,
    grammar: str | None = None,
) -> Healing:
    """What heals a consumer group that is stuck in the topic of a dump; nothing is written.

    ``committed`` says where the group stands, by topic and partition. Raises UsageError where the dump does not show
    topic, partition or offset.
    """
    from dumpfix.planning.healing import healing_of

    told = _told(from_name, kcat_format, command, grammar)
    return healing_of(_performed(Job(told, is_check=True), dump), committed)


def produce(
    dump: Dump,
    brokers: str,
    topic: str | None = None,
    *,
    to_partition: Literal["original", "key"] | int | None = None,
    timestamp: Literal["original", "now"] = "original",
    repair: str = "safe",
    properties: Mapping[str, str] | None = None,
    journal: str | os.PathLike[str] | None = None,
    verify: bool = False,
    rate: float | None = None,
    group: str | None = None,
    unread: bool = False,
    allow_skip: bool = False,
    allow_expired: bool = False,
    allow_compacted: bool = False,
    skip_refused: bool = False,
    dry_run: bool = False,
    from_name: str | None = None,
    kcat_format: str | bytes | None = None,
    command: str | None = None,
    grammar: str | None = None,
) -> Production:
    """Put the records of a dump back into a topic; nobody is asked. The answer has the plan and what is in.

    ``properties`` are librdkafka's; ``rate`` is in records a second; with ``group`` the answer's ``starts`` say where
    that group has to be set to read what was put back; ``unread`` leaves out what it has read before.

    Raises UsageError where the topic would delete, overwrite or refuse something that was not allowed, BrokenRunError
    where it broke off.
    """
    import os

    from dumpfix.producing.client import require_client
    from dumpfix.producing.plan import Wanted
    from dumpfix.producing.production import Settings, production
    from dumpfix.producing.properties import properties_of
    from dumpfix.producing.words import require_no_obstacle

    require_client()
    wanted = Wanted(topic, to_partition, timestamp, allow_expired, allow_compacted, skip_refused)
    path = None if journal is None else os.fspath(journal)
    settings = Settings(wanted, rate, path, verify, group is not None, group, None, allow_skip, unread)
    given = [f"{name}={value}" for name, value in (properties or {}).items()]
    job = Job(_told(from_name, kcat_format, command, grammar), level=repair)
    source = open_dump(dump)
    try:
        with production(job, [source], properties_of(brokers, (), given), settings) as made:
            if not dry_run:
                require_no_obstacle(made)
                made.send()
            return made
    finally:
        source.close()


def repair(payload: bytes, *, siblings: Iterable[bytes] = ()) -> Repair:
    """Repair one payload. Never raises, for any bytes; UsageError for what is no bytes.

    ``siblings`` are intact payloads of the same topic, which break ties.
    """
    from dumpfix.errors import UsageError
    from dumpfix.repairing import repair as repair_payload

    if not isinstance(payload, bytes | bytearray | memoryview):
        raise UsageError(f"a payload is bytes, not {type(payload).__name__}: encode it first")
    return repair_payload(bytes(payload), siblings=siblings)


def _performed(job: Job, dump: Dump) -> Report:
    source = open_dump(dump)
    try:
        done = perform(job, [source])
    finally:
        source.close()
    if done.broken is not None:
        raise done.broken
    return done.report


def _told(from_name: str | None, kcat_format: str | bytes | None, command: str | None, grammar: str | None) -> Told:
    given = kcat_format.encode("utf-8", "surrogateescape") if isinstance(kcat_format, str) else kcat_format
    return Told(None if from_name == "auto" else from_name, given, command, grammar)
