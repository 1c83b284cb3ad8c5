"""What kafkacat 1.2 to kcat 1.8 print, byte for byte; read from their sources, proved against 1.7.1
(test_kcat_model.py).

Format strings and delimiters are taken as they stand in the argument vector, after the shell: ``b"%s\\\\n"`` ends with
a backslash and an n.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from .records import KafkaRecord

# The sizes of conf.fmt[], tmp_fmt[] in kcat.h, kcat.c.
MAX_TOKENS = 128
DEFAULT_FORMAT_BUFFER = 64

STDIO_BLOCK = 4096

_ESCAPES = {ord("t"): 0x09, ord("n"): 0x0A, ord("r"): 0x0D}
_TOKENS = {ord(letter) for letter in "okKsSRtpTh"}


class KcatDiesError(Exception):
    """The real kcat ends with an error instead of printing this record."""


def _version(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


# ------------------------------------------------------------------------------------------------------- format strings


def _strtoul(text: bytes, base: int) -> tuple[int, int]:
    """C's strtoul on digits: the number and how many bytes it took. Base 0: 0x hexadecimal, 0 octal, else decimal."""
    digits = b"0123456789abcdef"
    start = 0
    if base in (0, 16) and text[:2].lower() == b"0x" and text[2:3].lower() in {bytes([digit]) for digit in digits}:
        base, start = 16, 2
    elif base == 0:
        base = 8 if text[:1] == b"0" else 10
    end, number = start, 0
    while end < len(text) and (digit := digits.find(text[end : end + 1].lower())) != -1 and digit < base:
        number, end = number * base + digit, end + 1
    return min(number, 2**64 - 1), end


def decode_literal(run: bytes) -> bytes:
    """The bytes that a literal run of a format string prints.

    A number after ``\\`` is read by strtoul(base 0): ``\\012`` is octal, ``\\10`` decimal. ``\\x`` is followed by a
    hexadecimal number only if the next byte is one of 0-9: ``\\x41`` is A, but ``\\xAB`` prints AB. Everything from a
    NUL on is lost (C string).
    """
    out = bytearray()
    at = 0
    while at < len(run):
        byte = run[at]
        if byte != 0x5C or at + 1 >= len(run):
            out.append(byte)
            at += 1
            continue
        at += 1
        base = 0
        if run[at] in _ESCAPES:
            out.append(_ESCAPES[run[at]])
            at += 1
            continue
        if run[at] == ord("x"):
            base = 16
            at += 1
            if at >= len(run):
                raise KcatDiesError(r"a literal run that ends in \x is read past its end: undefined")
        if 0x30 <= run[at] <= 0x39:
            number, size = _strtoul(run[at:], base)
            out.append(number & 0xFF)
            at += size
        else:
            out.append(run[at])
            at += 1
    return bytes(out).split(b"\x00", 1)[0]


def parse_format(format_string: bytes) -> list[bytes | str]:
    """The compiled tokens of a format string: bytes are literal runs, one-letter strings are fields."""
    tokens: list[bytes | str] = []
    for index, part in enumerate(_split_at_percent(format_string)):
        if index % 2 == 0:
            if part:
                tokens.append(decode_literal(part))
        elif part == b"%":
            tokens.append(b"%")
        elif part and part[0] in _TOKENS:
            tokens.append(part.decode())
        else:
            raise KcatDiesError(f"% ERROR: Unsupported formatter: %{part.decode(errors='replace')}")
    if len(tokens) > MAX_TOKENS:
        raise KcatDiesError("too many tokens")
    return tokens


def _split_at_percent(format_string: bytes) -> list[bytes]:
    """Literal, letter, literal, letter, ..., literal: the letters are what follows each percent sign."""
    parts, rest = [], format_string
    while (at := rest.find(b"%")) != -1:
        parts += [rest[:at], rest[at + 1 : at + 2]]
        rest = rest[at + 2 :]
    return [*parts, rest]


def parse_delimiter(argument: bytes) -> bytes:
    """``-D`` and ``-K`` as kcat 1.7 and later read them: ``\\n``, ``\\t`` and ``\\x`` with any number of hexadecimal
    digits (the last byte counts).
    """
    text = argument
    while True:
        for escape, byte in ((b"\\n", b"\n"), (b"\\t", b"\t")):
            if escape in text:
                text = text.replace(escape, byte, 1)
                break
        else:
            at = text.find(b"\\x")
            if at == -1:
                return text
            number, size = _strtoul(text[at + 2 :], 16)
            if size == 0:
                raise KcatDiesError(f"% ERROR: Delimiter {text[at:].decode(errors='replace')} expects hex number")
            # A NUL ends the C string, and with it all that would follow.
            text = text[:at] + bytes([number & 0xFF]) + text[at + 2 + size :]
            text = text.split(b"\x00", 1)[0]


def _headers(record: KafkaRecord) -> bytes:
    out = []
    for name, value in record.headers:
        content = b"NULL" if value is None else value.split(b"\x00", 1)[0]
        out.append(name.encode() + b"=" + content)
    return b",".join(out)


def _timestamp(record: KafkaRecord) -> int:
    # A record without a time, fetched as 0.9 did it: librdkafka leaves its field at 0. (An undated record of today
    # has -1.)
    return 0 if record.timestamp is None else record.timestamp


def unpack(pattern: str, data: bytes) -> bytes:
    """What ``-s`` prints of ``data``: big-endian whatever the pattern says (both branches of the source swap on a
    little-endian host).
    """
    sizes = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "q": 8, "Q": 8}
    out, at = bytearray(), 0
    for letter in pattern:
        remaining = len(data) - at
        if letter in sizes:
            size = sizes[letter]
            if size > remaining:
                raise KcatDiesError(
                    f"truncated, expected {size} bytes to unpack {letter} but only {remaining} bytes remaining"
                )
            out += str(int.from_bytes(data[at : at + size], "big", signed=letter.islower())).encode()
            at += size
        elif letter == " ":
            out += b" "
        elif letter == "c":
            out += data[at : at + 1]
            at += 1
        elif letter == "s":
            out += data[at:].split(b"\x00", 1)[0]
            at = len(data)
        elif letter == "$" and remaining:
            raise KcatDiesError(f"expected end-of-input, but {remaining} bytes remaining")
    return bytes(out)


def render(
    format_string: bytes,
    record: KafkaRecord,
    *,
    null_as_NULL: bool = False,  # noqa: N803 - the tool prints it in capitals
    key_pack: str | None = None,
    value_pack: str | None = None,
) -> bytes:
    """What ``kcat -f format_string`` prints for one record; ``null_as_NULL`` is ``-Z``, the packs are ``-s key=…``,
    ``-s value=…``.
    """
    out = bytearray()
    for token in parse_format(format_string):
        if isinstance(token, bytes):
            if not token:
                raise KcatDiesError("% ERROR: Write error for message (an empty literal)")
            out += token
        else:
            out += _field(token, record, null_as_NULL, key_pack, value_pack)
    return bytes(out)


def _field(token: str, record: KafkaRecord, null_as_null: bool, key_pack: str | None, value_pack: str | None) -> bytes:
    def content(data: bytes | None, pack: str | None) -> bytes:
        # The length is asked, not the pointer: -Z turns an empty value into NULL as well.
        if not data:
            return b"NULL" if null_as_null else b""
        return data if pack is None else unpack(pack, data)

    def size(data: bytes | None) -> int:
        return -1 if data is None else len(data)

    match token:
        case "s":
            return content(record.value, value_pack)
        case "k":
            return content(record.key, key_pack)
        case "S":
            return b"%d" % size(record.value)
        case "K":
            return b"%d" % size(record.key)
        case "R":
            return size(record.value).to_bytes(4, "big", signed=True)
        case "T":
            return b"%d" % _timestamp(record)
        case "t":
            return record.topic.encode()
        case "p":
            return b"%d" % record.partition
        case "o":
            return b"%d" % record.offset
        case _:
            return _headers(record)


def default_format(key_separator: bytes | None = None, delimiter: bytes = b"\n", *, version: str = "1.7.1") -> bytes:
    """The format string that kcat makes of ``-K`` and ``-D``, cut where its buffer ends."""
    if _version(version) >= (1, 7):
        delimiter = parse_delimiter(delimiter)
        key_separator = None if key_separator is None else parse_delimiter(key_separator)
    whole = b"%s" + delimiter if key_separator is None else b"%k" + key_separator + b"%s" + delimiter
    return whole[: DEFAULT_FORMAT_BUFFER - 1]


def render_default(
    record: KafkaRecord,
    key_separator: bytes | None = None,
    delimiter: bytes = b"\n",
    Z: bool = False,  # noqa: N803 - the option's own name
    *,
    version: str = "1.7.1",
    key_pack: str | None = None,
    value_pack: str | None = None,
) -> bytes:
    """What kcat prints for one record without ``-f``; ``-K`` and ``-D`` as they stand in the argument vector."""
    return render(
        default_format(key_separator, delimiter, version=version),
        record,
        null_as_NULL=Z,
        key_pack=key_pack,
        value_pack=value_pack,
    )


# ------------------------------------------------------------------------------------------------------------------- -J

_JSON_ESCAPES = {0x22: b'\\"', 0x5C: b"\\\\", 0x0A: b"\\n", 0x0D: b"\\r", 0x09: b"\\t", 0x08: b"\\b", 0x0C: b"\\f"}
_JSON_TABLE = tuple(_JSON_ESCAPES.get(byte, b"\\u%04X" % byte if byte < 0x20 else bytes([byte])) for byte in range(256))


def json_string(data: bytes) -> bytes:
    """A JSON string as yajl writes it: bytes from 0x7F on stay as they are, so the result need not be UTF-8."""
    return b'"' + b"".join(_JSON_TABLE[byte] for byte in data) + b'"'


@dataclass(frozen=True, slots=True)
class Decoded:
    """What ``-s key=avro`` or ``-s value=avro`` made of it: JSON with its schema id (from 1.7 on), or an error."""

    json: bytes | None = None
    schema_id: int | None = None
    error: str | None = None


def _json_member(name: bytes, data: bytes | None, decoded: Decoded | None, version: tuple[int, ...]) -> list[bytes]:
    if decoded is not None and data is not None:
        prefix = b"key" if name == b"key" else b"payload"
        if decoded.error is not None:
            return [b'"%s":null' % name, b'"%s_error":%s' % (prefix, json_string(decoded.error.encode()))]
        members = [b'"%s":%s' % (name, decoded.json or b"null")]
        if version >= (1, 7):
            id_name = b"key_schema_id" if name == b"key" else b"value_schema_id"
            members.append(b'"%s":%d' % (id_name, -1 if decoded.schema_id is None else decoded.schema_id))
        return members
    if data is None and version >= (1, 4):
        return [b'"%s":null' % name]
    # Until 1.3.1 null and empty were the same.
    return [b'"%s":%s' % (name, json_string(data or b""))]


def render_json(
    record: KafkaRecord,
    *,
    version: str = "1.7.1",
    delimiter: bytes = b"\n",
    format_string: bytes | None = None,
    key_decoded: Decoded | None = None,
    payload_decoded: Decoded | None = None,
) -> bytes:
    """What ``kcat -J`` prints for one record.

    ``delimiter``: ``-D`` as it stands in the argument vector. ``format_string``: ``-J -f``, of which only
    a first literal run counts.
    """
    number = _version(version)
    members = [
        b'"topic":' + json_string(record.topic.encode()),
        b'"partition":%d' % record.partition,
        b'"offset":%d' % record.offset,
    ]
    if number >= (1, 4) and record.timestamp_type != "none":
        kind = {"create": b"create", "log_append": b"logappend"}[record.timestamp_type]
        members += [b'"tstype":"%s"' % kind, b'"ts":%d' % _timestamp(record)]
    if number >= (1, 6):
        members.append(b'"broker":%d' % record.broker)
    if number >= (1, 4) and record.headers:
        flat = [
            item
            for name, value in record.headers
            for item in (json_string(name.encode()), b"null" if value is None else json_string(value))
        ]
        members.append(b'"headers":[' + b",".join(flat) + b"]")
    members += _json_member(b"key", record.key, key_decoded, number)
    members += _json_member(b"payload", record.value, payload_decoded, number)
    if format_string is None:
        format_string = parse_delimiter(delimiter) if number >= (1, 7) else delimiter
    first = parse_format(format_string)[:1]
    return b"{" + b",".join(members) + b"}" + b"".join(token for token in first if isinstance(token, bytes))


def jq(record_json: bytes, style: Literal["pretty", "compact"] = "pretty") -> bytes:
    """What ``jq .`` or ``jq -c .`` makes of one object that :func:`render_json` printed, with jq's newline at the end.

    jq decodes strings: bytes that are no UTF-8 become U+FFFD, 0x7F becomes ``\\u007f``, hexadecimal
    digits become small.
    """
    tokens = _json_tokens(record_json.strip())
    if style == "compact":
        return b"".join(tokens) + b"\n"
    out, depth = bytearray(), 0
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else b""
        if token in (b"{", b"["):
            depth += 1
            out += token if following in (b"}", b"]") else token + b"\n" + b"  " * depth
        elif token in (b"}", b"]"):
            depth -= 1
            out += token if tokens[index - 1] in (b"{", b"[") else b"\n" + b"  " * depth + token
        elif token == b",":
            out += b",\n" + b"  " * depth
        else:
            out += b": " if token == b":" else token
    return bytes(out) + b"\n"


def _json_tokens(text: bytes) -> list[bytes]:
    tokens, at = [], 0
    while at < len(text):
        if text[at] == 0x22:
            end = at + 1
            while text[end] != 0x22:
                end += 2 if text[end] == 0x5C else 1
            tokens.append(_jq_string(text[at + 1 : end]))
            at = end + 1
        elif text[at : at + 1] in b"{}[]:,":
            tokens.append(text[at : at + 1])
            at += 1
        elif text[at : at + 1] in b" \t\r\n":
            at += 1
        else:
            end = at
            while end < len(text) and text[end : end + 1] not in b"{}[]:, \t\r\n":
                end += 1
            tokens.append(text[at:end])
            at = end
    return tokens


_NAMED_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unescaped(content: bytes) -> bytes:
    """The bytes that the inside of a JSON string of kcat's stands for: yajl writes uXXXX for control bytes alone."""
    pieces, at = [], 0
    while (slash := content.find(b"\\", at)) >= 0:
        letter = chr(content[slash + 1])
        is_code = letter == "u"
        character = chr(int(content[slash + 2 : slash + 6], 16)) if is_code else _NAMED_ESCAPES.get(letter, letter)
        pieces += [content[at:slash], character.encode()]
        at = slash + (6 if is_code else 2)
    return b"".join([*pieces, content[at:]])


def _jq_decode(data: bytes) -> str:
    """UTF-8 as jq 1.6 reads it: a lead byte swallows its continuation bytes, and what is wrong becomes one U+FFFD.

    So does everything from a lead byte on that promises more bytes than are left.
    """
    out, at = [], 0
    while at < len(data):
        lead = data[at]
        size = 1 + (lead >= 0xC2) + (lead >= 0xE0) + (lead >= 0xF0) if lead < 0xF5 else 1
        end = at + 1
        while end < min(at + size, len(data)) and data[end] & 0xC0 == 0x80:
            end += 1
        if at + size > len(data):
            end = len(data)
        try:
            out.append(data[at:end].decode())
        except UnicodeDecodeError:
            out.append("\ufffd")
        at = end
    return "".join(out)


def _jq_string(content: bytes) -> bytes:
    text = json.dumps(_jq_decode(_unescaped(content)), ensure_ascii=False)
    return text.replace("\x7f", "\\u007f").encode()


def reached_end(topic: str, partition: int, offset: int, exiting: bool = False) -> bytes:
    return f"% Reached end of topic {topic} [{partition}] at offset {offset}{': exiting' if exiting else ''}\n".encode()


def reached_stop_timestamp(topic: str, partition: int, offset: int, exiting: bool = False) -> bytes:
    ending = ": exiting" if exiting else ""
    return f"% Reached stop timestamp for topic {topic} [{partition}] at offset {offset}{ending}\n".encode()


def auto_selecting(mode: Literal["Consumer", "Producer"] = "Consumer") -> bytes:
    return f"% Auto-selecting {mode} mode (use -P or -C to override)\n".encode()


def waiting_for_rebalance() -> bytes:
    return b"% Waiting for group rebalance\n"


def _partition_list(partitions: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{topic} [{partition}]" for topic, partition in partitions)


def group_rebalanced(
    group: str, member_id: str, what: Literal["assigned", "revoked"], partitions: Iterable[tuple[str, int]]
) -> bytes:
    return f"% Group {group} rebalanced (memberid {member_id}): {what}: {_partition_list(partitions)}\n".encode()


def group_rebalanced_incrementally(
    group: str, member_id: str, what: Literal["assignment", "revoke"], partitions: Sequence[tuple[str, int]]
) -> bytes:
    return (
        f"% Group {group} rebalanced: incremental {what} of {len(partitions)} partition(s) "
        f"(memberid {member_id}, COOPERATIVE rebalance protocol): {_partition_list(partitions)}\n"
    ).encode()


def throttled(broker: str, broker_id: int, milliseconds: int) -> bytes:
    return f"% Broker {broker} ({broker_id}) throttled request for {milliseconds}ms\n".encode()


def error(message: str, *, terminating: bool = False, version: str = "1.7.1") -> bytes:
    ending = (": terminating" if _version(version) >= (1, 7) else " : terminating") if terminating else ""
    return f"% ERROR: {message}{ending}\n".encode()


def fatal_client_error(message: str) -> bytes:
    return f"% FATAL CLIENT ERROR: {message}: terminating\n".encode()


def librdkafka_log(level: int, seconds: int, milliseconds: int, facility: str, client: str, text: str) -> bytes:
    return f"%{level}|{seconds}.{milliseconds:03d}|{facility}|{client}| {text}\n".encode()


def deprecated_configuration() -> bytes:
    return (
        b"% Configuration filename kafkacat.conf is deprecated!\n"
        b"% Rename /root/.config/kafkacat.conf to /root/.config/kcat.conf\n"
    )


def reading_configuration(path: str) -> bytes:
    return f"% Reading configuration from file {path}\n".encode()


def notices(topic: str = "events") -> st.SearchStrategy[bytes]:
    """One notice line (or pair of lines) of any kind that can stand in a consumer's dump."""
    offsets = st.integers(0, 2**40)
    partitions = st.integers(0, 11)
    some = st.lists(st.tuples(st.just(topic), partitions), min_size=1, max_size=3)
    return st.one_of(
        st.builds(reached_end, st.just(topic), partitions, offsets, st.booleans()),
        st.builds(reached_stop_timestamp, st.just(topic), partitions, offsets, st.booleans()),
        st.just(auto_selecting()),
        st.just(waiting_for_rebalance()),
        st.builds(
            group_rebalanced, st.just("g"), st.just("rdkafka-0b1c"), st.sampled_from(["assigned", "revoked"]), some
        ),
        st.builds(
            group_rebalanced_incrementally,
            st.just("g"),
            st.just("rdkafka-0b1c"),
            st.sampled_from(["assignment", "revoke"]),
            some,
        ),
        st.builds(throttled, st.just("127.0.0.1:9092/1"), st.just(1), st.integers(1, 9999)),
        st.builds(
            error,
            st.sampled_from(["Local: Broker transport failure: 127.0.0.1:9092/1: Disconnected", "Local: Timed out"]),
        ),
        st.builds(
            librdkafka_log,
            st.integers(3, 7),
            st.just(1_700_000_000),
            st.integers(0, 999),
            st.sampled_from(["FAIL", "ERROR", "REQTMOUT"]),
            st.just("rdkafka#consumer-1"),
            st.just("[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Disconnected (after 6026ms in state UP)"),
        ),
        st.just(deprecated_configuration()),
        st.just(reading_configuration("/root/.config/kcat.conf")),
    )


def merge_streams(stdout: bytes, notices: Iterable[tuple[int, bytes]], block: int = STDIO_BLOCK) -> bytes:
    """The bytes of ``kcat … > file 2>&1``.

    ``notices``: how many bytes of records kcat had printed when it wrote the notice, and the notice. What it has
    printed leaves its buffer in blocks, a notice leaves at once: the notice lands at the last multiple of ``block``
    that stdout had passed, be that in the middle of a record.
    """
    out, written = bytearray(), 0
    for printed, notice in sorted(notices, key=lambda pair: pair[0]):
        # A buffer that is exactly full is written out only by the next byte.
        flushed = max(written, (min(printed, len(stdout)) - 1) // block * block if printed else 0)
        out += stdout[written:flushed] + notice
        written = flushed
    return bytes(out + stdout[written:])


def format_strings(
    *, tokens: str = "sSkKTtpohR", literals: Sequence[bytes] | None = None, max_tokens: int = 8
) -> st.SearchStrategy[bytes]:
    """Format strings with any of ``tokens`` and literals with every kind of escape; some glue two fields together."""
    if literals is None:
        literals = (
            *(b"\\n", b"\\t", b"\\r", b" ", b": ", b"|", b"/", b"--\\n", b"\\n\\Partition: ", b"Key (", b" bytes): "),
            *(
                b"\\x41",
                b"\\x1F",
                b"\\xAB",
                b"\\012",
                b"\\10;",
                b"\\0x7c",
                b"\\65",
                b"\\\\n",
                b"\\q",
                b"%%",
                b'{"k":"',
                b'"}',
            ),
            *(b"\xe2\x86\x92", b"\n", b"=", b"[", b"] at offset "),
        )
    field = st.sampled_from(list(tokens)).map(lambda letter: b"%" + letter.encode())
    parts = st.lists(field | st.sampled_from(list(literals)), min_size=1, max_size=max_tokens)
    return parts.map(b"".join)
