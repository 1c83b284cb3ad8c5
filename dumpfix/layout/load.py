"""Grammars by name, as they are shipped, and from text: what ``--from`` and ``--grammar`` give."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from dumpfix.errors import UsageError
from dumpfix.layout.build import Builder
from dumpfix.layout.expand import Expander
from dumpfix.layout.literals import literal_bytes as literal_bytes
from dumpfix.layout.literals import literal_text as literal_text
from dumpfix.layout.model import Element, Grammar, Layout, Literal
from dumpfix.layout.notation import LARGEST, Name, parse

#: shipped grammars that describe no dump, but what any may hold
SHARED = ("json", "notices", "wrappers", "commands")


def folder() -> Path:
    """The folder of the shipped grammars: inside an installed package, or at the top of the repository."""
    inside = Path(__file__).resolve().parents[1] / "grammars"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "grammars"


def names() -> list[str]:
    """The names that ``--from`` takes."""
    return sorted(p.stem.replace("_", "-") for p in folder().glob("*.lark") if p.stem not in SHARED)


def automatic() -> list[str]:
    """The grammars among which ``auto`` chooses: all, but for the one of which kafkacat's says the same."""
    return [name for name in names() if name != "jsonl"]


def path_of(name: str) -> Path:
    """The file of a shipped grammar. Raises UsageError, with the names that exist, for any other name."""
    path = folder() / f"{name.replace('-', '_')}.lark"
    if not path.is_file():
        known = ", ".join(names())
        raise UsageError(f"there is no grammar called {name!r}; there are: {known}. A file of yours: --grammar FILE")
    return path


def shipped(name: str, overrides: Mapping[str, bytes] | None = None) -> Grammar:
    """A shipped grammar by name, with some of its named literals replaced. Raises UsageError for an unknown name."""
    return _shipped(name, tuple(sorted((overrides or {}).items())))


@functools.lru_cache(maxsize=64)
def _shipped(name: str, overrides: tuple[tuple[str, bytes], ...]) -> Grammar:
    """The same, read once: where a dump arrives slowly its head is looked at again and again."""
    path = path_of(name)
    return load(path.read_text("utf-8"), name, dict(overrides), path=str(path))


def load_file(path: str) -> Grammar:
    """The grammar in a file of the user's. Raises UsageError where it cannot be read, GrammarError as `load` does."""
    try:
        with Path(path).open("rb") as file:
            # What is too long for a grammar is refused by its length; it may be a dump that was mistaken for one.
            text = file.read(4 * LARGEST).decode("utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {error}", path=path) from error
    return load(text, Path(path).stem, path=path)


def load(text: str, name: str, overrides: Mapping[str, bytes] | None = None, *, path: str | None = None) -> Grammar:
    """The grammar that ``text`` describes.

    ``overrides`` gives other bytes to named literals (KEY_SEPARATOR …). Raises GrammarError, with the line, for a
    text that is no grammar, holds a pattern, declares a terminal that dumpfix does not know, or says anything that
    would not be honoured.
    """
    where = path or f"<{name}>"
    return Builder(name, text, parse(text, where), overrides or {}, where).grammar(shared_notices())


@functools.cache
def shared_notices() -> tuple[Layout, ...]:
    """The notices of ``notices.lark``, which a dump of any layout may hold."""
    path = folder() / "notices.lark"
    text = path.read_text("utf-8")
    builder = Builder("notices", text, parse(text, str(path)), {}, str(path))
    return tuple(dict.fromkeys(builder.notices()))


#: an alternative of a wrapper: its name, empty where it has none of its own, and what stands before a line
WrapperAlternative = tuple[str, tuple[Element, ...]]


@functools.cache
def shared_wrappers() -> Mapping[str, tuple[WrapperAlternative, ...]]:
    """The wrappers of ``wrappers.lark``: by kind the alternatives in their order."""
    path = folder() / "wrappers.lark"
    notation = parse(path.read_text("utf-8"), str(path))
    expander = Expander(notation, {}, str(path))
    kinds: dict[str, tuple[WrapperAlternative, ...]] = {}
    for named in notation.rules["wrapper"].alternatives:
        (kind,) = (part.name for part in named.parts if isinstance(part, Name))
        alternatives = notation.rules[kind].alternatives
        kinds[kind] = tuple((one.alias or "", way) for one in alternatives for way in expander.ways(one))
    return kinds


@functools.cache
def command_words() -> Mapping[str, frozenset[bytes]]:
    """The names of programs in ``commands.lark``, by what they are for: reader, writer, lister, launcher, other; and
    what stands for what was left out: elision."""
    path = folder() / "commands.lark"
    notation = parse(path.read_text("utf-8"), str(path))
    expander = Expander(notation, {}, str(path))
    words: dict[str, frozenset[bytes]] = {}
    for kind, rule in notation.rules.items():
        ways = (way for alternative in rule.alternatives for way in expander.ways(alternative))
        words[kind] = frozenset(element.text for way in ways for element in way if isinstance(element, Literal))
    return words
