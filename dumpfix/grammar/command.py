"""``--command``: the pasted command line that made the dump, and what it says about the layout.

kcat and kafkacat: ``-f -K -D -J -Z -s``. kafka-console-consumer and the Confluent ones: ``--property``,
``--formatter-property``, ``--formatter-config``, ``--formatter``. What stands in front (``docker run``,
``docker compose exec``, ``kubectl exec … --``, ``sh -c '…'``) and behind (pipes, redirections) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from dumpfix.errors import UsageError
from dumpfix.grammar.kcat_format import default_format, delimiter, grammar_text, pieces
from dumpfix.grammar.layout import AnyLayout, Choice, Grammar, Layout
from dumpfix.grammar.load import load, shipped

KCAT = frozenset({"kcat", "kafkacat"})
CONSOLE_CONSUMERS = frozenset(
    {
        "kafka-console-consumer",
        "kafka-avro-console-consumer",
        "kafka-json-schema-console-consumer",
        "kafka-protobuf-console-consumer",
    }
)

#: kcat 1.7.1's getopt string: an option letter with a colon behind it takes an argument
_KCAT_OPTIONS = "PCG:LQM:t:p:b:z:o:eED:K:k:H:Od:qvF:X:c:Tuf:ZlVhs:r:Jm:U"
_WITH_ARGUMENT = frozenset(
    letter for letter, colon in zip(_KCAT_OPTIONS, _KCAT_OPTIONS[1:] + " ", strict=True) if colon == ":"
)

_ENDS_COMMAND = frozenset("|;&><")
_DOLLAR_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "0": "\0"}


def grammar_of(command: str) -> Grammar:
    """The grammar of the dumps that a command makes: one layout, or those that the tool's versions differ in.

    Raises UsageError where there is no such tool in it, its quotes do not close, or it prints no payloads.
    """
    words = list(shell_words(command))
    tool, arguments = _tool(words)
    if tool is None:
        raise UsageError(
            "the command calls neither kcat, kafkacat nor a kafka console consumer; paste it whole, or give the "
            "format itself with --kcat-format"
        )
    if tool in KCAT and "jq" in command and ".payload" in command:
        # What `kcat -J | jq .payload` leaves are the payloads alone.
        return shipped("jsonl")
    return _kcat(arguments) if tool in KCAT else _console_consumer(arguments)


def shell_words(command: str) -> Iterator[str]:
    """The words of the first command of a line that a POSIX shell or bash would run (``$'…'`` too)."""
    word: list[str] | None = None
    at = 0
    while at < len(command):
        char = command[at]
        if char == "\\":
            if command.startswith("\\\r\n", at):
                at += 3
                continue
            if command[at + 1 : at + 2] != "\n":
                word = [*(word or []), command[at + 1 : at + 2]]
            at += 2
        elif char in "'\"" or command.startswith(("$'", '$"'), at):
            text, at = _quoted(command, at)
            word = [*(word or []), text]
        elif char.isspace():
            if word is not None:
                yield "".join(word)
                word = None
            if char == "\n" and word is None and command[at:].strip() and _begins_anew(command[at:]):
                return
            at += 1
        elif char in _ENDS_COMMAND:
            if word is not None and not (char in "<>" and "".join(word).isdigit()):
                yield "".join(word)
            return
        else:
            word = [*(word or []), char]
            at += 1
    if word is not None:
        yield "".join(word)


def _begins_anew(rest: str) -> bool:
    """Whether the next line cannot belong to this command: it does not begin with an option."""
    return not rest.lstrip().startswith("-")


def _quoted(command: str, at: int) -> tuple[str, int]:
    dollar = command[at] == "$"
    start = at + dollar
    quote = command[start]
    out: list[str] = []
    position = start + 1
    while position < len(command):
        char = command[position]
        if char == quote:
            return "".join(out), position + 1
        if char == "\\" and (quote == '"' or dollar):
            text, position = _escaped(command, position, dollar and quote == "'")
            out.append(text)
            continue
        out.append(char)
        position += 1
    raise UsageError(f"the command's quote {quote} at column {at + 1} does not close", column=at + 1)


def _escaped(command: str, at: int, is_ansi: bool) -> tuple[str, int]:
    """A backslash in double quotes (it stays before most characters) or in ``$'…'``."""
    follower = command[at + 1 : at + 2]
    if not is_ansi:
        if follower == "\n":
            return "", at + 2
        return (follower if follower in '"\\$`' else "\\" + follower), at + 2
    if follower == "x":
        end = at + 2
        while end < len(command) and end < at + 4 and command[end] in "0123456789abcdefABCDEF":
            end += 1
        if end > at + 2:
            return chr(int(command[at + 2 : end], 16)), end
    return _DOLLAR_ESCAPES.get(follower, follower), at + 2


def _tool(words: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The tool that the words call, and its arguments."""
    known = KCAT | CONSOLE_CONSUMERS
    names = [_base_name(word) for word in words]
    for index, name in enumerate(names):
        if name in known:
            while index + 1 < len(names) and names[index + 1] in known:
                index += 1
            return names[index], words[index + 1 :]
    for word in words:
        if any(char.isspace() for char in word) and any(tool in word for tool in known):
            return _tool(list(shell_words(word)))
    for index, name in enumerate(names):
        image = name.partition(":")[0]
        if image in known or image.startswith("cp-kafkacat"):
            return "kcat", words[index + 1 :]
    return None, ()


def _base_name(word: str) -> str:
    name = PurePosixPath(word.replace("\\", "/")).name
    for suffix in (".sh", ".bat", ".exe"):
        name = name.removesuffix(suffix)
    return name


# -- kcat ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _KcatOptions:
    format: bytes | None = None
    key_delimiter: bytes | None = None
    record_delimiter: bytes = b"\\n"
    json: bool = False
    null: bool = False
    avro_key: bool = False


def _kcat_options(arguments: Sequence[str]) -> _KcatOptions:
    options = _KcatOptions()
    at = 0
    while at < len(arguments):
        word = arguments[at]
        at += 1
        if len(word) < 2 or word[0] != "-" or word == "--":
            continue
        letters = word[1:]
        for index, letter in enumerate(letters):
            argument = ""
            takes = letter in _WITH_ARGUMENT
            if takes:
                argument = letters[index + 1 :]
                if not argument and at < len(arguments):
                    argument = arguments[at]
                    at += 1
            _take(options, letter, argument.encode("utf-8", "surrogateescape"))
            if takes:
                break
    return options


def _take(options: _KcatOptions, letter: str, argument: bytes) -> None:
    match letter:
        case "f":
            options.format = argument
        case "K":
            options.key_delimiter = argument
        case "D":
            options.record_delimiter = argument
        case "J":
            options.json = True
        case "Z":
            options.null = True
        case "s":
            options.avro_key = options.avro_key or argument in (b"avro", b"key=avro")
        case _:
            pass


def _kcat(arguments: Sequence[str]) -> Grammar:
    options = _kcat_options(arguments)
    if options.json:
        separator = delimiter(options.record_delimiter)
        if options.format is not None:
            first = next(iter(pieces(options.format)), b"")
            separator = first if isinstance(first, bytes) else b""
        return shipped("kcat-json", {"LINE_SEPARATOR": separator})
    key_delimiter = options.key_delimiter
    if options.avro_key and key_delimiter is None:
        key_delimiter = b""
    format_string = options.format
    if format_string is None:
        format_string = default_format(key_delimiter, options.record_delimiter)
    grammar = load(grammar_text(format_string, prints_null_as=b"NULL" if options.null else None), "kcat")
    _demand_payload(grammar.layouts, "the format has no %s")
    return grammar


# -- kafka-console-consumer --------------------------------------------------------------------------------------


def _console_consumer(arguments: Sequence[str]) -> Grammar:
    properties = dict(_properties(arguments))
    overrides = {
        terminal: properties[name].encode()
        for name, terminal in (
            ("key.separator", "KEY_SEPARATOR"),
            ("line.separator", "LINE_SEPARATOR"),
            ("headers.separator", "HEADERS_SEPARATOR"),
            ("null.literal", "NULL_LITERAL"),
            ("schema.id.separator", "SCHEMA_ID_SEPARATOR"),
        )
        if name in properties
    }
    whole = shipped("console-consumer", overrides)
    wanted = _columns(properties)
    rules = ("default", "schema_ids", "partition_last") if "VALUE" in wanted else ("without_value",)
    layouts = tuple(
        layout
        for layout in whole.layouts
        if isinstance(layout, Layout) and layout.name in rules and _has_columns(layout, wanted)
    )
    _demand_payload(layouts, "print.value=false")
    if not layouts:
        raise UsageError("no version of kafka-console-consumer prints these columns together")
    return replace(whole, layouts=layouts)


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
    rules = {e.rule for e in layout.elements if isinstance(e, Choice)}
    plain = {name for name in layout.fields if name in ("PARTITION", "OFFSET", "HEADERS", "KEY", "VALUE")}
    ids = {name for name in layout.fields if name in ("KEY_SCHEMA_ID", "VALUE_SCHEMA_ID")}
    if "KEY_SCHEMA_ID" in ids and "VALUE_SCHEMA_ID" not in ids:
        return False
    return rules | plain | (ids - {"KEY_SCHEMA_ID"}) == wanted


def _demand_payload(layouts: Sequence[AnyLayout], why: str) -> None:
    if layouts and not any(layout.has_value for layout in layouts):
        raise UsageError(f"a dump made like that holds no payloads ({why}): there is nothing to convert")
