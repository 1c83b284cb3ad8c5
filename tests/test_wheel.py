"""What is installed from a wheel works by itself, from any folder, and does what the README shows."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, env=environment, timeout=300)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, and the program in an empty virtual environment that it was installed into."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stderr.decode()
    (wheel,) = folder.glob("*.whl")
    for command in ((sys.executable, "-m", "venv", "env"), ("env/bin/python", "-m", "pip", "install", "-q", wheel)):
        made = run(*command, cwd=folder)
        assert made.returncode == 0, made.stderr.decode()
    return wheel, folder / "env" / "bin" / "dumpfix"


def test_the_grammars_travel_inside_the_wheel(installed: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(installed[0]).namelist()
    inside = {name.removeprefix("dumpfix/grammars/") for name in names if name.startswith("dumpfix/grammars/")}
    assert inside == {path.name for path in (ROOT / "grammars").glob("*.lark")}
    assert "dumpfix/py.typed" in names


def test_an_installed_dumpfix_works_from_any_folder(installed: tuple[Path, Path], tmp_path: Path) -> None:
    _, program = installed
    (tmp_path / "dump.txt").write_bytes(
        b'CreateTime:1700000000000\tada\t{"n": 1}\nCreateTime:1700000000001\tbob\tnull\n'
    )
    done = run(program, "convert", "dump.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b'{"n": 1}\n'), done.stderr.decode()


def test_the_readme_shows_what_the_program_prints(installed: tuple[Path, Path], tmp_path: Path) -> None:
    """On a terminal, that is: into a pipe there is one line more."""
    _, program = installed
    with (tmp_path / "out").open("wb") as file:
        said = subprocess.run(
            [program, "convert", "fixtures/kcat/events.txt"],
            stdout=file,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
            timeout=300,
        )
    printed = (tmp_path / "out").read_bytes() + said.stderr
    shown = (ROOT / "README.md").read_text("utf-8").partition("```\n")[2].partition("```")[0]
    assert printed.decode() == shown


def test_the_readme_s_grammar_of_a_made_up_tool_reads_its_dump(installed: tuple[Path, Path], tmp_path: Path) -> None:
    _, program = installed
    text = (ROOT / "README.md").read_text("utf-8")
    grammar = text.partition("// tapedeck.lark\n")[2].partition("```")[0]
    (tmp_path / "tapedeck.lark").write_text(grammar)
    (tmp_path / "dump.txt").write_bytes(
        b'-- tape 1\n<events#0@17> ada :: {"n": 1} </>\n<events#0@18> bob :: {"n": 2} </>\n'
    )
    done = run(program, "convert", "--grammar", "tapedeck.lark", "dump.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b'{"n": 1}\n{"n": 2}\n'), done.stderr.decode()
