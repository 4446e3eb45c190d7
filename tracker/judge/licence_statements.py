"""Statements on a licence outside licence files: a README's section, a line of package metadata; pure.

A statement is a sentence or a badge, not a licence text, so it is read with care: clause by clause, each for the
code, the weights or the data that it names. Clauses about other people's work, about a later release, or with a
condition make nothing open. All searches are linear in the text, of which MAX_SECTION characters are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import islice

from tracker.domain.artifacts import LicenceFile
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge.licence_classes import (
    LicenceRules,
    classify_licence,
    is_copyleft,
    normalise_licence,
    stricter_class,
)
from tracker.judge.licence_words import comparable_words, flatten_text, merge_uses, normalise_text, shorten

MAX_SECTION = 8_000
"""Characters of a section that are read; a longer one makes nothing open."""
_MAX_CLAUSES = 300
_LABEL_WORDS = 3
"""Words of a line that is a label of the next line rather than a sentence."""
_RESTRICTED, _UNKNOWN = LicenceClass.RESTRICTED, LicenceClass.UNKNOWN
_TAG = re.compile(r"spdx-license-identifier:[ \t]*([^\n]{1,120})", re.IGNORECASE)
_README = re.compile(r"(?:^|/)(?:readme|model_?card)[^/]*$", re.IGNORECASE)
_CC_ADDRESS = re.compile(r"creativecommons\.org/licenses/([a-z-]{2,12})/(\d\.\d)[^\s)\]>\"']{0,40}", re.IGNORECASE)
_CC0_ADDRESS = re.compile(r"creativecommons\.org/publicdomain/zero/1\.0[^\s)\]>\"']{0,40}", re.IGNORECASE)
_LICENCE_ADDRESS = re.compile(
    r"https?://(?:www\.)?(?:opensource\.org/licenses?/|spdx\.org/licenses/|choosealicense\.com/licenses/"
    r"|apache\.org/licenses/|gnu\.org/licenses/|img\.shields\.io/badge/licen[sc]e)([^\s)\]>\"'?]{1,80})"
    r"[^\s)\]>\"']{0,120}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s)\]>\"']{1,400}", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:html|txt|svg|php)$|-(?:[a-z]{3,12}|[0-9a-f]{6})\.svg$", re.IGNORECASE)
_VERSION = re.compile(r",\s{0,3}(?=v(?:ersion)?\b)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;!?](?=\s|$)|。")
_PIECE = re.compile(r",|、|\s/\s|\||\b(?:and|while|whereas|but)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LicenceStatement:
    """What one place says of one fact's licence. `firm` is False where it neither names one nor adds a condition."""

    spdx: str | None
    class_: LicenceClass
    source: str
    note: str = ""
    firm: bool = True
    offer: bool = False
    """Whether it is restricted only by an offer of other terms, which takes nothing away beside a copyleft licence."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """Consecutive words that belong to at most one licence."""

    shown: str
    facts: frozenset[Fact]
    names: tuple[str, ...]
    restricted: str | None
    doubt: str | None
    about_others: bool
    elsewhere: bool
    """Whether it is about a service or an older version."""
    offer: bool
    """Whether its restriction is an offer of other terms."""


def read_statement(file: LicenceFile, fact: Fact, rules: LicenceRules) -> LicenceStatement:
    """What a README's section or a line of package metadata says of the licence of one fact.

    Package metadata is about code. The clauses of a section on this fact decide, else those on no fact in
    particular; a restriction or a condition in the latter counts in any case.
    """
    fact = Fact.CODE if fact is Fact.DEMO else fact
    if not _README.search(file.path):
        return _read_metadata(file, fact, rules)
    badge = file.path.endswith(", badge")
    source = file.path if badge else f"{file.path}, section on the licence"
    clauses = _read_clauses(file, rules)
    mine = [clause for clause in clauses if fact in clause.facts]
    general = [clause for clause in clauses if not clause.facts]
    if clauses and not mine and not general:
        return LicenceStatement(None, _UNKNOWN, source, f"{source}, does not mention the {fact.value}", firm=False)
    statement = _join_clauses(mine, general, source, rules)
    if badge and statement.class_ is not _RESTRICTED:
        named = statement.spdx or "a licence"
        return LicenceStatement(
            None, _UNKNOWN, source, f"{source}, names {named}, whose text is not there", firm=False
        )
    if (len(file.text) > MAX_SECTION or len(clauses) == _MAX_CLAUSES) and statement.class_ is not _RESTRICTED:
        return LicenceStatement(None, _UNKNOWN, source, f"{source}, is too long to be read whole")
    return statement


def read_fact_statement(file: LicenceFile, fact: Fact, rules: LicenceRules) -> LicenceStatement | None:
    """What a README's section says of this fact alone; None where it names no licence for it."""
    if not _README.search(file.path):
        return None
    clauses = _read_clauses(file, rules)
    mine = [clause for clause in clauses if fact in clause.facts]
    named = any(clause.names or clause.restricted for clause in mine)
    return _join_clauses(mine, [], f"{file.path}, section on the licence", rules) if named else None


def _read_clauses(file: LicenceFile, rules: LicenceRules) -> list[_Clause]:
    """The clauses of a section that are about what is released."""
    text = normalise_text(file.text[:MAX_SECTION])
    return [clause for clause in islice(_clauses(text, rules), _MAX_CLAUSES) if not clause.elsewhere]


def _read_metadata(file: LicenceFile, fact: Fact, rules: LicenceRules) -> LicenceStatement:
    tag = _TAG.search(file.text[:MAX_SECTION])
    name = normalise_licence(tag[1].strip(), rules) if tag else None
    if fact is not Fact.CODE:
        return LicenceStatement(None, _UNKNOWN, file.path, f"{file.path} applies to the code alone", firm=False)
    class_ = classify_licence(name, rules) if name else _UNKNOWN
    if name is None or class_ is _UNKNOWN:
        shown = shorten(tag[1].strip() if tag else file.text)
        return LicenceStatement(
            None, _UNKNOWN, file.path, f"{file.path} says “{shown}”, which was not recognised", firm=False
        )
    return LicenceStatement(name, class_, file.path)


def _join_clauses(
    mine: list[_Clause], general: list[_Clause], source: str, rules: LicenceRules
) -> LicenceStatement:
    own = [clause for clause in (*mine, *general) if not clause.about_others]
    names = _licence_names(mine) or _licence_names(general)
    limits = [clause for clause in own if clause.restricted is not None]
    firm = [clause for clause in limits if not clause.offer]
    for clause in firm or ([] if names and all(map(is_copyleft, names)) else limits):
        spdx = next((name for name in clause.names if classify_licence(name, rules) is _RESTRICTED), None)
        note = _restriction_note(clause, names, spdx)
        return LicenceStatement(spdx, _RESTRICTED, source, note, offer=not firm)
    others = next((c for c in (*mine, *general) if c.about_others and (c.names or c.restricted)), None)
    if others is not None and (others.restricted or not names):
        return LicenceStatement(
            None, _UNKNOWN, source, f"it is about other people's work: “{shorten(others.shown)}”"
        )
    if doubt := next((clause.doubt for clause in own if clause.doubt), None):
        what = f"{' AND '.join(names)} with added words" if names else "it adds words that were not recognised"
        return LicenceStatement(None, _UNKNOWN, source, f"{what}: “{shorten(doubt)}”")
    if not names:
        words = shorten(" ".join(clause.shown for clause in (*mine, *general))) or "nothing"
        return LicenceStatement(
            None, _UNKNOWN, source, f"{source}, says “{words}”, which was not recognised", firm=False
        )
    class_ = reduce(stricter_class, (classify_licence(name, rules) for name in names))
    return LicenceStatement(" AND ".join(names), class_, source, "the licence is named, not quoted")


def _restriction_note(clause: _Clause, names: list[str], spdx: str | None) -> str:
    note = f"it says “{shorten(clause.restricted or '')}”"
    beside = [name for name in names if name != spdx and name not in clause.names]
    return f"{note} and also names {' AND '.join(beside)}: the stricter counts" if beside else note


def _licence_names(clauses: list[_Clause]) -> list[str]:
    return list(dict.fromkeys(name for clause in clauses if not clause.about_others for name in clause.names))


def _clauses(text: str, rules: LicenceRules) -> Iterator[_Clause]:
    """The clauses in order. Words are joined until they name a licence or a condition; a short line that names
    neither is the label of what follows it."""
    pending = ""
    for line in _replace_addresses(text).splitlines():
        label = (
            line.lstrip().startswith("#") or line.rstrip(" *_|").endswith(":") or len(line.split()) <= _LABEL_WORDS
        )
        if label and not (clause := _clause(f"{pending} {line}", rules)).names and clause.restricted is None:
            pending = line if line.strip(" #*_|-:") else pending
            continue
        for sentence in _SENTENCE.split(line):
            for piece in _PIECE.split(sentence):
                pending = f"{pending} {piece}"
                if _decides(_clause(piece, rules)):
                    yield _clause(pending, rules)
                    pending = ""
            if pending.strip():
                yield _clause(pending, rules)
            pending = ""
    if pending:
        yield _clause(pending, rules)


def _decides(clause: _Clause) -> bool:
    return bool(clause.names or clause.restricted or clause.doubt)


def _clause(text: str, rules: LicenceRules) -> _Clause:
    flat, words = flatten_text(text), " ".join(comparable_words(text))
    names = _short_names(flat, text, rules)
    limit = rules.restricted.search(words)
    named = next((name for name in names if classify_licence(name, rules) is _RESTRICTED), None)
    title = rules.find_title(flat)
    doubt = rules.doubtful.search(rules.harmless.sub(" ", words)) or rules.later.search(words)
    return _Clause(
        shown=flat,
        facts=frozenset(fact for fact, says in rules.fact_words.items() if says.search(flat)),
        names=tuple(dict.fromkeys([*names, *([title] if title else [])])),
        restricted=named or title or (limit[0] if limit else None),
        doubt=doubt[0] if doubt else None,
        about_others=rules.others.search(words) is not None,
        elsewhere=rules.elsewhere.search(words) is not None,
        offer=named is None and title is None and rules.prose.offer.search(words) is not None,
    )


def name_licences(text: str, rules: LicenceRules) -> list[str]:
    """The licences that a sentence names, by their short names, their addresses, or the titles of agreements."""
    text = _replace_addresses(text)
    flat = flatten_text(text)
    title = rules.find_title(flat)
    return list(dict.fromkeys([*_short_names(flat, text, rules), *([title] if title else [])]))


def _short_names(flat: str, text: str, rules: LicenceRules) -> list[str]:
    names = [name for name, says in rules.short if says.search(flat)]
    return names + [name for tag in _TAG.findall(text) if (name := normalise_licence(tag.strip(), rules))]


def _replace_addresses(text: str) -> str:
    """The text with the addresses of licences replaced by their names, and without all other addresses."""
    text = _CC_ADDRESS.sub(lambda address: f" CC-{address[1]}-{address[2]} ", text)
    text = _CC0_ADDRESS.sub(" CC0-1.0 ", text)
    text = _LICENCE_ADDRESS.sub(lambda address: f" {_ENDING.sub('', address[1]).replace('%20', ' ')} ", text)
    return _VERSION.sub(" ", merge_uses(_ADDRESS.sub(" ", text)))
