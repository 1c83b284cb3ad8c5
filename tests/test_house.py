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


#: modules that are longer than one idea should be
LONG_MODULES = {"dumpfix.detection.read_off", "dumpfix.framing.rule"}


def test_a_module_has_at_most_400_lines() -> None:
    assert {name_of(path) for path in MODULES if path.read_text().count("\n") > 400} <= LONG_MODULES


def test_a_function_fits_on_a_screen() -> None:
    """60 lines, those that say what it does among them."""
    functions = (
        (name_of(path), node)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    )
    assert not [(name, node.name) for name, node in functions if (node.end_lineno or 0) - node.lineno >= 60]


@pytest.mark.parametrize("page", ["docs/design.md", "docs/detection.md", "CONTRIBUTING.md", "README.md"])
def test_what_a_page_names_is_there(page: str) -> None:
    words = (HOUSE.parent / page).read_text("utf-8").split("`")[1::2]
    paths = [
        word for word in words if word.startswith(("dumpfix/", "tests/", "docs/", "grammars/")) and " " not in word
    ]
    missing = [path for path in paths if "NAME" not in path and not (HOUSE.parent / path).exists()]
    assert not missing
