"""Fits the one number that says when two prices are nearly the same (`prices.NEAR`), on damages.

    python tests/benchmarks/repair_prices.py --cases 200

For every number tried: of the answers called `lossless`, how many are the document itself (precision), and of the
damages whose document came out at all, how many were called `lossless` (recall). The fitted number is the smallest
whose precision reaches the goal; more of it only loses recall. Damages are those of one sign or byte, to texts in four
spellings, and those of `repair_damage` that leave everything there; half of the documents are of a corpus that the
prices were not chosen on.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dumpfix.repairing import prices
from dumpfix.repairing.repair import repair
from tests.benchmarks.repair import cases, parse
from tests.benchmarks.repair_damage import Damaged
from tests.benchmarks.repair_documents import documents
from tests.benchmarks.repair_styles import damaged_styles, held_out_documents

GOAL = 0.995
TRIED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5)


def examples(count: int, seed: int) -> list[Damaged]:
    """The damages that the number is fitted on: nothing is gone that anyone could miss."""
    pool = documents(100, seed) + held_out_documents(100, seed)
    found = [each for texts in damaged_styles(pool, count, seed).values() for each in texts]
    found += [each for texts in cases(count // 4, seed).values() for each in texts if each.goal == "exact"]
    return found


def measured(found: list[Damaged]) -> tuple[int, int, int]:
    """(answers called `lossless`, those of them that are right, answers that are right at all)."""
    claimed = claimed_right = right = 0
    for damaged in found:
        answer = repair(damaged.text)
        is_right = answer.json is not None and parse(answer.json) == parse(damaged.truth)
        claimed += answer.level == "lossless"
        claimed_right += answer.level == "lossless" and is_right
        right += is_right
    return claimed, claimed_right, right


def main(arguments: list[str] | None = None) -> None:
    """Print precision and recall for each number tried, and the one that fits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100, help="per style and damage")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    found = examples(options.cases, options.seed)
    shipped, fitted = prices.NEAR, None
    print(f"{len(found)} damages; shipped: {shipped}\n\n| near | precision, % | recall, % |\n|---|---|---|")
    for near in TRIED:
        prices.NEAR = near
        claimed, claimed_right, right = measured(found)
        precision = claimed_right / max(claimed, 1)
        print(f"| {near} | {100 * precision:.2f} | {100 * claimed_right / max(right, 1):.1f} |", flush=True)
        if fitted is None and precision >= GOAL:
            fitted = near
    prices.NEAR = shipped
    print(f"\nthe smallest with a precision of {100 * GOAL:.1f} %: {fitted}")


if __name__ == "__main__":
    main()
