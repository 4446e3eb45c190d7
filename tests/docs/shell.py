"""Takes shell blocks apart: which commands of the product and which make targets a document names, with what options."""

from __future__ import annotations

import re
import shlex
from typing import Any

import typer
from typer.exceptions import TyperException

from tests.docs.documents import ROOT, Block
from tracker.cli.app import app

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][\w-]*):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"\$\((?:or \$\()?([A-Z]+)", MAKEFILE))
_SEPARATORS = {"|", "&&", "||", ";", "&"}
_DOCKER_OPTIONS_WITH_VALUE = {"--env", "--volume", "--name", "--entrypoint"}


def lines(block: Block) -> list[str]:
    """The commands of a shell block, continued lines joined. In a console block they follow a prompt, the rest is output."""
    joined = block.text.replace("\\\n", " ").splitlines()
    if block.language == "console":
        joined = [line.partition("$ ")[2] for line in joined if re.match(r"\w*\$ ", line)]
    return [line for line in joined if line.strip() and not line.lstrip().startswith("#")]


def simple_commands(line: str) -> list[list[str]]:
    """The words of each command of a line, without comment, assignments before it and redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    words = iter(lexer)
    for word in words:
        if word in _SEPARATORS:
            found.append([])
        elif word in (">", "<", ">>", "<<<"):
            next(words)
        elif found[-1] or not re.match(r"[A-Z_]+=", word):
            found[-1].append(word)
    return [words for words in found if words]


def tracker_arguments(words: list[str]) -> list[str] | None:
    """The arguments of `tracker`, also inside of a container; None where another program is called."""
    name = words[0].rpartition("/")[2]
    if name == "tracker":
        return words[1:]
    if words[:2] == ["docker", "compose"] and words[2] in ("exec", "run"):
        rest = words[3:]
        while rest[0].startswith("--"):
            rest = rest[2 if rest[0] in _DOCKER_OPTIONS_WITH_VALUE else 1 :]
        return rest[2 if words[2] == "exec" else 1 :]
    return None


def fault_of_tracker(arguments: list[str]) -> str | None:
    """Why these arguments are refused; None where the command takes them. Nothing is run."""
    try:
        typer.main.get_command(app).make_context("tracker", list(arguments))
        if arguments and not arguments[0].startswith("-"):
            COMMANDS[arguments[0]].make_context(arguments[0], list(arguments[1:]))
    except KeyError:
        return f"there is no command {arguments[0]}"
    except typer.Exit:  # --help, --version
        return None
    except TyperException as error:
        return getattr(error, "message", str(error)) or type(error).__name__
    return None


def fault_of_span(span: str) -> str | None:
    """What a command named in a sentence gets wrong: its name or an option. Arguments in capitals and brackets are free."""
    words = shlex.split(re.sub(r"[\[\]…]", " ", span))
    if words[0] == "make":
        return fault_of_make(words[1:])
    if len(words) < 2:
        return None
    command = COMMANDS.get(words[1].rstrip(","))
    options = {"--help", *(name for parameter in typer.main.get_command(app).params for name in parameter.opts)}
    if command is None:
        return None if words[1] in options else f"there is no command {words[1]}"
    options |= {name for parameter in command.params for name in parameter.opts}
    wrong = [word for word in words[2:] if word.startswith("--") and word.partition("=")[0] not in options]
    return f"{words[1]} has no option {wrong[0]}" if wrong else None


def fault_of_make(words: list[str]) -> str | None:
    """The first word that is neither a target of the Makefile nor a variable that it reads."""
    for word in words:
        name, equals, _ = word.partition("=")
        if (name not in VARIABLES) if equals else (name not in TARGETS):
            return f"the Makefile has no {name}"
    return None
