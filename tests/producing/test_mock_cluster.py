"""The real program and librdkafka's mock cluster: what goes in is what was dumped, whatever happens on the way.

The mock cluster keeps about 5 MiB a partition and drops the oldest without a word: counts are asserted.
"""

from __future__ import annotations

import json
import os
import pty
import random
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.brokers import FAST, MockCluster, consume, produce, run_kcat
from tests.cli.program import Done, command, dumpfix, environment
from tests.kafka_e2e.events import events, exact_formats_show
from tests.kafka_e2e.judge import is_json
from tests.writers.records import BASE_TIMESTAMP, KafkaRecord

pytestmark = pytest.mark.kafka

RECORDS = 2000
KILLS = 4


@pytest.fixture(scope="module")
def dumped(cluster: MockCluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[KafkaRecord]]:
    """Awkward records, and what ``kcat -J`` printed of them."""
    topic = cluster.new_topic("events")
    records = events(topic, RECORDS, exact_formats_show)
    cluster.produce(records)
    path = tmp_path_factory.mktemp("dump") / "dump.json"
    path.write_bytes(run_kcat(cluster.bootstrap, "-C", "-e", "-q", "-t", topic, *FAST, "-J").stdout)
    return path, records


def new_topic(cluster: MockCluster) -> str:
    """A topic that is there: the mock cluster makes one when it is written to."""
    topic = cluster.new_topic("out")
    produce(cluster.bootstrap, [KafkaRecord(topic, 3, 0, 1, "create", (), b"first", b"{}")])
    return topic


def arrived(cluster: MockCluster, topic: str) -> list[KafkaRecord]:
    return [one for one in consume(cluster.bootstrap, topic) if one.key != b"first"]


def told(records: list[KafkaRecord]) -> list[tuple[object, ...]]:
    """What has to be the same, in order by partition."""
    rows = [(one.partition, one.timestamp, one.key, one.value, one.headers) for one in records]
    return sorted(rows, key=lambda row: str(row[0]))


def good(records: list[KafkaRecord]) -> list[KafkaRecord]:
    """What goes back under ``--repair none``."""
    return [one for one in records if one.value is None or is_json(one.value)]


def put_back(cluster: MockCluster, *arguments: str | Path, timeout: float = 300) -> Done:
    return dumpfix("produce", "-b", cluster.bootstrap, "--yes", "--repair", "none", *arguments, timeout=timeout)


def test_every_record_comes_back_as_it_was_and_in_order(
    cluster: MockCluster, dumped: tuple[Path, list[KafkaRecord]]
) -> None:
    path, records = dumped
    topic = new_topic(cluster)
    done = put_back(cluster, path, "-t", topic, "--verify")
    assert done.status == 1, done.stderr
    expected = good(records)
    assert told(arrived(cluster, topic)) == told(expected)
    assert f"{len(expected)} of {len(expected)} records are in {topic}" in done.stderr
    assert f"verified: {len(expected)} read back" in done.stderr


def test_from_a_pipe_by_key_as_java_does(cluster: MockCluster, dumped: tuple[Path, list[KafkaRecord]]) -> None:
    path, records = dumped
    topic = new_topic(cluster)
    done = dumpfix(
        *("produce", "-b", cluster.bootstrap, "-t", topic, "--to-partition", "key", "--timestamp", "now"),
        *("--yes", "--repair", "none", "--quiet"),
        stdin=path.read_bytes(),
    )
    assert done.status == 1, done.stderr
    theirs = new_topic(cluster)
    keyed = [one for one in good(records) if one.key is not None]
    by_java = [replace(one, topic=theirs) for one in keyed]
    client = pytest.importorskip("confluent_kafka").Producer(
        {"bootstrap.servers": cluster.bootstrap, "partitioner": "murmur2"}
    )
    for one in by_java:
        client.produce(theirs, value=one.value, key=one.key)
    assert client.flush(20) == 0
    mine = [(one.partition, one.key, one.value) for one in arrived(cluster, topic) if one.key is not None]
    # kcat prints partitions in turns: the order of the dump is another one than that of the offsets.
    assert sorted(mine, key=repr) == sorted(
        [(one.partition, one.key, one.value) for one in arrived(cluster, theirs)], key=repr
    )
    assert all((one.timestamp or 0) > BASE_TIMESTAMP + 10**10 for one in arrived(cluster, topic))


def test_killed_at_random_moments_it_goes_on_without_loss_or_duplicate_beside_other_producers(
    cluster: MockCluster, dumped: tuple[Path, list[KafkaRecord]], tmp_path: Path
) -> None:
    path, records = dumped
    topic = new_topic(cluster)
    journal = tmp_path / "journal"
    arguments = ("produce", path, "-b", cluster.bootstrap, "-t", topic, "--yes", "--repair", "none")
    chance = random.Random(7)
    others = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            command(*arguments, "--journal", journal, "--rate", "2000/s"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        size = journal.stat().st_size if journal.exists() else 0
        deadline = time.monotonic() + 300
        while (not journal.exists() or journal.stat().st_size == size) and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        others += 1
        other = KafkaRecord(topic, others % 3, 0, 5, "create", (), b"other", b'{"n":%d}' % others)
        client = pytest.importorskip("confluent_kafka").Producer({"bootstrap.servers": cluster.bootstrap})
        client.produce(topic, value=other.value, key=other.key, partition=other.partition)
        assert client.flush(20) == 0
    unfinished = [json.loads(line) for line in journal.read_bytes().splitlines() if line.endswith(b"}")]
    assert not any("done" in line for line in unfinished)
    done = put_back(cluster, path, "-t", topic, "--journal", journal, "--verify")
    assert done.status == 1, done.stderr
    mine = [one for one in arrived(cluster, topic) if one.key != b"other"]
    assert told(mine) == told(good(records))
    again = put_back(cluster, path, "-t", topic, "--journal", journal)
    assert again.status == 1, again.stderr
    assert len(arrived(cluster, topic)) == len(mine) + others


def test_a_journal_of_another_dump_is_refused(
    cluster: MockCluster, dumped: tuple[Path, list[KafkaRecord]], tmp_path: Path
) -> None:
    path, _ = dumped
    topic = new_topic(cluster)
    journal = tmp_path / "journal"
    less = tmp_path / "less.json"
    less.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:50]))
    assert put_back(cluster, less, "-t", topic, "--journal", journal).status in (0, 1)
    done = put_back(cluster, path, "-t", topic, "--journal", journal, "--quiet")
    assert done.status == 2
    assert "belongs to another run" in done.stderr


@pytest.mark.parametrize(("answer", "status", "sent"), [(b"y\n", 0, 1), (b"n\n", 2, 0), (b"\n", 2, 0)])
def test_it_asks_on_the_terminal_although_the_dump_comes_from_a_pipe(
    cluster: MockCluster, tmp_path: Path, answer: bytes, status: int, sent: int
) -> None:
    topic = new_topic(cluster)
    dump = b"Topic t [0] at offset 3: key k: {}\n"
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        read, write = os.pipe()
        os.write(write, dump)
        os.close(write)
        os.dup2(read, 0)
        arguments = command("produce", "-b", cluster.bootstrap, "-t", topic)
        os.execve(arguments[0], arguments, environment())
    shown = b""
    try:
        while b"[y/N]" not in shown:
            shown += os.read(terminal, 4096)
        os.write(terminal, answer)
        while True:
            shown += os.read(terminal, 4096)
    except OSError:
        pass
    _, ended = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(ended) == status, shown
    assert len(arrived(cluster, topic)) == sent
    assert b"1 record" in shown


def test_without_a_terminal_or_after_a_dry_run_nothing_is_sent(
    cluster: MockCluster, dumped: tuple[Path, list[KafkaRecord]]
) -> None:
    path, _ = dumped
    topic = new_topic(cluster)
    done = dumpfix("produce", path, "-b", cluster.bootstrap, "-t", topic, "--dry-run")
    assert done.status == 1
    assert f"to {topic}" in done.stderr
    process = subprocess.run(
        command("produce", path, "-b", cluster.bootstrap, "-t", topic),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
        env=environment(),
        timeout=300,
    )
    assert process.returncode == 2
    assert b"--yes" in process.stderr
    assert arrived(cluster, topic) == []


def test_what_cannot_be_is_one_plain_line(cluster: MockCluster, tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_bytes(b"Topic no-such-topic [7] at offset 3: key k: {}\n")
    secret = "hunter2hunter2"
    faults = {
        "has no topic 'no-such-topic'": (),
        "add partitions": ("-t", new_topic(cluster)),
        "No such configuration property": ("-X", f"sasl.passwort={secret}"),
        "acks is always all": ("-X", "acks=1"),
        "--group NAME": ("--starts", str(tmp_path / "starts.csv")),
        "none of original, key": ("--to-partition", "keys"),
    }
    for says, arguments in faults.items():
        done = put_back(cluster, dump, "--quiet", *arguments)
        assert done.status == 2, done.stderr
        assert says in done.stderr
        assert len(done.stderr.splitlines()) <= 2, done.stderr
        assert secret not in done.stderr
