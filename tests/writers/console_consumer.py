"""What kafka-console-consumer 0.8 to 4.x prints, byte for byte (and Confluent's consumers, from source only).

``version``: "2.6", "3.9.1", …; judged by the real tool in test_console_consumer_model.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from hypothesis import strategies as st

from .records import KafkaRecord

# One version of each family of FORMATS.md 2.1, the ones that print differently.
FAMILIES: tuple[str, ...] = ("0.8.1", "0.10.2", "2.4", "2.6", "3.9", "4.0")


@dataclass(frozen=True, slots=True)
class Options:
    """``--property`` (``--formatter-property`` from 4.2 on); what a version does not know it ignores."""

    print_timestamp: bool = False
    print_partition: bool = False
    print_offset: bool = False
    print_delivery: bool = False
    print_epoch: bool = False
    print_headers: bool = False
    print_key: bool = False
    print_value: bool = True
    key_separator: bytes = b"\t"
    line_separator: bytes = b"\n"
    headers_separator: bytes = b","
    null_literal: bytes = b"null"
    # Confluent's formatters only.
    print_schema_ids: bool = False
    schema_id_separator: bytes = b"\t"

    def properties(self) -> list[str]:
        """The ``name=value`` pairs that differ from the defaults, as the tool takes them."""
        pairs = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                text = value.decode() if isinstance(value, bytes) else str(value).lower()
                name = {"schema_id_separator": "schema.id.separator"}.get(field.name, field.name.replace("_", "."))
                pairs.append(f"{name}={text}")
        return pairs


ALL_COLUMNS = Options(print_timestamp=True, print_partition=True, print_offset=True, print_headers=True, print_key=True)


def parse_version(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _timestamp(record: KafkaRecord) -> bytes:
    if record.timestamp is None:
        return b"NO_TIMESTAMP"
    match record.timestamp_type:
        case "create":
            return b"CreateTime:%d" % record.timestamp
        case "log_append":
            return b"LogAppendTime:%d" % record.timestamp
        case _:
            return b"NO_TIMESTAMP"


def _headers(record: KafkaRecord, separator: bytes, null: bytes, encoding: str = "utf-8") -> bytes:
    if not record.headers:
        return b"NO_HEADERS"
    return separator.join(
        name.encode(encoding, errors="replace") + b":" + (null if value is None else value)
        for name, value in record.headers
    )


def render(record: KafkaRecord, options: Options, version: str, *, posix_locale: bool = False) -> bytes:
    """What DefaultMessageFormatter writes for one record.

    ``posix_locale``: ``LC_ALL=C``, as in many containers. From 3.8 on (the port to Java) the names of headers, and
    they alone, are printed in the locale's encoding: what is no ASCII becomes a question mark.
    """
    number = parse_version(version)
    if number < (0, 11):
        return _render_0_8(record, options, number)
    if number < (2, 7):
        return _render_0_11(record, options, number)
    encoding = "ascii" if posix_locale and number >= (3, 8) else "utf-8"
    return _render_2_7(record, options, number, encoding)


def _render_0_8(record: KafkaRecord, options: Options, number: tuple[int, ...]) -> bytes:
    """0.8 to 0.10: the key's separator follows the key, the value is printed whatever print.value says."""
    if number < (0, 8, 1) and (record.value is None or (options.print_key and record.key is None)):
        raise ValueError("0.8.0 ends with a NullPointerException")
    out = b""
    if options.print_timestamp and number >= (0, 10):
        out += _timestamp(record) + options.key_separator
    if options.print_key:
        out += (b"null" if record.key is None else record.key) + options.key_separator
    return out + (b"null" if record.value is None else record.value) + options.line_separator


def _render_0_11(record: KafkaRecord, options: Options, number: tuple[int, ...]) -> bytes:
    """0.11 to 2.6. From 2.5 on the partition comes last, and the columns before the value do not know of it."""
    out = b""
    partition_follows = options.print_partition and number >= (2, 5)
    if options.print_timestamp:
        more = options.print_key or options.print_value
        out += _timestamp(record) + (options.key_separator if more else options.line_separator)
    if options.print_key:
        out += (b"null" if record.key is None else record.key) + (
            options.key_separator if options.print_value else options.line_separator
        )
    if options.print_value:
        out += (b"null" if record.value is None else record.value) + (
            options.key_separator if partition_follows else options.line_separator
        )
    if partition_follows:
        out += b"%d" % record.partition + options.line_separator
    return out


def _render_2_7(record: KafkaRecord, options: Options, number: tuple[int, ...], encoding: str) -> bytes:
    """2.7 and later: columns joined by the key's separator, one line separator at the end."""
    null = options.null_literal
    columns = []
    if options.print_timestamp:
        columns.append(_timestamp(record))
    if options.print_partition:
        columns.append(b"Partition:%d" % record.partition)
    if options.print_offset:
        columns.append(b"Offset:%d" % record.offset)
    if options.print_delivery and number >= (4,):
        columns.append(b"Delivery:NOT_PRESENT")
    if options.print_epoch and number >= (4,):
        columns.append(b"Epoch:NOT_PRESENT")
    if options.print_headers:
        columns.append(_headers(record, options.headers_separator, null, encoding))
    if options.print_key:
        columns.append(null if record.key is None else record.key)
    if options.print_value:
        columns.append(null if record.value is None else record.value)
    return options.key_separator.join(columns) + options.line_separator if columns else b""


def render_confluent(
    record: KafkaRecord,
    options: Options,
    *,
    key_schema_id: int | str | None = None,
    value_schema_id: int | str | None = None,
    headers_deserializer: bool = False,
) -> bytes:
    """What kafka-avro-, kafka-json-schema- and kafka-protobuf-console-consumer write.

    ``record`` holds the decoded texts. ``key_schema_id=None``: a key deserializer that knows no schemas.
    """
    null = options.null_literal
    out = b""
    if options.print_timestamp:
        out += _timestamp(record) + options.key_separator
    if options.print_partition:
        out += b"Partition:%d" % record.partition + options.key_separator
    if options.print_offset:
        out += b"Offset:%d" % record.offset + options.key_separator
    if options.print_headers:
        # Without headers.deserializer every header's value is printed as null.
        shown = record.headers if headers_deserializer else tuple((name, None) for name, _ in record.headers)
        seen = KafkaRecord(record.topic, record.partition, record.offset, None, "none", shown, None, None)
        out += _headers(seen, options.headers_separator, null) + options.key_separator
    if options.print_key:
        out += null if record.key is None else record.key
        if options.print_schema_ids and key_schema_id is not None:
            out += options.schema_id_separator + (null if record.key is None else str(key_schema_id).encode())
        out += options.key_separator
    out += null if record.value is None else record.value
    if options.print_schema_ids:
        out += options.schema_id_separator + (b"null" if record.value is None else str(value_schema_id).encode())
    return out + options.line_separator


def options_for(version: str, *, separators: bool = True) -> st.SearchStrategy[Options]:
    """Any columns that ``version`` knows, at least one; ``separators``: now and then some of the user's own."""
    number = parse_version(version)
    flag = st.booleans()
    no = st.just(False)
    strategy = st.builds(
        Options,
        print_timestamp=flag if number >= (0, 10) else no,
        print_partition=flag if number >= (2, 5) else no,
        print_offset=flag if number >= (2, 7) else no,
        print_delivery=flag if number >= (4,) else no,
        print_epoch=flag if number >= (4,) else no,
        print_headers=flag if number >= (2, 7) else no,
        print_key=flag,
        print_value=st.sampled_from([True, True, True, False]) if number >= (0, 11) else st.just(True),
        key_separator=st.sampled_from([b"\t", b"\t", b"|", b": ", b" ~ ", b"\xe2\x86\x92"])
        if separators
        else st.just(b"\t"),
        line_separator=st.sampled_from([b"\n", b"\n", b"\n\n", b"\n--\n", b"\x1e"]) if separators else st.just(b"\n"),
        headers_separator=st.sampled_from([b",", b",", b"; "]) if separators and number >= (2, 7) else st.just(b","),
        null_literal=st.sampled_from([b"null", b"null", b"@NULL@"])
        if separators and number >= (2, 7)
        else st.just(b"null"),
    )
    columns = [field.name for field in fields(Options) if field.name.startswith("print_")]
    return strategy.filter(lambda options: any(getattr(options, name) for name in columns))


# --------------------------------------------------------------------------------------------------------------- notice


def processed(count: int, version: str = "3.9") -> bytes:
    """The last line on standard error."""
    return (
        f"Consumed {count} messages\n".encode()
        if parse_version(version) < (0, 9)
        else f"Processed a total of {count} messages\n".encode()
    )


def log4j(level: str, message: str, logger: str, *, time: str = "2023-11-14 22:13:20,001") -> bytes:
    """One event under the pattern of the shipped tools-log4j: ``[%d] %p %m (%c)%n``."""
    return f"[{time}] {level} {message} ({logger})\n".encode()


def logger_name(version: str) -> str:
    number = parse_version(version)
    return "org.apache.kafka.tools.consumer.ConsoleConsumer" if number >= (3, 8) else "kafka.tools.ConsoleConsumer$"


_TIMEOUT_FRAMES = (
    "kafka.consumer.NewShinyConsumer.receive(BaseConsumer.scala:98)",
    "kafka.tools.ConsoleConsumer$.process(ConsoleConsumer.scala:129)",
    "kafka.tools.ConsoleConsumer$.run(ConsoleConsumer.scala:84)",
    "kafka.tools.ConsoleConsumer$.main(ConsoleConsumer.scala:54)",
    "kafka.tools.ConsoleConsumer.main(ConsoleConsumer.scala)",
)


def timed_out(version: str = "3.9", *, time: str = "2023-11-14 22:13:20,001") -> bytes:
    """The normal end of ``--timeout-ms``: until 1.1 with a stack trace (its line numbers are those of 1.1.1)."""
    line = log4j("ERROR", "Error processing message, terminating consumer process: ", logger_name(version), time=time)
    if parse_version(version) < (2,):
        return line + stack_trace("kafka.consumer.ConsumerTimeoutException", "", _TIMEOUT_FRAMES)
    return line + b"org.apache.kafka.common.errors.TimeoutException\n"


def stack_trace(exception: str, message: str, frames: Sequence[str], *, cause: str | None = None) -> bytes:
    """A Java stack trace. ``frames``: "kafka.tools.ConsoleConsumer$.run(ConsoleConsumer.scala:77)"."""
    lines = [f"{exception}: {message}" if message else exception, *(f"\tat {frame}" for frame in frames)]
    if cause is not None:
        lines += [f"Caused by: {cause}", *(f"\tat {frame}" for frame in frames[:1]), f"\t... {len(frames)} more"]
    return ("\n".join(lines) + "\n").encode()


DeprecatedOption = Literal["--property", "--consumer-property", "--consumer.config"]
_REPLACEMENTS = {
    "--property": "--formatter-property",
    "--consumer-property": "--command-property",
    "--consumer.config": "--command-config",
}


def deprecated(option: DeprecatedOption = "--property") -> bytes:
    """4.2 and later, on standard OUTPUT: the first line of a dump even without ``2>&1``."""
    replacement = _REPLACEMENTS[option]
    return (
        f"Option {option} is deprecated and will be removed in a future version. Use {replacement} instead.\n".encode()
    )


def deprecated_formatter(name: str, replacement: str) -> bytes:
    """3.8 and 3.9 for the class names of 3.7."""
    ending = f"Please use {replacement} instead"
    return f"WARNING: {name} is deprecated and will be removed in the next major release. {ending}\n".encode()


def new_protocol_advertised() -> bytes:
    """4.3, on standard error, with no time before it."""
    return (
        b"The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it out. "
        b"See https://kafka.apache.org/documentation/#consumer_rebalance_protocol\n"
    )


def unable_to_write() -> bytes:
    return b"Unable to write to standard out, closing consumer.\n"


def shutdown_complete() -> bytes:
    """``--enable-systest-events``, on standard OUTPUT."""
    return b"shutdown_complete\n"


def metadata_warning(topic: str, version: str = "3.9") -> bytes:
    """What the client logs while a topic is not there, or not yet."""
    number = parse_version(version)
    old = "consumer-console-consumer-12345-1" if number >= (2, 3) else "consumer-1"
    client = "console-consumer" if number >= (3, 1) else old
    who = f"[Consumer clientId={client}, groupId=console-consumer-12345] " if number >= (1,) else ""
    what = (
        "The metadata response from the cluster reported a recoverable issue"
        if number >= (3, 9)
        else "Error while fetching metadata"
    )
    text = f"{who}{what} with correlation id 2 : {{{topic}=UNKNOWN_TOPIC_OR_PARTITION}}"
    return log4j("WARN", text, "org.apache.kafka.clients.NetworkClient")


def notices(version: str = "3.9") -> st.SearchStrategy[bytes]:
    """Lines that can stand between the records of a dump made with ``2>&1``."""
    frames = [
        "org.apache.kafka.clients.consumer.internals.Fetcher.fetchRecords(Fetcher.java:1482)",
        "java.base/java.lang.Thread.run(Thread.java:840)",
    ]
    trace = stack_trace(
        "org.apache.kafka.common.KafkaException",
        "Received exception when fetching the next record",
        frames,
        cause="java.io.EOFException",
    )
    warning = log4j(
        "WARN",
        "[Consumer clientId=console-consumer, groupId=console-consumer-12345] "
        "Connection to node -1 (localhost/127.0.0.1:9092) could not be established.",
        "org.apache.kafka.clients.NetworkClient",
    )
    choices = [
        timed_out(version),
        metadata_warning("events", version),
        shutdown_complete(),
        warning,
        warning + trace,
        unable_to_write(),
    ]
    if parse_version(version) >= (4, 2):
        choices += [deprecated(), new_protocol_advertised()]
    return st.sampled_from(choices) | st.builds(processed, st.integers(0, 10**9), st.just(version))
