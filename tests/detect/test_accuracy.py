"""Floors of accuracy on the hand-labelled development texts; where the data are absent, skipped."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tracker.detect import roles, scan, urls
from tracker.detect.roles import Rules
from tracker.domain import Detection, Paper, Promise, Reference, Role

pytestmark = pytest.mark.data
Labelled = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def resolve() -> Callable[[str], Reference | None]:
    hosts = pytest.importorskip("tracker.hosts.resolve")
    return hosts.reference


@pytest.fixture(scope="module")
def answers(
    labelled: Labelled, resolve: Callable[[str], Reference | None], rules: Rules
) -> list[tuple[dict[str, Any], Detection]]:
    rows = labelled("abstracts.jsonl")
    return [
        (row, scan.detect(Paper(arxiv_id=row["arxiv_id"], **{row["field"]: row["text"]}), resolve, rules))
        for row in rows
    ]


def figures(pairs: Iterator[tuple[set[str], set[str]]]) -> tuple[float, float, float]:
    """(precision, recall, F1) of found against wanted."""
    both = extra = missed = 0
    for wanted, found in pairs:
        both, extra, missed = both + len(wanted & found), extra + len(found - wanted), missed + len(wanted - found)
    precision, recall = both / (both + extra), both / (both + missed)
    return precision, recall, 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize("random_draw", [True, False], ids=["random", "nasty"])
def test_references(answers: list[tuple[dict[str, Any], Detection]], random_draw: bool) -> None:
    precision, recall, f1 = figures(
        ({link["reference"].casefold() for link in row["links"]}, {link.reference.folded for link in found.roles})
        for row, found in answers
        if row["stratum"].startswith("day") is random_draw
    )
    assert (precision, recall) >= (0.98, 0.98)
    assert f1 >= 0.98


def test_own_links(answers: list[tuple[dict[str, Any], Detection]]) -> None:
    precision, recall, _ = figures(
        (
            {link["reference"].casefold() for link in row["links"] if link["role"] == "own"},
            {link.reference.folded for link in found.roles if link.role is Role.OWN},
        )
        for row, found in answers
    )
    assert precision >= 0.98
    assert recall >= 0.98


def test_promise(answers: list[tuple[dict[str, Any], Detection]]) -> None:
    pairs = Counter((row["promise"], found.promise.value) for row, found in answers)
    scores = []
    for promise in Promise:
        right = pairs[promise.value, promise.value]
        wrong = sum(count for pair, count in pairs.items() if promise.value in pair and pair[0] != pair[1])
        scores.append(2 * right / (2 * right + wrong))
    assert sum(scores) / len(scores) >= 0.96


def test_own_repositories_of_curated_lists(
    labelled: Labelled, resolve: Callable[[str], Reference | None], rules: Rules
) -> None:
    named = own = 0
    for row in labelled("papers.jsonl"):
        if row["label"] != "official" or not row["independent"]:
            continue
        wanted = {found.folded for url in row["own"] + row["aliases"] if (found := resolve(url))}
        paper = Paper(
            arxiv_id=row["arxiv_id"], title=row["title"], abstract=row["abstract"], comment=row["comment"] or ""
        )
        found_roles = scan.detect(paper, resolve, rules).roles
        named += any(link.reference.folded in wanted for link in found_roles)
        own += any(link.reference.folded in wanted for link in found_roles if link.role is Role.OWN)
    assert named >= 530
    assert own / named >= 0.99


def test_full_text_windows(labelled: Labelled, resolve: Callable[[str], Reference | None], rules: Rules) -> None:
    both = missed = wrong = 0
    for row in labelled("contexts.jsonl"):
        found = roles.decide(
            scan.full_text(_laid_out(row), "pdf-text", resolve),
            Paper(arxiv_id="1", title=row["title"] or ""),
            rules,
        )
        own = {link.reference.folded for link in found if link.role is Role.OWN}
        wanted = {named.folded for url in row["official_repo_urls"] if (named := resolve(url))}
        wanted |= {f"github:{name}".casefold() for name in row["alias_repos"] if "://" not in name}
        others = {f"github:{name}".casefold() for name in row["other_repos_in_text"]} - wanted
        if row["official_in_text"]:
            both, missed = both + bool(own & wanted), missed + (not own & wanted)
        wrong += len(own & others)
    assert both / (both + missed) >= 0.93
    assert both / (both + wrong) >= 0.93


def _laid_out(row: dict[str, Any]) -> str:
    """The windows of a full text where they stood, with empty lines between."""
    pieces: list[str] = []
    length = 0
    for window in sorted(row["windows"], key=lambda window: window["chars"]):
        start = max(length, window["chars"] - 240)
        pieces += ["\n" * (start - length), window["text"]]
        length = start + len(window["text"])
    return "".join(pieces) + "\n" * max(0, row["length"] - length)


def test_links_of_real_days_are_quick(labelled: Labelled) -> None:
    texts = [row["abstract"] for row in labelled("papers.jsonl")]
    assert sum(len(urls.find(text)) for text in texts) > 2_000
