"""What a fresh pair of eyes found to be sure and wrong: columns in keys, commands as records, members left out."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import dumpfix
from dumpfix.detection.choose import Told, choose
from dumpfix.detection.columns import names_a_field
from dumpfix.detection.read_off.fields import MOST_WAYS, typed
from dumpfix.detection.read_off.parts import Column, Part

ROWS = [(n % 2, 100 + n // 2, b"u%d" % (n * 7 % 5)) for n in range(20)]


def lines(form: Callable[[int, int, bytes], bytes]) -> bytes:
    return b"".join(form(*row) + b'{"a":1}\n' for row in ROWS)


@pytest.mark.parametrize(
    "form",
    [
        lambda p, o, k: b"orders-%d@%d: %b " % (p, o, k),
        lambda p, o, k: b"p%d o%d %b " % (p, o, k),
        lambda p, o, k: b"Got %b at %d/%d: " % (k, p, o),
        lambda p, o, k: b"%d-%d %b " % (p, o, k),
        lambda p, o, k: b"17000000%02d %d %d %b " % (o % 100, p, o, k),
        lambda p, o, k: b"[%d] at offset %d: key %b: " % (p, o, k),
        lambda p, o, k: b"%b(%d:%d) " % (k, p, o),
    ],
)
def test_columns_that_are_not_told_apart_are_not_surely_a_key(form: Callable[[int, int, bytes], bytes]) -> None:
    choice = choose(lines(form), Told(), final=True)
    keys = [record.key for record in dumpfix.records(lines(form))]
    assert choice.confidence != "sure" or keys == [key for _, _, key in ROWS]


@pytest.mark.parametrize(
    "dump",
    [b'"id","name","email"\n"1","Bob","b@x.org"\n"2","Sue","s@x.org"\n', b'"0","1","k1","{""a"":1}",""\n' * 20],
)
def test_the_cells_of_a_table_are_not_surely_events(dump: bytes) -> None:
    assert choose(dump, Told(), final=True).confidence == "unclear"


def test_a_date_and_a_separator_are_a_column() -> None:
    dump = b"".join(b'2023-11-14T22:13:%02dZ;%d;%d;%b;{"a":1}\n' % (n, *row) for n, row in enumerate(ROWS))
    found = [(r.partition, r.offset, r.key, r.timestamp) for r in dumpfix.records(dump)]
    assert found == [(p, o, k, 1_700_000_000_000 - 20_000 + 1000 * n) for n, (p, o, k) in enumerate(ROWS)]


@pytest.mark.parametrize(
    ("form", "key"),
    [
        (b'Offset: %d\tKey: %b\tValue: {"n":1}\n', b"/site/%d"),
        (b'0|%d|%b|{"n":1}\n', b"/site/%d"),
        (b'Offset: %d Key: %b Value: {"n":1}\n', b"Order{id=%d}"),
        (b'Offset: %d Key: %b Value: {"n":1}\n', b"#%d"),
    ],
)
def test_signs_at_the_ends_of_keys_are_theirs(form: bytes, key: bytes) -> None:
    keys = [key % n for n in (1, 7, 3, 9)]
    dump = b"".join(form % (5 + n, key) for n, key in enumerate(keys))
    assert [record.key for record in dumpfix.records(dump)] == keys


@pytest.mark.parametrize(
    "command",
    [
        b"$ kcat -b l -t t -C -K:",
        b"+ kcat -b l -t t -C -K:",
        b"[kafka@kafka-0 ~]$ kcat -b l -t t -C -K:",
        b"kubectl exec -it kafka-0 -- kcat -b l -t t -C -K:",
        b"[root@kafka bin]# ./kafkacat -b l -t t -C -K:",
        b"KAFKA_OPTS=-Dx kcat -b l -t t -C -K:",
        "➜  ~ kcat -b l -t t -C -K:".encode(),
    ],
)
@pytest.mark.parametrize("count", [2, 8, 300])
def test_a_command_is_no_delete_though_it_ends_with_the_separator(command: bytes, count: int) -> None:
    """Also in the middle, where records are read many at a time."""
    records = [b'k%d:{"a":%d}\n' % (n, n) for n in range(count)]
    dump = b"".join([command + b"\n", *records, command + b"\n", *records])
    assert [record.key for record in dumpfix.records(dump)] == [b"k%d" % n for n in range(count)] * 2


def objects(*rows: bytes) -> bytes:
    return b"".join(
        b'{"topic":"t",%b"timestamp":1700000000123,"partition":0,"offset":%d}\n' % (r, n) for n, r in enumerate(rows)
    )


def test_members_that_the_first_record_lacks_are_kept(tmp_path: Path) -> None:
    """rpk prints no key, headers or value where a record has none."""
    dump = objects(b'"value":"{}",', *[b'"key":"k","value":"{}","headers":[{"key":"h","value":"v"}],'] * 9)
    assert [record.key for record in dumpfix.records(dump)][1:] == [b"k"] * 9
    dumpfix.convert(dump, tmp_path / "out", to="envelope")
    assert (tmp_path / "out").read_bytes().count(b'"headers":[["h","v"]]') == 9


def test_an_object_without_a_payload_is_a_delete() -> None:
    dump = objects(b'"key":"a","value":"{}",', b'"key":"b",', b'"key":"c","value":"{}",')
    assert [record.verdict for record in dumpfix.records(dump)] == ["valid", "tombstone", "valid"]


def test_an_object_with_members_that_no_envelope_has_is_none() -> None:
    dump = b'{"topic":"t","partition":0,"offset":5,"ts":1700000000123,"tstype":"create","key":"k1","value":{"a":1}}\n'
    (record,) = dumpfix.records(dump)
    assert (record.timestamp, record.timestamp_type, record.key) == (1_700_000_000_123, "create", b"k1")


def test_many_columns_that_nothing_names_are_no_endless_choice() -> None:
    """Each may be a literal, a text or a key: such a record has more ways to be read than anybody can try."""
    parts: list[Part] = []
    for n in range(24):
        parts += [Column((b"word%d" % n,) * 3), b"\n"]
    parts += [Column((b'{"n":1}',) * 3, is_payload=True), b"\n"]
    assert len(list(typed(parts))) <= MOST_WAYS


@pytest.mark.parametrize("rule", [b"--8<--", b"---", b"====", b"***", b"-- 1 --", b"%%"])
@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize("payload", [b'{"n":1}', b'{\n  "n": {\n    "x": 1\n  }\n}'])
@pytest.mark.parametrize("odd", [b"", b"text", b'{"n":', b'{"n":2}'])
def test_a_line_of_signs_between_records_separates_them(
    rule: bytes, is_before: bool, payload: bytes, odd: bytes
) -> None:
    """``kcat -D '\\n---\\n'``, ``echo ===`` in a loop: no topic, no key, no record of its own."""
    texts = [payload, payload, odd, payload, payload]
    dump = b"".join(rule + b"\n" + text + b"\n" if is_before else text + b"\n" + rule + b"\n" for text in texts)
    records = list(dumpfix.records(dump))
    assert [record.raw_value or b"" for record in records] == texts
    assert {(record.topic, record.key) for record in records} == {(None, None)}


def test_a_document_that_holds_a_command_is_none() -> None:
    (record,) = dumpfix.records(b'kcat\t{"msg":"run kcat -b l"}\n')
    assert record.value == b'{"msg":"run kcat -b l"}'


@pytest.mark.parametrize("separator", [b" ", b", "])
def test_two_documents_in_a_line_may_be_two_events(separator: bytes) -> None:
    dump = b"".join(b'{"a":%d}%b{"a":%d}\n' % (n, separator, n + 1) for n in range(9))
    assert dumpfix.detect(dump).confidence == "unclear"
    assert dumpfix.detect(dump.replace(b'}%b{"a"' % separator, b'}\t{"b"')).confidence == "sure"


def test_what_python_prints_of_bytes_is_read_as_python_does() -> None:
    r"""``value=b'{"s":"x\\\\n"}'`` holds a JSON text with one backslash, whatever it looks like without its quotes."""
    values = [rb'{"n":%d,"s":"x\ny"}' % n for n in range(6)]
    dump = "".join(f"offset={n} value={value!r}\n" for n, value in enumerate(values)).encode()
    assert [(record.offset, record.value) for record in dumpfix.records(dump)] == list(enumerate(values))


def test_a_key_that_python_wrote_is_not_taken_for_what_it_looks_like() -> None:
    dump = b"".join(b"offset=%d key=b'k%d' value=b'{\"n\":%d}'\n" % (n, n, n) for n in range(6))
    try:
        found = dumpfix.detect(dump)
    except dumpfix.LayoutError:
        return
    assert found.confidence == "unclear"


@pytest.mark.parametrize(
    ("dump", "says"),
    [
        (b'[\n{"a":1},\n{"a":2}\n]\n', "one JSON array"),
        (b"b'{\"a\":1}'\nb'{\"a\":2}'\n", "as Python writes them"),
        (b"{'a': 1}\n{'a': 2}\n", "as Python writes them"),
    ],
)
def test_what_was_seen_and_would_help_is_said(dump: bytes, says: str) -> None:
    with pytest.raises(dumpfix.LayoutError, match=says):
        dumpfix.detect(dump)


@pytest.mark.parametrize("seed", range(4))
def test_times_beside_null_keys_are_no_keys(seed: int) -> None:
    """However many of them say a little that they may be."""
    dice, now = random.Random(seed), 1_700_000_000_000
    dump = b""
    for offset in range(300):
        now += dice.randrange(20_000)
        dump += b'%d | %d | %d |  | ["a %d",{"b":1}]\n' % (offset % 3, 4000 + offset // 3, now, offset)
    assert "TIMESTAMP" in dumpfix.detect(dump).layout


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ('{offset}\tuser {key}\t{{"n":1}}', {"OFFSET", "KEY", "VALUE"}),
        ('orders#0#{offset}##{{"n":1}}', {"TOPIC", "PARTITION", "OFFSET", "VALUE"}),
        ('orders | 0 | {offset} |  | {{"n":1}}', {"TOPIC", "PARTITION", "OFFSET", "VALUE"}),
        ('orders/0:{offset} {{"n":1}}', {"TOPIC", "PARTITION", "OFFSET", "VALUE"}),
    ],
)
def test_columns_that_nothing_names_stand_in_the_order_in_which_people_print_them(row: str, fields: set[str]) -> None:
    """No key between coordinates, none in the place of a topic that never changes, none that is topic/0:17."""
    offsets = [664, 54, 665, 55, 56, 57, 666, 58, 667, 59, 60, 668] if "\t" in row else range(577, 607)
    dump = "".join(row.format(offset=n, key=n * 7 % 50) + "\n" for n in offsets).encode()
    found = dumpfix.detect(dump)
    assert found.confidence == "sure"
    assert {name for name in ("TOPIC", "PARTITION", "OFFSET", "KEY", "VALUE") if name in found.layout} - {"KEY"} == (
        fields - {"KEY"}
    )
    said = [(record.offset, bool(record.key)) for record in dumpfix.records(dump)]
    assert said == [(offset, "KEY" in fields) for offset in offsets]


def test_a_word_of_a_sentence_is_no_topic() -> None:
    row = 'Message %s: key=k%d, value={"n":1}, partition=0, offset=%d\n'
    assert dumpfix.detect("".join(row % ("erhalten", n, n) for n in range(5)).encode()).confidence == "unclear"
    records = dumpfix.records("".join(row % ("received", n, n) for n in range(5)).encode())
    assert [(record.topic, record.key, record.offset) for record in records] == [
        (None, b"k%d" % n, n) for n in range(5)
    ]


def test_topics_with_their_partitions_are_both() -> None:
    dump = b"".join(b'orders-%d\t%d\tkey%d\t{"n":1}\n' % (n % 3, 40 + n % 3 * 500 + n // 3, n) for n in range(9))
    assert {(record.topic, record.partition) for record in dumpfix.records(dump)} == {("orders", n) for n in range(3)}


@pytest.mark.parametrize("bullet", ["* ", "- ", "{}. ", "{}) "])
def test_a_list_is_no_dump_of_keys(bullet: str) -> None:
    dump = b"".join(bullet.format(n).encode() + b'{"n":%d}\n' % n for n in range(1, 7))
    assert [(record.key, record.value) for record in dumpfix.records(dump)] == [
        (None, b'{"n":%d}' % n) for n in range(1, 7)
    ]


COORDINATES = [(0, 118, "ada"), (2, 40, "bob"), (1, 77, "eve"), (0, 119, "ada"), (2, 41, "joe")]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("orders [{p}] at offset {o}: ", "topic partition offset"),
        ("orders [{p}] at offset {o}: key {k}: ", "topic partition offset key"),
        ("orders [{p}] {o} | {k} | ", "topic partition offset key"),
        ("key={k} region=eu value=", "key"),
        ("Offset: {o} Key: {k} Region: eu Value: ", "offset key"),
        ("Partition: {p} Offset: {o} Key: {k} Type: paid Value: ", "partition offset key"),
        ("Offset {o}, Key {k}, Ts 173157600{o:04}\n", "offset key"),
        ("% orders [{p}] at offset {o} with key {k}:\n", "topic partition offset key"),
        ("Offset: {o}   Key: {k}   Timestamp: 2024-11-14 08:00:00.123 Headers: empty\n", "offset key"),
        ("Consumed record with key {k} and value ", "key"),
        ("Consumed event from topic orders: key = {k:12} value = ", "topic key"),
        ("partition:{p}   offset:{o:<6} key:{k:10} value:", "partition offset key"),
    ],
)
@pytest.mark.parametrize("count", [4, 5])
def test_what_stands_around_a_key_is_none_of_it(form: str, said: str, count: int) -> None:
    """A partition in brackets, a label that nobody knows, blanks that make columns equally wide."""
    keys = [(p, o, k + "-longer" * (n % 2)) for n, (p, o, k) in enumerate(COORDINATES[:count])]
    dump = "".join(form.format(p=p, o=o, k=k) + f'{{"n":{n}}}\n' for n, (p, o, k) in enumerate(keys)).encode()
    wanted = {"topic": "orders"}
    expected = [
        tuple({**wanted, "partition": p, "offset": o, "key": k.encode()}[name] for name in said.split())
        for p, o, k in keys
    ]
    names = said.split()
    records = list(dumpfix.records(dump))
    assert [tuple(getattr(record, name) for name in names) for record in records] == expected
    assert not any(getattr(record, name) for record in records for name in {"topic", "key"} - set(names))
    assert dumpfix.detect(dump).confidence in ("sure", "likely")


@pytest.mark.parametrize(
    "form",
    [
        "2024-11-14 08:00:0{n}.123  INFO 1 --- [C-1] c.e.OrderListener : Received message: {{}}",
        "INFO:root:Received {{}}",
        "2024-11-14 08:00:0{n},123 - consumer - INFO - Got message {{}}",
        "key: 'ada{n}', offset: {n}, payload: '{{}}'",
        "Key: ada{n} | Cluster: prod | Value: {{}}",
        "source=web,retry={n}|ada{n}|{{}}",
        "[orders-0@{n}] ada{n}: {{}}",
        "shard:0\tseq:11{n}\t{{}}",
        "source:web,trace:{n}#0#ada{n}#{{}}",
        "source:web,trace:{n}###ada{n}###{{}}",
        "Offset:10{n}\tsource:web,trace:{n}\t{{}}",
        "ada{n} (170000000000{n}): {{}}",
        "logs/dump-0.txt:{{}}",
        'msg 41{n} key "ada{n}" payload "{{}}"',
        "Offset: 10{n} Key: {{{{ada{n}}}}} Value: {{}}",
        "events/0/10{n}/ada{n}: {{}}\nevents/0/10{n}/ada{n}: {{}}",
        "1{n}:{{}}",
        '"ada{n}\t{{}}"',
        "dump.txt:{n}:Topic orders [0] at offset 10{n}: key ada{n}: {{}}",
    ],
)
def test_what_may_be_no_key_is_unclear(form: str) -> None:
    """A log's words, a key in the quotes that the payload has too."""
    dump = "".join(form.format(n=n).replace("{}", f'{{"n":{n}}}') + "\n" for n in range(5)).encode()
    keys = {record.key for record in dumpfix.records(dump)}
    is_right = keys == {b"ada%d" % n for n in range(5)}
    assert is_right or dumpfix.detect(dump).confidence == "unclear"


@pytest.mark.parametrize("sign", ["\t", "|", ":"])
def test_offsets_that_leave_one_out_each_time_are_not_surely_keys(sign: str) -> None:
    """Each transaction of one record leaves an offset for its marker."""
    dump = "".join(f'{100 + 2 * n}{sign}{{"n":{n * 7}}}\n' for n in range(30)).encode()
    assert dumpfix.detect(dump).confidence == "unclear"


@pytest.mark.parametrize("form", ["Key: {}, Value: ", "key={} value=", "Offset: 7 Key: {} Value: "])
def test_a_key_of_two_words_behind_its_label_is_one(form: str) -> None:
    keys = [f"{first} {last}" for first in ("Ada", "Bob", "Eve") for last in ("Emil", "Fay")] * 3
    dump = "".join(form.format(key) + f'{{"n":{n}}}\n' for n, key in enumerate(keys)).encode()
    assert [record.key for record in dumpfix.records(dump)] == [key.encode() for key in keys]


@pytest.mark.parametrize(
    "form",
    [
        "BTC/USD\t{}",
        "orders [0] at offset 1{n}: key BTC/USD: {}",
        'a"x{n}:{}',
        "Key: dept=hal, Value: {}",
        '[{n},"ada"]: {}',
        'CreateTime:17640000{n}0000\t[{n},"ada"]\t{}',
    ],
)
@pytest.mark.parametrize("count", [3, 40])
def test_keys_that_are_plain_to_see_are_sure(form: str, count: int) -> None:
    """A name with a slash, an inch, a list in JSON, a pair."""
    rows = [form.replace("{n}", str(10 + n)) for n in range(count)]
    dump = "".join(row.replace("{}", f'{{"n":{n}}}') + "\n" for n, row in enumerate(rows)).encode()
    keys = [(record.key or b"").decode() for record in dumpfix.records(dump)]
    wanted = next(key for key in ("BTC/USD", 'a"x10', "dept=hal", '[10,"ada"]') if key in rows[0])
    assert keys == [wanted.replace("10", str(10 + n)) for n in range(count)]
    assert dumpfix.detect(dump).confidence in ("sure", "likely")


@pytest.mark.parametrize("form", ["{}=\t", "~{}=", "{}%\t", "*{}*: ", "{} (2): "])
def test_a_sign_that_all_keys_share_is_not_surely_what_separates_them(form: str) -> None:
    keys = [form.format(name) for name in ("azE", "azI", "azM", "azQ", "azU")]
    dump = "".join(key + f'{{"n":{n}}}\n' for n, key in enumerate(keys)).encode()
    whole = [key.rstrip("\t").rstrip(": ").encode() for key in keys]
    assert [r.key for r in dumpfix.records(dump)] == whole or dumpfix.detect(dump).confidence == "unclear"


def test_what_all_keys_begin_with_and_numbers_are_nothing_around_the_lines() -> None:
    keys = [b"acme:%d" % (n * 377 % 1000) for n in range(18)]
    dump = b"".join(key + (b':{"n":%d}\n' % n if n % 6 else b":\n") for n, key in enumerate(keys))
    is_right = [record.key for record in dumpfix.records(dump)] == keys
    assert is_right or dumpfix.detect(dump).confidence == "unclear"


def test_a_document_and_a_number_may_be_a_key_and_its_payload() -> None:
    dump = "".join(f'{{"id":{10 + n}}}:{17 + n}\n' for n in range(6)).encode()
    assert dumpfix.detect(dump).confidence == "unclear"


@pytest.mark.parametrize("first", ["{n}: ", "events/0/5{n}/ada{n}: "])
@pytest.mark.parametrize("second", ["ada{n} ", "eve "])
def test_keys_of_one_outline_and_then_of_another_are_not_surely_keys(first: str, second: str) -> None:
    forms = [first] * 4 + [second] * 4
    dump = "".join(form.format(n=n) + f'{{"n":{n}}}\n' for n, form in enumerate(forms)).encode()
    keys = [record.key for record in dumpfix.records(dump)]
    right = [form.format(n=n).strip().encode() for n, form in enumerate(forms)]
    assert keys != right or dumpfix.detect(dump).confidence == "unclear"


def test_a_layout_read_off_lines_with_carriage_returns_has_them() -> None:
    dump = b"".join(b'{"n":%d}\tada%d\r\n' % (n, n) for n in range(6))
    assert [(r.key, r.raw_value) for r in dumpfix.records(dump)] == [(b"ada%d" % n, b'{"n":%d}' % n) for n in range(6)]


def test_payloads_in_single_quotes_are_found_where_one_is_cut() -> None:
    row = "key: '{k}', payload: '{v}', topic: events, partition: 0, offset: {n}\n"
    values = ['{"n":1}', '{"n":2}', '{"n":3,"u', '{"n":4}', '{"n":5}']
    dump = "".join(row.format(k=f"ada{n}", v=v, n=n) for n, v in enumerate(values)).encode()
    found = [(r.offset, r.value) for r in dumpfix.records(dump)]
    assert found == [(n, v.encode() if n != 2 else None) for n, v in enumerate(values)]


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_documents_in_the_lines_of_a_log_are_no_notices(count: int) -> None:
    line = '[2024-11-14 08:00:0{n},123] INFO received {{"n":{n}}} (com.example.OrderListener)\n'
    dump = "".join(line.format(n=n) for n in range(count)).encode()
    if count < 3:
        with pytest.raises(dumpfix.LayoutError, match=f"JSON documents stand in {count} lines that a log holds"):
            dumpfix.detect(dump)
    else:
        assert dumpfix.detect(dump).confidence == "unclear"
        assert len(list(dumpfix.records(dump))) == count
    assert [record.value for record in dumpfix.records(dump[:80] + b'{"a":1}\n{"a":2}\n')][-1] == b'{"a":2}'


@pytest.mark.parametrize("blank", [1, 2])
@pytest.mark.parametrize("count", [2, 3, 12])
@pytest.mark.parametrize("is_last", [False, True])
def test_blank_lines_between_documents_are_no_deletes(blank: int, count: int, is_last: bool) -> None:
    between = "\n" * (1 + blank)
    dump = (
        between.join(f'{{\n "id": {n},\n "name": "x{n}"\n}}' for n in range(count)) + "\n" * (1 + blank * is_last)
    ).encode()
    records = list(dumpfix.records(dump))
    assert (
        dumpfix.detect(dump).confidence == "unclear"
        if count < 12
        else [r.verdict for r in records] == ["valid"] * count
    )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_records_of_plain_text_are_records_where_all_is_named(count: int) -> None:
    row = "Partition: 0 Offset: {n} Key: key-{n} Payload: hello number {n}\n"
    records = list(dumpfix.records("".join(row.format(n=n) for n in range(count)).encode()))
    assert [(record.partition, record.offset, record.key, record.verdict) for record in records] == [
        (0, n, b"key-%d" % n, "irrecoverable") for n in range(count)
    ]


def test_a_dump_of_values_may_hold_deletes() -> None:
    """kcat prints nothing for null: where not every document has one behind it, they are deletes."""
    dump = b'{"a":1}\n{"a":2}\n\n{"a":3}\n\n\n{"a":4}\n{"a":5}\n' * 30
    assert sum(record.verdict == "tombstone" for record in dumpfix.records(dump)) == 90


def test_what_an_empty_text_is_waits_for_the_notices_of_the_tool() -> None:
    dump = b'\t{"a":1}\nada\t{"a":2}\nnull\t{"a":3}\nbob\t\nProcessed a total of 4 messages\n'
    records = list(dumpfix.records(dump))
    assert [record.key for record in records] == [b"", b"ada", None, b"bob"]
    assert [record.verdict for record in records] == ["valid"] * 3 + ["irrecoverable"]


@pytest.mark.parametrize(
    ("key", "is_named"),
    [
        (b"events:1", False),
        (b"accounts", False),
        (b"user=7", False),
        (b"ada lovelace", False),
        (b"ada, Ts 17", True),
        (b"CreateTime:17\tada", True),
        (b"ada Region: eu", True),
        (b"topic: t", True),
        (b"ada region=eu", True),
        (b"offset", True),
    ],
)
def test_a_key_with_a_label_in_it_is_hardly_one(key: bytes, is_named: bool) -> None:
    assert names_a_field(key) is is_named


@pytest.mark.parametrize("begin", [b">>> ", b"--\t", b"!: ", b"=> "])
def test_signs_before_a_document_are_not_surely_its_key(begin: bytes) -> None:
    dump = b"".join(begin + b'{"a":%d}\n' % n for n in range(5))
    assert choose(dump, Told(), final=True).confidence == "unclear"


def test_signs_in_the_member_for_the_key_are_it() -> None:
    form = b'{"topic":"t","partition":0,"key":"!","offset":%d,"payload":"{}"}\n'
    dump = b"".join(form % n for n in range(5))
    assert {record.key for record in dumpfix.records(dump)} == {b"!"}
    assert choose(dump, Told(), final=True).confidence == "sure"


@pytest.mark.parametrize("begin", [b"message at topic/partition/offset ", b"topic|partition|offset: "])
def test_a_list_of_words_names_the_columns_behind_it(begin: bytes) -> None:
    sign = begin.split(b"partition")[1][:1]
    rows = [(b"orders", *row) for row in ROWS[:6]]
    dump = b"".join(begin + sign.join((t, b"%d" % p, b"%d" % o)) + b" " + k + b' = {"a":1}\n' for t, p, o, k in rows)
    found = [(r.topic, r.partition, r.offset, r.key) for r in dumpfix.records(dump)]
    assert found == [(t.decode(), p, o, k) for t, p, o, k in rows]


PAYLOAD = b'{"id":%d,"ok":true}'
CAPTURES = {
    b"%d\t%d\t%b\t": (b"%b\t", "unlabelled"),
    b"%d|%d|%b|": (b"%b|", "unlabelled"),
    b"%d:%d:%b:": (b"%b:", "unlabelled"),
    b"Partition:%d\tOffset:%d\t%b\t": (b"%b\t", "labelled"),
}


@pytest.mark.parametrize("form", CAPTURES)
@pytest.mark.parametrize(
    "notice", [b"", b"Processed a total of 20 messages\n", b"% Reached end of topic t [0] at offset 120\n"]
)
@pytest.mark.parametrize("second", [4, 20])
def test_a_capture_with_fewer_columns_behind_does_not_make_keys_of_the_first(
    form: bytes, notice: bytes, second: int
) -> None:
    rows = [(p, o, k, PAYLOAD % n) for n, (p, o, k) in enumerate(ROWS)]
    more = [(None, None, k, PAYLOAD % n) for n, (_, _, k) in enumerate(ROWS[:second])]
    dump = b"".join(form % (p, o, k) + value + b"\n" for p, o, k, value in rows) + notice
    dump += b"".join(CAPTURES[form][0] % k + value + b"\n" for _, _, k, value in more)
    assert [(r.partition, r.offset, r.key, r.value) for r in dumpfix.records(dump)] == rows + more


@pytest.mark.parametrize("count", [6, 10, 20])
def test_a_column_less_from_some_line_on_is_seen_or_unclear(count: int) -> None:
    dump = b"".join(b"%d\t%b\t" % (p, k) + PAYLOAD % n + b"\n" for n, (p, _, k) in enumerate(ROWS[:count]))
    dump += b"".join(k + b"\t" + PAYLOAD % n + b"\n" for n, (_, _, k) in enumerate(ROWS[:count]))
    keys = [k for _, _, k in ROWS[:count]]
    is_right = [r.key for r in dumpfix.records(dump)] == keys * 2
    assert is_right or dumpfix.detect(dump).confidence == "unclear"


@pytest.mark.parametrize("separator", [b":", b",", b";", b" ", b"|"])
@pytest.mark.parametrize("before", [b"", b"Partition:%d", b"Partition:%d%bOffset:%d", b"CreateTime:1700000000001"])
def test_no_headers_is_no_part_of_a_key_whatever_separates_columns(separator: bytes, before: bytes) -> None:
    def line(n: int) -> bytes:
        first = before.replace(b"%d", b"%d" % n).replace(b"%b", separator)
        return separator.join([*([first] if first else []), b"NO_HEADERS", b"ada%d" % n, b'{"n":1}']) + b"\n"

    assert [r.key for r in dumpfix.records(b"".join(map(line, range(6))))] == [b"ada%d" % n for n in range(6)]


def test_headers_that_may_go_on_in_the_key_are_unclear() -> None:
    dump = b'Partition:0,Offset:1,NO_HEADERS,ada,{"n":1}\nPartition:0,Offset:2,a:1,b:2,ada,{"n":2}\n'
    assert choose(dump, Told(), final=True).confidence == "unclear"


@pytest.mark.parametrize(
    "begin", [b"\0\0\0\0\5", b"\0\0\0\1\x41", b"\xef\xbb\xbf", b"{", b"[", b"\2", b'{\\"a\\":1,', b"{&quot;"]
)
def test_bytes_that_no_tool_prints_before_a_payload_are_its_own(begin: bytes) -> None:
    rest = b'"b":2}' if b"a" in begin else b"a&quot;:1}" if b"quot" in begin else b'{"b":2}'
    dump = b"".join(b"Topic: t Partition: %d Offset: %d Key: %b Payload: " % row + begin + rest + b"\n" for row in ROWS)
    assert {r.raw_value for r in dumpfix.records(dump)} == {begin + rest}


@pytest.mark.parametrize(
    "form",
    [
        b'{"metadata":{"partition":%d,"offset":%d},"key":"%b","value":{"a":1}}\n',
        b'{"record":{"topic":"t","partition":%d,"offset":%d,"key":"%b","value":"{\\"a\\":1}"}}\n',
        b'{"type":"r","data":{"topic":"t","partition":%d,"offset":%d,"key":"%b","payload":"{\\"a\\":1}"}}\n',
    ],
)
def test_a_record_inside_an_object_is_read_as_one(form: bytes) -> None:
    found = [(r.partition, r.offset, r.key, r.value) for r in dumpfix.records(b"".join(form % row for row in ROWS))]
    assert found == [(*row, b'{"a":1}') for row in ROWS]


@pytest.mark.parametrize(
    "form",
    [
        b'{"messages":[{"partition":%d,"offset":%d,"key":"%b","message":"{}"}],"n":1}\n',
        b'data:{"type":"MESSAGE","message":{"partition":%d,"offset":%d,"key":"%b","content":"{}"}}\n',
    ],
)
def test_what_holds_a_record_deep_inside_is_no_event(form: bytes) -> None:
    with pytest.raises(dumpfix.LayoutError):
        list(dumpfix.records(b"".join(form % row for row in ROWS)))


@pytest.mark.parametrize(
    "form",
    [
        lambda p, o, k: b"orders-%d@%d: " % (p, o),
        lambda p, o, k: b"orders-%d-%d-%b " % (p, o, k),
        lambda p, o, k: b"part=%d pos=%d id=%b body=" % (p, o, k),
        lambda p, o, k: b"topic=t shard=%d pos=%d key=%b value=" % (p, o, k),
        lambda p, o, k: b"Received message: ",
        lambda p, o, k: b"ID: %b Data: " % k,
        lambda p, o, k: b"%d,eu-west,%b;" % (p, k),
    ],
)
def test_the_beginning_of_a_line_is_not_surely_a_key(form: Callable[[int, int, bytes], bytes]) -> None:
    assert choose(lines(form), Told(), final=True).confidence == "unclear"


@pytest.mark.parametrize(
    "form",
    [
        b"Topic: t Partition: %d Offset: %d Key: %b Payload: {'id': 1, 'ok': True, 'no': None}\n",
        b"orders:%d:%d: key=%b value={'id': 1, 'ok': True, 'no': None}\n",
    ],
)
def test_a_dictionary_of_python_is_a_payload(form: bytes) -> None:
    found = [(r.partition, r.offset, r.key, r.value) for r in dumpfix.records(b"".join(form % row for row in ROWS))]
    assert found == [(*row, b'{"id": 1, "ok": true, "no": null}') for row in ROWS]


def test_documents_in_the_quotes_of_a_log_are_not_surely_strings() -> None:
    form = b'level=info msg="got it" key=%b offset=%d partition=%d value="{\\"a\\":1}"\n'
    dump = b"".join(form % (k, o, p) for p, o, k in ROWS)
    assert choose(dump, Told(), final=True).confidence == "unclear"
