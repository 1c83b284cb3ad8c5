"""The closed vocabulary of terminals that a grammar may declare, and what its notation says of a record.

``[ … ]``, ``( … | … )`` and the alternatives of a rule are decided once for a dump, whether a part has a name or not.
``each{name}`` is the rule ``name``, decided anew by each record; Lark wants the line ``each{part}: part`` for it.
Behind a member of a JSON object, or an alternative of such a rule, ``-> absent_is_null`` says that a record without it
has a null there; ``-> empty_may_be_null`` says of a member that the tool prints an empty string for null too.

==============  ==========================================================================================
kind            where the field ends
==============  ==========================================================================================
INTEGER         where the decimal digits end (a ``-`` may stand in front)
SIZE            the same; it is the length in bytes of the KEY or VALUE that follows, -1 means null
BINARY_SIZE     after four bytes, big-endian and signed
NAME            a legal topic name: letters, digits, ``.``, ``_``, ``-``, at most 249 (Kafka's own rule)
WORD            where a byte comes that is no letter, digit, ``.``, ``_``, ``-``
DATE_TIME       after ``yyyy-MM-dd HH:mm:ss,SSS`` (log4j's ``%d``)
DATE            after ``yyyy-MM-dd``, ``T`` or a blank, ``HH:mm:ss``, a fraction, and a zone: ``Z``, ``+hh:mm``,
                or a blank, ``+hhmm`` and the zone's name
TEXT            where the next literal of the layout begins; the size tells it where one was printed
PAYLOAD         by its size; else where it is a complete JSON text and the rest of the layout follows; else
                before the next record
BLANKS          where a byte comes that is no blank (0x20): none or more, 1024 at most
REST            at the end of the line
JSON_STRING     a JSON string whose content is the field; ``null`` is null
JSON_ANY        a JSON string whose content is the field; ``null`` is null; any other JSON value is itself
JSON_VALUE      any JSON value, as it stands
JSON_DATE       a JSON string with a DATE; a number is in milliseconds
JSON_BASE64     a JSON string of base64 (RFC 4648, padded), whose bytes are the field; ``null`` is null
JSON_TEXT       a JSON string whose content is the field, or ``{"base64": …}`` of it; ``null`` is null
JSON_DOCUMENT   any JSON value, as it stands; ``null`` is null; a string is the payload's text, that of a payload which
                is a string stands in JSON_PAYLOAD_TEXT
JSON_FLAG       ``true`` or ``false``
==============  ==========================================================================================

Those of JSON end where their JSON value does; that of the payload may span lines, any other stands on one.
JSON_PAYLOAD is the payload as VALUE is, a record has one of the two; JSON_VALUE is something else that it holds.
JSON_PAYLOAD_TEXT may stand beside a payload: where it does, it is the payload.

Named string terminals, which options and ``--command`` override: KEY_SEPARATOR, LINE_SEPARATOR,
HEADERS_SEPARATOR, SCHEMA_ID_SEPARATOR, NULL_LITERAL (printed for null alone: then an empty value is known to
be empty) and NULL_OR_EMPTY_LITERAL (printed for null and for empty alike; ``""`` beside a NULL_LITERAL: an empty
text may be null as well; Lark takes no empty string, dumpfix does). A rule ``null_key: "null" | "None"`` says which
texts of KEY stand for no key, where it is not known what printed them: they are told of. Named strings that say
something about their record: CREATE_TIME, LOG_APPEND_TIME, NO_TIMESTAMP.

How HEADERS are spelled, so that they can be taken apart: HEADER_VALUE_SEPARATOR (between a name and its value),
HEADERS_SEPARATOR (between one header and the next) or AMBIGUOUS_HEADERS_SEPARATOR (the same, but values hold it
as well: where it stands the headers stay one text), NULL_HEADER_LITERAL (else NULL_LITERAL), NO_HEADERS.
"""

from __future__ import annotations

import enum

from dumpfix.json.lexer import HEX_DIGITS


class Kind(enum.Enum):
    """How the end of a field is found."""

    INTEGER = "integer"
    SIZE = "size"
    BINARY_SIZE = "binary size"
    NAME = "name"
    WORD = "word"
    BLANKS = "blanks"
    DATE_TIME = "date and time"
    TEXT = "text"
    PAYLOAD = "payload"
    REST = "rest of the line"
    JSON_STRING = "JSON string"
    JSON_ANY = "JSON string, null or value"
    JSON_VALUE = "JSON value"
    JSON_DATE = "date in a JSON string"
    JSON_BASE64 = "base64 in a JSON string"
    JSON_TEXT = "JSON string or base64"
    JSON_DOCUMENT = "JSON value, a string stands elsewhere"
    JSON_FLAG = "true or false"
    DATE = "date and zone"

    #: by identity, as they compare: fields are looked up by their kinds wherever a record is read
    __hash__ = object.__hash__


#: terminal -> (kind, what it means to the record, what it is)
TERMINALS: dict[str, tuple[Kind, str, str]] = {
    "TOPIC": (Kind.NAME, "topic", "topic name"),
    "PARTITION": (Kind.INTEGER, "partition", "partition number"),
    "OFFSET": (Kind.INTEGER, "offset", "offset in the partition"),
    "TIMESTAMP": (Kind.INTEGER, "timestamp", "milliseconds since 1970, -1 where there is none"),
    "TIMESTAMP_DATE": (Kind.DATE, "timestamp", "the same as a date with its time and zone"),
    "TIMESTAMP_TYPE": (Kind.WORD, "timestamp_type", "CreateTime, LogAppendTime, create, logappend …"),
    "BROKER": (Kind.INTEGER, "broker", "broker id"),
    "EPOCH": (Kind.INTEGER, "epoch", "leader epoch"),
    "DELIVERY": (Kind.INTEGER, "delivery", "delivery count"),
    "HEADERS": (Kind.TEXT, "headers", "headers as the tool prints them"),
    "KEY": (Kind.TEXT, "key", "key"),
    "VALUE": (Kind.PAYLOAD, "value", "payload"),
    "KEY_SIZE": (Kind.SIZE, "key_size", "length of the key in bytes, -1 is null"),
    "VALUE_SIZE": (Kind.SIZE, "value_size", "length of the payload in bytes, -1 is null"),
    "VALUE_SIZE_BINARY": (Kind.BINARY_SIZE, "value_size", "length of the payload, four bytes, big-endian"),
    "KEY_SCHEMA_ID": (Kind.WORD, "key_schema_id", "schema id of the key, decimal or a GUID"),
    "VALUE_SCHEMA_ID": (Kind.WORD, "value_schema_id", "schema id of the payload, decimal or a GUID"),
    "JSON_TOPIC": (Kind.JSON_STRING, "topic", "topic name in a JSON string"),
    "JSON_TIMESTAMP": (Kind.JSON_DATE, "timestamp", "timestamp as a date in a JSON string, or in milliseconds"),
    "JSON_TIMESTAMP_TYPE": (Kind.JSON_STRING, "timestamp_type", "timestamp type in a JSON string"),
    "JSON_HEADERS": (Kind.JSON_VALUE, "headers", "headers as JSON: a flat array, an array of objects, an object"),
    "JSON_HEADERS_BASE64": (Kind.JSON_VALUE, "headers", "the same, names and values in base64"),
    "JSON_KEY": (Kind.JSON_ANY, "key", "key in a JSON string, null, or an embedded JSON value"),
    "JSON_PAYLOAD": (Kind.JSON_ANY, "value", "payload in a JSON string, null, or an embedded JSON value"),
    "JSON_KEY_BASE64": (Kind.JSON_BASE64, "key", "key as base64 in a JSON string, or null"),
    "JSON_PAYLOAD_BASE64": (Kind.JSON_BASE64, "value", "payload as base64 in a JSON string, or null"),
    "JSON_HEADERS_PAIRS": (Kind.JSON_VALUE, "headers", 'an array of pairs; a name or value may be {"base64": …}'),
    "JSON_HEADERS_TEXT": (Kind.JSON_TEXT, "headers_text", "headers that cannot be taken apart"),
    "JSON_KEY_TEXT": (Kind.JSON_TEXT, "key", 'key in a JSON string, {"base64": …}, or null'),
    "JSON_DOCUMENT": (Kind.JSON_DOCUMENT, "value", "payload as it is, a JSON value"),
    "JSON_PAYLOAD_TEXT": (Kind.JSON_STRING, "payload_text", "payload in a JSON string, before any other that is there"),
    "JSON_AMBIGUOUS": (Kind.JSON_FLAG, "ambiguous", "whether the null payload may have been an empty one"),
    "JSON_UNCLEAR": (Kind.JSON_FLAG, "unclear", "whether key and coordinates may be others"),
    "JSON_VERDICT": (Kind.JSON_STRING, "kept_verdict", "of a record that was set aside: what its payload was"),
    "JSON_LEVEL": (Kind.JSON_STRING, "kept_level", "of such a record: the level of its repair"),
    "JSON_REASON": (Kind.JSON_STRING, "kept_reason", "of such a record: why it was set aside"),
    "JSON_EMITTED": (Kind.JSON_FLAG, "kept_emitted", "of such a record: whether it went out all the same"),
    "JSON_IS_RECORD": (Kind.JSON_FLAG, "kept_is_record", "whether it is a record, and not what stood between records"),
    "JSON_PROPOSAL": (Kind.JSON_ANY, "proposal", "of such a record: its payload as it was repaired"),
    "JSON_PAYLOAD_DIGEST": (Kind.JSON_STRING, "payload_digest", "digest of the payload that was set aside"),
    "JSON_PROPOSAL_DIGEST": (Kind.JSON_STRING, "proposal_digest", "digest of the proposal"),
    "JSON_KEY_ERROR": (Kind.JSON_STRING, "key_error", "why the tool could not decode the key"),
    "JSON_PAYLOAD_ERROR": (Kind.JSON_STRING, "payload_error", "why the tool could not decode the payload"),
    "JSON_KEY_SCHEMA_ID": (Kind.JSON_ANY, "key_schema_id", "schema id of the key"),
    "JSON_VALUE_SCHEMA_ID": (Kind.JSON_ANY, "value_schema_id", "schema id of the payload"),
    "JSON_NAME": (Kind.JSON_STRING, "", "the name of a member that the grammar does not name"),
    "JSON_VALUE": (Kind.JSON_VALUE, "", "any JSON value that the record does not need"),
    "TEXT": (Kind.TEXT, "", "text that the record does not need"),
    "INTEGER": (Kind.INTEGER, "", "a number that the record does not need"),
    "WORD": (Kind.WORD, "", "a word that the record does not need"),
    "BLANKS": (Kind.BLANKS, "", "blanks that fill up, none or more"),
    "DATE_TIME": (Kind.DATE_TIME, "", "date and time as log4j prints them"),
    "COUNT": (Kind.INTEGER, "", "in a notice: how many records the tool says that it read"),
    "NOTICE": (Kind.REST, "", "the rest of a line that the tool prints about itself"),
    "WHITESPACE": (Kind.TEXT, "", "JSON white space, to be named in %ignore"),
}

#: terminals whose text a grammar defines and options override
NAMED_LITERALS = (
    "KEY_SEPARATOR",
    "LINE_SEPARATOR",
    "HEADERS_SEPARATOR",
    "SCHEMA_ID_SEPARATOR",
    "NULL_LITERAL",
    "NULL_OR_EMPTY_LITERAL",
    "HEADER_VALUE_SEPARATOR",
    "AMBIGUOUS_HEADERS_SEPARATOR",
    "NULL_HEADER_LITERAL",
    "NO_HEADERS",
)

#: those of NAMED_LITERALS that stand in no rule: what stands for null, and how headers are spelled
NULL_LITERALS = ("NULL_LITERAL", "NULL_OR_EMPTY_LITERAL")
HEADER_LITERALS = (
    "HEADER_VALUE_SEPARATOR",
    "HEADERS_SEPARATOR",
    "AMBIGUOUS_HEADERS_SEPARATOR",
    "NULL_HEADER_LITERAL",
    "NO_HEADERS",
)

#: named strings that say something about the record that holds them: name -> (attribute, what it says)
MARKERS: dict[str, tuple[str, bytes]] = {
    "CREATE_TIME": ("timestamp_type", b"create"),
    "LOG_APPEND_TIME": ("timestamp_type", b"log_append"),
    "NO_TIMESTAMP": ("timestamp_type", b"none"),
}

#: kinds that need a literal (or a size) after them to know where they end
FREE_TEXT = frozenset({Kind.TEXT, Kind.PAYLOAD})
SIZES = frozenset({Kind.SIZE, Kind.BINARY_SIZE})
#: kinds that end where their JSON value does
JSON_VALUES = frozenset(kind for kind in Kind if kind.name.startswith("JSON_"))
JSON_HEADERS = frozenset({"JSON_HEADERS", "JSON_HEADERS_BASE64", "JSON_HEADERS_PAIRS"})

#: behind the arrow of a member, or of an alternative that each record decides on: a record without it says null
ABSENT_IS_NULL = "absent_is_null"
#: behind the arrow of a member: an empty string may be null
EMPTY_MAY_BE_NULL = "empty_may_be_null"
#: terminals that only a rule of members can hold
IN_OBJECTS = frozenset({"JSON_NAME", "WHITESPACE"})

TOPIC_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
LONGEST_TOPIC = 249

#: lengths of the parts of a GUID
_GUID_PARTS = [8, 4, 4, 4, 12]


def is_schema_id(text: bytes) -> bool:
    """Whether a text can be what KEY_SCHEMA_ID and VALUE_SCHEMA_ID are: a decimal number or a GUID."""
    parts = text.split(b"-")
    is_guid = list(map(len, parts)) == _GUID_PARTS and not b"".join(parts).translate(None, HEX_DIGITS)
    return is_guid or text.isdigit()
