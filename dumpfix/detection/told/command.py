"""``--command``: the pasted command line that made the dump, and what it says about the layout.

kcat and kafkacat: ``-f -K -D -J -Z -s``. kafka-console-consumer and the Confluent ones: ``--property``,
``--formatter-property``, ``--formatter-config``, ``--formatter``. Of what the output is piped through, jq counts: what
its filter leaves of a record decides what the dump holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dumpfix.detection.told.calls import KCAT, Call, calls_of
from dumpfix.detection.told.console_consumer import console_consumer
from dumpfix.detection.told.jq import Rest, built_by_jq, demand_columns, rest_of
from dumpfix.detection.told.kcat_format import default_format, delimiter, grammar_text, pieces
from dumpfix.detection.told.shell import as_bytes
from dumpfix.errors import UsageError
from dumpfix.layout.load import load, shipped
from dumpfix.layout.model import Grammar

#: kcat 1.7.1's getopt string: an option letter with a colon behind it takes an argument
_KCAT_OPTIONS = "PCG:LQM:t:p:b:z:o:eED:K:k:H:Od:qvF:X:c:Tuf:ZlVhs:r:Jm:U"
_WITH_ARGUMENT = frozenset(
    letter for letter, colon in zip(_KCAT_OPTIONS, _KCAT_OPTIONS[1:] + " ", strict=True) if colon == ":"
)


def grammar_of(command: str) -> Grammar:
    """The grammar of the dumps that a command makes: one layout, or those that the tool's versions differ in.

    Raises UsageError where there is no such tool in it, its quotes do not close, or it prints no payloads.
    """
    refused: UsageError | None = None
    for call in calls_of(command):
        try:
            return _grammar_of_call(call)
        except _OtherModeError as error:
            # `kcat -L; kcat -C`: the list of topics came first.
            refused = refused or error
    raise refused or UsageError(
        "the command calls neither kcat, kafkacat nor a kafka console consumer; paste it whole, or give the "
        "format itself with --kcat-format"
    )


def _grammar_of_call(call: Call) -> Grammar:
    if call.tool in KCAT:
        return _kcat(call.arguments, rest_of(call.behind))
    return console_consumer(call.tool, call.arguments, rest_of(call.behind))


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
    demand_columns(grammar.layouts, rest)
    return grammar


def _kcat_json(options: _KcatOptions, rest: Rest) -> Grammar:
    if rest is Rest.PAYLOAD:
        return shipped("jsonl")
    if rest is Rest.WHOLE:
        return shipped("kcat-json")
    if rest is not Rest.UNTOUCHED:
        raise built_by_jq()
    separator = delimiter(options.record_delimiter)
    if options.format is not None:
        first = next(iter(pieces(options.format)), b"")
        separator = first if isinstance(first, bytes) else b""
    return shipped("kcat-json", {"LINE_SEPARATOR": separator})
