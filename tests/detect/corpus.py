"""Short texts of our own with their right answers, by kind, and what the rules say of them.

`corpus/KIND.jsonl` holds one text a line: `field` (`abstract`, `comment` or `text`, then with `text_format`), `text`,
`links` (reference to role) and `promise`; two roles or promises where both are right. They were written without trying
the rules on them; only five names of references and three promises were corrected before the first count, where the
label broke the naming rules or either answer is right.
`corpus/expected_errors.json` lists what the rules get wrong, and is written by `python -m tests.detect.corpus`.
A text is never deleted because the rules fail on it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.detect import detect
from tracker.detect.roles import role_rules
from tracker.hosts.resolve import resolve_url

FOLDER = Path(__file__).with_name("corpus")
EXPECTED = FOLDER / "expected_errors.json"


@dataclass(frozen=True, slots=True)
class Example:
    """One text with its right answers; `links` maps a folded reference to the roles that are right, `promises` are those
    that are right."""

    kind: str
    line: int
    paper: Mapping[str, str]
    links: Mapping[str, frozenset[str]]
    promises: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file and line, and the begin of the text."""
        text = self.paper.get("abstract") or self.paper.get("comment") or self.paper["text"]
        return f"{self.kind}:{self.line} {' '.join(text.split())[:60]}"


def load_examples() -> list[Example]:
    """All texts, kind by kind."""
    return [
        _example(path.stem, number, json.loads(line))
        for path in sorted(FOLDER.glob("*.jsonl"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    ]


def _example(kind: str, number: int, row: Mapping[str, Any]) -> Example:
    paper = {"arxiv_id": "2606.00001", row["field"]: row["text"]}
    if row["field"] == "text":
        paper["text_format"] = row["text_format"]
    links = {reference.casefold(): frozenset(roles.split()) for reference, roles in row["links"].items()}
    return Example(kind, number, paper, links, tuple(row["promise"].split()))


def find_errors(examples: list[Example]) -> dict[str, list[str]]:
    """What the rules get wrong, by the name of the text, as `tracker detect` reads and prints it."""
    lines = (json.dumps(example.paper) for example in examples)
    answers = detect.detect_lines(lines, resolve_url, role_rules.load_role_rules())
    return {
        example.name: errors
        for example, answer in zip(examples, answers, strict=True)
        if (errors := _errors(example, answer))
    }


def _errors(example: Example, answer: Mapping[str, Any]) -> list[str]:
    found = {link["reference"].casefold(): link["role"] for link in answer["links"]}
    errors = [f"not found: {key}" for key in example.links if key not in found]
    errors += [f"no link: {key}" for key in found if key not in example.links]
    errors += [
        f"role of {key}: {found[key]}, not {' or '.join(sorted(roles))}"
        for key, roles in example.links.items()
        if key in found and found[key] not in roles
    ]
    if answer["promise"] not in example.promises:
        errors.append(f"promise: {answer['promise']}, not {' or '.join(example.promises)}")
    return errors


def load_expected() -> dict[str, Any]:
    """The errors that are known, with their counts."""
    return dict(json.loads(EXPECTED.read_text(encoding="utf-8")))


def count(errors: Mapping[str, list[str]]) -> dict[str, int]:
    """How many texts are wrong at all, and in what."""
    each = [error for found in errors.values() for error in found]
    return {
        "texts": len(errors),
        "references": sum(error.startswith(("not found", "no link")) for error in each),
        "roles": sum(error.startswith("role of") for error in each),
        "promises": sum(error.startswith("promise") for error in each),
    }


def main() -> None:
    """Write the errors of the rules as they are; what was counted at first writing stays."""
    examples = load_examples()
    errors = find_errors(examples)
    first = load_expected()["at_first_writing"] if EXPECTED.exists() else {"of": len(examples), **count(errors)}
    written = {"at_first_writing": first, "now": {"of": len(examples), **count(errors)}, "errors": errors}
    EXPECTED.write_text(f"{json.dumps(written, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
    sys.stdout.write(f"at first writing: {first}\nnow: {written['now']}\n")


if __name__ == "__main__":
    main()
