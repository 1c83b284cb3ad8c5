"""Apache Kafka itself for tests: jars from Maven Central, a KRaft broker on loopback, the tools of many versions.

Nothing of it is shipped with Kafka's scripts: they only put a class path together, and so does :func:`tool_command`.
The jars
land in ``.cache/kafka`` (ignored by git). A machine without Java, Maven or a way to Maven Central gets
:class:`KafkaUnavailableError`, whose text is the reason to print when a test is skipped.

The broker is a 3.9: the last one that still talks to clients as old as 0.10.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from . import brokers, tested_against
from .brokers import Output
from .writers.console_consumer import Options, parse_version
from .writers.records import KafkaRecord

CACHE = Path(__file__).parent.parent / ".cache" / "kafka"

BROKER_VERSION = "3.9.1"

# One version or more of each family of kafka-console-consumer's output, oldest first.
TOOL_VERSIONS: tuple[str, ...] = ("0.9.0.1", "0.10.2.2", "1.1.1", "2.4.1", "2.6.3", "2.8.2", "3.9.1", "4.3.1")

# kafka-console-producer takes headers and a null marker from 3.2 on; 4.0 has a reader of its own.
PRODUCER_VERSIONS: tuple[str, ...] = ("3.9.1", "4.3.1")

# kafka-consumer-groups: one in Scala, the broker's own, and the newest.
GROUP_TOOL_VERSIONS: tuple[str, ...] = ("2.4.1", "3.9.1", "4.3.1")

# A JVM that lives for two seconds has no use for its second compiler or a parallel collector.
_JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")

# What config/tools-log4j.properties and config/tools-log4j2.yaml of the distributions say.
_LOG4J = """\
log4j.rootLogger=WARN, stderr
log4j.appender.stderr=org.apache.log4j.ConsoleAppender
log4j.appender.stderr.layout=org.apache.log4j.PatternLayout
log4j.appender.stderr.layout.ConversionPattern=[%d] %p %m (%c)%n
log4j.appender.stderr.Target=System.err
"""
_LOG4J2 = """\
status = error
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = STDERR
appender.stderr.type = Console
appender.stderr.name = STDERR
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = [%d] %p %m (%c)%n
"""


class KafkaUnavailableError(Exception):
    """Why Apache Kafka cannot run here."""


def _artifacts(version: str) -> list[tuple[str, str, str]]:
    number = parse_version(version)
    if number < (0, 10):
        return [("org.apache.kafka", "kafka_2.11", version), ("org.slf4j", "slf4j-log4j12", "1.7.6")]
    if number < (2, 4):
        return [("org.apache.kafka", "kafka_2.12", version), ("org.slf4j", "slf4j-log4j12", "1.7.21")]
    if number < (3,):
        return [("org.apache.kafka", "kafka_2.13", version), ("org.slf4j", "slf4j-log4j12", "1.7.30")]
    tools = [("org.apache.kafka", "kafka_2.13", version), ("org.apache.kafka", "kafka-tools", version)]
    if number < (4,):
        return [*tools, ("org.slf4j", "slf4j-reload4j", "1.7.36")]
    return [*tools, ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4")]


def _pom(version: str) -> str:
    # Kafka Connect comes with kafka-tools and brings a web server that no test needs.
    exclusions = "".join(
        f"<exclusion><groupId>org.apache.kafka</groupId><artifactId>{name}</artifactId></exclusion>"
        for name in ("connect-runtime", "connect-transforms")
    )
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{number}</version>"
        f"<exclusions>{exclusions}</exclusions></dependency>"
        for group, artifact, number in _artifacts(version)
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>dumpfix</groupId>'
        f"<artifactId>kafka-tools-for-tests</artifactId><version>1</version><dependencies>{dependencies}</dependencies></project>"
    )


@cache
def jars(version: str) -> Path:
    """The folder with the jars of a version, downloaded if they are not there yet."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise KafkaUnavailableError(
                f"{program} is not on this machine (apt-get install default-jre-headless maven)"
            )
    folder = CACHE / version
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "complete").exists():
            return folder / "jars"
        folder.mkdir(exist_ok=True)
        (folder / "pom.xml").write_text(_pom(version))
        goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'jars'}")
        command = ["mvn", "-q", "-B", "-f", str(folder / "pom.xml"), *goal]
        try:
            done = subprocess.run(command, capture_output=True, timeout=600, check=False)
        except subprocess.TimeoutExpired as error:
            raise KafkaUnavailableError(f"Maven did not bring Kafka {version} within ten minutes") from error
        if done.returncode != 0:
            reason = done.stdout.decode(errors="replace").strip().splitlines()
            raise KafkaUnavailableError(
                f"Maven cannot bring Kafka {version}: {reason[0] if reason else done.returncode}"
            )
        (folder / "complete").touch()
    return folder / "jars"


def _main_class(tool: str, version: str) -> str:
    number = parse_version(version)
    match tool:
        case "kafka-console-consumer":
            return (
                "org.apache.kafka.tools.consumer.ConsoleConsumer" if number >= (3, 8) else "kafka.tools.ConsoleConsumer"
            )
        case "kafka-console-producer":
            return "org.apache.kafka.tools.ConsoleProducer" if number >= (4,) else "kafka.tools.ConsoleProducer"
        case "kafka-consumer-groups":
            group = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
            return group if number >= (3, 8) else "kafka.admin.ConsumerGroupCommand"
        case _:
            raise ValueError(f"no tool: {tool}")


def _log_configuration(version: str) -> str:
    new = parse_version(version) >= (4,)
    path = CACHE / ("tools-log4j2.properties" if new else "tools-log4j.properties")
    content = _LOG4J2 if new else _LOG4J
    if not path.exists() or path.read_text() != content:
        CACHE.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return f"-Dlog4j2.configurationFile={path}" if new else f"-Dlog4j.configuration=file:{path}"


def tool_command(tool: str, version: str) -> list[str]:
    """What ``bin/<tool>.sh`` of a distribution would execute; it is noted as executed."""
    tested_against.ran(tool, version)
    folder = jars(version)
    return ["java", "-Xmx256m", *_JVM, _log_configuration(version), "-cp", f"{folder}/*", _main_class(tool, version)]


def environment() -> dict[str, str]:
    """Java reads its arguments and prints header names in the locale's encoding."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def run_tool(
    tool: str,
    version: str,
    *arguments: str,
    stdin: bytes = b"",
    merged: bool = False,
    timeout: float = 300,
    check: bool = True,
) -> Output:
    """Run kafka-console-consumer, kafka-console-producer or kafka-consumer-groups of a version."""
    done = subprocess.run(
        [*tool_command(tool, version), *arguments],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        timeout=timeout,
        check=False,
        env=environment(),
    )
    output = Output(done.stdout, done.stderr or b"", done.returncode)
    if check and done.returncode != 0:
        raise AssertionError(f"{tool} {version} {arguments!r} ended with {done.returncode}: {output}")
    return output


def property_option(version: str) -> str:
    return "--formatter-property" if parse_version(version) >= (4, 2) else "--property"


def console_consumer_arguments(version: str, options: Options) -> list[str]:
    """The options of a formatter as a user of that version gives them."""
    return [argument for pair in options.properties() for argument in (property_option(version), pair)]


def run_console_consumer(
    version: str,
    bootstrap: str,
    topic: str,
    options: Options,
    *arguments: str,
    partition: int | None = None,
    max_messages: int | None = None,
    timeout_ms: int | None = None,
    merged: bool = False,
    check: bool = True,
) -> Output:
    """Read a topic from its beginning. ``partition`` (from 0.10.1 on): that one alone; else all, in whatever order."""
    place = ["--from-beginning"] if partition is None else ["--partition", str(partition), "--offset", "earliest"]
    old = ["--new-consumer"] if parse_version(version) < (0, 10, 1) else []
    stop = [] if max_messages is None else ["--max-messages", str(max_messages)]
    stop += [] if timeout_ms is None else ["--timeout-ms", str(timeout_ms)]
    return run_tool(
        "kafka-console-consumer",
        version,
        *("--bootstrap-server", bootstrap, "--topic", topic, *old, *place, *stop),
        *console_consumer_arguments(version, options),
        *arguments,
        merged=merged,
        check=check,
    )


class KafkaBroker:
    """A running broker."""

    def __init__(self, bootstrap: str, version: str, process_id: int) -> None:
        self.bootstrap = bootstrap
        self.version = version
        self.process_id = process_id
        self._numbers = count(1)

    def new_topic(self, prefix: str = "t", partitions: int = 1, /, **config: str) -> str:
        """A topic that is made now, under a name that nobody used in this broker."""
        name = f"{prefix}{next(self._numbers)}"
        self.create_topic(name, partitions, **config)
        return name

    def create_topic(self, name: str, partitions: int = 1, **config: str) -> None:
        """Create a topic; in ``config`` an underscore stands for a dot: ``message_timestamp_type="LogAppendTime"``."""
        tested_against.ran("broker", self.version)
        settings = {key.replace("_", "."): value for key, value in config.items()}
        client = AdminClient({"bootstrap.servers": self.bootstrap})
        for created in client.create_topics([NewTopic(name, partitions, 1, config=settings)]).values():
            created.result(30)
        # Known is not the same as led: the first to produce would be told to come back later.
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            found = client.list_topics(name, timeout=10).topics[name].partitions
            if len(found) == partitions and all(one.leader >= 0 for one in found.values()):
                return
            time.sleep(0.05)
        raise TimeoutError(f"{name} has no leaders")

    def produce(self, records: Sequence[KafkaRecord]) -> None:
        brokers.produce(self.bootstrap, records)

    def consume(self, topic: str) -> list[KafkaRecord]:
        return brokers.consume(self.bootstrap, topic)


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _server_properties(data: Path, port: int, controller_port: int) -> str:
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        # The records of the tests are dated 2023: the broker would throw them away.
        "log.retention.ms": "-1",
        # What no rule says is allowed, so that a test may forbid something on a topic of its own.
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "num.network.threads": "2",
        "num.io.threads": "2",
    }
    return "".join(f"{name}={value}\n" for name, value in properties.items())


@contextmanager
def kafka_broker(version: str = BROKER_VERSION) -> Iterator[KafkaBroker]:
    """A KRaft broker of its own while the block runs: loopback, free ports, a scratch folder; stopped by process id."""
    folder = jars(version)
    with tempfile.TemporaryDirectory(prefix="dumpfix-kafka-", ignore_cleanup_errors=True) as scratch_name:
        scratch = Path(scratch_name)
        port, controller_port = _free_ports(2)
        configuration = scratch / "server.properties"
        configuration.write_text(_server_properties(scratch / "data", port, controller_port))
        java = ["java", "-Xmx512m", *_JVM, _log_configuration(version), "-cp", f"{folder}/*"]
        storage = [*java, "kafka.tools.StorageTool", "format", "-t", "ZHVtcGZpeC1kdW1wZml4LQ", "-c", str(configuration)]
        subprocess.run(storage, capture_output=True, timeout=300, check=True)
        with (scratch / "broker.log").open("wb") as log:
            process = subprocess.Popen([*java, "kafka.Kafka", str(configuration)], stdout=log, stderr=log)
            try:
                _wait_until_it_answers(process, f"127.0.0.1:{port}", scratch / "broker.log")
                yield KafkaBroker(f"127.0.0.1:{port}", version, process.pid)
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(20)


def _wait_until_it_answers(process: subprocess.Popen[bytes], bootstrap: str, log: Path) -> None:
    deadline = time.monotonic() + 300
    host, port = bootstrap.split(":")
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            AdminClient({"bootstrap.servers": bootstrap, "log_level": 0}).list_topics(timeout=10)
        except Exception:  # whatever it is, the broker is not there yet
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the broker did not come up:\n{log.read_text(errors='replace')[-2000:]}")


def reasons_not_to_run(versions: Iterable[str]) -> dict[str, str]:
    """For each version that cannot be had, why."""
    reasons = {}
    for version in versions:
        try:
            jars(version)
        except KafkaUnavailableError as reason:
            reasons[version] = str(reason)
    return reasons
