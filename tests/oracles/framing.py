"""The reference reader: Lark's own LALR parser over one layout, with a lexer on bytes that has no patterns.

It reads some megabytes a second and is there to be right: tests hold the scanner against it. The layout becomes a
Lark grammar in which every terminal is declared. The lexer asks the parser's state which terminals may follow and
finds the end of each by its kind; where a text of unknown length ends, and where the next record begins behind
damage, it follows :mod:`dumpfix.framing.rule`. Damage reaches the parser as a token that no state accepts, so that it
is Lark's own error recovery that goes on behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken
from lark.lexer import Lexer, LexerState

from dumpfix.framing.elements import element_end
from dumpfix.framing.frame import Frame, Span
from dumpfix.framing.objects import ObjectRule
from dumpfix.framing.rule import LinearRule
from dumpfix.json.strings import MISMATCH, PARTIAL
from dumpfix.layout.model import Alternation, AnyLayout, Element, Field, Layout, Literal, ObjectLayout
from dumpfix.layout.vocabulary import FREE_TEXT

if TYPE_CHECKING:
    from lark.parsers.lalr_parser_state import ParserState

_NOTICE = "NOTICE_LINE"
_SEPARATOR = "SEPARATOR"
#: tokens that no state of the parser accepts
_GARBAGE = "GARBAGE"
_DAMAGED = "DAMAGED_RECORD"
_FIELD = "FIELD_"
_NAME = _FIELD + "JSON_NAME"
_WHITE_SPACE = b" \t\r\n"


def spans(data: bytes, layout: AnyLayout, notices: Sequence[Layout] = ()) -> list[Span]:
    """The tiles of a whole dump as Lark parses it; literals that stand side by side are one span."""
    return Reference(layout, notices).spans(data)


class Reference:
    """Lark's parser for one layout."""

    def __init__(self, layout: AnyLayout, notices: Sequence[Layout] = ()) -> None:
        self.layout = layout
        self.rule = ObjectRule(layout, notices) if isinstance(layout, ObjectLayout) else LinearRule(layout, notices)
        self.terminals: dict[str, Literal | Field] = {}
        self.grammar = self._grammar()

    # -- the layout as a Lark grammar ---------------------------------------------------------------------------

    def _grammar(self) -> str:
        rules: list[str] = []
        if isinstance(self.layout, ObjectLayout):
            record = self._object(self.layout, rules)
        else:
            record = " ".join(self._part(element, rules) for element in self.layout.elements)
        declared = " ".join([_NOTICE, _SEPARATOR, *self.terminals])
        start = f"start: (record | {_NOTICE} | {_SEPARATOR})*"
        return "\n".join([start, f"record: {record}", *rules, f"%declare {declared}"])

    def _part(self, element: Element, rules: list[str]) -> str:
        if isinstance(element, Alternation):
            name = f"choice_{len(rules)}"
            rules.append("")
            place = len(rules) - 1
            ways = [" ".join(self._part(one, rules) for one in way) for way in element.alternatives]
            rules[place] = f"{name}: " + " | ".join(ways)
            return name
        return self._terminal(element)

    def _terminal(self, element: Literal | Field) -> str:
        if isinstance(element, Field):
            name = _FIELD + element.terminal
        else:
            known = (n for n, e in self.terminals.items() if isinstance(e, Literal) and e.text == element.text)
            name = next(known, f"LITERAL_{len(self.terminals)}")
        self.terminals.setdefault(name, element)
        return name

    def _object(self, layout: ObjectLayout, rules: list[str]) -> str:
        brace, comma, colon, close = (self._terminal(Literal(text)) for text in (b"{", b",", b":", b"}"))
        members = []
        for (name, *inner), bound, *_ in layout.members:
            assert not inner
            quoted = self._terminal(Literal(b'"' + name + b'"'))
            members.append(f"{quoted} {colon} {self._terminal(bound)}")
        any_name, value = self._terminal(Field("JSON_NAME")), self._terminal(Field("JSON_VALUE"))
        other = f"{any_name} {colon} {value}"
        rules.append(f"member: {' | '.join([*members, other])}")
        end = "" if not layout.separator else f" {self._terminal(Literal(layout.separator))}?"
        return f"{brace} [member ({comma} member)*] {close}{end}"

    @cached_property
    def parser(self) -> Lark:
        """Lark's LALR parser for this layout; its lexer is ours."""
        reference = self

        class LayoutLexer(_LayoutLexer):
            """The lexer of this layout."""

            def __init__(self, _: Any) -> None:
                super().__init__(reference)

        return Lark(self.grammar, parser="lalr", lexer=LayoutLexer)

    # -- reading ----------------------------------------------------------------------------------------------

    def spans(self, data: bytes) -> list[Span]:
        """The tiles of a dump: Lark's tree as spans, and what its error recovery passed over."""
        passed_over: list[Span] = []

        def pass_over(error: UnexpectedInput) -> bool:
            if not isinstance(error, UnexpectedToken) or error.token.type not in (_GARBAGE, _DAMAGED):
                return False
            token = error.token
            if token.type == _GARBAGE:
                passed_over.append(Span(token.start_pos, token.end_pos, "garbage"))
            else:
                passed_over.extend(token.value)
            return True

        tree = self.parser.parse(data, on_error=pass_over)
        return coalesced(list(_filled(sorted([*passed_over, *self._tiles(tree)]))))

    def _tiles(self, tree: Tree[Any]) -> Iterator[Span]:
        for token in tree.scan_values(lambda value: isinstance(value, Token)):
            start, end = token.start_pos or 0, token.end_pos or 0
            if token.type == _NOTICE:
                yield Span(start, end, "notice", str(token))
            elif token.type == _SEPARATOR:
                yield Span(start, end, "separator")
            elif isinstance(token.value, list):
                # A field or a literal that a notice cuts in two.
                yield from token.value
            elif token.type.startswith(_FIELD):
                terminal = token.type.removeprefix(_FIELD)
                is_needed = isinstance(self.layout, Layout) or terminal not in ("JSON_NAME", "JSON_VALUE")
                yield Span(start, end, "field", terminal) if is_needed else Span(start, end, "literal")
            else:
                yield Span(start, end, "literal")


class _LayoutLexer(Lexer):
    """Cuts bytes into the tokens that the parser's state accepts."""

    __future_interface__ = 2

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def lex(self, lexer_state: LexerState, parser_state: ParserState[Any]) -> Iterator[Token]:
        """Tokens from where the last one ended; Lark calls anew after each error that was passed over."""
        text: Any = lexer_state.text
        data: bytes = getattr(text, "text", text)
        place = lexer_state.line_ctr
        while place.char_pos < len(data):
            at = place.char_pos
            item = self.reference.rule.item(data, at, final=True)
            # Move on first: after a token that is refused Lark begins here again.
            place.char_pos = item.end
            if isinstance(item, Span):
                yield self._span_token(item)
            elif not item.complete or (item.inner_notices and isinstance(self.reference.layout, ObjectLayout)):
                yield _token(_DAMAGED, coalesced(item.spans), item.start, item.end)
            elif item.inner_notices:
                yield from self._cut_record(item, parser_state)
            elif isinstance(self.reference.layout, ObjectLayout):
                yield from self._object(data, item, parser_state)
            else:
                yield from self._record(data, item, parser_state)

    def _span_token(self, span: Span) -> Token:
        kinds = {"notice": _NOTICE, "separator": _SEPARATOR, "garbage": _GARBAGE}
        return _token(kinds[span.role], span.name, span.start, span.end)

    def _accepted(self, parser_state: ParserState[Any]) -> Iterator[tuple[str, Literal | Field]]:
        """The terminals of the layout that the parser would take now."""
        accepted = parser_state.parse_conf.states[parser_state.position]
        for name, element in self.reference.terminals.items():
            if name in accepted:
                yield name, element

    def _record(self, data: bytes, frame: Frame, parser_state: ParserState[Any]) -> Iterator[Token]:
        """One record of a linear layout: fixed terminals by their kind, texts up to where the rule ends them."""
        # An empty text begins where the field behind it does.
        text_ends = {(s.start, s.name): s.end for s in frame.spans if s.role == "field"}
        at = frame.start
        while at < frame.end:
            for name, element in self._accepted(parser_state):
                if isinstance(element, Field) and element.kind in FREE_TEXT:
                    end = text_ends.get((at, element.terminal), at)
                else:
                    end = self._fixed_end(element, data, at, text_ends)
                if end >= at:
                    yield _token(name, "", at, end)
                    at = end
                    break
            else:
                yield _token(_DAMAGED, coalesced(frame.spans), at, frame.end)
                return
        for span in frame.spans:
            # The parser waits for an empty text at the very end too.
            if span.role == "field" and span.start == frame.end:
                yield from (_token(n, "", at, at) for n, _ in self._accepted(parser_state) if n == _FIELD + span.name)

    def _fixed_end(self, element: Literal | Field, data: bytes, at: int, text_ends: dict[tuple[int, str], int]) -> int:
        end = element_end(element, data, at)
        if isinstance(element, Field):
            # A number at the very end of the dump, or a name that holds the beginning of the next literal.
            return text_ends.get((at, element.terminal), MISMATCH if end == PARTIAL else end)
        return MISMATCH if end == PARTIAL else end

    def _cut_record(self, frame: Frame, parser_state: ParserState[Any]) -> Iterator[Token]:
        """One record with notices inside: the parser gets its tokens without them."""
        inner = set(frame.inner_notices)
        groups: list[tuple[str, list[Span]]] = []
        for span in frame.spans:
            kind = span.name or span.role
            goes_on = bool(groups) and groups[-1][0] == kind and groups[-1][1][-1] in inner
            if span in inner or goes_on:
                groups[-1][1].append(span)
            else:
                groups.append((kind, [span]))
        for _, parts in groups:
            names = [name for name, _ in self._accepted(parser_state)]
            wanted = _FIELD + parts[0].name if parts[0].role == "field" else "LITERAL_"
            taken = next((name for name in names if name.startswith(wanted)), _DAMAGED)
            yield _token(taken, parts, parts[0].start, parts[-1].end)

    def _object(self, data: bytes, frame: Frame, parser_state: ParserState[Any]) -> Iterator[Token]:
        """One object: braces, names, values. White space between them is no token."""
        rule = self.reference.rule
        assert isinstance(rule, ObjectRule)
        at = frame.start
        while at < frame.end:
            accepted = dict(self._accepted(parser_state))
            literals = ((n, e.text) for n, e in accepted.items() if isinstance(e, Literal))
            taken = next(((n, at + len(text)) for n, text in literals if data.startswith(text, at)), None)
            if taken is None and data[at] in _WHITE_SPACE:
                at += 1
                continue
            if taken is None and _NAME in accepted:
                taken = _NAME, rule.string_end(data, at, final=True)
            elif taken is None:
                taken = next(iter(accepted)), rule.value_end(data, at, final=True)
            yield _token(taken[0], "", at, taken[1])
            at = taken[1]


def _filled(tiles: Sequence[Span]) -> Iterator[Span]:
    """The tiles with the white space between the tokens of an object as literals."""
    at = tiles[0].start if tiles else 0
    for tile in tiles:
        if tile.start > at:
            yield Span(at, tile.start, "literal")
        yield tile
        at = max(at, tile.end)


def coalesced(tiles: Sequence[Span]) -> list[Span]:
    """The same tiles with literals or separators that stand side by side made one, and empty ones left out."""
    out: list[Span] = []
    for tile in tiles:
        if tile.start == tile.end:
            continue
        if out and tile.role in ("literal", "separator") and tile.role == out[-1].role and out[-1].end == tile.start:
            out[-1] = out[-1]._replace(end=tile.end)
        else:
            out.append(tile)
    return out


def _token(kind: str, value: Any, start: int, end: int) -> Token:
    token = Token(kind, value, start_pos=start, end_pos=end)
    token.value = value
    return token
