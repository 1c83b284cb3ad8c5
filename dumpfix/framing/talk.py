"""Command lines that stand in a dump, and what was typed for a producer: talk, and no record.

A line is taken for a command only if it calls one of the programs of ``commands.lark``: alone, with a path, with
another program that runs it, or behind a prompt; or any behind ``$``. It goes on where a backslash ends the line or a
quote is open. Blank lines behind it are nobody's records, nor is what a program prints that prints none, up to the
next command.
"""

from __future__ import annotations

import functools
import itertools
from typing import Literal, NamedTuple

from dumpfix.framing.window import Window
from dumpfix.layout.load import command_words

Kind = Literal["reader", "writer", "lister", "other", "elision"]

#: bytes of a line that may be a command; formats and endless lists of brokers are shorter
LONGEST_LINE = 1 << 12
#: bytes of a prompt in brackets
LONGEST_PROMPT = 200
#: lines of one command, and lines typed for one producer
MOST_LINES = 64
MOST_TYPED = 1 << 12
#: programs that do the same whatever their options are
_ALWAYS: tuple[Kind, ...] = ("writer", "lister")
#: how a prompt ends
_PROMPT_ENDS = b"$#%>"
_PROMPT = b"$ "
_PROMPTS = frozenset({"➜".encode(), "❯".encode(), "»".encode(), "λ".encode(), b"+"})
#: programs that read or send, as an option says
_SENDS_WITH_P = frozenset({b"kafkacat", b"kcat"})
#: what stands in a line that calls a program no line calls by itself; what stands around the name of any
_SIGNS = _PROMPT_ENDS + b"\\"
_WORDS_APART = bytes.maketrans(_SIGNS + b"/.\"'", b" " * (len(_SIGNS) + 4))
_DOCUMENTS = (b"{", b"[", b'"')
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
    if (end := _elision_end(window, at)) >= 0:
        return Talk(at, end, _blank_end(window, end), "elision")
    if at == window.size or (data[at] in _NO_BEGINNINGS and not _is_prompt_in_brackets(data, at)):
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
    follows = kind in ("writer", "lister")
    stop = _output_end(window, end, is_typed=kind == "writer") if follows else end
    return Talk(at, end, _blank_end(window, stop), kind)


def may_be_command(beginning: bytes) -> bool:
    """Whether a line that begins so may be a command: it names a program, as there are few that do.

    Some are called behind a prompt alone, or where the line goes on. Made of few calls, for there are many lines.
    """
    words = beginning.translate(_WORDS_APART).split()
    if not _programs("reader", "writer", "lister").isdisjoint(words):
        return True
    is_prompted = beginning.translate(None, _SIGNS) != beginning or not _PROMPTS.isdisjoint(words)
    return beginning.startswith(_PROMPT) or (is_prompted and not _programs("launcher", "other").isdisjoint(words))


@functools.cache
def _programs(*kinds: str) -> frozenset[bytes]:
    words = command_words()
    return frozenset().union(*(words[kind] for kind in kinds))


def _is_prompt_in_brackets(data: bytes, at: int) -> bool:
    """Whether a line begins like ``[user@host folder]$ ``, as no record does."""
    end = data.find(b"]", at, at + LONGEST_PROMPT)
    return data[at + 1 : at + 2].isalpha() and end > 0 and data[end + 1 : end + 2] in (b"$", b"#")


def _elision_end(window: Window, at: int) -> int:
    """Behind the line at ``at`` that stands for what was left out; -1 where it is none."""
    elisions = _elisions()
    if not window.data.startswith(elisions, at):
        return -1
    end = _line_end(window, at)
    if end == window.size:
        window.touched_end = True
    return end if window.data[at:end].strip() in elisions else -1


@functools.cache
def _elisions() -> tuple[bytes, ...]:
    return tuple(command_words()["elision"])


def _blank_end(window: Window, at: int) -> int:
    """Behind the blank lines at ``at``."""
    end = window.blank_end(at)
    if end == window.size:
        window.touched_end = True
    return end


@functools.lru_cache(maxsize=1 << 10)
def kind_of(line: bytes) -> Kind | None:
    """What a line calls; None where it is no command."""
    if _is_prompt_alone(line):
        return "other"
    if len(line) > LONGEST_LINE or (line.find(b" ") < 0 and line[:1].isalnum()) or not may_be_command(line):
        return None
    words = line.split()
    is_prompted = False
    for index, word in enumerate(words[:8]):
        name, glued = _name(word)
        is_behind_prompt = is_prompted or glued
        called = _called(name, words[index + 1 :], is_behind_prompt=is_behind_prompt)
        if called is not None and (index == 0 or is_behind_prompt or _are_settings(words[:index])):
            return called
        if word.startswith(b"{") or b'{"' in word:
            # A record stands before whatever follows.
            break
        # Behind a symbol the prompt goes on: a folder, a branch.
        is_prompted = word[-1] in _PROMPT_ENDS or words[0] in _PROMPTS
    return "other" if _is_any_command(line, words) else None


def _is_prompt_alone(line: bytes) -> bool:
    """Whether nothing stands in it but a prompt: ``$``, ``[user@host folder]$``, ``user@host:folder$``."""
    bare = line.rstrip()
    if bare[-1:] not in (b"$", b"#") or len(bare) > LONGEST_PROMPT:
        return False
    user, at, place = bare[:-1].partition(b"@")
    is_of_bash = bool(at) and b":" in place and not user.translate(None, _OF_USERS) and b" " not in place
    return bare == b"$" or (bare[-2:-1] == b"]" and _is_prompt_in_brackets(bare, 0)) or (is_of_bash and user != b"")


_OF_USERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"


def _is_any_command(line: bytes, words: list[bytes]) -> bool:
    """Whether ``$`` and a word stand there that may be a program's name, and no document."""
    if not line.startswith(_PROMPT) or len(words) < 2 or b"{" in line or b"[" in line:
        return False
    return words[1].translate(None, b"./_~-").isalnum() and not words[1][:1].isdigit()


def _called(name: bytes, rest: list[bytes], *, is_behind_prompt: bool) -> Kind | None:
    words = command_words()
    for kind in _ALWAYS:
        if name in words[kind]:
            return kind if is_behind_prompt or _have_options(rest) else None
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
    """Whether an option stands there, before any document: one in it is somebody's text."""
    before = itertools.takewhile(lambda word: not word.startswith(_DOCUMENTS), words)
    return any((word[:1] == b"-" and word[1:2].isalnum()) or word[:2] == b"--" for word in before)


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


def _output_end(window: Window, at: int, *, is_typed: bool) -> int:
    """Behind what a command printed, or what was typed for it: everything up to the next command.

    Lines behind a producer's prompt show by themselves that they were typed. Where no command follows nobody knows
    what it was, nor where a document stands in what was printed; then it is nothing.
    """
    data = window.data
    begin = at
    is_prompted = is_typed and data[at : at + 1] == b">"
    for _ in range(MOST_TYPED):
        end = _line_end(window, at)
        if at == end or data[end - 1] != 0x0A:
            window.touched_end = True
        if at == end:
            return at if is_prompted else begin
        if kind_of(data[at:end]) is not None:
            return at
        if (is_prompted and data[at : at + 1] != b">") or (not is_typed and b"{" in data[at:end]):
            return at if is_prompted else begin
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
