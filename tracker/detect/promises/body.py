"""What the body of a paper says of its release, apart from its links.

A body speaks of others' releases far more often than of its own, so a sentence counts only where it says whose the
release is ("we", "our", "this paper"), where it is a note of its own (a footnote, a statement of availability), or
where it announces the release of code or data without naming anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from tracker.detect.links import link_context
from tracker.detect.promises import statements
from tracker.detect.promises.release_words import MODEL_WORDS, STRICT
from tracker.domain.mentions import ReleaseSentence
from tracker.domain.terms import Place, Promise

_HINTS = re.compile(
    r" (?:releas|availab(?!ility)|open(?:ly)?[- ]?sourc|publicly|made public|be public|coming soon|upon (?:acceptance|publication)|deposited|"
    r"(?:our|the) (?:code|implementation|repository|source code|data)\b|codes? (?:is|are|and|will|can|repository)\b)"
)
_MAX_SENTENCES = 200
"""Sentences of one body that are read."""
_AVAILABILITY = re.compile(
    r"\b(?:code|data|software|materials?|resources?|model)s?(?: and (?:code|data|software|materials?))?[ \t]+(?:availability|access)|\bavailability of (?:code|data|software|materials?)"
    r"|\breproducibility(?: statement)?\b|\bopen (?:science|research)(?: statement)?\b",
    re.IGNORECASE,
)
_HEADING_REACH = 500
"""Characters after a heading on availability in which a sentence counts as a statement of it."""
_BEGIN = re.compile(
    r"\n[^\S\n]*\n|\u2022|\\item\b|\n#{1,5} [^\n]{1,80}\n|\{[^{}\n]{3,80}\}\s{0,3}\\label\s?\{[^{}\n]{1,80}\}|\}\s{0,3}\n(?=[A-Z])|\n[^\S\n]{0,4}\d{1,2}[^\S\n]?(?=[A-Z])"
)
"""What a sentence begins behind, beside the end of the one before it: an empty line, a bullet, a heading."""
_END = re.compile(r"\n[^\S\n]*\n|\u2022|\\item\b")
_MOST_BEFORE = 300
"""Characters of a sentence before its first word of release; the evidence shows the rest."""
_NOTES = frozenset({Place.FOOTNOTE, Place.TITLE_FOOTNOTE})
_UNREAD = frozenset({Place.BIBLIOGRAPHY, Place.CAPTION})
_RELEASING = r"(?:releas|open[- ]?sourc|opensourc|publish|shar(?:e|ing)|mak(?:e|ing)|made|provid|upload|host|contribut|deposit|distribut)"
_BY_US = re.compile(
    rf"\bour (?:own )?(?:[\w/&+-]+,? ){{0,4}}?(?:{STRICT}|framework|pipeline|prompts?|tools?|results|experiments|materials|resources|system)\b"
    rf"|\bwe (?:\w+ly |also |now |all |both |have |are |will |shall |would |plan(?:ning)? to |intend to |aim to |commit to |be |further |then |hereby |soon |therefore |thus )*{_RELEASING}"
    r"|\b(?:of|for|in|with|from|behind|reproduce|supporting|accompanying) (?:all )?(?:this|our|the present) (?:paper|work|study|article|analysis|manuscript|experiments|results|findings)\b"
    rf"|\b(?:accompanying|associated|corresponding) (?:{STRICT})\b"
)
_FROM_OTHERS = re.compile(
    r"\bet al\b|\bwe (?:\w+ly |also |then |first )?(?:us(?:e|ed)|employ(?:ed)?|adopt(?:ed)?|follow(?:ed)?|utili[sz]ed?|build (?:up)?on|rely on|evaluated?|compared?|tak(?:e|en)|took|download(?:ed)?|"
    r"obtain(?:ed)?|start(?:ed)? from|re-?implement(?:ed)?|fine-?tuned?|trained?|tested)\b|\bauthors of\b|\boriginal(?:ly)?\b|\bofficial\b|\btheir\b|\bthe authors should\b|\bguidelines?\b|\bif (?:applicable|you|the paper)\b"
    r"|\bshould\b|\bquestion:"
)
_BARE_NOTE = re.compile(
    rf"^\W*(?:\d{{1,2}} )?(?:all |the |both |full |complete |source |associated |relevant |corresponding |analysis )*(?:{STRICT})(?:,? (?:and|or|&) (?:all |the |source |trained |model )*(?:{STRICT}|prompts|results))*\b(?! (?:of|by|from|in) )"
)
_STRONG = re.compile(
    r"\b(?:publicly|freely|openly|open[- ]?sourc\w*|releas\w+|online|github|gitlab|zenodo|figshare|dryad|osf|hugging ?face|codeberg|pypi|cran|repositor(?:y|ies)|public|published|deposited|accessible|licen[sc]e)\b|\bupon \w|<url>"
)
_MODEL_ONLY = re.compile(rf"\b(?:{MODEL_WORDS})\b")
_CODE_OR_DATA = re.compile(
    r"\b(?:codes?|code ?bases?|implementations?|software|scripts?|data(?: ?sets?)?|repositor(?:y|ies)|benchmark|corpus)\b"
)


def read_body(text: str, place_at: Callable[[int], Place]) -> tuple[ReleaseSentence, ...]:
    """The sentences of a full text that say or announce that the work is public, in order.

    `text` has no markup; `place_at` gives the place of a position. Linear in the text; never raises.
    """
    found: list[ReleaseSentence] = []
    for first, position, sentence in islice(_sentences(text), _MAX_SENTENCES):
        simple = statements.simplify(sentence)
        if not _STRONG.search(simple):
            continue
        place = place_at(position)
        if place in _UNREAD:
            continue
        tense = statements.tense_of(sentence)
        if tense is not Promise.NONE and _is_own(
            simple, tense, place, text[max(0, first - _HEADING_REACH) : first]
        ):
            found.append(ReleaseSentence(promise=tense, text=sentence, place=place))
    return tuple(found)


def _is_own(sentence: str, tense: Promise, place: Place, before: str) -> bool:
    """Whether a simplified sentence speaks of this paper's release; `before` are the words that precede it."""
    ours = _BY_US.search(sentence) is not None
    if _FROM_OTHERS.search(sentence):
        return ours and tense is Promise.PROMISED
    if ours:
        return True
    if not _BARE_NOTE.search(sentence) or not _CODE_OR_DATA.search(sentence):
        return False
    return tense is Promise.PROMISED or place in _NOTES or _AVAILABILITY.search(before) is not None


def _sentences(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, position of the first word of release, sentence) of what may speak of a release; an empty line, a heading and a bullet end a sentence too."""
    done = -1
    for position in _hint_positions(text):
        if position < done:
            continue
        first, end = link_context.sentence_bounds(text, position)
        # A begin may look at the first character of the sentence.
        for begin in _BEGIN.finditer(text, first, position + 1):
            first = min(begin.end(), position)
        following = _END.search(text, position, end)
        done = following.start() if following else end
        first = max(first, position - _MOST_BEFORE)
        yield first, position, link_context.collapse_spaces(text[first:done])


def _hint_positions(text: str) -> list[int]:
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    spaced = lower.replace("\n", " ").replace("(", " ").replace("}", " ").replace("{", " ")
    return [hint.start() for hint in _HINTS.finditer(" " + spaced)]
