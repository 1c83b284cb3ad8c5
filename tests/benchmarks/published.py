"""Published dumps read without a word: how many come out with the records and payloads that were counted by hand.

python -m tests.benchmarks.published FOLDER

The folder holds an INDEX.jsonl; where it does not, nothing is printed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from dumpfix.detection.choose import HEAD, Told, choose
from dumpfix.errors import DumpfixError
from dumpfix.json.validity import is_valid
from tests.reading import scan

#: the tools whose dumps count
TOOLS = ("kafkacat", "kcat", "kafka-console-consumer")


def main(folder: str) -> None:
    """Print a line for each dump that comes out otherwise, then the counts."""
    index = Path(folder) / "INDEX.jsonl"
    if not index.is_file():
        return
    counts: Counter[str] = Counter()
    for row in map(json.loads, index.read_text("utf-8").splitlines()):
        if not row["tool"].startswith(TOOLS):
            continue
        dump = (Path(folder) / row["file"]).read_bytes()
        try:
            choice = choose(dump[:HEAD], Told(), final=len(dump) <= HEAD)
        except DumpfixError as error:
            verdict = "right" if not row["json_payloads"] else "refused"
            shown = str(error).split("\n", 1)[0]
        else:
            values = [value for value in scan(dump, choice.layout, choice.notices).values if value]
            good = sum(map(is_valid, values))
            is_right = (len(values), good) == (row["records"], row["json_payloads"])
            verdict = f"{'right' if is_right else 'wrong'} {choice.confidence}"
            shown = f"{len(values)}/{row['records']} records, {good}/{row['json_payloads']} JSON: {choice.grammar}"
        counts[verdict] += 1
        if not verdict.startswith("right"):
            print(row["file"], verdict, shown, sep="\t")
    print(*sorted(counts.items()), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
