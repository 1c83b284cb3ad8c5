"""Command lines that stand in a dump, and what was typed for a producer: talk, and no record.

A line is taken for a command only if it calls one of the programs of ``commands.lark``: alone, with a path, with
another program that runs it, or behind a prompt. It goes on where a backslash ends the line or a quote is open.
"""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple

from dumpfix.framing.window import Window
from dumpfix.layout.load import command_words

Kind = Literal["reader", "writer", "other"]

#: bytes of a line that may be a command; formats and endless lists of brokers are shorter
LONGEST_LINE = 1 << 12
#: lines of one command, and lines typed for one producer
MOST_LINES = 64
MOST_TYPED = 1 << 12
#: how a prompt ends
_PROMPT_ENDS = b"$#%>"
_PROMPTS = frozenset({"➜".encode(), "❯".encode(), "»".encode(), "λ".encode()})
#: programs that read or send, as an option says
_SENDS_WITH_P = frozenset({b"kafkacat", b"kcat"})
_ENDINGS = (b".sh", b".bat", b".exe", b".cmd")
#: no command begins like this, and records begin so by the million
_NO_BEGINNINGS = frozenset(b'{["\t\n,0123456789')


class Talk(NamedTuple):
    """A command and what was typed for it, from ``start`` on: where the command ends, and where all of it does."""

    start: int
    command_end: int
    end: int
    kind: Kind


def talk_at(window: Window, at: int) -> Talk | None:
    """The talk that begins at ``at``, the beginning of a line."""
    data = window.data
    if at == window.size or data[at] in _NO_BEGINNINGS:
        return None
    line_end = _line_end(window, at)
    if line_end - at > LONGEST_LINE + 1:
        return None
    line = data[at:line_end]
    kind = kind_of(line)
    if data[line_end - 1] != 0x0A and (kind is not None or _may_become_one(line)):
        window.touched_end = True
    if kind is None:
        return None
    end = _command_end(window, at, line_end)
    return Talk(at, end, _typed_end(window, end) if kind == "writer" else end, kind)


@functools.lru_cache(maxsize=1 << 10)
def kind_of(line: bytes) -> Kind | None:
    """What a line calls; None where it is no command."""
    if len(line) > LONGEST_LINE or (line.find(b" ") < 0 and line[:1].isalnum()):
        return None
    words = line.split()
    is_prompted = False
    for index, word in enumerate(words[:8]):
        name, glued = _name(word)
        is_behind_prompt = is_prompted or glued
        called = _called(name, words[index + 1 :], is_behind_prompt=is_behind_prompt)
        if called is not None and (index == 0 or is_behind_prompt or _are_settings(words[:index])):
            return called
        # Behind a symbol the prompt goes on: a folder, a branch.
        is_prompted = word[-1] in _PROMPT_ENDS or words[0] in _PROMPTS
    return None


def _called(name: bytes, rest: list[bytes], *, is_behind_prompt: bool) -> Kind | None:
    words = command_words()
    if name in words["writer"]:
        return "writer" if is_behind_prompt or _have_options(rest) else None
    if name in words["reader"] and (is_behind_prompt or rest == [b"\\"] or _have_options(rest)):
        return "writer" if name in _SENDS_WITH_P and _sends(rest) else "reader"
    if name in words["launcher"]:
        inner = [_name(word.strip(b"\"'"))[0] for word in rest]
        if any(word in words["writer"] for word in inner):
            return "writer"
        if any(word in words["reader"] for word in inner):
            return "reader"
        return "reader" if is_behind_prompt or rest[-1:] == [b"\\"] else None
    return "other" if name in words["other"] and is_behind_prompt else None


def _have_options(words: list[bytes]) -> bool:
    return any((word[:1] == b"-" and word[1:2].isalnum()) or word[:2] == b"--" for word in words)


def _sends(words: list[bytes]) -> bool:
    """Whether kcat takes what it sends from the terminal: ``-P``, and no file."""
    options = [word for word in words if word[:1] == b"-" and word[:2] != b"--"]
    return any(b"P" in word for word in options) and not any(word[:1] == b"<" or word == b"-l" for word in words)


def _name(word: bytes) -> tuple[bytes, bool]:
    """The program that a word names, without path and ending; and whether a prompt is glued to it."""
    is_glued = False
    for index, byte in enumerate(word):
        if byte in _PROMPT_ENDS and word[index + 1 : index + 2].isalpha():
            word, is_glued = word[index + 1 :], True
            break
    name = word.rpartition(b"/")[2].rpartition(b"\\")[2]
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name, is_glued


def _are_settings(words: list[bytes]) -> bool:
    """``KAFKA_OPTS=… kafka-console-consumer``."""
    return all(b"=" in word and word[:1].isalpha() for word in words)


def _command_end(window: Window, at: int, end: int) -> int:
    """Behind the last line of the command whose first line ends at ``end``."""
    begin = at
    for _ in range(MOST_LINES):
        if end == window.size:
            window.touched_end = True
        line = window.data[at:end].rstrip(b"\r\n")
        if end == window.size or (not line.rstrip(b" ").endswith(b"\\") and not _quote_is_open(line)):
            return end
        end = _line_end(window, end)
    return _line_end(window, begin)


def _quote_is_open(text: bytes) -> bool:
    """Whether a shell would wait for the end of a quote."""
    quote = 0
    at = 0
    while at < len(text):
        byte = text[at]
        if byte == 0x5C and quote != 0x27:
            at += 1
        elif quote == 0 and byte in b"'\"" and text[at - 1 : at] in (b"", b" ", b"=", b"$"):
            # An apostrophe inside a word is more likely one.
            quote = byte
        elif byte == quote:
            quote = 0
        at += 1
    return quote != 0


def _typed_end(window: Window, at: int) -> int:
    """Behind what was typed for a producer: lines behind its prompt; else everything up to the next command.

    Where no command follows nobody knows what was typed; then nothing was.
    """
    data = window.data
    begin = at
    is_prompted = data[at : at + 1] == b">"
    for _ in range(MOST_TYPED):
        end = _line_end(window, at)
        if at == end or data[end - 1] != 0x0A:
            window.touched_end = True
        if at == end:
            return at if is_prompted else begin
        if kind_of(data[at:end]) is not None:
            return at
        if is_prompted and data[at : at + 1] != b">":
            return at
        at = end
    return at if is_prompted else begin


def _line_end(window: Window, at: int) -> int:
    """Behind the line feed, or where the data ends."""
    return min(window.line_end(at) + 1, window.size)


def _may_become_one(part: bytes) -> bool:
    """Whether a line that begins with this may turn out to be a command: before its program no document begins."""
    before = part.partition(b"{")[0]
    if len(before) == len(part):
        return len(part) <= LONGEST_LINE
    return len(part) <= LONGEST_LINE and any(byte in before for byte in _PROMPT_ENDS)
