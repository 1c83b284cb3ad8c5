"""The benchmark runs, and its judge is no pushover."""

import pytest

from dumpfix.repairing.repair import repair
from tests.benchmarks import repair as benchmark
from tests.benchmarks import repair_prices
from tests.benchmarks.repair_damage import KINDS, Damaged
from tests.benchmarks.repair_wild import CASES, HELD_OUT


def test_it_prints_a_row_for_each_kind_of_damage(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--cases", "2"])
    printed = capsys.readouterr().out
    assert all(f"| {kind.replace('_', ' ')} |" in printed for kind in KINDS)
    assert "| lossless |" in printed


def test_cases_are_the_same_for_the_same_seed() -> None:
    assert benchmark.cases(2, 3) == benchmark.cases(2, 3)


def test_the_judge_sees_what_was_invented_and_what_was_left_out() -> None:
    whole = b'{"a":1,"b":[true,"x"]}'
    cut = Damaged(whole[:-4], whole, "prefix", (len(whole) - 4, len(whole)))
    assert benchmark.judge(cut, '{"a":1,"b":[true]}').ideal
    assert not benchmark.judge(cut, '{"a":1}').ideal
    assert not benchmark.judge(cut, '{"a":1}').invented
    assert benchmark.judge(cut, '{"a":1,"b":[true,""]}').invented
    assert benchmark.judge(cut, "NaN").not_json
    assert benchmark.judge(cut, None).gave_up
    exact = Damaged(b"", b'{"n":1.10}')
    assert benchmark.judge(exact, '{"n":1.1}').ideal
    assert benchmark.judge(exact, '{"n":"1.1"}').invented
    rest = Damaged(b"", b'{"o":{"k":1,"l":2}}', "rest", (0, 5))
    assert benchmark.judge(rest, '{"k":1,"l":2}').ideal
    assert benchmark.judge(rest, '{"k":2}').invented


def test_claims_are_measured_set_by_set(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--claims", "--cases", "2"])
    printed = capsys.readouterr().out
    assert all(f"| {name} |" in printed for name in ("python", "javascript", "bit flipped"))
    assert f"| held out ({len(HELD_OUT)}) |" in printed


def test_no_wild_payload_is_claimed_to_be_what_it_is_not() -> None:
    for case in CASES:
        answer = repair(case.payload)
        if answer.level in ("lossless", "partial"):
            assert answer.json is not None
            assert case.value is not None, case.thread
            assert benchmark.parse(answer.json) == benchmark.parse(case.value), case.thread


def test_the_fitted_number_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    repair_prices.main(["--cases", "1"])
    assert "| 0.5 |" in capsys.readouterr().out
