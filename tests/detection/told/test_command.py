"""`--command`: the pasted command line says what the dump looks like."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from dumpfix.detection.told.command import grammar_of
from dumpfix.detection.told.shell import as_bytes, shell_words
from dumpfix.errors import UsageError
from dumpfix.layout.model import Layout
from dumpfix.layout.write import describe

PROSE = '"Topic " TOPIC " [" PARTITION "] at offset " OFFSET ": key " KEY ": " VALUE "\\n"'


def layouts(command: str) -> list[str]:
    return [describe(layout) for layout in grammar_of(command).layouts]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("kcat -C -b b:9092 -t t -f 'Topic %t [%p] at offset %o: key %k: %s\\n' -e > dump.txt", [PROSE]),
        ('kafkacat -b b -t t -C -f"Topic %t [%p] at offset %o: key %k: %s\\n" 2>&1 | tee x', [PROSE]),
        ("docker run --rm edenhill/kcat:1.7.1 -C -b b -t t -K: -e", ['KEY ":" VALUE "\\n"']),
        ("docker exec -ti kcat kcat -b b -t t -C -K '\\t'", ['KEY "\\t" VALUE "\\n"']),
        ("kubectl exec -it pod -n ns -- kcat -Ceq -b b -t t", ['VALUE "\\n"']),
        ("docker run confluentinc/cp-kafkacat kafkacat -C -b b -t t -D '\\x1e'", ['VALUE "\\x1e"']),
        ("kcat -b b -t t -C -s avro -r http://r", ['KEY VALUE "\\n"']),
        ("kcat -b b -t t -C -s key=avro -r http://r", ['KEY VALUE "\\n"']),
        ("sh -c 'kcat -C -b b -t t -K ,'", ['KEY "," VALUE "\\n"']),
        ("kcat -C -b b -t t -J | jq -r .payload", ['VALUE "\\n"']),
        ("kafka-console-consumer.sh --bootstrap-server b --topic t", ['VALUE "\\n"']),
        (
            "docker compose exec kafka kafka-console-consumer --bootstrap-server b \\\n  --topic t \\\n"
            "  --property print.key=true --property key.separator=$'\\t'",
            ['KEY "\\t" VALUE "\\n"'],
        ),
        (
            "kafka-console-consumer --topic t --formatter-property print.timestamp=true "
            "--formatter-property print.offset=true --formatter-property key.separator=' | '",
            [
                'timestamp " | Offset:" OFFSET " | " VALUE "\\n"',
                'timestamp " | " VALUE "\\n"',
                'VALUE "\\n"',
            ],
        ),
        (
            "kafka-console-consumer --topic t --property print.partition=true --property print.key=true",
            [
                '"Partition:" PARTITION "\\t" KEY "\\t" VALUE "\\n"',
                'KEY "\\t" VALUE "\\t" PARTITION "\\n"',
                'KEY "\\t" VALUE "\\n"',
            ],
        ),
        (
            "kafka-avro-console-consumer --topic t --property print.schema.ids=true",
            ['VALUE "\\t" VALUE_SCHEMA_ID "\\n"'],
        ),
        ("/opt/kafka/bin/kafka-console-consumer.sh --topic t --property line.separator=';'", ['VALUE ";"']),
    ],
)
def test_a_pasted_command_tells_the_layout(command: str, expected: list[str]) -> None:
    assert layouts(command) == expected


KCAT_JSON = layouts("kcat -C -t t -J")
JSONL = ['VALUE "\\n"']
KEYED = ['KEY ":" VALUE "\\n"']


@pytest.mark.parametrize(
    "command",
    [
        "cd /opt && kcat -C -b b -t t -K:",
        "cat brokers | xargs kcat -C -t t -K: -b",
        "echo start kcat; kcat -C -b b -t t -K:",
        "(kcat -C -b b -t t -K:) > x",
        "time kcat -C -b b -t t -K: & wait",
        "# dump with kcat, don't stop it\nkcat -C -b b -t t -K:  # all of it",
        "$ kcat -C -b b -t t -K:",
        "# kcat -C -b b -t t -K:",
        "me@host:~$ kcat -C -b b -t t -K:",
        "[root@host ~]# kcat -C -b b -t t -K:",
        "> kcat -C -b b -t t -K:",
        "BROKER=b:9 LC_ALL=C kcat -C -b $BROKER -t t -K:",
        "kcat -C -b b \\\r\n -t t \\\r\n -K:\r\n",
        "kcat -C -b b\n  -t t\n  -K:\n  | tee x",
        "> x 2>&1 kcat -C -b b -t t -K:",
        "for p in 0 1; do kcat -C -b b -t t -p $p -K: ; done > x",
        "out=$(kcat -C -b b -t t -K:)",
        "docker pull edenhill/kcat:1.7.1; docker run -it edenhill/kcat:1.7.1 -C -b b -t t -K:",
        "docker run --rm --name kcat -P edenhill/kcat:1.7.1 -C -b b -t t -K:",
        'docker exec kcat sh -c "kcat -C -b b:9 -t t -K:"',
        "ssh host 'kcat -C -b b -t t -K:'",
        "kcat -L -b b; kcat -C -b b -t t -K:",
    ],
)
def test_the_call_is_found_whatever_stands_around_it(command: str) -> None:
    assert layouts(command) == KEYED


@pytest.mark.parametrize(
    "command",
    [
        ".\\bin\\windows\\kafka-console-consumer.bat --topic t --property print.key=true --property key.separator=:",
        "PS C:\\kafka 3> .\\bin\\windows\\kafka-console-consumer.bat `\r\n --topic t --property print.key=true "
        '--property "key.separator=:" > x',
        "PS C:\\> .\\bin\\windows\\kafka-console-consumer.bat --property print.key=true --property key.separator=:",
        "C:\\kafka>bin\\windows\\kafka-console-consumer.bat --property print.key=true ^\n --property key.separator=:",
        "sudo -u kafka kafka-console-consumer.sh --property print.key=true --property key.separator=:",
        "su - kafka -c 'kafka-console-consumer.sh --property print.key=true --property key.separator=:'",
    ],
)
def test_so_is_a_console_consumer(command: str) -> None:
    assert layouts(command) == KEYED


def test_a_container_called_kcat_is_no_call_of_kcat() -> None:
    command = "docker exec kcat sh -c \"kcat -b b:9 -t t -f '%o %s\\n'\""
    assert layouts(command) == ['OFFSET " " VALUE "\\n"']


def test_letters_beyond_ascii_reach_kcat_as_utf_8() -> None:
    assert layouts("kcat -C -t t -f '%k→%s\\n'") == ['KEY "\\xe2\\x86\\x92" VALUE "\\n"']
    assert layouts("kcat -C -t t -K $'\\001\\u00e9\\xff'") == ['KEY "\\x01\\xc3\\xa9\\xff" VALUE "\\n"']


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("jq", KCAT_JSON),
        ("jq .", KCAT_JSON),
        ("jq -c 'select(.payload != null)'", KCAT_JSON),
        ("jq -c 'select(.payload != null) | select(.offset > 7)' | tee x", KCAT_JSON),
        ("jq -c '.payload |= fromjson'", KCAT_JSON),
        ("jq -c 'del(.headers)'", KCAT_JSON),
        ("grep payload", KCAT_JSON),
        ("jq .payload", JSONL),
        ("jq -rc '.payload|fromjson'", JSONL),
        ("jq --arg a .x -c '.payload | fromjson?'", JSONL),
        ("jq -r '.payload?'", JSONL),
        ("jq -r '.payload // empty'", JSONL),
        ("jq -r 'select(.payload != null) | (.payload | fromjson)'", JSONL),
        ("jq -c . | jq -r .payload", JSONL),
        ("jq -rR 'fromjson? | .payload'", JSONL),
    ],
)
def test_what_jq_leaves_of_kcat_json(stage: str, expected: list[str]) -> None:
    assert layouts(f"kcat -C -J -t t | {stage}") == expected
    assert layouts(f'docker exec x sh -c "kcat -C -J -t t" | {stage} > y') == expected


@pytest.mark.parametrize(
    "stage",
    [
        "jq -c '{k: .key, v: .payload}'",
        "jq -c '[.key, .payload]'",
        "jq '.payload, .key'",
        "jq .payload_error",
        "jq -s .",
        "jq -f filter.jq",
        "jq -R .",
    ],
)
def test_records_that_jq_builds_are_not_guessed_at(stage: str) -> None:
    with pytest.raises(UsageError, match=r"jq builds records of its own.* leave --command out, or give --grammar"):
        grammar_of(f"kcat -C -J -t t | {stage}")


def test_what_jq_makes_of_values_are_values_and_columns_it_cannot_read() -> None:
    for stage in ("jq .", "jq -c .user", "jq '{a, b}'"):
        assert layouts(f"kafka-console-consumer --topic t | {stage}") == JSONL
        assert layouts(f"kcat -C -t t | {stage}") == JSONL
    assert layouts("kafka-console-consumer --topic t --property print.key=true | jq .") == ['KEY "\\t" VALUE "\\n"']
    for tool in ("kafka-console-consumer --topic t --property print.key=true", "kcat -C -t t -K:"):
        with pytest.raises(UsageError, match="jq builds records of its own"):
            grammar_of(f"{tool} | jq .user")


def test_columns_that_an_older_version_leaves_out_are_candidates_behind_all_columns() -> None:
    command = "kafka-console-consumer --topic t --property print.offset=true --property print.key=true"
    assert layouts(command) == ['"Offset:" OFFSET "\\t" KEY "\\t" VALUE "\\n"', 'KEY "\\t" VALUE "\\n"']
    every = " ".join(
        f"--property print.{name}=true"
        for name in ("timestamp", "partition", "offset", "delivery", "epoch", "headers", "key")
    )
    assert layouts(f"kafka-console-consumer --topic t {every}") == [
        'timestamp "\\tPartition:" PARTITION "\\tOffset:" OFFSET "\\t" delivery "\\t" epoch "\\t" HEADERS "\\t" KEY'
        ' "\\t" VALUE "\\n"',
        'timestamp "\\tPartition:" PARTITION "\\tOffset:" OFFSET "\\t" HEADERS "\\t" KEY "\\t" VALUE "\\n"',
        'timestamp "\\t" KEY "\\t" VALUE "\\t" PARTITION "\\n"',
        'timestamp "\\t" KEY "\\t" VALUE "\\n"',
        'KEY "\\t" VALUE "\\n"',
    ]


@pytest.mark.parametrize(
    ("columns", "dump", "expected"),
    [
        ("partition key", b'k\t{"a":0}\t0\n', {"partition": 0, "key": b"k"}),
        ("partition key", b'Partition:3\tk\t{"a":0}\n', {"partition": 3, "key": b"k"}),
        ("partition key", b'k\t{"a":0}\n', {"partition": None, "key": b"k"}),
        (
            "timestamp headers key",
            b'CreateTime:1700000000001\tk\t{"a":0}\n',
            {"timestamp": 1700000000001, "headers": None, "key": b"k"},
        ),
        (
            "timestamp headers key",
            b'CreateTime:1700000000001\th:a\tk\t{"a":0}\n',
            {"timestamp": 1700000000001, "headers": (("h", b"a"),), "key": b"k"},
        ),
        ("headers key", b'k\t{"a":0}\n', {"headers": None, "key": b"k"}),
        ("headers key", b'h:a\tk\t{"a":0}\n', {"headers": (("h", b"a"),), "key": b"k"}),
        ("headers key", b'NO_HEADERS\tk\t{"a":0}\n', {"headers": (), "key": b"k"}),
        ("timestamp delivery", b'CreateTime:1700000000001\tDelivery:1\t{"a":0}\n', {"timestamp": 1700000000001}),
        ("timestamp delivery", b'CreateTime:1700000000001\t{"a":0}\n', {"timestamp": 1700000000001}),
        ("timestamp key", b'k\t{"a":0}\n', {"timestamp": None, "key": b"k"}),
    ],
)
def test_the_dump_shows_which_columns_its_version_printed(
    columns: str, dump: bytes, expected: dict[str, object]
) -> None:
    command = "kafka-console-consumer " + " ".join(f"--property print.{name}=true" for name in columns.split())
    (record,) = dumpfix.records(dump, command=command)
    assert record.verdict == "valid"
    assert record.value == b'{"a":0}'
    assert {name: getattr(record, name) for name in expected} == expected


def test_of_a_command_that_found_nothing_no_layout_has_to_be_told() -> None:
    command = "kafka-console-consumer --topic t --property print.timestamp=true"
    assert not list(dumpfix.records(b"Processed a total of 0 messages\n", command=command))


def test_a_confluent_consumer_prints_the_payload_whatever_print_value_says() -> None:
    assert layouts("kafka-avro-console-consumer --topic t --property print.value=false") == JSONL


def test_the_null_literal_and_the_z_of_kcat_are_known() -> None:
    told = grammar_of("kafka-console-consumer --topic t --property null.literal=@N@").layouts[0]
    assert isinstance(told, Layout)
    assert told.null_literal == b"@N@"
    assert grammar_of("kcat -C -t t -Z").layouts[0].null_or_empty_literal == b"NULL"
    assert grammar_of("kcat -C -t t").layouts[0].null_or_empty_literal is None


def test_a_formatter_file_is_read_where_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "formatter.properties"
    file.write_text("# columns\nprint.key = true\nkey.separator=\\t\\t\n".replace(" = ", "="))
    assert layouts(f"kafka-console-consumer --topic t --formatter-config {file}") == ['KEY "\\t\\t" VALUE "\\n"']


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("ls -l", "calls neither"),
        ("", "calls neither"),
        ("kcat -C -t t -f '%k %p\\n'", "no %s"),
        ("kcat -C -t t -f 'abc", "does not close"),
        ("kcat -C -t t -f '%q'", "kcat has no %q"),
        ("kafka-console-consumer --topic t --property print.value=false --property print.offset=true", "no payloads"),
        (
            "kafka-console-consumer --topic t --property print.value=false --property print.key=true "
            "--property print.headers=true",
            "holds no payloads",
        ),
        ("kcat -P -b b -t t < x", "kcat -P writes records to Kafka and prints no records"),
        ("kcat -b b -L", "kcat -L lists topics"),
        ("kcat -b b -Q -t t:0:1700000000000", "kcat -Q looks up offsets"),
        ("echo kcat", "calls neither"),
        ("kafka-console-consumer --topic t --formatter kafka.tools.NoOpMessageFormatter", "no payloads"),
        ("kafka-console-consumer --topic t --formatter-config /not/there", "cannot be read here"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(command: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        grammar_of(command)


WORDS = st.lists(st.text("ab '\"\\$`*?~\t%{}", max_size=6), max_size=5)


@given(WORDS)
def test_words_quoted_for_a_shell_come_back(words: list[str]) -> None:
    assert list(shell_words(shlex.join(["x", *words]))) == ["x", *words]


PIECES = st.sampled_from([
    "kcat", " -C ", "-f ", "'%s", "'", '"', "$'", "\\", "\n", "(", ")", "|", "||", "&", ";", "<", ">", "#", " ", "$",
    "$(", "jq ", ".payload", "-J ", "sh -c ", "PS C:\\> ", ".\\kcat.exe ", "docker run ", "\\x", "%", "-K",
])  # fmt: skip


@pytest.mark.slow
@given(st.lists(PIECES | st.text(max_size=3), max_size=16).map("".join))
def test_whatever_is_pasted_gives_a_grammar_or_says_why_not(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert grammar_of(text).layouts


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash to compare with")
@pytest.mark.parametrize(
    "line",
    [
        r"a $'\t' $'it\'s' $'\x41\n' b",
        r"""a "b \"c\" \$d \n" 'e\f' g\ h""",
        "a \\\n  b 'c\nd'",
        r"a''b\"c' 'd",
    ],
)
def test_quotes_are_read_as_bash_reads_them(line: str) -> None:
    printed = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {line}"],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    ).stdout
    assert [as_bytes(word) for word in shell_words(line)] == printed.split(b"\0")[:-1]
