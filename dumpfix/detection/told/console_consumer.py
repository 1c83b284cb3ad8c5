"""A call of kafka-console-consumer, or of one of Confluent's, as the layouts that its versions print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dumpfix.detection.told.jq import Rest, demand_columns
from dumpfix.detection.told.shell import as_bytes
from dumpfix.errors import UsageError
from dumpfix.layout.load import shipped
from dumpfix.layout.model import Alternation, Grammar, Layout


def console_consumer(tool: str, arguments: Sequence[str], rest: Rest) -> Grammar:
    """The grammar of what a call prints. Raises UsageError where it prints no payloads."""
    properties = dict(_properties(arguments))
    overrides = {
        terminal: as_bytes(properties[name])
        for name, terminal in (
            ("key.separator", "KEY_SEPARATOR"),
            ("line.separator", "LINE_SEPARATOR"),
            ("headers.separator", "HEADERS_SEPARATOR"),
            ("null.literal", "NULL_LITERAL"),
            ("schema.id.separator", "SCHEMA_ID_SEPARATOR"),
        )
        if name in properties
    }
    is_confluent = tool != "kafka-console-consumer"
    wanted = _columns(properties) | ({"VALUE"} if is_confluent else set())
    if "VALUE" not in wanted:
        raise UsageError("a dump made like that holds no payloads (print.value=false): there is nothing to convert")
    whole = shipped("console-consumer", overrides)
    layouts: dict[Layout, None] = {}
    for columns, rules in _versions(wanted, is_confluent=is_confluent):
        for layout in whole.layouts:
            if isinstance(layout, Layout) and layout.name in rules and _has_columns(layout, columns):
                layouts[layout] = None
    if not layouts:
        raise UsageError("no version of kafka-console-consumer prints these columns together")
    demand_columns([next(iter(layouts))], rest)
    return replace(whole, layouts=tuple(layouts))


def _versions(wanted: frozenset[str], *, is_confluent: bool) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    """What the versions of the tool print where these columns are asked for: columns and rules, the newest first.

    A version leaves out, without a word, the columns that it does not know.
    """
    named = ("default", "schema_ids")
    yield wanted, named
    # Before 4.0.
    yield wanted - {"delivery", "epoch"}, named
    # 2.5 and 2.6: the partition comes last.
    before_2_7 = wanted - {"delivery", "epoch", "OFFSET", "HEADERS"}
    if not is_confluent and "PARTITION" in wanted:
        yield before_2_7, ("partition_last",)
    # Before 2.5, and before 0.10.
    yield before_2_7 - {"PARTITION"}, named
    yield before_2_7 - {"PARTITION", "timestamp"}, named


def _properties(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The formatter's properties in the order in which the tool reads them: the file first, then the options."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(arguments):
        name, equals, value = arguments[at].partition("=")
        at += 1
        if name not in ("--property", "--formatter-property", "--formatter-config", "--formatter"):
            continue
        if not equals and at < len(arguments):
            value = arguments[at]
            at += 1
        if name == "--formatter-config":
            yield from _property_file(value)
        elif name == "--formatter":
            _demand_formatter(value)
        else:
            key, _, text = value.partition("=")
            pairs.append((key.strip(), text))
    yield from pairs


def _demand_formatter(name: str) -> None:
    simple = name.rpartition(".")[2]
    if simple in ("NoOpMessageFormatter", "ChecksumMessageFormatter"):
        raise UsageError(f"{simple} prints no payloads: there is nothing in such a dump to convert")


def _property_file(path: str) -> Iterator[tuple[str, str]]:
    """The pairs of a Java properties file: ``key=value`` lines with Java's escapes."""
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--formatter-config {path} cannot be read here: add its lines to the command as --property name=value"
        ) from error
    escapes = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
    for line in lines:
        text = line.lstrip()
        if not text or text[0] in "#!":
            continue
        key, _, value = text.partition("=")
        out: list[str] = []
        characters = iter(value.lstrip(" \t"))
        for char in characters:
            if char == "\\":
                follower = next(characters, "")
                out.append(escapes.get(follower, follower))
            else:
                out.append(char)
        yield key.strip(), "".join(out)


def _columns(properties: Mapping[str, str]) -> frozenset[str]:
    """The terminals that these properties switch on; ``timestamp`` and so on for what a rule stands for."""

    def is_on(name: str, default: str = "false") -> bool:
        return properties.get(name, default).strip().lower() == "true"

    named = {
        "timestamp": is_on("print.timestamp"),
        "PARTITION": is_on("print.partition"),
        "OFFSET": is_on("print.offset"),
        "delivery": is_on("print.delivery"),
        "epoch": is_on("print.epoch"),
        "HEADERS": is_on("print.headers"),
        "KEY": is_on("print.key"),
        "VALUE": is_on("print.value", "true"),
        "VALUE_SCHEMA_ID": is_on("print.schema.ids"),
    }
    return frozenset(name for name, on in named.items() if on)


def _has_columns(layout: Layout, wanted: frozenset[str]) -> bool:
    """Whether a layout prints just these columns. A key's schema id depends on its deserializer as well."""
    rules = {e.rule for e in layout.elements if isinstance(e, Alternation)}
    plain = {name for name in layout.fields if name in ("PARTITION", "OFFSET", "HEADERS", "KEY", "VALUE")}
    ids = {name for name in layout.fields if name in ("KEY_SCHEMA_ID", "VALUE_SCHEMA_ID")}
    if "KEY_SCHEMA_ID" in ids and "VALUE_SCHEMA_ID" not in ids:
        return False
    return rules | plain | (ids - {"KEY_SCHEMA_ID"}) == wanted
