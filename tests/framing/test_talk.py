"""Command lines, and what was typed for a producer, are talk: they are no records, whatever documents stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.framing.talk import kind_of, may_be_command, talk_at
from dumpfix.framing.window import Window
from dumpfix.layout.load import command_words, shipped
from tests.reading import chunked, scan, tiles

READERS = [
    b"$ kcat -C -b localhost:9092 -t orders -f '%k: %s\\n'",
    b"kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic t",
    b"root@c14de902f0e4:/# kafka-console-consumer --topic t --bootstrap-server localhost:9092",
    b"C:\\kafka\\bin\\windows>kafka-console-consumer.bat --topic t",
    b"sh-4.4$ ./bin/kafka-dump-log.sh --files 0.log",
    b"docker exec -it kafka kafka-console-consumer --topic t",
    b"KAFKA_OPTS=-Xmx1g bin/kafka-avro-console-consumer --topic t",
    "➜  work git:(main) ./kafkacat -b $BROKERS -t t".encode(),
    b"> kafkacat -b localhost:9092 -t t",
]
NO_COMMANDS = [
    b"",
    b"{}",
    b'kcat\t{"a":1}',
    b'docker: {"a":1}',
    b'> {"a":1}',
    b"$ 5.00",
    b"Run kcat -b localhost to see it",
    b"kafka-console-consumer",
    b'Topic kcat [0] at offset 1: key -x: {"a":1}',
    b"% Reached end of topic kcat [0] at offset 5",
    b'user-1 kcat {"-a":1}',
    b'c3: {"m":"run: $ docker ps"',
    b'c3: {"m":"<p> cat food","k":"cut he',
    b'fay: {"n":4}bob@host:~$ exit',
    b'fay\t{"n":4}[root@kafka-0 bin]# kcat -C -t events',
]


@pytest.mark.parametrize("line", READERS)
def test_commands_are_recognised(line: bytes) -> None:
    assert kind_of(line) == "reader"


@pytest.mark.parametrize("line", NO_COMMANDS)
def test_what_only_names_a_program_is_none(line: bytes) -> None:
    assert kind_of(line) is None


def test_commands_of_a_shell_need_a_prompt() -> None:
    assert (kind_of(b"$ cat dump.txt"), kind_of(b"cat dump.txt")) == ("other", None)
    assert (kind_of(b"$ consume-topic test"), kind_of(b"consume-topic test")) == ("other", None)
    assert kind_of(b'$ k1 {"a":1}') is None


@pytest.mark.parametrize("line", ["$", "$ \n", "[root@kafka-0 bin]$ ", "user@host:~/dumps$", "root@c14de902f0e4:/#"])
def test_a_prompt_alone_is_talk(line: str) -> None:
    assert kind_of(line.encode()) == "other"
    assert kind_of(b"x " + line.encode()) is None
    assert kind_of(line.encode() + b'{"a":1}') is None


@pytest.mark.parametrize(
    ("dump", "records", "garbage"),
    [
        (b"kafka-console-consumer --topic t \\\n --from-beginning\n\n{}\n", [b"{}"], b""),
        (b"$ kafka-topics.sh --list\norders\npayments\n$ kafka-console-consumer.sh --topic t\n{}\n", [b"{}"], b""),
        # Where no command follows, or a document stands in it, it may be anything.
        (b"$ kafka-topics.sh --list\norders\n{}\n", [b"orders", b"{}"], b""),
        (b'$ kafka-topics.sh --list\n{"a":1}\n$ kcat -C -t t\n{}\n', [b'{"a":1}', b"{}"], b""),
        (b"{}\n...\n{}\n", [b"{}", b"{}"], b"...\n"),
        ("{}\n[…]\n\n{}\n".encode(), [b"{}", b"{}"], "[…]\n\n".encode()),
        (b"{}\n[1]\n.... \n", [b"{}", b"[1]", b"...."], b""),
    ],
)
def test_what_stands_around_records_is_none(dump: bytes, records: list[bytes], garbage: bytes) -> None:
    """Blank lines behind a command, what a program prints that prints no records, and what was left out."""
    grammar = shipped("jsonl")
    found = scan(dump, grammar.layouts[0], grammar.notices)
    assert [value.strip() for value in found.values if value is not None] == records
    assert b"".join(dump[span.start : span.end] for span in found.of_role("garbage")) == garbage
    for cut in range(1, len(dump)):
        assert scan([dump[:cut], dump[cut:]], grammar.layouts[0], grammar.notices).spans == found.spans


@pytest.mark.parametrize(
    ("dump", "talk"),
    [
        (b"kcat -C \\\n  -t orders \\\n  -e\n{}\n", b"kcat -C \\\n  -t orders \\\n  -e\n"),
        (b"kcat -f '%k\n%s\n' -t orders\n{}\n", b"kcat -f '%k\n%s\n' -t orders\n"),
        (b"kcat -b <my_broker's IP> -t t\n{}\n", b"kcat -b <my_broker's IP> -t t\n"),
        (b'$ kafka-console-producer --topic t\n>{"a":1}\n>{"b":2}\n>^C\n{}\n', None),
        (b'$ kcat -P -t t\n{"a":1}\n$ kcat -C -t t\n{}\n', b'$ kcat -P -t t\n{"a":1}\n'),
        (b'$ kcat -P -t t\n{"a":1}\n', b"$ kcat -P -t t\n"),
        (b'$ kcat -P -t t -l file\n{"a":1}\n$ kcat -C -t t\n', b"$ kcat -P -t t -l file\n"),
    ],
)
def test_talk_ends_where_the_command_and_what_was_typed_do(dump: bytes, talk: bytes | None) -> None:
    found = talk_at(Window(dump), 0)
    assert found is not None
    assert dump[: found.end] == (dump[:-3] if talk is None else talk)


LINES = st.lists(
    st.sampled_from([
        *READERS,
        b"$ kafka-console-producer --topic t",
        b"$ kcat -P -t t",
        b'>{"typed":1}',
        b'{"a":1}',
        b'{"b":[2]}',
        b"kcat -C \\",
        b"  -e",
        b"Script started on Monday",
        b"",
        b"Script done on Tuesday",
    ]),
    max_size=10,
)  # fmt: skip


@given(lines=LINES, data=st.data())
def test_talk_is_the_same_in_any_pieces(lines: list[bytes], data: st.DataObject) -> None:
    dump = b"".join(line + b"\n" for line in lines)
    grammar = shipped("jsonl")
    whole = scan(dump, grammar.layouts[0], grammar.notices)
    assert tiles(whole, dump)
    pieces = scan(data.draw(chunked(dump)), grammar.layouts[0], grammar.notices)
    assert (pieces.records, pieces.spans) == (whole.records, whole.spans)
    assert not any(value and b"typed" in value for value in whole.values if b"$ kafka-console-producer" in lines[:1])


@given(line=st.sampled_from([*READERS, *NO_COMMANDS]), cut=st.integers(1, 80))
def test_what_is_said_of_a_part_is_true_of_the_whole(line: bytes, cut: int) -> None:
    whole = line + b'\n{"a":1}\n'
    part = Window(whole[: min(cut, len(line) + 1)])
    early = talk_at(part, 0)
    if not part.touched_end:
        assert early == talk_at(Window(whole), 0)


def test_the_producers_lines_are_not_the_consumers() -> None:
    grammar = shipped("jsonl")
    dump = b'x$ kafka-console-producer.sh --topic y\n>{"a":1}\n>^C\n$ kafka-console-consumer.sh --topic y\n{"a":1}\n'
    assert scan(dump, grammar.layouts[0], grammar.notices).values == [b'{"a":1}']


def test_the_blank_line_before_script_is_done_is_its_own() -> None:
    grammar = shipped("kafkacat")
    layout = next(one for one in grammar.layouts if [*one.fields] == ["VALUE"] and len(one.elements) == 2)  # type: ignore[union-attr]
    dump = b'Script started on Monday\n{"n":1}\n\n{"n":2}\n\nScript done on Monday\n'
    assert scan(dump, layout, grammar.notices).values == [b'{"n":1}', b"", b'{"n":2}']


WORDS = sorted(word for words in command_words().values() for word in words)
PROMPTS = [b"$ ", b"$", b"# ", b"> ", b"+ ", b"[a@b ~]$ ", b"a@b:~/c$ ", "➜  ~ ".encode(), b"X=1 ", b"sudo ", b"./"]
OPTIONS = [
    b"",
    b" -C",
    b" -b l -t t",
    b" \\",
    b" exec -it k -- kcat -C",
    b' -c "kcat -C"',
    b" orders",
    b".sh --topic t",
]


@given(st.sampled_from([b"", *PROMPTS]), st.sampled_from(WORDS), st.sampled_from(OPTIONS))
def test_no_command_is_passed_over_among_many_records(prompt: bytes, word: bytes, options: bytes) -> None:
    line = prompt + word + options
    assert kind_of(line) is None or may_be_command(line)
