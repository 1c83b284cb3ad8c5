"""What the way from the tool to the file does to a dump: prefixes, logs around it, terminals, mail, editors."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from tests.foreign.events import TOPIC, Event, Tool, shown

#: gives what stands before a line, from its number
Prefix = Callable[[int], str]
Write = Callable[[Sequence[Event]], str]


def _prose(events: Sequence[Event]) -> str:
    """kcat -f 'Topic %t [%p] at offset %o: key %k: %s\\n'."""
    return "".join(
        f"Topic {TOPIC} [{e.partition}] at offset {e.offset}: key {e.key or ''}: {e.value or ''}\n" for e in events
    )


def _columns(events: Sequence[Event]) -> str:
    """kafka-console-consumer with print.timestamp, partition, offset, headers and key."""
    return "".join(
        f"CreateTime:{e.timestamp}\tPartition:{e.partition}\tOffset:{e.offset}\tNO_HEADERS\t"
        f"{'null' if e.key is None else e.key}\t{'null' if e.value is None else e.value}\n"
        for e in events
    )


def _values(events: Sequence[Event]) -> str:
    return "".join((event.value or "null") + "\n" for event in events)


def _prefixed(prefix: Prefix, write: Write = _prose) -> Write:
    def written(events: Sequence[Event]) -> str:
        return "".join(prefix(n) + line + "\n" for n, line in enumerate(write(events).splitlines(), 1))

    return written


def _moment(n: int) -> str:
    return f"2026-11-25T10:{n // 60:02d}:{n % 60:02d}.{n * 48271 % 1_000_000_000:09d}Z"


def _clock(n: int) -> str:
    return f"Nov 25 10:{n // 60:02d}:{n % 60:02d}"


PREFIXES: dict[str, Prefix] = {
    "compose": lambda _: "kcat_1  | ",
    "compose-2": lambda _: "demo-kcat-1  | ",
    "kubectl-prefix": lambda _: "[pod/kcat-7d9f6c/kcat] ",
    "kubectl-timestamps": lambda n: _moment(n) + " ",
    "kubectl-prefix-timestamps": lambda n: f"[pod/kcat-7d9f6c/kcat] {_moment(n)} ",
    "cri": lambda n: f"{_moment(n)} stdout F ",
    "journal": lambda n: f"{_clock(n)} web1 kcat[812]: ",
    "syslog-5424": lambda n: f"<14>1 {_moment(n)} web1 kcat 812 - - ",
    "ts": lambda n: _clock(n) + " ",
    "cat-n": lambda n: f"{n:6d}\t",
    "grep-n": lambda n: f"{n * 3 + 2}:",
    "grep-H": lambda _: "dump.txt:",
    "quoted": lambda _: "> ",
    "quoted-twice": lambda _: "> > ",
    "comment": lambda _: "# ",
    "indented": lambda _: "    ",
    "list": lambda _: "  - ",
    "diff": lambda _: "+",
}


def _docker_json(events: Sequence[Event]) -> str:
    return "".join(
        json.dumps({"log": line + "\n", "stream": "stdout", "time": _moment(n)}, ensure_ascii=False) + "\n"
        for n, line in enumerate(_prose(events).splitlines(), 1)
    )


def _loki(events: Sequence[Event]) -> str:
    return "".join(
        json.dumps({"line": line, "timestamp": _moment(n), "fields": {"app": "kcat"}}, ensure_ascii=False) + "\n"
        for n, line in enumerate(_prose(events).splitlines(), 1)
    )


def _hard_wrapped(events: Sequence[Event]) -> str:
    lines = _prose(events).splitlines()
    return "".join(line[at : at + 80] + "\n" for line in lines for at in range(0, len(line), 80))


def _script(events: Sequence[Event]) -> str:
    body = "".join(line + "\r\n" for line in _prose(events).splitlines())
    return (
        'Script started on 2026-11-25 10:30:44+00:00 [TERM="xterm-256color" TTY="/dev/pts/0" COLUMNS="80" LINES="24"]\n'
        '\x1b[?2004h\x1b[01;32mada@web1\x1b[00m:\x1b[01;34m~\x1b[00m$ kcat -C -b localhost -t orders -f "$HOW"\r\n'
        f"\x1b[?2004l\r{body}\x1b[?2004h\x1b[01;32mada@web1\x1b[00m:\x1b[01;34m~\x1b[00m$ exit\r\n"
        '\x1b[?2004l\rexit\r\n\nScript done on 2026-11-25 10:31:02+00:00 [COMMAND_EXIT_CODE="0"]\n'
    )


def _coloured(events: Sequence[Event]) -> str:
    """kcat -J through jq -C: each member of an object in colours."""
    lines = []
    for e in events:
        name = '\x1b[34;1m"{}"\x1b[0m\x1b[1;39m:\x1b[0m'.format
        text = "\x1b[0;32m{}\x1b[0m".format
        members = [
            name("partition") + f"\x1b[0;39m{e.partition}\x1b[0m",
            name("offset") + f"\x1b[0;39m{e.offset}\x1b[0m",
            name("key") + (text(json.dumps(e.key)) if e.key else "\x1b[0;90mnull\x1b[0m"),
            name("payload") + (text(json.dumps(e.value)) if e.value else "\x1b[0;90mnull\x1b[0m"),
        ]
        lines.append("\x1b[1;39m{" + "\x1b[1;39m,\x1b[0m".join(members) + "\x1b[1;39m}\x1b[0m\n")
    return "".join(lines)


def _fenced(events: Sequence[Event]) -> str:
    return f"What I see:\n\n```\n{_prose(events)}```\n\nAny ideas?\n"


def _crlf(events: Sequence[Event]) -> str:
    return _prose(events).replace("\n", "\r\n")


def _tabs_to_blanks(events: Sequence[Event]) -> str:
    return _columns(events).expandtabs(8)


_PROSE, _COLUMNS = shown("tpok"), shown("poTk")

DETOURS = (
    Tool("kcat-prose", _prose, _PROSE, nulls=False),
    Tool("console-columns", _columns, _COLUMNS),
    *(
        Tool(name, _prefixed(prefix), _PROSE, nulls=False, must_be_read=name != "diff")
        for name, prefix in PREFIXES.items()
    ),
    *(
        Tool(f"{name}-columns", _prefixed(PREFIXES[name], _columns), _COLUMNS)
        for name in ("compose", "cri", "cat-n", "indented")
    ),
    *(
        Tool(f"{name}-values", _prefixed(PREFIXES[name], _values), shown(""), must_be_read=must, tombstones=False)
        for name, must in (
            ("compose", True),
            ("kubectl-timestamps", True),
            ("journal", True),
            ("cat-n", False),
            ("grep-n", False),
            ("quoted", True),
            ("indented", True),
        )
    ),
    Tool("docker-json-file", _docker_json, _PROSE, must_be_read=False, sees=("log",), nulls=False),
    Tool("loki", _loki, _PROSE, must_be_read=False, sees=("log", "line"), nulls=False),
    Tool("hard-wrapped", _hard_wrapped, _PROSE, must_be_read=False, sees=("80 columns",), nulls=False),
    Tool("tabs-to-blanks", _tabs_to_blanks, _COLUMNS, must_be_read=False, sees=("tab",)),
    Tool("script", _script, _PROSE, must_be_read=False, nulls=False),
    Tool("jq-colours", _coloured, shown("pok"), must_be_read=False),
    Tool("fenced", _fenced, _PROSE, nulls=False),
    Tool("crlf", _crlf, _PROSE, nulls=False),
)
