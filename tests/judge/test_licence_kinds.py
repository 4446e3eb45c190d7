"""Licence files of kinds that packages carry, each with its right reading beside neighbours that must not be open."""

from __future__ import annotations

import pytest

from tests.judge.licence_samples import APACHE, BSD3, MIT, OSI, RESTRICTED, UNKNOWN, rules, standard
from tracker.domain.artifacts import LicenceFile
from tracker.domain.terms import LicenceClass
from tracker.judge.licence_files import read_licence_text
from tracker.judge.licences import decide_licence

GRANT = MIT.partition("\n\n")[2].replace("Copyright (c) 2024 Some Lab", "")
MULAN = standard("MulanPSL-2.0")
CHINESE = MULAN[: MULAN.index("Mulan Permissive Software License，")]
PYTHON = standard("Python-2.0.1")


def held_by(holder: str) -> str:
    """The MIT licence of this holder."""
    return f"{holder}\n\n{GRANT}"


@pytest.mark.parametrize(
    "holder",
    [
        "Copyright (c) 2011 Debuggable Limited <jo@debuggable.example>",
        "Copyright 2020 Filament (Anomalous Technologies Limited)",
        "Copyright (c) 2014-2019 Jo van der Wal, Wal bvba",
        "Copyright (c) 2019 Müller Bildverarbeitung GmbH & Co. KG",
        "Copyright (c) Jo Doe <jo@doe.example> (doejo.com), Ann Roe <me@roe.example> (theannroe.com)",
        "Copyright (c) 2016 Jo Doe <jo@doe.example> (github.com/jodoe), and Contributors",
        "Copyright (c) 2015 Jo Doe <jo.doe@sellside.example>, 2023 Ann Roe <ann@roe.example> and Bo Poe",
        "Copyright (c) 2004-2016  Jo Doe <jo at shiny dot jp>",
        "Copyright 2008 The Tool Project (v. 1.7 and later)",
    ],
)
def test_holders(holder: str) -> None:
    reading = read_licence_text(held_by(holder), rules())
    assert (reading.spdx, reading.class_) == ("MIT", OSI), reading.note


@pytest.mark.parametrize(
    "holder",
    [
        "Copyright (c) 2011 Debuggable Limited use only",
        "Copyright (c) 2011 Debuggable. Limited to members of the lab.",
        "Copyright (c) 2024 Jo Doe (research at lab dot org only)",
        "Copyright (c) 2024 Jo Doe, not for sale",
        "Copyright (c) 2024 Jo Doe (pay.example.com/commercial)",
    ],
)
def test_terms_are_no_holders(holder: str) -> None:
    assert read_licence_text(held_by(holder), rules()).class_ is not OSI


AROUND = {
    "reproduced below": (
        "Foo extensions are licensed under the terms of the MIT license, reproduced below.",
        "MIT",
    ),
    "for use as follows": ("Foo.js is licensed for use as follows:", "MIT"),
    "written by a tool": ("This file is automatically added by @foo/template-oss. Do not edit.", "MIT"),
    "an address of the licence": (
        "Both the original code and new contributions are released under the [MIT License](https://opensource.org/licenses/MIT).",
        "MIT",
    ),
    "unless noted": (
        "All code in this repository except where explicitly noted otherwise is released under the MIT License.",
        "MIT",
    ),
    "a part under its own licence": (
        "Foo Soup incorporates code from the html5lib library, which is also made available under the MIT license.",
        "MIT",
    ),
}


@pytest.mark.parametrize("case", AROUND)
def test_sentences_around_a_text(case: str) -> None:
    sentence, spdx = AROUND[case]
    reading = read_licence_text(f"{sentence}\n\n{MIT}", rules())
    assert (reading.spdx, reading.class_) == (spdx, OSI), reading.note


@pytest.mark.parametrize(
    "sentence",
    [
        "Do not edit the code.",
        "All code except the training code is released under the MIT License.",
        "Foo incorporates code from gaussian-splatting, which is made available under its own license.",
        "The code is released under the MIT License (https://foo.example/commercial-license).",
        "You may use this software for either research or teaching.",
    ],
)
def test_neighbours_of_these_sentences(sentence: str) -> None:
    assert read_licence_text(f"{sentence}\n\n{MIT}", rules()).class_ is not OSI


WHOLE: dict[str, tuple[str, str | None, LicenceClass]] = {
    "either of two": (
        f"You may use this software under EITHER of the following licenses.\n\n{standard('ISC')}\n\n----\n\n{MIT}",
        "ISC OR MIT",
        OSI,
    ),
    "BSD of this project": (BSD3.replace("the copyright holder nor", "this project nor"), "BSD-3-Clause", OSI),
    "BSD of others": (
        standard("BSD-3-Clause.any").replace("the copyright holder nor", "Acme LLC nor"),
        "BSD-3-Clause",
        OSI,
    ),
    "BSD with those of": (BSD3.replace("nor the names of its", "nor those of its"), "BSD-3-Clause", OSI),
    "BSD without its contributors": (
        BSD3.replace("nor the names of its contributors ", ""),
        "BSD-3-Clause",
        OSI,
    ),
    "Apache's notice with a link": (
        standard("Apache-2.0.notice").replace(
            "at\n\nhttp://www.apache.org/licenses/LICENSE-2.0",
            "\n[here](http://www.apache.org/licenses/LICENSE-2.0)",
        ),
        "Apache-2.0",
        OSI,
    ),
    "Apache's notice of a company": (standard("Apache-2.0.copy"), "Apache-2.0", OSI),
    "the Mulan PSL in both languages": (MULAN, "MulanPSL-2.0", OSI),
    "the Mulan PSL in Chinese": (CHINESE, "MulanPSL-2.0", OSI),
    "the Mulan PSL in Chinese without its appendix": (
        CHINESE[: CHINESE.index("如何将")],
        "MulanPSL-2.0",
        OSI,
    ),
    "the Mulan PSL in English": (standard("MulanPSL-2.0.english"), "MulanPSL-2.0", OSI),
    "the Mulan PSL with a limit": (f"{CHINESE}\n不得用于商业目的。\n", None, RESTRICTED),
    "the Mulan PSL with a sentence": (f"{CHINESE}\n本软件只用于测试。\n", None, UNKNOWN),
    "the Mulan PSL without a right": (CHINESE.replace("您可以复制、使用", "您可以复制"), None, UNKNOWN),
    "Python's with its history": (PYTHON, "Python-2.0.1", OSI),
    "Python's without its history": (PYTHON[PYTHON.index("1. This LICENSE") :], "Python-2.0.1", OSI),
    "Python's and a limit": (f"{PYTHON}\nFor teaching only.\n", None, RESTRICTED),
    "the PSF's alone, which is not OSI-approved": (standard("PSF-2.0"), "PSF-2.0", UNKNOWN),
    "an agency's name and a word before it": (
        f"{MIT}\nNotes are added only.\nSponsored by the Defense Advanced Research Projects Agency.\n",
        None,
        UNKNOWN,
    ),
    "a clause of the GPL 1 and 2 by itself": (
        "This alternative is allowed only for noncommercial distribution and only if you received the program so.",
        None,
        UNKNOWN,
    ),
    "the GNU GPL by its whole name": (
        "The code is released under the GNU General Public License v3.0.",
        "GPL-3.0-only",
        OSI,
    ),
    "the MPL by its name": ("This project is licensed under the Mozilla Public License 2.0.", "MPL-2.0", OSI),
}


@pytest.mark.parametrize("case", WHOLE)
def test_whole_files(case: str) -> None:
    text, spdx, class_ = WHOLE[case]
    reading = read_licence_text(text, rules())
    assert (reading.spdx, reading.class_) == (spdx, class_), reading.note


@pytest.mark.parametrize(
    ("title", "spdx"),
    [
        ("LICENCE PUBLIQUE DE L’UNION EUROPÉENNE v. 1.2", "EUPL-1.2"),
        ("OPEN-SOURCE-LIZENZ FÜR DIE EUROPÄISCHE UNION v. 1.2", "EUPL-1.2"),
        ("LICENCIA PÚBLICA DE LA UNIÓN EUROPEA v. 1.2", "EUPL-1.2"),
        ("LICENZA PUBBLICA DELL’UNIONE EUROPEA v. 1.2", "EUPL-1.2"),
        ("CONTRAT DE LICENCE DE LOGICIEL LIBRE CeCILL\n\nVersion 2.1 du 2013-06-21", "CECILL-2.1"),
    ],
)
def test_official_texts_in_other_languages_count_with_their_claim_alone(title: str, spdx: str) -> None:
    text = f"{title}\n\n" + "La présente Licence s’applique à l’œuvre telle que définie ci-dessous.\n" * 30
    reading = read_licence_text(text, rules())
    assert (reading.class_, reading.resembles) == (UNKNOWN, spdx)
    assert spdx in reading.note
    assert decide_licence(spdx, True, [LicenceFile("LICENSE", text)], rules()).class_ is OSI
    assert decide_licence("MIT", True, [LicenceFile("LICENSE", text)], rules()).class_ is UNKNOWN
    limited = f"{text}\nUsage commercial interdit.\n"
    assert decide_licence(spdx, True, [LicenceFile("LICENSE", limited)], rules()).class_ is RESTRICTED


@pytest.mark.parametrize("sign", ["Copyright", "©", "(c)"])
def test_statements_are_found_behind_the_words_that_lead_to_them(sign: str) -> None:
    led = f"Portions of the software are {sign} 2020 Jo Doe\n\n{GRANT}"
    assert read_licence_text(led, rules()).class_ is OSI


def test_a_whole_apache_text_stays_whole_in_blocks() -> None:
    """Texts are compared by blocks of words: a change at any place of a block is seen."""
    words = APACHE.split(" ")
    for place in range(400, 600, 37):
        changed = " ".join([*words[:place], "never", *words[place:]])
        assert read_licence_text(changed, rules()).class_ is not OSI, place


PARTS = {
    "names in lower case": ("Bundled software:\n- einops (MIT License)\n- xformers (BSD 3-Clause)\n", OSI),
    "a numbered list": ("Third-party components:\n\n1. LPIPS - BSD 2-Clause\n2. timm - Apache License 2.0\n", OSI),
    "one with a limit": (
        "Third-party components:\n\n1. LPIPS - BSD 2-Clause\n2. SMPL - for scientific research\n",
        UNKNOWN,
    ),
    "one without a licence": ("Bundled software:\n- gaussian-splatting\n", UNKNOWN),
    "a name without a list": ("gaussian-splatting\n", UNKNOWN),
    "a name and a licence without a list": ("einops (MIT License)\n", UNKNOWN),
    "a term as a name": ("Bundled software:\n- only (MIT License)\n", UNKNOWN),
    "a numbered term": ("Bundled software:\n1. einops (MIT License)\n2. Companies pay.\n", RESTRICTED),
    "an address of people": ("[others]: https://github.com/foo/bar/contributors\n", OSI),
}


@pytest.mark.parametrize("case", PARTS)
def test_lists_of_parts(case: str) -> None:
    added, class_ = PARTS[case]
    assert read_licence_text(f"{MIT}\n\n{added}", rules()).class_ is class_


@pytest.mark.parametrize("title", ["Foo-Net", "# License\n\nfooNet.js"])
def test_the_projects_name_stands_at_the_start(title: str) -> None:
    assert read_licence_text(f"{title}\n\n{MIT}", rules()).class_ is OSI
    assert read_licence_text(f"{MIT}\n\n{title}", rules()).class_ is not OSI


@pytest.mark.parametrize(
    "text",
    [
        "Software: Apache-2.0. Figures and text of the manual: CC BY-NC 4.0.\n",
        "Code of this repository: Apache-2.0\nPretrained models: CC-BY-NC-4.0\nDiagrams: CC BY-ND 4.0\n",
    ],
)
def test_short_files_by_parts(text: str) -> None:
    reading = read_licence_text(text, rules())
    assert (reading.spdx, reading.class_) == ("Apache-2.0", OSI), reading.note


@pytest.mark.parametrize(
    ("file", "section", "class_"),
    [
        (BSD3, "BSD. For commercial use, write to lic@acme.example and purchase a license.", RESTRICTED),
        (BSD3, "BSD. For any commercial application, please email us to obtain a license.", RESTRICTED),
        (MIT, "MIT. Free for commercial use. Write to us with questions.", OSI),
        (
            standard("GPL-3.0-only"),
            "GPLv3. For commercial use, write to lic@acme.example and purchase a license.",
            OSI,
        ),
    ],
)
def test_a_sections_offer_of_other_terms(file: str, section: str, class_: LicenceClass) -> None:
    """An offer beside a licence that allows everything says that it does not; beside a copyleft it takes nothing away."""
    readme = LicenceFile("README.md", section)
    licence = decide_licence(None, True, [LicenceFile("LICENSE", file)], rules(), statements=[readme])
    assert licence.class_ is class_, licence.note
