"""Wrong use of the command told in Swedish, with the nearest right name (floor 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from cyclopts.exceptions import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
    ValidationError,
)

from analysis_lib.errors import did_you_mean

_SHARED = ("--workspace", "--debug")
_GROUPS = ("register", "access", "new")  # commands of two words


def command_first(tokens: Sequence[str]) -> list[str]:
    """The tokens with options that stand before the command moved behind it.

    >>> command_first(["--workspace", "borlange", "run", "2026-ht"])
    ['run', '--workspace', 'borlange', '2026-ht']
    >>> command_first(["--debug", "register", "backup", "a.skolbank-register"])
    ['register', 'backup', '--debug', 'a.skolbank-register']
    """
    rest, leading = list(tokens), []
    while rest and rest[0].partition("=")[0] in _SHARED:
        taken = 2 if rest[0] == "--workspace" else 1
        leading += rest[:taken]
        rest = rest[taken:]
    if rest and not rest[0].startswith("-"):
        words = 2 if rest[0] in _GROUPS and len(rest) > 1 else 1
        return [*rest[:words], *leading, *rest[words:]]
    return rest or list(tokens)


def describe(error: CycloptsError, tokens: Sequence[str], commands: Sequence[str]) -> str:
    """What was wrong in the words of the one who typed it, and where to read more."""
    pair = " ".join(tokens[:2])
    command = pair if pair in commands else _first_known(tokens, commands)
    told = _what(error, tokens, commands)
    return f"{told} [wrong-use]\nSe: {' '.join(['skolbank', *([command] if command else []), '--help'])}"


def _first_known(tokens: Sequence[str], commands: Sequence[str]) -> str:
    """The command or group among the tokens, for the address of its help."""
    first = {name.split(" ")[0] for name in commands}
    return next((token for token in tokens if token in first), "")


def _what(error: CycloptsError, tokens: Sequence[str], commands: Sequence[str]) -> str:
    name = _name(error)
    match error:
        case UnknownCommandError() if error.unused_tokens:
            typed = error.unused_tokens[0]
            group = tokens[0] if tokens[0] in _GROUPS and tokens[0] != typed else ""
            near = [name.removeprefix(f"{group} ") for name in commands if name.startswith(f"{group} ")]
            near = near if group else list(dict.fromkeys(name.split(" ")[0] for name in commands))
            remedy = did_you_mean(typed, near) or f"Det finns: {', '.join(near)}."
            return f"Kommandot {typed} finns inte i den här versionen. {remedy}"
        case UnknownOptionError():
            typed = error.token.keyword or error.token.value
            known = [one for argument in error.argument_collection for one in argument.names]
            return f"Valet {typed} finns inte. {did_you_mean(typed, known)}".rstrip()
        case MissingArgumentError():
            return f"Värdet för {name} saknas." if name.startswith("-") else f"{name} saknas."
        case CoercionError() if error.token is not None:
            allowed = [str(one) for one in get_args(error.target_type)]
            remedy = f" Välj ett av: {', '.join(allowed)}." if allowed else ""
            return f"Värdet ”{error.token.value}” kan inte användas för {name}.{remedy}"
        case ValidationError():
            bound = error.exception_message.replace("Must be", "det ska vara")
            return f"Värdet kan inte användas för {name}: {bound}."
        case UnusedCliTokensError() if error.unused_tokens:
            return f"”{error.unused_tokens[0]}” hör inte till kommandot."
    return str(error)


def _name(error: CycloptsError) -> str:
    return error.argument.names[0] if error.argument and error.argument.names else "Ett värde"
