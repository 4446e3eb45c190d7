"""What is known of an artifact beyond the words of one paper, as evidence for and against its being the paper's own.

Pure, like all of link finding; the weights are `[signal]` and `[time]` of `config/roles.toml`, where they are
explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tracker.detect.roles import name_matching
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext

Evidence = tuple[float, list[str]]
"""Log-odds, and the reasons for them in words."""

HUB = "huggingface"
MANY_PAPERS = 3
"""A repository that more papers than this link is a tool or a baseline for most of them."""
_BEFORE_DATES = datetime(2022, 3, 3, tzinfo=UTC)
"""The Hub says 2022-03-02 of everything that is older than its keeping of dates."""


def weigh_linked(
    standing: ArtifactContext, signals: Mapping[str, float], *, told: bool, open_: bool, full_text: bool
) -> Evidence:
    """What speaks for and against an artifact that the paper itself, or its record, links.

    `told`: title, abstract or comment name it; `open_`: no words speak against it; `full_text`: only a full text
    names it.
    """
    score, reasons = 0.0, []
    if standing.names_paper and open_ and not standing.derived:
        # The card of a derivative repeats what the card of its base cites.
        score += signals["names-paper"]
        reasons.append("its README, citation file or card names this paper")
    if standing.names_paper is False and full_text:
        score += signals["names-no-paper"]
        reasons.append("its README does not name this paper")
    if standing.papers > MANY_PAPERS and not told:
        score += signals["many-papers"]
        reasons.append(f"{standing.papers} papers link it")
    return score, reasons


def weigh_listed(
    standing: ArtifactContext,
    signals: Mapping[str, float],
    times: Mapping[str, float],
    submitted_at: datetime | None,
    *,
    authors: bool,
) -> Evidence:
    """What speaks against an artifact that only the Hub's lists bring up; `authors`: its namespace is one of theirs."""
    score, reasons = 0.0, []
    if standing.papers > MANY_PAPERS:
        score += signals["hub-many-papers"]
        reasons.append(f"{standing.papers} papers link it")
    created = standing.created_at
    if created is None or submitted_at is None:
        return score, reasons
    if submitted_at - created > timedelta(days=times["hub-before-days"]):
        score += signals["hub-before"]
        reasons.append("it was there years before the paper")
    if (
        not authors
        and created >= _BEFORE_DATES
        and created - submitted_at > timedelta(days=times["hub-after-days"])
    ):
        score += signals["hub-after"]
        reasons.append("it came long after the paper, from a namespace that is none of the authors'")
    return score, reasons


def organisation_accounts(tables: Iterable[Mapping[str, object]]) -> tuple[frozenset[tuple[str, str]], ...]:
    """The accounts of each `[[organisation]]` of `config/watch.toml`, as (host, folded owner)."""
    found = []
    for table in tables:
        accounts = frozenset(
            (host, str(owner).casefold()) for host in ("github", HUB) for owner in _as_list(table.get(host))
        )
        found.append(accounts)
    return tuple(found)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def in_one_organisation(
    one: tuple[str, str], other: tuple[str, str], houses: Iterable[frozenset[tuple[str, str]]]
) -> bool:
    """Whether two accounts (host, folded owner) belong to one organisation of the operator's list."""
    return any(one in accounts and other in accounts for accounts in houses)


def are_similar_owners(one: str, other: str) -> bool:
    """Whether two owners' names are the same, or one the beginning of the other (`QwenLM`, `Qwen`)."""
    short, long = sorted((name_matching.fold_name(one), name_matching.fold_name(other)), key=len)
    return short == long != "" or (len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 4)


def is_hub_artifact(reference: Reference) -> bool:
    """Whether it is something of the Hub that may have been made from something else there."""
    return reference.host == HUB and reference.kind in ("model", "dataset", "space")
