"""Records that are JSON objects, as a grammar says them: the members that a record needs, bound by name.

An object is ``"{" [member ("," member)*] "}"``, a member ``"\"name\"" ":" TERMINAL`` or a member that is an object of
its own, with a rule of its own for what is in it. What other members there are is said by
``JSON_NAME ":" JSON_VALUE``, since no reading of JSON may depend on there being none.
"""

from __future__ import annotations

from collections.abc import Sequence

from dumpfix.layout.expand import Expander
from dumpfix.layout.model import Field, Literal, Member
from dumpfix.layout.notation import Group, Name, Part, String
from dumpfix.layout.notation import Sequence as Alternative
from dumpfix.layout.vocabulary import ABSENT_IS_NULL, EMPTY_MAY_BE_NULL, JSON_VALUES, Kind

_SHAPE = 'a record that is an object is "{" [member ("," member)*] "}", with what ends it behind'


def object_of(parts: Sequence[Part], line: int, expander: Expander) -> tuple[Name, Sequence[Part]]:
    """The rule of the members of an object, and what stands behind the object."""
    match parts:
        case (String(text=b"{"), Group(how_often="at most once", alternatives=(repeated,)), String(text=b"}"), *behind):
            inner = repeated.parts
        case (String(text=b"{"), Name() as first, Group() as rest, String(text=b"}"), *behind):
            inner = (first, rest)
        case _:
            raise expander.error(_SHAPE, line)
    match inner:
        case (
            Name() as one,
            Group(how_often="any number", alternatives=(Alternative(parts=(String(text=b","), Name() as other)),)),
        ) if one.name == other.name and not one.is_terminal and not one.is_each and not other.is_each:
            return one, behind
        case _:
            raise expander.error(_SHAPE, line)


def members_of(rule: Name, expander: Expander) -> tuple[Member, ...]:
    """The members that a rule of members stands for. Raises GrammarError, with the line, for what is no member."""
    members = _Members(expander)
    members.take(rule, ())
    payloads = [member for member in members.found if member.field.meaning == "value"]
    if not payloads:
        raise expander.error(
            "no member of this object is the payload: bind the one that is to JSON_PAYLOAD",
            expander.notation.rules[rule.name].line,
        )
    return tuple(members.found)


class _Members:
    """Collects members, from the outermost object to the innermost."""

    def __init__(self, expander: Expander) -> None:
        self.expander = expander
        self.error = expander.error
        self.found: list[Member] = []
        self.meanings: dict[str, str] = {}

    def take(self, rule: Name, path: tuple[bytes, ...]) -> None:
        """The members of the object at ``path``."""
        self.expander.used.add(rule.name)
        names: set[bytes] = set()
        takes_others = False
        for alias, alternative in self.expander.alternatives(rule.name):
            match alternative.parts:
                case (Name(name="JSON_NAME"), String(text=b":"), Name(name="JSON_VALUE")):
                    self.expander.used.update(("JSON_NAME", "JSON_VALUE"))
                    takes_others = True
                    continue
                case (first, String(text=b":"), *value):
                    name = self._name(first, alternative.line)
                case _:
                    raise self.error('a member is "\\"name\\"" ":" TERMINAL', alternative.line)
            if name in names:
                raise self.error(f"a member is said twice: {name.decode()}", alternative.line)
            names.add(name)
            if alternative.alias not in (None, ABSENT_IS_NULL, EMPTY_MAY_BE_NULL):
                raise self.error(
                    f"behind the arrow of a member {ABSENT_IS_NULL} or {EMPTY_MAY_BE_NULL} may stand, not {alias}",
                    alternative.line,
                )
            self._value(value, (*path, name), alternative)
        if not takes_others:
            raise self.error(
                'an object may hold members that the grammar does not name: add JSON_NAME ":" JSON_VALUE',
                self.expander.notation.rules[rule.name].line,
            )

    def _name(self, part: Part, line: int) -> bytes:
        match part:
            case String(text=text) if len(text) > 2 and text[:1] == text[-1:] == b'"' and b"\\" not in text:
                return text[1:-1]
            case _:
                raise self.error('the name of a member stands in its quotes: "\\"name\\""', line)

    def _value(self, value: Sequence[Part], path: tuple[bytes, ...], alternative: Alternative) -> None:
        line = alternative.line
        match value:
            case (Name(is_each=False) as only,) if only.is_terminal:
                element = self.expander.terminal(only.name)
            case _:
                inner, behind = object_of(value, line, self.expander)
                if behind or alternative.alias:
                    raise self.error("the arrow of a member stands behind its terminal", line)
                self.take(inner, path)
                return
        if isinstance(element, Literal) or element.kind not in (*JSON_VALUES, Kind.INTEGER):
            raise self.error(f"the value of a member is JSON: {only.name} is not", line)
        if element.terminal == "JSON_NAME":
            raise self.error("JSON_NAME is the name of a member, not its value", line)
        self._bind(element, path, alternative.alias, line)

    def _bind(self, field: Field, path: tuple[bytes, ...], arrow: str | None, line: int) -> None:
        if arrow and field.meaning not in ("key", "value"):
            raise self.error(f"{arrow} is for the key and the payload, which may be null", line)
        before = self.meanings.get(field.meaning)
        if field.meaning and before is not None:
            raise self.error(
                f"a record says its {field.meaning} once, not by {before} and {field.terminal}: bind the other to "
                "JSON_VALUE",
                line,
            )
        self.meanings[field.meaning] = field.terminal
        self.found.append(Member(path, field, arrow == ABSENT_IS_NULL, arrow == EMPTY_MAY_BE_NULL))
