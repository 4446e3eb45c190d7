"""Whose artifact a link leads to: transparent rules over the stored mentions of one paper.

The weights, patterns and lists are data (`config/roles.toml`); the modules of this folder say how they add up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tracker.detect.roles.artifact_signals import HUB, are_similar_owners, in_one_organisation, is_hub_artifact
from tracker.detect.roles.candidates import Candidate, weigh_candidate
from tracker.detect.roles.mention_signals import FULL_TEXTS, is_in_metadata, is_page
from tracker.detect.roles.name_matching import PaperNames
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import ArtifactContext, Mention, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Role, Source

_UNSETTLED = 0.3
"""Probability from which the papers that a repository names may settle whose it is."""
_UNPROVED = 0.05
"""How far below the threshold an imported link stays until its README, citation file or card names the paper."""
_UNKNOWN = ArtifactContext()


def decide_roles(
    mentions: Sequence[Mention],
    paper: Paper,
    rules: RoleRules,
    contexts: Mapping[str, ArtifactContext] = MappingProxyType({}),
) -> tuple[RoleDecision, ...]:
    """The role of each reference that `mentions` name, in the order of their first mention.

    Reads nothing of a mention but its reference, place, source, evidence and before, and of the paper its
    title, abstract, authors and date, so that roles can be decided again from the store. `contexts` gives, by
    folded reference, what is known of an artifact beyond the paper's text; a missing one counts for nothing.
    """
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.reference.folded, []).append(mention)
    paper_names = PaperNames.of_paper(paper)
    in_metadata = [key for key, group in groups.items() if is_in_metadata(group)]
    candidates = [
        weigh_candidate(
            _without_imports(group),
            paper,
            paper_names,
            rules,
            contexts.get(key, _UNKNOWN),
            single=in_metadata == [key],
        )
        for key, group in groups.items()
    ]
    _weigh_derivatives(candidates, rules)
    _weigh_owners(candidates, rules)
    return tuple(_make_decision(candidate, rules) for candidate in candidates)


def _without_imports(group: list[Mention]) -> list[Mention]:
    """The mentions without those of another tracker's list, which count only where nothing else names the link."""
    return [mention for mention in group if mention.source is not Source.IMPORT] or group


def _weigh_derivatives(candidates: Sequence[Candidate], rules: RoleRules) -> None:
    """Count against what says of itself that it was derived from another artifact, outside the authors' namespaces.

    The paper's own words on it, in title, abstract or comment, count for more than that.
    """
    derived = [c for c in candidates if c.context.derived and is_hub_artifact(c.mention.reference)]
    if not derived:
        return
    others = [c for c in candidates if c not in derived and not c.from_list]
    owners = {c.owner for c in others if c.owner and _probability(c.score) >= rules.publish_threshold}
    for candidate in derived:
        named = candidate.in_metadata and not candidate.from_list
        if candidate.author or candidate.owner in owners or named:
            continue
        candidate.score += rules.signals["hub-derived" if candidate.from_list else "derived"]
        candidate.community = candidate.community or candidate.from_list
        candidate.reasons.append("it is derived from another artifact, in a namespace that is not the authors'")


def _weigh_owners(candidates: Sequence[Candidate], rules: RoleRules) -> None:
    """Count for artifacts of an owner who has another one in this paper, most of all for those of the Hub's lists."""
    accounts = {
        (c.mention.reference.host, c.owner)
        for c in candidates
        if c.owner and not c.from_list and _probability(c.score) >= rules.publish_threshold
    }
    for candidate in candidates:
        if is_page(candidate.mention):
            continue
        similar = any(are_similar_owners(candidate.owner, owner) for _, owner in accounts)
        if candidate.from_list:
            own = (HUB, candidate.owner)
            if similar or any(in_one_organisation(own, account, rules.organisations) for account in accounts):
                candidate.score += rules.signals["hub-same-owner"]
                candidate.reasons.append("its namespace has another artifact of the authors")
        elif similar and sum(c.owner == candidate.owner for c in candidates) > 1:
            candidate.score += rules.signals["same-owner"]
            candidate.reasons.append("its owner has another artifact in this paper")
            if candidate.cites:
                candidate.score += rules.signals["cites-same-owner"]
                candidate.reasons.append("the Hub lists it as citing the paper")


def _make_decision(candidate: Candidate, rules: RoleRules) -> RoleDecision:
    probability = round(_probability(_calibrate(candidate, rules)), 4)
    if candidate.mention.source is Source.IMPORT and not candidate.context.names_paper:
        probability = min(probability, round(rules.publish_threshold - _UNPROVED, 4))
    if probability >= rules.publish_threshold:
        role = Role.OWN_PAGE if candidate.page else Role.OWN
    else:
        role = Role.COMMUNITY if candidate.community else Role.MENTION
    mention = candidate.mention
    return RoleDecision(
        reference=mention.reference,
        url=mention.url,
        role=role,
        probability=probability,
        place=mention.place,
        source=mention.source,
        evidence=mention.evidence,
        reasons=tuple(candidate.reasons),
        unsettled=role is Role.MENTION
        and mention.reference.kind == "repository"
        and (probability >= _UNSETTLED or candidate.claimed),
    )


def _calibrate(candidate: Candidate, rules: RoleRules) -> float:
    """The log-odds of a candidate, stretched away from the threshold where only full text names it."""
    if candidate.mention.source not in FULL_TEXTS:
        return candidate.score
    threshold = math.log(rules.publish_threshold / (1.0 - rules.publish_threshold))
    return threshold + rules.sharpness * (candidate.score - threshold)


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
