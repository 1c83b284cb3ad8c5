"""The story that dumpfix is for: a service dies on one payload, restarts, and dies on it again.

The service is a Node process (``consumer.js``) with an npm client; broker, kcat and kafka-consumer-groups are real.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import confluent_kafka
import pytest

from tests import tested_against
from tests.brokers import FAST, kcat_path, run_kcat
from tests.cli.program import PROSE, environment
from tests.kafka import KafkaBroker, run_tool, tool_command
from tests.writers.records import BASE_TIMESTAMP, KafkaRecord

pytestmark = pytest.mark.kafka

PARTITIONS = 3
EVENTS = 1000
# Cut behind a colon: Node says "Unexpected end of JSON input". The first before anything was whole: nobody can save it.
CUT_AT_ONCE = b'{"event":'
CUT = b'{"event":"purchase","user":"user-500","items":[{"sku":"tea","price":'
NEVER_JSON = b"Struct{event=purchase,user=user-500}"

KAFKAJS = "2.2.4"
NODE_FOLDER = Path(__file__).parents[2] / ".cache" / "node"

_groups = count(1)


@pytest.fixture(scope="module")
def service() -> list[str]:
    """The command of the service, up to the broker's address. npm brings its client where it is not there yet."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine (apt-get install nodejs npm)")
    package = NODE_FOLDER / "node_modules" / "kafkajs" / "package.json"
    if not package.exists() or json.loads(package.read_text())["version"] != KAFKAJS:
        NODE_FOLDER.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(NODE_FOLDER), f"kafkajs@{KAFKAJS}"]
        try:
            done = subprocess.run(npm, capture_output=True, timeout=300, check=False, text=True)
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not bring kafkajs within two minutes")
        if done.returncode != 0:
            pytest.skip(f"npm cannot bring kafkajs: {done.stderr.strip().splitlines()[-1:]}")
    return ["node", str(Path(__file__).with_name("consumer.js")), str(NODE_FOLDER)]


@dataclass(frozen=True)
class Life:
    """One run of the service, from its start to its end or death."""

    read: list[str]
    died_at: str | None
    said: str


def live(service: list[str], broker: KafkaBroker, group: str, topic: str) -> Life:
    tested_against.ran("node", tested_against.version_of_node())
    tested_against.ran("kafkajs", KAFKAJS)
    done = subprocess.run(
        [*service, broker.bootstrap, group, topic], capture_output=True, timeout=300, check=False, text=True
    )
    read = done.stdout.splitlines()
    if done.returncode == 0:
        assert not done.stderr, done.stderr
        return Life(read, None, "")
    found = re.fullmatch(r"died at (\S+): (.*)\n", done.stderr)
    assert found, f"{done.returncode}: {done.stderr}"
    return Life(read, found[1], found[2])


def poisoned_topic(broker: KafkaBroker, poison: bytes) -> tuple[list[KafkaRecord], KafkaRecord]:
    """A thousand events in three partitions, the one in the middle broken."""
    topic = broker.new_topic("events", PARTITIONS)
    records = [
        KafkaRecord(
            topic,
            at % PARTITIONS,
            at // PARTITIONS,
            BASE_TIMESTAMP + at,
            "create",
            (),
            b"user-%d" % at,
            poison if at == EVENTS // 2 else b'{"event":"page_view","user":"user-%d","path":"/docs"}' % at,
        )
        for at in range(EVENTS)
    ]
    broker.produce(records)
    return records, records[EVENTS // 2]


def saved_by_kcat(broker: KafkaBroker, topic: str, folder: Path) -> Path:
    """What somebody did before retention took the events."""
    dump = folder / "dump.txt"
    dump.write_bytes(run_kcat(broker.bootstrap, "-C", "-e", "-q", "-t", topic, *FAST, "-f", PROSE).stdout)
    return dump


def in_a_shell(command: str, folder: Path, **variables: str) -> tuple[int, str]:
    """Run what somebody types, with the status of each part of the pipe joined (``pipefail``)."""
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        cwd=folder,
        timeout=300,
        check=False,
        env=environment(KCAT=kcat_path(), PYTHON=sys.executable, **variables),
        text=True,
    )
    return done.returncode, done.stderr


def place(record: KafkaRecord) -> str:
    return f"{record.topic}[{record.partition}]@{record.offset}"


def assert_it_dies_and_dies_again(service: list[str], broker: KafkaBroker, group: str, topic: str) -> list[str]:
    """Three lives, one death; what was read in them."""
    lives = [live(service, broker, group, topic) for _ in range(3)]
    assert lives[0].died_at is not None
    assert [one.died_at for one in lives] == [lives[0].died_at] * 3
    assert all(re.search("JSON", one.said) for one in lives), lives[0].said
    return [where for one in lives for where in one.read]


def test_a_dump_with_one_cut_payload_kills_the_service_for_good_and_dumpfix_keeps_it_out(
    service: list[str], broker: KafkaBroker, tmp_path: Path
) -> None:
    records, poison = poisoned_topic(broker, CUT_AT_ONCE)
    dump = saved_by_kcat(broker, poison.topic, tmp_path)
    line = 1 + dump.read_bytes().splitlines().index(
        b"Topic %b [%d] at offset %d: key %b: %b"
        % (poison.topic.encode(), poison.partition, poison.offset, poison.key or b"", CUT_AT_ONCE)
    )

    # The service itself, on the topic that was dumped.
    read = assert_it_dies_and_dies_again(service, broker, "service", poison.topic)
    first_death = live(service, broker, "service", poison.topic)
    assert (first_death.died_at, first_death.said) == (place(poison), "Unexpected end of JSON input")
    read += first_death.read

    # Put back with what is at hand: the service dies on it anew.
    naive = broker.new_topic("naive", PARTITIONS)
    sed = r"sed -E 's/^Topic [^ ]+ \[[0-9]+\] at offset [0-9]+: key ([^:]*): /\1\t/' dump.txt"
    assert in_a_shell(f"{sed} | $KCAT -P -b $B -t $T -K '\\t'", tmp_path, B=broker.bootstrap, T=naive) == (0, "")
    assert len(broker.consume(naive)) == EVENTS
    assert_it_dies_and_dies_again(service, broker, "service-naive", naive)

    # Put back through dumpfix: it reads all the others.
    clean = broker.new_topic("clean", PARTITIONS)
    convert = "$PYTHON -m dumpfix convert --to kcat --report report.json --rejects rejects.jsonl dump.txt"
    status, said = in_a_shell(f"{convert} | $KCAT -P -b $B -t $T -K '\\t' -Z", tmp_path, B=broker.bootstrap, T=clean)
    assert status == 1, said
    arrived = broker.consume(clean)
    whole = [record for record in records if record is not poison]
    assert sorted((one.key, one.value) for one in arrived) == sorted((one.key, one.value) for one in whole)
    life = live(service, broker, "service-clean", clean)
    assert life.died_at is None
    assert sorted(life.read) == sorted(map(place, arrived))

    # The report names it: line, partition, offset, and where to go on.
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert report["totals"]["records"] == EVENTS
    assert (report["totals"]["emitted"], report["totals"]["withheld"]) == (EVENTS - 1, 1)
    (finding,) = report["findings"]
    told = {name: finding[name] for name in ("line", "payload_line", "topic", "partition", "offset", "key", "emitted")}
    assert told == {
        "line": line,
        "payload_line": line,
        "topic": poison.topic,
        "partition": poison.partition,
        "offset": poison.offset,
        "key": (poison.key or b"").decode(),
        "emitted": False,
    }
    places = {row["partition"]: (row["poison"], row["next_good_offset"]) for row in report["partitions"]}
    assert places == {
        number: ([poison.offset], poison.offset + 1) if number == poison.partition else ([], None)
        for number in range(PARTITIONS)
    }
    assert "dumpfix plan" in said
    (reject,) = map(json.loads, (tmp_path / "rejects.jsonl").read_bytes().splitlines())
    assert (reject["line"], reject["offset"], reject["payload_text"]) == (line, poison.offset, CUT_AT_ONCE.decode())

    # With the plan the group of the poisoned topic lives again, and has read each other event once.
    assert in_a_shell("$PYTHON -m dumpfix plan dump.txt -o plan", tmp_path)[0] == 1
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == ["skip.csv", "step-1.csv"]
    reset_group(broker, "service", tmp_path / "plan" / "skip.csv")
    healed = live(service, broker, "service", poison.topic)
    assert healed.died_at is None
    assert sorted(read + healed.read) == sorted(map(place, whole))


def reset_group(broker: KafkaBroker, group: str, rows: Path) -> None:
    """What the plan and the README say to do; the tool says where the group is now."""
    scope = ("--group", group, "--reset-offsets", "--from-file", str(rows), "--execute")
    output = run_tool("kafka-consumer-groups", broker.version, "--bootstrap-server", broker.bootstrap, *scope)
    # A heading of four words, then four words a partition, in one line or several.
    words = output.stdout.decode().split()[4:]
    said = {tuple(words[at + 1 : at + 4]) for at in range(0, len(words), 4)}
    assert said == {tuple(line.split(",")) for line in rows.read_text().splitlines()}, output.stdout


README = Path(__file__).parents[2] / "README.md"


def heal_commands(broker: KafkaBroker, topic: str, group: str) -> list[str]:
    """The three commands of the README, for this broker, topic and group."""
    block = README.read_text().split("<!-- heal -->\n```\n")[1].split("```")[0]
    kafka_tool = " ".join(map(shlex.quote, tool_command("kafka-consumer-groups", broker.version)))
    commands = block.strip().splitlines()
    assert [command.split()[0] for command in commands] == ["kcat", "dumpfix", "kafka-consumer-groups.sh"]
    words = {
        "localhost:9092": broker.bootstrap,
        "-t events": f"-t {topic}",
        "my-group": group,
        "kcat -C": "$KCAT -C",
        "dumpfix produce": "$PYTHON -m dumpfix produce --yes",
        "kafka-consumer-groups.sh": kafka_tool,
    }
    for word, here in words.items():
        commands = [command.replace(word, here) for command in commands]
    return commands


class LiveProducer(threading.Thread):
    """A service that goes on writing, whatever happens: good events, one every few milliseconds."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self._over = threading.Event()
        self._brokers, self._topic = bootstrap, topic

    def run(self) -> None:
        producer = confluent_kafka.Producer({"bootstrap.servers": self._brokers, "acks": "all"})
        while not self._over.is_set():
            value = b'{"live":%d}' % len(self.written)
            producer.produce(self._topic, value=value, partition=len(self.written) % PARTITIONS)
            self.written.append(value)
            producer.poll(0.01)
        assert producer.flush(20) == 0

    def stop(self) -> None:
        self._over.set()
        self.join(30)


def test_a_stuck_group_is_healed_in_three_commands_while_a_producer_keeps_writing(
    service: list[str], broker: KafkaBroker, tmp_path: Path
) -> None:
    records, poison = poisoned_topic(broker, CUT_AT_ONCE)
    topic, group = poison.topic, f"stuck{next(_groups)}"
    # A second kind of poison, far behind the first: repaired in the dump, it is no better in the topic.
    broker.produce(
        [replace(poison, partition=0, offset=EVENTS // PARTITIONS + 1, value=b"{'mended':1}", key=b"second")]
    )
    live_producer = LiveProducer(broker.bootstrap, topic)
    live_producer.start()
    try:
        read = [live(service, broker, group, topic) for _ in range(2)]
        assert all(one.died_at is not None for one in read)
        for command in heal_commands(broker, topic, group):
            status, said = in_a_shell(command, tmp_path)
            assert status in ((0, 1) if "produce" in command else (0,)), said
    finally:
        live_producer.stop()
    healed = live(service, broker, group, topic)
    assert healed.died_at is None, healed.said
    contents = {place(one): one.value for one in broker.consume(topic)}
    seen = Counter(contents[where] for one in (*read, healed) for where in one.read)
    good = Counter(one.value for one in records if one is not poison)
    mended = Counter([b'{"mended":1}'])
    assert seen == good + mended + Counter(live_producer.written), "every good event once: none skipped, none twice"
    watcher = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group})
    try:
        for at in watcher.committed([confluent_kafka.TopicPartition(topic, n) for n in range(PARTITIONS)], 20):
            assert at.offset == watcher.get_watermark_offsets(at, 20)[1], "lag 0"
    finally:
        watcher.close()


def test_a_payload_that_was_no_json_ever_is_kept_out_whatever_repairs_are_allowed(
    service: list[str], broker: KafkaBroker, tmp_path: Path
) -> None:
    records, poison = poisoned_topic(broker, NEVER_JSON)
    saved_by_kcat(broker, poison.topic, tmp_path)
    clean = broker.new_topic("clean", PARTITIONS)
    convert = "$PYTHON -m dumpfix convert --to kcat --repair guess --report report.json dump.txt"
    status, said = in_a_shell(f"{convert} | $KCAT -P -b $B -t $T -K '\\t' -Z", tmp_path, B=broker.bootstrap, T=clean)
    assert status == 1, said
    life = live(service, broker, "service-never", clean)
    assert (life.died_at, len(life.read)) == (None, EVENTS - 1)
    report = json.loads((tmp_path / "report.json").read_bytes())
    (finding,) = report["findings"]
    assert (finding["verdict"], finding["partition"], finding["offset"]) == (
        "irrecoverable",
        poison.partition,
        poison.offset,
    )
    assert len(records) == EVENTS


def test_with_repairs_the_service_reads_the_cut_payload_too_and_the_report_says_what_is_lost(
    service: list[str], broker: KafkaBroker, tmp_path: Path
) -> None:
    _, poison = poisoned_topic(broker, CUT)
    saved_by_kcat(broker, poison.topic, tmp_path)
    # All its siblings have a path, and what is left of it has not: by default it is held back.
    status, said = in_a_shell("$PYTHON -m dumpfix convert dump.txt > /dev/null", tmp_path)
    assert (status, "lacks path, which all 999 intact payloads have" in said) == (1, True), said
    clean = broker.new_topic("clean", PARTITIONS)
    convert = "$PYTHON -m dumpfix convert --to kcat --repair partial --report report.json dump.txt"
    status, said = in_a_shell(f"{convert} | $KCAT -P -b $B -t $T -K '\\t' -Z", tmp_path, B=broker.bootstrap, T=clean)
    assert status == 1, said
    life = live(service, broker, "service-mended", clean)
    assert (life.died_at, len(life.read)) == (None, EVENTS)
    report = json.loads((tmp_path / "report.json").read_bytes())
    (finding,) = report["findings"]
    assert (finding["verdict"], finding["level"], finding["emitted"]) == ("repaired", "partial", True)
    assert finding["lost"]
    mended = [one.value for one in broker.consume(clean) if one.key == poison.key]
    assert [json.loads(value or b"")["event"] for value in mended] == ["purchase"]
