"""What the user says about the layout of a dump, and the grammars that come into question then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dumpfix.errors import UsageError
from dumpfix.framing.elements import PartialMatch, fixed_run
from dumpfix.framing.window import Window
from dumpfix.layout.load import automatic, load, load_file, shipped
from dumpfix.layout.model import Alternation, Element, Field, Grammar, Layout, Literal
from dumpfix.layout.vocabulary import Kind

#: lines that are looked at for a separator, and the longest one
MOST_LINES = 20
LONGEST = 8


@dataclass(frozen=True)
class Told:
    """What the user says about the layout; all None for ``auto``.

    ``is_forced``: what was told is so, whatever the dump looks like.
    """

    from_name: str | None = None
    kcat_format: bytes | None = None
    command: str | None = None
    grammar_file: str | None = None
    is_forced: bool = False

    @property
    def is_auto(self) -> bool:
        """Whether nothing is said."""
        return self in (Told(), Told("auto"))

    @property
    def is_doubted(self) -> bool:
        """Whether something is said that the dump may belie."""
        return not self.is_auto and not self.is_forced

    @cached_property
    def grammar(self) -> Grammar | None:
        """The grammar that a format, a command or a file says, read once: the file may be a pipe.

        Raises UsageError, also for options that do not go together, and GrammarError.
        """
        given = [v for v in (self.from_name, self.kcat_format, self.command, self.grammar_file) if v is not None]
        if len(given) > 1:
            raise UsageError("give one of --from, --kcat-format, --command and --grammar")
        if self.kcat_format is not None:
            from dumpfix.detection.told.kcat_format import grammar_text

            return load(grammar_text(self.kcat_format), "kcat -f")
        if self.command is not None:
            from dumpfix.detection.told.command import grammar_of

            return grammar_of(self.command)
        return None if self.grammar_file is None else load_file(self.grammar_file)


def told_grammars(told: Told, head: bytes = b"") -> tuple[Grammar, ...]:
    """The grammars that come into question. Raises UsageError, GrammarError."""
    if told.grammar is not None:
        return (told.grammar,)
    names = automatic() if told.from_name in (None, "auto") else [told.from_name]
    return tuple(_with_separator(name, head) for name in names if name is not None)


def _with_separator(name: str, head: bytes) -> Grammar:
    """A shipped grammar, with another key separator where the head shows one behind a labelled column."""
    grammar = shipped(name)
    separator = key_separator(grammar, head)
    return grammar if separator is None else shipped(name, {"KEY_SEPARATOR": separator})


def key_separator(grammar: Grammar, head: bytes) -> bytes | None:
    """What stands behind the first labelled column of the first line that has one, where it is not the usual.

    Taken for a separator: what reaches up to the next label, else the longest of those that the grammar lists
    between a key and a value. None where the usual one stands there, or no such column is seen.
    """
    usual = grammar.named.get("KEY_SEPARATOR")
    if usual is None or not head:
        return None
    first = list(_first_columns(grammar, usual))
    columns = dict.fromkeys(column for column, _ in first)
    labels = {label for _, label in first} - {b"", b"\n"}
    for line in head.splitlines(keepends=True)[:MOST_LINES]:
        found = (fixed_run(column, Window(line), 0) for column in columns)
        end = next((one[1] for one in found if one is not None and not isinstance(one, PartialMatch)), 0)
        if not end:
            continue
        if line.startswith(usual, end):
            return None
        near = [at for label in labels if (at := line.find(label, end, end + LONGEST + len(label))) > 0]
        listed = [text for text in _listed_separators(grammar) if line.startswith(text, end)]
        return line[end : min(near)] if near else max(listed, key=len, default=None)
    return None


def _first_columns(grammar: Grammar, usual: bytes) -> Iterator[tuple[tuple[Element, ...], bytes]]:
    """How records begin with a column that words name, and what may stand behind the separator after it; the word for
    no headers is such a column."""
    for layout in grammar.layouts:
        match layout.elements if isinstance(layout, Layout) else ():
            case (Alternation() as column, Literal(text=text), *_):
                yield (column,), text.removeprefix(usual)
            case (Literal() as word, Field(kind=Kind.INTEGER) as number, Literal(text=text), *_):
                yield (word, number), text.removeprefix(usual)
    if none := grammar.named.get("NO_HEADERS"):
        yield (Literal(none),), b""


def _listed_separators(grammar: Grammar) -> Iterator[bytes]:
    """The literals that stand between a key and a value in the layouts that have nothing else."""
    for layout in grammar.layouts:
        match layout.elements if isinstance(layout, Layout) else ():
            case (Field(terminal="KEY"), Literal(text=text), Field(terminal="VALUE"), Literal()):
                yield text
