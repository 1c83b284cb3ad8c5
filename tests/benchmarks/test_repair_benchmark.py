"""The benchmark runs, and its judge is no pushover."""

import pytest

from tests.benchmarks import repair as benchmark
from tests.benchmarks.repair_damage import KINDS, Damaged


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
