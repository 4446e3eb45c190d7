"""Abstract and comment, labelled link by link: references, own links, roles, promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks.accuracy import baselines, errors
from benchmarks.accuracy.answers import Answer
from benchmarks.accuracy.bootstrap import intervals
from benchmarks.accuracy.hostgroups import HOSTS, host_of
from benchmarks.accuracy.labels import Text
from benchmarks.accuracy.part import PRF, Part, number
from benchmarks.accuracy.scoring import Score, add, by_paper, class_f1, compare, confusion, macro_f1, three

Pair = tuple[Text, Answer]
STRATA: dict[str, Callable[[Text], bool]] = {
    "random": lambda text: not text.nasty,
    "nasty": lambda text: text.nasty,
    "pooled": lambda text: True,  # noqa: ARG005 # of one shape with the others
}
ROLES = ("own", "own-page", "mention", "community")
PROMISES = ("available", "promised", "none")


def measure(texts: Sequence[Text], answers: Sequence[Answer], *, against: bool = True) -> Part:
    """All figures of abstract and comment; `against` the baselines too, where asked."""
    part = Part()
    pairs = list(zip(texts, answers, strict=True))
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
    part.errors |= errors.of_texts(pairs)
    return part


def references(pair: Pair) -> Score:
    """All references of one text."""
    text, answer = pair
    return compare({link.reference for link in text.links}, {link.reference for link in answer.links})


def own_links(pair: Pair) -> Score:
    """References of one text that are the authors' artifacts."""
    return _of_role(pair, "own")


def own_pages(pair: Pair) -> Score:
    """References of one text that are the authors' project pages."""
    return _of_role(pair, "own-page")


def _of_role(pair: Pair, role: str) -> Score:
    text, answer = pair
    return compare(
        {link.reference for link in text.links if link.role == role},
        {link.reference for link in answer.links if link.role == role},
    )


def _put(part: Part, name: str, pairs: Sequence[Pair], score: Callable[[Pair], Score]) -> None:
    scores = [score(pair) for pair in pairs]
    part.put(name, three(add(scores).counts))
    papers = by_paper((text.arxiv_id for text, _ in pairs), (one.counts for one in scores))
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
                {key for key in answer.own() if host_of(key) == host},
            )
            for text, answer in pairs
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
    for text, answer in pairs:
        true = {link.reference: link.role for link in text.links}
        said = {link.reference: link.role for link in answer.links}
        counts += confusion((true.get(key, "no link"), said.get(key, "not found")) for key in true | said)
    _show_confusion(part, "role", counts, (*ROLES, "no link"), (*ROLES, "not found"))


def _promise(part: Part, pairs: Sequence[Pair]) -> None:
    counts = confusion((text.promise, answer.promise) for text, answer in pairs)
    for name, value in class_f1(counts, PROMISES).items():
        part.figures[f"promise.{name}.f1"] = value
    part.figures["promise.macro.f1"] = macro_f1(counts, PROMISES)
    cells = [(true, said) for true in PROMISES for said in PROMISES]
    rows = by_paper(
        (text.arxiv_id for text, _ in pairs),
        ([int((text.promise, answer.promise) == cell) for cell in cells] for text, answer in pairs),
    )
    found = intervals(rows, lambda sums: [macro_f1(dict(zip(cells, sums, strict=True)), PROMISES)])
    part.put_intervals("promise.macro", found, ("f1",))
    _show_confusion(part, "promise", counts, PROMISES, PROMISES)


def _show_confusion(
    part: Part, key: str, counts: Counter[tuple[str, str]], true: Iterable[str], said: Sequence[str]
) -> None:
    part.show(
        key,
        ("labelled ↓ said →", *said),
        [(row, *(str(counts[row, column]) for column in said)) for row in true],
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
