"""The house itself: which room may know of which."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1] / "dumpfix"
#: the rooms from the ground up; each may import those before it
ROOMS = (
    "errors",
    "json",
    "io",
    "repairing",
    "layout",
    "framing",
    "wrapping",
    "detection",
    "record",
    "sink",
    "report",
    "planning",
    "run",
    "producing",
    "api",
    "cli",
)
#: the door: names that are imported when they are asked for
DOOR = ("", "__main__")

MODULES = sorted(HOUSE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """The modules of dumpfix that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "dumpfix":
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_module = (HOUSE.parent / (whole.replace(".", "/") + ".py")).is_file()
                yield whole if is_module else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "dumpfix")


def room_of(module: str) -> str:
    return module.removeprefix("dumpfix").lstrip(".").split(".")[0]


def test_every_module_is_in_a_room() -> None:
    assert {room_of(name_of(path)) for path in MODULES} == {*ROOMS, *DOOR}


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(name_of(p)) not in DOOR], ids=name_of)
def test_no_room_knows_of_one_above_it(path: Path) -> None:
    room = ROOMS.index(room_of(name_of(path)))
    above = [other for other in imports(path) if room_of(other) in ROOMS[room + 1 :]]
    assert not above


def test_no_module_imports_itself_by_a_detour() -> None:
    TopologicalSorter({name_of(path): set(imports(path)) - {name_of(path)} for path in MODULES}).prepare()
