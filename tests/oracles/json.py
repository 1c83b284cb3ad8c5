"""The reference reading of JSON: Lark's own LALR parse of `grammars/json.lark`, with the terminals of `lexer.py`.

It is slow and shares nothing with the automaton of `validity.py` but the terminal readers; the tests hold the two
against each other. The terminals' names and literals come from the grammar, so a change there is read here.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark
from lark.exceptions import LarkError
from lark.lexer import Lexer, Token

from dumpfix.json.lexer import DIGITS, number_end, string_end, utf8_fault, white_space_end


class NotJsonError(ValueError):
    """A byte at which no terminal of the grammar begins, or a terminal that is broken."""


class JsonLexer(Lexer):
    """Cuts bytes into the terminals of json.lark: its string literals, STRING, NUMBER; WHITESPACE is dropped."""

    def __init__(self, lexer_conf: Any) -> None:
        self._literals = {
            terminal.pattern.value.encode(): terminal.name
            for terminal in lexer_conf.terminals
            if terminal.pattern is not None
        }

    def lex(self, data: bytes) -> Iterator[Token]:  # type: ignore[override]
        """The tokens of `data`; raises NotJsonError where there is none."""
        at, stop = 0, len(data)
        while (at := white_space_end(data, at, stop)) < stop:
            name, end = self._read(data, at, stop)
            if end < 0:
                raise NotJsonError(f"no terminal of json.lark at byte {at}")
            yield Token(name, data[at:end], start_pos=at, end_pos=end)
            at = end

    def _read(self, data: bytes, at: int, stop: int) -> tuple[str, int]:
        if data[at] == 0x22:
            return "STRING", string_end(data, at, stop)
        if data[at] == 0x2D or data[at] in DIGITS:
            return "NUMBER", number_end(data, at, stop)
        for literal, name in self._literals.items():
            if data.startswith(literal, at):
                return name, at + len(literal)
        return "", -1


@cache
def reference_parser(grammar: str) -> Lark:
    """Lark's LALR parser for the text of a grammar whose terminals are those of json.lark."""
    return Lark(grammar, parser="lalr", lexer=JsonLexer)


def grammar_text() -> str:
    """The text of json.lark: beside the package in a wheel, at the top of the repository otherwise."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "grammars", package.parent / "grammars"):
        path = folder / "json.lark"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError("json.lark is neither in the package nor beside it")


def reference_accepts(payload: bytes, grammar: str | None = None) -> bool:
    """Whether Lark's parse of json.lark (or of `grammar`) accepts `payload` and its bytes are UTF-8."""
    if utf8_fault(payload, 0, len(payload)) is not None:
        return False
    try:
        reference_parser(grammar or grammar_text()).parse(payload)
    except (LarkError, NotJsonError):
        return False
    return True
