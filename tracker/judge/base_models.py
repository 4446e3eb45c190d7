"""How far the models from which a model was made allow its own licence to reach; pure.

A model that is fine-tuned, quantized, merged or adapted from another (`base_model` of its card on the Hub) is a
derivative of it: what the base's terms do not allow, the licence that the derived model states cannot give. So the
strictest of the licence and of those of all bases counts, and a base whose terms are unknown makes the whole unknown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.domain.history import Licence
from tracker.domain.terms import LicenceClass
from tracker.judge.licence_classes import stricter_class

MOST_DEPTH = 8
"""Models from which one another was made that are followed …"""
MOST_MODELS = 30
"""… and models that are asked about for one model."""
_OPEN = frozenset({LicenceClass.OSI, LicenceClass.OPEN_CONTENT})
_TERMS = {
    LicenceClass.OSI: "an OSI-approved licence",
    LicenceClass.OPEN_CONTENT: "an open content licence",
    LicenceClass.RESTRICTED: "terms with restrictions of use",
}


@dataclass(frozen=True, slots=True)
class BaseModel:
    """What is known of a model from which another was made. `name` is how the Hub writes it now."""

    name: str
    licence: Licence | None = None
    """None where its terms are unknown; `trouble` then says why."""
    trouble: str = ""
    """What follows the model's name in a sentence, as `is not on the Hub`."""
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundLicence:
    """The licence that counts, and whether the terms of every base are known as far as they matter."""

    licence: Licence
    is_known: bool = True


def bound_licence(
    own: Licence, name: str, bases: Sequence[str], look_up: Callable[[str], BaseModel]
) -> BoundLicence:
    """The licence of a model's weights, given the one that it states (`own`) and the names of its `bases`.

    `own` itself where it is not open, or where every base allows as much; else that of the strictest base, whose note
    names the way to it. `look_up` returns what is known of a base by its name; it is called at most once for each, the
    nearest first, and not at all where `own` is not open. A model that comes back in its own chain adds nothing.
    """
    if own.class_ not in _OPEN:
        return BoundLicence(own)
    strictest, is_known, seen = own, True, {name.casefold()}
    waiting: deque[tuple[str, ...]] = deque((base,) for base in bases)
    while waiting and strictest.class_ is not LicenceClass.RESTRICTED:
        way = waiting.popleft()
        if way[-1].casefold() in seen:
            continue
        if len(way) > MOST_DEPTH or len(seen) > MOST_MODELS:
            base = BaseModel(way[-1], trouble="was not asked about, because the chain of bases is too long")
        else:
            base = look_up(way[-1])
        known_already = base.name.casefold() in seen
        seen |= {way[-1].casefold(), base.name.casefold()}
        if known_already:
            continue
        bound = _licence_of_base(base, way)
        is_known = is_known and bound.class_ is not LicenceClass.UNKNOWN
        if bound.class_ is not strictest.class_ and stricter_class(strictest.class_, bound.class_) is bound.class_:
            strictest = bound
        waiting.extend((*way, following) for following in base.bases)
    return BoundLicence(strictest, is_known or strictest.class_ is LicenceClass.RESTRICTED)


def _licence_of_base(base: BaseModel, way: Sequence[str]) -> Licence:
    """The licence of a base as that of the model made from it, with the way from one to the other in its note."""
    renamed = f" (now {base.name})" if base.name.casefold() != way[-1].casefold() else ""
    through = f", by way of {', '.join(way[:-1])}," if len(way) > 1 else ""
    subject, source = f"its base {way[-1]}{renamed}{through}", f"the card of its base {base.name}"
    licence = base.licence
    if licence is None or licence.class_ in (LicenceClass.UNKNOWN, LicenceClass.NONE):
        trouble = base.trouble or "states terms that were not recognised"
        note = f"{subject} {trouble}: how open the model may be is unknown"
        return Licence(spdx=None, class_=LicenceClass.UNKNOWN, source=source, note=note)
    terms = licence.spdx or _TERMS[licence.class_]
    note = f"{subject} is under {terms}: what is made from it cannot be more open"
    return Licence(spdx=licence.spdx, class_=licence.class_, source=source, note=note)
