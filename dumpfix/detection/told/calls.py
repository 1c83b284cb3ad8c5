"""The calls of tools in a pasted command line, whatever stands around them.

What stands in front (``docker run``, ``docker compose exec``, ``kubectl exec … --``, ``sh -c '…'``, ``cd /opt &&``, a
prompt) is left out; what the output is piped through is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from dumpfix.detection.told.shell import Words, pipelines, windows_pipelines, without_prompts
from dumpfix.errors import UsageError

KCAT = frozenset({"kcat", "kafkacat"})
CONSOLE_CONSUMERS = frozenset(
    {
        "kafka-console-consumer",
        "kafka-avro-console-consumer",
        "kafka-json-schema-console-consumer",
        "kafka-protobuf-console-consumer",
    }
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


class Call(NamedTuple):
    """A call of a tool: its name, its arguments, and the commands that its output is piped through."""

    tool: str
    arguments: Words
    behind: tuple[Words, ...] = ()


def calls_of(text: str) -> Iterator[Call]:
    """The calls of a tool in a pasted text; read as a POSIX shell does, else without prompts, else as on Windows."""
    found = False
    fault: UsageError | None = None
    for read in (pipelines, _prompted_pipelines, windows_pipelines):
        try:
            for commands in read(text):
                for index, words in enumerate(commands):
                    for call in _calls_in(words):
                        found = True
                        yield call._replace(behind=(*call.behind, *commands[index + 1 :]))
        except UsageError as error:
            fault = fault or error
        if found:
            return
    if fault is not None and any(tool in text for tool in KCAT | CONSOLE_CONSUMERS):
        raise fault


def _prompted_pipelines(text: str) -> Iterator[tuple[Words, ...]]:
    return pipelines(without_prompts(text))


def _calls_in(words: Words) -> Iterator[Call]:
    """The calls of a tool that one simple command makes."""
    if _calls_nothing(words):
        return
    script = _script(words)
    if script is not None:
        inner = list(calls_of(script))
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
            yield from calls_of(word)
            return
    for index, word in enumerate(words):
        image = _base_name(word).partition(":")[0]
        is_named = index > 0 and words[index - 1] in _NAMING
        if (image in KCAT and not is_named) or image.startswith("cp-kafkacat"):
            yield Call("kcat", words[index + 1 :])
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


def _direct(words: Words) -> Call | None:
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
    return Call(names[place], words[place + 1 :])


def _base_name(word: str) -> str:
    name = PurePosixPath(word.replace("\\", "/")).name
    for suffix in (".sh", ".bat", ".exe"):
        name = name.removesuffix(suffix)
    return name
