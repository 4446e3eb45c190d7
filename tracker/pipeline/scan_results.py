"""What all reading shares: the choice among the mentions of one link."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention
from tracker.domain.papers import Paper
from tracker.domain.terms import Place


def strongest_mentions(mentions: Sequence[Mention], paper: Paper, rules: RoleRules) -> tuple[Mention, ...]:
    """For each reference and place the mention that makes it likeliest the authors' own: the store keeps one of
    each."""
    strongest: dict[tuple[str, Place], Mention] = {}
    for mention in mentions:
        key = (mention.reference.folded, mention.place)
        before = strongest.setdefault(key, mention)
        if before is not mention and _probability(mention, paper, rules) > _probability(before, paper, rules):
            strongest[key] = mention
    return tuple(strongest.values())


def _probability(mention: Mention, paper: Paper, rules: RoleRules) -> float:
    return decide_roles([mention], paper, rules, pages_trusted=True)[0].probability
