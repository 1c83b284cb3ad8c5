"""Profiles for hypothesis, and the options that the whole suite shares.

    pytest -m quick                                             a minute
    pytest                                                      the `dev` profile: the same examples every time
    HYPOTHESIS_PROFILE=ci pytest                                more of them (what .ci/run calls)
    HYPOTHESIS_PROFILE=fuzz DUMPFIX_FUZZ_SECONDS=600 pytest tests/properties
                                                                new examples until the time is up

A failure prints the example and a `@reproduce_failure` line; the examples that failed are kept in .hypothesis/.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests import tested_against
from tests.cli import forks

if TYPE_CHECKING:
    from tests.brokers import MockCluster
    from tests.kafka import KafkaBroker

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]

# The same examples each time: more of them find nothing that they did not find the first time. New ones come at night.
settings.register_profile("dev", max_examples=30, deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, suppress_health_check=_SLOW, print_blob=True
)
settings.register_profile(
    "fuzz", max_examples=500, deadline=timedelta(seconds=30), suppress_health_check=_SLOW, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is neither marked ``slow`` nor ``kafka`` is ``quick``, and comes last.

    Several processes then share what is short at the end, and none of them is left alone with Kafka.
    """
    for item in items:
        if item.get_closest_marker("slow") is None and item.get_closest_marker("kafka") is None:
            item.add_marker("quick")
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in ("kafka", "slow")])


@pytest.fixture(scope="session", autouse=True)
def _forks() -> Iterator[None]:
    """The processes that fork the program end with the tests: then it is known what they read of it."""
    yield
    forks.stop()


@pytest.fixture(scope="session")
def broker() -> Iterator[KafkaBroker]:
    """One broker of Apache Kafka for all tests of a process: it takes five seconds to come up."""
    from tests.kafka import BROKER_VERSION, KafkaUnavailableError, jars, kafka_broker

    try:
        jars(BROKER_VERSION)
    except KafkaUnavailableError as reason:
        pytest.skip(f"no Apache Kafka here: {reason}")
    with kafka_broker() as running:
        yield running


@pytest.fixture(scope="session")
def cluster() -> Iterator[MockCluster]:
    """One mock cluster of librdkafka for all tests of a process."""
    from tests.brokers import mock_cluster

    with mock_cluster() as running:
        yield running


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Under the fuzz profile, run a property again and again, each time on new examples, until its share is up."""
    if settings.get_current_profile_name() != "fuzz" or not is_hypothesis_test(pyfuncitem.obj):
        return None
    properties = [item for item in pyfuncitem.session.items if is_hypothesis_test(getattr(item, "obj", None))]
    until = time.monotonic() + float(os.environ.get("DUMPFIX_FUZZ_SECONDS", "60")) / len(properties)
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names if name in pyfuncitem.funcargs}
    while True:
        pyfuncitem.obj(**arguments)
        if time.monotonic() >= until:
            return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Which tools a test ran travels with its report: the test may have run in another process."""
    report = yield
    if call.when == "call":
        report.user_properties.append(("tools", tested_against.taken()))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The tools of the tests that passed are for README's table."""
    if report.when == "call" and report.passed:
        for name, tools in report.user_properties:
            if name == "tools":
                tested_against.tested(cast(Iterable[Sequence[str]], tools))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        tested_against.keep()
