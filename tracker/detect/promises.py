"""What the authors say of releasing their work: that it is available, that it is promised, or nothing.

The tense of each sentence that names code, data or weights and a release decides. A link of the authors' own
counts through its sentence, and alone where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from tracker.detect.links import link_context
from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.name_signals import is_placeholder
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Promise, Role

# A sentence without any of these stems says nothing of a release.
_HINTS = (
    "releas", "availab", "avaiab", "availed", "-sourc", "opensourc", "open sourc", "publicly", "public.", "public at", "accessib", "code:", "source code",
    "code ", "codes ", "download", "upon accept", "soon", "codeberg", "repositor", "github", "accessed", "we share", "we provide",
    "hugging", "be found", "obtained", "data:", "is shared", "are shared", "is hosted", "publicised", "made public", "are public",
)  # fmt: skip
_THING = (
    r"(?:(?:source |training |evaluation |inference |analysis )?codes?(?:base|bases)?|implementations?|software|scripts?|toolkits?|tool ?box|"
    r"librar(?:y|ies)|packages?|data(?: ?sets?)?|datas?et|datatset|benchmarks?|corpus|corpora|models?|weights|checkpoints?|repositor(?:y|ies)|"
    r"resources?|artifacts?|artefacts?|materials?|framework|project|simulator|simulation|annotations?|prompts?|demos?|notebooks?|"
    r"platform|system|pipeline|suite|app|application|plugin|tools?|recipes?|environments?|protocols?|paper list|list|"
    r"collection|leaderboard|experiments?|results|work|method|supplementary|logs|outputs|questions|images|videos)"
)
_ADVERBS = r"(?:\w+ly |also |now |all |both |fully |open |further |then |soon |here |in turn |fully |therefore |thus |hereby |additionally )"
_RELEASED = (
    r"(?:(?:made |being |made \w+ly )?(?:publicly |freely |openly |fully |now |open(?:ly)? |anonymously |also |currently |all |already |"
    r"immediately |online |directly |completely |widely )*"
    r"(?:availa?ble|avaiable|availabel|avalible|released|open[- ]?sourced?|opensourced|accessible|public|shared|published|provided|hosted|downloadable|"
    r"deposited|archived|distributed|uploaded|maintained|free(?:ly)?))"
)
# In the future, on a condition, or by a plan.
_LATER = re.compile(
    r"\b(?:will|shall|would|(?:plan(?:s|ning)?|intends?|going|aims?|(?:is|are) set|commit(?:ted)?|expects?) to)\b(?: \w+){0,4}? ?"
    r"\b(?:be(?:come)?|releas\w*|open[- ]?sourc\w*|publish\w*|shar\w+|provid\w+|mak\w+|publici[sz]e|contribut\w+|available|upload\w*|opensourc\w*|host\w*)\b"
    r"|\bto be (?:made |publicly |fully |\w+ly )*(?:released|available|open[- ]?sourced|published|public|shared|announced)\b"
    r"|\bon (?:acceptance|publication)\b|\b(?:upon|after|following|pending|once|when)\b[^.!?]{0,25}\b(?:acceptance|accpetance|publication|accepted|published|peer[- ]review|"
    r"review|decision|camera[- ]ready)\b"
    r"|\b(?:coming|released?|available|public|open[- ]?sourced|here|update[ds]?) (?:very )?soon\b|\bcoming soon\b|\bsoon (?:be )?(?:released|available|public)\b"
    r"|\bsoon\b\W*$|\bin the (?:near )?future\b|\bstay tuned\b|\bavailable (?:up)?on (?:request|acceptance|publication)\b",
    re.IGNORECASE,
)
# A plan for something other than the release: future versions, updates, work.
_NOT_LATER = re.compile(
    r"\b(?:will|shall|would) (?:continue|serve|help|enable|foster|facilitate|advance|support|benefit|inspire|encourage|provide (?:a|an|insight|valuable|new|the "
    r"(?:basis|foundation|community))|be (?:useful|helpful|updated|of|a\b|able|maintained|presented|published in|published by))|"
    r"\b(?:to appear|will appear|will be (?:presented|published (?:in|by|at)))\b",
    re.IGNORECASE,
)
_OPENLY = r"(?:publicly|freely|openly|fully|now|anonymously|all|also|already|currently|made|being|completely|online|widely)"
_SUBJECT = rf"(?:^|[;:,(]|\b(?:our|the|all|both|and|this|these|its|full|complete|source|of|to|with|\w+'s))\s*(?:\w[\w/&+-]* ){{0,4}}?{_THING}\b"
# "The code and data of X are publicly available", "code can be found at …": the subject is named, and either
# it opens the sentence, or a word of openness or of a place follows it.
_NOW = re.compile(
    rf"(?:^\W*(?:\w[\w/&+-]*,? ){{0,8}}?{_THING}\b|{_SUBJECT})[^.!?;]{{0,80}}?(?:\b(?:is|are|has been|have been|was|were)\b ?"
    rf"{_ADVERBS}{{0,3}}{_RELEASED}|\b(?:can|could|may) (?:also )?be {_ADVERBS}{{0,2}}(?:found|accessed|downloaded?|obtained|availed|viewed))\b(?= ?(?:$|[.!?;,)]|\b(?:at|on|in|from|via|under|through|here|online|as|for|to|and|upon|along|by|anonymously|open)\b|[:(\[{{\\]|https?))"
    rf"|\b{_THING}\b[^.!?;]{{0,60}}?\b(?:is|are)\b {_OPENLY}[ \w]{{0,20}}\b(?:availa?ble|released|open[- ]?sourced?|accessible|public|shared)\b"
    rf"|\b{_THING}\b[\w\s,&/()'-]{{0,60}}?\s(?:publicly |freely |openly |now )?(?:availa?ble|avaiable|released|open[- ]?sourced|accessible) (?:at|on|in|from|via|through|here|online)\b"
    rf"|^\W*(?:\w+ ){{0,4}}{_THING}\b[\w\s,&/()-]{{0,40}}?\s(?:publicly |freely |openly )?(?:availa?ble|released|open[- ]?sourced|accessible|here|online)\W*$"
    rf"|\b(?:we|authors?|team)\b (?:{_ADVERBS}|have |has |are )*(?:releas(?:e|ed|ing)|open[- ]?sourc(?:e|ed|ing)|opensourc(?:e|ed|ing))\b(?! (?:the |this |an? )?(?:assumption|constraint|requirement|video|memory|pressure))"
    rf"|\b(?:we|authors?|team)\b (?:{_ADVERBS}|have |has |are )*(?:publish(?:ed)?|shared?)\b[^.!?]{{0,110}}?\b{_THING}\b"
    r"|\bwe (?:\w+ )?(?:maintain|host|keep|curate)s?\b[^.!?]{0,60}\b(?:github|repositor(?:y|ies)|paper list)\b"
    rf"|\band (?:{_ADVERBS})*(?:release|open-source|publish|share)\b (?:the |our |all |its |both |this |these |an? )[^.!?]{{0,60}}?\b{_THING}\b"
    rf"|\bwe\b (?:{_ADVERBS}|have )*(?:provide|provided|make|made|distribute|host|upload(?:ed)?|contribute)\b (?:the |our |all |its |both |full |an? )?(?:\w[\w/&+-]*,? ){{0,5}}?"
    r"(?:codes?|codebase|source|implementations?|scripts|software|datasets?|data|checkpoints|weights|models|everything|benchmark|resources|repository|it)\b"
    r"(?=[^.!?]{0,60}\b(?:availa?ble|public|publicly|open|openly|on github|here|https?|download|reproduc\w+|to (?:support|foster|facilitate))\b)"
    rf"|\b(?:by|while|through|and|including) (?:\w+ly )?(?:releasing|open[- ]?sourcing|sharing|publishing)\b[^.!?]{{0,60}}\b{_THING}\b"
    rf"|\b(?:release|open[- ]?sourcing|publication|availability) of (?:the |our |all |this )[^.!?]{{0,40}}\b{_THING}\b"
    rf"|\b(?:we|this (?:paper|work)) (?:\w+ )?(?:present|introduce|release|develop|propose|provide|contribute)s?\b[^.!?]{{0,80}}\b(?:publicly|freely|openly)[- ](?:available|accessible|released)\b[^.!?]{{0,40}}\b{_THING}\b"
    r"|\b(?:the|our|an|full|and|has|have|provide) (?:\w+ )?open[- ]sourced? (?:implementation|release|code|repository|software package)\b"
    r"|\b(?:codes?(?:base)?|implementation|source|data(?:set)?s?|models?|weights|repository|repo|software|checkpoints?)\b[\w &/,()-]{0,30}?\s*[:=-]\s*(?:https?:|\w+\.\w+/|\[|\\|<|here\b|github)"
    r"|\b(?:inclusion|addition) of [\w ]{0,30}\b(?:code|data)\b"
    r"|\bsee\b[^.!?]{0,40}\bfor (?:the )?(?:source )?code\b"
    r"|\b(?:resources?|materials?|list|papers|code|data)\b[^.!?]{0,60}\b(?:availa?ble|shared|updated|released|listed|provided|hosted|maintained|found)\b[^.!?]{0,40}\b(?:in|at|on|via|from) (?:the|this|our|a)? ?(?:public )?(?:github|gitlab|codeberg|zenodo|hugging ?face)\b"
    r"|\b(?:is|are|has been|have been) (?:(?:fully|publicly|now|also|freely|completely|openly) )*(?:open[- ]?sourced|publicly released|released publicly)\b"
    r"|\b(?:is|are) (?:(?:publicly|freely|openly|now|also) )*(?:availa?ble|accessible|hosted|released) (?:at|on|via|from|through) (?:the |our )?(?:github|gitlab|hugging ?face|zenodo|kaggle|pypi|codeberg)\b"
    rf"|\b{_THING}\b,? (?:is|are) at\b[\s:]{{0,3}}(?:\\\w+\{{)?https?:|\bopen[- ]sourced? (?:here|at)\b"
    # Whatever has a name of its own: "X is available at https://…".
    r"|\b(?:is|are) (?:publicly |freely |openly |now |also )*(?:availa?ble|released|accessible|open[- ]?sourced|hosted) (?:at|on|via|from|under|here)\b[\s:]{0,3}(?:\\\w+\{)?https?:",
    re.IGNORECASE,
)
# A release mentioned in passing; a promise elsewhere is stronger.
_IN_PASSING = re.compile(
    r"\b(?:we|(?:this|the) (?:paper|work|study|article)) (?:\w+ )?(?:present|introduce|release|develop|propose|describe)s?\b[^.!?]{0,60}?,? (?:an?|the) (?:[\w-]+,? ){0,3}?open[- ]?sourced?\b",
    re.IGNORECASE,
)
_NO_ARTIFACT = re.compile(
    r"\b(?:page|web ?site|homepage|webpage|videos?|article|paper|preprint|version|survey|information|details?|visuali[sz]ations?|examples|samples|supplement)"
    r"\b[^.!?]{0,90}\b(?:is|are|can be)\b",
    re.IGNORECASE,
)
# What will appear is the paper itself.
_OF_PAPER = re.compile(
    r"\b(?:(?:final|published|extended|full|camera-ready|journal|conference|updated|revised) )?(?:version|paper|article|manuscript|proceedings)\b[^.!?]{0,40}$",
    re.IGNORECASE,
)
# Words about somebody else's work, or about software in general.
_OTHERS = re.compile(
    r"\b(?:publicly|freely|openly) available (?:\w+ ){0,3}?(?:data ?sets?|data|benchmarks?|corpora|corpus|models?|sources|repositories|tools?|information|"
    r"databases?|llms?|text|resources|images)\b(?! (?:at|on|in|from|via|here)\b)"
    r"|\b(?:we|was|were|is|are|been) (?:\w+ )?(?:us(?:e|ed|ing)|evaluat\w+|test\w*|train\w*|fine-?tun\w+|collect\w*|analy[sz]\w+|compar\w+)\b"
    r"|\b(?:no|not|without|lack of|limited|scarce|unavailable|isn't|aren't|neither|nor|few|absence of) (?:\w+ ){0,3}?(?:publicly |openly )?(?:availa?ble|accessible|released|open|public)\b"
    r"|\b(?:existing|other|prior|previous|recent|current|several|many|most|proprietary|closed-source|popular) (?:\w+ ){0,3}?(?:open[- ]?source|publicly|released)\b"
    r"|\b(?:neither|assuming|if|when|whenever|unless|whether|because|typically|often|only)\b[^.!?]{0,80}\b(?:availa?ble|accessible|obtained|public)\b"
    r"|\b(?:readily|widely|easily|commercially) (?:available|accessible)\b|\b(?:on the internet|in the literature)\b"
    r"|\bavailable (?:models?|methods?|data ?sets?|benchmarks?|data|corpora|tools?|resources|labels|information|memory|compute)\b",
    re.IGNORECASE,
)
_OURS = re.compile(
    rf"\bour (?:[\w/&+-]+,? ){{0,5}}?{_THING}\b|\bwe (?:\w+ )?(?:releas|open-sourc|publish|shar|mak|provid)|https?:|\\url|\bgithub\b|\bof this (?:paper|work)\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\b(?:codes?|codebases?|implementations?|software|scripts?|repositor(?:y|ies)|toolkits?|toolbox|packages?|library|libraries|everything|all|"
    r"github|gitlab|codeberg|framework|pipeline|open[- ]?sourced?)\b",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\b(?:data ?sets?|data|benchmarks?|corpus|corpora|annotations?|images|videos)\b", re.IGNORECASE
)
_STRICT = re.compile(
    r"\b(?:codes?|codebase|implementations?|software|data ?sets?|data|weights|checkpoints?|models?|repositor(?:y|ies)|benchmark)\b",
    re.IGNORECASE,
)
_THINGS = re.compile(rf"\b{_THING}\b", re.IGNORECASE)
# What only reviewers see is not public.
_NOT_PUBLIC = re.compile(
    r"\b(?:supplementary|supplement|appendix|reviewers?|(?:up)?on (?:reasonable )?request)\b", re.IGNORECASE
)
_CODE_KINDS = frozenset({"repository", "gist", "code", "archive", "project", "record"})
_URL = re.compile(r"(?:https?:|\bgithub\.com|\bgitlab\.com)\S*", re.IGNORECASE)
_OPENED = re.compile(r"\b(?:publicly (?:available|released?)|open[- ]?sourced?)\b", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_MAX_SENTENCE = 1_200
_MAX_SENTENCES = 400
"""Sentences of one text that are read; an abstract has a tenth of that."""
_METADATA_PLACES = frozenset({Place.TITLE, Place.ABSTRACT, Place.COMMENT})
_ARTIFACTS = frozenset({"repository", "gist", "model", "dataset", "space", "studio", "collection", "code", "record", "project",
                        "archive", "organisation"})  # fmt: skip


def decide_promise(
    paper: Paper,
    mentions: Sequence[Mention],
    rules: RoleRules,
    decisions: Sequence[RoleDecision] | None = None,
) -> tuple[Promise, str]:
    """(promise, the sentence that says so) of one paper; the sentence is empty for `none`.

    `decisions` are the roles of `mentions`, if they were decided already. Available beats promised only where
    it covers the code: a promise of code beside released data stays a promise, and so does a link that its
    own sentence calls future, or that is only a placeholder.
    """
    if decisions is None:
        decisions = decide_roles(mentions, paper, rules)
    now, later, passing = _sort_sentences(paper)
    linked: list[tuple[str, bool]] = []
    for decision in decisions:
        if decision.reference.kind not in _ARTIFACTS:
            continue
        if decision.place not in _METADATA_PLACES and tense_of(decision.evidence) is Promise.PROMISED:
            later += [decision.evidence] if decision.role is Role.OWN else []
            continue
        if is_placeholder(decision.reference, rules):
            later.append(decision.evidence)
            now = [sentence for sentence in now if not _overlap(sentence, decision.evidence)]
        elif decision.role is Role.OWN and not any(_overlap(sentence, decision.evidence) for sentence in later):
            linked.append((decision.evidence, decision.reference.kind in _CODE_KINDS))
    of_code = [sentence for sentence in now if _is_of_code(sentence)]
    of_code += [
        evidence for evidence, code in linked if _is_of_code(evidence) or (code and not _DATA.search(evidence))
    ]
    later_of_code = [sentence for sentence in later if _is_of_code(sentence) or not _DATA.search(sentence)]
    available = of_code or ([*now, *(evidence for evidence, _ in linked)] if not later_of_code else [])
    if available:
        return Promise.AVAILABLE, available[0][: link_context.MAX_EVIDENCE]
    promised = later_of_code or later
    if passing and not promised:
        return Promise.AVAILABLE, passing[0][: link_context.MAX_EVIDENCE]
    return (Promise.PROMISED, promised[0][: link_context.MAX_EVIDENCE]) if promised else (Promise.NONE, "")


def _sort_sentences(paper: Paper) -> tuple[list[str], list[str], list[str]]:
    """The sentences of title, abstract and comment about a release: (those of now, of later, in passing)."""
    now: list[str] = []
    later: list[str] = []
    passing: list[str] = []
    for text in (paper.abstract, paper.comment, paper.title):
        for sentence in islice(link_context.sentences_at(text, _hint_positions(text)), _MAX_SENTENCES):
            tense = tense_of(sentence)
            if tense is Promise.PROMISED:
                later.append(sentence)
            elif tense is Promise.AVAILABLE:
                now.append(sentence)
            elif _IN_PASSING.search(sentence[:_MAX_SENTENCE]):
                passing.append(sentence)
    return now, later, passing


def _hint_positions(text: str) -> list[int]:
    """The positions, ascending, around which a sentence about a release may be."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    positions: list[int] = []
    for hint in _HINTS:
        position = lower.find(hint)
        while position >= 0:
            positions.append(position)
            position = lower.find(hint, position + len(hint))
    return sorted(positions)


def tense_of(sentence: str) -> Promise:
    """What one sentence, its white space collapsed, says of a release."""
    sentence = _DECIMAL.sub("", sentence[:_MAX_SENTENCE])
    plan = _LATER.search(sentence)
    if plan is not None and (_NOT_LATER.match(sentence, plan.start()) or _is_of_paper(sentence[: plan.start()])):
        plan = None
    release = _NOW.search(sentence)
    if release is not None and _is_of_others(sentence, release):
        release = None
    if plan is None:
        return Promise.NONE if release is None else Promise.AVAILABLE
    # "The code is at …, and the models will be released": what is public counts if it is the code.
    before_plan = sentence[: plan.start()]
    public = _NOW.search(before_plan)
    if (
        public is not None
        and _is_of_code(public.group())
        and not _is_of_code(before_plan[public.end() :])
        and not _NOT_PUBLIC.search(before_plan)
    ):
        return Promise.AVAILABLE
    near = sentence[max(0, plan.start() - 110) : plan.end() + 110]
    return Promise.PROMISED if _THINGS.search(near) or _OPENED.search(plan.string, plan.start()) else Promise.NONE


def _is_of_paper(before: str) -> bool:
    """Whether the words before a plan show that the paper itself will appear."""
    return _OF_PAPER.search(before) is not None and not _STRICT.search(before)


def _is_of_others(sentence: str, release: re.Match[str]) -> bool:
    """Whether the release is of others' work, or of a page or a paper alone."""
    if _NO_ARTIFACT.search(sentence) and not _STRICT.search(sentence):
        return True
    return (
        _OTHERS.search(sentence) is not None
        and not _OURS.search(sentence)
        and not release.group().lower().startswith(("code", "source"))
    )


def _is_of_code(sentence: str) -> bool:
    """Whether a sentence names code outside its links."""
    return _CODE.search(_URL.sub(" ", sentence)) is not None


def _overlap(sentence: str, evidence: str) -> bool:
    """Whether two excerpts are of one sentence; either may be cut at its beginning."""
    return evidence[-60:] in sentence or sentence[-60:] in evidence
