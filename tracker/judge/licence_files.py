"""What licence files say: each text by itself, and all files of an artifact for one fact; pure.

A licence is never called open on a doubt: words that no standard text explains make it unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain

from tracker.domain.artifacts import LicenceFile
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge import licence_texts
from tracker.judge.licence_classes import LicenceRules, classify_licence, normalise_licence, stricter_class
from tracker.judge.licence_words import (
    MAX_CHARACTERS,
    comparable_words,
    copyright_lines,
    flatten_text,
    shorten,
)

_OSI, _CONTENT, _RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED
_NONE, _UNKNOWN = LicenceClass.NONE, LicenceClass.UNKNOWN
_TAG = re.compile(r"spdx-license-identifier:[ \t]*([a-z0-9.+\- ()]{1,120})", re.IGNORECASE)
_MAX_RESERVED = 40
"""Words of a text that reserves all rights and grants none."""
_GRANTS = re.compile(r"\b(?:permi|grant|licen|free|under)")
_MAX_NAMING = 2_000
"""Characters of a short text in which a grant by name is searched for."""
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


def read_licence_text(text: str, rules: LicenceRules) -> LicenceReading:
    """Recognise a licence text, in time linear in its length.

    The id is that of the standard texts which are wholly in it; the rest of the text must then add nothing of
    weight. Restricted titles and phrases decide over everything else.
    """
    words, flat = comparable_words(text), flatten_text(text)
    matches, near, unmatched = licence_texts.match_texts(words, rules.standards)
    ids = _unique_ids(match.standard.spdx for match in matches)
    rest = " ".join(chain.from_iterable(unmatched))
    if title := next((name for name, says in rules.titles if says.search(flat)), None):
        return LicenceReading(title, _RESTRICTED, f"its text names {title}")
    if limit := rules.restricted.search(rest) or rules.restricted.search(flatten_text(copyright_lines(text))):
        what = f"{' AND '.join(ids)} with added terms" if ids else "its terms"
        return LicenceReading(None, _RESTRICTED, f"{what}: “{shorten(limit[0])}”")
    tags = [name for tag in _TAG.findall(text[:MAX_CHARACTERS]) if (name := normalise_licence(tag, rules))]
    if not ids and near is None:
        return _read_unquoted(text, words, tags, flat, rules)
    class_ = reduce(stricter_class, (classify_licence(name, rules) for name in [*ids, *tags]), _OSI)
    named = " AND ".join([*ids, *([near.standard.spdx] if near else [])])
    doubt = rules.doubtful.search(rules.harmless.sub(" ", rest))
    if len(text) >= MAX_CHARACTERS or sum(map(len, unmatched)) > rules.most_left:
        note, resembles = f"{named} with much other text that was not recognised", None
    elif doubt:
        note, resembles = f"{named} with added words: “{shorten(doubt[0])}”", None
    elif near:
        note, resembles = _describe_difference(near), None if ids else near.standard.spdx
    else:
        return LicenceReading(_join_ids(ids, tags), class_)
    return LicenceReading(None, stricter_class(class_, _UNKNOWN), note, resembles)


def _read_unquoted(text: str, words: list[str], tags: list[str], flat: str, rules: LicenceRules) -> LicenceReading:
    """Read a text without any standard text in it: an identifier, a sentence that names a licence, or neither."""
    if not text.strip():
        return LicenceReading(None, _NONE, "the licence file is empty")
    if len(words) <= _MAX_RESERVED and "all rights reserved" in flat and not _GRANTS.search(flat):
        return LicenceReading(None, _RESTRICTED, "all rights are reserved and no right is granted")
    short = len(words) <= rules.most_naming
    named = [name for name, says in rules.named if short and says.search(flat[:_MAX_NAMING])]
    doubt = rules.doubtful.search(rules.harmless.sub(" ", " ".join(words)))
    names = _unique_ids([*tags, *named])
    if names and short and not doubt:
        class_ = reduce(stricter_class, (classify_licence(name, rules) for name in names))
        return LicenceReading(" AND ".join(names), class_, "the licence is named, not quoted")
    nearest = licence_texts.find_best_match(words, rules.standards)
    if nearest is None or nearest.agreeing < nearest.standard.fixed / 2:
        return LicenceReading(None, _UNKNOWN, "its text was not recognised")
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
    return " AND ".join(dict.fromkeys(ids))


def licence_family(spdx: str) -> str:
    """An SPDX id in lower case, without `-only` or `-or-later`."""
    return spdx.removesuffix("-only").removesuffix("-or-later").lower()


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
    readings = [(file.path, read_licence_text(file.text, rules)) for file in files]
    readings = [pair for pair in readings if pair[1].class_ is not _NONE] or readings
    if fact in (Fact.CODE, Fact.DEMO) and any(reading.class_ is _OSI for _, reading in readings):
        # A content licence beside a software licence is for texts and pictures.
        readings = [pair for pair in readings if pair[1].class_ is not _CONTENT]
    source = ", ".join(path for path, _ in readings)
    if len(readings) == 1:
        return readings[0][1], source
    class_ = reduce(stricter_class, (reading.class_ for _, reading in readings))
    operator = " OR " if all(_CHOICE.search(path.lower()) for path, _ in readings) else " AND "
    ids = _unique_ids(reading.spdx for _, reading in readings if reading.spdx)
    note = "; ".join(f"{path}: {reading.note}" for path, reading in readings if reading.note)
    all_recognised = all(reading.spdx for _, reading in readings)
    spdx = operator.join(ids) if all_recognised or (class_ is _RESTRICTED and ids) else None
    return LicenceReading(spdx, class_, note), source
