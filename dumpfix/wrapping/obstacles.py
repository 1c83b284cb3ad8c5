"""What happened to a dump on its way that is recognised and not undone: it is refused, with what was seen."""

from __future__ import annotations

from itertools import pairwise

from dumpfix.json.lexer import OPENERS
from dumpfix.json.strings import unescape
from dumpfix.json.validity import is_valid
from dumpfix.wrapping.strip import whole_lines

#: lines of one width that show a terminal's edge
LEAST_BROKEN = 2
#: lines at the beginning of a table one of which is a rule, and bytes of it
FIRST, LEAST_RULED = 4, 6
_RULES = frozenset(" -=:+|┌┬┐├┼┤└┴┘─│╭╮╰╯═╔╗╠╬╣╚╝╦╩║")
_BAR = "│".encode()


def unmistakable(head: bytes) -> str | None:
    """What the first lines show by themselves, whatever layout may fit them, in a sentence or two; None for nothing."""
    lines = [line.rstrip(b"\r\n") for line in whole_lines(head) if line.strip()]
    return _counts(lines) or _drawn_table(lines)


def obstacle(head: bytes) -> str | None:
    """What was seen and what to do, in a sentence or two; None where nothing was."""
    lines = [line.rstrip(b"\r\n") for line in whole_lines(head)]
    return _json_strings(lines) or _hard_wraps(lines)


def _json_strings(lines: list[bytes]) -> str | None:
    """Every line is a JSON string that holds a document, and no tool has said a word: jq without -r prints that."""
    texts = [line for line in lines if line.strip()]
    if not all(line[:1] == b'"' or line == b"null" for line in texts):
        return None
    inside = [unescape(line[1:-1]).lstrip() for line in texts if line != b"null" and is_valid(line)]
    if sum(text.startswith(OPENERS) for text in inside) * 2 < max(len(texts), 1):
        return None
    return (
        "every line is a JSON string that holds a document, as jq prints .payload without -r: the payloads may be the "
        "documents or the strings\n"
        "the documents: jq -r . DUMP | dumpfix convert; the strings as they are: --from jsonl"
    )


def _counts(texts: list[bytes]) -> str | None:
    """Before all lines stand numbers, behind blanks as ``uniq -c`` prints them, that do not count the lines."""
    head = texts[0] if texts else b""
    # "%7ju " of GNU's coreutils 9.1, "%4d " of FreeBSD 14
    width = next((width for width in (4, 7) if head[width - 1 : width].isdigit()), 0)
    numbers = [text[:width].lstrip(b" ") for text in texts if text[width : width + 1] == b" "]
    if not head.startswith(b" ") or not len(texts) == len(numbers) > 1 or not all(map(bytes.isdigit, numbers)):
        return None
    if all(int(other) == int(one) + 1 for one, other in pairwise(numbers)):
        return None
    return (
        "before every line stands a number that does not count the lines: uniq -c prints so how often each came, and "
        "leaves the repeats out\n"
        "each of them once: sed 's/^ *[0-9]* //' DUMP | dumpfix convert"
    )


def _drawn_table(lines: list[bytes]) -> str | None:
    """One of the first lines rules a table, with signs where columns meet, and bars stand between cells."""
    ruled = [line for line in lines[:FIRST] if set(line.decode("utf-8", "replace")) <= _RULES]
    if not any(line.translate(None, b" -=:\r") and len(line) > LEAST_RULED for line in ruled):
        return None
    cells = [line for line in lines if b"|" in line or _BAR in line]
    if len(cells) * 2 < len(lines):
        return None
    return (
        "this is a table that a program has drawn: what is long may be cut in it, and blanks fill up the cells\n"
        "let it print the rows alone: psql -At -F $'\\t', mysql -B, or CSV (cells in quotes are read)"
    )


def _hard_wraps(lines: list[bytes]) -> str | None:
    """Lines of the greatest width end inside a JSON string that the next line goes on with."""
    width = max(map(len, lines), default=0)
    broken = [index for index, line in enumerate(lines[:-1]) if len(line) == width and _is_open(line)]
    if len(broken) < LEAST_BROKEN or width < 20:
        return None
    mended = sum(_is_closed(lines, index, width) for index in broken)
    if mended * 2 <= len(broken):
        return None
    return (
        f"lines are broken at {width} columns, in the middle of payloads (line {broken[0] + 1} is the first): a "
        "terminal or an editor did that\n"
        "dump again into a file, or join the lines before"
    )


def _is_open(line: bytes) -> bool:
    at = line.find(b"{")
    return at >= 0 and not is_valid(line[at:])


def _is_closed(lines: list[bytes], index: int, width: int) -> bool:
    """Whether the line is a whole document with those that it may go on in."""
    at = lines[index].find(b"{")
    text = lines[index][at:]
    for line in lines[index + 1 : index + 64]:
        text += line
        if len(line) < width:
            break
    return is_valid(text)
