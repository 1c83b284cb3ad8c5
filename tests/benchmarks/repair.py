"""How well payloads are repaired: dumpfix beside json_repair, jsonmend, parse_broken_json, fast_json_repair, repairjson
and (Node) jsonrepair, as far as they are installed, on documents and damage of our own.

    python tests/benchmarks/repair.py                        # the table, 100 cases per kind of damage
    python tests/benchmarks/repair.py --cases 300 --seed 7
    python tests/benchmarks/repair.py --node-modules DIR     # where npm put jsonrepair
    python tests/benchmarks/repair.py --slow                 # 1 MB of each input that is made to be slow
    python tests/benchmarks/repair.py --claims               # what the levels are worth, set by set

What an answer is judged by, all by value (keys unordered, numbers exact):

    ideal      the document itself; where bytes are gone: nothing invented, and every whole leaf that survived
    invented   some leaf of the answer is no leaf of the document. Where bytes are gone from the front or the middle,
               the path of a leaf may be shortened from the left, and array indexes are not compared
    gave up    no answer; `not JSON`: an answer that is none
"""

import argparse
import importlib
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.repair_damage import KINDS, Damaged, tokens
from tests.benchmarks.repair_documents import documents
from tests.benchmarks.repair_styles import damaged_styles, held_out_documents
from tests.benchmarks.repair_wild import HELD_OUT, SEEN

Answer = tuple[str | None, str | None]
Repairer = Callable[[bytes], Answer]
Leaf = tuple[tuple[str | int, ...], str]


# ------------------------------------------------------------------------------------------------------- repairers


def dumpfix() -> Repairer:
    repair = importlib.import_module("dumpfix.repairing.repair").repair

    def run(payload: bytes) -> Answer:
        result = repair(payload)
        return (None if result.json is None else result.json.decode()), result.level

    return run


#: the other libraries, each with the function that gives JSON text or a value
LIBRARIES = {
    "json_repair": "repair_json",
    "jsonmend": "repair_json",
    "parse_broken_json": "loads",
    "fast_json_repair": "repair_json",
    "repairjson": "repair_json",
}


def library(name: str) -> Repairer:
    function = getattr(importlib.import_module(name), LIBRARIES[name])

    def run(payload: bytes) -> Answer:
        answer = function(payload.decode("utf-8", "replace"))
        return (answer if isinstance(answer, str) else json.dumps(answer)) or None, None

    return run


WORKER = """
const {jsonrepair} = require(process.argv[1] + '/jsonrepair');
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const text = Buffer.from(line, 'base64').toString('utf8');
  let answer = null; const start = process.hrtime.bigint();
  try { answer = jsonrepair(text); } catch (error) { }
  console.log(JSON.stringify([answer, Number(process.hrtime.bigint() - start) / 1e9]));
});
"""


class Node:
    """jsonrepair in one long-lived Node process; it is asked for its own time."""

    def __init__(self, modules: str) -> None:
        self.process = subprocess.Popen(
            ["node", "-e", WORKER, str(Path(modules).resolve())], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.seconds = 0.0

    def __call__(self, payload: bytes) -> Answer:
        import base64

        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(base64.b64encode(payload) + b"\n")
        self.process.stdin.flush()
        text, self.seconds = json.loads(self.process.stdout.readline())
        return text, None


def repairers(node_modules: str | None) -> dict[str, Repairer]:
    """Ours and those of the others that are installed."""
    found: dict[str, Repairer] = {"dumpfix": dumpfix()}
    for name in LIBRARIES:
        try:
            found[name] = library(name)
        except ImportError:
            print(f"{name} is not installed: left out", file=sys.stderr)
    if node_modules and shutil.which("node"):
        found["jsonrepair"] = Node(node_modules)
    return found


# --------------------------------------------------------------------------------------------------------- judging


def refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def parse(text: str | bytes) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=refuse)


def leaves(value: Any, indexes: bool, path: tuple[str | int, ...] = ()) -> Iterator[Leaf]:
    """The leaves of a parsed document; an empty container is one."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, indexes, (*path, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, indexes, (*path, index if indexes else "*"))
    else:
        shown = number(value) if isinstance(value, Decimal) else json.dumps(value)
        yield path, type(value).__name__ + shown


def number(value: Decimal) -> str:
    """One spelling for numbers of one value, as far as their exponents allow it."""
    try:
        return str(value.normalize())
    except ArithmeticError:
        return str(value)


def survivors(damaged: Damaged) -> int:
    """How many leaves of the truth stand whole in the damaged text."""
    if damaged.lost is None:
        return len(list(leaves(parse(damaged.truth), True)))
    start, stop = damaged.lost
    found = tokens(damaged.truth) if b"\n" not in damaged.truth[:2] else pretty_tokens(damaged.truth)
    count = 0
    for before, token in zip([None, *found], found, strict=False):
        empty = before is not None and (before.kind + token.kind) in ("{}", "[]")
        if token.kind not in '"1t' and not empty:
            continue
        first = before.start if empty and before else token.start
        # A number that the cut touches may have had more digits.
        last = token.end + (token.kind == "1" and stop == len(damaged.truth))
        count += last <= start or first >= stop
    return count


def pretty_tokens(document: bytes) -> list[Any]:
    """The tokens of an indented document: those of the minified one, at their places in this one."""
    found = []
    at = 0
    minified = json.dumps(json.loads(document), ensure_ascii=False, separators=(",", ":")).encode()
    for token in tokens(minified):
        text = minified[token.start : token.end]
        at = document.index(text, at)
        found.append(token._replace(start=at, end=at + len(text)))
        at += len(text)
    return found


@dataclass
class Verdict:
    """How one answer was judged."""

    ideal: bool = False
    invented: bool = False
    gave_up: bool = False
    not_json: bool = False
    level: str | None = None
    seconds: float = 0.0


def judge(damaged: Damaged, text: str | None) -> Verdict:
    """Judge an answer by value."""
    if text is None or not text.strip():
        return Verdict(gave_up=True)
    try:
        value = parse(text)
    except (ValueError, RecursionError):
        return Verdict(not_json=True)
    truth = parse(damaged.truth)
    exact = damaged.goal in ("exact", "prefix")
    found = Counter(leaves(value, exact))
    if damaged.goal == "rest":
        kept, invented = matched(found, Counter(leaves(truth, False)))
    else:
        accepted = [Counter(leaves(truth, exact))]
        if damaged.goal == "list":
            accepted += [Counter(leaves(inner, False)) for inner in truth]
        invented = all(found - whole for whole in accepted)
        kept = (found & accepted[0]).total()
    if damaged.lost is None:
        return Verdict(ideal=not invented and value == truth, invented=bool(invented))
    return Verdict(ideal=not invented and kept >= survivors(damaged), invented=bool(invented))


def matched(found: Counter[Leaf], truth: Counter[Leaf]) -> tuple[int, bool]:
    """(leaves that the truth has, with a path that may lack its beginning; whether there are others)."""
    left = truth.copy()
    kept = 0
    invented = False
    for (path, leaf), count in found.items():
        for _ in range(count):
            ends = [path, path[1:]] if path[:1] == ("*",) else [path]
            hit = next(
                (
                    known
                    for known, number in left.items()
                    if number and known[1] == leaf and any(known[0][len(known[0]) - len(end) :] == end for end in ends)
                ),
                None,
            )
            if hit is None:
                invented = True
            else:
                left[hit] -= 1
                kept += 1
    return kept, invented


# ---------------------------------------------------------------------------------------------------------- running


def cases(count: int, seed: int, pool: list[bytes] | None = None) -> dict[str, list[Damaged]]:
    """`count` damaged texts of each kind, none of which is still valid; the same for the same seed. `pool`: other
    documents than those that the repairer was built on."""
    pool = pool or documents(400, seed)
    found: dict[str, list[Damaged]] = {}
    for name, damage in KINDS.items():
        random_ = Random(f"{seed} {name}")
        made: dict[bytes, Damaged] = {}
        for _ in range(20 * count):
            if len(made) == count:
                break
            damaged = damage(random_.choice(pool), random_)
            if damaged is not None and not is_json(damaged.text):
                made[damaged.text] = damaged
        found[name] = list(made.values())
    return found


def is_json(text: bytes) -> bool:
    try:
        parse(text.decode())
    except ValueError:
        return False
    return True


def run(repairer: Repairer, damaged: Damaged) -> Verdict:
    start = time.perf_counter()
    try:
        text, level = repairer(damaged.text)
    except Exception:
        # Whatever a library raises, it gave up.
        text, level = None, None
    seconds = time.perf_counter() - start
    verdict = judge(damaged, text)
    verdict.level = level
    verdict.seconds = repairer.seconds if isinstance(repairer, Node) else seconds
    return verdict


def share(verdicts: list[Verdict], what: str) -> float:
    return 100 * sum(getattr(verdict, what) for verdict in verdicts) / len(verdicts) if verdicts else 0.0


def report(results: dict[str, dict[str, list[Verdict]]]) -> Iterator[str]:
    """The tables, in Markdown."""
    names = list(results)
    yield "| ideal / invented, % | cases | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 2) + "|"
    for kind in next(iter(results.values())):
        rows = [results[name][kind] for name in names]
        cells = [f"{share(row, 'ideal'):.0f} / {share(row, 'invented'):.0f}" for row in rows]
        yield f"| {kind.replace('_', ' ')} | {len(rows[0])} | " + " | ".join(cells) + " |"
    yield ""
    yield "| mean over kinds | " + " | ".join(names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for title, what in (("ideal", "ideal"), ("invented", "invented"), ("gave up", "gave_up"), ("not JSON", "not_json")):
        means = [statistics.mean(share(row, what) for row in results[name].values() if row) for name in names]
        yield f"| {title}, % | " + " | ".join(f"{mean:.1f}" for mean in means) + " |"
    medians = [statistics.median(v.seconds for row in results[name].values() for v in row) * 1e6 for name in names]
    yield "| median time, µs | " + " | ".join(f"{median:.0f}" for median in medians) + " |"
    yield ""
    yield "| level of dumpfix's answer | answers | ideal, % | invented, % |"
    yield "|---|---|---|---|"
    by_level: dict[str | None, list[Verdict]] = defaultdict(list)
    for row in results["dumpfix"].values():
        for verdict in row:
            by_level[verdict.level].append(verdict)
    for level, row in sorted(by_level.items(), key=lambda item: str(item[0])):
        yield f"| {level} | {len(row)} | {share(row, 'ideal'):.1f} | {share(row, 'invented'):.1f} |"


HELD_OUT_KINDS = tuple(KINDS)[::3]
"""A third of the kinds of damage, which were not looked at while the second judge was built."""


def sets(count: int, seed: int) -> dict[str, list[Damaged]]:
    """What the claims are measured on, set by set."""
    own, other = cases(count, seed), cases(count, seed, held_out_documents(400, seed))
    found: dict[str, list[Damaged]] = {}
    for corpus, made in (("own documents", own), ("held-out documents", other)):
        for title, held_out in (("kinds built on", False), ("held-out kinds", True)):
            kinds = [kind for kind in made if (kind in HELD_OUT_KINDS) == held_out]
            found[f"{corpus}, {title}"] = [each for kind in kinds for each in made[kind]]
    for kind in ("byte_deleted", "byte_inserted", "bit_flipped"):
        found[kind.replace("_", " ")] = own[kind] + other[kind]
    for name, texts in damaged_styles(documents(200, seed) + held_out_documents(200, seed), count, seed).items():
        found.setdefault(name.partition(",")[0], []).extend(texts)
    return found


def claims(count: int, seed: int) -> Iterator[str]:
    """What the levels are worth: how often each is right, and how many damages are answered `lossless`, rightly."""
    repairer = dumpfix()
    yield "| set | damages | ideal, % | invented, % | lossless exact, % | lossless, % of all | guess invented, % |"
    yield "|---|---|---|---|---|---|---|"
    for name, texts in sets(count, seed).items():
        row = [run(repairer, damaged) for damaged in texts]
        lossless = [verdict for verdict in row if verdict.level == "lossless"]
        recall = 100 * sum(verdict.ideal for verdict in lossless) / max(len(row), 1)
        guesses = [verdict for verdict in row if verdict.level == "guess"]
        exact = f"{share(lossless, 'ideal'):.1f}" if lossless else "no answer"
        before = f"{share(row, 'ideal'):.1f} | {share(row, 'invented'):.1f}"
        yield f"| {name} | {len(row)} | {before} | {exact} | {recall:.1f} | {share(guesses, 'invented'):.1f} |"
    yield ""
    yield "| wild payloads | right, % | wrong and called lossless or partial | refused though an answer exists |"
    yield "|---|---|---|---|"
    for name, wild in (("seen", SEEN), ("held out", HELD_OUT)):
        answers = [(case, *repairer(case.payload)) for case in wild]
        same = [bool(text and case.value) and parse(text or "") == parse(case.value or "") for case, text, _ in answers]
        right_ones = wrong = 0
        for (case, _, level), is_same in zip(answers, same, strict=True):
            right_ones += level in case.levels and (is_same or case.value is None)
            wrong += level in ("lossless", "partial") and not is_same
        refused = sum(text is None and case.value is not None for case, text, _ in answers)
        yield f"| {name} ({len(wild)}) | {100 * right_ones / len(wild):.0f} | {wrong} | {refused} |"


SLOW: dict[str, tuple[bytes, bytes]] = {
    "open brackets": (b"", b"["),
    "open objects": (b"", b'{"a":'),
    "both": (b"", b'[{"a":'),
    "quotes": (b"", b'"'),
    "apostrophes": (b"", b"{'a':'"),
    "mixed quotes": (b"", b"['\""),
    "backslashes": (b'["', b"\\"),
    "escaped quotes": (b'["', b'\\"'),
    "commas": (b"[", b","),
    "closers": (b"[", b"]}"),
    "no commas": (b"[", b'"a" '),
    "inner quotes": (b'{"k":"', b'ab"cd '),
    "structure in a string": (b'{"k":"', b'a": "b", '),
    "comments": (b"[1", b"/*"),
    "line comments": (b"", b"//\n"),
    "documents": (b"", b'{"a":1}'),
    "dots": (b"[", b"...,"),
    "NULs": (b'{"a":1,"b":"x', b"\0"),
    "events, cut": (b"[", b'{"id":1,"type":"order","user":{"name":"A","tags":["x","y"]},"total":12.50},'),
}


def slow(repairer: Repairer, size: int = 1_000_000) -> Iterator[str]:
    yield f"| {size:,} bytes of | seconds |"
    yield "|---|---|"
    for name, (head, unit) in SLOW.items():
        payload = (head + unit * (size // len(unit) + 1))[:size]
        start = time.perf_counter()
        repairer(payload)
        yield f"| {name} | {time.perf_counter() - start:.2f} |"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100, help="per kind of damage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--node-modules", help="the node_modules folder that has jsonrepair")
    parser.add_argument("--claims", action="store_true", help="what the levels are worth, set by set")
    parser.add_argument("--slow", action="store_true", help="only the inputs made to be slow")
    options = parser.parse_args(arguments)
    if options.slow:
        print("\n".join(slow(dumpfix())))
        return
    if options.claims:
        print("\n".join(claims(options.cases, options.seed)))
        return
    made = cases(options.cases, options.seed)
    results = {
        name: {kind: [run(repairer, damaged) for damaged in texts] for kind, texts in made.items()}
        for name, repairer in repairers(options.node_modules).items()
    }
    print("\n".join(report(results)))


if __name__ == "__main__":
    main()
