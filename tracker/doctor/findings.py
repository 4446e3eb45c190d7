"""What a check reports, and how the reports are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `mark` is `ok`, `warn` or `bad`; `todo` is a sentence, empty where nothing is to be
    done."""

    section: str
    name: str
    mark: str
    says: str
    todo: str = ""


def format_findings(findings: Sequence[Finding]) -> Iterator[str]:
    """The findings as aligned lines of text, each section under its name."""
    width = max((len(finding.name) for finding in findings), default=0)
    section = ""
    for finding in findings:
        if finding.section != section:
            section = finding.section
            yield section
        yield f"  {finding.mark:<4}  {finding.name:<{width}}  {finding.says}"
        if finding.todo:
            yield f"{'':<{width + 10}}→ {finding.todo}"


def findings_as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The findings as a JSON document."""
    return {"bad": any_bad(findings), "findings": [asdict(finding) for finding in findings]}


def any_bad(findings: Iterable[Finding]) -> bool:
    """Whether a finding is bad."""
    return any(finding.mark == BAD for finding in findings)


def clean_text(text: str) -> str:
    """A text of somebody else's, such as an error, on one line: printable, and at most 500 characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:500]


def format_bytes(count: float) -> str:
    """A number of bytes in megabytes or gigabytes."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"
