"""What a Python program calls. The same run as on the command line; nothing is printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Literal

from dumpfix.detection.choose import Told
from dumpfix.errors import UsageError, WrongTypeError
from dumpfix.io.output import FileObject
from dumpfix.io.source import Dump, open_dump
from dumpfix.layout.write import describe
from dumpfix.record.verdict import BOLDNESS
from dumpfix.repairing.model import Repair
from dumpfix.run.conversion import records_in
from dumpfix.run.job import Job, perform
from dumpfix.run.opening import Opened, find_layout
from dumpfix.run.unwrapping import Explained

if TYPE_CHECKING:
    import os

    from dumpfix.planning.healing import Healing
    from dumpfix.producing.production import Production
    from dumpfix.record.model import Record
    from dumpfix.report.model import Report


#: what may be put out, from careful to bold
Level = Literal["none", "lossless", "safe", "partial", "guess"]
#: the kinds of output
To = Literal["values", "envelope", "kcat", "console-producer"]


@dataclass(frozen=True, slots=True)
class Detection:
    """What a dump is, to be passed on: ``records(dump, layout=found)``.

    ``layout`` is the shape of a record in words, ``confidence`` is ``sure``, ``likely``, ``unclear`` or ``told``,
    ``alternatives`` are layouts that would give the same output, ``doubt`` says what the dump may be as well. All are
    empty for an empty dump.
    """

    grammar: str
    layout: str
    confidence: str
    alternatives: tuple[str, ...]
    doubt: str
    explained: Explained | None = field(repr=False)


def detect(
    dump: Dump,
    *,
    from_name: str | None = None,
    kcat_format: str | bytes | None = None,
    command: str | None = None,
    grammar: str | None = None,
) -> Detection:
    """What a dump is; no more of it is read than that takes. Raises LayoutError, SourceError."""
    with closing(open_dump(dump)) as source:
        found = find_layout(source, _told(from_name, kcat_format, command, grammar)).found
    if found is None:
        return Detection("", "", "", (), "", None)
    choice = found.choice
    return Detection(
        choice.grammar, describe(choice.layout), choice.confidence, choice.alternatives, choice.doubt, found
    )


def records(
    dump: Dump,
    *,
    layout: Detection | None = None,
    from_name: str | None = None,
    kcat_format: str | bytes | None = None,
    command: str | None = None,
    grammar: str | None = None,
    repair: Literal["none", "lossless", "partial", "guess"] = "lossless",
) -> Iterator[Record]:
    """The records of a dump, lazily, in the order of the dump, whatever their verdict.

    A payload that had to be mended more boldly than ``repair`` has no ``value``: its verdict is ``repaired``, its
    ``proposal`` what could be made of it.

    ``dump`` is a path, bytes, a binary file object, or an iterable of bytes. It is opened and its layout found at once,
    unless ``layout`` has it or one of ``from_name`` (a shipped grammar), ``kcat_format``, ``command`` or ``grammar``
    (a file) tells it.

    Raises DumpfixError, with path and line where they exist: what can be known at once at the call.
    """
    if layout is not None and not isinstance(layout, Detection):
        raise WrongTypeError(f"layout is what detect() answers, not {type(layout).__name__}")
    if repair not in BOLDNESS.keys() - {"safe"}:
        raise UsageError(f"repair is none, lossless, partial or guess, not {repair!r}")
    told = _told(from_name, kcat_format, command, grammar)
    if layout is not None and told != Told():
        raise UsageError("layout says how the dump is to be read: give nothing else that does")
    source = open_dump(dump)
    try:
        if layout is not None and layout.explained is not None:
            # A byte order mark is known, and where the dump begins behind it, once its first bytes are here.
            opened = Opened(source, layout.explained, next(source.chunks(), b""), told)
        else:
            opened = find_layout(source, told)
    except BaseException:
        source.close()
        raise
    return _records(opened, BOLDNESS[repair])


def _records(opened: Opened, boldness: int) -> Iterator[Record]:
    try:
        for record in records_in(opened):
            yield record if BOLDNESS[record.level] <= boldness else replace(record, value=None)
    finally:
        opened.source.close()


def convert(
    dump: Dump,
    output: str | os.PathLike[str] | IO[bytes],
    *,
    to: To = "values",
    repair: Level = "safe",
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
    to: To = "values",
    repair: Level = "safe",
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
    repair: Level = "safe",
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
    """Repair one payload. Never raises, for any bytes; WrongTypeError, a TypeError, for what is no bytes.

    ``siblings`` are intact payloads of the same topic, which break ties.
    """
    from dumpfix.repairing.repair import repair as repair_payload

    if not isinstance(payload, bytes | bytearray | memoryview):
        raise WrongTypeError(f"a payload is bytes, not {type(payload).__name__}: encode it first")
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
