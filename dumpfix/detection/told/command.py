"""``--command``: the pasted command line that made the dump, and what it says about the layout.

kcat and kafkacat: ``-f -K -D -J -Z -s``. kafka-console-consumer and the Confluent ones: ``--property``,
``--formatter-property``, ``--formatter-config``, ``--formatter``. What stands in front (``docker run``,
``docker compose exec``, ``kubectl exec … --``, ``sh -c '…'``, ``cd /opt &&``, a prompt) is left out, and so is what
stands behind, but for jq: what its filter leaves of a record decides what the dump holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from dumpfix.detection.told.jq import Rest, rest_of
from dumpfix.detection.told.kcat_format import default_format, delimiter, grammar_text, pieces
from dumpfix.detection.told.shell import Words, as_bytes, pipelines, windows_pipelines, without_prompts
from dumpfix.errors import UsageError
from dumpfix.layout.load import load, shipped
from dumpfix.layout.model import Alternation, AnyLayout, Grammar, Layout

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

#: what these call, or print, is no call of the tool that they name
_NO_CALLS = frozenset({
    "alias", "apk", "apt", "apt-get", "brew", "cat", "cd", "chmod", "cp", "curl", "dnf", "echo", "export", "grep",
    "head", "less", "ls", "man", "mkdir", "mv", "pip", "pip3", "printf", "rm", "set", "sleep", "source", "tail", "tee",
    "touch", "type", "unset", "wget", "which", "yum",
})  # fmt: skip
#: options behind which the name of a container stands, or of what it belongs to
_NAMING = frozenset({"--name", "--hostname", "--network", "--net", "--network-alias", "--container", "--user"})
_CONTAINER_TOOLS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "podman-compose"})
_CONTAINER_CALLS = frozenset({"run", "exec"})
_CONTAINER_GROUPS = frozenset({"container", "compose"})
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh", "su"})
#: what may stand in front of the word that names the program
_FRONT = frozenset({"time", "sudo", "exec", "command", "nohup", "env", "do", "then", "!", "{", "&", "winpty"})
_PROMPT_ENDS = ("$", "#", "%", ">")


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of a tool: its name, its arguments, and the commands that its output is piped through."""

    tool: str
    arguments: Words
    behind: tuple[Words, ...] = ()


def grammar_of(command: str) -> Grammar:
    """The grammar of the dumps that a command makes: one layout, or those that the tool's versions differ in.

    Raises UsageError where there is no such tool in it, its quotes do not close, or it prints no payloads.
    """
    refused: UsageError | None = None
    for call in _calls(command):
        try:
            return _grammar_of_call(call)
        except _OtherModeError as error:
            # `kcat -L; kcat -C`: the list of topics came first.
            refused = refused or error
    raise refused or UsageError(
        "the command calls neither kcat, kafkacat nor a kafka console consumer; paste it whole, or give the "
        "format itself with --kcat-format"
    )


def _grammar_of_call(call: _Call) -> Grammar:
    if call.tool in KCAT:
        return _kcat(call.arguments, rest_of(call.behind))
    return _console_consumer(call.tool, call.arguments, rest_of(call.behind))


# -- the call ----------------------------------------------------------------------------------------------------


def _calls(text: str) -> Iterator[_Call]:
    """The calls of a tool in a pasted text; read as a POSIX shell does, else without prompts, else as on Windows."""
    found = False
    fault: UsageError | None = None
    for read in (pipelines, _prompted_pipelines, windows_pipelines):
        try:
            for commands in read(text):
                for index, words in enumerate(commands):
                    for call in _calls_in(words):
                        found = True
                        yield replace(call, behind=(*call.behind, *commands[index + 1 :]))
        except UsageError as error:
            fault = fault or error
        if found:
            return
    if fault is not None and any(tool in text for tool in KCAT | CONSOLE_CONSUMERS):
        raise fault


def _prompted_pipelines(text: str) -> Iterator[tuple[Words, ...]]:
    return pipelines(without_prompts(text))


def _calls_in(words: Words) -> Iterator[_Call]:
    """The calls of a tool that one simple command makes."""
    if _calls_nothing(words):
        return
    script = _script(words)
    if script is not None:
        inner = list(_calls(script))
        if inner:
            yield from inner
            return
    call = _direct(words)
    if call is not None:
        yield call
        return
    for word in words:
        # `ssh host 'kcat …'`
        if any(char.isspace() for char in word) and any(tool in word for tool in KCAT | CONSOLE_CONSUMERS):
            yield from _calls(word)
            return
    for index, word in enumerate(words):
        image = _base_name(word).partition(":")[0]
        is_named = index > 0 and words[index - 1] in _NAMING
        if (image in KCAT and not is_named) or image.startswith("cp-kafkacat"):
            yield _Call("kcat", words[index + 1 :])
            return


def _calls_nothing(words: Words) -> bool:
    """Whether a simple command only names a tool: ``echo kcat``, ``docker pull edenhill/kcat``."""
    rest = list(words)
    while rest and (rest[0] in _FRONT or "=" in rest[0] or rest[0].endswith(_PROMPT_ENDS)):
        del rest[0]
    if not rest:
        return True
    name = _base_name(rest[0])
    if name in _CONTAINER_TOOLS:
        verbs = [word for word in rest[1:] if not word.startswith("-") and word not in _CONTAINER_GROUPS]
        return not _CONTAINER_CALLS.intersection(verbs)
    return name in _NO_CALLS


def _script(words: Words) -> str | None:
    """The STRING of ``sh -c STRING``, wherever in the command the shell is called."""
    for index, word in enumerate(words):
        if _base_name(word) not in _SHELLS:
            continue
        for place in range(index + 1, len(words) - 1):
            option = words[place]
            if option.startswith("-") and not option.startswith("--") and "c" in option:
                return words[place + 1]
    return None


def _direct(words: Words) -> _Call | None:
    """The call of a tool that is a word of the command: the last of several in a row (``docker exec kcat kcat``)."""
    known = KCAT | CONSOLE_CONSUMERS
    names = [_base_name(word) for word in words]
    places = [index for index, name in enumerate(names) if name in known]
    # The name of a container tells the tool only where nothing else does.
    sure = [index for index in places if not index or words[index - 1] not in _NAMING]
    if not sure and any(name.partition(":")[0] in KCAT for name in names if name not in known):
        return None
    if not places:
        return None
    place = (sure or places)[0]
    while place + 1 < len(names) and names[place + 1] in known:
        place += 1
    return _Call(names[place], words[place + 1 :])


def _base_name(word: str) -> str:
    name = PurePosixPath(word.replace("\\", "/")).name
    for suffix in (".sh", ".bat", ".exe"):
        name = name.removesuffix(suffix)
    return name


# -- kcat ------------------------------------------------------------------------------------------------------


#: modes in which kcat prints no records -> what it does instead
_OTHER_MODES = {"P": "writes records to Kafka", "L": "lists topics and partitions", "Q": "looks up offsets"}


class _OtherModeError(UsageError):
    """A call of kcat that prints no records."""


@dataclass(slots=True)
class _KcatOptions:
    mode: str = ""
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
            _take(options, letter, as_bytes(argument))
            if takes:
                break
    return options


def _take(options: _KcatOptions, letter: str, argument: bytes) -> None:
    match letter:
        case "P" | "L" | "Q" | "C" | "G":
            options.mode = letter
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


def _kcat(arguments: Sequence[str], rest: Rest) -> Grammar:
    options = _kcat_options(arguments)
    if options.mode in _OTHER_MODES:
        raise _OtherModeError(
            f"kcat -{options.mode} {_OTHER_MODES[options.mode]} and prints no records: give the command that made "
            "the dump (kcat -C …)"
        )
    if options.json:
        return _kcat_json(options, rest)
    key_delimiter = options.key_delimiter
    if options.avro_key and key_delimiter is None:
        key_delimiter = b""
    format_string = options.format
    if format_string is None:
        format_string = default_format(key_delimiter, options.record_delimiter)
    grammar = load(grammar_text(format_string, prints_null_as=b"NULL" if options.null else None), "kcat")
    _demand_columns(grammar.layouts, rest)
    return grammar


def _kcat_json(options: _KcatOptions, rest: Rest) -> Grammar:
    if rest is Rest.PAYLOAD:
        return shipped("jsonl")
    if rest is Rest.WHOLE:
        return shipped("kcat-json")
    if rest is not Rest.UNTOUCHED:
        raise _built_by_jq()
    separator = delimiter(options.record_delimiter)
    if options.format is not None:
        first = next(iter(pieces(options.format)), b"")
        separator = first if isinstance(first, bytes) else b""
    return shipped("kcat-json", {"LINE_SEPARATOR": separator})


def _demand_columns(layouts: Sequence[AnyLayout], rest: Rest) -> None:
    """Refuse a filter of jq that takes more than the payload from the tool: it reads no columns, so they are lost."""
    if rest in (Rest.PAYLOAD, Rest.BUILT) and not any(layout.fields == ("VALUE",) for layout in layouts):
        raise _built_by_jq()


def _built_by_jq() -> UsageError:
    return UsageError(
        "jq builds records of its own from what the tool printed, so the command does not say what the dump looks "
        "like: leave --command out, or give --grammar with a grammar of yours"
    )


# -- kafka-console-consumer --------------------------------------------------------------------------------------


def _console_consumer(tool: str, arguments: Sequence[str], rest: Rest) -> Grammar:
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
    _demand_columns([next(iter(layouts))], rest)
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
