"""The fresh texts: references, own links, own against mention, calibration by format, and the promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks.accuracy.bootstrap import intervals
from benchmarks.accuracy.detections import Detected
from benchmarks.accuracy.fresh_labels import FreshAbstract, FreshText
from benchmarks.accuracy.labels import CODE_HOSTS
from benchmarks.accuracy.part import PRF, Part, number
from benchmarks.accuracy.scoring import (
    Score,
    add,
    balanced_accuracy,
    brier,
    calibration_error,
    compare,
    confusion,
    equal_mass,
    equal_width,
    macro_f1,
    three,
)

TextPair = tuple[FreshText, Detected]
AbstractPair = tuple[FreshAbstract, Detected]
PROMISES = ("available", "promised", "none")
_PAGES = ("page:", "doi:")
_CODE = (*CODE_HOSTS, "github-org:", "gist:")


def measure(texts: Sequence[TextPair], renderings: Sequence[TextPair], abstracts: Sequence[AbstractPair]) -> Part:
    """All figures of the fresh texts; an empty part where there are none."""
    part = Part()
    if not texts:
        return part
    sets = {
        "all": list(texts),
        "read": [pair for pair in texts if not pair[0].held_back],
        "held-back": [pair for pair in texts if pair[0].held_back],
        "html": list(renderings),
    }
    sets = {name: pairs for name, pairs in sets.items() if pairs}
    for name, pairs in sets.items():
        _full_texts(part, f"fresh.{name}", pairs)
    _tables(part, sets)
    _formats(part, [*texts, *renderings])
    _abstracts(part, abstracts)
    part.errors |= _errors([*texts, *renderings], abstracts)
    return part


def score_links(
    roles: Mapping[str, str], detected: Detected, belongs: Callable[[str], bool], role: str = "own"
) -> Score:
    """Score of one text's links of one role.

    What is labelled `unscored` counts neither way, nor does an own page that is taken for an own artifact, nor
    pages and DOIs that no label names.
    """
    expected = {key for key, true in roles.items() if true == role and belongs(key)}
    claimed = {
        link.reference
        for link in detected.links
        if link.role == role
        and belongs(link.reference)
        and (roles.get(link.reference) not in ("unscored", "own-page") or roles[link.reference] == role)
        and (link.reference in roles or not link.reference.startswith(_PAGES))
    }
    return compare(expected, claimed)


def is_repository(key: str) -> bool:
    """Whether a folded reference names a repository, or the account that holds the paper's."""
    return key.startswith(_CODE)


def _anything(_key: str) -> bool:
    return True


def _references(text: FreshText, detected: Detected) -> Score:
    """All artifacts of one text; pages and DOIs are not labelled."""
    found = {link.reference for link in detected.links}
    return compare(set(text.roles), {key for key in found if not key.startswith(_PAGES) or key in text.roles})


def _full_texts(part: Part, name: str, pairs: Sequence[TextPair]) -> None:
    tasks = {
        "references": [_references(*pair) for pair in pairs],
        "repository": [score_links(text.roles, detected, is_repository) for text, detected in pairs],
        "own": [score_links(text.roles, detected, _anything) for text, detected in pairs],
    }
    for task, scores in tasks.items():
        part.put(f"{name}.{task}", three(add(scores).counts))
        part.put_intervals(f"{name}.{task}", intervals([score.counts for score in scores], three))
    counts = [_role_counts(*pair) for pair in pairs]
    balanced = balanced_accuracy([sum(row) for row in zip(*counts, strict=True)])
    part.put(f"{name}.roles", [balanced], ("balanced_accuracy",))
    predicted = predictions(pairs)
    errors = (
        calibration_error(equal_width(predicted)),
        calibration_error(equal_mass(predicted)),
        brier(predicted),
    )
    part.put(f"{name}.calibration", errors, ("ece_equal_width", "ece_equal_mass", "brier"))
    several = [text for text, _ in pairs if sum(role == "own" for role in text.roles.values()) > 1]
    whole = sum(
        not score_links(text.roles, detected, _anything).missed for text, detected in pairs if text in several
    )
    part.figures[f"{name}.several.papers"] = float(len(several))
    part.figures[f"{name}.several.found_whole"] = float(whole)


def _role_counts(text: FreshText, detected: Detected) -> tuple[int, int, int, int]:
    """(own called own, own, others not called own, others); a link that was not found is not called own."""
    own = detected.own()
    true = [key for key, role in text.roles.items() if role == "own"]
    others = [key for key, role in text.roles.items() if role == "mention"]
    return sum(key in own for key in true), len(true), sum(key not in own for key in others), len(others)


def predictions(pairs: Iterable[TextPair]) -> list[tuple[float, bool]]:
    """(probability, whether own) of each found link that is labelled own or mention."""
    return [
        (link.probability, text.roles[link.reference] == "own")
        for text, detected in pairs
        for link in detected.links
        if text.roles.get(link.reference) in ("own", "mention")
    ]


_NAMES = {
    "all": "all but the HTML renderings",
    "read": "of these, read while the rules were written",
    "held-back": "of these, held back",
    "html": "HTML renderings of the TeX rows",
}


def _tables(part: Part, sets: Mapping[str, Sequence[TextPair]]) -> None:
    for task in ("repository", "own", "references"):
        part.show(
            f"fresh.{task}",
            ("full texts", "papers", "precision", "recall", "F1"),
            [
                (_NAMES[name], str(len(pairs)), *(part.cell(f"fresh.{name}.{task}.{figure}") for figure in PRF))
                for name, pairs in sets.items()
            ],
        )
    figures = (
        "roles.balanced_accuracy",
        "calibration.ece_equal_width",
        "calibration.ece_equal_mass",
        "calibration.brier",
    )
    rows = []
    for name in sets:
        whole, several = (part.figures[f"fresh.{name}.several.{key}"] for key in ("found_whole", "papers"))
        cells = (number(part.figures[f"fresh.{name}.{figure}"]) for figure in figures)
        rows.append((_NAMES[name], *cells, f"{whole:.0f} of {several:.0f}"))
    part.show(
        "fresh.roles",
        (
            "full texts",
            "balanced accuracy",
            "ECE, equal widths",
            "ECE, equal masses",
            "Brier",
            "several own, all found",
        ),
        rows,
    )


def _formats(part: Part, pairs: Sequence[TextPair]) -> None:
    """Reliability by format: the mean probability beside the share that is own, in five equal widths."""
    rows = []
    for name in sorted({text.format_name for text, _ in pairs}):
        predicted = predictions(pair for pair in pairs if pair[0].format_name == name)
        rows += [
            (
                name,
                f"{each.low:.1f} to {each.high:.1f}",
                str(each.count),
                number(each.predicted),
                number(each.true),
            )
            for each in equal_width(predicted, 5)
        ]
    part.show("fresh.reliability", ("format", "probability", "links", "mean predicted", "share own"), rows)


def _abstracts(part: Part, pairs: Sequence[AbstractPair]) -> None:
    rows = []
    for role in ("own", "own-page"):
        scores = [score_links(item.roles, detected, _anything, role) for item, detected in pairs]
        part.put(f"fresh.abstracts.{role}", three(add(scores).counts))
        part.put_intervals(f"fresh.abstracts.{role}", intervals([score.counts for score in scores], three))
        rows.append((role, str(len(pairs)), *(part.cell(f"fresh.abstracts.{role}.{figure}") for figure in PRF)))
    part.show("fresh.abstracts", ("links", "abstracts", "precision", "recall", "F1"), rows)
    counts = confusion((item.promise, detected.promise) for item, detected in pairs if item.promise is not None)
    part.figures["fresh.abstracts.promise.macro.f1"] = macro_f1(counts, PROMISES)
    part.show(
        "fresh.promise",
        ("labelled ↓ predicted →", *PROMISES),
        [(true, *(str(counts[true, predicted]) for predicted in PROMISES)) for true in PROMISES],
    )


def _errors(texts: Sequence[TextPair], abstracts: Sequence[AbstractPair]) -> dict[str, int]:
    """Counts of the errors, by class: the place of what was claimed wrongly, the kind of what was missed."""
    counts: Counter[str] = Counter()
    for text, detected in texts:
        places = {link.reference: link.place for link in detected.links}
        own = detected.own()
        for key, role in text.roles.items():
            if role == "mention" and key in own:
                counts["fresh-other-footnote" if "footnote" in places[key] else "fresh-other-section"] += 1
            elif role == "own" and key not in own:
                counts[_missed_class(key, places)] += 1
    for item, abstract in abstracts:
        score = score_links(item.roles, abstract, _anything)
        counts["fresh-abstract-own"] += score.wrong
        counts["fresh-abstract-missed"] += score.missed
    return {name: count for name, count in counts.items() if count}


def _missed_class(key: str, places: Mapping[str, str]) -> str:
    if key not in places:
        return "fresh-own-unseen"
    if places[key] == "bibliography":
        return "fresh-own-entry"
    return "fresh-own-below" if is_repository(key) else "fresh-deposit-below"
