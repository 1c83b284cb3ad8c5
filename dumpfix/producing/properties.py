"""What librdkafka is told: ``-b``, ``-X property=value`` and ``-F file`` as in kcat. Secrets are never shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dumpfix.errors import UsageError

#: properties that carry what `produce` promises, under all their names, with the value that they have
OWNED = {
    "enable.idempotence": "true",
    "acks": "all",
    "request.required.acks": "all",
    "enable.gapless.guarantee": "true",
}
#: other spellings of the same values
_SAME = {"true": ("true", "1", "t"), "all": ("all", "-1")}
#: what `produce` decides by itself, record by record
_REFUSED = {
    "partitioner": "--to-partition says where records go",
    "transactional.id": "produce writes no transactions",
    "dr_cb": "it is a function, not a text",
    "error_cb": "it is a function, not a text",
}
_BROKERS = ("bootstrap.servers", "metadata.broker.list")
#: a text of so many letters stands in many words
_FEW_LETTERS = 3
#: parts of the names of properties whose values are nobody's business
_SECRET = ("password", "secret", "key", "token", "jaas", "username", "oauthbearer", "certificate", "pem")
#: kcat takes ``topic.`` off a name; these have it as a part of their own
_GLOBAL = ("topic.metadata.", "topic.blacklist")
#: properties that a consumer does not know, so that it may be made from the same ones
_OF_PRODUCERS = (
    "batch.",
    "compression.",
    "delivery.",
    "linger.",
    "message.copy.",
    "message.send.",
    "message.timeout",
    "queue.buffering.",
    "queuing.strategy",
    "request.timeout",
    "retries",
    "sticky.",
    "max.in.flight",
)


@dataclass(frozen=True, slots=True)
class Properties:
    """Names and values, as librdkafka takes them."""

    values: Mapping[str, str]

    def for_readers(self) -> dict[str, str]:
        """The properties that a consumer or an admin client takes as well."""
        return {name: value for name, value in self.values.items() if not name.startswith(_OF_PRODUCERS)}

    def masked(self, text: str) -> str:
        """``text`` without the value of any property that may be a secret."""
        for name, value in self.values.items():
            if value and any(part in name for part in _SECRET):
                text = _masked(text, value)
        return text


def _masked(text: str, value: str) -> str:
    """``text`` without this value; one of a few letters is no secret inside a longer word."""
    pieces = text.split(value)
    masked = pieces[0]
    for piece in pieces[1:]:
        is_word = not masked[-1:].isalnum() and not piece[:1].isalnum()
        masked += ("***" if is_word or len(value) > _FEW_LETTERS else value) + piece
    return masked


def properties_of(brokers: str | None, lines: Iterable[str] = (), given: Iterable[str] = ()) -> Properties:
    """What ``-b``, the lines of ``-F`` and each ``-X`` say; the later wins. Raises UsageError, without any value."""
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            _add(values, text, f"-F, line {number}")
    for text in given:
        _add(values, text, "-X")
    if brokers is not None:
        values["bootstrap.servers"] = brokers
    if not values.get("bootstrap.servers"):
        raise UsageError("no broker: name one with -b HOST:PORT (or bootstrap.servers in -X or -F)")
    return Properties(values)


def _add(values: dict[str, str], text: str, where: str) -> None:
    name, found, value = text.partition("=")
    name = name.strip()
    if not name.startswith(_GLOBAL):
        name = name.removeprefix("topic.")
    if not found or not name:
        # A text without the sign may hold a secret; nothing but small letters and dots is a name.
        is_name = not found and bool(name) and all(c in "._-" or "a" <= c <= "z" for c in name)
        raise UsageError(f"{where}: property=value is expected" + (f", not {name}" if is_name else ""))
    if name in _REFUSED:
        raise UsageError(f"{where}: {name} cannot be set: {_REFUSED[name]}")
    value = value.strip()
    if name in OWNED:
        if value.lower() not in _SAME[OWNED[name]]:
            raise UsageError(f"{where}: {name} is always {OWNED[name]} here: no record may be lost or come twice")
        return
    values["bootstrap.servers" if name in _BROKERS else name] = value
