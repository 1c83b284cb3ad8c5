"""Cases as files: `cases/NAME.json` has `about`, `input`, `output` (null if there must be none), `level` and, for what
is irrecoverable, `reason`. Bytes that are no UTF-8 stand in `input_base64`. To add a case, add a file."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from dumpfix.repairing.model import apply
from dumpfix.repairing.repair import repair

CASES = sorted(Path(__file__).with_name("cases").glob("*.json"))


def text_of(case: dict[str, Any], name: str) -> bytes | None:
    if f"{name}_base64" in case:
        return base64.b64decode(case[f"{name}_base64"])
    return None if case[name] is None else case[name].encode()


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_the_case_is_answered_as_its_file_says(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    payload = text_of(case, "input")
    assert payload is not None
    result = repair(payload)
    assert result.json == text_of(case, "output")
    assert result.level == case["level"]
    if result.json is None:
        assert result.reason == case["reason"]
    else:
        assert apply(result.edits, payload) == result.json


def test_there_are_cases() -> None:
    assert len(CASES) >= 60
