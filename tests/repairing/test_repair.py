"""What `repair` promises, for any bytes."""

import json
import pickle
import shutil
import subprocess
from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from dumpfix.json.validity import is_valid
from dumpfix.repairing.model import Edit, Repair, apply
from dumpfix.repairing.repair import repair, unwrap
from dumpfix.repairing.shape import ShapeModel
from tests.json.strategies import container_documents, containers, documents, near_json, spell

LEVELS = {"intact", "lossless", "partial", "guess", "irrecoverable"}
NOISE = [
    *(bytes([byte]) for byte in b"{}[],:\"\\ \n\t0x'#/"),
    b"\x00",
    b"\x1b",
    b"\xff",
    b"\xc3",
    b"\xe9",
    b"NaN",
    b"/*",
]


@st.composite
def damaged(draw: Any) -> bytes:
    """A document with one to three random edits."""
    payload = bytearray(draw(container_documents))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(payload)))
        kind = draw(st.sampled_from(["insert", "delete", "flip", "cut"]))
        if kind == "insert":
            payload[at:at] = draw(st.sampled_from(NOISE))
        elif kind == "delete":
            del payload[at : at + draw(st.integers(1, 6))]
        elif kind == "flip" and at < len(payload):
            payload[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "cut":
            del payload[max(at, 1) :]
    return bytes(payload)


anything = st.binary(max_size=60) | near_json | damaged() | documents


def check(payload: bytes, result: Repair) -> None:
    """Everything that holds for every answer."""
    assert result.level in LEVELS
    assert (result.json is None) == (result.level == "irrecoverable")
    assert (result.level == "intact") == is_valid(payload)
    assert result.edits == tuple(sorted(result.edits, key=lambda edit: edit.at))
    if result.json is None:
        assert result.reason
        return
    assert apply(result.edits, payload) == result.json
    assert is_valid(result.json)
    assert all(is_valid(reading) for reading in result.alternatives)
    if result.level == "intact":
        assert result.json is payload
        assert not result.edits
        return
    assert b"\n" not in result.json
    assert b"\r" not in result.json
    assert result.edits
    assert all(edit.why for edit in result.edits)
    assert all(edit.delete or edit.insert for edit in result.edits)


@given(anything)
@example(b"")
@example(b"\x00")
@example(b'{"a": 1' + b"\x00" * 50)
@example(b"\xef\xbb\xbf")
@example(b"b''")
@example(b'{\\"')
@example(b"{'a'")
@example(b"...")
@example(b"[...]")
@example(b'{"a":1,...,"b":2}')
@example(b'"')
@example(b"'" * 9)
@example(b"[1/*")
@example(b"[//\n]")
def test_any_bytes_get_an_answer_whose_edits_lead_to_json(payload: bytes) -> None:
    check(payload, repair(payload))


@given(damaged())
def test_a_damaged_document_gets_an_answer_whose_edits_lead_to_json(payload: bytes) -> None:
    check(payload, repair(payload))


@given(anything)
def test_the_same_payload_gets_the_same_answer(payload: bytes) -> None:
    assert repair(payload) == repair(payload)


@given(documents)
def test_what_is_valid_is_returned_byte_for_byte(payload: bytes) -> None:
    assert repair(payload) == Repair(payload, "intact")


@given(anything)
def test_a_repaired_payload_needs_no_repair(payload: bytes) -> None:
    result = repair(payload)
    if result.json is not None:
        assert repair(result.json) == Repair(result.json, "intact")


# ------------------------------------------------------------------------------------------------ nothing invented


def leaves(value: Any, path: str = "") -> Counter[tuple[str, str]]:
    """The leaves of a parsed document with their paths; an empty container is a leaf."""
    found: Counter[tuple[str, str]] = Counter()
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            found += leaves(inner, f"{path}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            found += leaves(inner, f"{path}/{index}")
    else:
        found[path, json.dumps(value)] += 1
    return found


@given(containers, st.booleans(), st.data())
def test_a_prefix_gives_leaves_of_the_whole_and_longer_ones_no_fewer(
    value: Any, pretty: bool, data: st.DataObject
) -> None:
    whole = spell(value, pretty)
    assume(whole[:1] in (b"{", b"["))
    longer = data.draw(st.integers(1, len(whole) - 1))
    shorter = data.draw(st.integers(1, longer))
    results = [repair(whole[:cut]) for cut in (shorter, longer)]
    # Right behind a closing bracket it may be something else than a cut: then the answer is a guess, and says so.
    assert all(result.level in ("partial", "irrecoverable", "guess") for result in results)
    if any(result.level == "guess" and len(whole) > 300 for result in results):
        return
    kept = [leaves(json.loads(result.json)) if result.json else Counter() for result in results]
    assert kept[0] <= kept[1] <= leaves(json.loads(whole))


@given(containers, st.data())
def test_a_partial_answer_to_a_cut_document_says_what_was_left_over(value: Any, data: st.DataObject) -> None:
    whole = spell(value)
    cut = data.draw(st.integers(1, len(whole) - 1))
    result = repair(whole[:cut])
    if result.level == "partial":
        assert result.lost
        start, end = result.lost[-1]
        assert end is None
        assert 0 < start <= cut
        for fragment in result.fragments:
            assert fragment.text in whole[:cut]
            assert fragment.path == "" or fragment.path.startswith("/")


RESPELLED = {b"true": (b"True", b"tru", b"tr", b"t"), b"false": (b"False", b"fals", b"fal", b"fa", b"f")}
RESPELLED[b"null"] = (b"None", b"nul", b"nu", b"n")


def scalars(document: bytes) -> list[bytes]:
    """The scalar tokens and keys of a valid document, in order, strings without their quotes."""
    from dumpfix.repairing.lexer import lex
    from dumpfix.repairing.tokens import ATOM, STRING, prepare

    tokens = lex(prepare(document), dialect=False)
    spans = zip(tokens.kinds, tokens.starts, tokens.ends, strict=True)
    return [
        document[s:e] if kind == ATOM else document[s + 1 : e - 1] for kind, s, e in spans if kind in (ATOM, STRING)
    ]


def stripped(text: bytes) -> bytes:
    """Text without what respelling may add or drop inside a string: quotes, backslashes, the spelling of a tab."""
    return text.replace(b"\\t", b"\t").replace(b"\\", b"").replace(b'"', b"").replace(b"'", b"").replace(b"\t", b"")


@given(anything)
def test_every_scalar_of_a_sure_answer_stands_in_the_payload_in_order(payload: bytes) -> None:
    result = repair(payload)
    if result.json is None or result.level not in ("lossless", "partial") or b"\\u" in payload or b"\\x" in payload:
        return
    source = stripped(payload)
    position = 0
    for scalar in scalars(result.json):
        spellings = (stripped(scalar), *RESPELLED.get(scalar, ()))
        found = [at for spelling in spellings if (at := source.find(spelling, position)) >= 0]
        mended = any(
            source.find(scalar[:at] + scalar[at + 1 :], position) >= 0
            for at in range(len(scalar))
            if scalar in RESPELLED
        )
        assert found or mended, (scalar, payload, result)
        position = min(found, default=position)


ALLOWED = set(b'{}[],:"\\')


@given(anything)
def test_only_syntax_is_inserted_unless_the_edit_says_what_it_respells(payload: bytes) -> None:
    result = repair(payload)
    if result.level not in ("lossless", "partial"):
        return
    for edit in result.edits:
        if set(edit.insert) <= ALLOWED or edit.insert in payload:
            continue
        assert any(
            word in edit.why
            for word in ("Python", "literal", "escape", "tab", "hexadecimal", "wrapped", "another language")
        ), edit


# ------------------------------------------------------------------------------------------------------ one error

SOUND = [
    spell({"id": 17, "name": "A", "tags": ["x", "y z"], "user": {"ok": True, "age": None, "at": [1.5, {"n": 0}]}}),
    spell([{"k": "v", "n": 1}, {"k": "w", "n": 2}, {"k": "x", "n": 3}]),
    b'{"big": 12345678901234567890123, "exp": 1E400, "slash": "a\\/b\\f", "dup": 1, "dup": 2, "pi": 3.1415926535}',
]


@pytest.mark.parametrize("document", SOUND, ids=["object", "array", "numbers"])
@pytest.mark.parametrize("mark", [b",", b":"])
def test_a_missing_comma_or_colon_is_put_back_exactly(document: bytes, mark: bytes) -> None:
    at = document.find(mark)
    while at >= 0:
        payload = document[:at] + document[at + 1 :]
        if not is_valid(payload) and b'"' in document[at - 2 : at + 3]:
            result = repair(payload)
            assert result.json is not None
            assert json.loads(result.json) == json.loads(document), (payload, result)
        at = document.find(mark, at + 1)


@pytest.mark.parametrize("document", SOUND[:2], ids=["object", "array"])
def test_a_missing_quote_is_put_back_exactly(document: bytes) -> None:
    at = document.find(b'"')
    while at >= 0:
        payload = document[:at] + document[at + 1 :]
        result = repair(payload)
        assert result.json == document, (payload, result)
        at = document.find(b'"', at + 1)


@given(containers, st.data())
def test_line_ends_between_tokens_are_dropped_for_free(value: Any, data: st.DataObject) -> None:
    pretty = spell(value, pretty=True)
    assume(pretty.count(b"\n") > 1)
    cut = data.draw(st.integers(2, len(pretty) - 1))
    result = repair(pretty[:cut])
    if result.json is not None:
        assert b"\n" not in result.json


def test_untouched_bytes_stay_untouched() -> None:
    document = SOUND[2]
    result = repair(document[:-1] + b",}")
    assert result.json == document
    assert result.level == "lossless"
    assert result.edits == (Edit(len(document) - 1, b",", b"", "comma before a closing bracket"),)


# ---------------------------------------------------------------------------------------------------- shape, unwrap


def test_siblings_decide_between_readings_and_the_answer_is_a_guess() -> None:
    siblings = [b'{"user":{"id":%d,"name":"n"},"total":%d,"open":true}' % (n, n) for n in range(5)]
    broken = b'{"user":{"id":7,"name":"n","total":7,"open":true}'
    result = repair(broken, siblings=siblings)
    assert result.json == b'{"user":{"id":7,"name":"n"},"total":7,"open":true}'
    assert result.level == "guess"
    assert result == repair(broken, shape=ShapeModel.from_payloads(siblings))


def test_without_siblings_nothing_is_chosen_where_nothing_tells_readings_apart() -> None:
    result = repair(b'{"q":{"a":1,"b":2,"c":3,"d":4}')
    assert result.level in ("guess", "irrecoverable")
    assert result.alternatives


def test_a_shape_survives_pickling() -> None:
    shape = ShapeModel.from_payloads([b'{"a":{"b":[1,"x"]}}', b'{"a":{"b":[2,"y"]}}'])
    copy = pickle.loads(pickle.dumps(shape))
    assert (copy.traits, copy.payloads, copy.text) == (shape.traits, shape.payloads, shape.text)


@given(damaged(), st.lists(container_documents, max_size=4))
def test_siblings_never_create_data(payload: bytes, siblings: list[bytes]) -> None:
    check(payload, repair(payload, siblings=siblings))


@pytest.mark.parametrize(
    ("payload", "inner"),
    [
        (b'"{\\"a\\":1}"', b'{"a":1}'),
        (b' "[1, 2]"\n', b"[1, 2]"),
        (b'"{\\"caf\\u00e9\\":1"', '{"café":1'.encode()),
        (b'"text"', None),
        (b'{"a":"{}"}', None),
        (b'"\\ud800{"', None),
        (b'"{', None),
    ],
)
def test_unwrap_gives_the_document_inside_a_string(payload: bytes, inner: Any) -> None:
    assert unwrap(payload) == inner


def test_a_string_that_holds_a_document_is_valid_and_stays() -> None:
    assert repair(b'"{\\"a\\":1}"').level == "intact"


# ------------------------------------------------------------------------------------------------- bounds and node

UNITS = {
    "open": b"[",
    "nested": b'[{"a":',
    "quotes": b'"',
    "apostrophes": b"{'a':'",
    "backslashes": b"\\",
    "escaped": b'\\"',
    "commas": b"[,",
    "closers": b"]}",
    "no commas": b'"a" ',
    "inner": b'ab"cd ',
    "comments": b"/*",
    "documents": b'{"a":1}',
    "colons": b'a": "b", ',
    "dots": b"...,",
    "events": b'{"id":1,"s":"x","t":[1,2]},',
}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("head", [b"", b"[", b'{"k":"'], ids=["bare", "array", "string"])
def test_twice_the_input_takes_at_most_twice_the_work(unit: bytes, head: bytes) -> None:
    once, twice = (repair(head + unit * (2 * (count // 2 // len(unit)))) for count in (20_000, 40_000))
    assert twice.work <= once.work * 2.4 + 1000


@pytest.mark.slow
@pytest.mark.parametrize("unit", [b"[", b"{", b'{"a":', b'[{"a":'])
def test_a_hundred_thousand_levels_are_answered(unit: bytes) -> None:
    cut = unit * 100_000 + (b"" if unit in (b"{",) else b'["x",')
    check(cut, repair(cut))


def test_deep_nesting_that_lacks_one_bracket_is_repaired() -> None:
    depth = 100_000
    payload = b"[" * depth + b'"x",1' + b"]" * (depth - 3)
    result = repair(payload)
    assert result.json == payload + b"]" * 3


NODE = shutil.which("node")


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@settings(max_examples=15, deadline=None)
@given(st.lists(anything, min_size=20, max_size=40))
def test_node_parses_every_output(payloads: list[bytes]) -> None:
    outputs = [result.json for payload in payloads if (result := repair(payload)).json is not None]
    lines = b"\n".join(output.replace(b"\n", b" ").replace(b"\r", b" ") for output in outputs)
    script = "require('fs').readFileSync(0,'utf8').split('\\n').forEach(l=>l&&JSON.parse(l))"
    assert NODE is not None
    subprocess.run([NODE, "-e", script], input=lines, check=True, timeout=300)
