"""What a composed feed is called, in English: `cs.CL with open weights`; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tracker.domain.terms import LicenceClass
from tracker.publish import wording
from tracker.publish.feed_filters import ALL_REQUIRED, Clause

SITES = {
    "github": "GitHub", "huggingface": "Hugging Face", "gitlab": "GitLab", "forgejo": "Codeberg or Forgejo", "bitbucket":
    "Bitbucket", "gitee": "Gitee", "zenodo": "Zenodo", "osf": "OSF", "doi": "figshare or another DOI", "swh":
    "Software Heritage", "kaggle": "Kaggle", "modelscope": "ModelScope", "anon4open": "Anonymous GitHub", "page":
    "a page of the web",
}  # fmt: skip
_LICENCES = {
    LicenceClass.OSI.value: "an OSI-approved licence",
    LicenceClass.OPEN_CONTENT.value: "an open content licence",
    LicenceClass.RESTRICTED.value: "restricted terms",
    LicenceClass.NONE.value: "no licence",
    LicenceClass.UNKNOWN.value: "unknown terms",
}


def composed_title(clauses: Sequence[Clause], names: Mapping[str, str] | None = None) -> str:
    """The papers of a feed in words, without the feed's own title; `names` has how folded authors write themselves."""
    parts = [_subject(clauses)]
    before = ""
    for clause in clauses:
        if clause.key != "cat" and clause.values:
            words = wording.join_names(
                _quoted(clause, clause.values, names), "and" if clause.key in ALL_REQUIRED else "or"
            )
            parts.append(f"{'and ' if clause.key == before else ''}{_WITH[clause.key](words)}")
            before = clause.key
    parts += [
        _WITHOUT[clause.key](wording.join_names(_quoted(clause, clause.without, names), "or"))
        for clause in clauses
        if clause.without
    ]
    return " ".join(parts)


def only(title: str) -> str:
    """The sentence of a description that says which papers a feed holds."""
    return f"Only {'p' + title[1:] if title.startswith('Papers') else title}."


def _subject(clauses: Sequence[Clause]) -> str:
    values = next((clause.values for clause in clauses if clause.key == "cat"), ())
    return wording.join_names(values, "or") if values else "Papers"


def _quoted(clause: Clause, values: Sequence[str], names: Mapping[str, str] | None) -> list[str]:
    if clause.key == "keyword":
        return [f"“{value}”" for value in values]
    if clause.key == "author":
        return [(names or {}).get(value) or value.title() for value in values]
    if clause.key == "host":
        return [SITES.get(value, value) for value in values]
    if clause.key == "licence":
        return [_LICENCES.get(value, value) for value in values]
    return list(values)


_WITH: dict[str, Callable[[str], str]] = {
    "has": lambda values: f"with open {values}",
    "licence": lambda values: f"under {values}",
    "org": lambda values: f"from {values}",
    "author": lambda values: f"by {values}",
    "keyword": lambda values: f"about {values}",
    "host": lambda values: f"with artifacts at {values}",
    "kind": lambda values: f"with a {values}",
    "ready": lambda values: f"showing {values}",
}
_WITHOUT: dict[str, Callable[[str], str]] = {
    "cat": lambda values: f"outside {values}",
    "has": lambda values: f"without open {values}",
    "licence": lambda values: f"not under {values}",
    "org": lambda values: f"not from {values}",
    "author": lambda values: f"not by {values}",
    "keyword": lambda values: f"without {values}",
    "host": lambda values: f"with nothing at {values}",
    "kind": lambda values: f"without a {values}",
    "ready": lambda values: f"where no {values} was seen",
}
