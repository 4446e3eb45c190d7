"""What the words before a clause say of its link: the sentence before it, or the words to the mark of its footnote."""

from __future__ import annotations

import re

from tracker.detect.roles import clause_words as words
from tracker.detect.roles.clauses import Reading, find_use, last_match
from tracker.detect.roles.name_matching import PaperNames

_ENDING_NAME = re.compile(rf"(?P<name>{words.NAME.pattern})(?: CITE)?\)?$")
_MIN_NAME = 3


def labels_other(host: str, names: PaperNames) -> bool:
    """Whether a footnote such as "Code available at" is about something of others: `host` are the words to its mark.

    They end with a name that is not the work's, and the authors do not say that they made it; behind the full stop of
    a sentence they must say that the authors used it.
    """
    words_ = host.rstrip()
    if words.ENDS_IN_USE.search(words_) and not words.OURS.search(words_[-60:]):
        return True
    stopped = words_.endswith((".", "!", "?"))
    name = _ENDING_NAME.search(words_.rstrip(".!?"))
    if name is None or words.PRESENTS.search(words_):
        return False
    plain = name["name"].lower()
    if plain in words.PLAIN_CAPITALS or names.is_common(plain) or names.names_work(plain):
        return False
    return not stopped or words.USES_A_NAME.search(words_) is not None


def labels_own(host: str) -> bool:
    """Whether a footnote such as "Available at" is about what the words to its mark call the authors'."""
    return words.ENDS_IN_OURS.search(host.rstrip()) is not None


def read_beside(reading: Reading, before: str, names: PaperNames) -> Reading:
    """The reading of "the code is available" and its like beside `before`, the sentence that leads to it."""
    data = words.DEFINITE_DATA.search(reading.subject) is not None
    if not data and not words.ANAPHORIC.search(reading.subject):
        if reading.kind == "other-name" and _is_presented(reading.subject, before):
            return Reading("own-name", reading.finite)
        return reading
    before = words.CITATION.sub(" CITE ", before)
    if words.OURS.search(before) or words.PRESENTS.search(before) or words.THIS_WORK.search(before):
        return reading
    if names.names_work(before) or words.SECTION_OF_RELEASE.search(before):
        return reading
    we = last_match(words.WE_VERB, before)
    others = (
        "CITE" in before
        or words.OTHERS.search(before)
        or find_use(before, names)
        or words.COMPARED.search(before)
        or (we is not None and words.INTRODUCES.match(we["verb"]) is None and words.USES_A_NAME.search(before))
    )
    return Reading("anaphoric", reading.finite) if others or data else reading


def _is_presented(name: str, before: str) -> bool:
    """Whether the sentence before presents the name, such as `We call this system NAME.`"""
    last = name.strip().rpartition(" ")[2]
    return (
        len(last) > _MIN_NAME
        and re.search(rf"{words.NAMED.pattern}\W{{0,3}}(?:\w+ ){{0,3}}{re.escape(last)}\b", before, re.IGNORECASE)
        is not None
    )
