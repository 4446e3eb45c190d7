"""Which licence something is under, decided from what its host claims and what its licence files say; pure.

A licence is never called open on a doubt: what is not recognised is unknown, and where a host's claim and a
file disagree, or several texts apply, the stricter class counts and the note says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain

from tracker.domain.artifacts import LicenceFile
from tracker.domain.history import Licence
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge import licence_statements, licence_texts
from tracker.judge.licence_classes import (
    LicenceRules,
    classify_licence,
    normalise_licence,
    stricter_class,
)

_OSI, _CONTENT, _RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED
_NONE, _UNKNOWN = LicenceClass.NONE, LicenceClass.UNKNOWN
_TAGGED = re.compile(r"spdx-license-identifier:[ \t]*([a-z0-9.+\- ()]{1,120})", re.IGNORECASE)
_RESERVED_ONLY = 40
"""Words of a text that reserves all rights and grants none."""
_GRANTS = re.compile(r"\b(?:permi|grant|licen|free|under)")
_NAMING_CHARACTERS = 2_000
"""Characters of a short text in which a grant by name is looked for."""
_MAX_SAID = 8
"""Places outside licence files that are read."""
_FOR_OTHERS = re.compile(
    r"third|notice|vendor|dependenc|policy|(?:^|[-_. ])(?:dco|cla|template|header)(?:[-_. ]|$)"
)
"""Names of files about the licences of other people's work, or about other things than a licence."""
_PURPOSES = {
    Fact.CODE: re.compile(r"(?:^|[-_. /])(?:code|software|source|src)(?:[-_. /]|$)"),
    Fact.WEIGHTS: re.compile(r"(?:^|[-_. /])(?:models?|weights?|checkpoints?|ckpts?)(?:[-_. /]|$)"),
    Fact.DATA: re.compile(r"(?:^|[-_. /])(?:data|datasets?|annotations?|corpus)(?:[-_. /]|$)"),
}
"""Names of licence files that speak of one fact only: LICENSE-CODE, MODEL_LICENSE, LICENSE.data."""
_DOCUMENTS = re.compile(r"(?:^|[-_. /])(?:docs?|documentation|images?|assets|fonts?)(?:[-_. /]|$)")
_CHOICE = re.compile(
    r"(?:^|/)(?:licen[sc]e|copying)[-_.](?!txt$|md$|rst$|html$|markdown$)[^/]+$|[^/]+[-_]licen[sc]e(?:\.\w+)?$"
)
"""Names after a licence, as LICENSE-MIT: two of them offer a choice."""


@dataclass(frozen=True, slots=True)
class LicenceReading:
    """What one licence text says. `resembles` is the standard text that it nearly is, where it is none."""

    spdx: str | None
    class_: LicenceClass
    note: str = ""
    resembles: str | None = None


def read_licence_text(text: str, rules: LicenceRules) -> LicenceReading:
    """Recognise a licence text, in time linear in its length.

    The id is that of the standard texts which stand wholly in it; what is left of the text must then add
    nothing of weight. Restricted titles and wordings decide over everything else.
    """
    words = licence_texts.comparable_words(text)
    flat = licence_texts.flatten_text(text)
    matches, near, left = licence_texts.match_texts(words, rules.standards)
    ids = _ids(match.standard.spdx for match in matches)
    rest = " ".join(chain.from_iterable(left))
    if title := next((name for name, says in rules.titles if says.search(flat)), None):
        return LicenceReading(title, _RESTRICTED, f"its text names {title}")
    if found := rules.restricted.search(rest) or rules.restricted.search(
        licence_texts.flatten_text(licence_texts.copyright_lines(text))
    ):
        what = f"{' AND '.join(ids)} with added terms" if ids else "its terms"
        return LicenceReading(None, _RESTRICTED, f"{what}: “{_shown(found[0])}”")
    tagged = [
        name
        for tag in _TAGGED.findall(text[: licence_texts.MAX_CHARACTERS])
        if (name := normalise_licence(tag, rules))
    ]
    if not ids and near is None:
        return _unquoted(text, words, tagged, flat, rules)
    class_ = reduce(stricter_class, (classify_licence(name, rules) for name in [*ids, *tagged]), _OSI)
    reading = LicenceReading(_joined(ids, tagged), class_)
    held = " AND ".join([*ids, *([near.standard.spdx] if near else [])])
    if len(text) >= licence_texts.MAX_CHARACTERS or sum(map(len, left)) > rules.most_left:
        return LicenceReading(
            None, stricter_class(class_, _UNKNOWN), f"{held} with much other text that was not recognised"
        )
    if doubt := rules.doubtful.search(rules.harmless.sub(" ", rest)):
        return LicenceReading(
            None, stricter_class(class_, _UNKNOWN), f"{held} with added words: “{_shown(doubt[0])}”"
        )
    if near:
        return LicenceReading(
            None, stricter_class(class_, _UNKNOWN), _likeness(near), None if ids else near.standard.spdx
        )
    return reading


def decide_licence(
    claimed: str | None,
    looked: bool,
    files: Sequence[LicenceFile],
    rules: LicenceRules,
    for_fact: Fact = Fact.CODE,
    claimed_by: str = "the host's licence field",
    *,
    said: Sequence[LicenceFile] = (),
) -> Licence:
    """Join what a host claims and what the files say, for one fact.

    `looked` tells that the host was really asked. A file beats the claim; where both are known and differ, the
    stricter class counts. A claim of nothing (NOASSERTION, `other`) is no claim, but proves that there is
    something: without a file it is unknown, never none. The weaker words `said` (`Check.licence_statements`) count
    where neither a file for this fact nor a claim stands; where they are not recognised, it is unknown.
    """
    claim = normalise_licence(claimed, rules)
    used = _files_for(files, for_fact)
    if used:
        reading, source = _of_files(used, rules, for_fact)
        if claim is None:
            return Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=reading.note)
        return _joined_with(claim, claimed_by, reading, source, licence_texts.flatten_text(used[0].text), rules)
    stated = _without_file(claim, claimed, looked, files, rules, for_fact, claimed_by)
    words = [file for file in said if file.text.strip()]
    if claim is not None or not words or stated.class_ is _RESTRICTED:
        return stated
    return _of_words(words, rules, for_fact)


def licences_by_fact(
    files: Sequence[LicenceFile],
    rules: LicenceRules,
    *,
    said: Sequence[LicenceFile] = (),
    claimed: str | None = None,
) -> tuple[tuple[Fact, Licence], ...]:
    """Licences of the facts that have a file of their own: LICENSE-CODE, LICENSE-MODEL, LICENSE-DATA.

    For weights and data without one, what a README's section says of just them counts, unless a licence file for
    everything or the host's claim says the same or is stricter.
    """
    found: list[tuple[Fact, Licence]] = []
    for fact in _PURPOSES:
        used = _files_for(files, fact)
        named = [file for file in used if fact in _facts_of(file)]
        reading, source = _of_files(used, rules, fact) if used else (None, "")
        if named and reading is not None and reading.class_ is not _NONE:
            licence = Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=reading.note)
            found.append((fact, licence))
        elif fact is not Fact.CODE and (word := _word_on(said, fact, rules)) is not None:
            general = None if reading is None or reading.class_ is _NONE else reading
            if stands := general or _claim_of(claimed, rules):
                if not _is_stricter(word.class_, stands.class_):
                    continue
                by = source if general else "the host"
                note = f"{by} says {stands.spdx or stands.class_.value}, {word.source}, says {word.spdx or word.class_.value}: the stricter counts"
                word = replace(word, note=note)
            found.append((fact, Licence(spdx=word.spdx, class_=word.class_, source=word.source, note=word.note)))
    return tuple(found)


def _word_on(
    said: Sequence[LicenceFile], fact: Fact, rules: LicenceRules
) -> licence_statements.LicenceStatement | None:
    """The strictest recognised word on just this fact."""
    words = [
        word for file in said[:_MAX_SAID] if (word := licence_statements.read_fact_statement(file, fact, rules))
    ]
    known = [word for word in words if word.class_ is not _UNKNOWN]
    return (
        reduce(lambda one, other: other if _is_stricter(other.class_, one.class_) else one, known)
        if known
        else None
    )


def _claim_of(claimed: str | None, rules: LicenceRules) -> LicenceReading | None:
    claim = normalise_licence(claimed, rules)
    return LicenceReading(claim, classify_licence(claim, rules)) if claim else None


def _without_file(
    claim: str | None,
    claimed: str | None,
    looked: bool,
    files: Sequence[LicenceFile],
    rules: LicenceRules,
    for_fact: Fact,
    claimed_by: str,
) -> Licence:
    """The licence where no file speaks of this fact: the claim, if there is one."""
    if files:
        names = ", ".join(file.path for file in files[:4])
        return Licence(
            spdx=None, class_=_UNKNOWN, source=names, note=f"no licence file speaks of the {for_fact.value}"
        )
    if claim is not None:
        return Licence(spdx=claim, class_=classify_licence(claim, rules), source=claimed_by)
    if claimed and claimed.strip():
        return Licence(
            spdx=None,
            class_=classify_licence(claimed, rules),
            source=claimed_by,
            note=f"{claimed_by} says “{_shown(claimed.strip())}”",
        )
    if looked:
        return Licence(spdx=None, class_=_NONE, source="no licence and no licence file")
    return Licence(spdx=None, class_=_UNKNOWN, source="", note="no licence was looked for")


def _of_words(said: Sequence[LicenceFile], rules: LicenceRules, fact: Fact) -> Licence:
    """One licence of all weaker words: the strictest of those that are recognised, else unknown."""
    heard = [_heard(file, rules, fact) for file in said[:_MAX_SAID]]
    firm = [one for one in heard if one.firm]
    if not firm:
        source = ", ".join(one.source for one in heard)
        return Licence(spdx=None, class_=_UNKNOWN, source=source, note="; ".join(one.note for one in heard))
    strict = reduce(lambda one, other: other if _is_stricter(other.class_, one.class_) else one, firm)
    notes = [strict.note] if strict.note else []
    if len({(one.spdx, one.class_) for one in firm}) > 1:
        each = ", ".join(f"{one.source} says {one.spdx or one.class_.value}" for one in firm)
        notes.insert(0, f"{each}: the stricter counts")
    return Licence(spdx=strict.spdx, class_=strict.class_, source=strict.source, note="; ".join(notes))


def _heard(file: LicenceFile, rules: LicenceRules, fact: Fact) -> licence_statements.LicenceStatement:
    """A section may quote a whole licence; else it is read clause by clause."""
    whole = read_licence_text(file.text, rules)
    if (
        whole.class_ in (_OSI, _CONTENT)
        and not whole.note
        and len(file.text) > licence_statements.MAX_SECTION // 16
    ):
        return licence_statements.LicenceStatement(
            whole.spdx, whole.class_, f"{file.path}, section on the licence"
        )
    return licence_statements.read_statement(file, fact, rules)


def _is_stricter(one: LicenceClass, other: LicenceClass) -> bool:
    return one is not other and stricter_class(one, other) is one


def _files_for(files: Sequence[LicenceFile], fact: Fact) -> list[LicenceFile]:
    """The files that speak of this fact: those named after it, else those named after nothing in particular."""
    fact = Fact.CODE if fact is Fact.DEMO else fact
    general: list[LicenceFile] = []
    own: list[LicenceFile] = []
    for file in files:
        name = file.path.lower()
        if _FOR_OTHERS.search(name) or _DOCUMENTS.search(name):
            continue
        facts = _facts_of(file)
        if fact in facts:
            own.append(file)
        elif not facts:
            general.append(file)
    top = [file for file in general if "/" not in file.path]
    stated = [file for file in top or general if not file.path.lower().startswith("copyright")]
    return own or stated or top or general


def _facts_of(file: LicenceFile) -> list[Fact]:
    """The facts after which a licence file is named."""
    name = file.path.lower().rpartition("/")[2]
    return [fact for fact, says in _PURPOSES.items() if says.search(name)]


def _of_files(files: Sequence[LicenceFile], rules: LicenceRules, fact: Fact) -> tuple[LicenceReading, str]:
    """One reading of several files: all their ids, the strictest class."""
    pairs = [(file.path, read_licence_text(file.text, rules)) for file in files]
    pairs = [pair for pair in pairs if pair[1].class_ is not _NONE] or pairs
    if fact in (Fact.CODE, Fact.DEMO) and any(reading.class_ is _OSI for _, reading in pairs):
        # A content licence beside a software licence is for texts and pictures.
        pairs = [pair for pair in pairs if pair[1].class_ is not _CONTENT]
    source = ", ".join(path for path, _ in pairs)
    if len(pairs) == 1:
        return pairs[0][1], source
    class_ = reduce(stricter_class, (reading.class_ for _, reading in pairs))
    word = " OR " if all(_CHOICE.search(path.lower()) for path, _ in pairs) else " AND "
    ids = _ids(reading.spdx for _, reading in pairs if reading.spdx)
    note = "; ".join(f"{path}: {reading.note}" for path, reading in pairs if reading.note)
    known = all(reading.spdx for _, reading in pairs)
    return LicenceReading(
        word.join(ids) if known or (class_ is _RESTRICTED and ids) else None, class_, note
    ), source


def _joined_with(
    claim: str, by: str, reading: LicenceReading, source: str, flat: str, rules: LicenceRules
) -> Licence:
    """A file's reading beside a claim that names a licence."""
    class_ = classify_licence(claim, rules)
    if reading.class_ is _NONE:
        return Licence(spdx=claim, class_=class_, source=by, note=reading.note)
    same = _family(claim) in {_family(part) for part in re.split(r" AND | OR ", reading.spdx or "")}
    if same and stricter_class(class_, reading.class_) is reading.class_:
        return Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=reading.note)
    if reading.class_ is _UNKNOWN and class_ is not _RESTRICTED:
        alike = reading.resembles is not None and _family(reading.resembles) == _family(claim)
        untested = _family(claim) not in {_family(known.spdx) for known in rules.standards}
        if alike or (untested and licence_texts.flatten_text(claim) in flat):
            return Licence(spdx=claim, class_=class_, source=f"{by}, {source}", note=reading.note)
        return Licence(
            spdx=None, class_=_UNKNOWN, source=source, note=f"{by} says {claim}, but {source}: {reading.note}"
        )
    if class_ is _UNKNOWN:
        return Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=reading.note)
    said = reading.spdx or reading.note or reading.class_.value
    counts = "the file counts" if class_ is reading.class_ else "the stricter counts"
    note = f"{by} says {claim}, {source} says {said}: {counts}"
    if stricter_class(class_, reading.class_) is reading.class_:
        note = f"{note}; {reading.note}" if reading.note and reading.note is not said else note
        return Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=note)
    return Licence(spdx=claim, class_=class_, source=by, note=note)


def _unquoted(text: str, words: list[str], tagged: list[str], flat: str, rules: LicenceRules) -> LicenceReading:
    """Read a text in which no standard text stands: an identifier, a sentence that names a licence, or neither."""
    if not text.strip():
        return LicenceReading(None, _NONE, "the licence file is empty")
    if len(words) <= _RESERVED_ONLY and "all rights reserved" in flat and not _GRANTS.search(flat):
        return LicenceReading(None, _RESTRICTED, "all rights are reserved and none is granted")
    short = len(words) <= rules.most_naming
    named = [name for name, says in rules.named if short and says.search(flat[:_NAMING_CHARACTERS])]
    doubt = rules.doubtful.search(rules.harmless.sub(" ", " ".join(words)))
    names = _ids([*tagged, *named])
    if names and short and not doubt:
        class_ = reduce(stricter_class, (classify_licence(name, rules) for name in names))
        return LicenceReading(" AND ".join(names), class_, "named in the file, not quoted")
    nearest = licence_texts.find_best_match(words, rules.standards)
    if nearest is None or nearest.agreeing < nearest.standard.fixed / 2:
        return LicenceReading(None, _UNKNOWN, "its text was not recognised")
    return LicenceReading(None, _UNKNOWN, _likeness(nearest))


def _likeness(match: licence_texts.TextMatch) -> str:
    differing = _shown(" ".join(match.differing[:6]))
    return f"its text is like {match.standard.spdx} and differs from it in {len(match.differing)} words: “{differing}”"


def _ids(names: Iterable[str]) -> list[str]:
    """The ids without doubles; the LGPL comes with the GPL's text, which it refers to."""
    ids = list(dict.fromkeys(names))
    return [name for name in ids if not (name.startswith("GPL-3") and any(n.startswith("LGPL-3") for n in ids))]


def _joined(ids: list[str], tagged: list[str]) -> str:
    """One expression of what was recognised; an identifier line may say `or-later` where a text cannot."""
    if len(ids) == len(tagged) == 1 and _family(ids[0]) == _family(tagged[0]):
        return tagged[0]
    return " AND ".join(dict.fromkeys(ids))


def _family(spdx: str) -> str:
    return spdx.removesuffix("-only").removesuffix("-or-later").lower()


def _shown(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
