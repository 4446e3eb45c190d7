"""What the sentences of a README or card outside its section on the licence say of the terms; pure.

A sentence counts where it restricts the use of what is judged, so the subject of the restriction decides: the code, the
weights, the data, the whole work, or something else (a service, an older version, the work of other people), of which it
says nothing here. Without a subject it has that of the sentence before, or of the heading. All searches are linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.domain.artifacts import LicenceFile
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge.licence_classes import LicenceRules, classify_licence
from tracker.judge.licence_sentences import read_sentences
from tracker.judge.licence_statements import name_licences
from tracker.judge.licence_subjects import (
    ENGLISH,
    FACT_KINDS,
    SubjectKind,
    find_mentions,
    find_subject,
    has_other_subject,
    sentence_words,
)
from tracker.judge.licence_words import flatten_text, normalise_text

MAX_PROSE = 8_000
"""Characters that are read."""
_MAX_SENTENCES = 200
_RESTRICTED, _UNKNOWN = LicenceClass.RESTRICTED, LicenceClass.UNKNOWN
_PROSE = re.compile(r"(?:^|/)readme[^/]*, prose$", re.IGNORECASE)
_SENTENCE = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\bal)(?<!\bDr)(?<!\bvs)[.!?](?=\s|$)|;|。|\b(?:but|while|whereas)\b|\s[-\u2013\u2014]\s"
)
_KEY = re.compile(
    r"\b(?:non ?commercial|commercial|research|academi|educat|scientific|scholar|teaching|learning|study|personal|private|internal"
    r"|evaluation|non ?profit|compan|firms|businesses|industry|military|weapon|surveillance)"
)
_LICENSED = re.compile(
    r"\blicen[sc]ed?\b|\b(?:released|distributed|published|available) under\b|许可|授权|ライセンス|라이선스|lizenz"
)


@dataclass(frozen=True, slots=True)
class ProseTerm:
    """A sentence that restricts what it is about, or that names its licence."""

    shown: str
    kinds: frozenset[SubjectKind]
    class_: LicenceClass
    spdx: str | None = None
    offer: bool = False
    """Whether it only offers other terms, as for commercial use."""

    def is_about(self, fact: Fact, *, alone: bool = False) -> bool:
        """Whether it counts for a fact; `alone`: for this one by name, not for the whole work."""
        return FACT_KINDS[fact] in self.kinds or (not alone and SubjectKind.WHOLE in self.kinds)


def is_prose(file: LicenceFile) -> bool:
    """Whether a statement holds sentences from outside a section on the licence."""
    return _PROSE.search(file.path) is not None


def find_prose_terms(files: Iterable[LicenceFile], rules: LicenceRules) -> list[ProseTerm]:
    """The sentences on terms among the statements of an artifact, in order."""
    return [term for file in files if is_prose(file) for term in _read_prose(file.text[:MAX_PROSE], rules)]


def _read_prose(text: str, rules: LicenceRules) -> Iterator[ProseTerm]:
    title: frozenset[str] = frozenset()
    heading: frozenset[SubjectKind] = frozenset()
    for number, line in enumerate(normalise_text(text).split("\n")):
        if line.startswith("# "):
            words = sentence_words(line)
            title = title or frozenset(words.split())
            heading = (
                frozenset()
                if number == 0 or not rules.prose.others.search(words)
                else _heading_kinds(words, rules)
            )
            continue
        before = heading
        for sentence in islice(_SENTENCE.split(line), _MAX_SENTENCES):
            term, before = _read_sentence(sentence, before, title, rules)
            if term is not None:
                yield term


def _heading_kinds(words: str, rules: LicenceRules) -> frozenset[SubjectKind]:
    kinds = {kind for _, _, kind in find_mentions(words, rules)}
    return frozenset(kinds - {SubjectKind.WHOLE} or {SubjectKind.OTHER})


def _read_sentence(
    sentence: str, before: frozenset[SubjectKind], title: frozenset[str], rules: LicenceRules
) -> tuple[ProseTerm | None, frozenset[SubjectKind]]:
    """(the term of a sentence or None, the subject that a sentence after it takes over)."""
    words = rules.prose.harmless.sub(" ", sentence_words(sentence))
    limit = _find_limit(words, rules)
    names = name_licences(sentence, rules)
    restricted = next((name for name in names if classify_licence(name, rules) is _RESTRICTED), None)
    mentions = find_mentions(words, rules)
    if limit is None and not names:
        return None, find_subject(words, len(words), len(words), mentions) or before
    start, end = limit or (len(words), len(words))
    kinds = find_subject(words, start, end, mentions)
    if not kinds and has_other_subject(words[:end], title):
        kinds = frozenset({SubjectKind.OTHER})
    kinds = kinds or before or frozenset({SubjectKind.WHOLE})
    if rules.others.search(words) or rules.older.search(words) or (rules.later.search(words) and limit is None):
        return None, kinds
    if limit is not None or restricted is not None:
        offer = restricted is None and rules.prose.offer.search(words) is not None
        return ProseTerm(sentence.strip(), kinds, _RESTRICTED, restricted, offer), kinds
    return _grant(sentence, kinds, names, rules), kinds


def _find_limit(words: str, rules: LicenceRules) -> tuple[int, int] | None:
    """(start, end) of the words that restrict a use, from the purpose or the users that they name."""
    limit = rules.restricted.search(words)
    terms = limit and rules.prose.terms.search(words)
    if limit is None or (terms is None and (ENGLISH.search(words) or not rules.prose.foreign.search(words))):
        return None
    start, end = (terms or limit).span()
    key = _KEY.search(words, start, end)
    return key.start() if key else start, end


def _grant(
    sentence: str, kinds: frozenset[SubjectKind], names: Sequence[str], rules: LicenceRules
) -> ProseTerm | None:
    """The licence that a sentence names; unknown where the sentence has words that no frame knows."""
    reading = read_sentences([sentence], rules.frames, rules.names)
    known = not reading.unknown and len(reading.known) == 1 and reading.known[0].frame.grant
    name = " AND ".join(names)
    if not known and not _LICENSED.search(flatten_text(sentence)):
        return None
    return ProseTerm(sentence.strip(), kinds, classify_licence(name, rules) if known else _UNKNOWN, name)
