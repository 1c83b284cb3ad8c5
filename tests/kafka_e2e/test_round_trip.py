"""There and back: thousands of awkward events, dumped by the real tools, converted, and put back by the real tools.

What has to arrive, and what has to be among the rejects, is told by ``judge.py``, which knows the contract and not
dumpfix; what did arrive is read by confluent-kafka. The receiving command is the one that dumpfix prints. Without Java
the same way is gone on a mock cluster (tests/e2e/test_kcat_round_trip.py).
"""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from dumpfix.detection.choose import NULL_KEYS
from tests import tested_against
from tests.brokers import FAST, produce, run_kcat
from tests.cli.program import PROSE, Done, dumpfix
from tests.kafka import KafkaBroker, KafkaUnavailableError, jars, run_console_consumer, run_tool
from tests.writers.console_consumer import ALL_COLUMNS, Options
from tests.writers.records import KafkaRecord

from . import events as formats
from .events import PARTITIONS, events
from .judge import Carried, Fate, Shown, Withheld, is_json, on_one_line, shown, to_console_producer, to_kcat

pytestmark = pytest.mark.kafka

# With the large ones; ten thousand go back in test_produce.py.
EVENTS = 4_000
README_FORMAT = "\\nKey (%K bytes): %k\\t\\nValue (%S bytes): %s\\nTimestamp: %T\\tPartition: %p\\tOffset: %o\\n--\\n"
# As people type it. What was printed is asked of the command, where the bytes alone cannot tell.
MARKED = Options(
    print_timestamp=True,
    print_partition=True,
    print_offset=True,
    print_headers=True,
    print_key=True,
    null_literal=b"@N@",
)
_PROPERTIES = " ".join(f"--property {text}" for text in MARKED.properties())
MARKED_COMMAND = f"kafka-console-consumer.sh --bootstrap-server b:9092 --topic events {_PROPERTIES}"


@dataclass(frozen=True)
class Format:
    """One way to dump a topic: the kcat arguments or console-consumer options, and what dumpfix is told of it."""

    name: str
    can_show: Callable[[KafkaRecord], bool]
    how: Shown
    arguments: tuple[str, ...] = ()
    options: Options | None = None
    told: tuple[str, ...] = ()
    has_offsets: bool = True


NOTHING_IS_NULL = Shown(nothing_is_null=True)
# Who is not told the command cannot know that there was no -Z in it, nor that kcat printed it: then what programs in
# other languages print for null is no key.
NOTHING_OR_THE_WORD_IS_NULL = Shown(nothing_is_null=True, word=b"NULL", key_words=NULL_KEYS)
SIZES = Format("sizes", formats.exact_formats_show, Shown(), ("-f", README_FORMAT))
JSON = Format("json", formats.exact_formats_show, Shown(headers=True), ("-J",))
SENTENCES = Format("prose", formats.prose_shows, NOTHING_OR_THE_WORD_IS_NULL, ("-f", PROSE))
TABS = Format(
    "tabs",
    formats.tab_separated_shows,
    NOTHING_IS_NULL,
    ("-K", "\t"),
    told=("--command", "kcat -C -b b:9092 -t events -e -K '\\t'"),
    has_offsets=False,
)
COLUMNS = Format("columns", formats.console_consumer_shows, Shown(word=b"null", headers=True), options=ALL_COLUMNS)
COLUMNS_MARKED = Format(
    "columns with null.literal",
    formats.console_consumer_shows,
    Shown(word=b"@N@", headers=True),
    options=MARKED,
    told=("--command", MARKED_COMMAND),
)


def need(version: str) -> None:
    try:
        jars(version)
    except KafkaUnavailableError as reason:
        pytest.skip(f"no Kafka {version} here: {reason}")


@pytest.fixture(scope="module")
def topic_for(broker: KafkaBroker) -> Callable[[Format], list[KafkaRecord]]:
    """A topic with the events that a format can show; formats that show the same share it."""

    @cache
    def filled(can_show: Callable[[KafkaRecord], bool]) -> list[KafkaRecord]:
        topic = broker.new_topic("source", PARTITIONS)
        produced = events(topic, EVENTS, can_show)
        produce(broker.bootstrap, produced, **{"message.max.bytes": 1_040_000})
        return produced

    return lambda what: filled(what.can_show)


# ------------------------------------------------------------------------------------------------------------ the steps


def dumped(broker: KafkaBroker, what: Format, topic: str, partition: int, version: str | None, number: int) -> bytes:
    """One partition, as kcat or kafka-console-consumer prints it."""
    if what.options is not None:
        assert version is not None
        return run_console_consumer(
            version, broker.bootstrap, topic, what.options, partition=partition, max_messages=number
        ).stdout
    where = ("-C", "-e", "-q", "-t", topic, "-p", str(partition), *FAST)
    return run_kcat(broker.bootstrap, *where, *what.arguments).stdout


@dataclass(frozen=True)
class Converted:
    done: Done
    report: dict[str, dict[str, int]]
    rejects: list[dict[str, object]]

    @property
    def receiving_command(self) -> list[str]:
        """The words of the command that the summary tells to paste."""
        found = re.search(r"^put it back: (.*)$", self.done.stderr, re.MULTILINE)
        assert found, self.done.stderr
        return [word.replace("\\t", "\t") for word in shlex.split(found[1])]


def converted(folder: Path, dump: bytes, to: str, *told: str) -> Converted:
    (folder / "dump.txt").write_bytes(dump)
    outputs = ("--rejects", folder / "rejects.jsonl", "--report", folder / "report.json")
    done = dumpfix("convert", "--to", to, "--repair", "none", *told, *outputs, folder / "dump.txt")
    assert done.status in (0, 1), done.stderr
    rejects = [json.loads(line) for line in (folder / "rejects.jsonl").read_bytes().splitlines()]
    return Converted(done, json.loads((folder / "report.json").read_bytes()), rejects)


def put_back_by_kcat(broker: KafkaBroker, what: Converted, topic: str, partition: int) -> None:
    command = what.receiving_command
    assert command[:6] == ["kcat", "-P", "-b", "BROKER", "-t", command[5]]
    assert command[6:9] == ["-K", "\t", "-Z"]
    run_kcat(broker.bootstrap, "-P", "-t", topic, "-p", str(partition), *command[6:], stdin=what.done.stdout)


def put_back_by_console_producer(broker: KafkaBroker, what: Converted, topic: str, version: str) -> None:
    command = what.receiving_command
    assert command[:5] == ["kafka-console-producer.sh", "--bootstrap-server", "BROKER", "--topic", command[4]]
    where = ("--bootstrap-server", broker.bootstrap, "--topic", topic)
    said = run_tool("kafka-console-producer", version, *where, *command[5:], stdin=what.done.stdout, merged=True)
    assert b"ERROR" not in said.stdout, said.stdout[:2000]


def marker_of(what: Converted) -> bytes:
    (marker,) = [word for word in what.receiving_command if word.startswith("null.marker=")]
    return marker.removeprefix("null.marker=").encode()


def held(broker: KafkaBroker, topic: str) -> dict[int, list[Carried]]:
    found: dict[int, list[Carried]] = {}
    for record in broker.consume(topic):
        found.setdefault(record.partition, []).append(Carried(record.headers, record.key, record.value))
    return found


# -------------------------------------------------------------------------------------------------------- the judgement


def lines_of(what: Format, records: list[KafkaRecord], dump: bytes) -> Iterator[int]:
    """The line at which each record begins, where a format shows nothing else of its place."""
    line = 1
    for record in records:
        yield line
        printed = (record.key or b"") + b"\t" + (record.value or b"") + b"\n"
        assert what is TABS
        line += printed.count(b"\n")
    assert line == dump.count(b"\n") + 1


def check_rejects(what: Format, records: list[KafkaRecord], fates: list[Fate], dump: bytes, seen: Converted) -> None:
    """All that could not be carried, and only that, with its place, the reason and its bytes."""
    if what.has_offsets:
        places: list[object] = [(record.partition, record.offset) for record in records]
        found: list[tuple[object, object, bytes | None]] = [
            ((reject["partition"], reject["offset"]), *reason_and_bytes(reject, what.how)) for reject in seen.rejects
        ]
    else:
        places = list(lines_of(what, records, dump))
        found = [(reject["line"], *reason_and_bytes(reject, what.how)) for reject in seen.rejects]
    wanted = [
        (place, fate.because, record.value)
        for place, record, fate in zip(places, records, fates, strict=True)
        if isinstance(fate, Withheld)
    ]
    assert_same(found, wanted)
    totals = seen.report["totals"]
    assert (totals["records"], totals["withheld"]) == (len(records), len(wanted))
    assert totals["emitted"] == len(records) - len(wanted)
    assert (totals["garbage_bytes"], totals["notices"]) == (0, 0)
    assert seen.done.status == (1 if wanted else 0)


def reason_and_bytes(reject: dict[str, object], how: Shown) -> tuple[object, bytes | None]:
    assert reject["record"] is True
    text = reject.get("payload_text")
    value = None if text is None else str(text).encode()
    if "payload_base64" in reject:
        value = base64.b64decode(str(reject["payload_base64"]))
    # What could be mended, but may not under --repair none, is broken all the same; but of nothing nothing can be made.
    because = "irrecoverable" if reject["withheld_because"] == "level" and value else reject["withheld_because"]
    return because, how.of(value)


def assert_same(found: Sequence[object], wanted: Sequence[object]) -> None:
    """Like ``==``, but what differs first can be read among ten thousand."""
    for at, (one, other) in enumerate(zip(found, wanted, strict=False)):
        assert one == other, f"number {at} of {len(wanted)}"
    assert len(found) == len(wanted)


def assert_node_parses(values: list[bytes], folder: Path) -> None:
    """``JSON.parse`` of strict UTF-8 takes every one: it is what the consumers do that this is all about."""
    node = shutil.which("node")
    if node is None:
        print("node is not on this machine: its JSON.parse was not asked")
        return
    (folder / "values").write_bytes(b"".join(len(value).to_bytes(4, "big") + value for value in values))
    program = """
        const bytes = require('fs').readFileSync(process.argv[1]), utf8 = new TextDecoder('utf-8', {fatal: true});
        let number = 0;
        for (let at = 0; at < bytes.length; number += 1) {
            const end = at + 4 + bytes.readUInt32BE(at);
            JSON.parse(utf8.decode(bytes.subarray(at + 4, end)));
            at = end;
        }
        console.log(number);
    """
    asked = subprocess.run([node, "-e", program, str(folder / "values")], capture_output=True, check=True, timeout=300)
    tested_against.ran("node", tested_against.version_of_node())
    assert int(asked.stdout) == len(values)


# ------------------------------------------------------------------------------------------------------------ the tests


def through_kcat(
    broker: KafkaBroker, what: Format, records: list[KafkaRecord], folder: Path, version: str | None = None
) -> None:
    copy = broker.new_topic("copy", PARTITIONS)
    wanted: dict[int, list[Carried]] = {}
    for partition in range(PARTITIONS):
        there = [record for record in records if record.partition == partition]
        dump = dumped(broker, what, there[0].topic, partition, version, len(there))
        fates = [to_kcat(shown(record, what.how)) for record in there]
        result = converted(folder, dump, "kcat", *what.told)
        check_rejects(what, [shown(record, what.how) for record in there], fates, dump, result)
        put_back_by_kcat(broker, result, copy, partition)
        wanted[partition] = [fate for fate in fates if isinstance(fate, Carried)]
    arrived = held(broker, copy)
    for partition in range(PARTITIONS):
        assert_same(arrived[partition], wanted[partition])
    assert_node_parses([one.value for some in arrived.values() for one in some if one.value is not None], folder)


@pytest.mark.parametrize("what", [SIZES, JSON, SENTENCES, TABS], ids=lambda what: what.name)
def test_what_kcat_dumped_comes_back_through_kcat_or_is_among_the_rejects(
    broker: KafkaBroker, topic_for: Callable[[Format], list[KafkaRecord]], what: Format, tmp_path: Path
) -> None:
    through_kcat(broker, what, topic_for(what), tmp_path)


@pytest.mark.parametrize(
    ("what", "version"),
    # What each version prints, its model is held against in tests/writers; that of 3.9 goes back below.
    [(COLUMNS, "2.8.2"), (COLUMNS_MARKED, "4.3.1")],
    ids=lambda one: one.name if isinstance(one, Format) else one,
)
def test_what_the_console_consumer_dumped_comes_back_through_kcat_or_is_among_the_rejects(
    broker: KafkaBroker,
    topic_for: Callable[[Format], list[KafkaRecord]],
    what: Format,
    version: str,
    tmp_path: Path,
) -> None:
    need(version)
    through_kcat(broker, what, topic_for(what), tmp_path, version)


@pytest.mark.parametrize(
    ("what", "version"),
    # Either producer, and each layout once.
    [(COLUMNS, "3.9.1"), (JSON, "4.3.1"), (COLUMNS_MARKED, "4.3.1")],
    ids=lambda one: one.name if isinstance(one, Format) else one,
)
def test_a_dump_comes_back_through_the_console_producer_with_its_headers_or_is_among_the_rejects(
    broker: KafkaBroker,
    topic_for: Callable[[Format], list[KafkaRecord]],
    what: Format,
    version: str,
    tmp_path: Path,
) -> None:
    """The producer cannot be told a partition, so each partition has a topic of its own to come back to."""
    need(version)
    records = topic_for(what)
    for partition in range(PARTITIONS):
        copy = broker.new_topic("copy")
        there = [record for record in records if record.partition == partition]
        dump = dumped(broker, what, there[0].topic, partition, version, len(there))
        result = converted(tmp_path, dump, "console-producer", *what.told)
        fate_of = to_console_producer(marker_of(result))
        seen = [shown(record, what.how) for record in there]
        fates = [fate_of(record) for record in seen]
        check_rejects(what, seen, fates, dump, result)
        put_back_by_console_producer(broker, result, copy, version)
        assert_same(held(broker, copy).get(0, []), [fate for fate in fates if isinstance(fate, Carried)])


def test_with_repairs_what_was_whole_is_the_same_and_all_that_arrives_is_json(
    broker: KafkaBroker, topic_for: Callable[[Format], list[KafkaRecord]], tmp_path: Path
) -> None:
    records = [record for record in topic_for(JSON) if record.partition == 0]
    dump = dumped(broker, JSON, records[0].topic, 0, None, len(records))
    (tmp_path / "dump.txt").write_bytes(dump)
    done = dumpfix(
        "convert", "--to", "kcat", "--repair", "guess", "--report", tmp_path / "r.json", tmp_path / "dump.txt"
    )
    report = json.loads((tmp_path / "r.json").read_bytes())
    copy = broker.new_topic("copy")
    put_back_by_kcat(broker, Converted(done, report, []), copy, 0)
    arrived = [(one.key, one.value) for one in held(broker, copy)[0]]
    mended = {finding["offset"] for finding in report["findings"] if finding["emitted"]}
    withheld = {finding["offset"] for finding in report["findings"] if not finding["emitted"]}
    assert len(mended) > 50, "the dump has dozens of cut events"
    out = [record for record in records if record.offset not in withheld]
    assert len(out) == len(arrived)
    for record, (key, value) in zip(out, arrived, strict=True):
        assert key == record.key
        if record.offset not in mended:
            assert value == (None if record.value is None else on_one_line(record.value))
        assert value is None or is_json(value)
    assert_node_parses([value for _, value in arrived if value is not None], tmp_path)
