"""README's table "tested against" is the one that the tests' own lists of versions would give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from . import tested_against
from .kafka import BROKER_VERSION, GROUP_TOOL_VERSIONS, PRODUCER_VERSIONS, TOOL_VERSIONS
from .kafka_e2e.test_story import KAFKAJS
from .test_fixtures import FIXTURES


def test_the_table_in_readme_has_the_versions_that_the_tests_are_made_for() -> None:
    tools = tested_against.tools_in(tested_against.README.read_text())
    assert {name: tools.get(name) for name in tools if name.startswith(("kafka-", "broker"))} == {
        "kafka-console-consumer": list(TOOL_VERSIONS),
        "kafka-console-producer": list(PRODUCER_VERSIONS),
        "kafka-consumer-groups": list(GROUP_TOOL_VERSIONS),
        "broker": [BROKER_VERSION],
    }
    assert tools["kafkajs"] == [KAFKAJS]


def test_the_table_in_readme_has_the_kcat_that_made_the_fixtures() -> None:
    tools = tested_against.tools_in(tested_against.README.read_text())
    manifest = json.loads((FIXTURES / "kcat" / "MANIFEST.json").read_text())
    assert [version.split()[0] for version in tools["kcat"]] == sorted(
        {one["version"].split()[-1] for one in manifest["fixtures"]}
    )


def test_a_table_is_read_back_as_it_was_written() -> None:
    ran = {"kcat": ["1.7.1 (librdkafka 2.0.2)"], "kafka-console-consumer": ["0.10.2.2", "0.9.0.1", "4.3.1"]}
    readme = f"# dumpfix\n\n{tested_against.BEGIN}\nold\n{tested_against.END}\nend\n"
    written = tested_against.with_table(readme, tested_against.table(ran))
    assert written.startswith("# dumpfix\n\n")
    assert written.endswith(f"{tested_against.END}\nend\n")
    assert tested_against.tools_in(written) == {
        "kcat": ["1.7.1 (librdkafka 2.0.2)"],
        "kafka-console-consumer": ["0.9.0.1", "0.10.2.2", "4.3.1"],
    }


def test_a_text_without_markers_is_left_alone() -> None:
    with pytest.raises(ValueError, match="is not in it"):
        tested_against.with_table("# dumpfix\n", "| tool | versions |\n")


def test_what_is_kept_is_what_tests_ran_that_passed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tested_against, "_running", set())
    monkeypatch.setattr(tested_against, "_tested", {})
    tested_against.ran("kcat", "1.7.1")
    tested_against.tested(tested_against.taken())
    tested_against.ran("kcat", "1.6.0")
    tested_against.taken()
    tested_against.keep(tmp_path / "notes.json")
    assert json.loads((tmp_path / "notes.json").read_text()) == {"kcat": ["1.7.1"]}
