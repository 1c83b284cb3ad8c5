"""The model of kcat against the real one, over librdkafka's mock cluster."""

from __future__ import annotations

import shutil
import subprocess
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.brokers import FAST, MockCluster, kcat_path, renumbered, run_kcat

from . import kcat
from .records import BASE_TIMESTAMP, KafkaRecord, topics_of_records

pytestmark = pytest.mark.kafka

# A run of kcat takes 10-20 ms and is not to be shrunk for minutes: examples are few and large, and always the same.
REAL = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

FORMATS_OF_THE_FIELD = (
    rb"Topic %t [%p] at offset %o: key %k: %s\n",
    rb"\nKey (%K bytes): %k\t\nValue (%S bytes): %s\nTimestamp: %T\tPartition: %p\tOffset: %o\n--\n",
    rb"\nKey (%K bytes): %k\t\nValue (%S bytes): %s\n\Partition: %p\tOffset: %o\n--\n",
    rb"%t/%p/%o/%k: %s\n",
    rb"%T %p %o %K %S %h|%k|%s\n",
    rb"%R%s",
    rb"%k - %s",
    rb"100%% of %t\n",
    rb"\x41\x1f|\xAB|\012|\10|\0x7c|\65|\q|\%s|\\n|\x|\n",
)


def by_partition(records: list[KafkaRecord]) -> dict[int, list[KafkaRecord]]:
    found: dict[int, list[KafkaRecord]] = {}
    for record in records:
        found.setdefault(record.partition, []).append(record)
    return found


def fresh_topic(cluster: MockCluster, drawn: list[KafkaRecord]) -> dict[int, list[KafkaRecord]]:
    records = renumbered(drawn, cluster.new_topic())
    cluster.produce(records)
    return by_partition(records)


SOME_RECORDS = topics_of_records(max_partitions=2, min_size=1, max_size=25)


@pytest.mark.parametrize("format_string", FORMATS_OF_THE_FIELD)
def test_the_model_prints_what_kcat_prints_under_the_formats_that_people_use(
    cluster: MockCluster, format_string: bytes
) -> None:
    @settings(REAL, max_examples=6)
    @given(SOME_RECORDS)
    def check(drawn: list[KafkaRecord]) -> None:
        for partition, records in fresh_topic(cluster, drawn).items():
            printed = cluster.dump(records[0].topic, partition, "-f", format_string).stdout
            assert printed == b"".join(kcat.render(format_string, record) for record in records)

    check()


@REAL
@given(drawn=SOME_RECORDS, format_strings=st.lists(kcat.format_strings(), min_size=3, max_size=6), null=st.booleans())
def test_the_model_prints_what_kcat_prints_under_any_format(
    cluster: MockCluster, drawn: list[KafkaRecord], format_strings: list[bytes], null: bool
) -> None:
    for partition, records in fresh_topic(cluster, drawn).items():
        for format_string in format_strings:
            options = ("-Z",) if null else ()
            printed = cluster.dump(records[0].topic, partition, "-f", format_string, *options).stdout
            assert printed == b"".join(kcat.render(format_string, record, null_as_NULL=null) for record in records)


ARGUMENTS = st.lists(
    st.sampled_from(
        [
            b"\\n",
            b"\\t",
            b"\\x1e",
            b"\\x41BC",
            b"\n",
            b"|",
            b": ",
            b",",
            b"#",
            b"--",
            b"%p",
            b"%%",
            b"x",
            b"\\r",
            b"\\\\",
            b"y" * 20,
        ]
    ),
    min_size=0,
    max_size=4,
).map(b"".join)


@settings(REAL, max_examples=40)
@given(drawn=SOME_RECORDS, key_separator=st.none() | ARGUMENTS, delimiter=ARGUMENTS, null=st.booleans())
def test_the_model_prints_what_kcat_prints_without_a_format(
    cluster: MockCluster, drawn: list[KafkaRecord], key_separator: bytes | None, delimiter: bytes, null: bool
) -> None:
    options = [
        *(() if key_separator is None else (b"-K", key_separator)),
        b"-D",
        delimiter,
        *((b"-Z",) if null else ()),
    ]
    for partition, records in fresh_topic(cluster, drawn).items():
        output = cluster.dump(records[0].topic, partition, *options, check=False)
        try:
            foretold = b"".join(kcat.render_default(record, key_separator, delimiter, null) for record in records)
        except kcat.KcatDiesError:
            assert output.status != 0
            continue
        assert (output.status, output.stdout) == (0, foretold)


@REAL
@given(drawn=SOME_RECORDS, delimiter=st.just(b"\\n") | ARGUMENTS)
def test_the_model_prints_what_kcat_prints_as_json(
    cluster: MockCluster, drawn: list[KafkaRecord], delimiter: bytes
) -> None:
    for partition, records in fresh_topic(cluster, drawn).items():
        output = cluster.dump(records[0].topic, partition, "-J", "-D", delimiter, check=False)
        try:
            foretold = b"".join(kcat.render_json(record, delimiter=delimiter) for record in records)
        except kcat.KcatDiesError:
            assert output.status != 0
            continue
        assert (output.status, output.stdout) == (0, foretold)


@settings(REAL, max_examples=10)
@given(drawn=SOME_RECORDS, format_string=kcat.format_strings(max_tokens=3))
def test_only_the_first_literal_of_a_format_counts_beside_json(
    cluster: MockCluster, drawn: list[KafkaRecord], format_string: bytes
) -> None:
    for partition, records in fresh_topic(cluster, drawn).items():
        printed = cluster.dump(records[0].topic, partition, "-J", "-f", format_string).stdout
        assert printed == b"".join(kcat.render_json(record, format_string=format_string) for record in records)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not on this machine: apt-get install jq")
@settings(REAL, max_examples=10)
@given(drawn=SOME_RECORDS)
def test_the_model_of_jq_prints_what_jq_prints(drawn: list[KafkaRecord]) -> None:
    objects = [kcat.render_json(record) for record in drawn]
    styles: tuple[tuple[Literal["pretty", "compact"], list[str]], ...] = (("pretty", ["."]), ("compact", ["-c", "."]))
    for style, options in styles:
        printed = subprocess.run(["jq", *options], input=b"".join(objects), stdout=subprocess.PIPE, check=True).stdout
        assert printed == b"".join(kcat.jq(one, style) for one in objects)


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("i", b"\x05\x00\x00\x00"),
        ("<i", b"\x05\x00\x00\x00"),
        ("<h >q B", bytes(range(1, 12))),
        ("b c s", b"\xffxyz\x00z"),
        ("I$", b"\xff" * 4),
        ("Q H", b"\xff" * 12),
    ],
)
def test_the_model_unpacks_numbers_as_kcat_does(cluster: MockCluster, pattern: str, value: bytes) -> None:
    record = KafkaRecord(cluster.new_topic(), 0, 0, BASE_TIMESTAMP, "create", (), value, value)
    cluster.produce([record])
    for half in ("key", "value"):
        printed = cluster.dump(record.topic, 0, "-s", f"{half}={pattern}", "-f", rb"%o %k=%s;\n").stdout
        key_pack, value_pack = (pattern, None) if half == "key" else (None, pattern)
        assert printed == kcat.render(rb"%o %k=%s;\n", record, key_pack=key_pack, value_pack=value_pack)


def test_a_format_with_an_empty_literal_kills_kcat_as_the_model_says(cluster: MockCluster) -> None:
    record = KafkaRecord(cluster.new_topic(), 0, 0, BASE_TIMESTAMP, "create", (), b"k", b"v")
    cluster.produce([record])
    output = cluster.dump(record.topic, 0, "-f", rb"%s\x00", check=False)
    assert output.status == 1
    assert b"% ERROR: Write error for message" in output.stderr
    with pytest.raises(kcat.KcatDiesError):
        kcat.render(rb"%s\x00", record)


def test_notices_cut_records_at_the_blocks_of_stdio_as_the_model_says(cluster: MockCluster) -> None:
    topic = cluster.new_topic()
    records = [
        KafkaRecord(
            topic,
            number % 3,
            number // 3,
            BASE_TIMESTAMP + number,
            "create",
            (),
            None,
            b"rec-%05d-" % number + b"x" * 20,
        )
        for number in range(3000)
    ]
    cluster.produce(records)
    merged = run_kcat(cluster.bootstrap, "-C", "-e", "-t", topic, *FAST, merged=True).stdout
    # What kcat did is in its own output: take the notices out, and the model has to put them where they were.
    notices, stdout, at = [], bytearray(), 0
    foretold = {
        kcat.reached_end(topic, partition, 1000 if partition < 3 else 0, last)
        for partition in range(4)
        for last in (False, True)
    }
    while at < len(merged):
        found = min(
            ((merged.find(notice, at), notice) for notice in foretold if merged.find(notice, at) != -1), default=None
        )
        if found is None:
            stdout += merged[at:]
            break
        stdout += merged[at : found[0]]
        # One byte more than what had been flushed: anything up to the next block gives the same.
        notices.append((len(stdout) + 1 if stdout else 0, found[1]))
        at = found[0] + len(found[1])
    assert sorted(stdout.splitlines()) == sorted(record.value or b"" for record in records)
    assert len(notices) == 4
    assert kcat.merge_streams(bytes(stdout), notices) == merged
    assert any((position - 1) % len(b"rec-00000-" + b"x" * 21) for position, _ in notices if position), (
        "no record was cut"
    )
    assert all((position - 1) % kcat.STDIO_BLOCK == 0 for position, _ in notices if position)


@pytest.mark.parametrize("partition_count", [1, 3])
def test_the_notices_of_a_small_dump_come_before_its_records(cluster: MockCluster, partition_count: int) -> None:
    topic = cluster.new_topic()
    cluster.produce(
        [KafkaRecord(topic, number, 0, BASE_TIMESTAMP, "create", (), None, b"{}") for number in range(partition_count)]
    )
    merged = run_kcat(cluster.bootstrap, "-C", "-e", "-t", topic, *FAST, merged=True).stdout
    assert merged.endswith(b"\n" + b"{}\n" * partition_count)
    notices = merged.splitlines(keepends=True)[:-partition_count]
    ends = [kcat.reached_end(topic, partition, int(partition < partition_count)) for partition in range(4)]
    assert sorted(notice.replace(b": exiting\n", b"\n") for notice in notices) == sorted(ends)
    assert notices[-1].endswith(b": exiting\n")


def test_kcat_says_which_mode_it_selects_as_the_model_says(cluster: MockCluster) -> None:
    output = run_kcat(cluster.bootstrap, "-t", cluster.new_topic(), "-e", stdin=b"")
    assert output.stderr.startswith(kcat.auto_selecting("Producer"))


def test_a_group_says_its_rebalances_as_the_model_says(cluster: MockCluster) -> None:
    topic = cluster.new_topic()
    cluster.produce([KafkaRecord(topic, 0, 0, BASE_TIMESTAMP, "create", (), None, b"{}")])
    output = run_kcat(cluster.bootstrap, "-G", "g1", "-e", "-X", "auto.offset.reset=earliest", topic)
    assert output.stdout == b"{}\n"
    assert kcat.waiting_for_rebalance() in output.stderr
    assigned = next(line for line in output.stderr.splitlines(keepends=True) if b"assigned" in line)
    member = assigned.split(b"(memberid ")[1].split(b")")[0].decode()
    assert assigned == kcat.group_rebalanced("g1", member, "assigned", [(topic, partition) for partition in range(4)])


def test_a_machine_without_kcat_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AssertionError, match="apt-get install kcat"):
        kcat_path()
