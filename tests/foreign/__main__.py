"""What comes out of every dump of another tool, then the counts.

python -m tests.foreign [NAME…]      some tools, or all
python -m tests.foreign --failing    the table of what fails (failing.tsv), to see which of its lines can go
"""

import sys
from collections import Counter

from tests.foreign import judge

if __name__ == "__main__":
    named = [name for name in sys.argv[1:] if name != "--failing"]
    wanted = [case for case in judge.CASES if not named or case.tool in named]
    if "--failing" in sys.argv:
        for check, good in judge.CHECKS.items():
            for case in wanted:
                told = judge.judged(case)
                if told.kind not in good(case):
                    print(check, case.name, f"{told.kind}: {told.why[:70].rstrip()}", sep="\t")
    else:
        counts: Counter[str] = Counter()
        for case in wanted:
            told = judge.judged(case)
            counts[f"{told.kind}, exit status {told.status}, {told.confidence or 'no layout'}"] += 1
            print(case.name, told.kind, told.status, told.confidence, told.why, sep="\t")
        print(*sorted(counts.items()), sep="\n")
