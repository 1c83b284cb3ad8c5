"""JSON Schemas (2020-12) of what dumpfix writes, as files: ``report.json``, ``envelope.json``, ``rejects.json``."""

from __future__ import annotations

from importlib import resources

from dumpfix.errors import UsageError

NAMES = ("report", "envelope", "rejects")


def schema_text(name: str) -> str:
    """The schema called ``name``. Raises UsageError for any other name than those of NAMES."""
    if name not in NAMES:
        raise UsageError(f"there is no schema called {name!r}; there are: {', '.join(NAMES)}")
    return (resources.files(__name__) / f"{name}.json").read_text("utf-8")
