"""The texts that make regular expressions slow, put through the functions that read strangers' text.

`python -m benchmarks.patterns [FOLDER]` finds the patterns of the package that meet strangers' text, makes of each the
texts that its own structure suggests (each repetition is fed as often as the text is long, behind what must come before
it, once and again and again, and before something that does not fit), and gives them to the fuzzer's targets that read
such text. A text whose time more than triples where it doubles is a fault: linear is 2, quadratic 4. Patterns that see
only a bounded piece of a text are linear by that bound, which is why whole functions are measured.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined] # the standard library's own names
from re import _parser  # type: ignore[attr-defined] # parses as `re` does
from typing import Any

import tracker
from benchmarks.fuzz import outputs, texts, upstreams
from benchmarks.fuzz.target import Run, Target

PACKAGE = Path(tracker.__file__).parent
TRUSTED = ("sandbox", "settings.py", "logs.py", "cli", "doctor", "store", "__main__.py")
"""Parts that read only the operator's text, or the sandbox's own."""
READ_BY = {
    "detect": ("abstracts", "full-texts", "project-pages", "detect-lines"),
    "judge": ("licence-texts", "readmes"),
    "hosts": ("licence-texts", "readmes", "url-finder"),
    "harvest": ("tex-reader", "pdf-text", "arxiv-rss", "oai-pmh"),
    "publish": ("latex-to-unicode", "feed-writer", "page-writer"),
    "fetch": ("guard",),
    "domain": ("url-finder", "guard", "abstracts"),
}
"""Which targets read text that reaches the patterns of a folder; those of others are given to `abstracts`."""
SUFFIXES = ("", "\0")
LENGTH, MOST_RATIO = 16_000, 3.0
MARGIN_SECONDS = 0.05
"""What takes longer than twice an ordinary text of the same length and this is measured at two lengths."""
CHARACTERS = " a-0.\n/\tA_<>\"'\\{}()[]:=,;%$#@é—"
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
CALLS = frozenset({"search", "sub", "subn", "finditer", "findall", "split", "match", "fullmatch"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern and the module that uses it."""

    folder: str
    where: str
    text: str
    flags: int


def list_patterns(only: str = "", *, trusted: bool = False) -> list[Pattern]:
    """All patterns of the package that meet strangers' text, in order of their place; with `trusted`, the others too."""
    found: dict[tuple[str, int], Pattern] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if (place.parts[0] in TRUSTED and not trusted) or not str(place).startswith(only):
            continue
        if "migrations" in place.parts or place.name == "__main__.py":
            continue
        for where, text, flags in (*_in_calls(place, path), *_in_module(place)):
            found.setdefault((text, flags), Pattern(place.parts[0], where, text, flags))
    return sorted(found.values(), key=lambda pattern: pattern.where)


def _in_calls(place: Path, path: Path) -> Iterator[tuple[str, str, int]]:
    """Patterns that stand in a call of `re` as they are."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        of, text = node.func.value, node.args[0]
        is_pattern = isinstance(text, ast.Constant) and isinstance(text.value, str)
        if isinstance(of, ast.Name) and of.id == "re" and node.func.attr in CALLS and is_pattern:
            yield f"{place}:{node.lineno}", text.value, _flags(node)


def _flags(call: ast.Call) -> int:
    names = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)} & set(
        re.RegexFlag.__members__
    )
    return sum(re.RegexFlag[name] for name in names)


def _in_module(place: Path) -> Iterator[tuple[str, str, int]]:
    """Patterns that a module has compiled, also within its lists and dictionaries."""
    name = ".".join(("tracker", *place.with_suffix("").parts)).removesuffix(".__init__")
    module = __import__(name, fromlist=["x"])
    for variable, value in vars(module).items():
        for compiled in _compiled(value, 3):
            text = compiled.pattern
            yield (
                f"{place}:{variable}",
                text.decode("latin-1") if isinstance(text, bytes) else text,
                compiled.flags & ~re.UNICODE,
            )


def _compiled(value: Any, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for part in value.values():
            yield from _compiled(part, depth - 1)
    elif depth and isinstance(value, (tuple, list, frozenset)):
        for part in value:
            yield from _compiled(part, depth - 1)
    elif depth and type(value).__module__.startswith("tracker") and hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _compiled(getattr(value, name, None), depth - 1)


def suggest_attacks(pattern: Pattern) -> list[tuple[str, str]]:
    """(what comes before, what is repeated) for each repetition without a small bound."""
    attacks: dict[tuple[str, str], None] = {}

    def walk(nodes: Sequence[Any], before: str) -> str:
        for kind, value in nodes:
            if kind in REPEATS:
                low, high, body = value
                if high > 200:
                    for piece in _pieces(body):
                        attacks[before[-200:], piece] = None
                walk(body, before)
                before += _sample(body) * min(low, 50)
            elif kind is sre.SUBPATTERN:
                before = walk(value[3], before)
            elif kind is sre.BRANCH:
                ends = [walk(branch, before) for branch in value[1]]
                before = ends[0]
            elif kind is sre.ATOMIC_GROUP:
                before = walk(value, before)
            elif kind in (sre.ASSERT, sre.ASSERT_NOT):
                walk(value[1], before)
            else:
                before += _sample([(kind, value)])
        return before

    walk(_parser.parse(pattern.text, pattern.flags), "")
    return list(attacks)


def _pieces(body: Sequence[Any]) -> list[str]:
    """Texts that one round of a repetition takes."""
    items = list(body)
    if len(items) == 1 and items[0][0] in (sre.IN, sre.ANY, sre.NOT_LITERAL, sre.CATEGORY):
        return [character for character in CHARACTERS if fits(items[0], character)][:3] or [_sample(body)]
    if len(items) == 1 and items[0][0] is sre.SUBPATTERN:
        return _pieces(items[0][1][3])
    if len(items) == 1 and items[0][0] is sre.BRANCH:
        return [_sample(branch) for branch in items[0][1][1]][:4]
    return [_sample(body)]


def _sample(nodes: Sequence[Any]) -> str:
    """A text that these nodes take."""
    text = ""
    for kind, value in nodes:
        if kind is sre.LITERAL:
            text += chr(value)
        elif kind in (sre.IN, sre.ANY, sre.NOT_LITERAL, sre.CATEGORY):
            text += next((character for character in CHARACTERS if fits((kind, value), character)), "")
        elif kind in REPEATS:
            text += _sample(value[2]) * min(max(value[0], 1), 50)
        elif kind is sre.SUBPATTERN:
            text += _sample(value[3])
        elif kind is sre.BRANCH:
            text += _sample(value[1][0])
        elif kind is sre.ATOMIC_GROUP:
            text += _sample(value)
    return text


def fits(node: tuple[Any, Any], character: str) -> bool:
    """Whether a node of a parsed pattern that takes one character takes this one."""
    kind, value = node
    if kind is sre.ANY:
        return character != "\n"
    if kind is sre.NOT_LITERAL:
        return character != chr(value)
    if kind is sre.CATEGORY:
        return _in_category(value, character)
    is_negated, is_in = False, False
    for part, what in value:
        if part is sre.NEGATE:
            is_negated = True
        elif part is sre.LITERAL:
            is_in |= character == chr(what)
        elif part is sre.RANGE:
            is_in |= what[0] <= ord(character) <= what[1]
        elif part is sre.CATEGORY:
            is_in |= _in_category(what, character)
    return is_in != is_negated


def _in_category(category: Any, character: str) -> bool:
    tests = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": lambda text: text.isalnum() or text == "_"}
    name = str(category).rpartition("_")[2]
    return bool(tests[name](character)) != ("NOT" in str(category))


def attack_texts(before: str, piece: str, length: int) -> Iterator[str]:
    """Texts of about this length."""
    many = piece * (length // max(1, len(piece)))
    for suffix in SUFFIXES:
        yield before + many + suffix
    if before:
        yield (before + piece) * (length // (len(before) + len(piece)))
        yield before * (length // len(before)) + "\0"


def measure_seconds(run: Run, text: str) -> float:
    """The processor time of one reading."""
    began = time.process_time()
    run(text.encode("utf-8", "surrogatepass"))
    return time.process_time() - began


@dataclass(frozen=True, slots=True)
class Slow:
    """A text whose time more than triples where it doubles."""

    target: str
    pattern: Pattern
    text: str
    seconds: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Reader:
    """A target with the seconds that it takes for an ordinary text."""

    name: str
    run: Run
    ordinary: float


def try_pattern(pattern: Pattern, readers: dict[str, Reader], seen: set[tuple[str, str, str]]) -> Iterator[Slow]:
    """Give the attacks of a pattern to the targets that read such text; what was tried is left out."""
    for before, piece in suggest_attacks(pattern):
        for name in READ_BY.get(pattern.folder, ("abstracts",)):
            if not piece or (name, before, piece) in seen:
                continue
            seen.add((name, before, piece))
            reader = readers[name]
            for number, text in enumerate(attack_texts(before, piece, LENGTH)):
                if measure_seconds(reader.run, text) < 2 * reader.ordinary + MARGIN_SECONDS:
                    continue
                double = list(attack_texts(before, piece, 2 * LENGTH))[number]
                shorter = min(measure_seconds(reader.run, text) for _ in range(3))
                longer = min(measure_seconds(reader.run, double) for _ in range(3))
                if longer > MOST_RATIO * shorter:
                    yield Slow(name, pattern, text[:60], longer, longer / shorter)


def main() -> int:
    """List the patterns and try them; 1 where a text is not read in linear time."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", default="", help="the start of a path in tracker/, as detect/links")
    patterns = list_patterns(options.parse_args().folder)
    targets: tuple[Target, ...] = (*texts.TARGETS, *upstreams.TARGETS, *outputs.TARGETS)
    wanted = {name for names in READ_BY.values() for name in names}
    readers = {}
    for target in targets:
        if target.name in wanted:
            run = target.make()
            readers[target.name] = Reader(target.name, run, measure_seconds(run, "a word " * (LENGTH // 7)))
    seen: set[tuple[str, str, str]] = set()
    slow = 0
    for pattern in patterns:
        for fault in try_pattern(pattern, readers, seen):
            slow += 1
            print(f"{fault.target}: {fault.ratio:.1f} times for twice the text, {fault.seconds:.2f} s")
            print(f"  on {fault.text!r} from {pattern.where}: {pattern.text[:120]!r}", flush=True)
    print(f"{len(patterns)} patterns, {len(seen)} texts for targets, {slow} not read in linear time")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
