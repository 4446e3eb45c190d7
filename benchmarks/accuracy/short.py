"""Abstract and comment, labelled link by link: references, own links, roles, promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks.accuracy import baselines, errors
from benchmarks.accuracy.bootstrap import intervals
from benchmarks.accuracy.detections import Detected
from benchmarks.accuracy.hostgroups import HOSTS, host_of
from benchmarks.accuracy.labels import Text
from benchmarks.accuracy.part import PRF, Part, number
from benchmarks.accuracy.scoring import Score, add, by_paper, class_f1, compare, confusion, macro_f1, three

Pair = tuple[Text, Detected]
STRATA: dict[str, Callable[[Text], bool]] = {
    "random": lambda text: not text.nasty,
    "nasty": lambda text: text.nasty,
    "pooled": lambda text: True,  # noqa: ARG005 # of one shape with the others
}
ROLES = ("own", "own-page", "mention", "community")
PROMISES = ("available", "promised", "none")


def measure(texts: Sequence[Text], detected: Sequence[Detected], *, against: bool = True) -> Part:
    """All figures of abstract and comment; `against` compares with the baselines too."""
    part = Part()
    pairs = list(zip(texts, detected, strict=True))
    for task, score in (("references", references), ("own", own_links), ("own-page", own_pages)):
        for stratum, belongs in STRATA.items():
            chosen = [pair for pair in pairs if belongs(pair[0])]
            _put(part, f"{task}.{stratum}", chosen, score)
        part.show(
            task,
            ("texts", "precision", "recall", "F1"),
            [(stratum, *(part.cell(f"{task}.{stratum}.{figure}") for figure in PRF)) for stratum in STRATA],
        )
    _by_field(part, pairs)
    _by_host(part, pairs)
    _by_role(part, pairs)
    _promise(part, pairs)
    if against:
        _against(part, texts)
    part.errors |= errors.count_text_errors(pairs)
    return part


def references(pair: Pair) -> Score:
    """All references of one text."""
    text, detected = pair
    return compare({link.reference for link in text.links}, {link.reference for link in detected.links})


def own_links(pair: Pair) -> Score:
    """References of one text that are the authors' artifacts."""
    return _of_role(pair, "own")


def own_pages(pair: Pair) -> Score:
    """References of one text that are the authors' project pages."""
    return _of_role(pair, "own-page")


def _of_role(pair: Pair, role: str) -> Score:
    text, detected = pair
    return compare(
        {link.reference for link in text.links if link.role == role},
        {link.reference for link in detected.links if link.role == role},
    )


def _put(part: Part, name: str, pairs: Sequence[Pair], score: Callable[[Pair], Score]) -> None:
    scores = [score(pair) for pair in pairs]
    part.put(name, three(add(scores).counts))
    papers = by_paper((text.arxiv_id for text, _ in pairs), (score.counts for score in scores))
    part.put_intervals(name, intervals(papers, three))


def _by_field(part: Part, pairs: Sequence[Pair]) -> None:
    rows = []
    for field in ("abstract", "comment"):
        chosen = [pair for pair in pairs if pair[0].field == field]
        for task, score in (("references", references), ("own links", own_links)):
            total = add(map(score, chosen))
            rows.append((field, task, str(len(chosen)), str(total.right + total.missed), *_cells(total)))
    part.show("field", ("place", "task", "texts", "labelled", "precision", "recall", "F1"), rows)


def _by_host(part: Part, pairs: Sequence[Pair]) -> None:
    rows = []
    for host in HOSTS:
        total = add(
            compare(
                {link.reference for link in text.links if link.role == "own" and host_of(link.reference) == host},
                {key for key in detected.own() if host_of(key) == host},
            )
            for text, detected in pairs
        )
        if sum(total.counts):
            rows.append((host, str(total.right + total.missed), *_cells(total)))
    part.show("host", ("host", "labelled own", "precision", "recall", "F1"), rows)


def _by_role(part: Part, pairs: Sequence[Pair]) -> None:
    rows = []
    for role in ROLES:
        total = add(_of_role(pair, role) for pair in pairs)
        if sum(total.counts):
            rows.append((role, str(total.right + total.missed), *_cells(total)))
    part.show("by-role", ("role", "labelled", "precision", "recall", "F1"), rows)
    counts: Counter[tuple[str, str]] = Counter()
    for text, detected in pairs:
        true = {link.reference: link.role for link in text.links}
        predicted = {link.reference: link.role for link in detected.links}
        counts += confusion(
            (true.get(key, "no link"), predicted.get(key, "not found")) for key in true | predicted
        )
    _show_confusion(part, "role", counts, (*ROLES, "no link"), (*ROLES, "not found"))


def _promise(part: Part, pairs: Sequence[Pair]) -> None:
    counts = confusion((text.promise, detected.promise) for text, detected in pairs)
    for name, value in class_f1(counts, PROMISES).items():
        part.figures[f"promise.{name}.f1"] = value
    part.figures["promise.macro.f1"] = macro_f1(counts, PROMISES)
    cells = [(true, predicted) for true in PROMISES for predicted in PROMISES]
    rows = by_paper(
        (text.arxiv_id for text, _ in pairs),
        ([int((text.promise, detected.promise) == cell) for cell in cells] for text, detected in pairs),
    )
    found = intervals(rows, lambda sums: [macro_f1(dict(zip(cells, sums, strict=True)), PROMISES)])
    part.put_intervals("promise.macro", found, ("f1",))
    _show_confusion(part, "promise", counts, PROMISES, PROMISES)


def _show_confusion(
    part: Part, key: str, counts: Counter[tuple[str, str]], true: Iterable[str], predicted: Sequence[str]
) -> None:
    part.show(
        key,
        ("labelled ↓ predicted →", *predicted),
        [(row, *(str(counts[row, column]) for column in predicted)) for row in true],
    )


def _against(part: Part, texts: Sequence[Text]) -> None:
    rows = [
        (f"**the product**, {stratum}", *(number(part.figures[f"own.{stratum}.{figure}"]) for figure in PRF))
        for stratum in STRATA
    ]
    for name, way in baselines.SHORT.items():
        for stratum, belongs in STRATA.items():
            total = add(
                compare({link.reference for link in text.links if link.role == "own"}, set(way(text.text)))
                for text in texts
                if belongs(text)
            )
            rows.append((f"{name}, {stratum}", *_cells(total)))
    part.show("own-baselines", ("way, texts", "precision", "recall", "F1"), rows)


def _cells(score: Score) -> tuple[str, ...]:
    return tuple(number(value) for value in three(score.counts))
