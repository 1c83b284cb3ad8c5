"""There and back with the real kcat: a topic is dumped, converted, produced again, and compared.

One partition at a time (``-C -p N`` → convert → ``-P -p N``). What ``--to kcat`` can carry arrives with the same key
and payload bytes, in order; everything else is among the rejects, and the two make up the whole.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from dumpfix.json.validity import is_valid, join_lines
from tests.brokers import MockCluster, consume, run_kcat
from tests.cli.program import dumpfix
from tests.writers.records import BASE_TIMESTAMP, KafkaRecord

pytestmark = pytest.mark.kafka

PARTITIONS = 4
RECORDS = 4000

SIZED = "%t %p %o %T %K %S\\n%k%s\\n"

KEYS: tuple[bytes | None, ...] = (
    b"user-1",
    b"",
    None,
    b"with\ttab",
    b"with\nline end",
    b"with: colon",
    b"\xff\xfe",
    b"NULL",
    b"null",
    '"quoted" \u20ac'.encode(),
    b"{",
)
PAYLOADS: tuple[bytes | None, ...] = (
    b'{"n":1.50,"n":2}',
    None,
    b"",
    b'{\n  "pretty": [1,\n\t2],\r\n  "text": "a\\nb"\n}',
    '{"text":"\u20ac \\u20ac \\ud83d\\ude00"}'.encode(),
    b"null",
    b"12345678901234567890",
    b'"text"',
    b'{"cut":"in the mid',
    b"no JSON at all",
    b"\x00\x00\x00\x00\x07avro",
    b'{"tab":"\\t","nul":"\\u0000"}',
    b"[]",
    b'{"text":"Topic events [0] at offset 3: key k: {}\\n"}',
    b'{"big":"' + b"x" * 5000 + b'"}',
)


def awkward(topic: str) -> list[KafkaRecord]:
    """Every key with every payload, and then any of them, spread over the partitions."""
    chosen = random.Random(3)
    pairs = [(key, payload) for key in KEYS for payload in PAYLOADS]
    pairs += [(chosen.choice(KEYS), chosen.choice(PAYLOADS)) for _ in range(RECORDS - len(pairs))]
    following = [0] * PARTITIONS
    records = []
    for number, (key, payload) in enumerate(pairs):
        partition = number % PARTITIONS
        heads = (("h,1", b"a,b"), ("n", None)) if number % 3 == 0 else ()
        records.append(
            KafkaRecord(topic, partition, following[partition], BASE_TIMESTAMP + number, "create", heads, key, payload)
        )
        following[partition] += 1
    return records


def is_carriable(record: KafkaRecord) -> bool:
    """What CLI.md says ``--to kcat`` takes: any JSON or null, under a key that is null or has no tab or line end."""
    key = record.key
    key_passes = key is None or (bool(key) and b"\t" not in key and b"\n" not in key)
    return key_passes and (record.value is None or is_valid(record.value))


@pytest.mark.parametrize("shape", [("-J",), ("-f", SIZED)], ids=["kcat -J", "kcat -f with sizes"])
def test_what_kcat_can_carry_arrives_and_everything_else_is_rejected(
    cluster: MockCluster, shape: tuple[str, ...], tmp_path: Path
) -> None:
    source, target = cluster.new_topic("from"), cluster.new_topic("to")
    records = awkward(source)
    cluster.produce(records)
    told = ("--from", "kcat-json") if shape == ("-J",) else ("-f", SIZED)
    rejected: set[tuple[int, int]] = set()
    for partition in range(PARTITIONS):
        dump = tmp_path / f"dump-{partition}"
        dump.write_bytes(cluster.dump(source, partition, *shape).stdout)
        out, rejects = tmp_path / f"out-{partition}", tmp_path / f"rejects-{partition}"
        done = dumpfix("convert", *told, "--to", "kcat", "--repair", "none", dump, "-o", out, "--rejects", rejects)
        assert done.status == 1
        assert f"kcat -P -b BROKER -t {source} -K '\\t' -Z" in done.stderr
        run_kcat(cluster.bootstrap, "-P", "-t", target, "-p", str(partition), "-K", "\\t", "-Z", stdin=out.read_bytes())
        for line in rejects.read_text().splitlines():
            reject = json.loads(line)
            assert reject["record"]
            rejected.add((reject["partition"], reject["offset"]))

    carried = [record for record in records if is_carriable(record)]
    arrived = consume(cluster.bootstrap, target)
    for partition in range(PARTITIONS):
        wanted = [(r.key, r.value and join_lines(r.value)) for r in carried if r.partition == partition]
        assert [(r.key, r.value) for r in arrived if r.partition == partition] == wanted
    assert rejected == {(r.partition, r.offset) for r in records if not is_carriable(r)}
    assert len(arrived) + len(rejected) == len(records)


def test_from_pipe_to_pipe_a_topic_is_put_back_with_its_values(cluster: MockCluster) -> None:
    source, target = cluster.new_topic("from"), cluster.new_topic("to")
    records = [
        KafkaRecord(source, 0, n, BASE_TIMESTAMP + n, "create", (), b"k%d" % n, b'{"n":%d}' % n) for n in range(500)
    ]
    cluster.produce(records)
    dump = cluster.dump(source, 0, "-f", "Topic %t [%p] at offset %o: key %k: %s\\n").stdout
    done = dumpfix("convert", stdin=dump)
    run_kcat(cluster.bootstrap, "-P", "-t", target, "-p", "0", stdin=done.stdout)
    assert [r.value for r in consume(cluster.bootstrap, target)] == [r.value for r in records]


def test_a_payload_over_kcats_limit_passes_with_the_option_that_the_summary_names(cluster: MockCluster) -> None:
    target = cluster.new_topic("to")
    large = b'{"text":"%b"}' % (b"x" * 1_200_000)
    done = dumpfix(
        "convert",
        "-f",
        "Topic %t [%p] at offset %o: key %k: %s\\n",
        "-t",
        "kcat",
        stdin=b"Topic e [0] at offset 0: key k: " + large + b"\n",
    )
    option = next(word for word in done.stderr.split() if word.startswith("message.max.bytes="))
    refused = run_kcat(
        cluster.bootstrap, "-P", "-t", target, "-p", "0", "-K", "\\t", "-Z", stdin=done.stdout, check=False
    )
    assert refused.status != 0
    run_kcat(cluster.bootstrap, "-P", "-t", target, "-p", "0", "-K", "\\t", "-Z", "-X", option, stdin=done.stdout)
    assert [r.value for r in consume(cluster.bootstrap, target)] == [large]
