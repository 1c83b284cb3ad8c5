"""The bytes at hand: what is looked for in them, how much work that was, and whether more bytes could change it.

Every rule reads as if the dump ended with the window. Whatever it looks for it asks the window, and the window
remembers whether an answer depended on where its bytes end (``touched_end``). If none did, the item is the same however
the dump goes on; else it is thrown away and read anew when more is here. So "need more" is decided in this one place.

A search remembers what it has passed over: however often the same text is looked for, each byte is searched once.
"""

from __future__ import annotations

from dumpfix.json.lexer import run_end
from dumpfix.json.strings import MISMATCH, PARTIAL
from dumpfix.json.validity import ScanResult, scan_value

_LINE_END = b"\n"
_LINE_ENDS = b"\r\n"
_QUOTE = b'"'
_BACKSLASH = 0x5C


class WorkCounter:
    """How much framing has done: bytes searched and bytes read as JSON, places tried. Grows no faster than the dump."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps = 0

    def searched(self, count: int) -> None:
        """So many bytes were searched from one place on."""
        self.steps += count

    def read(self, data: bytes, at: int, stop: int) -> ScanResult:
        """The JSON value in the front of ``data[at:stop]``."""
        result = scan_value(data, at, stop)
        self.steps += result.at - at + 1
        return result


class Window:
    """Consecutive bytes of a dump, behind which more may come where they are not all.

    ``clear`` is what :mod:`dumpfix.framing.starts` knows of them.
    """

    __slots__ = ("_passed", "clear", "data", "is_all", "size", "touched_end", "work")

    def __init__(self, data: bytes, work: WorkCounter | None = None, *, is_all: bool = True) -> None:
        self.data = data
        self.size = len(data)
        self.is_all = is_all
        self.touched_end = False
        self.work = work if work is not None else WorkCounter()
        #: text -> (from where it was looked for, where it was found; ``size`` where nowhere)
        self._passed: dict[bytes, tuple[int, int]] = {}
        #: (from, up to where no record begins, where one does or -1, from where on the end of the data decided)
        self.clear: tuple[int, int, int, int] | None = None

    def grown(self, data: bytes, *, is_all: bool) -> Window:
        """A window with more bytes behind these: where no record begins in these is known."""
        window = Window(data, self.work, is_all=is_all)
        if self.clear is not None:
            begin, clear, found, touched = self.clear
            window.clear = None if found >= 0 else (begin, min(clear, touched), -1, window.size)
        return window

    @property
    def is_undecided(self) -> bool:
        """Whether more bytes may come and change what was found since ``touched_end`` was unset."""
        return self.touched_end and not self.is_all

    def blank_end(self, at: int) -> int:
        """Where the line ends stop that stand at ``at``."""
        end = run_end(self.data, at, self.size, _LINE_ENDS)
        self.work.steps += end - at
        return end

    def place(self, text: bytes, at: int) -> int:
        """Where ``text`` stands first from ``at`` on; ``size`` where it does not. Does not touch the end."""
        if at >= self.size:
            return self.size
        begin, found = self._passed.get(text, (-1, -1))
        if begin <= at <= found:
            return found
        if at < begin:
            nearer = self.data.find(text, at, min(begin + len(text) - 1, self.size))
            self.work.searched((begin if nearer < 0 else nearer) - at + 1)
            if nearer >= 0:
                return nearer
        else:
            found = self.data.find(text, at)
            if found < 0:
                found = self.size
            self.work.searched(found - at + 1)
        self._passed[text] = at, found
        return found

    def last(self, text: bytes, at: int, stop: int) -> int:
        """Where ``text`` stands last, whole, in ``data[at:stop]``; -1 where it does not."""
        found = self.data.rfind(text, at, stop)
        self.work.searched(stop - max(found, at) + 1)
        return found

    def line_end(self, at: int) -> int:
        """Where the line feed stands that ends the line of ``at``; ``size`` where none does."""
        return self.place(_LINE_END, at)

    def holds(self, text: bytes, at: int) -> bool:
        """Whether ``text`` stands at ``at``."""
        if self.data.startswith(text, at):
            return True
        if self.size - at < len(text) and text.startswith(self.data[at:]):
            self.touched_end = True
        return False

    def string_end(self, at: int) -> int:
        """Behind the JSON string at ``at``; MISMATCH where its line ends first, PARTIAL where the data does.

        A string holds no line end, since every tool escapes it: where one stands, the string was cut.
        """
        data = self.data
        line_end = self.line_end(at)
        quote = self.place(_QUOTE, at + 1)
        while quote < line_end:
            before = quote
            while data[before - 1] == _BACKSLASH:
                before -= 1
            if (quote - before) % 2 == 0:
                return quote + 1
            quote = self.place(_QUOTE, quote + 1)
        return PARTIAL if line_end == self.size else MISMATCH

    def scan(self, at: int, stop: int) -> ScanResult:
        """The JSON value in the front of ``data[at:stop]``, as :func:`dumpfix.json.validity.scan_value` reads it."""
        result = self.work.read(self.data, at, stop)
        if stop >= self.size and (result.touches_end or result.state == "incomplete"):
            self.touched_end = True
        return result
