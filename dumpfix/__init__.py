"""Turn dumps of Kafka topics back into clean JSONL, and name every payload that cannot be saved.

    import dumpfix

    for record in dumpfix.records("dump.txt"):
        print(record.topic, record.partition, record.offset, record.key, record.value)
    report = dumpfix.convert("dump.txt", "events.jsonl", repair="partial")
    report = dumpfix.check("dump.txt")
    found = dumpfix.detect("dump.txt")
    fixed = dumpfix.repair(b'{"a": [1, 2')

Bytes in, bytes out: parse values with what you like. Every exception is a :class:`DumpfixError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dumpfix.api import Detection, check, convert, detect, plan, produce, records, repair
    from dumpfix.errors import (
        BrokenInputError,
        BrokenRunError,
        DumpfixError,
        GrammarError,
        LayoutError,
        SourceError,
        UsageError,
        WrongTypeError,
    )
    from dumpfix.planning.healing import Healing
    from dumpfix.producing.production import Production
    from dumpfix.record.model import Record
    from dumpfix.repairing.model import Edit, Repair
    from dumpfix.report.model import Report
    from dumpfix.report.shapes import Finding, HazardEntry, PartitionEntry

__all__ = [
    "BrokenInputError",
    "BrokenRunError",
    "Detection",
    "DumpfixError",
    "Edit",
    "Finding",
    "GrammarError",
    "HazardEntry",
    "Healing",
    "LayoutError",
    "PartitionEntry",
    "Production",
    "Record",
    "Repair",
    "Report",
    "SourceError",
    "UsageError",
    "WrongTypeError",
    "__version__",
    "check",
    "convert",
    "detect",
    "plan",
    "produce",
    "records",
    "repair",
]

#: name -> the module that has it; imported when it is asked for, so that ``import dumpfix`` costs nothing
_HOMES = {
    "BrokenInputError": "dumpfix.errors",
    "BrokenRunError": "dumpfix.errors",
    "DumpfixError": "dumpfix.errors",
    "GrammarError": "dumpfix.errors",
    "LayoutError": "dumpfix.errors",
    "SourceError": "dumpfix.errors",
    "UsageError": "dumpfix.errors",
    "WrongTypeError": "dumpfix.errors",
    "Detection": "dumpfix.api",
    "Edit": "dumpfix.repairing.model",
    "Record": "dumpfix.record.model",
    "Repair": "dumpfix.repairing.model",
    "Report": "dumpfix.report.model",
    "Finding": "dumpfix.report.shapes",
    "HazardEntry": "dumpfix.report.shapes",
    "PartitionEntry": "dumpfix.report.shapes",
    "Healing": "dumpfix.planning.healing",
    "Production": "dumpfix.producing.production",
    "check": "dumpfix.api",
    "convert": "dumpfix.api",
    "detect": "dumpfix.api",
    "plan": "dumpfix.api",
    "produce": "dumpfix.api",
    "records": "dumpfix.api",
    "repair": "dumpfix.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dumpfix' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
