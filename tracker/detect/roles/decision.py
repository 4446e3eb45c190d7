"""Whose artifact a link leads to: transparent rules over the stored mentions of one paper.

The weights, patterns and lists are data (`config/roles.toml`); the modules of this folder say how they add up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tracker.detect.roles import ownership
from tracker.detect.roles.artifact_signals import are_similar_owners, is_hub_artifact
from tracker.detect.roles.candidates import Candidate, weigh_candidate
from tracker.detect.roles.mention_signals import FULL_TEXTS, is_in_metadata, is_page
from tracker.detect.roles.name_matching import PaperNames
from tracker.detect.roles.ownership import Accounts, claim_of, find_accounts, find_conflict, is_claimed, log_odds
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import ArtifactContext, Claim, Mention, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Role, Source

_UNSETTLED = 0.3
"""Probability from which the papers that a repository names may settle whose it is."""
_UNPROVED = 0.05
"""How far below the threshold a link stays that nothing of the authors calls their own, or that is in conflict."""
_UNKNOWN = ArtifactContext()


def decide_roles(
    mentions: Sequence[Mention],
    paper: Paper,
    rules: RoleRules,
    contexts: Mapping[str, ArtifactContext] = MappingProxyType({}),
    *,
    pages_trusted: bool | None = None,
) -> tuple[RoleDecision, ...]:
    """The role of each reference that `mentions` name, in the order of their first mention.

    Reads nothing of a mention but its reference, place, source, evidence and before, and of the paper its
    title, abstract, authors and date, so that roles can be decided again from the store. `contexts` gives, by
    folded reference, what is known of an artifact beyond the paper's text; a missing one counts for nothing.
    `pages_trusted` says whether the pages that were read are the authors' own; None: where `mentions` name project
    pages, one of these must be.
    """
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.reference.folded, []).append(mention)
    candidates = _weigh(groups, paper, rules, contexts, pages_trusted=pages_trusted or False)
    if pages_trusted is None and any(mention.source is Source.PAGE for mention in mentions):
        pages = [c for c in candidates if c.page and c.mention.source not in (Source.PAGE, Source.IMPORT)]
        proved = _prove_accounts(candidates, rules)
        if not pages or any(_proof(page, proved, rules) for page in pages):
            candidates = _weigh(groups, paper, rules, contexts, pages_trusted=True)
    accounts = _prove_accounts(candidates, rules)
    return tuple(_make_decision(candidate, accounts, rules) for candidate in candidates)


def _weigh(
    groups: Mapping[str, Sequence[Mention]],
    paper: Paper,
    rules: RoleRules,
    contexts: Mapping[str, ArtifactContext],
    *,
    pages_trusted: bool,
) -> list[Candidate]:
    """The evidence for each reference, and what the references of one paper say of each other."""
    names = PaperNames.of_paper(paper)
    in_metadata = [key for key, group in groups.items() if is_in_metadata(group)]
    candidates = [
        weigh_candidate(
            _without_imports(group),
            paper,
            names,
            rules,
            contexts.get(key, _UNKNOWN),
            single=in_metadata == [key],
            pages_trusted=pages_trusted,
        )
        for key, group in groups.items()
    ]
    _weigh_derivatives(candidates, rules)
    _weigh_owners(candidates, rules)
    return candidates


def _without_imports(group: Sequence[Mention]) -> Sequence[Mention]:
    """The mentions without those of another tracker's list, which count only where nothing else names the link."""
    return [mention for mention in group if mention.source is not Source.IMPORT] or group


def _weigh_derivatives(candidates: Sequence[Candidate], rules: RoleRules) -> None:
    """Count against what says of itself that it was derived from another artifact, outside the authors' namespaces.

    The paper's own words on it, in title, abstract or comment, count for more than that.
    """
    derived = [c for c in candidates if c.context.derived and is_hub_artifact(c.mention.reference)]
    if not derived:
        return
    owners = {c.owner for c in candidates if c not in derived and c.owner and claim_of(c, rules) is not Claim.NONE}
    for candidate in derived:
        named = candidate.in_metadata and not candidate.from_list
        if candidate.context.proved or candidate.owner in owners or named:
            continue
        if candidate.author and not candidate.from_list:
            continue
        candidate.score += rules.signals["hub-derived" if candidate.from_list else "derived"]
        candidate.community = candidate.community or candidate.from_list
        candidate.reasons.append("it is derived from another artifact, in a namespace that is not the authors'")


def _weigh_owners(candidates: Sequence[Candidate], rules: RoleRules) -> None:
    """Count for artifacts whose owner has another one that the paper claims."""
    owners = {c.owner for c in candidates if c.owner and is_claimed(c, rules)}
    # A list that another tracker made says nothing of the other links of the paper.
    holdings = Counter(c.owner for c in candidates if c.mention.source is not Source.IMPORT)
    for candidate in candidates:
        if is_page(candidate.mention) or candidate.from_list:
            continue
        if candidate.mention.reference.account in rules.shared_accounts and candidate.mention.source in FULL_TEXTS:
            continue
        similar = any(are_similar_owners(candidate.owner, owner) for owner in owners)
        in_entry = candidate.mention.place is Place.BIBLIOGRAPHY
        if similar and not in_entry and holdings[candidate.owner] > 1:
            candidate.score += rules.signals["same-owner"]
            candidate.reasons.append("its owner has another artifact in this paper")
            if candidate.cites:
                candidate.support += rules.signals["cites-same-owner"]
                candidate.reasons.append("the Hub lists it as citing the paper")


def _prove_accounts(candidates: Sequence[Candidate], rules: RoleRules) -> Accounts:
    """The accounts that the paper's own claims prove, and those of what is own by another proof than a list's."""
    claimed = find_accounts(c for c in candidates if is_claimed(c, rules))
    first = Accounts(claimed, claimed)
    others = [c for c in candidates if not c.from_list]
    return Accounts(claimed, claimed | find_accounts(c for c in others if _proof(c, first, rules)))


def _proof(candidate: Candidate, accounts: Accounts, rules: RoleRules) -> _Proof | None:
    """What proves that a candidate is the authors' own, None where nothing does or something contradicts it."""
    claim = claim_of(candidate, rules)
    threshold = log_odds(rules.publish_threshold)
    account = accounts.prove(candidate, rules)
    if find_conflict(candidate, claim, proved=bool(account)):
        return None
    if claim is not Claim.NONE or (candidate.from_operator and candidate.score >= threshold):
        return _Proof(candidate.score, "")
    same_owner = rules.signals["hub-same-owner"] if account and candidate.from_list else 0.0
    evidence = candidate.evidence + same_owner
    if ownership.is_proved_by_operator(candidate, rules):
        account = "its account is in the operator's list of organisations"
    listed_only = candidate.mention.source is Source.IMPORT and not candidate.context.names_paper
    return _Proof(evidence, account) if account and evidence >= threshold and not listed_only else None


@dataclass(frozen=True, slots=True)
class _Proof:
    """That an artifact is the authors' own: the log-odds, and the sentence on its account if that proves it."""

    evidence: float
    account: str


def _make_decision(candidate: Candidate, accounts: Accounts, rules: RoleRules) -> RoleDecision:
    claim, proof = claim_of(candidate, rules), _proof(candidate, accounts, rules)
    evidence = candidate.evidence if proof is None else proof.evidence
    probability, reasons = _probability(_calibrate(candidate, evidence, rules)), list(candidate.reasons)
    suggested = False
    if proof is not None:
        role = Role.OWN_PAGE if candidate.page else Role.OWN
        reasons += [proof.account] if proof.account else []
        probability = max(probability, rules.publish_threshold)
    else:
        role = Role.COMMUNITY if candidate.community else Role.MENTION
        conflict = find_conflict(candidate, claim, proved=bool(accounts.prove(candidate, rules)))
        conflict = conflict if candidate.asserted or candidate.recorded is not None else ""
        suggested = not conflict and role is Role.MENTION and _is_suggested(candidate, probability, rules)
        reasons += [conflict] if conflict else [ownership.SUGGESTED] if suggested else []
        probability = min(probability, rules.publish_threshold - _UNPROVED)
    mention = candidate.mention
    return RoleDecision(
        reference=mention.reference,
        url=mention.url,
        role=role,
        probability=round(probability, 4),
        place=mention.place,
        source=mention.source,
        evidence=mention.evidence,
        reasons=tuple(reasons),
        unsettled=role is Role.MENTION
        and mention.reference.kind == "repository"
        and (probability >= _UNSETTLED or candidate.claimed),
        claim=claim,
        suggested=suggested,
    )


def _is_suggested(candidate: Candidate, probability: float, rules: RoleRules) -> bool:
    """Whether others call it the authors' own, or all that is said of it makes that likely."""
    named = bool(candidate.context.names_paper) and candidate.support > 0.0
    return candidate.recorded is not None or named or probability >= rules.publish_threshold


def _calibrate(candidate: Candidate, evidence: float, rules: RoleRules) -> float:
    """The log-odds, stretched away from the threshold where only full text names the link."""
    if candidate.mention.source not in FULL_TEXTS:
        return evidence
    threshold = log_odds(rules.publish_threshold)
    return threshold + rules.sharpness * (evidence - threshold)


def _probability(log_odds_: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds_))))
