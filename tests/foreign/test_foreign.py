"""No dump of another tool comes out as something that it is not, and those that people have are read.

What fails today stands in failing.tsv, with what comes out instead; a line goes when it passes, none is added.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.foreign import judge
from tests.foreign.events import KEYS
from tests.outcomes import share

FAILING = {
    (check, case): why
    for check, case, why in (
        line.split("\t") for line in Path(__file__).with_name("failing.tsv").read_text("utf-8").splitlines()
    )
}


def _cases(check: str) -> list[object]:
    return [
        pytest.param(
            case,
            id=case.name,
            marks=pytest.mark.xfail(strict=True, reason=FAILING[check, case.name])
            if (check, case.name) in FAILING
            else (),
        )
        for case in share(judge.CASES, every=29)
    ]


def test_what_fails_are_cases() -> None:
    assert {check for check, _ in FAILING} <= judge.CHECKS.keys()
    assert {name for _, name in FAILING} <= {case.name for case in judge.CASES}
    assert {keys for _, keys in judge.SIZES} == KEYS.keys()


@pytest.mark.parametrize("case", _cases("honest"))
def test_nothing_wrong_goes_out_unsaid(case: judge.Case) -> None:
    told = judge.judged(case)
    assert told.kind in judge.CHECKS["honest"](case), told


@pytest.mark.parametrize("case", _cases("read"))
def test_it_is_read_or_refused_for_what_it_is(case: judge.Case) -> None:
    told = judge.judged(case)
    assert told.kind in judge.CHECKS["read"](case), told
