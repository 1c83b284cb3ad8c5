"""How tools on the way wrap a dump: the oracle for what is taken off. Written down from what the tools print."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from dumpfix.wrapping.model import TerminalControls, Wrapper, constant, docker_json_file, shipped

#: gives the prefix of a line from its number
Prefixer = Callable[[int], bytes]


@dataclass(frozen=True)
class Wrapping:
    """``wrap`` wraps a dump of whole lines; ``wrappers`` are those that have to be found in it.

    ``is_spelled_otherwise``: what is left stands in other bytes in the dump (escapes).
    """

    wrap: Callable[[bytes], bytes]
    wrappers: Callable[[], list[Wrapper]]
    is_spelled_otherwise: bool = False


def prefixed(prefix: Prefixer, dump: bytes) -> bytes:
    lines = dump.split(b"\n")
    return b"\n".join([prefix(i + 1) + line for i, line in enumerate(lines[:-1])] + [lines[-1]])


def _kind(name: str) -> list[Wrapper]:
    return [wrapper for wrapper in shipped() if wrapper.kind == name]


def _of(name: str, prefix: Prefixer) -> Wrapping:
    return Wrapping(lambda dump: prefixed(prefix, dump), lambda: _kind(name))


def _docker(dump: bytes) -> bytes:
    lines = dump.split(b"\n")[:-1]
    spelled = [json.dumps(line.decode("latin-1") + "\n", ensure_ascii=False).encode("latin-1") for line in lines]
    return b"".join(b'{"log":%s,"stream":"stdout","time":"2026-11-25T10:20:33.1Z"}\n' % line for line in spelled)


def _coloured(dump: bytes) -> bytes:
    return prefixed(lambda n: b"\x1b[3%dmkafka_1  |\x1b[0m " % (n % 7), dump)


def _time(n: int) -> bytes:
    return b"2026-11-25T10:%02d:%02d.%dZ " % (n // 60 % 60, n % 60, 1 + n * 7919 % 1_000_000)


WRAPPINGS: dict[str, Wrapping] = {
    "quote": _of("quote", lambda _: b"> "),
    "comment": _of("comment", lambda _: b"# "),
    "compose": _of("container", lambda _: b"kafka_1  | "),
    "compose of two": _of("container", lambda n: (b"kafka_1      | ", b"zookeeper_1  | ")[n % 2]),
    "pod": _of("pod", lambda _: b"[pod/consumer-7d9f/kcat] "),
    "cat -n": _of("number", lambda n: b"%6d\t" % n),
    "kubectl --timestamps": _of("time", _time),
    "ts": _of("time", lambda n: b"Nov 25 10:%02d:%02d " % (n // 60 % 60, n % 60)),
    "syslog": _of("syslog", lambda n: b"Nov 25 10:%02d:%02d host consumer[77]: " % (n // 60 % 60, n % 60)),
    "cri": _of("runtime", lambda n: _time(n) + b"stdout F "),
    "indentation": Wrapping(lambda dump: prefixed(lambda _: b"    ", dump), lambda: [constant("indentation", b"    ")]),
    "nested": Wrapping(
        lambda dump: prefixed(lambda n: b"> " + _time(n), dump), lambda: [constant("quote", b"> "), *_kind("time")]
    ),
    "compose with colours": Wrapping(_coloured, lambda: [TerminalControls(), *_kind("container")]),
    "docker": Wrapping(_docker, lambda: [docker_json_file()], is_spelled_otherwise=True),
}
