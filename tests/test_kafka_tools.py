"""What kafka-console-producer takes and kafka-consumer-groups does: what the outputs and the advice build on."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from .brokers import kcat_path, run_kcat
from .kafka import (
    GROUP_TOOL_VERSIONS,
    PRODUCER_VERSIONS,
    KafkaBroker,
    KafkaUnavailableError,
    jars,
    run_console_consumer,
    run_tool,
)
from .writers.console_consumer import Options, parse_version
from .writers.records import BASE_TIMESTAMP, Header, KafkaRecord

pytestmark = pytest.mark.kafka


@pytest.fixture
def topic(broker: KafkaBroker) -> str:
    return broker.new_topic()


def need(version: str) -> None:
    try:
        jars(version)
    except KafkaUnavailableError as reason:
        pytest.skip(f"no Kafka {version} here: {reason}")


def put(broker: KafkaBroker, version: str, topic: str, lines: bytes, *properties: str) -> tuple[int, bytes]:
    """Send ``lines`` through kafka-console-producer; its status and what it said."""
    need(version)
    option = "--reader-property" if parse_version(version) >= (4, 2) else "--property"
    given = [argument for one in properties for argument in (option, one)]
    output = run_tool(
        "kafka-console-producer",
        version,
        *("--bootstrap-server", broker.bootstrap, "--topic", topic, *given),
        stdin=lines,
        check=False,
        merged=True,
    )
    return output.status, output.stdout


Triple = tuple[tuple[Header, ...], bytes | None, bytes | None]


def held(broker: KafkaBroker, topic: str) -> list[Triple]:
    return [(record.headers, record.key, record.value) for record in broker.consume(topic)]


MARKED = ("parse.key=true", "parse.headers=true", "null.marker=@N@")


@pytest.mark.parametrize("version", PRODUCER_VERSIONS)
def test_the_null_marker_makes_nulls_of_keys_values_header_values_and_whole_headers(
    broker: KafkaBroker, topic: str, version: str
) -> None:
    lines = b"h1:a,h2:@N@,h1:\tk1\tv1\n@N@\t@N@\t@N@\n@N@\tk2\t\n@N@\t\ta\tb\n@N@\tk3\tnot @N@ alone"
    assert put(broker, version, topic, lines, *MARKED) == (0, b"")
    assert held(broker, topic) == [
        ((("h1", b"a"), ("h2", None), ("h1", b"")), b"k1", b"v1"),
        ((), None, None),
        ((), b"k2", b""),
        ((), b"", b"a\tb"),
        ((), b"k3", b"not @N@ alone"),
    ]


@pytest.mark.parametrize("version", PRODUCER_VERSIONS)
def test_a_carriage_return_ends_a_line_and_bytes_that_are_no_utf8_are_replaced(
    broker: KafkaBroker, topic: str, version: str
) -> None:
    assert put(broker, version, topic, b"a\rb\r\nc\n\n\xff\xfe\xc3\xa9\n") == (0, b"")
    assert [value for _, _, value in held(broker, topic)] == [b"a", b"b", b"c", b"", "\ufffd\ufffdé".encode()]


@pytest.mark.parametrize("version", PRODUCER_VERSIONS)
def test_a_line_without_its_separators_stops_the_producer_after_the_lines_before_it(
    broker: KafkaBroker, topic: str, version: str
) -> None:
    status, said = put(broker, version, topic, b"@N@\tk\tv\nno separators\n@N@\tk\tnever\n", *MARKED)
    assert status == 1
    assert said.startswith(
        b"org.apache.kafka.common.KafkaException: No headers delimiter found on line number 2: 'no separators'"
    )
    assert held(broker, topic) == [((), b"k", b"v")]


@pytest.mark.parametrize("version", PRODUCER_VERSIONS)
def test_the_text_no_headers_is_not_taken_back(broker: KafkaBroker, topic: str, version: str) -> None:
    status, said = put(broker, version, topic, b"NO_HEADERS\tk\tv\n", *MARKED)
    assert status == 1
    assert b"No header key separator found in pair 'NO_HEADERS' on line number 1" in said


@pytest.mark.parametrize("version", PRODUCER_VERSIONS)
def test_a_record_that_is_too_large_is_only_logged(broker: KafkaBroker, topic: str, version: str) -> None:
    status, said = put(broker, version, topic, b"x" * 1_100_000 + b"\nnext\n")
    assert status == 0
    assert b"RecordTooLargeException" in said
    assert [value for _, _, value in held(broker, topic)] == [b"next"]


@pytest.mark.parametrize("version", PRODUCER_VERSIONS)
def test_what_the_consumer_prints_the_producer_takes_back(broker: KafkaBroker, topic: str, version: str) -> None:
    records = [
        KafkaRecord(
            topic, 0, 0, BASE_TIMESTAMP, "create", (("h1", b"a:b"), ("h2", None), ("h1", b"")), b"k", b'{"a": "x\\ty"}'
        ),
        KafkaRecord(topic, 0, 1, BASE_TIMESTAMP, "create", (), None, None),
        KafkaRecord(topic, 0, 2, BASE_TIMESTAMP, "create", (), b"", b"\ttabs\tin value"),
    ]
    broker.produce(records)
    options = Options(print_headers=True, print_key=True, null_literal=b"@N@")
    printed = run_console_consumer(version, broker.bootstrap, topic, options, max_messages=len(records)).stdout
    copy = f"{topic}-copy"
    broker.create_topic(copy)
    lines = b"".join(
        line.replace(b"NO_HEADERS\t", b"@N@\t", 1) if line.startswith(b"NO_HEADERS\t") else line
        for line in printed.splitlines(keepends=True)
    )
    assert put(broker, version, copy, lines, *MARKED) == (0, b"")
    assert held(broker, copy) == [(record.headers, record.key, record.value) for record in records]


def test_the_newest_producer_says_what_is_deprecated_on_standard_output(broker: KafkaBroker, topic: str) -> None:
    need("4.3.1")
    output = run_tool(
        "kafka-console-producer",
        "4.3.1",
        *("--bootstrap-server", broker.bootstrap, "--topic", topic, "--property", "parse.key=true"),
        stdin=b"k\tv\n",
    )
    assert output.stdout == (
        b"Warning: --property is deprecated and will be removed in a future version. Use --reader-property instead.\n"
    )


# ------------------------------------------------------------------------------------------------ kafka-consumer-groups


def read_in_group(broker: KafkaBroker, topic: str, group: str) -> bytes:
    return run_kcat(broker.bootstrap, "-G", group, "-e", "-q", "-X", "auto.offset.reset=earliest", topic).stdout


def groups(broker: KafkaBroker, version: str, *arguments: str) -> tuple[int, bytes]:
    need(version)
    output = run_tool("kafka-consumer-groups", version, "--bootstrap-server", broker.bootstrap, *arguments, check=False)
    return output.status, output.stdout


def ten_records(broker: KafkaBroker, topic: str) -> None:
    broker.produce([KafkaRecord(topic, 0, at, BASE_TIMESTAMP, "create", (), None, b"%d" % at) for at in range(10)])


@pytest.mark.parametrize("version", GROUP_TOOL_VERSIONS)
def test_a_group_set_to_an_offset_reads_on_from_it(broker: KafkaBroker, topic: str, version: str) -> None:
    ten_records(broker, topic)
    assert len(read_in_group(broker, topic, f"g-{topic}").splitlines()) == 10
    scope = ("--group", f"g-{topic}", "--reset-offsets", "--topic", f"{topic}:0", "--to-offset", "7")
    status, planned = groups(broker, version, *scope, "--dry-run")
    assert status == 0
    assert planned.split()[:8] == [
        b"GROUP",
        b"TOPIC",
        b"PARTITION",
        b"NEW-OFFSET",
        f"g-{topic}".encode(),
        topic.encode(),
        b"0",
        b"7",
    ]
    assert read_in_group(broker, topic, f"g-{topic}") == b"", "a plan changes nothing"
    assert groups(broker, version, *scope, "--execute")[0] == 0
    assert read_in_group(broker, topic, f"g-{topic}") == b"7\n8\n9\n"


@pytest.mark.parametrize("version", GROUP_TOOL_VERSIONS)
def test_a_group_is_set_from_a_plan_in_a_file(broker: KafkaBroker, topic: str, version: str, tmp_path: Path) -> None:
    ten_records(broker, topic)
    read_in_group(broker, topic, f"g-{topic}")
    plan = tmp_path / "plan.csv"
    plan.write_text(f"{topic},0,8\n")
    status, _ = groups(
        broker, version, "--group", f"g-{topic}", "--reset-offsets", "--from-file", str(plan), "--execute"
    )
    assert status == 0
    assert read_in_group(broker, topic, f"g-{topic}") == b"8\n9\n"


@pytest.mark.parametrize("version", GROUP_TOOL_VERSIONS)
def test_an_exported_plan_ends_with_an_empty_line_and_is_taken_back_with_it(
    broker: KafkaBroker, topic: str, version: str, tmp_path: Path
) -> None:
    ten_records(broker, topic)
    read_in_group(broker, topic, f"g-{topic}")
    scope = ("--group", f"g-{topic}", "--reset-offsets")
    exported = groups(broker, version, *scope, "--topic", topic, "--to-current", "--export", "--dry-run")
    assert exported == (0, f"{topic},0,10\n\n".encode())
    plan = tmp_path / "plan.csv"
    plan.write_bytes(exported[1])
    status, planned = groups(broker, version, *scope, "--from-file", str(plan), "--dry-run")
    assert (status, planned.split()[-1]) == (0, b"10")


@pytest.mark.parametrize("version", GROUP_TOOL_VERSIONS)
def test_an_offset_beyond_the_end_becomes_the_end(broker: KafkaBroker, topic: str, version: str) -> None:
    ten_records(broker, topic)
    read_in_group(broker, topic, f"g-{topic}")
    scope = ("--group", f"g-{topic}", "--reset-offsets", "--topic", f"{topic}:0", "--to-offset", "99999", "--dry-run")
    status, planned = groups(broker, version, *scope)
    assert (status, planned.split()[-1]) == (0, b"10")


@pytest.mark.parametrize("version", GROUP_TOOL_VERSIONS)
def test_a_group_with_members_is_refused_on_standard_output_with_status_0(
    broker: KafkaBroker, topic: str, version: str
) -> None:
    need(version)
    ten_records(broker, topic)
    member = subprocess.Popen(
        [kcat_path(), "-b", broker.bootstrap, "-u", "-G", f"g-{topic}", "-X", "auto.offset.reset=earliest", topic],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert member.stdout is not None
        assert member.stdout.readline() == b"0\n"
        scope = ("--group", f"g-{topic}", "--reset-offsets", "--topic", f"{topic}:0", "--to-offset", "7", "--execute")
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            status, said = groups(broker, version, *scope)
            if b"Stable" in said:
                break
    finally:
        member.terminate()
        member.communicate(timeout=300)
    refusal = (
        f"Error: Assignments can only be reset if the group 'g-{topic}' is inactive, but the current state is Stable."
    )
    assert (status, said.strip().split(b"\n")[0]) == (0, refusal.encode())
