"""Sentences of many fields and styles, each with the role that a careful reader gives its link."""

import tomllib
from pathlib import Path

import pytest

from tracker.detect import detect
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.papers import Paper
from tracker.domain.terms import Role
from tracker.hosts.resolve import resolve_url

TABLE = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
REPOSITORY = "https://github.com/qwv/bxk"
FILLER = "We study a problem of the field in depth. It is older than it looks. " * 3
FORMATS = ("text", "tex", "html")
CASES = [
    (kind.startswith("own"), sentence, part.get("to", REPOSITORY), tuple(part.get("formats", FORMATS)))
    for kind, part in TABLE.items()
    for sentence in part["sentences"]
]


def is_own(rules: RoleRules, sentence: str, link: str, text_format: str = "text") -> bool:
    """Whether detection calls the link of the sentence own, in the middle of a paper's body."""
    written = sentence.replace("LINK", f"\\url{{{link}}}" if text_format == "tex" else link)
    body = f"1 Introduction\n\n{FILLER}\n\n4 Results\n\n{FILLER}{written}\n\nThe rest is left for later work.\n"
    if text_format == "tex":
        body = f"\\documentclass{{article}}\\begin{{document}}\\section{{Results}}\n{body}\\end{{document}}"
    elif text_format == "html":
        body = f"<html><body><p>{body}</p></body></html>"
    paper = Paper(
        arxiv_id="2601.00001",
        title="StereoField: Learning Depth",
        abstract="We present StereoField.",
        authors=("Wei Zhang", "Ana Lopez"),
        comment="",
        text=body,
        text_format=text_format,
    )
    reference = resolve_url(link)
    assert reference is not None
    roles = {
        decision.reference.key: decision.role for decision in detect.detect_paper(paper, resolve_url, rules).roles
    }
    return roles[reference.key] in (Role.OWN, Role.OWN_PAGE)


@pytest.mark.parametrize(("own", "sentence", "link", "formats"), CASES, ids=[case[1][:60] for case in CASES])
def test_role_of_the_link(rules: RoleRules, own: bool, sentence: str, link: str, formats: tuple[str, ...]) -> None:
    assert {name: is_own(rules, sentence, link, name) for name in formats} == dict.fromkeys(formats, own)


def test_there_are_enough_sentences_of_both_kinds() -> None:
    own = sum(case[0] for case in CASES)
    assert len({case[1] for case in CASES}) == len(CASES)
    assert min(own, len(CASES) - own) > len(CASES) // 3
