"""One reference of a paper with all the evidence for and against its being the authors' own, added up.

What the authors say (the paper's texts, and their project page) is kept apart from what others say of it: only the
first is a claim.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracker.detect.roles.artifact_signals import Evidence, weigh_linked, weigh_listed
from tracker.detect.roles.mention_signals import (
    FULL_TEXTS,
    WeighedMention,
    is_in_metadata,
    is_page,
    is_project_page,
    weigh_mention,
)
from tracker.detect.roles.name_matching import PaperNames, owner_and_name
from tracker.detect.roles.name_signals import REASONS, name_signals, weigh_listed_names, weigh_names
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import ArtifactContext, Mention
from tracker.domain.papers import Paper
from tracker.domain.terms import Source

_CLAIM = 2.0
"""Weight from which words say that this is the paper's own code."""
_FIRST_PERSON = 3.5
"""Weight from which the authors say so in the first person, or of this very paper."""
_TEXTS = FULL_TEXTS | {Source.METADATA}
_TYING = frozenset({"name-acronym", "owner-author"})
"""Names that tie an artifact to one paper; words of the title are those of its field, and of its rivals."""


@dataclass(slots=True)
class Candidate:
    """One reference of the paper; `score` is the log-odds that it is the authors' own by the evidence of `mention`."""

    mention: Mention
    """The mention with the strongest evidence, one of the authors' where there is any."""
    score: float
    reasons: list[str]
    page: bool
    """Whether it is a page about the work."""
    community: bool
    """Whether the words call it a re-implementation by others."""
    owner: str
    from_list: bool
    """Whether only the Hub's lists bring it up."""
    author: bool
    """Whether its owner resembles an author; of what only the Hub's lists bring up, whether beyond doubt."""
    in_metadata: bool
    """Whether title, abstract or comment name it."""
    cites: bool
    """Whether the Hub lists it as citing the paper, the paper links it too, and no words speak against it."""
    context: ArtifactContext
    claimed: bool
    """Whether the paper's words claim it although it is a famous dependency."""
    from_authors: bool
    """Whether the paper's texts or the authors' project page link it."""
    from_operator: bool
    """Whether the operator's list of organisations leads to it."""
    asserted: bool
    """Whether words of theirs call it their own, or title, abstract or comment give it."""
    tied: bool
    """Whether its name is that of the work, or its owner's resembles an author's."""
    shares_word: bool
    """Whether its name has a word of the title."""
    famous: bool
    """Whether it is a famous dependency, and the paper's title is not its name."""
    first_person: bool
    """Whether the words that decide are in the first person, or of this very paper."""
    recorded: float | None
    """The log-odds by the Hub's record of the paper, where it names it and no words of the authors speak against it."""
    support: float = 0.0
    """Log-odds of what others say, which count only where its account is proved to be the authors'."""

    @property
    def evidence(self) -> float:
        """The log-odds by all that is said of it, by whomever."""
        return max(self.score, -math.inf if self.recorded is None else self.recorded) + self.support


def weigh_candidate(
    group: Sequence[Mention],
    paper: Paper,
    paper_names: PaperNames,
    rules: RoleRules,
    context: ArtifactContext,
    *,
    single: bool,
    pages_trusted: bool = True,
) -> Candidate:
    """Add up the evidence for one reference from its mentions (`group`, not empty).

    `single`: title, abstract and comment name no other artifact; `pages_trusted`: a page of the authors' links them."""
    weighed = [weigh_mention(mention, rules, paper_names) for mention in group]
    authors = [item for item in weighed if _is_from_authors(item.mention, pages_trusted)]
    operator = [item for item in weighed if item.mention.source is Source.WATCH]
    best = _best_of(authors + operator or weighed)
    names = _weigh_names(group, best, paper_names, rules)
    asserted = any(_is_asserted(item) for item in authors)
    context_score, context_reasons = _weigh_context(group, best, names, paper, rules, context, asserted)
    name = owner_and_name(group[0].reference)[1]
    names_score, reasons = names.score, [*best.reasons, *(REASONS.get(signal, signal) for signal in names.signals)]
    if single:
        names_score += rules.signals["single"]
        reasons.append("title, abstract and comment name no other artifact")
    community = any(cue.pattern.search(mention.evidence) for mention in group for cue in rules.community)
    from_list = _is_from_list(group)
    return Candidate(
        mention=best.mention,
        score=best.score + names_score + context_score + (rules.signals["community"] if community else 0.0),
        reasons=reasons + context_reasons,
        page=is_page(group[0]) and any(is_project_page(mention, rules) for mention in group),
        community=community,
        owner=names.owner,
        from_list=from_list,
        author=names.author,
        in_metadata=is_in_metadata(group),
        cites=not from_list and _is_listed_too(weighed),
        context=context,
        claimed=names.famous and best.leaning >= _CLAIM,
        from_authors=bool(authors),
        from_operator=bool(operator),
        asserted=asserted,
        tied=names.tied or paper_names.is_head(name),
        shares_word=paper_names.shares_word(name),
        famous=names.famous and not paper_names.is_head(name),
        first_person=best.leaning >= _FIRST_PERSON,
        recorded=_weigh_record(weighed, authors, names_score),
        support=rules.signals["names-paper"] if context.names_paper and not (asserted or from_list) else 0.0,
    )


def _is_listed_too(weighed: Sequence[WeighedMention]) -> bool:
    """Whether the Hub lists it for the paper, and no words of the paper say that it is others'."""
    is_listed = any(item.mention.source is Source.HUB_LIST for item in weighed)
    return is_listed and all(item.leaning >= 0.0 for item in weighed)


def _is_asserted(item: WeighedMention) -> bool:
    """Whether words of the authors say that it is theirs, or their metadata name it without saying otherwise."""
    return item.leaning >= _CLAIM or (item.leaning >= 0.0 and is_in_metadata([item.mention]))


def _best_of(weighed: Sequence[WeighedMention]) -> WeighedMention:
    """The mention with the strongest evidence; in full texts, words against count where no mention has words for."""
    best = max(weighed, key=lambda item: item.score)
    if best.leaning == 0.0 and best.mention.source in FULL_TEXTS:
        against = [item for item in weighed if item.leaning <= -_CLAIM and item.mention.source in FULL_TEXTS]
        return max(against, key=lambda item: item.score, default=best)
    return best


def _is_from_authors(mention: Mention, pages_trusted: bool) -> bool:
    """Whether this mention is in a text of the authors'."""
    return mention.source in _TEXTS or (mention.source is Source.PAGE and pages_trusted)


def _weigh_record(
    weighed: Sequence[WeighedMention], authors: Sequence[WeighedMention], names_score: float
) -> float | None:
    if any(item.leaning < 0.0 for item in authors):
        return None
    scores = [item.score for item in weighed if item.mention.source is Source.HUB_RECORD]
    return max(scores) + names_score if scores else None


class _NameEvidence(NamedTuple):
    """The evidence of a reference's names."""

    score: float
    signals: list[str]
    owner: str
    author: bool
    famous: bool
    tied: bool


def _weigh_names(
    group: Sequence[Mention], best: WeighedMention, paper_names: PaperNames, rules: RoleRules
) -> _NameEvidence:
    reference = group[0].reference
    signals, owner = name_signals(reference, paper_names, rules)
    score = weigh_names(signals, rules)
    author, famous = "owner-author" in signals, "famous" in signals
    tied = not _TYING.isdisjoint(signals)
    resembling = best.leaning >= _CLAIM and not {"name-acronym", "name-title"}.isdisjoint(signals)
    if famous and (resembling or best.leaning >= _FIRST_PERSON):
        # The paper of the famous artifact itself: its words claim it, and its title resembles the name, or they
        # are in the first person.
        signals.remove("famous")
        score -= rules.signals["famous"]
    if _is_from_list(group):
        author = author and paper_names.is_author_alone(owner)
        score = weigh_listed_names(reference, signals, author, rules)
    return _NameEvidence(score, signals, owner, author, famous, tied)


def _weigh_context(
    group: Sequence[Mention],
    best: WeighedMention,
    names: _NameEvidence,
    paper: Paper,
    rules: RoleRules,
    context: ArtifactContext,
    asserted: bool,
) -> Evidence:
    """The evidence of what is known of the artifact beyond this paper."""
    if _is_from_list(group):
        return weigh_listed(context, rules.signals, rules.times, paper.submitted_at, author=names.author)
    unclaimed = "famous" in names.signals and best.leaning < _CLAIM
    return weigh_linked(
        context,
        rules.signals,
        claimed=asserted,
        disputed=best.leaning < 0.0 or "placeholder" in names.signals or unclaimed,
        full_text=best.mention.source in FULL_TEXTS,
    )


def _is_from_list(group: Sequence[Mention]) -> bool:
    """Whether only the Hub's lists bring this artifact up."""
    return all(mention.source is Source.HUB_LIST for mention in group)
