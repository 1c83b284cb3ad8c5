"""Text for people: nothing from a dump may move the cursor, ring the bell or hide what stands next to it."""

from __future__ import annotations

from collections.abc import Iterable


def shown(text: str | bytes, most: int | None = None) -> str:
    """``text`` on one line with everything escaped that does not print; bytes that are no UTF-8 as ``\\xff``.

    So are those of a name of a file, which Python keeps as lone surrogates.
    ``most`` is the number of characters after which it is cut (``…``).
    """
    decoded = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    escaped = "".join(c if c.isprintable() else _escaped(c) for c in decoded)
    if most is not None and len(escaped) > most:
        return escaped[: most - 1] + "…"
    return escaped


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) & 0xFF:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode("ascii", "backslashreplace")


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """``1 record``, ``2 records``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def place(topic: str | None, partition: int | None, offset: int | None) -> str:
    """``topic[partition]@offset``, as far as it is known."""
    text = shown(topic) if topic is not None else ""
    if partition is not None:
        text += f"[{partition}]"
    if offset is not None:
        text += f"@{offset}"
    return text


def places(names: Iterable[tuple[str | None, int]], most: int) -> str:
    """Partitions by topic and number: the first ``most`` of them, and how many more there are."""
    shown_names = [place(topic, partition, None) for topic, partition in names]
    more = len(shown_names) - most
    return ", ".join(shown_names[:most]) + (f" and {more} more" if more > 0 else "")


class Style:
    """Colours for a terminal, or none: ``NO_COLOR`` and everything that is no terminal get plain text."""

    def __init__(self, *, coloured: bool) -> None:
        self._coloured = coloured

    def red(self, text: str) -> str:
        """What was not saved."""
        return self._in("31", text)

    def yellow(self, text: str) -> str:
        """What wants a look."""
        return self._in("33", text)

    def green(self, text: str) -> str:
        """What is well."""
        return self._in("32", text)

    def bold(self, text: str) -> str:
        """What is to be read first."""
        return self._in("1", text)

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._coloured else text


PLAIN = Style(coloured=False)
