"""Which layout a dump has: told by the options, or found in its head."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dumpfix.errors import LayoutError, UsageError
from dumpfix.grammar.kcat_format import grammar_text
from dumpfix.grammar.layout import AnyLayout, Grammar, Layout
from dumpfix.grammar.load import load, shipped


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says about the layout; all None for ``auto``."""

    from_name: str | None = None
    kcat_format: bytes | None = None
    command: str | None = None
    grammar_file: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout of a dump. ``alternatives`` are other layouts that would give the same output."""

    layout: AnyLayout
    notices: tuple[Layout, ...]
    grammar: str
    confidence: str = "told"
    alternatives: tuple[str, ...] = field(default=())


def candidates(told: Told) -> tuple[Grammar, ...]:
    """The grammars that come into question. Raises UsageError for options that do not go together."""
    given = [v for v in (told.from_name, told.kcat_format, told.command, told.grammar_file) if v is not None]
    if len(given) > 1:
        raise UsageError("give one of --from, --kcat-format, --command and --grammar")
    if told.kcat_format is not None:
        return (load(grammar_text(told.kcat_format), "kcat -f"),)
    if told.grammar_file is not None:
        try:
            text = Path(told.grammar_file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot be read: {error}", path=told.grammar_file) from error
        return (load(text, Path(told.grammar_file).stem, path=told.grammar_file),)
    if told.from_name is not None and told.from_name != "auto":
        return (shipped(told.from_name),)
    return tuple(shipped(name) for name in ("kcat-json", "console-consumer", "kafkacat", "jsonl"))


def choose(head: bytes, told: Told, *, final: bool) -> Choice:
    """The layout of the dump that begins with ``head``. Raises LayoutError where none or several fit."""
    grammars = candidates(told)
    if len(grammars) == 1 and len(grammars[0].layouts) == 1:
        grammar = grammars[0]
        return Choice(grammar.layouts[0], grammar.notices, grammar.name)
    raise LayoutError("no layout told")
