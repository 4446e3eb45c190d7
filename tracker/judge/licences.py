"""Which licence an artifact is under, decided from its host's claim, its licence files and its README; pure.

A licence is never called open on a doubt: what is not recognised is unknown, and where a host's claim and a
file disagree, or several texts apply, the stricter class counts and the note says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from tracker.domain.artifacts import LicenceFile
from tracker.domain.history import Licence
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge.licence_classes import (
    LicenceRules,
    classify_licence,
    is_copyleft,
    licence_family,
    normalise_licence,
    stricter_class,
)
from tracker.judge.licence_files import (
    FACTS_WITH_FILES,
    LicenceReading,
    facts_in_name,
    files_for_fact,
    read_licence_files,
    read_licence_text,
)
from tracker.judge.licence_prose import ProseTerm, find_prose_terms, is_prose
from tracker.judge.licence_statements import (
    MAX_SECTION,
    LicenceStatement,
    read_fact_statement,
    read_statement,
)
from tracker.judge.licence_words import flatten_text, shorten

_OSI, _CONTENT, _RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED
_NONE, _UNKNOWN = LicenceClass.NONE, LicenceClass.UNKNOWN
_MAX_STATEMENTS = 8
"""Places outside licence files that are read."""
_PROSE = "README.md, outside a section on the licence"
_MIN_QUOTED = MAX_SECTION // 16
"""Characters from which a section may quote a whole licence."""


def decide_licence(
    claimed: str | None,
    host_asked: bool,
    files: Sequence[LicenceFile],
    rules: LicenceRules,
    for_fact: Fact = Fact.CODE,
    claimed_by: str = "the host's licence field",
    *,
    statements: Sequence[LicenceFile] = (),
    claim_is_of_file: bool = False,
) -> Licence:
    """Join a host's claim and the licence files of an artifact into its licence for one fact.

    `host_asked` is False where nobody asked the host for the licence. A file counts before the claim; where both
    are known and differ, the stricter class counts. A claim of nothing (NOASSERTION, `other`) is not a claim, but
    proves that there is something: without a file it is unknown, never none. The `statements` of README and package
    metadata (`Check.licence_statements`) decide where there is neither a file for this fact nor a claim; where they are
    not recognised, the licence is unknown. Beside a file or a claim they count where they are stricter.
    `claim_is_of_file`: the host only repeats what it took a licence file for, as forges do; without that file's text
    its claim is not known to be right.
    """
    claim = normalise_licence(claimed, rules)
    applicable = files_for_fact(files, for_fact)
    written = [statement for statement in statements if statement.text.strip() and not is_prose(statement)]
    if applicable:
        reading, source = read_licence_files(applicable, rules, for_fact)
        if claim is None:
            licence = Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=reading.note)
        else:
            licence = _join_claim(claim, claimed_by, reading, source, flatten_text(applicable[0].text), rules)
    else:
        licence = _licence_without_file(claim, claimed, host_asked, files, rules, for_fact, claimed_by)
        if claim_is_of_file and licence.class_ in (_OSI, _CONTENT):
            note = f"{claimed_by} says {licence.spdx}, and no licence text was read"
            licence = replace(licence, spdx=None, class_=_UNKNOWN, note=note)
    if written and licence.class_ is not _RESTRICTED:
        said, offer = _licence_of_statements(written, rules, for_fact)
        if claim is None and not applicable:
            licence = said
        elif not (offer and _is_free(licence)):
            licence = _join_statements(licence, said)
    if licence.class_ is _RESTRICTED:
        return licence
    return _join_prose(licence, find_prose_terms(statements, rules), for_fact, alone=not written)


def _join_prose(licence: Licence, terms: Sequence[ProseTerm], fact: Fact, *, alone: bool) -> Licence:
    """A licence beside the sentences on terms in README or card: a restriction counts in any case, a licence that they
    name where nothing else states one (`alone`, and the licence is none)."""
    mine = [term for term in terms if term.is_about(fact) and not (term.offer and _is_free(licence))]
    if limit := next((term for term in mine if term.class_ is _RESTRICTED), None):
        said = Licence(
            spdx=limit.spdx, class_=_RESTRICTED, source=_PROSE, note=f"it says “{shorten(limit.shown)}”"
        )
        return said if licence.class_ is _NONE else _join_statements(licence, said)
    if alone and licence.class_ is _NONE and mine:
        class_ = reduce(stricter_class, (term.class_ for term in mine))
        names = " AND ".join(dict.fromkeys(term.spdx for term in mine if term.spdx))
        if class_ in (_OSI, _CONTENT):
            return Licence(spdx=names, class_=class_, source=_PROSE, note="the licence is named, not quoted")
        return Licence(spdx=None, class_=_UNKNOWN, source=_PROSE, note=f"it says “{shorten(mine[0].shown)}”")
    return licence


def _join_statements(licence: Licence, said: Licence) -> Licence:
    """The licence of a file or claim beside what README or card say: the stricter counts where both are known."""
    if said.class_ is _UNKNOWN or not _is_stricter(said.class_, licence.class_):
        return licence
    both = f"{licence.source}; {said.source}"
    first, second = licence.spdx or licence.class_.value, said.spdx or said.class_.value
    note = f"{licence.source} says {first}, {said.source} says {second}: the stricter counts"
    return replace(said, source=both, note=f"{note}; {said.note}" if said.note else note)


def licences_by_fact(
    files: Sequence[LicenceFile],
    rules: LicenceRules,
    *,
    statements: Sequence[LicenceFile] = (),
    claimed: str | None = None,
) -> tuple[tuple[Fact, Licence], ...]:
    """Licences of the facts that have a file of their own: LICENSE-CODE, LICENSE-MODEL, LICENSE-DATA.

    For weights and data without one, what a README's section says of them alone counts, unless a licence file for
    everything, or the host's claim, says the same or is stricter.
    """
    licences: list[tuple[Fact, Licence]] = []
    for fact in FACTS_WITH_FILES:
        applicable = files_for_fact(files, fact)
        reading, source = read_licence_files(applicable, rules, fact) if applicable else (None, "")
        if reading is not None and reading.class_ is _NONE:
            reading = None
        if reading is not None and any(fact in facts_in_name(file) for file in applicable):
            licence = Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=reading.note)
            licences.append((fact, licence))
        elif fact is not Fact.CODE:
            statement = _strictest_fact_statement(statements, fact, rules)
            general = reading or _read_claim(claimed, rules)
            if statement is not None and general is not None:
                statement = _stricter_statement(statement, general, source if reading else "the host")
            if statement is not None:
                licences.append((fact, _licence_of(statement)))
    return tuple(licences)


def _stricter_statement(statement: LicenceStatement, general: LicenceReading, by: str) -> LicenceStatement | None:
    """The statement on one fact if it is stricter than the licence for everything, with a note that names both."""
    if not _is_stricter(statement.class_, general.class_):
        return None
    everything, fact_only = general.spdx or general.class_.value, statement.spdx or statement.class_.value
    note = f"{by} says {everything}, {statement.source}, says {fact_only}: the stricter counts"
    return replace(statement, note=note)


def _strictest_fact_statement(
    statements: Sequence[LicenceFile], fact: Fact, rules: LicenceRules
) -> LicenceStatement | None:
    """The strictest recognised statement on this fact alone."""
    written = [file for file in statements if not is_prose(file)]
    read = [read_fact_statement(file, fact, rules) for file in written[:_MAX_STATEMENTS]]
    read += [
        LicenceStatement(term.spdx, term.class_, _PROSE, f"it says “{shorten(term.shown)}”")
        for term in find_prose_terms(statements, rules)
        if term.is_about(fact, alone=True)
    ]
    recognised = [statement for statement in read if statement is not None and statement.class_ is not _UNKNOWN]
    return reduce(_stricter_of, recognised) if recognised else None


def _read_claim(claimed: str | None, rules: LicenceRules) -> LicenceReading | None:
    claim = normalise_licence(claimed, rules)
    return LicenceReading(claim, classify_licence(claim, rules)) if claim else None


def _licence_without_file(
    claim: str | None,
    claimed: str | None,
    host_asked: bool,
    files: Sequence[LicenceFile],
    rules: LicenceRules,
    for_fact: Fact,
    claimed_by: str,
) -> Licence:
    """The licence where no file applies to this fact: the claim, if there is one."""
    if files:
        names = ", ".join(file.path for file in files[:4])
        return Licence(
            spdx=None, class_=_UNKNOWN, source=names, note=f"no licence file covers the {for_fact.value}"
        )
    if claim is not None:
        return Licence(spdx=claim, class_=classify_licence(claim, rules), source=claimed_by)
    if claimed and claimed.strip():
        note = f"{claimed_by} says “{shorten(claimed.strip())}”"
        return Licence(spdx=None, class_=classify_licence(claimed, rules), source=claimed_by, note=note)
    if host_asked:
        return Licence(spdx=None, class_=_NONE, source="")
    return Licence(spdx=None, class_=_UNKNOWN, source="", note="the licence was not checked")


def _is_free(licence: Licence) -> bool:
    """Whether an offer of other terms takes nothing away, because everything is allowed under copyleft already."""
    return licence.spdx is not None and is_copyleft(licence.spdx)


def _licence_of_statements(
    statements: Sequence[LicenceFile], rules: LicenceRules, fact: Fact
) -> tuple[Licence, bool]:
    """(one licence of all statements: the strictest of those that are recognised, else unknown; whether that is only an
    offer of other terms)."""
    read = [_read_section(file, rules, fact) for file in statements[:_MAX_STATEMENTS]]
    firm = [statement for statement in read if statement.firm]
    if not firm:
        source = ", ".join(statement.source for statement in read)
        note = "; ".join(statement.note for statement in read)
        return Licence(spdx=None, class_=_UNKNOWN, source=source, note=note), False
    strictest = reduce(_stricter_of, firm)
    notes = [strictest.note] if strictest.note else []
    if len({(statement.spdx, statement.class_) for statement in firm}) > 1:
        each = ", ".join(
            f"{statement.source} says {statement.spdx or statement.class_.value}" for statement in firm
        )
        notes.insert(0, f"{each}: the stricter counts")
    return replace(_licence_of(strictest), note="; ".join(notes)), strictest.offer


def _licence_of(statement: LicenceStatement) -> Licence:
    return Licence(spdx=statement.spdx, class_=statement.class_, source=statement.source, note=statement.note)


def _read_section(file: LicenceFile, rules: LicenceRules, fact: Fact) -> LicenceStatement:
    """What a section says of one fact's licence: the licence that it quotes whole, else what its clauses say."""
    quoted = read_licence_text(file.text, rules)
    if quoted.class_ in (_OSI, _CONTENT) and not quoted.note and len(file.text) > _MIN_QUOTED:
        return LicenceStatement(quoted.spdx, quoted.class_, f"{file.path}, section on the licence")
    return read_statement(file, fact, rules)


def _stricter_of(first: LicenceStatement, second: LicenceStatement) -> LicenceStatement:
    return second if _is_stricter(second.class_, first.class_) else first


def _is_stricter(class_: LicenceClass, than: LicenceClass) -> bool:
    return class_ is not than and stricter_class(class_, than) is class_


def _join_claim(
    claim: str, by: str, reading: LicenceReading, source: str, flat: str, rules: LicenceRules
) -> Licence:
    """The licence of a file together with a claim that names one; `flat` is the flattened text of the file."""
    class_ = classify_licence(claim, rules)
    from_file = Licence(spdx=reading.spdx, class_=reading.class_, source=source, note=reading.note)
    if reading.class_ is _NONE:
        return Licence(spdx=claim, class_=class_, source=by, note=reading.note)
    ids = {licence_family(part) for part in re.split(r" AND | OR ", reading.spdx or "")}
    if licence_family(claim) in ids and stricter_class(class_, reading.class_) is reading.class_:
        return from_file
    if reading.class_ is _UNKNOWN and class_ is not _RESTRICTED:
        if _confirms(claim, reading, flat, rules):
            return Licence(spdx=claim, class_=class_, source=f"{by}, {source}", note=reading.note)
        note = f"{by} says {claim}, but {source}: {reading.note}"
        return Licence(spdx=None, class_=_UNKNOWN, source=source, note=note)
    if class_ is _UNKNOWN:
        return from_file
    terms = reading.spdx or reading.note or reading.class_.value
    counts = "the file counts" if class_ is reading.class_ else "the stricter counts"
    note = f"{by} says {claim}, {source} says {terms}: {counts}"
    if stricter_class(class_, reading.class_) is reading.class_:
        note = f"{note}; {reading.note}" if reading.note and reading.note is not terms else note
        return replace(from_file, note=note)
    return Licence(spdx=claim, class_=class_, source=by, note=note)


def _confirms(claim: str, reading: LicenceReading, flat: str, rules: LicenceRules) -> bool:
    """Whether a text that was not recognised is nearly the claimed licence, or names one without a standard text."""
    if reading.resembles is not None and licence_family(reading.resembles) == licence_family(claim):
        return True
    has_standard = licence_family(claim) in {licence_family(standard.spdx) for standard in rules.standards.texts}
    return not has_standard and flatten_text(claim) in flat
