"""Broken payloads in the style of public threads, rewritten; the right answers were fixed before the first run.

`repair_wild.jsonl` has one a line: the kind of thread, the payload (`input`, or `input_base64`), the `levels` that are
honest, and the right `value` as JSON text (null: nothing can honestly be said). Every second one was left unseen while
building (`HELD_OUT`).
"""

import base64
import json
from pathlib import Path
from typing import NamedTuple


class Wild(NamedTuple):
    """One broken payload and what is right to say of it."""

    thread: str
    payload: bytes
    levels: frozenset[str]
    value: str | None


def _read(line: str) -> Wild:
    case = json.loads(line)
    payload = base64.b64decode(case["input_base64"]) if "input_base64" in case else case["input"].encode()
    return Wild(case["thread"], payload, frozenset(case["levels"]), case["value"])


CASES = tuple(map(_read, Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()))
SEEN, HELD_OUT = CASES[::2], CASES[1::2]
