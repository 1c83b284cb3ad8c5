"""The man page and a narrow terminal."""

from __future__ import annotations

import shutil
import subprocess

from dumpfix.cli.task import fitted

from .program import dumpfix


def test_the_man_page_has_every_command_and_option_that_help_has() -> None:
    done = dumpfix("--man")
    assert done.status == 0
    page = done.stdout.decode().replace("\\-", "-").replace("\\e", "\\")
    for name in ("convert", "check", "repair", "detect", "grammar", "explain", "plan", "produce"):
        assert f".SS {name}" in page
        words = dumpfix(name, "--help").stdout.decode().split()
        options = {word.strip(",.:;)(") for word in words if word.startswith("--")} - {"--help"}
        for option in options:
            assert option in page, (name, option)
    if shutil.which("groff"):
        made = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww"], input=done.stdout, capture_output=True, check=True, timeout=300
        )
        assert made.stderr == b""


def test_on_a_narrow_terminal_no_word_is_broken_and_no_command() -> None:
    word = "x" * 100
    assert fitted(f"\x1b[33mone two {word} three\x1b[0m", 40) == [
        "\x1b[33mone two\x1b[0m",
        f"\x1b[33m    {word}\x1b[0m",
        "\x1b[33m    three\x1b[0m",
    ]
    command = f"put it back: kcat -P -b BROKER -t {word}"
    assert fitted(command, 40) == [command]
    assert fitted("", 40) == [""]
    assert all(len(piece) < 40 for piece in fitted("word " * 30, 40))
