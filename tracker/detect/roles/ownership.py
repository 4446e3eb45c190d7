"""What proves that an artifact is the authors' own, and what disproves a claim.

A link is the authors' own by one of these alone: words of the paper, the authors' project page, an account that is
proved to be theirs, or the operator's list. What everybody can write (a README, the Hub's record of a paper, a
card's tag, another tracker's list, a name that looks like an author's) confirms such a proof and replaces none.
`docs/openness.md` says it to readers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tracker.detect.roles.candidates import Candidate
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Claim
from tracker.domain.terms import Source

_OF_ONE_PAPER = frozenset({"repository", "dataset"})
"""Kinds whose README or card names the paper to which they belong; the card of a model names its base's papers."""
SUGGESTED = "nothing of the authors says so: it is suggested and does not count as their own"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts (`site/owner`) that are proved to be the authors'."""

    claimed: frozenset[str]
    """Those of artifacts and pages that the paper's words or page call its own."""
    all: frozenset[str]
    """These, and those of artifacts that are own by another proof."""

    def prove(self, candidate: Candidate, rules: RoleRules) -> str:
        """The sentence that says why the account of a candidate is the authors'; empty where it is not proved."""
        account = candidate.mention.reference.account
        site, _, owner = account.partition("/")
        if not account:
            return ""
        if account in self.all:
            return "its account has another artifact of the authors"
        if any(known.partition("/")[2] == owner for known in self.claimed):
            return "its account has the name of the one that the paper itself links"
        if _is_in_organisation(site, owner, self.all, rules):
            return "its account belongs to an organisation of the operator's list that has another artifact of the authors"
        if candidate.context.proved:
            return "an earlier paper of the same authors has its own artifact in this account"
        return ""


def log_odds(probability: float) -> float:
    """The log-odds of a probability between 0 and 1."""
    return math.log(probability / (1.0 - probability))


def claim_of(candidate: Candidate, rules: RoleRules) -> Claim:
    """How strongly the authors' words call it their own. Depends on nothing that other papers say, so that the order
    in which papers are read changes no claim."""
    if not candidate.from_authors or candidate.score < log_odds(rules.publish_threshold):
        return Claim.NONE
    return Claim.NAMED if candidate.tied else Claim.WORDS


def is_claimed(candidate: Candidate, rules: RoleRules) -> bool:
    """Whether the authors' words call it their own, and nothing contradicts them."""
    claim = claim_of(candidate, rules)
    return claim is not Claim.NONE and not find_conflict(candidate, claim, proved=False)


def find_conflict(candidate: Candidate, claim: Claim, *, proved: bool) -> str:
    """The sentence that says what contradicts that it is the authors' own; empty where nothing does.

    A famous dependency of others, a repository whose files name another paper alone, and one that another paper of other
    authors claims with more right: its files name that paper, or its claim is the stronger or the earlier one.
    """
    if candidate.from_operator:
        return ""
    rival = None if candidate.context.names_paper else candidate.context.rival
    if rival is not None and rival.named and not proved:
        return f"conflict: {rival.paper} claims it, and its README or card names that paper"
    if _is_unproved_famous(candidate, proved=proved):
        return "conflict: it is a famous dependency, and its README does not name this paper"
    if _names_another(candidate) and not (proved and candidate.asserted):
        return "conflict: its README or card names another paper and not this one"
    if rival is not None and not proved and (rival.claim, rival.earlier) > (claim, False):
        return f"conflict: {rival.paper}, of other authors, claims it too"
    return ""


def _names_another(candidate: Candidate) -> bool:
    if not candidate.context.names_other or candidate.mention.reference.kind not in _OF_ONE_PAPER:
        return False
    return not (candidate.asserted and candidate.tied)


def _is_unproved_famous(candidate: Candidate, *, proved: bool) -> bool:
    """Whether it is a famous dependency, and nothing but the paper's words says that it is this paper's.

    Its README that names the paper says so, and first-person words do where its account is an author's or proved.
    """
    if not candidate.famous or not candidate.context.known or candidate.context.names_paper:
        return False
    return not (candidate.first_person and (candidate.author or proved))


def is_proved_by_operator(candidate: Candidate, rules: RoleRules) -> bool:
    """Whether others name, as this paper's, an artifact in an account of the operator's list that itself names the
    paper or carries its name. The account cannot be forged; the paper's name at both ends ties the two."""
    if candidate.recorded is None and candidate.mention.source is not Source.IMPORT:
        return False
    site, _, owner = candidate.mention.reference.account.partition("/")
    watched = any((site, owner) in accounts for accounts in rules.organisations)
    return watched and bool(candidate.context.names_paper or candidate.tied or candidate.shares_word)


def find_accounts(candidates: Iterable[Candidate]) -> frozenset[str]:
    """The accounts of candidates, without empty ones."""
    return frozenset(account for candidate in candidates if (account := candidate.mention.reference.account))


def _is_in_organisation(site: str, owner: str, accounts: Collection[str], rules: RoleRules) -> bool:
    return any(
        (site, owner) in organisation
        and any(
            (known_site, known) in organisation for known_site, _, known in (a.partition("/") for a in accounts)
        )
        for organisation in rules.organisations
    )
