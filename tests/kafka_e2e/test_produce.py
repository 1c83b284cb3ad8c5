"""``dumpfix produce`` on a real broker: what the mock cluster cannot do."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import confluent_kafka
import pytest

from dumpfix.producing.send import MOST_IN_FLIGHT
from tests.brokers import FAST, produce, run_kcat
from tests.cli.program import Done, command, dumpfix, environment
from tests.kafka import KafkaBroker, run_console_consumer
from tests.writers.console_consumer import ALL_COLUMNS
from tests.writers.records import BASE_TIMESTAMP, KafkaRecord

from .events import PARTITIONS, console_consumer_shows, events, exact_formats_show
from .judge import Shown, is_json, shown

pytestmark = pytest.mark.kafka

RECORDS = 10_000
#: under the profile of continuous integration as many as the promise is made for
KILLS = 8 if os.environ.get("HYPOTHESIS_PROFILE") in ("ci", "fuzz") else 5
TOOL = "3.9.1"
SIZED = "%t %p %o %T %K %S\\n%k%s\\n"


def new_topic(broker: KafkaBroker, **config: str) -> str:
    return broker.new_topic("produced", PARTITIONS, **config)


def put_back(broker: KafkaBroker, *arguments: str | Path, timeout: float = 300) -> Done:
    return dumpfix("produce", "-b", broker.bootstrap, "--yes", "--repair", "none", *arguments, timeout=timeout)


def by_partition(records: list[KafkaRecord], *, headers: bool = True) -> dict[int, list[tuple[object, ...]]]:
    """What has to be the same, in order."""
    found: dict[int, list[tuple[object, ...]]] = {}
    for one in records:
        told = (one.timestamp, one.key, one.value, one.headers if headers else ())
        found.setdefault(one.partition, []).append(told)
    return found


def good(records: list[KafkaRecord], how: Shown) -> list[KafkaRecord]:
    """What somebody sees of it in a dump, and what of that may go out."""
    seen = [shown(one, how) for one in records]
    return [one for one in seen if one.value is None or is_json(one.value)]


def dumped_by_kcat(*arguments: str) -> Callable[[KafkaBroker, str], bytes]:
    return lambda broker, topic: run_kcat(broker.bootstrap, "-C", "-e", "-q", "-t", topic, *FAST, *arguments).stdout


def dumped_by_console_consumer(broker: KafkaBroker, topic: str) -> bytes:
    parts = []
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "watermarks"})
    try:
        for partition in range(PARTITIONS):
            _, high = consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, partition), timeout=300)
            output = run_console_consumer(
                TOOL, broker.bootstrap, topic, ALL_COLUMNS, partition=partition, max_messages=high
            )
            parts.append(output.stdout)
    finally:
        consumer.close()
    return b"".join(parts)


@dataclass(frozen=True)
class Format:
    name: str
    dumped: Callable[[KafkaBroker, str], bytes]
    shows: Callable[[KafkaRecord], bool]
    how: Shown
    told: tuple[str, ...] = ()
    #: a line feed at the very end of a payload is not told from the one behind it
    loses_last_line_end: bool = False


FORMATS = (
    Format("kcat -J", dumped_by_kcat("-J"), exact_formats_show, Shown(headers=True)),
    Format("kcat -f", dumped_by_kcat("-f", SIZED), exact_formats_show, Shown(), ("-f", SIZED, "-t", "TOPIC")),
    Format("columns", dumped_by_console_consumer, console_consumer_shows, Shown(word=b"null", headers=True), (), True),
)


@pytest.mark.parametrize("what", FORMATS, ids=lambda what: what.name)
def test_ten_thousand_awkward_records_come_back_as_they_were(broker: KafkaBroker, tmp_path: Path, what: Format) -> None:
    source, target = new_topic(broker), new_topic(broker)
    records = events(source, RECORDS, what.shows)
    produce(broker.bootstrap, records, **{"message.max.bytes": 2_000_000})
    dump = tmp_path / "dump"
    dump.write_bytes(what.dumped(broker, source))
    told = what.told[:2]
    done = put_back(broker, *told, dump, "-t", target, "--verify", "--quiet")
    assert done.status == 1, done.stderr
    expected = good(records, what.how)
    if what.loses_last_line_end:
        expected = [replace(one, value=one.value and one.value.removesuffix(b"\n")) for one in expected]
    assert by_partition(broker.consume(target)) == by_partition(expected)


def test_killed_at_random_moments_nothing_is_lost_and_nothing_comes_twice(broker: KafkaBroker, tmp_path: Path) -> None:
    topic = new_topic(broker)
    records = [
        KafkaRecord(
            "events", n % PARTITIONS, n // PARTITIONS, BASE_TIMESTAMP + n, "create", (), b"k", b'{"n":%d}' % (n % 7)
        )
        for n in range(2 * RECORDS)
    ]
    dump = tmp_path / "dump.txt"
    dump.write_bytes(
        b"".join(
            f"{r.topic} {r.partition} {r.offset} {r.timestamp} ".encode() + (r.value or b"") + b"\n" for r in records
        )
    )
    journal = tmp_path / "journal"
    arguments = ("-f", "%t %p %o %T %s\\n", dump, "-t", topic, "--journal", journal)
    chance = random.Random(11)
    doubtful = 0
    for _ in range(KILLS):
        size = journal.stat().st_size if journal.exists() else 0
        process = subprocess.Popen(
            command("produce", "-b", broker.bootstrap, "--yes", "--quiet", *arguments, "--rate", "3000/s"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and (not journal.exists() or journal.stat().st_size == size):
            time.sleep(0.002)
        time.sleep(chance.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        doubtful += in_doubt(journal)
    assert doubtful, "it was never killed while something was on its way"
    done = put_back(broker, *arguments, "--verify", "--quiet")
    assert done.status == 0, done.stderr
    found = [(one.partition, one.timestamp, one.value) for one in broker.consume(topic)]
    wanted = [(one.partition, one.timestamp, one.value) for one in records]
    assert sorted(found, key=lambda row: row[0]) == sorted(wanted, key=lambda row: row[0])


def in_doubt(journal: Path) -> int:
    """Records that were handed over, and of which nobody knows."""
    sent: dict[str, int] = {}
    arrived: dict[str, int] = {}
    for line in journal.read_bytes().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        sent.update(entry.get("sent", {}))
        arrived.update({number: row[0] for number, row in entry.get("in", {}).items()})
    left = sum(sent.values()) - sum(arrived.get(number, 0) for number in sent)
    assert left <= MOST_IN_FLIGHT
    return left


def test_a_broker_that_stops_for_a_while_costs_nothing(broker: KafkaBroker, tmp_path: Path) -> None:
    """Frozen in the middle for longer than a request may take, it answers late; retries make no duplicates."""
    topic = new_topic(broker)
    dump = tmp_path / "dump.txt"
    dump.write_bytes(b"".join(b'e %d %d {"n":%d}\n' % (n % PARTITIONS, n, n) for n in range(RECORDS)))
    process = subprocess.Popen(
        command(
            *("produce", "-b", broker.bootstrap, "--yes", "--quiet", "-f", "%t %p %o %s\\n", dump, "-t", topic),
            *("--rate", "5000/s", "--verify", "-X", "request.timeout.ms=1000", "-X", "socket.timeout.ms=1500"),
        ),
        stderr=subprocess.PIPE,
        env=environment(),
    )
    watermark = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "w"})
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            if watermark.get_watermark_offsets(confluent_kafka.TopicPartition(topic, 0), timeout=300)[1] > 0:
                break
        except confluent_kafka.KafkaException:
            # The topic is younger than its leader's knowledge of it.
            time.sleep(0.1)
    watermark.close()
    os.kill(broker.process_id, signal.SIGSTOP)
    time.sleep(4)
    os.kill(broker.process_id, signal.SIGCONT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    values = sorted((one.value or b"" for one in broker.consume(topic)), key=len)
    assert sorted(json.loads(value)["n"] for value in values) == list(range(RECORDS))


def test_what_the_topic_does_to_records_is_said_before_the_first_one(broker: KafkaBroker, tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(
        b"".join(b'e %d %d %d k%d {"n":%d}\n' % (n % PARTITIONS, n, BASE_TIMESTAMP, n, n) for n in range(9))
    )
    told = ("-f", "%t %p %o %T %k %s\\n", dump)
    week = new_topic(broker, retention_ms=str(7 * 86_400_000))
    compacted = new_topic(broker, cleanup_policy="compact")
    late = new_topic(broker, message_timestamp_before_max_ms="60000")
    small = new_topic(broker, max_message_bytes="90")
    # One fits, all together do not: the limit holds for a batch.
    tight = new_topic(broker, max_message_bytes="300")
    assert put_back(broker, *told, "-t", tight, "--quiet", "-X", "linger.ms=500").status == 0
    assert len(broker.consume(tight)) == 9
    for topic, says, option in (
        (week, "9 are older than the topic's retention.ms", ("--allow-expired",)),
        (compacted, "--allow-compacted", ("--allow-compacted",)),
        (late, "9 would be refused: older", ("--timestamp", "now")),
        (small, "9 would be refused: larger", None),
    ):
        done = put_back(broker, *told, "-t", topic, "--quiet")
        assert (done.status, says in done.stderr) == (2, True), done.stderr
        assert broker.consume(topic) == []
        if option is not None:
            assert put_back(broker, *told, "-t", topic, "--quiet", *option).status == 0
            if topic is not week:
                assert len(broker.consume(topic)) == 9


def test_it_stops_at_the_first_record_that_the_broker_refuses(broker: KafkaBroker, tmp_path: Path) -> None:
    """A limit that the plan does not see: it is lowered once the plan is made."""
    topic = new_topic(broker)
    dump = tmp_path / "dump.txt"
    large = b'{"large":"' + b"x" * 40_000 + b'"}'
    lines = [b"e 0 %d %b\n" % (n, large if n == 1500 else b'{"n":%d}' % n) for n in range(3000)]
    dump.write_bytes(b"".join(lines))
    process = subprocess.Popen(
        command(
            *("produce", "-b", broker.bootstrap, "--yes", "-f", "%t %p %o %s\\n", dump, "-t", topic),
            *("--rate", "500/s", "--journal", tmp_path / "journal"),
        ),
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
    )
    journal = tmp_path / "journal"
    while process.poll() is None and (not journal.exists() or b"sent" not in journal.read_bytes()):
        time.sleep(0.01)
    lower_limit(broker, topic, 10_000)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 3, said
    there = [json.loads(one.value or b"")["n"] for one in broker.consume(topic)]
    assert there == list(range(len(there)))
    assert 1450 < len(there) <= 1500, "whoever travels in one batch with it stays out, too"
    assert f"{len(there)} of 3000 records are in {topic}" in said
    assert f"stopped at line {len(there) + 1} of the dump" in said
    lower_limit(broker, topic, 60_000)
    done = put_back(broker, "-f", "%t %p %o %s\\n", dump, "-t", topic, "--journal", journal, "--verify")
    assert done.status == 0, done.stderr
    assert [one.value for one in broker.consume(topic)] == [line.split(b" ", 3)[3].rstrip(b"\n") for line in lines]


def lower_limit(broker: KafkaBroker, topic: str, size: int) -> None:
    from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType  # type: ignore[attr-defined]

    entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    client = AdminClient({"bootstrap.servers": broker.bootstrap})
    for future in client.incremental_alter_configs([resource]).values():
        future.result(20)


def test_whoever_may_not_in_gets_one_plain_line_without_the_password(broker: KafkaBroker, tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(b'e 0 0 {"n":1}\n')
    secret = "hunter2hunter2"
    security = (
        "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism=PLAIN",
        "sasl.username=me",
        f"sasl.password={secret}",
    )
    options = [part for one in security for part in ("-X", one)]
    done = put_back(broker, "-f", "%t %p %o %s\\n", dump, "-t", "whatever", "--quiet", *options)
    assert done.status == 2
    assert len(done.stderr.splitlines()) <= 2, done.stderr
    assert secret not in done.stderr


def test_without_the_right_to_write_nothing_is_begun(broker: KafkaBroker, tmp_path: Path) -> None:
    from confluent_kafka.admin import (  # type: ignore[attr-defined]
        AclBinding,
        AclOperation,
        AclPermissionType,
        AdminClient,
        ResourcePatternType,
        ResourceType,
    )

    broker.create_topic("closed")
    rules = [
        (AclOperation.DESCRIBE, AclPermissionType.ALLOW),
        (AclOperation.READ, AclPermissionType.ALLOW),
        (AclOperation.WRITE, AclPermissionType.DENY),
    ]
    everybody = ("closed", ResourcePatternType.LITERAL, "User:*", "*")
    bindings = [AclBinding(ResourceType.TOPIC, *everybody, *rule) for rule in rules]
    client = AdminClient({"bootstrap.servers": broker.bootstrap})
    for future in client.create_acls(bindings).values():
        future.result(20)
    dump = tmp_path / "dump.txt"
    dump.write_bytes(b'e 0 0 {"n":1}\n')
    done = put_back(broker, "-f", "%t %p %o %s\\n", dump, "-t", "closed")
    assert done.status == 2
    assert "no right to write to closed: ask for the ACL operation WRITE" in done.stderr
    assert broker.consume("closed") == []
