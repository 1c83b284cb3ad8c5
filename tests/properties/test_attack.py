"""An attack: damaged dumps in the shipped layouts and in those that people write.

What the records are, in any pieces, is told by the oracle of tests/oracles. Of whole runs it is asked whether what goes
out is JSON and stood in the dump, whether all that does not is kept, and whether it is so however the dump arrives: by
oracles that share no code with the package. Under the `fuzz` profile it goes on until the time is up:

    HYPOTHESIS_PROFILE=fuzz DUMPFIX_FUZZ_SECONDS=600 python -m pytest tests/properties/test_attack.py
"""

from __future__ import annotations

import base64
import gzip
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.detection.choose import Told
from dumpfix.errors import LayoutError
from dumpfix.framing.framer import MAX_RECORD
from dumpfix.io.source import Source, open_path
from dumpfix.layout.load import automatic, shipped
from dumpfix.layout.model import Alternation, AnyLayout, Element, Field, Grammar, Layout, Literal
from dumpfix.layout.vocabulary import JSON_VALUES, Kind
from dumpfix.report.json_report import json_report
from dumpfix.run import parallel
from dumpfix.run.job import Job, perform
from tests.properties.test_arrival import through_a_pipe
from tests.properties.test_reading import FORMATS, JSON_RECORDS, json_grammar
from tests.reading import kcat_grammar, reference, scan, tiles
from tests.writers import kcat
from tests.writers.records import KafkaRecord, keys, values

pytestmark = pytest.mark.slow

MORE_FORMATS = [
    rb"%t\t%p\t%o\t%k\t%s\n",
    rb"%k\n%s\n",
    rb"%o %s",
    rb"%p;%o;%h;%k;%s;%T\n",
    rb"key=%k value=%s ts=%T\n",
    rb"--- %k ---\n%s\n\n",
    rb"%S:%s\n",
    rb"%s\t%k\n",
]


def layouts() -> list[tuple[AnyLayout, tuple[Layout, ...]]]:
    """Every shipped layout that has a payload, and told ones, each with the notices of its tool."""
    notices = shipped("kafkacat").notices
    told = [kcat_grammar(text) for text in (*FORMATS, *MORE_FORMATS)]
    grammars: Sequence[Grammar] = [*told, *map(json_grammar, JSON_RECORDS), *map(shipped, automatic())]
    return [
        (layout, grammar.notices or notices)
        for grammar in grammars
        for layout in grammar.layouts
        if layout.has_value and not (isinstance(layout, Layout) and layout.variants)
    ]


LAYOUTS = layouts()
PAYLOADS = values(binary=False).map(lambda value: b"" if value is None else value)
KEYS = keys(binary=False).map(lambda key: b"" if key is None else key)
NOISE = st.sampled_from(
    [
        b"",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b"> ",
        b"$ kcat -C -t t\n",
        b"garbage\n",
        b"\xff",
        b"{",
        b"}",
        b'"',
        b"\\",
        b"NULL",
    ]
)


def written(draw: st.DrawFn, elements: Sequence[Element]) -> bytes:
    """A record as these elements print it; sizes are right as often as not."""
    out: list[bytes] = []
    sized: list[tuple[int, str]] = []
    for element in elements:
        if isinstance(element, Literal):
            out.append(element.text)
        elif isinstance(element, Alternation):
            out.append(written(draw, draw(st.sampled_from(element.alternatives))))
        else:
            if element.kind in (Kind.SIZE, Kind.BINARY_SIZE):
                sized.append((len(out), element.meaning.removesuffix("_size")))
            text = field(draw, element)
            out.append(text)
            for at, meaning in sized:
                if meaning == element.meaning and draw(st.booleans()):
                    is_binary = not out[at].lstrip(b"-").isdigit()
                    out[at] = len(text).to_bytes(4, "big") if is_binary else b"%d" % len(text)
    return b"".join(out)


def field(draw: st.DrawFn, element: Field) -> bytes:
    match element.kind:
        case Kind.INTEGER | Kind.SIZE:
            return draw(st.sampled_from([b"0", b"7", b"12", b"-1", b"1700000000000"]))
        case Kind.BINARY_SIZE:
            return draw(st.sampled_from([b"\0\0\0\2", b"\xff\xff\xff\xff"]))
        case Kind.NAME | Kind.WORD:
            return draw(st.sampled_from([b"events", b"my-topic-0", b"t"]))
        case Kind.DATE_TIME:
            return b"2023-11-14 22:13:20,001"
        case Kind.DATE:
            return b"2023-11-14T22:13:20Z"
        case Kind.PAYLOAD:
            return draw(PAYLOADS)
        case kind if kind in JSON_VALUES:
            return draw(st.sampled_from([b"null", b"7"]) | KEYS.map(kcat.json_string))
        case _:
            return draw(KEYS)


@st.composite
def attacked(draw: st.DrawFn) -> tuple[AnyLayout, tuple[Layout, ...], bytes, list[bytes]]:
    """A layout with its notices, a damaged dump in it, and the same in pieces."""
    layout, notices = draw(st.sampled_from(LAYOUTS))
    count = draw(st.integers(1, 6))
    if isinstance(layout, Layout):
        dump = b"".join(written(draw, layout.elements) for _ in range(count))
    else:
        records = [KafkaRecord("t", 0, n, n, "create", (), draw(keys()), draw(values())) for n in range(count)]
        dump = b"".join(map(kcat.render_json, records))
    for _ in range(draw(st.integers(0, 5))):
        at, length = draw(st.integers(0, len(dump))), draw(st.integers(0, 20))
        piece = draw(NOISE | kcat.notices() | st.just(dump[at : at + length] * 2))
        dump = dump[:at] + piece + dump[at + length :]
    cuts = sorted(draw(st.lists(st.integers(0, len(dump)), max_size=5)))
    pieces = [dump[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(dump)], strict=True)]
    return layout, notices, dump, draw(st.sampled_from([pieces, [dump[at : at + 1] for at in range(len(dump))]]))


@given(attacked())
def test_the_oracle_finds_the_same_in_any_pieces(
    attack: tuple[AnyLayout, tuple[Layout, ...], bytes, list[bytes]],
) -> None:
    layout, notices, dump, pieces = attack
    whole = scan(dump, layout, notices)
    assert tiles(whole, dump)
    expected = reference(layout, notices).read(dump)
    assert (whole.spans, whole.extents) == (expected.tiles, expected.extents)
    arrived = scan(pieces, layout, notices)
    assert (arrived.records, arrived.spans, arrived.extents) == (whole.records, whole.spans, whole.extents)


# -- the whole run -----------------------------------------------------------------------------------------------------

TOLD = [Told(kcat_format=text) for text in (*FORMATS, *MORE_FORMATS)] + [Told("kcat-json"), Told()]
LEVELS = ("none", "lossless", "safe", "partial", "guess")
OUTPUTS = ("values", "envelope", "kcat", "console-producer")
#: how a dump arrives beside as a file: a process costs as much as a hundred of the others
ARRIVALS = (*["pipe", "gz", "zst", "regions"] * 12, "processes")


@dataclass(frozen=True)
class Attack:
    """A damaged dump, what the user says of it, and how it comes in and is to go out."""

    told: Told
    dump: bytes
    pieces: tuple[bytes, ...]
    arrival: str
    to: str
    level: str
    max_record: int


@st.composite
def attacks(draw: st.DrawFn) -> Attack:
    told = draw(st.sampled_from(TOLD))
    rows: list[bytes] = []
    for n in range(draw(st.integers(1, 6))):
        # Each payload is told from all others, so that none can vanish.
        payload = draw(PAYLOADS)
        if payload.startswith(b"{"):
            payload = b'{"marker%d":%d%s' % (n, n, b"}" if payload == b"{}" else b"," + payload[1:])
        record = KafkaRecord("events", n % 2, n, 1_700_000_000_000 + n, "create", (), draw(KEYS), payload)
        if told.kcat_format is None:
            rows.append(kcat.render_json(record))
        else:
            rows.append(kcat.render(told.kcat_format, record))
    dump = b"".join(rows)
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(dump))), draw(st.integers(0, 20))
        piece = draw(NOISE | kcat.notices() | st.just(dump[at : at + length] * 2))
        dump = dump[:at] + piece + dump[at + length :]
    cuts = sorted(draw(st.lists(st.integers(0, len(dump)), max_size=5)))
    pieces = tuple(dump[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(dump)], strict=True))
    return Attack(
        told,
        dump,
        pieces,
        draw(st.sampled_from(ARRIVALS)),
        draw(st.sampled_from(OUTPUTS)),
        draw(st.sampled_from(LEVELS)),
        draw(st.sampled_from([MAX_RECORD, MAX_RECORD, 400, 40])),
    )


@given(attacks())
def test_what_comes_out_can_be_trusted_and_does_not_depend_on_how_it_arrives(attack: Attack) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        plain = folder / "dump"
        plain.write_bytes(attack.dump)
        whole = answer(open_path(str(plain)), attack, folder)
        if whole is None:
            return
        is_trusted(attack, whole)
        if attack.max_record == MAX_RECORD:
            assert arrived(attack, folder, plain) == whole
        else:
            # Where a record that is too long is cut depends on the pieces; what goes out is trusted all the same.
            other = arrived(attack, folder, plain)
            assert other is not None
            is_trusted(attack, other)


def answer(source: Source, attack: Attack, folder: Path, jobs: int = 1) -> tuple[bytes, bytes, bytes] | None:
    """Output, rejects and report; None for a dump that is refused."""
    output, rejects = folder / "out", folder / "rejects"
    job = Job(
        attack.told,
        to=attack.to,
        level=attack.level,
        output=str(output),
        rejects=str(rejects),
        jobs=jobs,
        max_record=attack.max_record,
    )
    try:
        report = perform(job, [source]).report
    except LayoutError:
        return None
    finally:
        source.close()
    for account in report.inputs:
        account.wrappers = []
    return output.read_bytes(), rejects.read_bytes(), b"".join(json_report(report))


def arrived(attack: Attack, folder: Path, plain: Path) -> tuple[bytes, bytes, bytes] | None:
    """The same for the dump as it arrives here."""
    if attack.arrival in ("gz", "zst"):
        packed = folder / "packed"
        compress = gzip.compress if attack.arrival == "gz" else zstandard.compress
        packed.write_bytes(compress(attack.dump))
        source = open_path(str(packed))
        source.path = str(plain)
        return answer(source, attack, folder)
    if attack.arrival == "pipe":
        return answer(through_a_pipe(attack.pieces, str(plain)), attack, folder)
    with patch.object(parallel, "REGION", 100), patch.object(parallel, "SMALLEST", 200):
        return answer(open_path(str(plain)), attack, folder, jobs=2 if attack.arrival == "processes" else 1)


def is_trusted(attack: Attack, answered: tuple[bytes, bytes, bytes]) -> None:
    """What is said of every run, judged without the package."""
    output, rejects, report = answered
    totals = json.loads(report)["totals"]
    verdicts = [totals[name] for name in ("valid", "repaired", "tombstones", "irrecoverable")]
    left_out = totals["tombstones"] if attack.to == "values" else 0
    assert totals["records"] == sum(verdicts) == totals["emitted"] + totals["withheld"] + left_out
    lines = output.split(b"\n")
    assert lines.pop() == b""
    assert len(lines) == totals["emitted"]
    payloads = [payload for line in lines if (payload := payload_of(line, attack.to)) is not None]
    kept = [json.loads(line) for line in rejects.splitlines()]
    assert sum(one["record"] and not one["emitted"] for one in kept) == totals["withheld"]
    bytes_kept = b"\n".join(
        base64.b64decode(shown["base64"]) if isinstance(shown, dict) else shown.encode()
        for one in kept
        for text, coded in [("key", ""), ("record_text", "record_base64"), ("payload_text", "payload_base64")]
        for shown in (one.get(text), {"base64": one[coded]} if coded in one else None)
        if shown is not None
    )
    # A notice that cuts into a payload is taken out of it.
    if (
        attack.level == "none"
        and attack.told.kcat_format is not None
        and b"% " not in attack.dump
        and b"%3|" not in attack.dump
    ):
        squeezed = squeeze(attack.dump)
        assert all(squeeze(payload) in squeezed for payload in payloads)
    # What is too long is named and not kept; what is garbage is kept where a document is whole in it.
    # A name that is cut in two stands in two fields; what was read as the key of a tombstone may be wanted nowhere.
    is_all_kept = attack.max_record == MAX_RECORD and not totals["garbage_bytes"] and not left_out
    if attack.told.kcat_format is not None and is_all_kept and attack.level in ("none", "lossless"):
        for n in range(6):
            marker = b"marker%d" % n
            assert marker not in attack.dump or marker in output or marker in b"".join(bytes_kept.split()), marker


def payload_of(line: bytes, to: str) -> bytes | None:
    """The payload of a line that went out, one JSON text in UTF-8; None for a tombstone, or inside an envelope."""
    if to == "values":
        payload = line
    elif to == "envelope":
        strict(line)
        return None
    else:
        # No key or header with a tab in it goes out.
        payload = line.split(b"\t", 1 if to == "kcat" else 2)[-1]
        if payload in (b"", b"@NULL@"):
            return None
    strict(payload)
    return payload


def strict(text: bytes) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text.decode(), parse_constant=refuse)


def squeeze(text: bytes) -> bytes:
    """Without what joining lines may drop."""
    return text.translate(None, b"\r\n\t ")
