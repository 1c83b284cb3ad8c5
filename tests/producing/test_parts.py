"""What produce is made of, without a cluster."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.errors import UsageError
from dumpfix.producing.client import Read, matched
from dumpfix.producing.cluster import TopicFacts
from dumpfix.producing.journal import Journal
from dumpfix.producing.partitioner import Router, murmur2, partition_of_key
from dumpfix.producing.plan import Survey, Wanted, plan_of
from dumpfix.producing.properties import properties_of
from dumpfix.record.model import Record
from dumpfix.record.offsets import read_offsets
from dumpfix.record.verdict import Verdict
from dumpfix.sink.base import NotRepresentableError
from dumpfix.sink.queue import Queue, Queued, read_queue

# org.apache.kafka.common.utils.UtilsTest, testMurmur2
JAVA_HASHES = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", JAVA_HASHES, ids=repr)
def test_murmur2_is_that_of_kafka_clients(key: bytes) -> None:
    assert murmur2(key) == JAVA_HASHES[key] & 0xFFFFFFFF


@given(st.binary(max_size=40))
def test_murmur2_is_that_of_librdkafka(key: bytes) -> None:
    theirs = pytest.importorskip("confluent_kafka")
    if not hasattr(theirs, "murmur2"):
        pytest.skip("this confluent-kafka does not show its partitioners")
    assert partition_of_key(key, 97) == theirs.murmur2(key, 97)


def queued(**fields: Any) -> Queued:
    plain: dict[str, Any] = {"topic": "t", "partition": 0, "offset": 0, "timestamp": 1, "key": b"k", "value": b"{}"}
    return Queued(**{**plain, "headers": (), "line": 1, **fields})


def test_null_keys_go_where_they_were_else_one_after_the_other() -> None:
    router = Router("key", 3)
    assert [router.of(queued(key=None, partition=2)) for _ in range(3)] == [2, 2, 2]
    assert [router.of(queued(key=None, partition=None)) for _ in range(4)] == [0, 1, 2, 0]
    assert router.of(queued(key=b"abc", partition=2)) == partition_of_key(b"abc", 3)


# -- setting records aside ---------------------------------------------------------------------------------------------

numbers = st.none() | st.integers(-(1 << 63) + 1, (1 << 63) - 1)
texts = st.none() | st.binary(max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


def record(**fields: Any) -> Record:
    judgement = fields.pop("judgement", Verdict("valid", fields.get("value")))
    plain: dict[str, Any] = {
        "topic": "t",
        "partition": 0,
        "offset": 0,
        "timestamp": 1,
        "timestamp_type": "create",
        "headers": (),
        "headers_text": None,
        "key": b"k",
        "has_key": True,
        "value": b"{}",
        "raw_value": b"{}",
        "line": 1,
        "payload_line": 1,
        "payload_column": 1,
        "byte_start": 0,
        "byte_end": 9,
        "extra": {},
    }
    return Record(judgement=judgement, **{**plain, **fields})


@given(
    st.lists(
        st.tuples(
            numbers, numbers, numbers, texts, texts, st.lists(st.tuples(names, texts), max_size=3).map(tuple), names
        ),
        max_size=5,
    )
)
def test_what_is_set_aside_comes_back_as_it_was(rows: list[tuple[Any, ...]]) -> None:
    sink = Queue()
    file = io.BytesIO()
    expected = []
    for partition, offset, timestamp, key, value, headers, topic in rows:
        fields = {"topic": topic, "partition": partition, "offset": offset, "timestamp": timestamp, "key": key}
        shown = record(**fields, raw_value=value, value=value, headers=headers)
        file.write(sink.record(shown))
        expected.append(queued(**fields, value=value, headers=headers))
    file.seek(0)
    assert list(read_queue(file)) == expected


def test_a_valid_payload_goes_back_with_its_line_ends_and_a_repaired_one_as_repaired() -> None:
    pretty = record(raw_value=b'{\n "a": 1}', value=b'{"a": 1}')
    mended = record(raw_value=b'{"a":1', value=b'{"a":1}', judgement=Verdict("repaired", b'{"a":1}', level="partial"))
    deleted = record(raw_value=b"NULL", value=None, judgement=Verdict("tombstone"))
    file = io.BytesIO(b"".join(map(Queue().record, (pretty, mended, deleted))))
    assert [one.value for one in read_queue(file)] == [b'{\n "a": 1}', b'{"a":1}', None]


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": (("a\0b", b""),)},
        {"headers": (("\udcff", b""),)},
        {"headers": None, "headers_text": b"a=b,c=d,e"},
        {"offset": 1 << 63},
    ],
    ids=["NUL", "no UTF-8", "ambiguous", "65 bits"],
)
def test_what_no_client_can_send_is_withheld(fields: dict[str, Any]) -> None:
    with pytest.raises(NotRepresentableError):
        Queue().record(record(**fields))


# -- properties --------------------------------------------------------------------------------------------------------


def test_properties_are_read_as_kcat_reads_them() -> None:
    lines = ["# mine", "", " metadata.broker.list = a:1 ", "topic.message.timeout.ms=5", "sasl.password=a=b#c"]
    given = ["topic.metadata.refresh.interval.ms=7", "message.timeout.ms=6", "acks=-1"]
    assert properties_of(None, lines, given).values == {
        "bootstrap.servers": "a:1",
        "message.timeout.ms": "6",
        "sasl.password": "a=b#c",
        "topic.metadata.refresh.interval.ms": "7",
    }
    assert properties_of("b:2", lines).values["bootstrap.servers"] == "b:2"


def test_a_property_without_a_value_is_named_unless_it_may_be_a_secret() -> None:
    with pytest.raises(UsageError, match="property=value is expected, not linger.ms$"):
        properties_of("b:1", (), ["linger.ms"])
    with pytest.raises(UsageError, match="property=value is expected$"):
        properties_of("b:1", (), ["sasl.password hunter2"])


@pytest.mark.parametrize(
    "given",
    [["acks=1"], ["enable.idempotence=false"], ["partitioner=random"], ["transactional.id=x"], ["hunter2"], ["=x"]],
    ids=str,
)
def test_what_would_break_a_promise_is_refused_without_its_value(given: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        properties_of("b:1", (), given)
    assert "hunter2" not in str(error.value)
    with pytest.raises(UsageError):
        properties_of(None)


def test_a_name_of_one_letter_is_masked_where_it_stands_alone() -> None:
    properties = properties_of("b:9092", (), ["sasl.username=u", "sasl.password=long-secret"])
    assert properties.masked("Request of u not supported: xlong-secretx") == "Request of *** not supported: x***x"


def test_secrets_are_masked_in_whatever_the_client_says() -> None:
    known = properties_of("b:1", (), ["sasl.password=hunter2", "ssl.key.password=s3cret", "client.id=me"])
    assert known.masked('Invalid value "hunter2" (s3cret) of me') == 'Invalid value "***" (***) of me'


# -- the journal -------------------------------------------------------------------------------------------------------

HEAD = {"records": 3, "content": "ab", "topic": "t"}


def test_a_journal_says_after_a_crash_what_was_sent_and_what_is_in(tmp_path: Path) -> None:
    path = str(tmp_path / "journal")
    journal = Journal.open(path, HEAD)
    assert not journal.is_resumed
    journal.begin({0: 100, 2: 0})
    journal.note_sent({0: 5})
    journal.partitions[0].arrived, journal.partitions[0].last, journal.partitions[0].first = 3, 102, 100
    journal.note_arrived()
    journal.note_sent({0: 8, 2: 1})
    with pytest.raises(UsageError, match="in use"):
        Journal.open(path, HEAD)
    journal.close()

    text = Path(path).read_bytes()
    for cut in range(len(text)):
        # Whatever a crash leaves of the last line.
        if text.rfind(b"\n", 0, -1) < cut:
            Path(path).write_bytes(text[:cut])
            resumed = Journal.open(path, HEAD)
            assert resumed.is_resumed
            assert (resumed.partitions[0].sent, resumed.partitions[2].sent) == (5, 0)
            assert (resumed.partitions[0].arrived, resumed.partitions[0].last) == (3, 102)
            resumed.close()
    Path(path).write_bytes(text)
    whole = Journal.open(path, HEAD)
    assert [(n, s.begins, s.sent, s.arrived, s.first) for n, s in sorted(whole.partitions.items())] == [
        (0, 100, 8, 3, 100),
        (2, 0, 1, 0, None),
    ]
    whole.note_done()
    whole.close()
    assert Journal.open(path, HEAD).is_done


@pytest.mark.parametrize("name", HEAD)
def test_a_journal_of_another_run_is_refused(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / "journal")
    Journal.open(path, HEAD).close()
    with pytest.raises(UsageError, match="another run"):
        Journal.open(path, {**HEAD, name: "other"})


@pytest.mark.parametrize("text", [b'{"n":1}\n', b"dump\n", b"[]\n", b"\xff\xff\n"])
def test_a_file_that_is_no_journal_is_never_written_into(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "dump.txt"
    path.write_bytes(text)
    with pytest.raises(UsageError):
        Journal.open(str(path), HEAD)
    assert path.read_bytes() == text


# -- what landed -------------------------------------------------------------------------------------------------------

few = st.integers(0, 3)


@given(st.lists(few, max_size=12), st.data())
def test_what_is_in_the_topic_is_found_among_records_of_others(sent: list[int], data: st.DataObject) -> None:
    """The broker has a beginning of what was sent, in order; others (with other bytes) wrote in between."""
    landed = data.draw(st.integers(0, len(sent)))
    topic: list[bytes] = [b"%d" % n for n in sent[:landed]]
    for at in sorted(data.draw(st.lists(st.integers(0, landed), max_size=5)), reverse=True):
        topic.insert(at, b"other")
    expected = [queued(value=b"%d" % n) for n in sent]
    found = matched(expected, (Read(at, 1, b"k", value, ()) for at, value in enumerate(topic)), compares_time=True)
    assert [at is not None for at in found] == [True] * landed + [False] * (len(sent) - landed)
    assert [topic[at] for at in found if at is not None] == [b"%d" % n for n in sent[:landed]]


def test_another_time_is_another_record_unless_the_broker_gave_it() -> None:
    sent = [queued(timestamp=5)]
    for timestamp, compares, expected in ((5, True, [7]), (6, True, [None]), (6, False, [7]), (None, True, [7])):
        assert matched(sent, [Read(7, timestamp, b"k", b"{}", ())], compares_time=compares) == expected


# -- the plan ----------------------------------------------------------------------------------------------------------

NOW = 1_700_000_000.0
DAY = 86_400_000


def planned(records: list[Queued], wanted: Wanted | None = None, partitions: int = 3, **config: Any) -> Any:
    facts = TopicFacts("t", partitions, config={name.replace("_", "."): value for name, value in config.items()})
    return plan_of(survey_of(records), facts, wanted or Wanted(), NOW)


def survey_of(records: list[Queued]) -> Survey:
    sink = Queue()
    lines = [
        sink.record(
            record(
                topic=one.topic,
                partition=one.partition,
                offset=one.offset,
                timestamp=one.timestamp,
                key=one.key,
                value=one.value,
                raw_value=one.value,
            )
        )
        for one in records
    ]
    return Survey.of(io.BytesIO(b"".join(lines)), "")


MOMENT = int(NOW * 1000)


@pytest.mark.parametrize(
    ("record_", "config", "override", "says"),
    [
        (queued(timestamp=MOMENT - 8 * DAY), {"retention_ms": str(7 * DAY)}, {"allow_expired": True}, "retention.ms"),
        (queued(timestamp=MOMENT - 8 * DAY), {"retention_ms": str(7 * DAY)}, {"timestamp": "now"}, "--timestamp now"),
        (queued(), {"cleanup_policy": "compact"}, {"allow_compacted": True}, "--allow-compacted"),
        (
            queued(timestamp=MOMENT - 2 * DAY),
            {"message_timestamp_before_max_ms": str(DAY)},
            {"timestamp": "now"},
            "before.max.ms",
        ),
        (
            queued(timestamp=MOMENT + 2 * DAY),
            {"message_timestamp_difference_max_ms": str(DAY)},
            {"timestamp": "now"},
            "--timestamp now",
        ),
        (queued(value=b"x" * 5000), {"max_message_bytes": "5000"}, {"skip_refused": True}, "max.message.bytes"),
        (
            queued(key=None),
            {"cleanup_policy": "compact,delete"},
            {"skip_refused": True, "allow_compacted": True},
            "no key",
        ),
    ],
    ids=["expired", "expired-now", "compacted", "too old", "in the future", "too large", "keyless"],
)
def test_what_the_topic_would_destroy_or_refuse_is_counted_and_needs_its_own_option(
    record_: Queued, config: dict[str, Any], override: dict[str, Any], says: str
) -> None:
    config = {"cleanup_policy": "delete", **config}
    plain = queued(timestamp=MOMENT)
    refused = planned([record_, plain], None, 3, **config)
    assert any(says in line for line in refused.obstacles), refused.obstacles
    allowed = planned([record_, plain], Wanted(**override), 3, **config)
    assert not allowed.obstacles
    assert sum(allowed.skipped.values()) == (1 if override.get("skip_refused") else 0)
    assert allowed.records == len(list(allowed.routed())) == 2 - sum(allowed.skipped.values())


def test_a_topic_without_limits_takes_everything() -> None:
    plan = planned(
        [queued(timestamp=1)],
        retention_ms="-1",
        message_timestamp_before_max_ms=str((1 << 63) - 1),
        cleanup_policy="delete",
    )
    assert not plan.obstacles


def test_too_few_partitions_are_refused_and_keys_may_decide() -> None:
    with pytest.raises(UsageError, match="--to-partition key"):
        planned([queued(partition=3)], partitions=3)
    assert planned([queued(partition=3)], Wanted(to_partition="key")).moved == 1
    assert planned([queued(partition=None)]).mode == "key"
    with pytest.raises(UsageError, match="partitions 0 to 2"):
        planned([queued()], Wanted(to_partition=3))


def test_offsets_of_groups_are_read_as_the_tool_prints_them() -> None:
    assert read_offsets(["t,0,5", "t,1,7", ""], "f") == {("t", 0): 5, ("t", 1): 7}
    assert read_offsets(["g,t,0,5", "g,t,1,7"], "f") == {("t", 0): 5, ("t", 1): 7}
    for lines in (["t,0"], ["t,a,5"], ["g,t,0,5", "h,t,0,6"], ["t,0,-1"]):
        with pytest.raises(UsageError):
            read_offsets(lines, "f")
