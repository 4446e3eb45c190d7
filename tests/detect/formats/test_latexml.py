"""Sources of our own beside the HTML that LaTeXML makes of them, as arXiv shows it.

The HTML was made by `latexmlc --format=html5 --pmml --nodefaultresources` (LaTeXML 0.8.7 of Debian 12), of which the
`<article>` is kept. Both must be read as the same links in the same places.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.detect import detect
from tracker.domain.artifacts import Reference
from tracker.domain.terms import Place
from tracker.harvest import tex_source

Resolve = Callable[[str], Reference | None]
FOLDER = Path(__file__).with_name("latexml")
SOURCES = sorted(path.stem for path in FOLDER.glob("*.tex"))


def places_of(text: str, kind: str, resolve: Resolve) -> dict[str, Place]:
    return {
        mention.reference.key: mention.place
        for mention in reversed(detect.find_full_text_mentions(text, kind, resolve))
    }


def read(name: str, kind: str, resolve: Resolve) -> dict[str, Place]:
    text = (FOLDER / f"{name}.{kind}").read_text(encoding="utf-8")
    return places_of(tex_source.assemble_tex({"main.tex": text}) if kind == "tex" else text, kind, resolve)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_and_its_html_are_read_alike(resolve: Resolve, name: str) -> None:
    found = read(name, "html", resolve)
    assert found == read(name, "tex", resolve)
    assert found


@pytest.mark.parametrize(("name", "expected"), [
    ("footnotes", {
        "github:ann/deep-parts": Place.TITLE_FOOTNOTE, "page:https://ann.example.org": Place.TITLE_FOOTNOTE, "github:ann/abs_parts": Place.ABSTRACT,
        "github:ann/foot_parts": Place.FOOTNOTE, "page:https://huggingface.co/datasets/ann/parts": Place.FOOTNOTE, "github:ann/marked": Place.FOOTNOTE,
    }),
    ("captions", {"github:ann/caption-tool": Place.CAPTION, "github:other/baseline": Place.CAPTION, "github:ann/cell": Place.SECTION}),
    ("bibliography", {
        "github:ann/mine": Place.SECTION, "github:other/foo": Place.BIBLIOGRAPHY, "page:https://doi.org/10.1000/xyz": Place.BIBLIOGRAPHY,
        "github:ann/appendix-code": Place.SECTION,
    }),
    ("macros", dict.fromkeys(["github:ann/macro_tool", "github:ann/helper", "github:ann/noted"], Place.SECTION)),
    ("listing", dict.fromkeys(
        ["github:ann/listed-tool", "github:ann/verb_tool", "github:ann/inline", "github:ann/typewriter_x"], Place.SECTION
    )),
])  # fmt: skip
def test_the_places_are_those_of_the_paper(resolve: Resolve, name: str, expected: dict[str, Place]) -> None:
    assert read(name, "html", resolve) == expected
