"""What the program makes of a dump, without a word from the user: refused, or what went out and what was said of it.

One run in this process, as ``convert --to envelope --repair none`` is.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import settings

import dumpfix

T = TypeVar("T")

#: a finding of the report, or a record that went out
Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``status`` is the exit status: 2 where the dump was refused (``message`` says why), then nothing was written.

    ``records`` are the envelopes that went out, in their order; ``confidences`` are those of the sections.
    """

    status: int
    message: str = ""
    output: bytes = b""
    findings: tuple[Object, ...] = ()
    totals: Mapping[str, int] | None = None
    sections: tuple[Object, ...] = ()
    wrappers: tuple[Object, ...] = ()

    @property
    def records(self) -> Sequence[Object]:
        return [json.loads(line) for line in self.output.decode("utf-8", "surrogateescape").splitlines()]

    @property
    def confidence(self) -> str:
        """That of the section that is least sure; empty where there is none."""
        order = ("unclear", "likely", "sure", "told")
        found = {section["confidence"] for section in self.sections}
        return next((word for word in order if word in found), "")


def share(cases: Sequence[T], every: int) -> Sequence[T]:
    """All cases under the profile that takes its time; else some, the same each time: of ``every`` so many one, in CI
    four."""
    steps = {"dev": every, "ci": max(1, every // 4)}
    return cases[:: steps.get(settings.get_current_profile_name(), 1)]


def outcome(dump: bytes, *, to: Any = "envelope", repair: Any = "none") -> Outcome:
    """Convert a dump; no DumpfixError gets out."""
    output = io.BytesIO()
    try:
        report = dumpfix.convert(dump, output, to=to, repair=repair)
    except dumpfix.BrokenRunError as error:
        return Outcome(3, str(error), output.getvalue())
    except dumpfix.DumpfixError as error:
        return Outcome(2, str(error), output.getvalue())
    (account,) = report.inputs
    return Outcome(
        int(report.needs_a_look),
        "",
        output.getvalue(),
        tuple(report.findings),
        report.totals.as_json(),
        tuple(account.sections),
        tuple(account.wrappers),
    )
