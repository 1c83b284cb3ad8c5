"""`--command`: the pasted command line says what the dump looks like."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.errors import UsageError
from dumpfix.grammar.command import grammar_of, shell_words
from dumpfix.grammar.detect import describe
from dumpfix.grammar.layout import Layout

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
            ['timestamp " | Offset:" OFFSET " | " VALUE "\\n"'],
        ),
        (
            "kafka-console-consumer --topic t --property print.partition=true --property print.key=true",
            ['"Partition:" PARTITION "\\t" KEY "\\t" VALUE "\\n"', 'KEY "\\t" VALUE "\\t" PARTITION "\\n"'],
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
    printed = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True).stdout
    assert [word.encode() for word in shell_words(line)] == printed.split(b"\0")[:-1]
