"""No cliff: payloads that look as if they could trip a parser cost no more than as much again."""

from __future__ import annotations

import pytest

from tests.benchmarks.hazards import SEEDS, SHARES, dump, seconds

#: what a busy machine may add to a measurement
NOISE = 1.25


@pytest.mark.parametrize("name", SEEDS)
def test_a_dump_full_of_near_hazards_is_never_converted_below_half_of_the_speed(name: str) -> None:
    clean, *others = seconds([dump(SEEDS[name], percent) for percent in SHARES], 8)
    assert max(others) < 2 * NOISE * clean
