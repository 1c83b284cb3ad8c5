"""The loop: a dump is converted, what was withheld is mended by hand, and goes back with its key and coordinates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dumpfix.json.validity import join_lines
from tests.brokers import FAST, MockCluster, consume, produce, run_kcat
from tests.cli.program import ROOT, dumpfix, prose
from tests.kafka_e2e.events import events, exact_formats_show
from tests.kafka_e2e.judge import is_json
from tests.writers.records import KafkaRecord

pytestmark = pytest.mark.kafka

RECORDS = 400


def new_topic(cluster: MockCluster) -> str:
    topic = cluster.new_topic("out")
    produce(cluster.bootstrap, [KafkaRecord(topic, 3, 0, 1, "create", (), b"first", b"{}")])
    return topic


def arrived(cluster: MockCluster, topic: str) -> list[tuple[object, ...]]:
    rows = [row_of(one) for one in consume(cluster.bootstrap, topic) if one.key != b"first"]
    return sorted(rows, key=repr)


def row_of(one: KafkaRecord, value: bytes | None = None) -> tuple[object, ...]:
    return (one.partition, one.timestamp, one.key, value or one.value, one.headers)


@pytest.fixture(scope="module")
def loop(cluster: MockCluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[KafkaRecord]]:
    """A folder with dump.json, its envelopes (out.jsonl) and what was withheld (rejects.jsonl); the records."""
    topic = cluster.new_topic("events")
    records = events(topic, RECORDS, exact_formats_show)
    cluster.produce(records)
    folder = tmp_path_factory.mktemp("loop")
    dump = run_kcat(cluster.bootstrap, "-C", "-e", "-q", "-t", topic, *FAST, "-J").stdout
    (folder / "dump.json").write_bytes(dump)
    done = dumpfix(
        *("convert", "dump.json", "--repair", "none", "-t", "envelope"),
        *("-o", "out.jsonl", "--rejects", "rejects.jsonl"),
        cwd=folder,
    )
    assert done.status == 1, done.stderr
    return folder, records


def mended(number: int) -> bytes:
    return b'{"mended":"by hand","number":%d}' % number


def mend(folder: Path) -> list[tuple[int, int]]:
    """Write mended.jsonl: by turns in the payload and in the proposal; where the records stood."""
    rows = [json.loads(line) for line in (folder / "rejects.jsonl").read_bytes().splitlines()]
    for number, row in enumerate(rows):
        row["payload_text" if number % 2 else "proposal"] = mended(number).decode()
    (folder / "mended.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [(row["partition"], row["offset"]) for row in rows]


def test_nothing_of_what_nobody_mended_goes_back(cluster: MockCluster, loop: tuple[Path, list[KafkaRecord]]) -> None:
    folder, records = loop
    done = dumpfix("convert", "rejects.jsonl", "-t", "kcat", "--repair", "none", cwd=folder)
    assert (done.status, done.stdout) == (1, b"")
    assert f"0 emitted, {sum(not is_good(one) for one in records)} withheld" in done.stderr


def is_good(one: KafkaRecord) -> bool:
    return one.value is None or is_json(one.value)


def test_what_was_mended_is_produced_with_key_headers_time_and_partition(
    cluster: MockCluster, loop: tuple[Path, list[KafkaRecord]]
) -> None:
    folder, records = loop
    places = mend(folder)
    by_place = {(one.partition, one.offset): one for one in records}
    assert sorted(places) == sorted(place for place, one in by_place.items() if not is_good(one))
    topic = new_topic(cluster)
    done = dumpfix("produce", "mended.jsonl", "-b", cluster.bootstrap, "-t", topic, "--yes", "--verify", cwd=folder)
    assert done.status == 0, done.stderr
    expected = [row_of(by_place[place], mended(number)) for number, place in enumerate(places)]
    assert arrived(cluster, topic) == sorted(expected, key=repr)


def test_what_was_mended_goes_through_kcat_with_its_key(
    cluster: MockCluster, loop: tuple[Path, list[KafkaRecord]]
) -> None:
    folder, records = loop
    places = mend(folder)
    by_place = {(one.partition, one.offset): one for one in records}
    topic = new_topic(cluster)
    done = dumpfix("convert", "mended.jsonl", "-t", "kcat", "-o", "out.kcat", cwd=folder)
    assert done.status in (0, 1), done.stderr
    run_kcat(cluster.bootstrap, "-P", "-t", topic, "-p", "0", "-K", "\\t", "-Z", "-l", str(folder / "out.kcat"))
    keys = [by_place[place].key for place in places]
    fits = [key is None or (key and b"\t" not in key and b"\n" not in key) for key in keys]
    assert f"{sum(map(bool, fits))} emitted" in done.stderr
    expected = [(key, mended(number)) for number, (key, fit) in enumerate(zip(keys, fits, strict=True)) if fit]
    # Without the times of their arrival, by which rows are in order first.
    assert sorted(((row[2], row[3]) for row in arrived(cluster, topic)), key=repr) == sorted(expected, key=repr)


def test_the_example_of_the_page_on_the_api_runs(
    cluster: MockCluster, loop: tuple[Path, list[KafkaRecord]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "dump.txt").write_bytes(prose((0, b"a", b'{"n":1}'), (1, b"b", b"no JSON"), (2, b"c", b'{"n":3}')))
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/api.md").read_text().split("```python\n")
    (block,) = (one.split("```")[0] for one in page if "dumpfix.produce(" in one)
    names: dict[str, Any] = {}
    example = block.replace("localhost:9092", cluster.bootstrap).replace('"events"', repr(new_topic(cluster)))
    exec("import dumpfix\n" + example, names)
    assert names["made"].plan.records == 2


def test_envelopes_are_produced_as_their_dump_is(cluster: MockCluster, loop: tuple[Path, list[KafkaRecord]]) -> None:
    folder, records = loop
    topic = new_topic(cluster)
    done = dumpfix("produce", "out.jsonl", "-b", cluster.bootstrap, "-t", topic, "--yes", cwd=folder)
    assert done.status == 0, done.stderr
    assert arrived(cluster, topic) == sorted([row_of(one) for one in records if is_good(one)], key=repr)
    assert any(one.value and join_lines(one.value) != one.value for one in records if is_good(one))
