"""Whose artifact a link leads to: transparent rules over what was kept of each mention.

The weights, patterns and lists are data (`config/roles.toml`); this file says how they are put together.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tracker.detect import names
from tracker.domain import Mention, Paper, Place, Reference, Role, RoleDecision, Source
from tracker.settings import config_dir, read_toml

RULE_VERSION = "1"
"""Version of how the rules are put together; `Rules.version` adds a hash of the rules themselves."""

_MOST_CUE_TEXT = 400
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


@dataclass(frozen=True, slots=True)
class Cue:
    """One pattern of words with its weight in log-odds, and what it says."""

    name: str
    weight: float
    where: str
    words: str
    pattern: re.Pattern[str]
    pages_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that `config/roles.toml` says, ready for use."""

    version: str
    publish_threshold: float
    kinds: Mapping[str, float]
    places: Mapping[str, float]
    signals: Mapping[str, float]
    for_: tuple[Cue, ...]
    against: tuple[Cue, ...]
    community: tuple[Cue, ...]
    sharpness: float
    famous: frozenset[str]
    page_hosts: frozenset[str]
    publication_hosts: frozenset[str]
    file_hosts: frozenset[str]
    archives: tuple[str, ...]
    placeholder: re.Pattern[str]
    derivative: re.Pattern[str]


def load(path: Path | None = None) -> Rules:
    """The rules of a file, by default the built-in `config/roles.toml`. Raises SettingsError."""
    return rules(read_toml(path or config_dir() / "roles.toml"))


def rules(table: Mapping[str, Any]) -> Rules:
    """The rules that a table, laid out as `config/roles.toml`, says."""
    digest = hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()
    hosts = table["hosts"]
    return Rules(
        version=f"{RULE_VERSION}.{digest[:8]}",
        publish_threshold=float(table["publish_threshold"]),
        kinds=table["kind"],
        places=table["place"],
        signals=table["signal"],
        for_=_cues(table["for"]),
        against=_cues(table["against"]),
        community=_cues(table["community"]),
        sharpness=float(table["calibration"]["full-text"]),
        famous=frozenset(f"github:{name}" for name in table["famous"]["github"]),
        page_hosts=frozenset(hosts["pages"]),
        publication_hosts=frozenset(hosts["publications"]),
        file_hosts=frozenset(hosts["files"]),
        archives=tuple(hosts["archives"]),
        placeholder=re.compile(hosts["placeholders"], re.IGNORECASE),
        derivative=re.compile(hosts["derivatives"], re.IGNORECASE),
    )


def _cues(tables: Sequence[Mapping[str, Any]]) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            name=cue["name"],
            weight=float(cue.get("weight", 0)),
            where=cue["where"],
            words=cue["words"],
            pattern=re.compile(cue["pattern"], re.IGNORECASE),
            pages_only=bool(cue.get("pages_only", False)),
        )
        for cue in tables
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


def decide(mentions: Sequence[Mention], paper: Paper, rules: Rules) -> tuple[RoleDecision, ...]:
    """The role of each reference that `mentions` name, in the order of their first mention.

    Reads nothing of a mention but its reference, place, source, evidence and before, and of the paper its
    title, abstract and authors, so that roles can be decided again from the store.
    """
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.reference.folded, []).append(mention)
    about = names.About.of(paper)
    told = [key for key, group in groups.items() if _is_told(group)]
    candidates = [_weigh(group, about, rules, single=told == [key]) for key, group in groups.items()]
    _add_owners(candidates, rules)
    return tuple(_decision(candidate, rules) for candidate in candidates)


def is_placeholder(reference: Reference, rules: Rules) -> bool:
    """Whether a reference (`github:owner/XXX`) only stands for a link to come."""
    owner, name = names.owner_and_name(reference)
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


def _weigh(group: Sequence[Mention], about: names.About, rules: Rules, *, single: bool) -> _Candidate:
    """The strongest mention of one reference, with the log-odds of everything that speaks for and against."""
    shared, reasons, owner = _of_name(group[0], about, rules)
    if single:
        shared += rules.signals["single"]
        reasons.append("the only artifact that title, abstract and comment name")
    weighed = [(*_of_mention(mention, rules), mention) for mention in group]
    score, words, best = max(weighed, key=lambda entry: entry[0])
    community = any(cue.pattern.search(mention.evidence) for mention in group for cue in rules.community)
    page = _is_page(group[0]) and any(_called_page(mention, rules) for mention in group)
    from_list = all(mention.source is Source.HUB_LIST for mention in group)
    if from_list:
        # A derivative carries the name of what it derives from, with a word of its own behind it.
        named = "name-acronym" in reasons and not rules.derivative.search(group[0].reference.key)
        shared = rules.signals["hub-name-acronym"] if named else 0.0
        shared += rules.signals["hub-owner-author"] if "owner-author" in reasons else 0.0
    if community:
        score -= 4.0
    return _Candidate(
        best, score + shared, [*words, *(_REASONS.get(r, r) for r in reasons)], page, community, owner, from_list
    )


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


def _of_name(mention: Mention, about: names.About, rules: Rules) -> tuple[float, list[str], str]:
    """(log-odds, names of the signals, owner) of what the reference itself says."""
    reference = mention.reference
    owner, name = names.owner_and_name(reference)
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


def _of_page(url: str, rules: Rules) -> list[str]:
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


def _called_page(mention: Mention, rules: Rules) -> bool:
    """Whether this is a page about the work rather than the artifact itself."""
    host = urlsplit(mention.reference.url).netloc.partition(":")[0]
    if mention.place is Place.HUB:
        return True
    if mention.reference.kind == "page" and _under(host, rules.page_hosts):
        return True
    cue = next(cue for cue in rules.for_ if cue.name == "project-page")
    return cue.pattern.search(lead(mention)[-_MOST_CUE_TEXT:]) is not None


def _of_mention(mention: Mention, rules: Rules) -> tuple[float, list[str]]:
    """(log-odds, reasons) of the place and the words of one mention."""
    if mention.source is Source.WATCH:
        return rules.signals["watch"], ["the operator's list names it as the organisation's own"]
    score = rules.kinds.get(mention.reference.kind, 0.0)
    if mention.place is Place.HUB:
        if mention.source is Source.HUB_LIST:
            return rules.signals["hub-list"], ["the Hub lists it as citing the paper"]
        return score + rules.signals["hub-record"], ["the Hub's record of the paper names it"]
    score += rules.places[mention.place.value]
    if mention.source in _FULL_TEXTS and _is_in_a_row(mention):
        score += rules.signals["in-a-row"]
    texts = {"before": lead(mention), "after": trail(mention), "evidence": mention.evidence}
    reasons = [f"it stands in the {mention.place.value.replace('-', ' ')}"]
    for cues, strongest in ((rules.for_, max), (rules.against, min)):
        hits = [
            cue
            for cue in cues
            if not (cue.pages_only and not _is_page(mention))
            and cue.pattern.search(texts[cue.where][-_MOST_CUE_TEXT:])
        ]
        if hits:
            cue = strongest(hits, key=lambda hit: hit.weight)
            score += cue.weight
            reasons.append(cue.words)
    return score, reasons


def _is_in_a_row(mention: Mention) -> bool:
    """Whether repositories of at least two other owners stand beside it, in the same sentence."""
    owners = {found.lower() for found in _REPOSITORY.findall(mention.evidence)}
    return len(owners - {names.owner_and_name(mention.reference)[0]}) >= 2


def lead(mention: Mention) -> str:
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


def trail(mention: Mention) -> str:
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


def _add_owners(candidates: Sequence[_Candidate], rules: Rules) -> None:
    """Artifacts of an owner who already has one in this paper gain by it; the Hub's lists most of all."""
    sure = {
        c.owner for c in candidates if c.owner and not c.from_list and _chance(c.score) >= rules.publish_threshold
    }
    for candidate in candidates:
        if _is_page(candidate.mention) or not any(_are_kin(candidate.owner, owner) for owner in sure):
            continue
        if candidate.from_list:
            candidate.score += rules.signals["hub-same-owner"]
            candidate.reasons.append("its namespace is that of an artifact of the authors'")
        elif sum(c.owner == candidate.owner for c in candidates) > 1:
            candidate.score += rules.signals["same-owner"]
            candidate.reasons.append("its owner has another artifact of this paper")


def _are_kin(one: str, other: str) -> bool:
    """Whether two owners' names are the same, or one the beginning of the other (`QwenLM`, `Qwen`)."""
    short, long = sorted((names.fold(one), names.fold(other)), key=len)
    return short == long != "" or (len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 4)


def _decision(candidate: _Candidate, rules: Rules) -> RoleDecision:
    probability = round(_chance(_calibrated(candidate, rules)), 4)
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
        evidence=mention.evidence,
        reasons=tuple(candidate.reasons),
    )


def _calibrated(candidate: _Candidate, rules: Rules) -> float:
    """The log-odds of a candidate, stretched away from the threshold where only full text names it."""
    if candidate.mention.source not in _FULL_TEXTS:
        return candidate.score
    threshold = math.log(rules.publish_threshold / (1.0 - rules.publish_threshold))
    return threshold + rules.sharpness * (candidate.score - threshold)


def _chance(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
