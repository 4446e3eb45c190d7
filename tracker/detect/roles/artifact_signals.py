"""Evidence from what is known of an artifact beyond one paper's text: its README, its age, what it was made from.

The weights are `[signal]` and `[time]` of `config/roles.toml`, where each is explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tracker.detect.roles.name_matching import fold_name
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext

Evidence = tuple[float, list[str]]
"""(log-odds, the reasons as sentences)."""

HUB = "huggingface"
_FIRST_RECORDED = datetime(2022, 3, 3, tzinfo=UTC)
"""The Hub gives 2022-03-02 as the creation date of everything older, since it recorded no dates before."""


def weigh_linked(
    context: ArtifactContext, signals: Mapping[str, float], *, claimed: bool, disputed: bool, full_text: bool
) -> Evidence:
    """The evidence on an artifact that the paper itself links.

    `claimed`: words of the paper or its page call it the authors' own. A README that names the paper confirms them
    and replaces none: baselines name the papers that use them. `disputed`: the paper's words or its name speak
    against it; `full_text`: only a full text names it.
    """
    score, reasons = 0.0, []
    if context.names_paper and not disputed and not context.derived:
        # The card of a derivative repeats the citations of its base's card.
        score += signals["names-paper"] if claimed else 0.0
        reasons.append("its README, citation file or card names this paper")
    if context.names_paper is False and full_text:
        score += signals["names-no-paper"]
        reasons.append("its README does not name this paper")
    return score, reasons


def weigh_listed(
    context: ArtifactContext,
    signals: Mapping[str, float],
    times: Mapping[str, float],
    submitted_at: datetime | None,
    *,
    author: bool,
) -> Evidence:
    """The evidence against an artifact that only the Hub's lists bring up.

    `author` says whether its namespace is an author's. A date that is not known counts for nothing.
    """
    score, reasons = 0.0, list[str]()
    created = context.created_at
    if created is None or submitted_at is None:
        return score, reasons
    if submitted_at - created > timedelta(days=times["hub-before-days"]):
        score += signals["hub-before"]
        reasons.append("it was created years before the paper")
    came_late = created - submitted_at > timedelta(days=times["hub-after-days"])
    if not author and created >= _FIRST_RECORDED and came_late:
        score += signals["hub-after"]
        reasons.append("it was created long after the paper, in a namespace that is not the authors'")
    return score, reasons


def are_similar_owners(owner: str, other: str) -> bool:
    """Whether two owners' names are equal, or one begins with the other (`QwenLM`, `Qwen`)."""
    short, long = sorted((fold_name(owner), fold_name(other)), key=len)
    return short == long != "" or (len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 4)


def is_hub_artifact(reference: Reference) -> bool:
    """Whether it is a model, dataset or Space of the Hub, each of which may be derived from another."""
    return reference.host == HUB and reference.kind in ("model", "dataset", "space")
