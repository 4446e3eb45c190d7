"""Writes docs/accuracy.md: the same figures, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.accuracy import bootstrap
from benchmarks.accuracy.errors import KINDS
from benchmarks.accuracy.floors import Floor
from benchmarks.accuracy.measure import Measured
from benchmarks.accuracy.part import Part, Table, number


class Section(NamedTuple):
    """One section: its heading, what is to be known before its tables, and the tables."""

    title: str
    words: str
    tables: tuple[str, ...]


HEAD = """# Accuracy

Written by `make accuracy`; do not edit by hand.

The page opens with the **fresh texts**: full texts of other kinds and fields than those that the
first rules were written for, and abstracts of recent months. Two thirds of these full texts, by
origin, were read while the present rules were written. Of the third that is *held back* only the
errors were read, seven of them, before the last rules: own repositories had a precision of 0.920
there before that and a recall of 1.000. The figures further down, of the first texts, are **in
sample**: they show what the rules can express and guard against regressions, and a score of 1.000
there says that none of those texts is read wrongly, and no more. Papers that nobody tuned to are
read less well: of sentences that were written before the last rules and scored once, 82 of 100 were
read rightly.

The texts are not part of this project; the facts of their labels are (arXiv ids, references, roles,
promises, and a hash of each text). `make accuracy FETCH=1` asks arXiv for the abstracts by their
ids, at its pace, and prints the figures of the texts that are still the same, so that anybody can
do them again.
"""

WHAT = """## What was measured, on what

Every text went through what `tracker detect` reads and prints: one JSON line in, one out.
Rules {rules}; a link is called `own` at a probability of {threshold} or more.

| texts | how many | labels |
|---|---|---|
| fresh full texts | {fresh_texts} full texts (PDF, TeX, Markdown, HTML) as windows around their links, and {fresh_renderings} renderings by LaTeXML of TeX texts among them, in rows of their own | each artifact with its role; what is labelled `unscored` counts neither way |
| fresh abstracts | {fresh_abstracts} abstracts with their comments | each link with its role, and the promise |
| abstracts and comments | {texts} texts of {papers} papers, {links} links; {random} from a random draw enriched in links, {nasty} picked for their difficulty (*nasty*) | each link with its reference and role, and the promise; each text is read alone, without title or authors |
| papers of curated lists | {official} papers whose repository is known from a list and not from their abstract, and {other_listed} that only promise or only mention code | paper level; the lists are wrong on 1 to 2 % of their papers; absence from a list proves nothing, so no precision is drawn from it |
| full texts | {full_texts} PDF conversions and TeX sources, known by windows around their links, placed where these were; {in_text} name their own repository | the own repositories, others that the text names, and further links labelled for this project (`benchmarks/accuracy/further_labels.toml`) |

Precision is the share of the claims that are right, recall the share of the labels that were
claimed, F1 their harmonic mean. The brackets hold the 90 % interval of {draws:,} bootstrap samples,
drawn by paper with a fixed seed. Errors that did not occur cannot be drawn, so the interval of a
figure near 1 is narrower than the truth: where n papers showed no error, up to 3 in n of such
papers may still hold one.

## How to repeat it

Run `make accuracy`, or `python -m benchmarks.accuracy [FOLDER]`, where FOLDER (or `TRACKER_LABELS`)
holds the labelled texts. They are not part of the project, and without them the command says so and
changes nothing. The floors are in `benchmarks/accuracy/floor.toml`;
`pytest tests/detect/test_accuracy.py` fails where a figure falls below its floor. Where
`TRACKER_WHOLE_TEXTS` names a folder with the whole fresh texts (`KEY.txt`), these are read instead
of their windows; the figures of this page are those of the windows.
"""

SECTIONS = (
    Section(
        "## Fresh full texts: own repositories",
        """\
Links to the authors' own repositories. A claimed repository without a label is wrong.""",
        ("fresh.repository",),
    ),
    Section(
        "## Fresh full texts: all own links",
        """\
Deposits of archives, models, data sets and demos among them; pages and journals' DOIs are not
labelled and do not count.""",
        ("fresh.own",),
    ),
    Section(
        "## Fresh full texts: references", "All links to artifacts, whatever their role.", ("fresh.references",)
    ),
    Section(
        "## Fresh full texts: own against mention, calibration, several artifacts",
        """\
Balanced accuracy is the mean of the shares right among own links and among mentions. ECE is the
expected calibration error. The last column counts the papers with several own links of which all
were found. The second table compares the probabilities with the truth, by format.""",
        ("fresh.roles", "fresh.reliability"),
    ),
    Section(
        "## Fresh abstracts",
        "Links of title, abstract and comment; below them the promise, as counts of abstracts.",
        ("fresh.abstracts", "fresh.promise"),
    ),
    Section("## References in abstract and comment", "All links, whatever their role.", ("references",)),
    Section(
        "## Own links in abstract and comment",
        "Links to the authors' own code, data, models and demos.",
        ("own",),
    ),
    Section("### Project pages", "Links to the authors' page on this work.", ("own-page",)),
    Section(
        "### Beside simpler ways",
        "Own links. The simpler ways have no roles: they claim whatever they find.",
        ("own-baselines",),
    ),
    Section("### By place", "Both draws together.", ("field",)),
    Section("### By host", "Own links, both draws together.", ("host",)),
    Section(
        "### By role", "Counts of links; none of these texts has a labelled `community` link.", ("by-role", "role")
    ),
    Section("## Promise", "Counts of texts.", ("promise",)),
    Section(
        "## The same texts in other forms",
        "Abstracts and comments, both draws together, rewritten without a change of meaning.",
        ("forms",),
    ),
    Section(
        "## Papers of curated lists",
        """\
Title, abstract and comment together. Recall is bounded by what these texts name. The last column is
the share of claimed code repositories that the list knows too: a lower bound on precision, because
the lists do not hold a second repository of the same work. The second table has the papers that
only promise or only mention.""",
        ("lists", "lists-others"),
    ),
    Section(
        "## A paper's own repository from its full text",
        """\
The papers are those whose text names it. A claimed repository is wrong when it is another's or when
no label names it; further repositories of the same owner count neither way. RSEF (Research Software
Extraction Framework) is taken as: the GitHub and GitLab addresses of a paper, ranked by how often
they occur. Its variant with a trained sentence classifier needs a model and is not run here.
Between the windows the texts are empty lines, which favours rules that only look for GitHub
links.""",
        ("full-text",),
    ),
    Section(
        "## Own against others, link by link, in full texts",
        """\
`repositories`: links that the data's labels decide. `links`: with those labelled for this project,
models and data sets among them. An own repository that is in the text and was not found counts as
not kept. Calling everything `own` has a balanced accuracy of 0.500.""",
        ("full-roles",),
    ),
    Section("### By place and host", "`links`, as far as found.", ("full-place", "full-host")),
    Section(
        "## Calibration, links of full texts",
        """\
ECE is the expected calibration error. The base rate's Brier score is that of always predicting the
share that is own. The second table compares predictions with the truth, for `links`.""",
        ("calibration", "reliability.links"),
    ),
)

FLOORS = """## Every figure and its floor

A floor is a little below what was measured; it is lowered only by a commit of its own that says
why. The tests compare this table with a fresh run.
"""


SHOWN = {
    "links": ("own.pooled.precision", "own.pooled.recall"),
    "repositories": ("full-text.precision", "full-text.recall"),
    "lists": ("lists.agreement", "lists.own_of_named"),
    "promises": ("promise.macro.f1",),
}
"""The figures that the page about the site repeats."""


def render_figures(figures: Mapping[str, float]) -> str:
    """Those figures as JSON, for `tracker/publish/html/accuracy.json`."""
    values = {key: [number(figures[name]) for name in names] for key, names in SHOWN.items()}
    return json.dumps(values, indent=2) + "\n"


def render_report(measured: Measured, floors: Sequence[Floor]) -> str:
    """The whole document."""
    part = measured.part
    pieces = [
        HEAD,
        WHAT.format(rules=measured.rules, threshold=measured.threshold, draws=bootstrap.DRAWS, **measured.sizes),
    ]
    for title, words, tables in SECTIONS:
        if not all(key in part.tables for key in tables):
            continue
        pieces.append(f"{title}\n\n{words}\n")
        pieces += [_table(part.tables[key]) for key in tables]
        if title == "## Promise":
            figures = ", ".join(
                f"{name} {part.cell(f'promise.{name}.f1')}" for name in ("available", "promised", "none")
            )
            pieces.append(f"F1 by class: {figures}; macro F1 {part.cell('promise.macro.f1')}.\n")
    pieces += [_errors(part), FLOORS, _figures(part, floors)]
    return "\n".join(pieces)


def figures_of(document: str) -> dict[str, str]:
    """The figures that a document states in its last table, as written there."""
    _, _, table = document.partition(FLOORS)
    rows = (line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `"))
    return {cells[0].strip("`"): cells[1] for cells in rows}


def _table(table: Table) -> str:
    return _lines(table.header, table.rows)


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _errors(part: Part) -> str:
    rows = [
        (kind.task, kind.what, str(part.errors[kind.key]), kind.example)
        for kind in KINDS
        if part.errors.get(kind.key)
    ]
    text = (
        "## The errors that remain\n\n"
        "Simple rules count each error (by what was found beside what was missed, the place, the roles). The\n"
        "examples are in our own words. Classes without an error are left out.\n\n"
    )
    return text + _lines(("task", "class", "count", "example"), rows)


def _figures(part: Part, floors: Sequence[Floor]) -> str:
    bounds = {floor.figure: floor for floor in floors}
    rows = []
    for name, value in part.figures.items():
        floor = bounds.get(name)
        bound = (
            "" if floor is None else f"{'at most' if floor.less_is_better else 'at least'} {number(floor.bound)}"
        )
        rows.append((f"`{name}`", number(value), bound or "none"))
    return _lines(("figure", "value", "floor"), rows)
