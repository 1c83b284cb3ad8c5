"""What the Dockerfile installs works by itself, from any folder, and does what the README shows.

`sh .ci/image` builds the image where there is Docker; here its steps are run, in an empty virtual environment.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, env={**environment, **more}, timeout=300
    )


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile and what stands behind each."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of the packages, and the program, as the Dockerfile's steps make them."""
    folder = tmp_path_factory.mktemp("image")
    made = run(sys.executable, "-m", "venv", "env", cwd=folder)
    assert made.returncode == 0, made.stderr.decode()
    bin_folder = folder / "env" / "bin"
    entry = ""
    for name, rest in steps():
        if name == "COPY":
            source, target = rest.split()
            ignored = shutil.ignore_patterns(*(ROOT / ".dockerignore").read_text().split())
            shutil.copytree(ROOT / source, f"{folder}{target}", ignore=ignored)
        elif name == "RUN":
            # A cache is no part of what is installed, and the machine's own is quicker.
            command = rest.replace("/src", f"{folder}/src").replace("--no-cache-dir ", "")
            done = run("sh", "-ec", command, cwd=folder, PATH=f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
            assert done.returncode == 0, done.stderr.decode()
        elif name == "ENTRYPOINT":
            (entry,) = shlex.split(rest.strip("[]"))
        else:
            assert name in ("FROM", "USER", "WORKDIR"), f"{name} is not run here: is what it does still tested?"
    assert not (folder / "src").exists()
    (packages,) = (folder / "env" / "lib").glob("python3*/site-packages")
    return packages, bin_folder / entry


def test_the_grammars_travel_with_it(installed: tuple[Path, Path]) -> None:
    inside = {path.name for path in (installed[0] / "dumpfix" / "grammars").iterdir()}
    assert inside == {path.name for path in (ROOT / "grammars").glob("*.lark")}
    assert (installed[0] / "dumpfix" / "py.typed").exists()


def test_it_brings_what_produce_needs(installed: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "dump.jsonl").write_bytes(b'{"n":1}\n')
    done = run(installed[1], "produce", "dump.jsonl", "-b", "127.0.0.1:1", "-t", "t", "--dry-run", cwd=tmp_path)
    assert done.returncode == 2
    assert b"127.0.0.1:1" in done.stderr
    assert b"pip install" not in done.stderr


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
