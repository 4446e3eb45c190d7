"""What READMEs and package metadata say of a licence: it counts only where nothing stronger does, fact by fact."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judge.licence_samples import CONTENT, NONE, OSI, RESTRICTED, UNKNOWN, rules, standard
from tracker.domain.artifacts import LicenceFile
from tracker.domain.history import Licence
from tracker.domain.terms import Fact, LicenceClass
from tracker.judge.licences import decide_licence, licences_by_fact

CODE, WEIGHTS, DATA = Fact.CODE, Fact.WEIGHTS, Fact.DATA


def read_section(text: str, fact: Fact = CODE, path: str = "README.md") -> Licence:
    return decide_licence(None, True, [], rules(), fact, statements=[LicenceFile(path, text)])


PARTS = "The code is released under the MIT license, the data under CC BY-NC 4.0"
TABLE = "| Part | Licence |\n|---|---|\n| Code | MIT |\n| Dataset | CC-BY-4.0 |\n| Weights | CC BY-NC 4.0 |"
BADGE = (
    "[![License: MIT](https://img.shields.io/badge/License-MIT-yellow.svg)](https://opensource.org/licenses/MIT)"
)


@pytest.mark.parametrize(
    ("text", "fact", "spdx", "class_"),
    [
        ("MIT", CODE, "MIT", OSI),
        ("MIT License", CODE, "MIT", OSI),
        ("Apache 2.0", CODE, "Apache-2.0", OSI),
        ("Licensed under the Apache License, Version 2.0.", CODE, "Apache-2.0", OSI),
        ("Released under the GNU GPL, version 3", CODE, "GPL-3.0-only", OSI),
        ("MIT License - see the [LICENSE](LICENSE) file for details.", CODE, "MIT", OSI),
        ("Free for commercial and non-commercial use under the MIT License.", CODE, "MIT", OSI),
        (BADGE, CODE, "MIT", OSI),
        ("![](https://img.shields.io/badge/License-Apache%202.0-blue.svg)", CODE, "Apache-2.0", OSI),
        ("[CC](http://creativecommons.org/licenses/by-nc-sa/4.0/)", CODE, "CC-BY-NC-SA-4.0", RESTRICTED),
        ("![](https://img.shields.io/github/license/lab/mit-net)", CODE, None, UNKNOWN),
        (PARTS, CODE, "MIT", OSI),
        (PARTS, Fact.DEMO, "MIT", OSI),
        (PARTS, DATA, "CC-BY-NC-4.0", RESTRICTED),
        (PARTS, WEIGHTS, None, UNKNOWN),
        (TABLE, CODE, "MIT", OSI),
        (TABLE, DATA, "CC-BY-4.0", CONTENT),
        (TABLE, WEIGHTS, "CC-BY-NC-4.0", RESTRICTED),
        ("### Code\nMIT\n\n### Data\nCC BY-NC 4.0", CODE, "MIT", OSI),
        ("Code, data and models are under Apache 2.0.", DATA, "Apache-2.0", OSI),
        ("MIT for code, CC BY-NC 4.0 for data", CODE, "MIT", OSI),
        ("The model is under the Llama 2 Community License.", WEIGHTS, "llama2", RESTRICTED),
        ("The code is MIT. Everything is for academic use only.", CODE, None, RESTRICTED),
        ("This repo is for academic use only.", CODE, None, RESTRICTED),
        # A licence to come, a condition, a denial, other people's work: neither yes nor no.
        ("see LICENSE file", CODE, None, UNKNOWN),
        ("Please contact us.", CODE, None, UNKNOWN),
        ("The code will be released under the MIT license.", CODE, None, UNKNOWN),
        ("This repository is under the MIT License. You must ask first.", CODE, None, UNKNOWN),
        ("Not under MIT.", CODE, None, UNKNOWN),
        ("Made by MIT CSAIL.", CODE, None, UNKNOWN),
        ("Our code is based on nerf-net, which is under the MIT License.", CODE, None, UNKNOWN),
        ("Our code is based on StyleGAN2 under the NVIDIA Source Code License.", CODE, None, UNKNOWN),
        ("MIT. " + "Some words. " * 900, CODE, None, UNKNOWN),
    ],
)
def test_a_readmes_section(text: str, fact: Fact, spdx: str | None, class_: LicenceClass) -> None:
    licence = read_section(text, fact)
    assert (licence.spdx, licence.class_) == (spdx, class_), licence.note
    assert licence.source == "README.md, section on the licence"
    assert licence.note


def test_a_section_that_quotes_the_whole_licence() -> None:
    assert (read_section(standard("MIT")).spdx, read_section(standard("MIT")).class_) == ("MIT", OSI)


@pytest.mark.parametrize(
    ("tag", "fact", "spdx", "class_"),
    [
        ("MIT", CODE, "MIT", OSI),
        ("MIT License", CODE, "MIT", OSI),
        ("Apache-2.0 OR MIT", CODE, "Apache-2.0 OR MIT", OSI),
        ("CC-BY-NC-4.0", CODE, "CC-BY-NC-4.0", RESTRICTED),
        ("SEE LICENSE IN LICENSE", CODE, None, UNKNOWN),
        ("MIT", DATA, None, UNKNOWN),
    ],
)
def test_package_metadata_speaks_of_the_code(tag: str, fact: Fact, spdx: str | None, class_: LicenceClass) -> None:
    licence = read_section(f"SPDX-License-Identifier: {tag}", fact, "pyproject.toml")
    assert (licence.spdx, licence.class_, licence.source) == (spdx, class_, "pyproject.toml")


def test_statements_are_heard_beside_a_file_and_a_claim() -> None:
    words = [LicenceFile("README.md", "CC BY-NC 4.0")]
    file = [LicenceFile("LICENSE", standard("MIT"))]
    for claimed, files, first in ((None, file, "LICENSE"), ("Apache-2.0", [], "the host's licence field")):
        licence = decide_licence(claimed, True, files, rules(), statements=words)
        assert (licence.spdx, licence.class_) == ("CC-BY-NC-4.0", RESTRICTED)
        assert licence.source == f"{first}; README.md, section on the licence"
        assert "the stricter counts" in licence.note
    assert decide_licence("NOASSERTION", True, [], rules(), statements=words).spdx == "CC-BY-NC-4.0"
    weaker = [LicenceFile("README.md", "MIT")]
    assert decide_licence("other:mrl", True, [], rules(), WEIGHTS, statements=weaker).class_ is RESTRICTED
    unread = [LicenceFile("LICENSE", "Our own words.")]
    assert decide_licence(None, True, unread, rules(), statements=weaker).class_ is UNKNOWN
    assert decide_licence(None, True, [], rules(), statements=[LicenceFile("README.md", " ")]).class_ is NONE
    other = [LicenceFile("LICENSE-MODEL", "DEEPSEEK LICENSE AGREEMENT")]
    code = [LicenceFile("README.md", "The code is MIT.")]
    assert decide_licence(None, True, other, rules(), statements=code).spdx == "MIT"


LIMITS = {
    "en": "For research only; companies must ask the authors.",
    "zh": "代码只供学术使用，不得商用。",
    "ja": "研究目的のみ使用可能です。商用利用は禁止します。",
    "ko": "이 코드는 연구 목적으로만 사용할 수 있습니다. 상업적 이용은 금지됩니다.",
    "de": "Nur für Forschungszwecke. Kommerzielle Nutzung ist untersagt.",
    "fr": "Utilisation à des fins de recherche uniquement, usage commercial interdit.",
    "es": "Solo para investigación. Uso comercial prohibido.",
    "it": "Solo per scopi di ricerca, uso commerciale vietato.",
    "ru": "Только для исследовательских целей. Коммерческое использование запрещено.",
    "pt": "Apenas para pesquisa, uso comercial proibido.",
}


@pytest.mark.parametrize("language", LIMITS)
def test_a_limit_in_any_language_counts_beside_a_licence_file(language: str) -> None:
    files, words = [LicenceFile("LICENSE", standard("MIT"))], [LicenceFile("README.md", LIMITS[language])]
    licence = decide_licence("MIT", True, files, rules(), statements=words)
    assert licence.class_ is RESTRICTED
    assert "LICENSE" in licence.source
    assert "README.md" in licence.source


@pytest.mark.parametrize(
    "text",
    [
        "Released under Apache 2.0. The service is a research preview for non-commercial use.",
        "The dataset is for non-commercial use only.",
        "The model weights are CC BY-NC 4.0.",
        "Older versions were released for non-commercial use only.",
        "Third-party components may be for non-commercial use only.",
        "MIT, see LICENSE.",
        "代码采用MIT许可证，数据仅供学术研究使用。",
    ],
)
def test_a_limit_of_something_else_does_not_count_against_the_code(text: str) -> None:
    files = [LicenceFile("LICENSE", standard("MIT"))]
    assert decide_licence("MIT", True, files, rules(), statements=[LicenceFile("README.md", text)]).class_ is OSI


def test_a_badge_alone_is_unknown_and_never_none() -> None:
    badge = [LicenceFile("README.md, badge", "https://img.shields.io/badge/License-MIT-yellow.svg")]
    assert decide_licence(None, True, [], rules(), statements=badge).class_ is UNKNOWN
    limited = [LicenceFile("README.md, badge", "https://img.shields.io/badge/license-CC%20BY--NC%204.0-red")]
    assert decide_licence(None, True, [], rules(), statements=limited).class_ is not OSI


def test_among_words_the_stricter_counts_and_both_are_named() -> None:
    words = [
        LicenceFile("README.md", "Only for research."),
        LicenceFile("setup.py", "SPDX-License-Identifier: MIT"),
    ]
    for said in (words, words[::-1]):
        licence = decide_licence(None, True, [], rules(), statements=said)
        assert licence.class_ is RESTRICTED
        assert "setup.py says MIT" in licence.note
        assert "README.md, section on the licence says restricted" in licence.note
        assert "the stricter counts" in licence.note


def test_beside_by_files_and_by_words() -> None:
    files = [
        LicenceFile("LICENSE-CODE", standard("MIT")),
        LicenceFile("LICENSE-MODEL", "DEEPSEEK LICENSE AGREEMENT"),
    ]
    found = {fact: (licence.spdx, licence.source) for fact, licence in licences_by_fact(files, rules())}
    assert found == {CODE: ("MIT", "LICENSE-CODE"), WEIGHTS: ("deepseek", "LICENSE-MODEL")}
    whole, said = [LicenceFile("LICENSE", standard("MIT"))], [LicenceFile("README.md", PARTS)]
    assert licences_by_fact(whole, rules()) == ()
    ((fact, licence),) = licences_by_fact(whole, rules(), statements=said)
    assert (fact, licence.spdx) == (DATA, "CC-BY-NC-4.0")
    assert licence.note == (
        "LICENSE says MIT, README.md, section on the licence, says CC-BY-NC-4.0: the stricter counts"
    )
    # Words never open what a file or a claim closes.
    opening = [LicenceFile("README.md", "The data are under CC BY 4.0.")]
    assert licences_by_fact([LicenceFile("LICENSE", standard("CC-BY-NC-4.0"))], rules(), statements=opening) == ()
    assert licences_by_fact([], rules(), statements=opening, claimed="cc-by-nc-4.0") == ()
    assert [licence.spdx for _, licence in licences_by_fact([], rules(), statements=opening)] == ["CC-BY-4.0"]


@pytest.mark.parametrize(
    ("claimed", "text", "class_", "note"),
    [
        ("apache-2.0", "LLAMA 3 COMMUNITY LICENSE AGREEMENT", RESTRICTED,
         "its card says Apache-2.0, LICENSE says llama3: the stricter counts"),
        ("apache-2.0", "Our own words.", UNKNOWN, "its card says Apache-2.0, but LICENSE: its text was not recognised"),
        ("MIT", "MIT+Any commercial use requires a separate agreement.", RESTRICTED,
         "its card says MIT, LICENSE says MIT with added terms"),
        ("MIT", "MIT+You must display our logo.", UNKNOWN, "its card says MIT, but LICENSE: MIT with words that are not known: “You must display our logo”"),
        ("apache-2.0", "MIT+", OSI, "its card says Apache-2.0, LICENSE says MIT: the file counts"),
    ],
)  # fmt: skip
def test_a_conflict_names_both_and_averages_nothing(
    claimed: str, text: str, class_: LicenceClass, note: str
) -> None:
    text = text.replace("MIT+", standard("MIT") + "\n")
    licence = decide_licence(claimed, True, [LicenceFile("LICENSE", text)], rules(), WEIGHTS, "its card")
    assert licence.class_ is class_
    assert licence.note.startswith(note)


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_no_text_raises(text: str) -> None:
    for path in ("README.md", "setup.cfg"):
        assert read_section(text, CODE, path).class_ in LicenceClass
    licences_by_fact([], rules(), statements=[LicenceFile("README.md", text)])


@pytest.mark.parametrize(
    "piece", ["a,", "code and ", "MIT,", "#\n", "data: \n", "https://", "commercial and ", "not "]
)
def test_a_megabyte_is_bounded(piece: str) -> None:
    start = time.process_time()
    read_section(piece * (1_000_000 // len(piece)))
    assert time.process_time() - start < 3
