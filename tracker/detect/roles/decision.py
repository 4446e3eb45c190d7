"""Whose artifact a link leads to: transparent rules over what was kept of each mention.

The weights, patterns and lists are data (`config/roles.toml`); this file says how they are put together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from tracker.detect.roles import artifact_signals, name_matching
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext, Mention, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Role, Source

_MAX_CUE_TEXT = 400
_LINK = re.compile(r"(?:https?://|\bwww\.|\b[\w-]{1,60}\.(?:com|io|co|org)/)\S*", re.IGNORECASE)
_REPOSITORY = re.compile(r"\bgit(?:hub|lab)\.com/([\w.-]{1,60})/[\w.-]", re.IGNORECASE)
_FULL_TEXTS = frozenset({Source.HTML, Source.TEX, Source.PDF})
_INNER_STOP = re.compile(r"\.(?=[^\s)\]])")
"""A full stop that ends no sentence, as in a number; the cues' patterns do not look beyond one that does."""
_HYPHENATED = re.compile(r"(?<=[a-z])- (?=[a-z])")
"""A word that the end of a line cut in two."""
_JOINING = re.compile(
    r"[\s,;&/()\[\]{}.\\-]*(?:\b(?:and|or|as well as|plus|also)\b)?[\s,;&/()\[\]{}\\-]*", re.IGNORECASE
)


@dataclass(slots=True)
class _Candidate:
    """One reference of the paper while its evidence is added up."""

    mention: Mention
    score: float
    reasons: list[str]
    page: bool
    community: bool
    owner: str
    from_list: bool
    author: bool
    """Whether its owner is one of the authors: beyond doubt, where only the Hub's lists bring it up."""
    told: bool
    cites: bool
    """Whether the Hub lists it as citing the paper, beside what the paper says of it and against no word of it."""
    standing: ArtifactContext
    claimed: bool = False
    """Whether the paper's words claim it although it is a famous dependency."""


_CLAIM = 2.0
"""Weight of words that say that this is the paper's code."""
_UNSETTLED = 0.3
"""Probability from which what a repository says of papers may settle whose it is."""
_IMPORTED = -1.0
"""Log-odds of a link that only another tracker's list names: worth a look at the repository, no more."""
_UNPROVED = 0.05
"""How far below the threshold such a link stays until its README, citation file or card names the paper."""
_UNKNOWN = ArtifactContext()


def decide_roles(
    mentions: Sequence[Mention],
    paper: Paper,
    rules: RoleRules,
    known: Mapping[str, ArtifactContext] = MappingProxyType({}),
) -> tuple[RoleDecision, ...]:
    """The role of each reference that `mentions` name, in the order of their first mention.

    Reads nothing of a mention but its reference, place, source, evidence and before, and of the paper its
    title, abstract, authors and date, so that roles can be decided again from the store. `known` holds, by folded
    reference, what is known of an artifact beyond these words; what it does not hold counts for nothing.
    """
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.reference.folded, []).append(mention)
    about = name_matching.PaperNames.of_paper(paper)
    told = [key for key, group in groups.items() if _is_told(group)]
    # Another tracker's list only brings links up: where something else names one, the list adds nothing.
    groups = {
        key: [one for one in group if one.source is not Source.IMPORT] or group for key, group in groups.items()
    }
    candidates = [
        _weigh(group, paper, about, rules, known.get(key, _UNKNOWN), single=told == [key])
        for key, group in groups.items()
    ]
    _take_derived(candidates, rules)
    _add_owners(candidates, rules)
    return tuple(_decision(candidate, rules) for candidate in candidates)


def is_placeholder(reference: Reference, rules: RoleRules) -> bool:
    """Whether a reference (`github:owner/XXX`) only stands for a link to come."""
    owner, name = name_matching.owner_and_name(reference)
    if reference.kind in ("page", "doi") or not (owner or name):
        return False
    hidden = reference.host != "anon4open" and rules.placeholder.fullmatch(owner) is not None
    return hidden or rules.placeholder.fullmatch(name or owner) is not None


def _is_told(group: Sequence[Mention]) -> bool:
    """Whether title, abstract or comment name this artifact (a page is none)."""
    told = (Place.TITLE, Place.ABSTRACT, Place.COMMENT)
    return not _is_page(group[0]) and any(mention.place in told for mention in group)


def _is_page(mention: Mention) -> bool:
    return mention.reference.kind in ("page", "doi")


def _weigh(
    group: Sequence[Mention],
    paper: Paper,
    about: name_matching.PaperNames,
    rules: RoleRules,
    standing: ArtifactContext,
    *,
    single: bool,
) -> _Candidate:
    """The strongest mention of one reference, with the log-odds of everything that speaks for and against."""
    first = group[0].reference
    shared, signals, owner = _of_name(group[0], about, rules)
    from_list = all(mention.source is Source.HUB_LIST for mention in group)
    author = "owner-author" in signals
    told = _is_told(group)
    weighed = [(*_of_mention(mention, rules), mention) for mention in group]
    score, words, leaning, best = max(weighed, key=lambda entry: entry[0])
    against, famous = leaning < 0.0, "famous" in signals
    if famous and leaning >= _CLAIM and {"name-acronym", "name-title"}.intersection(signals):
        # The paper of the famous thing itself: claimed in its own words, and named like its title.
        signals.remove("famous")
        shared -= rules.signals["famous"]
        famous = False
    if from_list:
        author = author and about.is_author_alone(owner)
        shared = _of_listed(first, signals, author, rules)
        more, said = artifact_signals.weigh_listed(
            standing, rules.signals, rules.times, paper.submitted_at, authors=author
        )
    else:
        more, said = artifact_signals.weigh_linked(
            standing,
            rules.signals,
            told=told,
            open_=not against and "placeholder" not in signals and (not famous or leaning >= _CLAIM),
            full_text=best.source in _FULL_TEXTS,
        )
    reasons = [*words, *(_REASONS.get(signal, signal) for signal in signals)]
    if single:
        shared += rules.signals["single"]
        reasons.append("the only artifact that title, abstract and comment name")
    community = any(cue.pattern.search(mention.evidence) for mention in group for cue in rules.community)
    return _Candidate(
        mention=best,
        score=score + shared + more + (rules.signals["community"] if community else 0.0),
        reasons=reasons + said,
        page=_is_page(group[0]) and any(_called_page(mention, rules) for mention in group),
        community=community,
        owner=owner,
        from_list=from_list,
        author=author,
        told=told,
        cites=not from_list and not against and any(mention.source is Source.HUB_LIST for mention in group),
        standing=standing,
        claimed=famous and leaning >= _CLAIM,
    )


def _of_listed(reference: Reference, signals: Sequence[str], author: bool, rules: RoleRules) -> float:
    """Log-odds of the names of an artifact that only the Hub's lists bring up.

    A derivative carries the name of what it derives from, with a word of its own behind it; and a name alone is no
    evidence, since re-implementations and fine-tunes by strangers carry it too.
    """
    named = "name-acronym" in signals and not rules.derivative.search(reference.key)
    resembling = "owner-author" in signals
    owner = "hub-owner-author" if author else "hub-owner-like-author"
    return (rules.signals["hub-name-acronym"] if named else 0.0) + (rules.signals[owner] if resembling else 0.0)


_REASONS = {
    "name-acronym": "its name is the acronym of the title",
    "name-title": "its name resembles the title",
    "owner-author": "its owner resembles an author",
    "famous": "many papers name it because they use it",
    "placeholder": "its name stands for a link to come",
    "publication-host": "the host publishes papers or runs venues",
    "page-host": "the host carries project pages",
    "file-host": "the host carries files and videos",
    "archive-doi": "the DOI is one of an archive of data and software",
    "bare-host": "it names no page of its host",
}


def _of_name(mention: Mention, about: name_matching.PaperNames, rules: RoleRules) -> tuple[float, list[str], str]:
    """(log-odds, names of the signals, owner) of what the reference itself says."""
    reference = mention.reference
    owner, name = name_matching.owner_and_name(reference)
    signals: list[str] = []
    if is_placeholder(reference, rules):
        signals.append("placeholder")
    if reference.folded in rules.famous:
        signals.append("famous")
    if reference.kind == "page":
        signals += _of_page(reference.url, rules)
    elif reference.kind == "doi":
        signals += ["archive-doi"] if reference.key[4:].startswith(rules.archives) else []
    if about.is_acronym(name) or (reference.kind == "page" and about.is_acronym(owner)):
        signals.append("name-acronym")
    elif about.resembles(name):
        signals.append("name-title")
    if about.is_author(owner):
        signals.append("owner-author")
    return sum(rules.signals[signal] for signal in signals), signals, owner


def _of_page(url: str, rules: RoleRules) -> list[str]:
    split = urlsplit(url)
    host = split.netloc.partition(":")[0]
    if _under(host, rules.publication_hosts):
        return ["publication-host"]
    if _under(host, rules.page_hosts):
        return ["page-host"]
    if _under(host, rules.file_hosts):
        return ["file-host"] if split.path.strip("/") else ["bare-host"]
    return (
        ["bare-host"]
        if host in ("github.com", "gitlab.com", "zenodo.org", "bitbucket.org") and not split.path.strip("/")
        else []
    )


def _under(host: str, hosts: frozenset[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[start:]) in hosts for start in range(len(labels) - 1))


def _called_page(mention: Mention, rules: RoleRules) -> bool:
    """Whether this is a page about the work rather than the artifact itself."""
    host = urlsplit(mention.reference.url).netloc.partition(":")[0]
    if mention.place is Place.HUB:
        return True
    if mention.reference.kind == "page" and _under(host, rules.page_hosts):
        return True
    cue = next(cue for cue in rules.for_ if cue.name == "project-page")
    return cue.pattern.search(words_before(mention)[-_MAX_CUE_TEXT:]) is not None


def _of_mention(mention: Mention, rules: RoleRules) -> tuple[float, list[str], float]:
    """(log-odds, reasons, weight of the words that decide) of the place and the words of one mention."""
    if mention.source is Source.IMPORT:
        return rules.kinds.get(mention.reference.kind, 0.0) + _IMPORTED, ["an imported list names it"], 0.0
    if mention.source is Source.WATCH:
        return rules.signals["watch"], ["it lies under an owner of the operator's list"], 0.0
    score = rules.kinds.get(mention.reference.kind, 0.0)
    if mention.place is Place.HUB:
        if mention.source is Source.HUB_LIST:
            return rules.signals["hub-list"], ["the Hub lists it as citing the paper"], 0.0
        return score + rules.signals["hub-record"], ["the Hub's record of the paper names it"], 0.0
    score += rules.places[mention.place.value]
    if mention.source in _FULL_TEXTS and _is_in_a_row(mention):
        score += rules.signals["in-a-row"]
    texts = {"before": words_before(mention), "after": words_after(mention), "evidence": mention.evidence}
    reasons, leaning = [f"it stands in the {mention.place.value.replace('-', ' ')}"], 0.0
    for cues, strongest in ((rules.for_, max), (rules.against, min)):
        hits = [
            cue
            for cue in cues
            if not (cue.pages_only and not _is_page(mention))
            and cue.pattern.search(texts[cue.where][-_MAX_CUE_TEXT:])
        ]
        if hits:
            cue = strongest(hits, key=lambda hit: hit.weight)
            score += cue.weight
            # Words against weigh more than words for: where both stand, the sentence is about somebody else's.
            leaning = cue.weight
            reasons.append(cue.words)
    return score, reasons, leaning


def _is_in_a_row(mention: Mention) -> bool:
    """Whether repositories of at least two other owners stand beside it, in the same sentence."""
    owners = {found.lower() for found in _REPOSITORY.findall(mention.evidence)}
    return len(owners - {name_matching.owner_and_name(mention.reference)[0]}) >= 2


def words_before(mention: Mention) -> str:
    """What leads to the link within its sentence, back to the link before it.

    Where only a joining word stands between two links (`at A and B`), what led to the first leads to both.
    """
    before = mention.before
    inside = _within(mention)
    words = before[-inside:] if inside else ""
    if len(words) < 12:
        words = before[-60:] if not words.strip() else words
    kept = _HYPHENATED.sub("", words.replace("et al.", "et al"))
    while (links := list(_LINK.finditer(kept))) and links:
        last = links[-1]
        rest = kept[last.end() :]
        if not _JOINING.fullmatch(rest):
            return _INNER_STOP.sub("", rest)
        kept = kept[: last.start()].rstrip() + " "
    return _INNER_STOP.sub("", kept)


def words_after(mention: Mention) -> str:
    """What follows the link within its sentence."""
    rest = mention.evidence[_within(mention) :]
    link = _LINK.match(rest.lstrip("\\urlhef{[<( "))
    if link is None:
        return rest.partition(" ")[2]
    return rest[rest.find(link.group()) + len(link.group()) :]


def _within(mention: Mention) -> int:
    """How many characters of the evidence stand before the link."""
    for size in (60, 40, 20, 10, 5, 2):
        piece = mention.before[-size:]
        if piece and (at := mention.evidence.find(piece)) >= 0:
            return at + len(piece)
    return 0


def _take_derived(candidates: Sequence[_Candidate], rules: RoleRules) -> None:
    """What says of itself that it was made from another artifact is the authors' only where its namespace is theirs.

    The paper's own word on it, in title, abstract or comment, stands above that.
    """
    derived = [
        c for c in candidates if c.standing.derived and artifact_signals.is_hub_artifact(c.mention.reference)
    ]
    if not derived:
        return
    others = [c for c in candidates if c not in derived and not c.from_list]
    owners = {c.owner for c in others if c.owner and _chance(c.score) >= rules.publish_threshold}
    for candidate in derived:
        if candidate.author or candidate.owner in owners or (candidate.told and not candidate.from_list):
            continue
        candidate.score += rules.signals["hub-derived" if candidate.from_list else "derived"]
        candidate.community = candidate.community or candidate.from_list
        candidate.reasons.append("it was made from another artifact, in a namespace that is none of the authors'")


def _add_owners(candidates: Sequence[_Candidate], rules: RoleRules) -> None:
    """Artifacts of an owner who already has one in this paper gain by it; the Hub's lists most of all."""
    sure = {
        (c.mention.reference.host, c.owner)
        for c in candidates
        if c.owner and not c.from_list and _chance(c.score) >= rules.publish_threshold
    }
    for candidate in candidates:
        if _is_page(candidate.mention):
            continue
        kin = any(artifact_signals.are_similar_owners(candidate.owner, owner) for _, owner in sure)
        if candidate.from_list:
            account = (artifact_signals.HUB, candidate.owner)
            if kin or any(
                artifact_signals.in_one_organisation(account, other, rules.organisations) for other in sure
            ):
                candidate.score += rules.signals["hub-same-owner"]
                candidate.reasons.append("its namespace is that of an artifact of the authors'")
        elif kin and sum(c.owner == candidate.owner for c in candidates) > 1:
            candidate.score += rules.signals["same-owner"]
            candidate.reasons.append("its owner has another artifact of this paper")
            if candidate.cites:
                candidate.score += rules.signals["cites-same-owner"]
                candidate.reasons.append("the Hub lists it as citing the paper")


def _decision(candidate: _Candidate, rules: RoleRules) -> RoleDecision:
    probability = round(_chance(_calibrated(candidate, rules)), 4)
    if candidate.mention.source is Source.IMPORT and not candidate.standing.names_paper:
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


def _calibrated(candidate: _Candidate, rules: RoleRules) -> float:
    """The log-odds of a candidate, stretched away from the threshold where only full text names it."""
    if candidate.mention.source not in _FULL_TEXTS:
        return candidate.score
    threshold = math.log(rules.publish_threshold / (1.0 - rules.publish_threshold))
    return threshold + rules.sharpness * (candidate.score - threshold)


def _chance(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
