"""Evidence from a reference itself: its name, its owner and its host against the paper's title and authors.

The weights are `[signal]` of `config/roles.toml`, where each is explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from tracker.detect.roles.name_matching import PaperNames, owner_and_name
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference

REASONS = {
    "name-acronym": "its name is the acronym of the title",
    "name-title": "its name resembles the title",
    "owner-author": "its owner's name resembles an author's",
    "famous": "many papers name it because they use it",
    "placeholder": "its name is a placeholder for a link to come",
    "anonymised": "it is a copy without names, for reviewers",
    "publication-host": "the host publishes papers or runs venues",
    "page-host": "the host serves project pages",
    "file-host": "the host serves files and videos",
    "archive-doi": "the DOI is of an archive of data and software",
    "never-own": "the host is of a language, a library, a licence or a standard, or the DOI of a journal",
    "bare-host": "the link names a host and no page of it",
}
"""What each signal says to a reader, by its name in `config/roles.toml`."""
_CODE_HOSTS = ("github.com", "gitlab.com", "zenodo.org", "bitbucket.org")


def name_signals(reference: Reference, paper: PaperNames, rules: RoleRules) -> tuple[list[str], str]:
    """(names of the signals, owner) of a reference; the owner is empty where the reference has none."""
    owner, name = owner_and_name(reference)
    signals: list[str] = []
    if is_placeholder(reference, rules):
        signals.append("placeholder")
    if reference.host == "anon4open":
        signals.append("anonymised")
    if reference.folded in rules.famous:
        signals.append("famous")
    if reference.kind == "page":
        signals += _page_signals(reference.url, paper, rules)
    elif reference.kind == "doi":
        signals += _doi_signals(reference.key[4:], rules)
    if paper.is_acronym(name) or (reference.kind == "page" and paper.is_acronym(owner)):
        signals.append("name-acronym")
    elif paper.resembles(name):
        signals.append("name-title")
    if paper.is_author(owner):
        signals.append("owner-author")
    return signals, owner


def weigh_names(signals: Sequence[str], rules: RoleRules) -> float:
    """The log-odds of the signals of an artifact that the paper itself, or its record, links."""
    return sum(rules.signals[signal] for signal in signals)


def weigh_listed_names(reference: Reference, signals: Sequence[str], author: bool, rules: RoleRules) -> float:
    """The log-odds of the names of an artifact that only the Hub's lists bring up.

    A derivative repeats the name of its base with a word added, and re-implementations and fine-tunes by strangers
    carry the paper's name too: so a name alone counts for less than in the paper's own text. `author` says whether
    the namespace is an author's beyond doubt.
    """
    named = "name-acronym" in signals and not rules.derivative.search(reference.key)
    resembling = "owner-author" in signals
    owner = "hub-owner-author" if author else "hub-owner-like-author"
    return (rules.signals["hub-name-acronym"] if named else 0.0) + (rules.signals[owner] if resembling else 0.0)


def is_placeholder(reference: Reference, rules: RoleRules) -> bool:
    """Whether a reference names an address that the authors have yet to fill in."""
    owner, name = owner_and_name(reference)
    if reference.kind in ("page", "doi") or not (owner or name):
        return False
    hidden = reference.host != "anon4open" and rules.placeholder.fullmatch(owner) is not None
    return hidden or rules.placeholder.fullmatch(name or owner) is not None


def is_under(host: str, hosts: frozenset[str]) -> bool:
    """Whether a host is one of `hosts` or a subdomain of one."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in hosts for start in range(len(labels) - 1))


def _doi_signals(doi: str, rules: RoleRules) -> list[str]:
    if doi.startswith(rules.archives):
        return ["archive-doi"]
    return ["never-own"] if doi.startswith(rules.journals) else []


def _page_signals(url: str, paper: PaperNames, rules: RoleRules) -> list[str]:
    split = urlsplit(url)
    host = split.netloc.partition(":")[0]
    if is_under(host, rules.publication_hosts):
        return ["publication-host"]
    if is_under(host, rules.page_hosts):
        return ["page-host"]
    has_path = bool(split.path.strip("/"))
    in_index = is_under(host, rules.package_hosts)
    if in_index or is_under(host, rules.reference_hosts):
        names_own = (in_index and has_path) or any(paper.is_head(label) for label in host.split("."))
        return [] if names_own else ["never-own"]
    if is_under(host, rules.file_hosts):
        return ["file-host"] if has_path else ["bare-host"]
    return ["bare-host"] if host in _CODE_HOSTS and not has_path else []
