"""Published dumps read without a word: what comes out against what people counted and read by hand.

python -m tests.benchmarks.dumps FOLDER

The folder holds the dumps and an INDEX.jsonl: for each, ``records``, ``json_payloads`` and the tool. What was read by
hand before any of them was run stands in ``hand_read.jsonl``, as facts: for each dump its sha256 and for each record
``[line of the payload, partition, offset, timestamp, key, kind]``. There null says that the dump does not tell, and
``?`` that it tells something that is no number (a date without a zone). A key is the beginning of its sha256, null (the
dump shows that it is null), ``absent`` (no keys are shown), or ``unshown`` (printed as nothing, or its bytes were lost:
null, empty or something else). Kinds are ``json``, ``broken``, ``text``, ``binary``, ``tombstone``, ``empty`` and
``absent``; two with a ``|`` between them where the dump does not tell them apart. Where a careful person would not
know, the other reading stands in ``also``. Of long dumps there are the first and last five records, and a digest of
the coordinates and keys of all.

A line for each dump: how its counts came out (right, wrong, refused), how its coordinates and keys did, how sure the
program was (the doubt in bits where it tells one), the exit status, the tool, what differs. Then totals by tool. A dump
without JSON in it may be refused: that is right, too.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import dumpfix
from tests.outcomes import Outcome, outcome

#: the tools that the goal of 95 % counts, by how their names begin in the index
COUNTED = ("kafkacat", "kcat", "kafka-console-consumer", "kafka-avro-console-consumer")
#: lines that were broken at one width: apart from the goal
HARD_WRAPPED = frozenset({"074", "160"})
#: how many records of a dump differ before no more are shown
SHOWN = 2

#: line, partition, offset, timestamp, key, kind
Fact = list[Any]


class HandRead(NamedTuple):
    """What was read by hand of one dump: the readings that are right, the first the likelier one."""

    sha256: str
    records: int
    readings: tuple[list[Fact], ...]
    digest: str | None
    kind: str | None


class Score(NamedTuple):
    """How one dump came out. ``keys`` tells of coordinates and keys; a dash where no hand has read them."""

    dump: str
    tool: str
    counts: str
    keys: str
    sure: str
    status: int
    differs: str

    @property
    def is_right(self) -> bool:
        return self.counts == "right" and self.keys in ("right", "-")


def hand_read() -> dict[str, HandRead]:
    """By dump."""
    read = {}
    for line in Path(__file__).with_name("hand_read.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        first = row["list"] if "list" in row else [*row["first"], *row["last"]]
        readings = (first, *row.get("also", ()))
        read[row["dump"]] = HandRead(row["sha256"], row["records"], readings, row.get("digest"), row.get("kind"))
    return read


def fact_of(record: dumpfix.Record) -> Fact:
    """What the program says of one record, in the words of the hand reading."""
    key: str | None = "absent"
    if record.has_key:
        key = None if record.key is None else hashlib.sha256(record.key).hexdigest()[:12]
    kind = {"valid": "json", "tombstone": "tombstone"}.get(record.verdict, "bad")
    if record.verdict == "irrecoverable" and record.raw_value == b"":
        kind = "empty"
    return [record.payload_line or record.line, record.partition, record.offset, record.timestamp, key, kind]


def differences(said: Fact, right: Fact) -> Iterator[str]:
    """Where one record differs from what was read by hand."""
    names = ("line", "partition", "offset", "timestamp")
    for name, mine, theirs in zip(names, said, right, strict=False):
        if theirs != "?" and mine != theirs:
            yield f"{name} {mine}, not {theirs}"
    mine, theirs = said[4], right[4]
    if theirs == "unshown":
        if mine not in (None, "absent", hashlib.sha256(b"").hexdigest()[:12]):
            yield f"a key ({mine}) that is not shown"
    elif mine != theirs:
        yield f"key {mine}, not {theirs}"
    kinds = {{"broken": "bad", "text": "bad", "binary": "bad", "absent": "bad"}.get(k, k) for k in right[5].split("|")}
    if said[5] not in kinds:
        yield f"{said[5]}, not {right[5]}"


def compared(said: Sequence[Fact], hand: HandRead) -> list[str]:
    """How the records differ from the reading by hand that is nearest; nothing where they are right."""
    if hand.digest is not None:
        text = json.dumps([fact[:5] for fact in said], separators=(",", ":"))
        if hashlib.sha256(text.encode()).hexdigest() == hand.digest:
            return []
        said = [*said[:5], *said[-5:]] if len(said) == hand.records else said
    best: list[str] | None = None
    for reading in hand.readings:
        found = [] if len(said) == len(reading) else [f"{len(said)} records, not {len(reading)}"]
        for mine, theirs in zip(said, reading, strict=False):
            found += [f"line {theirs[0]}: {what}" for what in differences(mine, theirs)]
        best = found if best is None or len(found) < len(best) else best
    return ["differs in its middle"] if hand.digest is not None and not best else best or []


def sureness(found: dumpfix.Detection, done: Outcome) -> str:
    """How sure the program was: its least sure section, and what the doubt is where it says so."""
    doubt = getattr(found, "doubt", None)
    return (done.confidence or found.confidence) + (f" ({doubt})" if doubt else "")


def score(name: str, row: dict[str, Any] | None, dump: bytes, hand: HandRead | None) -> Score:
    """One dump. Raises ValueError where the file is another one than the one that was read by hand."""
    if hand is not None and hashlib.sha256(dump).hexdigest() != hand.sha256:
        raise ValueError(f"{name} is not the file that was read by hand")
    tool = "kcat" if row is None else str(row["tool"])
    readings = () if hand is None or hand.digest is not None else hand.readings
    expected = [(len(reading), sum("json" in fact[5] for fact in reading)) for reading in readings]
    expected += [(hand.records, 0)] if hand is not None and hand.digest is not None else []
    expected += [] if row is None else [(row["records"], row["json_payloads"])]
    done = outcome(dump)
    if done.status >= 2:
        is_right = any(not good for _, good in expected)
        said = done.message.partition("\n")[0]
        return Score(name, tool, "right" if is_right else "refused", "-", "refused", done.status, said)
    detected = dumpfix.detect(dump)
    facts = [fact_of(record) for record in dumpfix.records(dump, layout=detected)]
    found = (len(facts), sum(fact[5] == "json" for fact in facts))
    counts = (
        "right" if found in expected or (*found[:1], found[1] + _doubtful(facts, readings)) in expected else "wrong"
    )
    differ = [] if hand is None else compared(facts, hand)
    keys = "-" if hand is None else "wrong" if differ else "right"
    if counts == "wrong":
        differ.insert(0, "{}/{} records, {}/{} JSON".format(*_paired(found, expected[-1])))
    if len(differ) > SHOWN:
        differ[SHOWN:] = [f"{len(differ) - SHOWN} more"]
    return Score(name, tool, counts, keys, sureness(detected, done), done.status, "; ".join(differ))


def _doubtful(facts: Sequence[Fact], readings: Sequence[list[Fact]]) -> int:
    """How many records are no JSON to the program that the hand could not tell from JSON."""
    return sum(
        fact[5] != "json" and right[5] in ("tombstone|json", "json|tombstone")
        for fact, right in zip(facts, readings[0] if readings else (), strict=False)
    )


def _paired(found: tuple[int, int], right: tuple[int, int]) -> tuple[int, int, int, int]:
    return found[0], right[0], found[1], right[1]


def scores(folder: Path) -> Iterator[Score]:
    """Of all dumps in a folder that has an index, in its order."""
    hand = hand_read()
    seen = set()
    for row in map(json.loads, (folder / "INDEX.jsonl").read_text("utf-8").splitlines()):
        name = row["file"].partition("-")[0]
        seen.add(name)
        yield score(name, row, (folder / row["file"]).read_bytes(), hand.get(name))
    for name in sorted(hand.keys() - seen):
        if (folder / name).is_file():
            yield score(name, None, (folder / name).read_bytes(), hand[name])


def family(tool: str) -> str:
    """The tool by its first word, kafkacat and kcat being one, and its Avro variant the console consumer."""
    word = tool.split()[0].rstrip(",")
    return {"kafkacat": "kcat", "kafka-avro-console-consumer": "kafka-console-consumer"}.get(word, word)


def main(folder: str) -> None:
    """Print a line for each dump, then the totals."""
    if not (Path(folder) / "INDEX.jsonl").is_file():
        print(f"no dumps: {folder} has no INDEX.jsonl")
        return
    found = list(scores(Path(folder)))
    for one in found:
        print(
            one.dump[:12],
            f"counts {one.counts}",
            f"keys {one.keys}",
            one.sure,
            one.status,
            one.tool,
            one.differs,
            sep="\t",
        )
    print()
    for name in sorted({family(one.tool) for one in found}):
        mine = [one for one in found if family(one.tool) == name]
        print(name, f"{sum(one.is_right for one in mine)} of {len(mine)} right", _tally(mine), sep="\t")
    goal = [one for one in found if one.tool.startswith(COUNTED) and one.dump not in HARD_WRAPPED]
    print()
    for what, right in (
        ("records and payloads", sum(one.counts == "right" for one in goal)),
        ("coordinates and keys too", sum(one.is_right for one in goal)),
    ):
        share = 100 * right / len(goal)
        print(f"kafkacat, kcat, kafka-console-consumer: {what} right in {right} of {len(goal)} ({share:.1f} %)")
    refused = sum(one.status == 2 and one.is_right for one in goal)
    print(f"of the right ones {refused} have no JSON in them and were refused")
    bad = [one for one in found if one.status == 0 and not one.is_right]
    print(f"wrong with exit status 0: {len(bad)} ({' '.join(one.dump[:12] for one in bad)})")
    for word in ("sure", "likely", "unclear"):
        said = [one for one in found if one.sure.startswith(word)]
        print(f"{word}: {len(said)}, of them wrong: {sum(not one.is_right for one in said)}")


def _tally(found: Sequence[Score]) -> str:
    counts = Counter(f"counts {one.counts}, keys {one.keys}, {one.sure.split(' ')[0]}" for one in found)
    return "; ".join(f"{number} {what}" for what, number in sorted(counts.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
