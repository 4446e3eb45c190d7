"""Licences along chains of base models. The rule: what the terms of a base do not allow, the licence of what is made from
it cannot give (Hugging Face's documentation of `base_model`; the licences of Llama 2 and 3, section 1.b, of Gemma, 3.1,
and the OpenRAIL-M, section 4, each bind derivatives by name)."""

from itertools import pairwise

import pytest

from tracker.domain.history import Licence
from tracker.domain.terms import LicenceClass
from tracker.judge.base_models import MOST_DEPTH, MOST_MODELS, BaseModel, bound_licence

OSI, CONTENT, RESTRICTED = LicenceClass.OSI, LicenceClass.OPEN_CONTENT, LicenceClass.RESTRICTED
NONE, UNKNOWN = LicenceClass.NONE, LicenceClass.UNKNOWN
CLASSES = {
    "mit": OSI, "apache-2.0": OSI, "cc-by-4.0": CONTENT, "llama2": RESTRICTED, "llama3.1": RESTRICTED, "gemma": RESTRICTED,
    "qwen-research": RESTRICTED, "cc-by-nc-4.0": RESTRICTED, "bigscience-openrail-m": RESTRICTED, "mystery": UNKNOWN, "": NONE,
}  # fmt: skip


def licence(spdx: str) -> Licence:
    class_ = CLASSES[spdx]
    return Licence(spdx=spdx if class_ not in (NONE, UNKNOWN) else None, class_=class_, source="its card")


def hub(text: str) -> dict[str, BaseModel]:
    """`a:mit<b+c  b:!is gone` are models with their terms, or what is wrong with them, and their bases; `x=y:mit` was
    renamed from x to y."""
    models = {}
    for line in text.split("  "):
        if not line:
            continue
        names, _, rest = line.partition(":")
        old, _, new = names.partition("=")
        terms, _, bases = rest.partition("<")
        known = (
            BaseModel(new or old, licence(terms)) if not terms.startswith("!") else BaseModel(old, None, terms[1:])
        )
        models[old] = BaseModel(
            known.name, known.licence, known.trouble, tuple(base for base in bases.split("+") if base)
        )
    return models


@pytest.mark.parametrize(
    ("own", "bases", "models", "class_", "spdx", "is_known"),
    [
        # Every base allows as much: the model's own licence counts.
        ("mit", "", "", OSI, "mit", True),
        ("mit", "a", "a:apache-2.0", OSI, "mit", True),
        ("apache-2.0", "a", "a:mit", OSI, "apache-2.0", True),
        ("apache-2.0", "a", "a:apache-2.0<b  b:mit<c  c:apache-2.0", OSI, "apache-2.0", True),
        ("cc-by-4.0", "a", "a:mit", CONTENT, "cc-by-4.0", True),
        ("cc-by-4.0", "a", "a:cc-by-4.0", CONTENT, "cc-by-4.0", True),
        ("mit", "a+b", "a:mit  b:apache-2.0", OSI, "mit", True),
        # A restricted base: DeepSeek-R1-Distill-Llama and many fine-tunes declare MIT over it.
        ("mit", "a", "a:llama3.1", RESTRICTED, "llama3.1", True),
        ("apache-2.0", "a", "a:llama2", RESTRICTED, "llama2", True),
        ("mit", "a", "a:gemma", RESTRICTED, "gemma", True),
        ("apache-2.0", "a", "a:qwen-research", RESTRICTED, "qwen-research", True),
        ("mit", "a", "a:cc-by-nc-4.0", RESTRICTED, "cc-by-nc-4.0", True),
        ("mit", "a", "a:bigscience-openrail-m", RESTRICTED, "bigscience-openrail-m", True),
        ("cc-by-4.0", "a", "a:llama2", RESTRICTED, "llama2", True),
        # … however deep: a quantized copy of a fine-tune of a distilled model.
        ("mit", "a", "a:apache-2.0<b  b:llama2", RESTRICTED, "llama2", True),
        ("mit", "a", "a:mit<b  b:mit<c  c:mit<d  d:gemma", RESTRICTED, "gemma", True),
        # An open content base bounds an OSI licence.
        ("mit", "a", "a:cc-by-4.0", CONTENT, "cc-by-4.0", True),
        ("mit", "a", "a:mit<b  b:cc-by-4.0", CONTENT, "cc-by-4.0", True),
        # A merge: the strictest of its bases, in any order.
        ("apache-2.0", "a+b", "a:apache-2.0  b:llama2", RESTRICTED, "llama2", True),
        ("apache-2.0", "b+a", "a:apache-2.0  b:llama2", RESTRICTED, "llama2", True),
        ("apache-2.0", "a+b+c", "a:mit  b:cc-by-4.0  c:mit", CONTENT, "cc-by-4.0", True),
        ("mit", "a+b", "a:!is not on the Hub  b:llama2", RESTRICTED, "llama2", True),
        ("mit", "a+b", "a:mit<c  b:mit<c  c:mit", OSI, "mit", True),
        # What is unknown is never open.
        ("mit", "a", "a:!is not on the Hub", UNKNOWN, None, False),
        ("mit", "a", "a:!is gated and shows no terms", UNKNOWN, None, False),
        ("mit", "a", "a:!states no licence", UNKNOWN, None, False),
        ("mit", "a", "a:!could not be asked about (503)", UNKNOWN, None, False),
        ("apache-2.0", "a", "a:mystery", UNKNOWN, None, False),
        ("apache-2.0", "a", "a:", UNKNOWN, None, False),
        ("mit", "a+b", "a:mit  b:mystery", UNKNOWN, None, False),
        ("mit", "a", "a:mit<b  b:!is not on the Hub", UNKNOWN, None, False),
        ("mit", "a", "a:!states no licence<b  b:llama2", RESTRICTED, "llama2", True),
        ("mit", "a+b", "a:cc-by-4.0  b:mystery", UNKNOWN, None, False),
        # Its own terms are not open: the bases change nothing.
        ("llama2", "a", "a:mit", RESTRICTED, "llama2", True),
        ("cc-by-nc-4.0", "a", "a:llama2", RESTRICTED, "cc-by-nc-4.0", True),
        ("", "a", "a:mit", NONE, None, True),
        ("mystery", "a", "a:mit", UNKNOWN, None, True),
        # Cycles, the model itself among its bases, and one base written twice.
        ("mit", "own", "", OSI, "mit", True),
        ("mit", "a", "a:mit<own", OSI, "mit", True),
        ("mit", "a", "a:mit<b  b:apache-2.0<a", OSI, "mit", True),
        ("mit", "a", "a:mit<b  b:llama2<a", RESTRICTED, "llama2", True),
        ("mit", "a+A", "a:mit", OSI, "mit", True),
        # Renamed: asked under the old name, judged under the new one.
        ("mit", "x", "x=y:llama2", RESTRICTED, "llama2", True),
        ("mit", "x+y", "x=y:mit", OSI, "mit", True),
    ],
)
def test_no_model_is_more_open_than_its_bases(own, bases, models, class_, spdx, is_known):
    known, asked = hub(models), []

    def look_up(name: str) -> BaseModel:
        asked.append(name)
        return known[name]

    bound = bound_licence(licence(own), "own", bases.split("+") if bases else (), look_up)
    assert (bound.licence.class_, bound.licence.spdx, bound.is_known) == (class_, spdx, is_known)
    assert len(asked) == len({name.casefold() for name in asked}), "each base is asked about once"
    if CLASSES[own] in (RESTRICTED, NONE, UNKNOWN):
        assert asked == [], "nothing depends on the bases"


@pytest.mark.parametrize(
    ("bases", "models", "note"),
    [
        ("a", "a:llama2", "its base a is under llama2: what is made from it cannot be more open"),
        (
            "a",
            "a:mit<b  b:mit<c  c:gemma",
            "its base c, by way of a, b, is under gemma: what is made from it cannot be more open",
        ),
        ("x", "x=y:llama2", "its base x (now y) is under llama2: what is made from it cannot be more open"),
        ("a", "a:!states no licence", "its base a states no licence: how open the model may be is unknown"),
        (
            "a",
            "a:mystery",
            "its base a states terms that were not recognised: how open the model may be is unknown",
        ),
    ],
)
def test_the_note_names_the_chain(bases, models, note):
    bound = bound_licence(licence("mit"), "own", (bases,), hub(models).__getitem__)
    assert bound.licence.note == note
    assert bound.licence.source.startswith("the card of its base ")


def test_long_and_wide_chains_end_in_doubt():
    deep = [f"m{number}" for number in range(MOST_DEPTH + 2)]
    models = {name: BaseModel(name, licence("mit"), bases=(following,)) for name, following in pairwise(deep)}
    asked: list[str] = []

    def look_up(name: str) -> BaseModel:
        asked.append(name)
        return models.get(name, BaseModel(name, licence("mit")))

    bound = bound_licence(licence("mit"), "own", deep[:1], look_up)
    assert (bound.licence.class_, bound.is_known) == (UNKNOWN, False)
    assert "the chain of bases is too long" in bound.licence.note
    assert len(asked) == MOST_DEPTH
    asked.clear()
    bound = bound_licence(licence("mit"), "own", [f"w{number}" for number in range(90)], look_up)
    assert bound.licence.class_ is UNKNOWN
    assert len(asked) == MOST_MODELS
