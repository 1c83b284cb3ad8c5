"""Profiles for hypothesis, and the options that the whole suite shares.

    pytest                                    the `dev` profile: quick, the same examples every time
    pytest --hypothesis-profile=ci            thousands of examples (what .ci/run calls)
    DUMPFIX_FUZZ_SECONDS=600 pytest tests/properties --hypothesis-profile=fuzz
                                              new examples until the time is up

A failure prints the example and a `@reproduce_failure` line; the examples that failed are kept in .hypothesis/.
"""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings

from tests import tested_against

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]

settings.register_profile("dev", max_examples=60, deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile(
    "ci", max_examples=250, deadline=None, derandomize=True, suppress_health_check=_SLOW, print_blob=True
)
settings.register_profile(
    "fuzz", max_examples=10_000_000, deadline=timedelta(seconds=30), suppress_health_check=_SLOW, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Which tools a test ran, for README's table."""
    if report.when == "call" or not report.passed:
        tested_against.settle(report.passed)


def pytest_sessionfinish() -> None:
    tested_against.keep()
