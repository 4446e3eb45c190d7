"""The words before and after a link within its sentence, as the patterns of the role rules read them."""

from __future__ import annotations

import re

from tracker.detect.roles.clause_words import CITATION, FOOTNOTE_LABEL
from tracker.detect.roles.name_matching import owner_and_name
from tracker.domain.mentions import Mention

_LINK = re.compile(r"(?:https?://|\bwww\.|\b[\w-]{1,60}\.(?:com|io|co|org)/)\S*", re.IGNORECASE)
_OPENING = re.compile(r"(?:\\(?:url|href|path|texttt)|[\s{\[<(])*")
_ENTRY_START = re.compile(r"\[\d{1,3}\]|(?:(?<=[.\s])\d{1,3}\.|\\bibitem\b|@\w{3,15}\{)\s")
_SHORT_LEAD, _SHORT_TITLE = 2, 25
_REPOSITORY = re.compile(r"\bgit(?:hub|lab)\.com/([\w.-]{1,60})/[\w.-]", re.IGNORECASE)
_INNER_STOP = re.compile(r"\.(?=[^\s)\]])")
"""A full stop that ends no sentence, as in a number; the patterns of the rules stop at one that does."""
_HYPHENATED = re.compile(r"(?<=[a-z])- (?=[a-z])")
"""A word that the end of a line cut in two."""
_JOINING = re.compile(
    r"[\s,;&/()\[\]{}.\\-]*(?:\b(?:and|or|as well as|plus|also)\b)?[\s,;&/()\[\]{}\\-]*", re.IGNORECASE
)


def words_before(mention: Mention) -> str:
    """The words that lead to the link within its sentence, back to the link before it.

    Where only a joining word separates two links (`at A and B`), the words before the first count for both.
    """
    before = mention.before
    inside = _link_offset(mention)
    words = before[-inside:] if inside else ""
    if len(words) < 12:
        words = before[-60:] if not words.strip() else words
    words = _HYPHENATED.sub("", words.replace("et al.", "et al"))
    while (links := list(_LINK.finditer(words))) and links:
        last = links[-1]
        rest = words[last.end() :]
        if not _JOINING.fullmatch(rest):
            return _INNER_STOP.sub("", rest)
        words = words[: last.start()].rstrip() + " "
    return _INNER_STOP.sub("", words)


def lead_to(mention: Mention) -> str:
    """The words from the beginning of the sentence to the link, with each link in them as the word LINK."""
    inside = _link_offset(mention)
    words = mention.evidence[:inside] if inside else ""
    if len(words.strip()) < _SHORT_LEAD:
        words = words if words.strip() else mention.before[-60:]
    words = words.removesuffix("<")
    return _INNER_STOP.sub("", _LINK.sub(" LINK ", _HYPHENATED.sub("", words.replace("et al.", "et al"))))


def sentence_before(mention: Mention) -> str:
    """The words that are kept of what precedes the sentence of the link."""
    lead = mention.evidence[: _link_offset(mention)]
    before = mention.before.rstrip()
    return before[: -len(lead.rstrip())] if lead.strip() and before.endswith(lead.rstrip()) else ""


def footnote_host(mention: Mention) -> str:
    """The words up to the mark of a footnote that holds no more than a label and the link; empty where it holds more."""
    label = None
    for label in FOOTNOTE_LABEL.finditer(CITATION.sub("", mention.before)):  # noqa: B007 # the last match is wanted
        pass
    return label.string[: label.start()].rstrip(" 0123456789({[") if label else ""


def entry_of(mention: Mention) -> tuple[str, str]:
    """(the words of an entry of a bibliography up to its link, as far as they are kept; the last sentence of them)."""
    title = _after_start(mention.evidence[: _link_offset(mention)])
    words = _after_start(mention.before)
    longer = title if len(title) > len(words) else words
    return longer, title if len(title) > _SHORT_TITLE else longer


def _after_start(words: str) -> str:
    starts = list(_ENTRY_START.finditer(words))
    return words[starts[-1].end() :] if starts else words


def words_after(mention: Mention) -> str:
    """The words that follow the link within its sentence."""
    rest = mention.evidence[_link_offset(mention) :]
    link = _LINK.match(rest, _OPENING.match(rest).end())  # type: ignore[union-attr] # it matches nothing too
    if link is None:
        return rest.partition(" ")[2]
    return rest[link.end() :]


def is_among_others(mention: Mention) -> bool:
    """Whether the sentence also links repositories of at least two other owners."""
    owners = {owner.lower() for owner in _REPOSITORY.findall(mention.evidence)}
    return len(owners - {owner_and_name(mention.reference)[0]}) >= 2


def _link_offset(mention: Mention) -> int:
    """How many characters of the evidence precede the link; 0 where that cannot be found."""
    for size in (60, 40, 20, 10, 5, 2):
        piece = mention.before[-size:]
        if piece and (at := mention.evidence.find(piece)) >= 0:
            return at + len(piece)
    return 0
