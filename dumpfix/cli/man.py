"""The man page, made of the same texts as ``--help``: ``dumpfix --man | man -l -``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def man_page(program: Any, version: str) -> str:
    """The page in roff, with all commands."""
    return "\n".join(_lines(program, version)) + "\n"


def _lines(program: Any, version: str) -> Iterator[str]:
    yield f'.TH DUMPFIX 1 "" "dumpfix {version}" "User Commands"'
    yield ".SH NAME"
    yield "dumpfix \\- turn dumps of Kafka topics back into clean JSONL"
    yield ".SH SYNOPSIS"
    yield ".B dumpfix"
    yield "COMMAND [OPTION]... [DUMP]..."
    yield ".SH DESCRIPTION"
    yield from _text(program.help or "")
    yield ".SH COMMANDS"
    for name, command in sorted(program.commands.items()):
        yield from _command(name, command)
    yield ".SH EXIT STATUS"
    statuses = {
        0: "every record went out whole",
        1: "something was withheld, or mended with loss: look before you produce",
        2: "nothing was written",
        3: "the run broke off; what was written is a correct beginning",
    }
    for status, meaning in statuses.items():
        yield ".TP"
        yield f".B {status}"
        yield _escaped(meaning)


def _command(name: str, command: Any) -> Iterator[str]:
    yield f".SS {_escaped(name)}"
    yield from _text(command.help or "")
    for parameter in command.params:
        record = _record(parameter)
        if record is not None:
            yield ".TP"
            yield f"\\fB{_escaped(record[0])}\\fR"
            yield _escaped(record[1])


def _record(parameter: Any) -> tuple[str, str] | None:
    """What an option is called, and what it does; None for one that is not shown."""
    if getattr(parameter, "hidden", False):
        return None
    names = ", ".join((*parameter.opts, *parameter.secondary_opts)) if parameter.param_type_name == "option" else ""
    takes_value = not getattr(parameter, "is_flag", False)
    value = (parameter.metavar or parameter.name.upper()) if takes_value else ""
    return f"{names} {value}".strip(), getattr(parameter, "help", None) or ""


def _text(text: str) -> Iterator[str]:
    """Paragraphs; those that begin with a backspace are shown as they are."""
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b"):
            yield ".PP"
            yield ".nf"
            yield from (_escaped(line) for line in paragraph.splitlines()[1:])
            yield ".fi"
        elif paragraph.strip():
            yield ".PP"
            yield _escaped(" ".join(paragraph.split()))


def _escaped(text: str) -> str:
    """``text`` with nothing in it that roff takes for its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped
