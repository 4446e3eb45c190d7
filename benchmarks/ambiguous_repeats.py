"""Patterns that can read one text in many ways: where a repetition takes the same piece by two of its parts, n pieces
before something that does not fit are tried in 2^n ways.

`python -m benchmarks.ambiguous_repeats [SEED]` samples pieces of each repetition of every pattern of the package and of
its configuration, and repeats them. The patterns are tried by themselves, since a bound of the text is no help: thirty words are enough. Its
short form is a test of the suite.
"""

from __future__ import annotations

import contextlib
import random
import re
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from re import _constants as sre  # type: ignore[attr-defined] # the standard library's own names
from re import _parser  # type: ignore[attr-defined] # parses as `re` does
from typing import Any

from benchmarks.patterns import CHARACTERS, REPEATS, Pattern, fits, list_patterns
from tracker.config_files import config_dir

FEWEST_ROUNDS = 12
"""A repetition that may take fewer pieces has few ways of taking them."""
ROUNDS = (8, 12, 16)
LONGEST_PIECE = 24
SUFFIXES = ("", "\0", "x", "!\n")
LIMIT_SECONDS = 0.003
"""Sixteen pieces that are read in one way take a hundredth of it; in two ways, 65,000 steps."""


def repetitions(
    nodes: Sequence[Any], before: tuple[Any, ...] = ()
) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
    """Each repetition of a parsed pattern that may be ambiguous, as (what comes before it, what it repeats)."""
    for kind, value in nodes:
        if kind in REPEATS:
            body = value[2]
            single = len(body) == 1 and body[0][0] in (sre.IN, sre.LITERAL, sre.NOT_LITERAL, sre.ANY)
            if value[1] >= FEWEST_ROUNDS and not single and kind is not sre.POSSESSIVE_REPEAT:
                yield before, body
            yield from repetitions(body, before)
        elif kind is sre.SUBPATTERN:
            yield from repetitions(value[3], before)
        elif kind is sre.ATOMIC_GROUP:
            yield from repetitions(value, before)
        elif kind is sre.BRANCH:
            for branch in value[1]:
                yield from repetitions(branch, before)
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            yield from repetitions(value[1], before)
        before = (*before, (kind, value))


def sample(nodes: Sequence[Any], chance: random.Random) -> str:
    """A text that these nodes take, at random; assertions are left out."""
    text = ""
    for kind, value in nodes:
        if kind is sre.LITERAL:
            text += chr(value)
        elif kind in (sre.IN, sre.ANY, sre.NOT_LITERAL):
            text += _character(kind, value, chance)
        elif kind in REPEATS:
            fewest, most, body = value
            rounds = fewest if chance.random() < 0.6 else min(most, fewest + chance.randint(1, 2))
            text += "".join(sample(body, chance) for _ in range(rounds))
        elif kind is sre.SUBPATTERN:
            text += sample(value[3], chance)
        elif kind is sre.ATOMIC_GROUP:
            text += sample(value, chance)
        elif kind is sre.BRANCH:
            text += sample(chance.choice(value[1]), chance)
        elif kind is sre.GROUPREF_EXISTS:
            text += sample(value[1], chance)
    return text


def _character(kind: Any, value: Any, chance: random.Random) -> str:
    fitting = [character for character in CHARACTERS if fits((kind, value), character)]
    if not fitting and kind is sre.IN:
        fitting = [
            chr(part[0] if name is sre.RANGE else part) for name, part in value if name in (sre.LITERAL, sre.RANGE)
        ]
    return chance.choice(fitting) if fitting else ""


def list_configured() -> list[Pattern]:
    """The regular expressions of the files under `config/`: each text there that is one and may repeat something."""
    found = []

    def walk(value: Any, where: str) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                walk(part, f"{where}:{key}")
        elif isinstance(value, list):
            for part in value:
                walk(part, where)
        elif isinstance(value, str) and any(mark in value for mark in "*+{"):
            with contextlib.suppress(re.error):  # a text of another kind
                re.compile(value)
                found.append(Pattern("config", where, value, 0))

    for path in sorted(config_dir().glob("*.toml")):
        walk(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    return found


def find_explosion(pattern: Pattern, samples: int, chance: random.Random) -> str:
    """A text, of those that were tried, for which the ways to read it double with each piece; empty where there is none."""
    compiled = re.compile(pattern.text, pattern.flags)
    for before, body in repetitions(_parser.parse(pattern.text, pattern.flags)):
        for piece in {sample(body, chance) for _ in range(samples)}:
            if not 0 < len(piece) <= LONGEST_PIECE:
                continue
            start = sample(before, chance)
            for suffix in SUFFIXES:
                if _explodes(compiled, start, piece, suffix):
                    return f"{start}{piece * 3}…{suffix}"
    return ""


def _explodes(compiled: re.Pattern[str], start: str, piece: str, suffix: str) -> bool:
    for rounds in ROUNDS:
        text = start + piece * rounds + suffix
        if _seconds(compiled, text) > LIMIT_SECONDS:
            # Once more, since a busy machine may have interrupted it.
            return min(_seconds(compiled, text) for _ in range(3)) > LIMIT_SECONDS
    return False


def _seconds(compiled: re.Pattern[str], text: str) -> float:
    begun = time.process_time()
    compiled.search(text)
    compiled.fullmatch(text)
    return time.process_time() - begun


def main() -> int:
    """Try all patterns; 1 where one explodes."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    chance, found = random.Random(seed), 0  # made-up text
    patterns = [*list_patterns(trusted=True), *list_configured()]
    for pattern in patterns:
        if text := find_explosion(pattern, 200, chance):
            found += 1
            print(f"{pattern.where}: {text!r}: {pattern.text[:120]!r}", flush=True)
    print(f"{len(patterns)} patterns, seed {seed}: {found} can read a text in ways that double with each piece")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
