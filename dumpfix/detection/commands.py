"""The layouts of commands that stand in the dump: a session shows what made it, and may show more than that."""

from __future__ import annotations

from collections.abc import Iterator

from dumpfix.detection import prices
from dumpfix.detection.candidates import COMMANDED, Candidate
from dumpfix.errors import DumpfixError
from dumpfix.framing.notices import Notices
from dumpfix.framing.talk import talk_at
from dumpfix.framing.window import Window
from dumpfix.layout.load import command_words

#: commands of one head that are looked at: a session shows a few
MOST = 8
#: lines of a head at which a command may begin
MOST_LINES = 512


def candidates(head: bytes, notices: Notices) -> Iterator[Candidate]:
    """What the commands in ``head`` that read a topic would have printed: likely, and not certain."""
    for command in _commands(head):
        # Few dumps have one.
        from dumpfix.detection.told.command import grammar_of

        try:
            grammar = grammar_of(command)
        except DumpfixError:
            # Not one that is understood: nothing is lost by it.
            continue
        for layout in grammar.layouts:
            yield Candidate(layout, notices.given, COMMANDED, prices.COMMANDED)


def _commands(head: bytes) -> list[str]:
    if not any(word in head for kind in ("reader", "launcher") for word in command_words()[kind]):
        return []
    window = Window(head)
    found: dict[str, None] = {}
    at = 0
    for _ in range(MOST_LINES):
        talk = talk_at(window, at)
        if talk is not None and talk.kind == "reader":
            found[head[at : talk.command_end].decode("utf-8", "surrogateescape")] = None
        at = talk.end if talk is not None else head.find(b"\n", at) + 1
        if not 0 < at < len(head) or len(found) == MOST:
            break
    return list(found)
