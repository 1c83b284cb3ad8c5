"""What gets worse without each price by which a layout is found.

    python -m tests.benchmarks.ablation [CELLS] [SEED] [PRICE…]

Each price of ``detection/prices.py`` in turn is taken away, and cells of ``tests.benchmarks.detection``, dumps of other
tools and texts that are no dump are read. A price of bytes is taken away by giving them the price of any text, all
others by 0. Printed: how many cells are right that were not before, how many no longer are, how many dumps of other
tools and texts come out otherwise; the last column says which prices nothing showed. The distances that say how sure is
sure are no prices, and not among them.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator

import dumpfix
from dumpfix.detection import prices
from tests.benchmarks import detection
from tests.foreign import judge as foreign
from tests.not_dumps import inputs

#: distances that say how sure is sure
DISTANCES = frozenset({"SURE", "LIKELY", "NEAR", "MOST_OF_ONE_RECORD"})
#: bytes cost something anywhere
BYTES = frozenset({"DOCUMENT_BYTE", "DIGIT", "LITERAL_BYTE"})
#: of the dumps of other tools one in so many is read, of the texts that are no dump two
EVERY = 12


def names() -> Iterator[tuple[str, str]]:
    """Each price: its name, and the entry of a table; empty where it is none."""
    for name, value in vars(prices).items():
        if name.isupper() and isinstance(value, dict):
            yield from ((name, entry) for entry in value)
        elif name.isupper() and name not in DISTANCES:
            yield name, ""


def without(name: str, entry: str) -> float:
    """Take a price away; what it was."""
    table = vars(prices)[name] if entry else vars(prices)
    place = entry or name
    before: float = table[place]
    table[place] = prices.TEXT_BYTE if name in BYTES else 0.0
    return before


def put_back(name: str, entry: str, value: float) -> None:
    """The reverse of without()."""
    (vars(prices)[name] if entry else vars(prices))[entry or name] = value


class Corpus:
    """What is read, made once."""

    def __init__(self, cells: int, seed: int) -> None:
        self.cells = [detection.cell(number) for number in range(seed, seed + cells)]
        cases = foreign.CASES[::EVERY]
        self.dumps = [foreign.TOOLS[case.tool].dump(case.printed()) for case in cases]
        self.dumps += [one.content for one in inputs.ALL[:: EVERY // 2]]

    def right(self) -> list[bool]:
        """Whether each cell comes out right."""
        return [detection.judged(one)[0] == "right" for one in self.cells]

    def said(self) -> list[str]:
        """What is said of each dump: its layout and how sure that is."""
        return list(map(_said, self.dumps))


def _said(dump: bytes) -> str:
    try:
        found = dumpfix.detect(dump)
    except dumpfix.DumpfixError:
        return "refused"
    return f"{found.layout} {found.confidence}"


def main(cells: int = 60, seed: int = 0, wanted: Collection[str] = ()) -> None:
    """Print a line for each price."""
    corpus = Corpus(cells, seed)
    right, said = corpus.right(), corpus.said()
    print(f"{sum(right)} of {len(right)} cells right with all prices, {len(said)} dumps of others")
    print("price", "better", "worse", "others", sep="\t")
    for name, entry in names():
        if wanted and name not in wanted:
            continue
        value = without(name, entry)
        try:
            now, says = corpus.right(), corpus.said()
        finally:
            put_back(name, entry, value)
        better = sum(one and not before for before, one in zip(right, now, strict=True))
        worse = sum(before and not one for before, one in zip(right, now, strict=True))
        others = sum(before != one for before, one in zip(said, says, strict=True))
        idle = "" if better or worse or others else "nothing shows it"
        print(f"{name} {entry}".rstrip(), better, worse, others, idle, sep="\t", flush=True)


if __name__ == "__main__":
    cells, seed, *rest = [*sys.argv[1:3], "60", "0"][:2] + sys.argv[3:]
    main(int(cells), int(seed), rest)
