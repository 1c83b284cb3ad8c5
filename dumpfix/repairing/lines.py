"""What was done to the lines of a document: wrapped by a terminal, quoted, written as parts of a log or as events.

Each function takes the current text and returns the changes that undo one such cause, or None where it does not apply.
"""

from dumpfix.json.lexer import WHITE_SPACE, run_end
from dumpfix.json.validity import is_valid
from dumpfix.repairing.pieces import Change, Grade, apply_changes, graded

_NARROWEST_WRAP = 16
_COMMON_WIDTHS = frozenset((72, 80, 100, 120, 132))
_FIELDS_OF_EVENTS = (b"event:", b"id:", b"retry:", b":")
_SIGNS_OF_PREFIXES = b">|#*+/;%-<= \t"


def _lines(text: bytes) -> list[tuple[int, bytes]]:
    """Each line with its offset, line end included."""
    lines, at = [], 0
    for line in text.splitlines(keepends=True) if b"\r" not in text.replace(b"\r\n", b"") else text.split(b"\n"):
        lines.append((at, line))
        at += len(line)
    return lines


def server_sent_events(text: bytes) -> list[Change] | None:
    """`data: …` before every line, as servers send events; `[DONE]` says that there are no more."""
    if not text.lstrip(WHITE_SPACE).startswith((b"data:", b"event:", b"id:", b"retry:")) or b"data:" not in text:
        return None
    why = "a server-sent event"
    changes: list[Change] = []
    for at, line in _lines(text):
        bare = line.strip(WHITE_SPACE)
        if bare.startswith(b"data:"):
            is_last = bare[5:].strip(WHITE_SPACE) == b"[DONE]"
            end = at + len(line) if is_last else run_end(text, at + line.find(b"data:") + 5, at + len(line), b" \t")
            changes.append(Change(at, end, b"", why))
        elif bare.startswith(_FIELDS_OF_EVENTS):
            changes.append(Change(at, at + len(line), b"", why))
        elif bare:
            return None
    return changes


def parts_of_a_log(text: bytes) -> list[Change] | None:
    """Lines as container runtimes write them (CRI): a time, `stdout` or `stderr`, `P` for a part, `F` for the last.
    The parts of one line belong together."""
    if b" std" not in text:
        return None
    why = "parts of a log line"
    changes: list[Change] = []
    joins = -1
    for at, line in _lines(text):
        if not line.strip(WHITE_SPACE):
            continue
        words = line.split(b" ", 3)
        if len(words) < 4 or words[1] not in (b"stdout", b"stderr") or words[2] not in (b"P", b"F"):
            return None
        begin = at + len(line) - len(words[3])
        changes.append(Change(joins if joins >= 0 else at, begin, b"", why))
        joins = at + len(line.rstrip(b"\r\n")) if words[2] == b"P" else -1
    return changes or None


def prefixed_lines(text: bytes) -> list[Change] | None:
    """The same signs before every line, as quoted text, comments and consoles have them."""
    lines = [(at, line) for at, line in _lines(text) if line.strip(WHITE_SPACE)]
    if len(lines) < 2 or lines[0][1][:1] in (b"{", b"[", b'"'):
        return None
    first = lines[0][1]
    size = run_end(first, 0, len(first), _SIGNS_OF_PREFIXES)
    prefix = first[:size]
    sign = prefix.rstrip(b" \t")
    if not sign or first[size : size + 1] not in (b"{", b"["):
        return None
    if not all(line.startswith(sign) for _, line in lines):
        return None
    changes = [
        Change(at, at + len(prefix if line.startswith(prefix) else sign), b"", "before every line")
        for at, line in lines
    ]
    is_sure = is_valid(apply_changes(text, changes).strip(WHITE_SPACE))
    return changes if is_sure else graded(changes)


def hard_wrap(text: bytes) -> list[Change] | None:
    """Line ends that a terminal put in at its width: every line but the last has the same one."""
    if b"\n" not in text:
        return None
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) < 2:
        return None
    bare = [line[:-1] if line.endswith(b"\r") else line for line in lines]
    indent = min(len(line) - len(line.lstrip(b" ")) for line in bare[1:])
    if _common_width(bare):
        indent = 0
    shown = [bare[0], *(line[indent:] for line in bare[1:])]
    width = _common_width(shown)
    if not width or (len(bare) == 2 and width not in _COMMON_WIDTHS):
        return None
    grade = Grade.SYNTAX if len(bare) > 2 else Grade.CHOICE
    changes: list[Change] = []
    at = 0
    for line, plain in zip(lines, bare, strict=True):
        end = at + len(line)
        start = at + len(plain)
        if end < len(text):
            behind = end + 1 + (indent if end + 1 < len(text) else 0)
            changes.append(Change(start, behind, b"", "wrapped by a terminal", grade))
        at = end + 1
    return changes


def _common_width(lines: list[bytes]) -> int:
    """The width that all lines but the last have, in bytes or in characters; 0 if there is none."""
    for measure in (len, _columns):
        width = measure(lines[0])
        if (
            width >= _NARROWEST_WRAP
            and all(measure(line) == width for line in lines[1:-1])
            and measure(lines[-1]) <= width
        ):
            return width
    return 0


def _columns(line: bytes) -> int:
    return len(line.decode("utf-8", "replace"))


LINE_CAUSES = (server_sent_events, parts_of_a_log, prefixed_lines, hard_wrap)
