"""The readings that a head may have: shipped grammars, what was told, and what was read off it. Each with its price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dumpfix.errors import UsageError
from dumpfix.framing.elements import PartialMatch, fixed_run
from dumpfix.framing.window import Window
from dumpfix.layout.load import automatic, load, shipped
from dumpfix.layout.model import Alternation, AnyLayout, Field, Grammar, Layout, Literal, ObjectLayout
from tests.tryouts.explain import prices

#: lines that are looked at for a separator, and how long one may be
MOST_LINES = 20
LONGEST = 8
#: separators of keys that keys hold as well
_WEAK = (b" ", b"-", b"_", b"=", b"->")


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says about the layout; all None for ``auto``."""

    from_name: str | None = None
    kcat_format: bytes | None = None
    command: str | None = None
    grammar_file: str | None = None

    @property
    def is_auto(self) -> bool:
        """Whether nothing is said."""
        return self.from_name in (None, "auto") and not any((self.kcat_format, self.command, self.grammar_file))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A layout that the head may have, the notices that go with it, and what it costs to say this layout."""

    layout: AnyLayout
    notices: tuple[Layout, ...]
    grammar: str
    bits: float


def told_grammars(told: Told, head: bytes = b"") -> tuple[Grammar, ...]:
    """The grammars that come into question. Raises UsageError for options that do not go together."""
    given = [v for v in (told.from_name, told.kcat_format, told.command, told.grammar_file) if v is not None]
    if len(given) > 1:
        raise UsageError("give one of --from, --kcat-format, --command and --grammar")
    if told.kcat_format is not None:
        from dumpfix.detection.told.kcat_format import grammar_text

        return (load(grammar_text(told.kcat_format), "kcat -f"),)
    if told.command is not None:
        from dumpfix.detection.told.command import grammar_of

        return (grammar_of(told.command),)
    if told.grammar_file is not None:
        try:
            text = Path(told.grammar_file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot be read: {error}", path=told.grammar_file) from error
        return (load(text, Path(told.grammar_file).stem, path=told.grammar_file),)
    names = automatic() if told.from_name in (None, "auto") else [told.from_name]
    return tuple(_with_separator(name, head) for name in names if name is not None)


def of_grammars(grammars: Sequence[Grammar], head: bytes) -> Iterator[Candidate]:
    """The layouts whose literals stand in the head: most are left out here."""
    known: dict[bytes, bool] = {}

    def stands(text: bytes) -> bool:
        answer = known.get(text)
        if answer is None:
            answer = known[text] = text in head
        return answer

    for grammar in grammars:
        for layout in grammar.layouts:
            if all(map(stands, _needed(layout))):
                yield Candidate(layout, grammar.notices, grammar.name, layout_bits(layout))


def _needed(layout: AnyLayout) -> list[bytes]:
    """What a record of this layout holds at least. Of one over several lines the later ones may not be here yet."""
    if isinstance(layout, ObjectLayout):
        return [b'"' + next(m.path[-1] for m in layout.members if m.field.meaning == "value") + b'"']
    literals = [e.text.strip(b"\n") for e in layout.elements if isinstance(e, Literal)]
    raw = [e.text for e in layout.elements if isinstance(e, Literal)]
    is_one_line = b"\n" not in b"".join(raw[:-1]) and not any(b"\n" in text.rstrip(b"\n") for text in raw)
    return [text for text in (literals if is_one_line else literals[:1]) if text]


def layout_bits(layout: AnyLayout) -> float:
    """The price of a layout that a grammar has."""
    if isinstance(layout, ObjectLayout):
        return prices.SHIPPED
    fields = layout.fields
    literals = [e.text for e in layout.elements if isinstance(e, Literal)]
    if fields == ("VALUE",) and (not literals or literals == [b"\n"]):
        return prices.VALUES_ALONE + (0.0 if literals else prices.UNDELIMITED)
    bits = prices.SHIPPED + prices.FIELD * len(fields) + sum(prices.RARE_COLUMN.get(name, 0.0) for name in fields)
    if "HEADERS" in fields and "KEY" not in fields:
        bits += prices.NAMED_HEADERS_ALONE if layout.is_anchored else prices.HEADERS_ALONE
    if not layout.has_value:
        bits += prices.WITHOUT_PAYLOAD
    elif not layout.suffix:
        bits += prices.UNDELIMITED
    match layout.elements:
        case (*_, Field(terminal="VALUE"), Literal(), Field(terminal="PARTITION"), Literal()) if len(literals) < 4:
            bits += prices.PARTITION_LAST
        case (Field(terminal="KEY"), Literal(text=text), Field(terminal="VALUE"), *_) if text in _WEAK:
            bits += prices.WEAK_SEPARATOR
    return bits


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
    labelled = [
        (layout.elements[0], layout.elements[1].text)
        for layout in grammar.layouts
        if isinstance(layout, Layout)
        and len(layout.elements) > 1
        and isinstance(layout.elements[0], Alternation)
        and isinstance(layout.elements[1], Literal)
    ]
    usual = grammar.named.get("KEY_SEPARATOR")
    if not labelled or usual is None:
        return None
    labels = {text.removeprefix(usual) for _, text in labelled} - {b"", b"\n"}
    for line in head.splitlines(keepends=True)[:MOST_LINES]:
        taken = fixed_run((labelled[0][0],), Window(line), 0)
        if taken is None or isinstance(taken, PartialMatch):
            continue
        end = taken[1]
        if line.startswith(usual, end):
            return None
        near = [at for label in labels if (at := line.find(label, end, end + LONGEST + len(label))) > 0]
        listed = [text for text in _listed_separators(grammar) if line.startswith(text, end)]
        return line[end : min(near)] if near else max(listed, key=len, default=None)
    return None


def _listed_separators(grammar: Grammar) -> Iterator[bytes]:
    """The literals that stand between a key and a value in the layouts that have nothing else."""
    for layout in grammar.layouts:
        match layout.elements if isinstance(layout, Layout) else ():
            case (Field(terminal="KEY"), Literal(text=text), Field(terminal="VALUE"), Literal()):
                yield text
