import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect import detect
from tracker.detect.promises import body
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper
from tracker.domain.terms import Place, Promise

Resolve = Callable[[str], Reference | None]
FILLER = "We study a hard problem with care and compare the results of six runs. " * 30
OWN = [
    ("available", "Our code is publicly available on GitHub."),
    ("available", "Our implementation is open source."),
    ("available", "We publicly release all of our code to reproduce the results of this manuscript."),
    ("available", "We have open-sourced the training framework and the checkpoints."),
    ("available", "The code to reproduce our experiments is available online."),
    ("available", "Alongside this paper, we have released a documented open source package."),
    ("available", "All our datasets and network weights are publicly available on Zenodo."),
    ("available", "The source code of this work is publicly available."),
    ("available", "We make our prompts and scripts openly available."),
    ("available", "Our emulator and its data are publicly available in the repository accompanying this manuscript."),
    ("promised", "Our code will be made publicly available."),
    ("promised", "Code will be released upon acceptance."),
    ("promised", "The code and data will be released."),
    ("promised", "We will release the code, including the training pipelines, in the repository."),
    ("promised", "All our models will be released on Hugging Face."),
    ("promised", "Our code will be available upon publication under the Apache License."),
    ("promised", "We plan to open-source the data and the models."),
    ("promised", "We'll release our code."),
]  # fmt: skip
NOT_OWN = [
    "Their code is publicly available on GitHub.",
    "Foo et al. [12] released the code of their model, which is publicly available.",
    "We use the publicly available implementation of Foo [3].",
    "The code of Foo is available on GitHub.",
    "The dataset is publicly available and has 10,000 images.",
    "Llama 2 was released in 2023 and is publicly available.",
    "We evaluate models that are released on Hugging Face.",
    "Our model is trained on publicly available data.",
    "Our code is based on the open-source repository of Foo.",
    "At submission time, to preserve anonymity, the authors should release anonymized versions (if applicable).",
    "While we encourage the release of code and data, we understand that this might not be possible.",
    "Please see the code and data submission guidelines for more details; code is released by many.",
    "Pre-trained weights were released by the original authors on GitHub.",
    "The official code is available online, and we re-implemented it.",
    "Open-source models lag behind, although their weights are publicly released.",
    "We will release memory after each step of the code.",
]  # fmt: skip


def texts(sentence: str) -> dict[str, str]:
    """The sentence in the body of a full text of each format."""
    return {
        "tex": "\\documentclass{article}\\begin{document}\\maketitle\\begin{abstract}We do.\\end{abstract}\\section{Introduction}\n"
        f"{FILLER}\n\n{sentence} {FILLER}\\end{{document}}",
        "html": '<html><body><article class="ltx_document"><section class="ltx_section"><h2>1 Introduction</h2>'
        f"<p>{FILLER}</p><p>{sentence} {FILLER}</p></section></article></body></html>",
        "pdf-text": f"A title\nAbstract\nWe do.\n1 Introduction\n{FILLER}\n{sentence} {FILLER}",
        "text": f"# A title\n\n## Introduction\n\n{FILLER}\n\n{sentence} {FILLER}",
    }


def promise_of(text: str, kind: str, rules: RoleRules, resolve: Resolve, **more: str) -> tuple[str, str]:
    paper = Paper(arxiv_id="2401.00001", text=text, text_format=kind, **more)
    found = detect.detect_paper(paper, resolve, rules)
    return found.promise.value, found.promise_evidence


@pytest.mark.parametrize("kind", ["tex", "html", "pdf-text", "text"])
@pytest.mark.parametrize(("promise", "sentence"), OWN)
def test_the_own_release_is_read_in_a_body(
    rules: RoleRules, resolve: Resolve, kind: str, promise: str, sentence: str
) -> None:
    assert promise_of(texts(sentence)[kind], kind, rules, resolve) == (promise, sentence)


@pytest.mark.parametrize("kind", ["tex", "pdf-text"])
@pytest.mark.parametrize("sentence", NOT_OWN)
def test_what_others_release_is_no_promise(rules: RoleRules, resolve: Resolve, kind: str, sentence: str) -> None:
    assert promise_of(texts(sentence)[kind], kind, rules, resolve) == ("none", "")


NOTE = "We will publicly release the codebase upon acceptance."
IN_FOOTNOTES = {
    "tex": f"\\documentclass{{a}}\\begin{{document}}\\section{{A}}Words.\\footnote{{{NOTE}}}\\end{{document}}",
    "html": '<article class="ltx_document"><section class="ltx_section"><p>Words</p><span class="ltx_note ltx_role_footnote">'
    f'<sup class="ltx_note_mark">1</sup><span>{NOTE}</span></span>.</section></article>',
    "pdf-text": f"A title\nAbstract\nWe do.\n1 Introduction\nWords of ours.1\n2 Related work\n{FILLER * 4}\n1{NOTE}\n",
}


@pytest.mark.parametrize("kind", IN_FOOTNOTES)
def test_a_footnote_has_its_place(rules: RoleRules, resolve: Resolve, kind: str) -> None:
    paper = Paper(arxiv_id="2401.00001", text=IN_FOOTNOTES[kind], text_format=kind)
    found = detect.detect_paper(paper, resolve, rules)
    assert (found.promise, found.promise_place) == (Promise.PROMISED, Place.FOOTNOTE)


def test_a_statement_of_availability_needs_no_first_person(rules: RoleRules, resolve: Resolve) -> None:
    statement = "Code and data are available in the repository of the institute."
    text = f"\\documentclass{{a}}\\begin{{document}}{FILLER}\\section{{Data availability}}\n{statement}\\end{{document}}"
    assert promise_of(text, "tex", rules, resolve) == ("available", statement)
    elsewhere = text.replace("Data availability", "Related work")
    assert promise_of(elsewhere, "tex", rules, resolve) == ("none", "")


def test_the_bibliography_says_nothing(rules: RoleRules, resolve: Resolve) -> None:
    text = f"\\documentclass{{a}}\\begin{{document}}{FILLER}\\begin{{thebibliography}}{{9}}\\bibitem{{a}} Our code is publicly available. 2024.\\end{{thebibliography}}\\end{{document}}"
    assert promise_of(text, "tex", rules, resolve)[0] == "none"


def test_body_and_abstract_are_read_together(rules: RoleRules, resolve: Resolve) -> None:
    text = texts("Our code is publicly available on GitHub.")["tex"]
    abstract = "The code will be released upon acceptance."
    assert promise_of(text, "tex", rules, resolve, abstract=abstract)[0] == "available"
    silent = texts("Nothing.")["tex"]
    assert promise_of(silent, "tex", rules, resolve, abstract=abstract)[0] == "promised"


def test_the_command_line_prints_it(rules: RoleRules, resolve: Resolve) -> None:
    sentence = "Our code is publicly available on GitHub."
    line = json.dumps({"arxiv_id": "2401.00001", "text": texts(sentence)["html"]})
    (found,) = detect.detect_lines([line], resolve, rules)
    assert (found["promise"], found["promise_evidence"]) == ("available", sentence)


@given(st.text(max_size=400))
def test_no_text_raises(text: str) -> None:
    body.read_body(text, lambda _: Place.SECTION)


@pytest.mark.parametrize("piece", [
    " our code is released ", " released", "\n\n", "{a}\\label{b} available ", " openly \u2022", " our code (", " publicly . A",
])  # fmt: skip
def test_hostile_bodies_are_read_in_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        body.read_body(piece * (size // len(piece)), lambda _: Place.SECTION)
        return time.process_time() - start

    seconds(10_000)
    assert seconds(400_000) < 5.0
