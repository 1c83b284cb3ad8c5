"""What a shell makes of a pasted command line: its pipelines, the simple commands of each, and their words.

Quotes are read as bash reads them (``'…'``, ``"…"``, ``$'…'``), redirections and comments are left out. Words are text
in which a byte that is no UTF-8 stands as a lone surrogate (``surrogateescape``), as in ``sys.argv``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dumpfix.errors import UsageError

Words = tuple[str, ...]

_DOLLAR_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_HEX = frozenset("0123456789abcdefABCDEF")
_OCTAL = frozenset("01234567")
#: letter of an escape -> how many hexadecimal digits it takes at most
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}
_NO_CHARACTER = "\ufffd"


def as_bytes(word: str) -> bytes:
    """The bytes that a program gets for a word."""
    return word.encode("utf-8", "surrogateescape")


def shell_words(command: str) -> Iterator[str]:
    """The words of the first simple command."""
    first = next(pipelines(command), ((),))
    yield from first[0]


def pipelines(text: str) -> Iterator[tuple[Words, ...]]:
    """The pipelines that a POSIX shell or bash would run, each as its simple commands, empty ones left out.

    A line that begins with an option or a bar goes on with the line before, as a paste without its backslashes has
    it. Raises UsageError where a quote does not close.
    """
    reader = _Reader(text)
    while reader.at < len(text):
        commands = tuple(words for words in reader.pipeline() if words)
        if commands:
            yield commands


def windows_pipelines(text: str) -> Iterator[tuple[Words, ...]]:
    r"""The same for cmd.exe and PowerShell, where a backslash is a part of a path; prompts (``PS C:\>``) left out."""
    for line in _windows_lines(text):
        stages: list[list[str]] = [[]]
        for word in _windows_words(line):
            if word == "|":
                stages.append([])
            elif word in (">", ">>"):
                break
            else:
                stages[-1].append(word)
        commands = tuple(tuple(stage) for stage in stages if stage)
        if commands:
            yield commands


def without_prompts(text: str) -> str:
    """The text without the signs that shells print at the beginning of a line: ``#``, ``$``, ``%`` and ``>``."""
    return "\n".join(
        line.lstrip()[1:] if line.lstrip()[:2] in ("# ", "$ ", "% ", "> ") else line for line in text.split("\n")
    )


# -- POSIX and bash --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    depth: int = 0
    word: list[str] | None = None
    commands: list[list[str]] = field(default_factory=lambda: [[]])
    #: the next word is the file of a redirection
    is_target: bool = False

    def pipeline(self) -> Iterator[Words]:
        """The simple commands from here to the end of the pipeline."""
        self.commands = [[]]
        while self.at < len(self.text):
            if self._step():
                break
        self._end_word()
        return (tuple(words) for words in self.commands)

    def _step(self) -> bool:
        """Read one character, or what it begins. True where the pipeline ends."""
        text, at = self.text, self.at
        char = text[at]
        if char == "\\":
            self._backslash()
        elif char in "'\"" or text.startswith(("$'", '$"'), at):
            part, self.at = _quoted(text, at)
            self._add(part)
        elif char == "\n":
            self.at += 1
            self._end_word()
            return not self._goes_on()
        elif char.isspace():
            self.at += 1
            self._end_word()
        elif char == "#" and self.word is None:
            end = text.find("\n", at)
            self.at = len(text) if end < 0 else end
        elif char in "<>" or text.startswith("&>", at):
            self._redirection()
        elif char in ";&|" or char in "()":
            return self._operator()
        else:
            self.at += 1
            self._add(char)
        return False

    def _add(self, part: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(part)

    def _end_word(self) -> None:
        if self.word is not None:
            if not self.is_target:
                self.commands[-1].append("".join(self.word))
            self.is_target = False
            self.word = None

    def _backslash(self) -> None:
        for line_end in ("\\\n", "\\\r\n"):
            if self.text.startswith(line_end, self.at):
                self.at += len(line_end)
                return
        self._add(self.text[self.at + 1 : self.at + 2])
        self.at += 2

    def _goes_on(self) -> bool:
        """Whether the line behind a line end belongs to the same pipeline: it begins with an option or a bar."""
        rest = self.text[self.at :].lstrip()
        has_begun = bool(self.commands[-1])
        is_bar = rest.startswith("|") and not rest.startswith("||")
        return (has_begun and (rest.startswith("-") or is_bar)) or (not has_begun and len(self.commands) > 1)

    def _redirection(self) -> None:
        """``> file``, ``2>&1``, ``<<< text``: the operator is passed over, and so will be its file."""
        if self.word is not None and "".join(self.word).isdigit():
            self.word = None
        self._end_word()
        self.at += self.text[self.at] == "&"
        while self.at < len(self.text) and self.text[self.at] in "<>&|":
            self.at += 1
        self.is_target = True

    def _operator(self) -> bool:
        """``;``, ``&``, ``&&``, ``||`` and parentheses end the pipeline; a bar ends a simple command."""
        text, at = self.text, self.at
        char = text[at]
        if char in "()" and self.word and self.word[-1] != "$" and not (self.depth and char == ")"):
            # Within a word: no shell would take it, but many a format is pasted without its quotes.
            self.at += 1
            self._add(char)
            return False
        self._end_word()
        self.is_target = False
        if text.startswith(("&&", "||"), at):
            self.at += 2
            return True
        self.at += 1
        if char == "|":
            self.at += text.startswith("&", self.at)
            self.commands.append([])
            return False
        if char == "(":
            self.depth += 1
            return bool(self.commands[-1])
        if char == ")":
            self.depth -= self.depth > 0
            # What stands in parentheses may be piped on as one command.
            return not text[self.at :].lstrip(" \t").startswith(("|", ">", "<", "&>", "2>", "1>"))
        return True


def _quoted(command: str, at: int) -> tuple[str, int]:
    dollar = command[at] == "$"
    start = at + dollar
    quote = command[start]
    is_ansi = dollar and quote == "'"
    out: list[str] = []
    position = start + 1
    is_over = False
    while position < len(command):
        char = command[position]
        if char == quote:
            return "".join(out), position + 1
        text = char
        if char == "\\" and (quote == '"' or is_ansi):
            text, position = _ansi_escape(command, position) if is_ansi else _escape(command, position)
            # To bash a NUL ends the string: what follows it up to the quote is lost.
            is_over = is_over or text == "\0"
        else:
            position += 1
        if not is_over:
            out.append(text)
    raise UsageError(f"the command's quote {quote} at column {at + 1} does not close", column=at + 1)


def _escape(command: str, at: int) -> tuple[str, int]:
    """A backslash in double quotes: it stays before most characters."""
    for line_end in ("\\\n", "\\\r\n"):
        if command.startswith(line_end, at):
            return "", at + len(line_end)
    follower = command[at + 1 : at + 2]
    return (follower if follower in '"\\$`' else "\\" + follower), at + 2


def _ansi_escape(command: str, at: int) -> tuple[str, int]:
    """A backslash in ``$'…'``: one character; a byte by ``\\xHH`` or octal digits stands as itself."""
    follower = command[at + 1 : at + 2]
    if follower in _HEX_ESCAPES:
        end = _digits_end(command, at + 2, _HEX, _HEX_ESCAPES[follower])
        if end == at + 2:
            return "\\" + follower, end
        number = int(command[at + 2 : end], 16)
        return _byte(number) if follower == "x" else _character(number), end
    if follower and follower in _OCTAL:
        end = _digits_end(command, at + 1, _OCTAL, 3)
        return _byte(int(command[at + 1 : end], 8) & 0xFF), end
    if follower == "c" and at + 2 < len(command):
        controlled = command[at + 2]
        length = 4 if command.startswith("\\\\", at + 2) else 3
        return ("\x7f" if controlled == "?" else chr(ord(controlled.upper()) & 0x1F)), at + length
    return _DOLLAR_ESCAPES.get(follower, "\\" + follower), at + 2


def _digits_end(command: str, at: int, digits: frozenset[str], most: int) -> int:
    stop = min(len(command), at + most)
    while at < stop and command[at] in digits:
        at += 1
    return at


def _byte(number: int) -> str:
    return bytes((number,)).decode("ascii", "surrogateescape")


def _character(number: int) -> str:
    if number > 0x10FFFF:
        return _NO_CHARACTER
    return chr(number).encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")


# -- Windows -----------------------------------------------------------------------------------------------------


def _windows_lines(text: str) -> Iterator[str]:
    """The lines without prompts, those joined that end with ``^`` or a backtick."""
    begun = ""
    for line in text.splitlines():
        line = begun + (line if begun else _without_windows_prompt(line))
        if line.rstrip()[-1:] in ("^", "`"):
            begun = line.rstrip()[:-1] + " "
            continue
        begun = ""
        yield line
    yield begun


def _without_windows_prompt(line: str) -> str:
    shown = line.strip()
    path = shown.removeprefix("PS ")
    is_prompt = path[1:3] == ":\\" and path[:1].isalpha() and " " not in path.partition(">")[0]
    return path.partition(">")[2] if is_prompt and ">" in path else shown


def _windows_words(line: str) -> Iterator[str]:
    word: list[str] | None = None
    quote = ""
    at = 0
    while at < len(line):
        char = line[at]
        if quote:
            if char == "\\" and line[at + 1 : at + 2] == '"' and quote == '"':
                word = [*(word or []), '"']
                at += 1
            elif char == quote:
                quote = ""
            else:
                word = [*(word or []), char]
        elif char in "'\"":
            quote = char
            word = word or []
        elif char.isspace() or char == "|":
            if word is not None:
                yield "".join(word)
                word = None
            if char == "|":
                yield char
        else:
            word = [*(word or []), char]
        at += 1
    if quote:
        raise UsageError(f"the command's quote {quote} does not close")
    if word is not None:
        yield "".join(word)
