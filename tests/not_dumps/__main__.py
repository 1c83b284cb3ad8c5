"""What becomes of each of these files: ``python -m tests.not_dumps``."""

from tests.not_dumps import inputs, judge

if __name__ == "__main__":
    for one in inputs.ALL:
        told = judge.judged(one)
        print(one.name, told.fault or "refused", told.unnamed or "named", told.message[:150], sep="\t")
