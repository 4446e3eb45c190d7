"""The accuracy report on small made-up labels: scoring, intervals, calibration, loading, writing."""

import json
import random
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.accuracy import __main__ as command
from benchmarks.accuracy import baselines, errors, floors, full, hostgroups, labels, report, scoring
from benchmarks.accuracy.bootstrap import intervals
from benchmarks.accuracy.detections import Detected, DetectedLink
from benchmarks.accuracy.measure import measure

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)
ABSTRACTS = [
    {
        "arxiv_id": "2601.00001",
        "field": "abstract",
        "stratum": "day-link",
        "text": "We study links. Our code is available at https://github.com/ann/linker.",
        "links": [{"url": "https://github.com/ann/linker", "reference": "github:ann/linker", "role": "own"}],
        "promise": "available",
    },
    {
        "arxiv_id": "2601.00001",
        "field": "comment",
        "stratum": "nasty:bare",
        "text": "12 pages, 4 figures",
        "links": [],
        "promise": "none",
    },
    {
        "arxiv_id": "2601.00002",
        "field": "abstract",
        "stratum": "nasty:promise",
        "text": "The code will be released upon acceptance.",
        "links": [],
        "promise": "promised",
    },
]
PAPERS = [
    {"label": "official", "independent": True, "own": ["https://github.com/ann/linker"], "abstract": "Code: https://github.com/Ann/Linker"},
    {"label": "official", "independent": True, "own": ["https://github.com/bob/unseen"], "abstract": "No code here."},
    {"label": "official", "independent": False, "own": ["https://github.com/cleo/circular"], "abstract": ""},
    {"label": "promise-only", "independent": False, "own": [], "abstract": "Code will be released soon."},
    {"label": "none-weak", "independent": False, "own": [], "abstract": "Nothing."},
]  # fmt: skip


def _window(at: int, before: str, url: str, after: str) -> dict[str, Any]:
    return {"at": 0.0, "chars": at, "text": before[-240:].rjust(min(240, at)) + url + after}


CONTEXT = {
    "arxiv_id": "2601.00003",
    "title": "Linker: following links",
    "format": "pdf-text",
    "official_repo_urls": ["https://github.com/ann/linker"],
    "alias_repos": ["ann/old-linker"],
    "official_in_text": True,
    "other_repos_in_text": ["dan/tool"],
    "length": 20_000,
    "windows": [
        _window(300, "Abstract. Our code is available at ", "https://github.com/ann/linker", ".\n1 Introduction"),
        _window(9_000, "7 Experiments. We use the tool of Dan et al.\n3", "https://github.com/dan/tool", "\n"),
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    papers = [
        {"arxiv_id": f"2601.1000{at}", "title": "A title", "comment": None, "aliases": [], **paper}
        for at, paper in enumerate(PAPERS)
    ]
    rows = {"abstracts.jsonl": ABSTRACTS, "papers.jsonl": papers, "contexts.jsonl": [CONTEXT]}
    for name, lines in rows.items():
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


@pytest.fixture
def no_urlextract(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces the library, which the tests do not need."""
    monkeypatch.setitem(baselines.SHORT, "PyPI `urlextract`, cleaned", baselines.all_hosts)
    monkeypatch.setattr(baselines, "has_url_extract", lambda: True)


def test_precision_recall_and_f1() -> None:
    score = scoring.compare({"a", "b", "c"}, {"b", "c", "d", "e"})
    assert score.counts == (2, 2, 1)
    assert scoring.three(score.counts) == pytest.approx((1 / 2, 2 / 3, 4 / 7))
    assert scoring.add([score, score]).counts == (4, 4, 2)
    assert scoring.add([]).counts == (0, 0, 0)


def test_nothing_wanted_and_nothing_found_is_no_error() -> None:
    assert scoring.three(scoring.compare(set(), set()).counts) == (1.0, 1.0, 1.0)
    assert scoring.three(scoring.compare({"a"}, set()).counts) == (1.0, 0.0, 0.0)


def test_class_f1_and_their_mean() -> None:
    pairs = scoring.confusion([("x", "x"), ("x", "y"), ("y", "y"), ("z", "z")])
    assert scoring.class_f1(pairs, ("x", "y", "z")) == pytest.approx({"x": 2 / 3, "y": 2 / 3, "z": 1.0})
    assert scoring.macro_f1(pairs, ("x", "y", "z")) == pytest.approx(7 / 9)


def test_always_own_has_half_the_balanced_accuracy() -> None:
    assert scoring.balanced_accuracy((9, 9, 0, 4)) == 0.5
    assert scoring.balanced_accuracy((3, 4, 1, 2)) == pytest.approx(0.625)


def test_rows_of_one_paper_are_added() -> None:
    assert scoring.by_paper(["p", "q", "p"], [(1, 0), (2, 2), (0, 3)]) == [(1, 3), (2, 2)]


def test_calibration_error_of_known_bins() -> None:
    pairs = [(0.9, True)] * 9 + [(0.9, False)] + [(0.2, True)] + [(0.2, False)]
    bins = scoring.equal_width(pairs)
    assert [(bin_.low, bin_.count) for bin_ in bins] == [(0.2, 2), (0.9, 10)]
    assert scoring.calibration_error(bins) == pytest.approx((10 * 0.0 + 2 * 0.3) / 12)
    assert scoring.calibration_error(scoring.equal_mass(pairs)) == pytest.approx(0.05)


def test_brier_scores() -> None:
    pairs = [(1.0, True), (0.5, False), (0.0, False), (0.0, False)]
    assert scoring.brier(pairs) == pytest.approx(0.0625)
    assert scoring.base_rate_brier(pairs) == pytest.approx(3 / 16)


def test_a_probability_of_one_falls_in_the_last_bin() -> None:
    assert [bin_.low for bin_ in scoring.equal_width([(1.0, True)])] == [0.9]


@given(PAIRS)
def test_bins_hold_every_link_once(pairs: list[tuple[float, bool]]) -> None:
    for bins in (scoring.equal_width(pairs), scoring.equal_mass(pairs)):
        assert sum(bin_.count for bin_ in bins) == len(pairs)
        assert len(bins) <= 10
        assert 0 <= scoring.calibration_error(bins) <= 1


@given(PAIRS)
def test_equal_probabilities_stay_in_one_bin(pairs: list[tuple[float, bool]]) -> None:
    bins = scoring.equal_mass(pairs)
    assert all(lower.high < upper.low for lower, upper in pairwise(bins))


def test_intervals_equal_those_of_the_plain_way() -> None:
    papers = [(at % 3, at % 2, at % 5) for at in range(40)]
    draw = random.Random(7)
    plain = []
    for _ in range(200):
        sample = draw.choices(papers, k=len(papers))
        plain.append(scoring.three([sum(column) for column in zip(*sample, strict=True)]))
    quick = intervals(papers, scoring.three, draws=200, seed=7)
    for column, (low, high) in zip(zip(*plain, strict=True), quick, strict=True):
        assert (low, high) == (sorted(column)[10], sorted(column)[189])


def test_intervals_are_the_same_each_time_and_hold_the_figure() -> None:
    papers = [(1, 0, 0)] * 30 + [(0, 1, 1)] * 5
    first, second = (intervals(papers, scoring.three) for _ in range(2))
    assert first == second
    assert all(low < 30 / 35 < high for low, high in first)
    assert intervals([], scoring.three) == []


def test_labels_that_prove_nothing_are_left_out(folder: Path) -> None:
    loaded = labels.load_labels(folder)
    assert [paper.label for paper in loaded.listed] == ["official", "official", "promise-only"]
    assert [text.nasty for text in loaded.texts] == [False, True, True]
    assert loaded.full_texts[0].own == {"github:ann/linker", "github:ann/old-linker"}


def test_windows_keep_their_offsets() -> None:
    text = labels.lay_out(CONTEXT["windows"], 20_000)  # type: ignore[arg-type]
    assert len(text) == 20_000
    assert text.index("https://github.com/ann/linker") == 300
    assert text.index("https://github.com/dan/tool") == 9_000


def test_overlapping_windows_are_one_text() -> None:
    text = "".join(chr(97 + at % 26) for at in range(900))
    windows = [{"chars": at, "text": text[max(0, at - 240) : at + 160]} for at in (100, 350, 700)]
    assert labels.lay_out(windows, 900)[:860] == text[:860]


def _full_text(**changes: Any) -> labels.FullText:
    facts = {"own": frozenset({"github:ann/linker"}), "others": frozenset({"github:dan/tool"}), "in_text": True}
    return labels.FullText(arxiv_id="1", title="", text="", text_format="text", **{**facts, **changes})


def test_truth_of_a_link() -> None:
    text = _full_text(more_own=("hf-dataset:ann-lab/links",), more_others=("hf-model:big/model",))
    assert text.truth("github:ann/linker", further=False) is True
    assert text.truth("github:ann/companion", further=True) is None
    assert text.truth("github:dan/tool", further=False) is False
    assert text.truth("hf-model:big/modelthe", further=True) is False
    assert text.truth("hf-model:big/model", further=False) is None
    assert text.truth("hf-dataset:ann-lab/links", further=True) is True


def test_only_strangers_count_against_a_paper() -> None:
    text = _full_text()
    assert full.of_paper(text, ["github:ann/linker", "github:ann/companion"]).counts == (1, 0, 0)
    assert full.of_paper(text, ["github:dan/tool", "gitlab:eve/other"]).counts == (0, 2, 1)
    assert full.of_paper(text, ["github:ann/linker", "hf-model:no/label"]).counts == (1, 0, 0)
    assert full.of_paper(_full_text(in_text=False), []).counts == (0, 0, 0)


def _link(key: str, role: str = "own", place: str = "section") -> DetectedLink:
    return DetectedLink(key, role, 0.9, place)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([_link("github:ann/linker")], {}),
        ([_link("github:ann/linker", "mention")], {"full-own-below": 1}),
        ([_link("github:ann/linkerfigure")], {"full-own-end": 1}),
        ([_link("github:ann/other-name")], {"full-renamed": 1}),
        ([_link("page:https://a.org", "mention")], {"full-own-unseen": 1}),
        ([_link("github:ann/linker"), _link("github:dan/tool")], {"full-other-section": 1}),
        ([_link("github:ann/linker"), _link("github:dan/tool", place="footnote")], {"full-other-footnote": 1}),
    ],
)
def test_errors_of_full_texts(links: list[DetectedLink], expected: dict[str, int]) -> None:
    assert errors.count_full_text_errors([(_full_text(), Detected(tuple(links), "none"))]) == expected


@pytest.mark.parametrize(
    ("links", "promise", "expected"),
    [
        ([_link("github:ann/linker")], "available", {}),
        ([_link("github:ann/link")], "available", {"reference-end": 1}),
        ([], "promised", {"reference-missed": 1, "available-as-promise": 1}),
        ([_link("github:ann/linker", "mention"), _link("page:https://a.io", "mention")], "none", {"own-as-mention": 1, "reference-extra": 1, "promise-missed": 1}),
        ([_link("github:ann/linker", "own-page")], "available", {"page-against-artifact": 1}),
    ],
)  # fmt: skip
def test_errors_of_short_texts(links: list[DetectedLink], promise: str, expected: dict[str, int]) -> None:
    link = labels.Link("github:ann/linker", "", "own", "code")
    text = labels.Text("1", "abstract", False, "", (link,), "available")
    assert errors.count_text_errors([(text, Detected(tuple(links), promise))]) == expected


def test_every_class_of_errors_has_words() -> None:
    assert len({kind.key for kind in errors.KINDS}) == len(errors.KINDS)
    assert all(kind.what and kind.example for kind in errors.KINDS)


def test_every_reference_has_a_group_of_hosts() -> None:
    assert hostgroups.host_of("github:a/b") == "GitHub"
    assert hostgroups.host_of("hf-space:a/b") == "Hugging Face"
    assert hostgroups.host_of("kaggle:dataset/a/b") == "pages and all else"


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (baselines.one_pattern, ["github:ann/linker", "github:dan/tool"]),
        (baselines.two_patterns, ["github:ann/linker", "github:dan/tool", "gitlab:eve/lib"]),
        (baselines.all_hosts, ["github:ann/linker", "gitlab:eve/lib", "github:dan/tool"]),
        (baselines.first_link, ["github:ann/linker"]),
        (baselines.release_phrase, ["github:ann/linker"]),
        (baselines.first_characters, ["github:ann/linker"]),
        (baselines.most_frequent, ["github:dan/tool"]),
    ],
)
def test_baselines(way: baselines.Way, expected: list[str]) -> None:
    text = (
        "Our code is available at https://github.com/Ann/linker.git. We thank https://gitlab.com/eve/lib and "
        "example.org."
        + "\n" * 9_000
        + "We compare with (https://github.com/dan/tool), https://github.com/dan/tool."
    )
    assert way(text) == expected


@pytest.mark.parametrize("way", [*baselines.SHORT.values(), *baselines.FULL.values()])
def test_baselines_take_an_empty_text(way: baselines.Way) -> None:
    if way is baselines.url_extract:
        pytest.importorskip("urlextract")
    assert way("") == []


def test_figures_of_made_up_labels(folder: Path) -> None:
    figures = measure(labels.load_labels(folder), against=False).part.figures
    assert figures["references.random.recall"] == 1.0
    assert figures["own.pooled.f1"] == 1.0
    assert figures["promise.macro.f1"] == 1.0
    assert figures["lists.named"] == 0.5
    assert figures["lists.promised"] == 1.0
    assert figures["full-text.f1"] == 1.0
    assert figures["full-roles.repositories.balanced_accuracy"] == 1.0


@pytest.mark.usefixtures("no_urlextract")
def test_the_document_states_the_figures_and_is_the_same_each_time(folder: Path) -> None:
    measured = measure(labels.load_labels(folder))
    floor = floors.Floor("own.pooled.f1", 0.9, less_is_better=False)
    written = report.render_report(measured, [floor])
    assert written == report.render_report(measure(labels.load_labels(folder)), [floor])
    assert "**in sample**" in " ".join(written.split())
    assert "| `own.pooled.f1` | 1.000 | at least 0.900 |" in written
    stated = report.figures_of(written)
    assert stated == {name: f"{value:.3f}" for name, value in measured.part.figures.items()}
    assert "2601.0" not in written, "the document names no paper of the data"
    tables = [line for line in written.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


@pytest.mark.usefixtures("no_urlextract")
def test_the_command_writes_and_prints_what_fell(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "accuracy.md"
    monkeypatch.setattr(sys, "argv", ["accuracy", str(folder), "--to", str(target)])
    monkeypatch.setattr(floors, "load_floors", lambda: (floors.Floor("lists.named", 0.6, less_is_better=False),))
    assert command.main() == 1
    assert "lists.named is 0.500, its floor 0.600" in capsys.readouterr().out
    assert target.read_text(encoding="utf-8").startswith("# Accuracy")


def test_absent_texts_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "accuracy.md"
    monkeypatch.setenv("TRACKER_LABELS", str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "argv", ["accuracy", "--to", str(target)])
    assert command.main() == 0
    assert "nothing was measured" in capsys.readouterr().out
    assert not target.exists()


def test_floors() -> None:
    low, high = floors.Floor("a", 0.9, less_is_better=False), floors.Floor("b", 0.1, less_is_better=True)
    assert floors.find_fallen((low, high), {"a": 0.9, "b": 0.1}) == []
    assert floors.find_fallen((low, high), {"a": 0.8999, "b": 0.2}) == [
        "a is 0.900, its floor 0.900",
        "b is 0.200, its floor 0.100",
    ]
    assert floors.find_fallen((low,), {}) == ["a has a floor and is not measured"]


def test_the_floor_file_says_how_a_floor_is_lowered() -> None:
    assert "lowered only by a commit of its own" in floors.PATH.read_text(encoding="utf-8")
    assert {floor.less_is_better for floor in floors.load_floors()} == {False, True}
