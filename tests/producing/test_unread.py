"""``--unread`` leaves out what a group has read, and nothing is sent where nobody can tell; on a mock cluster."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.producing.cluster import TopicFacts
from dumpfix.producing.plan import Survey, Wanted, plan_of
from dumpfix.producing.unread import unread_obstacles
from dumpfix.sink.queue import Queue
from tests.brokers import MockCluster, consume, produce
from tests.cli.program import Done, dumpfix, prose
from tests.producing.test_parts import record
from tests.writers.records import KafkaRecord

confluent_kafka = pytest.importorskip("confluent_kafka")


def new_topic(cluster: MockCluster, prefix: str = "t") -> str:
    """A topic with one event in its last partition."""
    topic = cluster.new_topic(prefix)
    produce(cluster.bootstrap, [KafkaRecord(topic, 3, 0, 1, "create", (), b"first", b"{}")])
    return topic


def commit(cluster: MockCluster, group: str, offsets: dict[tuple[str, int], int]) -> None:
    consumer = confluent_kafka.Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": group})
    consumer.commit(
        offsets=[confluent_kafka.TopicPartition(*name, offset) for name, offset in offsets.items()], asynchronous=False
    )
    consumer.close()


def dump_of(topic: str, folder: Path) -> Path:
    """Three good events in each of two partitions."""
    rows = [(at, b"k", b'{"n":%d}' % at) for at in range(3)]
    path = folder / "dump.txt"
    path.write_bytes(prose(*rows, topic=topic) + prose(*rows, topic=topic, partition=1))
    return path


def put_back(cluster: MockCluster, *arguments: str | Path) -> Done:
    return dumpfix("produce", "-b", cluster.bootstrap, "--yes", *arguments)


def payloads(cluster: MockCluster, topic: str) -> list[tuple[int, bytes | None]]:
    return sorted((one.partition, one.value) for one in consume(cluster.bootstrap, topic) if one.key != b"first")


# -- what nobody can tell ----------------------------------------------------------------------------------------------

places = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 2)), st.integers(1, 4), min_size=1, max_size=5
)


@given(places, st.dictionaries(st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 2)), st.integers(0, 5)))
def test_whatever_is_sent_is_known_to_be_unread_or_it_is_said(
    counts: dict[tuple[str, int], int], offsets: dict[tuple[str, int], int]
) -> None:
    sink = Queue()
    rows = [(*name, at) for name, count in counts.items() for at in range(count)]
    file = io.BytesIO(b"".join(sink.record(record(topic=t, partition=p, offset=o)) for t, p, o in rows))
    survey = Survey.of(file, "")
    plan = plan_of(survey, TopicFacts("c", 3), Wanted("c"), read_until=offsets)
    unread = [row for row in rows if row[:2] in offsets and row[2] >= offsets[row[:2]]]
    lacking = {name for name in counts if name not in offsets}
    obstacles = unread_obstacles(survey, offsets, "g")
    assert len(obstacles) == len({topic for topic, _ in lacking})
    said = "\n".join(obstacles)
    known = {topic for topic, _ in offsets}
    assert all(f"{topic}[{partition}]" in said for topic, partition in lacking if topic in known)
    assert plan.records == len(unread) + sum(counts[name] for name in lacking)
    assert plan.read == len(rows) - plan.records


@pytest.mark.kafka
def test_a_group_that_nobody_knows_gets_nothing(cluster: MockCluster, tmp_path: Path) -> None:
    topic = new_topic(cluster)
    done = put_back(cluster, dump_of(topic, tmp_path), "--unread", "--group", "typo")
    assert done.status == 2
    assert f"group typo has no committed offset in {topic}" in done.stderr
    assert "6 records" in done.stderr
    assert payloads(cluster, topic) == []


@pytest.mark.kafka
def test_what_the_group_has_read_stays_out_and_a_partition_it_never_committed_is_named(
    cluster: MockCluster, tmp_path: Path
) -> None:
    topic = new_topic(cluster)
    commit(cluster, "half", {(topic, 0): 2})
    dump = dump_of(topic, tmp_path)
    done = put_back(cluster, dump, "--unread", "--group", "half")
    assert (done.status, payloads(cluster, topic)) == (2, [])
    assert f"{topic}[1] (3 records)" in done.stderr
    commit(cluster, "half", {(topic, 1): 0})
    done = put_back(cluster, dump, "--unread", "--group", "half")
    assert done.status == 0, done.stderr
    assert payloads(cluster, topic) == [(0, b'{"n":2}'), *((1, b'{"n":%d}' % at) for at in range(3))]


@pytest.mark.kafka
def test_a_file_that_speaks_of_other_topics_says_nothing_of_this_one(cluster: MockCluster, tmp_path: Path) -> None:
    topic = new_topic(cluster)
    (tmp_path / "c.csv").write_text("other,0,1\nother,1,1\n")
    dump = dump_of(topic, tmp_path)
    done = put_back(cluster, dump, "--unread", "--committed", tmp_path / "c.csv")
    assert (done.status, payloads(cluster, topic)) == (2, [])
    assert f"says nothing of topic {topic}" in done.stderr
    both = put_back(cluster, dump, "--unread", "--committed", tmp_path / "c.csv", "--group", "g")
    assert (both.status, "one of --group and --committed" in both.stderr) == (2, True)


@pytest.mark.kafka
def test_a_dump_without_offsets_shows_not_what_is_unread(cluster: MockCluster, tmp_path: Path) -> None:
    topic = new_topic(cluster)
    (tmp_path / "dump.jsonl").write_bytes(b'{"n":1}\n{"n":2}\n')
    (tmp_path / "c.csv").write_text(f"{topic},0,1\n")
    done = put_back(cluster, tmp_path / "dump.jsonl", "-t", topic, "--unread", "--committed", tmp_path / "c.csv")
    assert (done.status, payloads(cluster, topic)) == (2, [])
    assert "2 records of the dump do not show topic, partition and offset" in done.stderr


# -- into another topic ------------------------------------------------------------------------------------------------


@pytest.mark.kafka
@pytest.mark.parametrize("how", ["--group", "--committed"])
def test_unread_is_asked_of_the_topic_that_was_dumped_and_starts_are_of_the_other(
    cluster: MockCluster, tmp_path: Path, how: str
) -> None:
    old, new = new_topic(cluster, "old"), new_topic(cluster, "new")
    dump = dump_of(old, tmp_path)
    (tmp_path / "c.csv").write_text(f"{old},0,1\n{old},1,3\n")
    commit(cluster, f"g-{new}", {(old, 0): 1, (old, 1): 3})
    whose = f"g-{new}" if how == "--group" else str(tmp_path / "c.csv")
    starts = tmp_path / "starts.csv"
    done = put_back(cluster, dump, "-t", new, "--unread", how, whose, "--starts", starts)
    assert done.status == 0, done.stderr
    assert payloads(cluster, new) == [(0, b'{"n":1}'), (0, b'{"n":2}')]
    assert starts.read_text() == f"{new},0,0\n", "the group stands nowhere in it, and would begin behind these"
    assert f"for {new}[0]: the group is taken to have read nothing there" in done.stderr


@pytest.mark.kafka
def test_an_empty_file_of_starts_is_said_to_be_empty(cluster: MockCluster, tmp_path: Path) -> None:
    topic = new_topic(cluster)
    (tmp_path / "c.csv").write_text(f"{topic},0,0\n{topic},1,0\n")
    starts = tmp_path / "starts.csv"
    done = put_back(cluster, dump_of(topic, tmp_path), "--committed", tmp_path / "c.csv", "--starts", starts)
    assert (done.status, starts.read_text()) == (0, "")
    assert "the file is empty" in done.stderr


# -- what the plan says ------------------------------------------------------------------------------------------------


@pytest.mark.kafka
def test_deletes_that_may_have_been_empty_payloads_are_counted(cluster: MockCluster, tmp_path: Path) -> None:
    topic = new_topic(cluster)
    (tmp_path / "dump.txt").write_bytes(prose((0, b"a", b"{}"), (1, b"a", b""), (2, b"b", b""), topic=topic))
    said = put_back(cluster, tmp_path / "dump.txt", "--dry-run").stderr
    assert "2 of them delete something" in said
    assert "2 of these 2 may have been empty payloads" in said
    line = b'{"topic":"%b","partition":0,"offset":1,"tstype":"create","ts":1,"broker":1,"key":"a","payload":null}\n'
    (tmp_path / "dump.json").write_bytes(line % topic.encode())
    said = put_back(cluster, tmp_path / "dump.json", "--from", "kcat-json", "--dry-run").stderr
    assert "1 of them deletes something" in said
    assert "may have been" not in said


@pytest.mark.kafka
def test_a_run_that_has_nothing_left_to_send_says_so_and_asks_nothing(cluster: MockCluster, tmp_path: Path) -> None:
    topic = new_topic(cluster)
    arguments = (dump_of(topic, tmp_path), "-b", cluster.bootstrap, "--journal", tmp_path / "journal")
    seen = dumpfix("produce", *arguments, "--dry-run")
    assert (seen.status, (tmp_path / "journal").exists()) == (0, False), "a look leaves nothing behind"
    assert dumpfix("produce", *arguments, "--yes").status == 0
    again = dumpfix("produce", *arguments)
    assert again.status == 0, again.stderr
    assert "6 in already, 0 to go" in again.stderr
    assert "as new ones" not in again.stderr
    assert len(payloads(cluster, topic)) == 6


@pytest.mark.kafka
def test_why_nothing_goes_out_is_said(cluster: MockCluster, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "bad.txt").write_bytes(prose((0, b"a", b"no JSON")))
    for name, says in (("empty.txt", "empty.txt: empty"), ("bad.txt", "not JSON: plain text")):
        done = put_back(cluster, tmp_path / name)
        assert done.status == 2
        assert says in done.stderr
        assert done.stderr.rstrip().endswith("nothing to send: no record of the dump goes out")
        assert len(put_back(cluster, tmp_path / name, "--quiet").stderr.splitlines()) == 1
