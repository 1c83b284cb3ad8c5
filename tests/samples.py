"""The samples that stand in the grammars, each before the alternative that it is a sample of.

//$ the command that prints it; it holds for the samples behind it too, up to the next command
//> a line of the dump, with its line end
//- a text of the dump without a line end
//= what one record of it says: name=value …, `name is null`, a value with blanks last; or `notice`
"""

from __future__ import annotations

import functools
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dumpfix.layout.build import Builder
from dumpfix.layout.load import folder
from dumpfix.layout.model import AnyLayout, Layout
from dumpfix.layout.notation import parse


def rules_of(path: Path) -> list[str]:
    """The names of the rules of a grammar, told by the beginnings of its lines."""
    return [line.partition(":")[0] for line in path.read_text("utf-8").split("\n") if line[:1].islower()]


def for_lark(text: str) -> str:
    """A grammar as Lark takes it: a name that stands for the empty string, which Lark refuses, is not given."""
    lines = text.split("\n")
    return "\n".join("" if line[:1].isupper() and line.partition(":")[2].strip() == '""' else line for line in lines)


#: the grammars of records and notices; the others are of JSON, of what wraps lines, of words
GRAMMARS = sorted(p for p in folder().glob("*.lark") if {"record", "notice"} & set(rules_of(p)))


KINDS = ("//$", "//>", "//-", "//=")


@dataclass
class Sample:
    """``says`` has the attributes of each record, None for null. ``line`` is that of its first ``//>``."""

    grammar: str
    line: int
    command: str
    text: bytes = b""
    says: list[dict[str, bytes | None]] = field(default_factory=list)
    notices: int = 0

    @property
    def id(self) -> str:
        return f"{self.grammar}:{self.line}"


def samples_of(path: Path) -> Iterator[Sample]:
    """The samples of a grammar in their order."""
    command = ""
    sample: Sample | None = None
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        kind, rest = line[:3], line[3:].removeprefix(" ")
        if kind == "//$":
            command = rest
        if sample is not None and ((kind in ("//>", "//-", "//$") and sample.says) or kind not in KINDS):
            yield sample
            sample = None
        if kind in ("//>", "//-"):
            sample = sample or Sample(path.stem, number, command)
            sample.text += rest.encode() + (b"\n" if kind == "//>" else b"")
        elif kind == "//=":
            assert sample is not None, f"{path}:{number}: nothing of which this could be said"
            if rest == "notice":
                sample.notices += 1
                sample.says = sample.says or [{}]
            else:
                sample.says.append(said(rest))
    assert sample is None


def said(text: str) -> dict[str, bytes | None]:
    """What a ``//=`` line says. A value goes on up to the next `` name=`` or `` name is null``, the last to the end."""
    found: dict[str, bytes | None] = {}
    name = ""
    words = text.split(" ")
    while words:
        word = words.pop(0)
        before, equals, value = word.partition("=")
        if name != "value" and equals and before.replace("_", "").isalpha():
            name = before
            found[name] = value.encode()
        elif name != "value" and words[:2] == ["is", "null"]:
            name = word
            found[name] = None
            del words[:2]
        else:
            known = found.get(name)
            assert known is not None, f"{word!r} is not name=value in {text!r}"
            found[name] = known + b" " + word.encode()
    return found


@functools.cache
def alternatives_of(path: Path) -> list[tuple[str, int, tuple[AnyLayout, ...]]]:
    """The alternatives that records and notices of a grammar have: name, line, and the layouts of each."""
    text = path.read_text("utf-8")
    builder = Builder(path.stem, text, parse(text, str(path)), {}, str(path))
    found: list[tuple[str, int, tuple[AnyLayout, ...]]] = []
    for rule in {"record", "notice"} & set(builder.notation.rules):
        is_notice = rule == "notice"
        for name, alternative in builder.expander.alternatives(rule, is_flat=is_notice):
            ways = builder.expander.flat_ways(alternative) if is_notice else ()
            layouts = (
                [Layout(path.stem, name, way) for way in ways] if is_notice else builder.layouts(name, alternative)
            )
            found.append((name, alternative.line, tuple(layouts)))
    return sorted(found, key=lambda one: one[1])


def samples_by_alternative(path: Path) -> dict[int, list[Sample]]:
    """The line of each alternative, and the samples that stand before it, behind the alternative before."""
    lines = [line for _, line, _ in alternatives_of(path)]
    found: dict[int, list[Sample]] = {line: [] for line in lines}
    for sample in samples_of(path):
        found[next(line for line in lines if line > sample.line)].append(sample)
    return found


ALL = [sample for path in GRAMMARS for sample in samples_of(path)]


def kcat_formats() -> list[bytes]:
    """The ``-f`` strings of the samples, as kcat gets them: those that people really use."""
    commands = dict.fromkeys(sample.command for sample in ALL if sample.grammar == "kafkacat")
    return [shlex.split(command)[-1].encode() for command in commands if " -f " in command]
