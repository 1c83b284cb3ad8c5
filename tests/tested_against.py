"""The table "tested against": which tools, in which versions, the tests really ran.

pytest                                  notes them, where all tests passed, in .cache/tested-against.json
python -m tests.tested_against          prints the table of the last run
python -m tests.tested_against --write  puts it into README.md, between its markers
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent.parent
NOTES = _ROOT / ".cache" / "tested-against.json"
README = _ROOT / "README.md"
BEGIN = "<!-- tested-against -->"
END = "<!-- /tested-against -->"

# In the order of the table.
_TITLES = {
    "kcat": "kcat",
    "kafka-console-consumer": "kafka-console-consumer",
    "kafka-console-producer": "kafka-console-producer",
    "kafka-consumer-groups": "kafka-consumer-groups",
    "broker": "Apache Kafka (broker, KRaft)",
    "mock": "librdkafka's mock cluster",
    "confluent-kafka": "confluent-kafka",
    "kafkajs": "KafkaJS",
    "node": "Node.js (`JSON.parse`)",
}

_running: set[tuple[str, str]] = set()
_tested: dict[str, set[str]] = {}


def ran(tool: str, version: str) -> None:
    """To be called by what runs a tool, each time: it counts for the test that is going on."""
    assert tool in _TITLES
    _running.add((tool, version))


def taken() -> list[tuple[str, str]]:
    """What the test that is over ran."""
    tools = sorted(_running)
    _running.clear()
    return tools


def tested(tools: Iterable[Sequence[str]]) -> None:
    """What a test ran that passed."""
    for tool, version in tools:
        _tested.setdefault(tool, set()).add(version)


def keep(path: Path = NOTES) -> None:
    """Write down what was tested. A session that ran no tool at all leaves the notes as they are."""
    if _tested:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({tool: sorted(versions) for tool, versions in sorted(_tested.items())}, indent=1))


@cache
def version_of_kcat(path: str) -> str:
    said = subprocess.run([path, "-V"], capture_output=True, check=True, timeout=300).stdout.decode()
    found = re.search(r"Version (\S+) .*librdkafka (\S+)", said)
    assert found, said
    return f"{found[1]} (librdkafka {found[2]})"


@cache
def version_of_node() -> str:
    node = shutil.which("node")
    assert node
    said = subprocess.run([node, "--version"], capture_output=True, check=True, timeout=300)
    return said.stdout.decode().strip().removeprefix("v")


def _in_order(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def table(versions: dict[str, list[str]]) -> str:
    """The Markdown table."""
    rows = ["| tool | versions |", "|---|---|"]
    for tool, title in _TITLES.items():
        if tool in versions:
            rows.append(f"| {title} | {', '.join(sorted(versions[tool], key=_in_order))} |")
    return "\n".join(rows) + "\n"


def tools_in(readme: str) -> dict[str, list[str]]:
    """The versions of each tool in the table between the markers."""
    between = readme.partition(BEGIN)[2].partition(END)[0]
    names = {title: tool for tool, title in _TITLES.items()}
    found = {}
    for line in between.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 2 and cells[0] in names:
            found[names[cells[0]]] = cells[1].split(", ")
    return found


def with_table(readme: str, new: str) -> str:
    """The text with the table between its markers."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{BEGIN} … {END} is not in it")
    return f"{before}{BEGIN}\n{new}{END}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    wanted = parser.parse_args()
    if not NOTES.exists():
        print(f"{NOTES} is not there: run pytest first", file=sys.stderr)
        return 1
    new = table(json.loads(NOTES.read_text()))
    if wanted.write:
        README.write_text(with_table(README.read_text(), new))
    else:
        print(new, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
