"""The model of kafka-console-consumer against the real ones, of many versions, over a broker of Apache Kafka.

A JVM takes one to three seconds to start and stop: examples are few, records are many.
"""

from __future__ import annotations

import functools
import re
import signal
import subprocess
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.brokers import renumbered
from tests.kafka import (
    TOOL_VERSIONS,
    KafkaBroker,
    KafkaUnavailableError,
    console_consumer_arguments,
    jars,
    run_console_consumer,
    run_tool,
    tool_command,
)

from . import console_consumer
from .console_consumer import ALL_COLUMNS, Options, parse_version
from .records import BASE_TIMESTAMP, KafkaRecord, headers, topics_of_records

pytestmark = pytest.mark.kafka

# Three under a profile that asks for more than the usual, as the continuous integration does, else two.
REAL = settings(
    max_examples=3 if settings().max_examples > settings.get_profile("dev").max_examples else 2,
    deadline=None,
    derandomize=True,
    database=None,
    # A failing example is not shrunk: that would start a thousand JVMs.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

SOME_RECORDS = topics_of_records(max_partitions=1, min_size=15, max_size=60, header=headers())


@functools.cache
def need(version: str) -> None:
    try:
        jars(version)
    except KafkaUnavailableError as reason:
        pytest.skip(f"no kafka-console-consumer {version} here: {reason}")


def fresh_topic(broker: KafkaBroker, drawn: list[KafkaRecord], **config: str) -> list[KafkaRecord]:
    """The records as the broker has them, read back by a client that is not ours."""
    topic = broker.new_topic(**config)
    produced = renumbered(drawn, topic)
    broker.produce(produced)
    found = broker.consume(topic)
    if not config:
        assert found == produced
    return found


def printed(broker: KafkaBroker, version: str, records: list[KafkaRecord], options: Options, *arguments: str) -> bytes:
    output = run_console_consumer(
        version, broker.bootstrap, records[0].topic, options, *arguments, max_messages=len(records)
    )
    assert console_consumer.processed(len(records), version) in output.stderr
    return output.stdout


@pytest.mark.parametrize("version", TOOL_VERSIONS)
def test_the_model_prints_what_kafka_console_consumer_prints(broker: KafkaBroker, version: str) -> None:
    need(version)

    @REAL
    @given(drawn=SOME_RECORDS, options=console_consumer.options_for(version))
    def check(drawn: list[KafkaRecord], options: Options) -> None:
        records = fresh_topic(broker, drawn)
        foretold = b"".join(console_consumer.render(record, options, version) for record in records)
        assert printed(broker, version, records, options) == foretold

    check()


@pytest.mark.parametrize("version", ["2.6.3", "3.9.1", "4.3.1"])
def test_the_model_prints_log_append_times_as_kafka_console_consumer_does(broker: KafkaBroker, version: str) -> None:
    need(version)
    drawn = [KafkaRecord("", 0, 0, BASE_TIMESTAMP, "create", (), b"k%d" % number, b"{}") for number in range(5)]
    records = fresh_topic(broker, drawn, message_timestamp_type="LogAppendTime")
    assert {record.timestamp_type for record in records} == {"log_append"}
    options = replace(ALL_COLUMNS, print_offset=False)
    assert printed(broker, version, records, options) == b"".join(
        console_consumer.render(record, options, version) for record in records
    )


@pytest.mark.parametrize(
    ("version", "columns"),
    [
        ("2.4.1", ("print_timestamp", "print_partition")),
        ("2.6.3", ("print_partition",)),
        ("2.6.3", ("print_timestamp", "print_partition")),
        ("2.6.3", ("print_key", "print_partition")),
        ("3.9.1", ("print_timestamp", "print_partition")),
    ],
)
def test_columns_without_the_value_end_as_the_model_says(
    broker: KafkaBroker, version: str, columns: tuple[str, ...]
) -> None:
    need(version)
    records = fresh_topic(broker, [KafkaRecord("", 0, 0, BASE_TIMESTAMP, "create", (), b"k", b"v")] * 3)
    options = replace(Options(print_value=False), **dict.fromkeys(columns, True))  # type: ignore[arg-type]
    assert printed(broker, version, records, options) == b"".join(
        console_consumer.render(record, options, version) for record in records
    )


@pytest.mark.parametrize("version", ["0.10.2.2", "1.1.1", "2.4.1", "3.9.1", "4.3.1"])
def test_the_end_by_timeout_reads_as_the_model_says(broker: KafkaBroker, version: str) -> None:
    need(version)
    records = fresh_topic(broker, [KafkaRecord("", 0, 0, BASE_TIMESTAMP, "create", (), b"k", b"v")] * 2)
    output = run_console_consumer(version, broker.bootstrap, records[0].topic, Options(), timeout_ms=3000)
    assert output.stdout == b"v\nv\n"
    time = output.stderr.split(b"]")[0].rpartition(b"[")[2].decode()
    foretold = console_consumer.timed_out(version, time=time) + console_consumer.processed(2, version)
    # Line numbers in stack traces differ from version to version.
    assert re.sub(rb":\d+\)\n", b":N)\n", output.stderr).endswith(re.sub(rb":\d+\)\n", b":N)\n", foretold))


@pytest.mark.parametrize("version", ["2.4.1", "4.3.1"])
def test_the_end_by_a_closed_pipe_and_by_control_c_reads_as_the_model_says(broker: KafkaBroker, version: str) -> None:
    need(version)
    records = fresh_topic(broker, [KafkaRecord("", 0, 0, BASE_TIMESTAMP, "create", (), b"k", b"v" * 99)] * 3000)
    place = ("--bootstrap-server", broker.bootstrap, "--topic", records[0].topic, "--from-beginning")
    for ending in ("pipe", "control-c"):
        process = subprocess.Popen(
            [*tool_command("kafka-console-consumer", version), *place], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        size = 100 if ending == "pipe" else 100 * len(records)
        assert process.stdout.read(size) == (b"v" * 99 + b"\n") * (size // 100)
        if ending == "pipe":
            process.stdout.close()
        else:
            process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        process.wait(60)
        if ending == "pipe":
            assert console_consumer.unable_to_write() + b"Processed a total of " in said
        else:
            assert said.endswith(console_consumer.processed(len(records), version))


@pytest.mark.parametrize("version", ["0.10.2.2", "1.1.1", "2.4.1", "4.3.1"])
def test_a_topic_that_is_not_there_is_warned_of_as_the_model_says(broker: KafkaBroker, version: str) -> None:
    need(version)
    topic = f"missing-{version}"
    output = run_console_consumer(
        version, broker.bootstrap, topic, Options(), "--enable-systest-events", timeout_ms=2000
    )
    assert output.stdout == console_consumer.shutdown_complete()
    lines = [line for line in output.stderr.splitlines(keepends=True) if b" WARN " in line]
    assert lines
    for line in lines:
        said = re.sub(rb"console-consumer-\d+", b"console-consumer-12345", line).replace(
            b"LEADER_NOT_AVAILABLE", b"UNKNOWN_TOPIC_OR_PARTITION"
        )
        said = re.sub(rb"correlation id \d+", b"correlation id 2", said)
        assert said.partition(b"]")[2] == console_consumer.metadata_warning(topic, version).partition(b"]")[2]


def test_what_is_deprecated_is_said_on_standard_output(broker: KafkaBroker) -> None:
    version = TOOL_VERSIONS[-1]
    need(version)
    records = fresh_topic(broker, [KafkaRecord("", 0, 0, BASE_TIMESTAMP, "create", (), b"k", b"v")])
    options = Options(print_key=True)
    arguments = [
        argument.replace("--formatter-property", "--property")
        for argument in console_consumer_arguments(version, options)
    ]
    arguments += ["--consumer-property", "fetch.max.wait.ms=100"]
    output = run_tool(
        "kafka-console-consumer",
        version,
        *(
            "--bootstrap-server",
            broker.bootstrap,
            "--topic",
            records[0].topic,
            "--from-beginning",
            "--max-messages",
            "1",
        ),
        *arguments,
    )
    lines = output.stdout.splitlines(keepends=True)
    assert sorted(lines[:-1]) == sorted(
        [console_consumer.deprecated("--property"), console_consumer.deprecated("--consumer-property")]
    )
    assert lines[-1] == b"k\tv\n"


def test_every_version_under_test_belongs_to_a_family_of_the_model() -> None:
    assert {parse_version(version)[:2] for version in TOOL_VERSIONS} >= {(2, 4), (2, 6), (2, 8), (3, 9)}
