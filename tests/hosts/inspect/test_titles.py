"""A README names the paper where it has the paper's full title, however written; lists and thanks name nobody's own."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.papers import PROSE_MARK, title_key, without_prose
from tracker.hosts.inspect.readme import find_named_papers
from tracker.hosts.inspect.titles import own_parts, prose_titles
from tracker.store.claims import names_another_paper

TITLE = "DeepDig: Learning to Dig Holes, Fast, in Sandy Soil with Graph Networks"
KEY = f"title:{title_key(TITLE)}"
LONG = "word " * 300


def named(readme: str) -> bool:
    return KEY in find_named_papers(readme, "")


NAMING = [
    f"# {TITLE}",
    f"# [ICML 2026] {TITLE}",
    f"## {TITLE} (ICML 2026)",
    f"# DeepDig\n\n## {TITLE}",
    "# DeepDig\n\n## Learning to Dig Holes, Fast, in Sandy Soil with Graph Networks",
    f"# DeepDig\n\nOfficial implementation of {TITLE}.",
    f"# DeepDig\n\nOfficial PyTorch implementation of **{TITLE}** (ICML 2026).",
    f"This is the official code for the paper \"{TITLE}\".",
    f"This repository contains the code for “{TITLE}”, accepted at ICML.",
    f"Code for the paper *{TITLE}* by Ann Author and Bo Berg.",
    f"Code accompanying the ICML 2026 paper _{TITLE}_.",
    f"This repo is the implementation of our paper [{TITLE}](https://arxiv.org/abs/2606.00001).",
    f"[{TITLE}](https://openreview.net/forum?id=abc)\n\nAnn Author, Bo Berg",
    f"[**{TITLE}**](https://arxiv.org/pdf/2606.00001.pdf)<br>Ann Author",
    f"<h1 align=\"center\">{TITLE}</h1>",
    f"<p align=\"center\"><b>{TITLE}</b></p>",
    "<div align='center'>\n<h2>DeepDig: Learning to Dig Holes, Fast,<br>in Sandy Soil with Graph Networks</h2>\n</div>",
    f"<a href=\"https://arxiv.org/abs/2606.00001\">{TITLE}</a>",
    f"> **{TITLE}**\\\n> Ann Author, Bo Berg",
    f"> {TITLE}\n>\n> Ann Author",
    f"# deepdig\n\n**{TITLE}**\n\nAnn Author",
    f"Paper: {TITLE}",
    f"- Paper: {TITLE}\n- Authors: Ann",
    f"Title: {TITLE}",
    f"The repository of the paper {TITLE}, published in ICML 2026.",
    f"Source code of the paper titled {TITLE.lower()}.",
    f"Reproduces the experiments of the article '{TITLE}'.",
    f"This repository provides the data and code used in the paper: {TITLE}. Ann Author. ICML 2026.",
    f"If you use it, please cite:\n\nAnn Author, Bo Berg. \"{TITLE}.\" ICML 2026.",
    f"## Citation\n\nAuthor, A. and Berg, B. (2026). *{TITLE}*. ICML.",
    "```\n@inproceedings{a, title={{DeepDig}: Learning to {D}ig Holes, Fast, in Sandy Soil with {G}raph {N}etworks}}\n```",
    '@article{a, title = "DeepDig: Learning to Dig Holes, Fast, in\n  Sandy Soil with Graph Networks"}',
    f"Code for {TITLE.replace(': ', ' - ')}",
    f"Code for the paper **{TITLE.replace(': ', ' – ')}**",
    f"Official code of {TITLE.upper()}",
    f"This is the code of our paper:\n{TITLE[:40]}\n{TITLE[40:]}",
    f"这是论文《{TITLE}》的官方代码。",
    f"论文：{TITLE}",
    f"本仓库是 “{TITLE}” 的官方代码实现。",
    f"本リポジトリは論文「{TITLE}」のコードです。",
    f"# DeepDig\n\nOfficial repository for {TITLE} [[arXiv]](https://arxiv.org/abs/2606.00001)",
    f"## Reference\n\n@article{{a, title={{{TITLE}}}}}",
    f"# DeepDig\n\n{LONG}\n\n## About\n\nThis package is the companion of the paper \"{TITLE}\".",
]  # fmt: skip
NOT_NAMING = [
    f'# Tool\n\n## Acknowledgements\n\nWe thank the authors of "{TITLE}" for their code.',
    f"# Tool\n\n## Related Work\n\n- [{TITLE}](https://arxiv.org/abs/2606.00001)",
    f"# Tool\n\n## Credits\n\nThis code is based on the implementation of **{TITLE}**.",
    f"# Tool\n\n## Projects using Tool\n\n* {TITLE}",
    f"# Tool\n\n### Other implementations\n\nPaper: {TITLE}",
    f"# Tool\n\n## 致谢\n\n论文《{TITLE}》的代码",
    "# Awesome Digging\n\n## 2026\n"
    + "".join(
        f"- [Paper Number {n} on Digging Many Holes](https://arxiv.org/abs/2605.{n:05d})\n" for n in range(30)
    )
    + f"- [{TITLE}](https://arxiv.org/abs/2606.00001)\n",
    "# Zoo\n\n| Method | Paper |\n|---|---|\n"
    + "".join(f"| M{n} | [Paper Number {n} on Digging](https://arxiv.org/abs/2605.{n:05d}) |\n" for n in range(9))
    + f"| DeepDig | [{TITLE}](https://arxiv.org/abs/2606.00001) |\n",
    "# DeepDig\n\nLearning to dig.",
    "",
    f"<!-- {TITLE} -->",
]


@pytest.mark.parametrize("readme", NAMING)
def test_the_full_title_names_the_paper(readme: str) -> None:
    assert named(readme)


@pytest.mark.parametrize("readme", NOT_NAMING)
def test_lists_and_thanks_name_no_paper(readme: str) -> None:
    assert not named(readme)
    assert "arxiv:2606.00001" not in find_named_papers(readme, "")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Schrödinger Bridges for Digging Deep Holes", 'Schr\\"odinger Bridges for Digging Deep Holes'),
        ("Learning α-Fair Rules for Digging Holes", "Learning $\\alpha$-Fair Rules for Digging Holes"),
        ("R&amp;D Digging for Everybody and Nobody", "R&D Digging for Everybody and Nobody"),
        ("O(n²) Digging Is All You Need", "O(n$^2$) Digging Is All You Need"),
        ("Digging—Deep Holes ‘Fast’ for All People", "Digging-Deep Holes 'Fast' for All People"),
        ("Do You Dig? A Study of Holes in Sand", "Do You Dig? A Study of Holes in Sand"),
    ],
)
def test_titles_are_compared_by_their_plain_letters(written: str, title: str) -> None:
    for readme in (
        f"# {written}",
        f'Code for the paper "{written}".',
        f"Official implementation of **{written}**",
    ):
        assert f"title:{title_key(title)}" in find_named_papers(readme, "")


@pytest.mark.parametrize(
    "readme",
    [
        "Use the script to train the large model on your own data set.",
        "This repository contains code for training large diffusion models on many images with noise.",
        "The code for generating the figures of the experiments is in the folder scripts of this repository.",
        "Clone the repository and install all of its dependencies with the package manager of your choice.",
        'Run `python train.py --title "A Long Title For A Plot Of Things"`.',
    ],
)
def test_instructions_are_no_titles(readme: str) -> None:
    assert find_named_papers(readme, "") == ()


def test_parts_about_others_end_with_their_section() -> None:
    readme = "# A\n## Related work\nold\n### More of it\nolder\n## Usage\nnew\n"
    assert "old" not in own_parts(readme)
    assert "new" in own_parts(readme)


@given(st.text(max_size=500))
def test_no_text_raises(text: str) -> None:
    for readme in (
        text,
        f"code for the paper {text}",
        f'paper "{text}"',
        f"[{text}](https://arxiv.org/abs/1)",
        f"<b>{text}</b>",
    ):
        find_named_papers(readme, text)


PIECES = ["[", "[a](", "<a ", "<a href=arxiv.org>", "<b>", "*", "**a", "_a_ ", '"', "'", "“", "code for ", "paper: ", "paper A B C, ", "the ", "A ", "# A\n", "- 2605.00001 ", "> ", "\n\n", "```\n",
          "[[a]", "《", "code (", "implementation of A B C D. ", "(" , "@a{title={", "&amp;", "α"]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_texts_cost_little(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    find_named_papers(text, "")
    find_named_papers("paper code for " + text, "")
    list(prose_titles(text))
    assert time.process_time() - start < 8


def test_aligned_bibtex() -> None:
    entry = "@misc{a,\n  author       = {A. Author},\n  title          = {" + TITLE + "},\n}"
    assert named(f"```\n{entry}\n```")


def test_prose_comes_after_its_mark() -> None:
    names = find_named_papers(
        '# A Paper on Digging Holes in the Sand\n\nBased on the paper "Another Title on Holes in the Ground". arXiv:2606.00001',
        "",
    )
    assert without_prose(names) == ("title:apaperondiggingholesinthesand", "arxiv:2606.00001")
    assert names[2] == PROSE_MARK
    assert "title:anothertitleonholesintheground" in names[3:]


@pytest.mark.parametrize(
    ("title", "readme"),
    [
        (
            SINKS := "Attention Sinks in Long Context Models",
            f"Official repo for the paper: {SINKS} (https://arxiv.org/...)",
        ),
        (SINKS, f'# sinks\nImplementation and experiments of **"{SINKS}"**'),
        (SINKS, f"# sinks\n\n{SINKS}\n\nJ. Doe, K. Roe\n"),
        (SINKS, f"This is the accompanying code to the NeurIPS 2026 paper {SINKS}."),
        (SINKS, f"[1] J. Doe. {SINKS}. NeurIPS 2026."),
        (SINKS, f"Please refer to our paper:\n\nJ. Doe, K. Roe, {SINKS}, NeurIPS, 2026."),
        (SINKS, f"This is an official implementation for our ICML'26 paper, `{SINKS}`."),
        (SINKS, f"{SINKS}\n======\n"),
        (SINKS, f"* __{SINKS}__ (NeurIPS 2026). [[paper]](x.pdf)"),
        (SAND := "A fast algorithm for digging holes in sand", f'Code used to produce the results in "{SAND}".'),
        (SAND, f"This repository contains the code for the paper {SAND}."),
        (SAND, f"Data for: {SAND}"),
        (SAND, f"# Supplementary code: {SAND}"),
        (SAND, f'# Code for "{SAND}"'),
        (SAND, f"# Official implementation of {SAND} (ICML 2026)"),
        (NET := "HoleNet: Digging at Scale", f"# 🔥 {NET.replace(':', ' -')}"),
        (NET, "# HoleNet\n### Digging at Scale\n"),
        (NET, f"Welcome to the official repository of {NET}!"),
        (NET, f"[ICML 2026] {NET}"),
        (NET, f"The official implementation of the paper [{NET}][paper]\n\n[paper]: https://arxiv.org/abs/1"),
        (ETHICS := "Dig or Not? On the Ethics of Holes", f"Source code for our EMNLP paper **{ETHICS}**."),
        (ETHICS, f"This repository hosts the code for {ETHICS}, to appear in EMNLP."),
    ],
)
def test_further_forms(title: str, readme: str) -> None:
    assert f"title:{title_key(title)}" in find_named_papers(readme, "")


def test_a_title_in_prose_is_no_proof_of_another_paper() -> None:
    other = f'# Tool\n\nCode for the paper "{TITLE}".'
    named = find_named_papers(other, "")
    assert KEY in named
    assert not names_another_paper(named, {"arxiv:2606.00009", "title:somethingelseentirely"})
    assert names_another_paper(find_named_papers(f"# {TITLE}", ""), {"title:somethingelseentirely"})
